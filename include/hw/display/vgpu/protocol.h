/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtio-gpu wire protocol (virtio 1.2, clause 5.7): the kernel's header plus what it lacks.
 *
 * Everything on the wire is little-endian, and so is every host this builds for: structures are
 * used as they come.
 */
#ifndef HW_DISPLAY_VGPU_PROTOCOL_H
#define HW_DISPLAY_VGPU_PROTOCOL_H

#include <glib.h>
#include <linux/virtio_gpu.h>
#include <stdint.h>

G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN);

/* Newer than the kernel header of Debian 12. */
#ifndef VIRTIO_GPU_F_BLOB_ALIGNMENT
#define VIRTIO_GPU_F_BLOB_ALIGNMENT 5
#endif
#ifndef VIRTIO_GPU_CAPSET_VENUS
#define VIRTIO_GPU_CAPSET_VENUS 4
#endif

/* The configuration as drivers of that feature see it: the kernel's ends before the last field. */
struct virtio_gpu_config_blob_alignment {
    struct virtio_gpu_config config;
    uint32_t blob_alignment;
};

/* Clause 5.7.4: scanouts are numbered below this. */
#define VGPU_MAX_SCANOUTS VIRTIO_GPU_MAX_SCANOUTS
/* Clause 5.7.6.10: cursor images are square, this many pixels wide. */
#define VGPU_CURSOR_SIZE 64
/* Length in bytes of the EDID array of VIRTIO_GPU_RESP_OK_EDID. */
#define VGPU_EDID_SIZE sizeof(((struct virtio_gpu_resp_edid *)NULL)->edid)

#endif
