/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of key codes: the right one for each window system, and nothing beyond its end. */
#include "qemu/osdep.h"

#include "keycode.h"
#include "ui/input.h"

/* In place of the host's: each names itself by the key it has at code 9. */
const guint16 qemu_input_map_xorgevdev_to_qcode[] = { [9] = Q_KEY_CODE_E };
const guint qemu_input_map_xorgevdev_to_qcode_len = 10;
const guint16 qemu_input_map_xorgkbd_to_qcode[] = { [9] = Q_KEY_CODE_K, [10] = Q_KEY_CODE_1 };
const guint qemu_input_map_xorgkbd_to_qcode_len = 11;
const guint16 qemu_input_map_xorgxquartz_to_qcode[] = { [9] = Q_KEY_CODE_Q };
const guint qemu_input_map_xorgxquartz_to_qcode_len = 10;
const guint16 qemu_input_map_xorgxwin_to_qcode[] = { [9] = Q_KEY_CODE_W };
const guint qemu_input_map_xorgxwin_to_qcode_len = 10;

static QKeyCode lookup_x11(const char *keycodes, const char *vendor, guint keycode)
{
    DisplayGtkKeymap keymap = display_gtk_keymap_x11(keycodes, vendor);

    return display_gtk_keymap_lookup(&keymap, keycode);
}

static void x_servers_have_the_table_of_their_key_codes(void)
{
    const char *xorg = "The X.Org Foundation";

    g_assert_cmpint(lookup_x11("evdev+aliases(qwerty)", xorg, 9), ==, Q_KEY_CODE_E);
    g_assert_cmpint(lookup_x11("evdev", NULL, 9), ==, Q_KEY_CODE_E);
    g_assert_cmpint(lookup_x11("xfree86+aliases(qwertz)", xorg, 9), ==, Q_KEY_CODE_K);
}

static void servers_of_other_systems_are_known_by_their_vendor(void)
{
    g_assert_cmpint(lookup_x11("macintosh", "The X.Org Foundation (XQuartz 2.8)", 9), ==,
                    Q_KEY_CODE_Q);
    g_assert_cmpint(lookup_x11("xfree86+aliases(qwerty)", "The Cygwin/X Project", 9), ==,
                    Q_KEY_CODE_W);
}

static void unknown_servers_are_taken_for_evdev_s(void)
{
    g_assert_cmpint(lookup_x11(NULL, NULL, 9), ==, Q_KEY_CODE_E);
    g_assert_cmpint(lookup_x11("digital_vndr/unix", "Somebody", 9), ==, Q_KEY_CODE_E);
}

static void wayland_has_evdev_s_codes(void)
{
    DisplayGtkKeymap keymap = display_gtk_keymap_wayland();

    g_assert_cmpint(display_gtk_keymap_lookup(&keymap, 9), ==, Q_KEY_CODE_E);
}

static void codes_without_a_key_mean_nothing(void)
{
    g_assert_cmpint(lookup_x11("evdev", NULL, 8), ==, Q_KEY_CODE_UNMAPPED);
    g_assert_cmpint(lookup_x11("evdev", NULL, 10), ==, Q_KEY_CODE_UNMAPPED);
    g_assert_cmpint(lookup_x11("xfree86", NULL, 10), ==, Q_KEY_CODE_1);
    g_assert_cmpint(lookup_x11("evdev", NULL, G_MAXUINT), ==, Q_KEY_CODE_UNMAPPED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gtk/keycode/x-servers-have-the-table-of-their-key-codes",
                    x_servers_have_the_table_of_their_key_codes);
    g_test_add_func("/gtk/keycode/servers-of-other-systems-are-known-by-their-vendor",
                    servers_of_other_systems_are_known_by_their_vendor);
    g_test_add_func("/gtk/keycode/unknown-servers-are-taken-for-evdev-s",
                    unknown_servers_are_taken_for_evdev_s);
    g_test_add_func("/gtk/keycode/wayland-has-evdev-s-codes", wayland_has_evdev_s_codes);
    g_test_add_func("/gtk/keycode/codes-without-a-key-mean-nothing",
                    codes_without_a_key_mean_nothing);
    return g_test_run();
}
