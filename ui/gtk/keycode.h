/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkKeymap: which key a hardware key code of the window system means.
 *
 * Constant tables of QEMU's, chosen by what the window system says of its keyboard; the layout
 * plays no part, that is the guest's.  Main thread.
 */
#ifndef UI_GTK_KEYCODE_H
#define UI_GTK_KEYCODE_H

#include "qemu/osdep.h"
#include "qapi/qapi-types-ui.h"

typedef struct DisplayGtkKeymap {
    const char *name;           /* for messages */
    const guint16 *qcodes;      /* by hardware key code; borrowed */
    guint length;
} DisplayGtkKeymap;

/*
 * Of an X server, by the name of its key codes as XKB tells ("evdev+aliases(qwerty)") and its
 * vendor; either may be NULL.  Unknown ones are taken for evdev's, which nearly all of today are.
 */
DisplayGtkKeymap display_gtk_keymap_x11(const char *keycodes, const char *vendor);

/* Of every Wayland compositor: evdev's codes, 8 more. */
DisplayGtkKeymap display_gtk_keymap_wayland(void);

/* Q_KEY_CODE_UNMAPPED where there is no such key. */
QKeyCode display_gtk_keymap_lookup(const DisplayGtkKeymap *keymap, guint keycode);

#endif
