/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's side of 3D: see guest.h. Requests of contexts and of 3D resources. */
#ifndef TESTS_UNIT_GUEST_3D_H
#define TESTS_UNIT_GUEST_3D_H

#include "guest.h"

/* Texture targets, as virgl numbers them. */
#define VGPU_GUEST_BUFFER 0
#define VGPU_GUEST_2D 2

#define VGPU_GUEST_CONTEXT 3

/* A stream that gives up to 4 resources a colour. */
typedef struct VgpuGuestSubmit {
    struct virtio_gpu_cmd_submit request;
    uint32_t words[8];
} VgpuGuestSubmit;

uint32_t vgpu_guest_ctx_create(VgpuHarness *harness, uint32_t ctx_id, uint32_t context_init);
uint32_t vgpu_guest_ctx_destroy(VgpuHarness *harness, uint32_t ctx_id);
uint32_t vgpu_guest_ctx_attach(VgpuHarness *harness, uint32_t ctx_id, uint32_t id);
uint32_t vgpu_guest_ctx_detach(VgpuHarness *harness, uint32_t ctx_id, uint32_t id);

struct virtio_gpu_resource_create_3d vgpu_wire_create_3d(uint32_t id, uint32_t width,
                                                         uint32_t height);
uint32_t vgpu_guest_create_3d(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height);

struct virtio_gpu_transfer_host_3d vgpu_wire_transfer_3d(uint32_t type, uint32_t id);

/* Gives a resource a colour. */
VgpuGuestSubmit vgpu_wire_submit(uint32_t ctx_id, uint32_t id, uint32_t colour);
uint32_t vgpu_guest_paint(VgpuHarness *harness, uint32_t id, uint32_t colour);

/* Context VGPU_GUEST_CONTEXT with a 3D resource in it. */
void vgpu_guest_make_3d(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height);

/* Queues a fenced stream and kicks; the same on a ring of its context. */
VgpuFakeRequest *vgpu_guest_send_draw(VgpuHarness *harness, uint32_t ctx_id, uint64_t fence_id);
VgpuFakeRequest *vgpu_guest_send_draw_on_ring(VgpuHarness *harness, uint32_t ctx_id, uint8_t ring,
                                              uint64_t fence_id);

/* Adds tests as /vgpu/<noun>/<name>, each on a device with 3D. */
void vgpu_guest_add_3d_tests(const char *noun, const VgpuHarnessTest *tests, size_t n);

#endif
