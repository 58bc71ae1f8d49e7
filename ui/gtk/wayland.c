/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wayland: pointers that the compositor holds, by two protocols that most compositors speak. */
#include "qemu/osdep.h"

#include "window-system.h"

#include <gdk/gdkwayland.h>

#include "pointer-constraints-unstable-v1-client-protocol.h"
#include "relative-pointer-unstable-v1-client-protocol.h"

/* What the compositor has; of the first display, as there is only one. */
typedef struct Globals {
    bool known;
    struct zwp_pointer_constraints_v1 *constraints;     /* NULL: it has none */
    struct zwp_relative_pointer_manager_v1 *motions;    /* NULL: it has none */
} Globals;

typedef struct WaylandHold {
    DisplayGtkHold hold;
    struct zwp_confined_pointer_v1 *confined;           /* this one */
    struct zwp_locked_pointer_v1 *locked;               /* or these */
    struct zwp_relative_pointer_v1 *motion;
    DisplayGtkMoved *moved;
    void *opaque;
} WaylandHold;

static void global_announced(void *opaque, struct wl_registry *registry, uint32_t name,
                             const char *interface, uint32_t version)
{
    Globals *globals = opaque;

    if (strcmp(interface, zwp_pointer_constraints_v1_interface.name) == 0) {
        globals->constraints = wl_registry_bind(registry, name,
                                                &zwp_pointer_constraints_v1_interface, 1);
    } else if (strcmp(interface, zwp_relative_pointer_manager_v1_interface.name) == 0) {
        globals->motions = wl_registry_bind(registry, name,
                                            &zwp_relative_pointer_manager_v1_interface, 1);
    }
}

static void global_removed(void *opaque, struct wl_registry *registry, uint32_t name)
{
}

/* Asked on a queue of its own, as GTK's must not be dispatched here. */
static void ask_globals(Globals *globals, struct wl_display *display)
{
    static const struct wl_registry_listener listener = {
        .global = global_announced,
        .global_remove = global_removed,
    };
    struct wl_event_queue *queue = wl_display_create_queue(display);
    struct wl_display *wrapper = wl_proxy_create_wrapper(display);
    struct wl_registry *registry;

    wl_proxy_set_queue((struct wl_proxy *)wrapper, queue);
    registry = wl_display_get_registry(wrapper);
    wl_proxy_wrapper_destroy(wrapper);
    wl_registry_add_listener(registry, &listener, globals);
    wl_display_roundtrip_queue(display, queue);
    wl_registry_destroy(registry);
    if (globals->constraints) {
        wl_proxy_set_queue((struct wl_proxy *)globals->constraints, NULL);
    }
    if (globals->motions) {
        wl_proxy_set_queue((struct wl_proxy *)globals->motions, NULL);
    }
    wl_event_queue_destroy(queue);
}

static const Globals *get_globals(GdkDisplay *display)
{
    static Globals globals;

    if (!globals.known) {
        globals.known = true;
        ask_globals(&globals, gdk_wayland_display_get_wl_display(display));
    }
    return &globals;
}

static struct wl_pointer *get_pointer(GdkDisplay *display)
{
    GdkDevice *device = gdk_seat_get_pointer(gdk_display_get_default_seat(display));

    return device ? gdk_wayland_device_get_wl_pointer(device) : NULL;
}

/* Of the top-level window, which the others are parts of. */
static struct wl_surface *get_surface(GtkWidget *widget)
{
    return gdk_wayland_window_get_wl_surface(
        gdk_window_get_toplevel(gtk_widget_get_window(widget)));
}

static struct wl_region *make_region(GtkWidget *widget, const GdkRectangle *rect)
{
    GdkWindow *window = gtk_widget_get_window(widget);
    struct wl_region *region = wl_compositor_create_region(
        gdk_wayland_display_get_wl_compositor(gtk_widget_get_display(widget)));
    double x = rect->x, y = rect->y;

    while (window != gdk_window_get_toplevel(window)) {
        gdk_window_coords_to_parent(window, x, y, &x, &y);
        window = gdk_window_get_effective_parent(window);
    }
    wl_region_add(region, x, y, rect->width, rect->height);
    return region;
}

static void free_hold(DisplayGtkHold *opaque)
{
    WaylandHold *hold = (WaylandHold *)opaque;

    g_clear_pointer(&hold->confined, zwp_confined_pointer_v1_destroy);
    g_clear_pointer(&hold->motion, zwp_relative_pointer_v1_destroy);
    g_clear_pointer(&hold->locked, zwp_locked_pointer_v1_destroy);
    g_free(hold);
}

static WaylandHold *new_hold(void)
{
    static const DisplayGtkHoldOps ops = { .free = free_hold };
    WaylandHold *hold = g_new0(WaylandHold, 1);

    hold->hold.ops = &ops;
    return hold;
}

DisplayGtkHold *display_gtk_wayland_confine(GtkWidget *widget, const GdkRectangle *rect)
{
    GdkDisplay *display = gtk_widget_get_display(widget);
    const Globals *globals = get_globals(display);
    struct wl_pointer *pointer = get_pointer(display);
    struct wl_region *region;
    WaylandHold *hold;

    if (!globals->constraints || !pointer) {
        return NULL;
    }
    hold = new_hold();
    region = make_region(widget, rect);
    hold->confined = zwp_pointer_constraints_v1_confine_pointer(
        globals->constraints, get_surface(widget), pointer, region,
        ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT);
    wl_region_destroy(region);
    return &hold->hold;
}

static void relative_motion(void *opaque, struct zwp_relative_pointer_v1 *motion, uint32_t time_hi,
                            uint32_t time_lo, wl_fixed_t x, wl_fixed_t y, wl_fixed_t plain_x,
                            wl_fixed_t plain_y)
{
    WaylandHold *hold = opaque;

    hold->moved(hold->opaque, wl_fixed_to_double(x), wl_fixed_to_double(y));
}

DisplayGtkHold *display_gtk_wayland_lock(GtkWidget *widget, DisplayGtkMoved *moved, void *opaque)
{
    static const struct zwp_relative_pointer_v1_listener listener = {
        .relative_motion = relative_motion,
    };
    GdkDisplay *display = gtk_widget_get_display(widget);
    const Globals *globals = get_globals(display);
    struct wl_pointer *pointer = get_pointer(display);
    WaylandHold *hold;

    if (!globals->constraints || !globals->motions || !pointer) {
        return NULL;
    }
    hold = new_hold();
    hold->moved = moved;
    hold->opaque = opaque;
    hold->locked = zwp_pointer_constraints_v1_lock_pointer(
        globals->constraints, get_surface(widget), pointer, NULL,
        ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT);
    hold->motion = zwp_relative_pointer_manager_v1_get_relative_pointer(globals->motions, pointer);
    zwp_relative_pointer_v1_add_listener(hold->motion, &listener, hold);
    return &hold->hold;
}
