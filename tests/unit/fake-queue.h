/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFakeQueue: a virtqueue whose driver is the test.
 *
 * Every piece of a request is an allocation of its own that goes when the device gives the request
 * back, so a device that reads or writes beside it, or later, is caught by a sanitizer; one that
 * gives a request back twice is caught here. The room for an answer starts out as poison. Owner
 * thread.
 */
#ifndef TESTS_UNIT_FAKE_QUEUE_H
#define TESTS_UNIT_FAKE_QUEUE_H

#include "hw/display/vgpu/command.h"

#define VGPU_FAKE_POISON 0xa5

typedef enum VgpuFakeState {
    VGPU_FAKE_WAITING,    /* in the queue */
    VGPU_FAKE_TAKEN,      /* the device has it */
    VGPU_FAKE_ANSWERED,
    VGPU_FAKE_DETACHED,
} VgpuFakeState;

/* One request, kept by the queue until it is finished or the request is released. */
typedef struct VgpuFakeRequest {
    VgpuFakeState state;
    struct iovec *out, *in;   /* the pieces, while the request is not back */
    unsigned n_out, n_in;
    size_t room;              /* bytes of `in` together */
    uint8_t *answer;          /* those bytes, once it is answered */
    size_t written;           /* how many the device says it wrote */
    unsigned order;           /* place among all answers of the device, from 1 */
} VgpuFakeRequest;

/* How a request is laid out. */
typedef struct VgpuFakeLayout {
    size_t room;         /* for the answer, bytes */
    size_t out_piece;    /* longest piece of the request, bytes; 0: one piece */
    size_t in_piece;     /* same for the answer */
    bool empty_pieces;   /* a piece of no bytes before each other one */
} VgpuFakeLayout;

typedef struct VgpuFakeQueue {
    VgpuQueue base;
    GQueue waiting;        /* of VgpuFakeRequest */
    GHashTable *taken;     /* VgpuCommand -> VgpuFakeRequest */
    GPtrArray *requests;   /* all */
    unsigned *answers;     /* answers so far, of all queues of the device */
    unsigned n_answered;   /* of this queue */
    unsigned n_detached;
    unsigned n_notified;   /* calls of notify */
    unsigned n_silent;     /* answers that the guest was not notified of yet */
} VgpuFakeQueue;

void vgpu_fake_queue_init(VgpuFakeQueue *queue, unsigned *answers);
/* The device must have given everything back. */
void vgpu_fake_queue_finish(VgpuFakeQueue *queue);

/* Puts a request of `size` bytes into the queue; they are copied. */
VgpuFakeRequest *vgpu_fake_queue_add(VgpuFakeQueue *queue, const void *data, size_t size,
                                     const VgpuFakeLayout *layout);
/* Forgets the requests that the device has not taken, as a reset of the queue does. */
void vgpu_fake_queue_clear(VgpuFakeQueue *queue);
/* Frees a request that is back. */
void vgpu_fake_queue_release(VgpuFakeQueue *queue, VgpuFakeRequest *request);

/* Overwrites the bytes of a request that is not back: the guest does not play by the rules. */
void vgpu_fake_request_scribble(VgpuFakeRequest *request, uint8_t value);

#endif
