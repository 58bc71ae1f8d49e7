/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuExecutor: runs long operations, one after the other in the order of submission.
 *
 * The owner thread submits; `run` is called by the executor, on a thread of its own or wherever
 * the implementation likes; `done` is called on the owner thread afterwards, in the same order,
 * exactly once for every operation, also after the device is gone.
 */
#ifndef HW_DISPLAY_VGPU_EXECUTOR_H
#define HW_DISPLAY_VGPU_EXECUTOR_H

#include "hw/display/vgpu/export.h"
#include "hw/display/vgpu/ports.h"

typedef struct VgpuOperation VgpuOperation;

struct VgpuOperation {
    /*
     * The work. Touches what the operation references and nothing else; returns early when
     * vgpu_operation_is_cancelled().
     */
    void (*run)(VgpuOperation *operation);
    /* Owner thread: consumes the operation. */
    void (*done)(VgpuOperation *operation);
    gint cancelled;
};

static inline bool vgpu_operation_is_cancelled(VgpuOperation *operation)
{
    return g_atomic_int_get(&operation->cancelled);
}

/* The result is of no use any more: run as little as possible. Any thread. */
static inline void vgpu_operation_cancel(VgpuOperation *operation)
{
    g_atomic_int_set(&operation->cancelled, 1);
}

typedef struct VgpuExecutor VgpuExecutor;

typedef struct VgpuExecutorOps {
    /* Takes the operation. */
    void (*submit)(VgpuExecutor *executor, VgpuOperation *operation);
    /* Returns when everything submitted has run and is done. */
    void (*wait)(VgpuExecutor *executor);
    /* Drops the owner's hold without waiting; what was submitted still runs and is done. */
    void (*release)(VgpuExecutor *executor);
} VgpuExecutorOps;

struct VgpuExecutor {
    const VgpuExecutorOps *ops;
};

/*
 * An executor with a thread of its own, started by the first operation; completions are posted to
 * `loop` in batches. Freed by its `release`.
 */
VGPU_EXPORT VgpuExecutor *vgpu_executor_create_thread(VgpuLoop *loop);

/*
 * The process ends: no executor's thread begins another operation, ever. True when one is in the
 * middle of one, which goes on. Any thread.
 */
VGPU_EXPORT bool vgpu_executor_halt_all(void);

#endif
