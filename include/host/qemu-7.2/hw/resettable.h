/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multi-phase reset.
 */
#ifndef HOST_QEMU_HW_RESETTABLE_H
#define HOST_QEMU_HW_RESETTABLE_H

#include "qom/object.h"

#define TYPE_RESETTABLE_INTERFACE "resettable"

typedef enum ResetType {
    RESET_TYPE_COLD = 0,
} ResetType;

typedef void (*ResettableEnterPhase)(Object *obj, ResetType type);
typedef void (*ResettableHoldPhase)(Object *obj);
typedef void (*ResettableExitPhase)(Object *obj);

typedef struct ResettablePhases {
    ResettableEnterPhase enter;
    ResettableHoldPhase hold;
    ResettableExitPhase exit;
} ResettablePhases;
HOST_LAYOUT(ResettablePhases, 24);

typedef struct ResettableState {
    uint32_t count;
    bool hold_phase_pending;
    bool exit_phase_in_progress;
} ResettableState;
HOST_LAYOUT(ResettableState, 8);

typedef struct ResettableClass ResettableClass;
DECLARE_CLASS_CHECKERS(ResettableClass, RESETTABLE, TYPE_RESETTABLE_INTERFACE)

struct ResettableClass {
    InterfaceClass parent_class;
    ResettablePhases phases;
    uint8_t host_pad0[24];
};
HOST_LAYOUT(ResettableClass, 160);
HOST_LAYOUT_AT(ResettableClass, phases, 112);

void resettable_class_set_parent_phases(ResettableClass *rc, ResettableEnterPhase enter,
                                        ResettableHoldPhase hold, ResettableExitPhase exit,
                                        ResettablePhases *parent_phases);

#endif
