/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys that a front end holds down, and the modifiers that follow from them.
 */
#ifndef HOST_QEMU_UI_KBD_STATE_H
#define HOST_QEMU_UI_KBD_STATE_H

#include "qapi/qapi-types-ui.h"

typedef enum QKbdModifier {
    QKBD_MOD_NONE = 0,
    QKBD_MOD_SHIFT = 1,
    QKBD_MOD_CTRL = 2,
    QKBD_MOD_ALT = 3,
    QKBD_MOD_ALTGR = 4,
    QKBD_MOD_NUMLOCK = 5,
    QKBD_MOD_CAPSLOCK = 6,
    QKBD_MOD__MAX = 7,
} QKbdModifier;

typedef struct QKbdState QKbdState;

QKbdState *qkbd_state_init(QemuConsole *con);
void qkbd_state_free(QKbdState *kbd);
/* Forwards to the guest, without repeated presses. */
void qkbd_state_key_event(QKbdState *kbd, QKeyCode qcode, bool down);
void qkbd_state_set_delay(QKbdState *kbd, int delay_ms);
bool qkbd_state_key_get(QKbdState *kbd, QKeyCode qcode);
bool qkbd_state_modifier_get(QKbdState *kbd, QKbdModifier mod);
void qkbd_state_lift_all_keys(QKbdState *kbd);

#endif
