/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's side of blobs in the renderer's memory: see guest.h. */
#ifndef TESTS_UNIT_GUEST_MAP_H
#define TESTS_UNIT_GUEST_MAP_H

#include "guest-3d.h"

#define VGPU_GUEST_PAGE 4096ull

/* A blob of VGPU_GUEST_CONTEXT that can be mapped; `kind` is one of VGPU_FAKE_BLOB_*. */
struct virtio_gpu_resource_create_blob vgpu_wire_host_blob(uint32_t id, uint64_t kind,
                                                           uint64_t n_pages);
struct virtio_gpu_resource_map_blob vgpu_wire_map(uint32_t id, uint64_t offset);
struct virtio_gpu_resource_unmap_blob vgpu_wire_unmap(uint32_t id);

/* Makes its context, too, unless it is there. */
uint32_t vgpu_guest_make_host_blob(VgpuHarness *harness, uint32_t id, uint64_t kind,
                                   uint64_t n_pages);
uint32_t vgpu_guest_map(VgpuHarness *harness, uint32_t id, uint64_t offset);
uint32_t vgpu_guest_unmap(VgpuHarness *harness, uint32_t id);

#endif
