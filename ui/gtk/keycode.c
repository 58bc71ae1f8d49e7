/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkKeymap: the choice of a table, and looking into it. */
#include "qemu/osdep.h"

#include "keycode.h"

#include "ui/input.h"

typedef struct KnownKeymap {
    const char *name;
    const char *keycodes;       /* how the name of the key codes starts */
    const char *vendor;         /* what the server's vendor contains; NULL: any */
    const guint16 *qcodes;
    const guint *length;
} KnownKeymap;

/* The first that fits is the one; XQuartz and Cygwin's server name their codes like others do. */
static const KnownKeymap known_keymaps[] = {
    { "XQuartz", "", "XQuartz", qemu_input_map_xorgxquartz_to_qcode,
      &qemu_input_map_xorgxquartz_to_qcode_len },
    { "XWin", "", "Cygwin", qemu_input_map_xorgxwin_to_qcode,
      &qemu_input_map_xorgxwin_to_qcode_len },
    { "evdev", "evdev", NULL, qemu_input_map_xorgevdev_to_qcode,
      &qemu_input_map_xorgevdev_to_qcode_len },
    { "kbd", "xfree86", NULL, qemu_input_map_xorgkbd_to_qcode,
      &qemu_input_map_xorgkbd_to_qcode_len },
};

static bool fits(const KnownKeymap *known, const char *keycodes, const char *vendor)
{
    if (known->vendor && (!vendor || !strstr(vendor, known->vendor))) {
        return false;
    }
    return g_str_has_prefix(keycodes, known->keycodes);
}

DisplayGtkKeymap display_gtk_keymap_x11(const char *keycodes, const char *vendor)
{
    int i;

    for (i = 0; i < G_N_ELEMENTS(known_keymaps); i++) {
        const KnownKeymap *known = &known_keymaps[i];

        if (fits(known, keycodes ?: "", vendor)) {
            return (DisplayGtkKeymap) { known->name, known->qcodes, *known->length };
        }
    }
    return display_gtk_keymap_wayland();
}

DisplayGtkKeymap display_gtk_keymap_wayland(void)
{
    return (DisplayGtkKeymap) {
        .name = "evdev",
        .qcodes = qemu_input_map_xorgevdev_to_qcode,
        .length = qemu_input_map_xorgevdev_to_qcode_len,
    };
}

QKeyCode display_gtk_keymap_lookup(const DisplayGtkKeymap *keymap, guint keycode)
{
    return keycode < keymap->length ? keymap->qcodes[keycode] : Q_KEY_CODE_UNMAPPED;
}
