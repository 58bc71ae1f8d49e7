/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pixel formats of 2D resources (virtio 1.2, clause 5.7.6.8, virtio_gpu_formats). */
#ifndef HW_DISPLAY_VGPU_FORMAT_H
#define HW_DISPLAY_VGPU_FORMAT_H

#include <pixman.h>
#include <stdint.h>

/* Every format of a 2D resource has pixels of this many bytes. */
#define VGPU_BYTES_PER_PIXEL 4

/* The DRM_FORMAT_* of a VIRTIO_GPU_FORMAT_* that vgpu_format_to_pixman() knows. */
uint32_t vgpu_format_to_fourcc(uint32_t format);

/* The pixman format of a VIRTIO_GPU_FORMAT_*; 0 when there is no such format. */
pixman_format_code_t vgpu_format_to_pixman(uint32_t format);

#endif
