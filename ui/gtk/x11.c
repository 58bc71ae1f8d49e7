/* SPDX-License-Identifier: GPL-2.0-or-later */
/* X11: names of key codes by XKB, barriers by XFixes. */
#include "qemu/osdep.h"

#include "window-system.h"

#include <X11/XKBlib.h>
#include <X11/extensions/Xfixes.h>
#include <gdk/gdkx.h>

/* Key codes */

static char *get_keycodes_name(Display *display)
{
    XkbDescPtr description = XkbAllocKeyboard();
    char *name = NULL;

    if (!description) {
        return NULL;
    }
    description->dpy = display;
    if (XkbGetNames(display, XkbKeycodesNameMask, description) == Success &&
        description->names && description->names->keycodes) {
        name = XGetAtomName(display, description->names->keycodes);
    }
    XkbFreeKeyboard(description, 0, True);
    return name;
}

DisplayGtkKeymap display_gtk_x11_get_keymap(GdkDisplay *display)
{
    Display *xdisplay = GDK_DISPLAY_XDISPLAY(display);
    char *name = get_keycodes_name(xdisplay);
    DisplayGtkKeymap keymap = display_gtk_keymap_x11(name, ServerVendor(xdisplay));

    if (name) {
        XFree(name);
    }
    return keymap;
}

/* A confined pointer: four walls */

enum { WALLS = 4 };

typedef struct Walls {
    DisplayGtkHold hold;
    GdkDisplay *display;
    PointerBarrier barriers[WALLS];
} Walls;

static void free_walls(DisplayGtkHold *hold)
{
    Walls *walls = (Walls *)hold;
    int i;

    gdk_x11_display_error_trap_push(walls->display);
    for (i = 0; i < WALLS; i++) {
        XFixesDestroyPointerBarrier(GDK_DISPLAY_XDISPLAY(walls->display), walls->barriers[i]);
    }
    gdk_x11_display_error_trap_pop_ignored(walls->display);
    g_object_unref(walls->display);
    g_free(walls);
}

static bool has_barriers(Display *display)
{
    int event, error, major = 5, minor = 0;

    return XFixesQueryExtension(display, &event, &error) &&
           XFixesQueryVersion(display, &major, &minor) && major >= 5;
}

/* In the root window's device pixels. */
static GdkRectangle get_root_rect(GdkWindow *window, const GdkRectangle *rect)
{
    int scale = gdk_window_get_scale_factor(window);
    GdkRectangle root = *rect;

    gdk_window_get_root_coords(window, rect->x, rect->y, &root.x, &root.y);
    return (GdkRectangle) { root.x * scale, root.y * scale, root.width * scale,
                            root.height * scale };
}

DisplayGtkHold *display_gtk_x11_confine(GtkWidget *widget, const GdkRectangle *rect)
{
    static const DisplayGtkHoldOps ops = { .free = free_walls };
    GdkDisplay *display = gtk_widget_get_display(widget);
    Display *xdisplay = GDK_DISPLAY_XDISPLAY(display);
    Window root = gdk_x11_get_default_root_xwindow();
    GdkRectangle in = get_root_rect(gtk_widget_get_window(widget), rect);
    int right = in.x + in.width, bottom = in.y + in.height;
    Walls *walls;

    if (!has_barriers(xdisplay) || in.width < 1 || in.height < 1) {
        return NULL;
    }
    walls = g_new0(Walls, 1);
    walls->hold.ops = &ops;
    walls->display = g_object_ref(display);
    /* a wall lies before its pixel: on the right and below, that is the first one outside */
    walls->barriers[0] = XFixesCreatePointerBarrier(xdisplay, root, in.x, in.y, in.x, bottom,
                                                    BarrierPositiveX, 0, NULL);
    walls->barriers[1] = XFixesCreatePointerBarrier(xdisplay, root, right, in.y, right, bottom,
                                                    BarrierNegativeX, 0, NULL);
    walls->barriers[2] = XFixesCreatePointerBarrier(xdisplay, root, in.x, in.y, right, in.y,
                                                    BarrierPositiveY, 0, NULL);
    walls->barriers[3] = XFixesCreatePointerBarrier(xdisplay, root, in.x, bottom, right, bottom,
                                                    BarrierNegativeY, 0, NULL);
    return &walls->hold;
}
