/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's side of a harness: requests as a driver makes them.
 *
 * vgpu_guest_ask() and what is built on it kick the device, run everything it left to the executor,
 * and return the type of the answer. vgpu_guest_send() only puts a request into the queue.
 */
#ifndef TESTS_UNIT_GUEST_H
#define TESTS_UNIT_GUEST_H

#include "harness.h"

#define VGPU_OK VIRTIO_GPU_RESP_OK_NODATA

/* A page list of up to this many entries fits into a request made here. */
#define VGPU_GUEST_ENTRIES 64

/* A RESOURCE_ATTACH_BACKING with the page list that follows it. */
typedef struct VgpuAttach {
    struct virtio_gpu_resource_attach_backing request;
    struct virtio_gpu_mem_entry entries[VGPU_GUEST_ENTRIES];
} VgpuAttach;

/* Size in bytes of an attach request with `n` entries. */
static inline size_t vgpu_attach_size(uint32_t n)
{
    return sizeof(struct virtio_gpu_resource_attach_backing) +
           n * sizeof(struct virtio_gpu_mem_entry);
}

VgpuFakeRequest *vgpu_guest_send(VgpuHarness *harness, VgpuQueueId queue,
                                 const void *data, size_t size);
/* The type of an answer, which must be one: a whole response, its unused parts zero. */
uint32_t vgpu_guest_response(const VgpuFakeRequest *request);
uint32_t vgpu_guest_ask(VgpuHarness *harness, VgpuQueueId queue, const void *data, size_t size);

/* What drivers ask for, made up from values. */
struct virtio_gpu_resource_create_2d vgpu_wire_create_2d(uint32_t id, uint32_t format,
                                                         uint32_t width, uint32_t height);
struct virtio_gpu_transfer_to_host_2d vgpu_wire_transfer(uint32_t id, struct virtio_gpu_rect rect,
                                                         uint64_t offset);
struct virtio_gpu_set_scanout vgpu_wire_set_scanout(uint32_t scanout_id, uint32_t id,
                                                    struct virtio_gpu_rect rect);
struct virtio_gpu_resource_flush vgpu_wire_flush(uint32_t id, struct virtio_gpu_rect rect);
struct virtio_gpu_update_cursor vgpu_wire_cursor(uint32_t type, uint32_t scanout_id, uint32_t id);

/* The same, asked on the control queue (cursors: on theirs). */
uint32_t vgpu_guest_create_2d(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height);
uint32_t vgpu_guest_unref(VgpuHarness *harness, uint32_t id);
/* One entry of guest memory. */
uint32_t vgpu_guest_attach(VgpuHarness *harness, uint32_t id, uint64_t address, uint32_t length);
uint32_t vgpu_guest_attach_list(VgpuHarness *harness, uint32_t id,
                                const struct virtio_gpu_mem_entry *entries, uint32_t n);
uint32_t vgpu_guest_detach(VgpuHarness *harness, uint32_t id);
uint32_t vgpu_guest_transfer(VgpuHarness *harness, uint32_t id, struct virtio_gpu_rect rect,
                             uint64_t offset);
uint32_t vgpu_guest_set_scanout(VgpuHarness *harness, uint32_t scanout_id, uint32_t id,
                                struct virtio_gpu_rect rect);
uint32_t vgpu_guest_flush(VgpuHarness *harness, uint32_t id, struct virtio_gpu_rect rect);
uint32_t vgpu_guest_update_cursor(VgpuHarness *harness, uint32_t scanout_id, uint32_t id);

/* A resource with a backing from `address` on, just long enough. */
void vgpu_guest_make(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height,
                     uint64_t address);

/* Pixels, each way: to copy so many is always left to the executor. */
#define VGPU_GUEST_LONG 768

/* Makes a resource that large; transfers all of it, up to where the executor has it. */
void vgpu_guest_make_long(VgpuHarness *harness, uint32_t id);
VgpuFakeRequest *vgpu_guest_start_transfer(VgpuHarness *harness, uint32_t id);

#define VGPU_RECT(x_, y_, w_, h_) \
    ((struct virtio_gpu_rect) { .x = (x_), .y = (y_), .width = (w_), .height = (h_) })

#endif
