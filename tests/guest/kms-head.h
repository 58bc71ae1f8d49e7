/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One head of a KMS device: a connector, the CRTC that feeds it, its mode and
 * two dumb buffers that take turns on the screen.
 *
 * Owned by the program; every call comes from its only thread.
 */
#ifndef TESTS_GUEST_KMS_HEAD_H
#define TESTS_GUEST_KMS_HEAD_H

#include <stdbool.h>
#include <xf86drmMode.h>

#include "pattern.h"

typedef struct VgpuKmsBuffer {
    uint32_t handle;
    uint32_t fb;
    uint64_t size;
    VgpuPatternTarget target;
} VgpuKmsBuffer;

typedef struct VgpuKmsHead {
    int fd;                     /* the DRM device, not owned */
    unsigned index;             /* counts the heads in use from 0 */
    uint32_t connector;
    uint32_t crtc;
    int pipe;                   /* index of the CRTC in the device */
    drmModeModeInfo mode;
    VgpuKmsBuffer buffers[2];
    int shown;                  /* buffer on the screen or on its way there */
    bool flip_pending;
    VgpuKmsBuffer cursor;       /* fb stays 0 */
} VgpuKmsHead;

/*
 * Take the first connected connector that is not in @taken_pipes and the CRTC
 * of its own.  False when there is none.
 */
bool vgpu_kms_head_find(VgpuKmsHead *head, int fd, unsigned index,
                        unsigned *taken_pipes);

/*
 * Choose @width x @height, or the preferred mode of the connector if they are
 * 0, into @head->mode.  Returns whether the mode has changed.
 */
bool vgpu_kms_head_choose_mode(VgpuKmsHead *head, int width, int height);

/* Make buffers of the size of the mode and put the first on the screen. */
bool vgpu_kms_head_start(VgpuKmsHead *head, const VgpuPattern *first);

/* Draw a frame into the hidden buffer and ask for a page flip. */
bool vgpu_kms_head_flip(VgpuKmsHead *head, const VgpuPattern *next);

/* Change the shown buffer in place from frame @before to @next. */
bool vgpu_kms_head_dirty(VgpuKmsHead *head, const VgpuPattern *before,
                         const VgpuPattern *next);

/* Show the cursor where @frame has it; makes it at the first call. */
bool vgpu_kms_head_move_cursor(VgpuKmsHead *head, uint32_t frame);

/* Free the buffers; what is on the screen goes with them. */
void vgpu_kms_head_stop(VgpuKmsHead *head);

#endif
