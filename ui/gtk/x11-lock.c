/* SPDX-License-Identifier: GPL-2.0-or-later */
/* X11: a locked pointer: motions as XInput 2 reports them, whatever becomes of the cursor. */
#include "qemu/osdep.h"

#include "window-system.h"

#include <X11/extensions/XInput2.h>
#include <gdk/gdkx.h>

typedef enum SourceKind {
    SOURCE_RELATIVE,                /* mice: its values are distances */
    SOURCE_ABSOLUTE,                /* tablets: its values are positions in its own units */
    SOURCE_INJECTED,                /* by other programs: its values may be either */
} SourceKind;

/* A device that moves the pointer. */
typedef struct Source {
    SourceKind kind;
    double scale[2];                /* pixels per unit */
    double last[2];                 /* position in pixels */
    bool has_last[2];
} Source;

typedef struct Lock {
    DisplayGtkHold hold;
    GdkDisplay *display;
    GdkDevice *pointer;
    int opcode;                     /* of the extension's events */
    int scale;
    GdkScreen *screen;              /* where the pointer was, in logical pixels */
    int x, y;
    GHashTable *sources;            /* device id -> Source */
    DisplayGtkMoved *moved;
    void *opaque;
} Lock;

/* Devices */

static bool is_injector(Display *display, int id)
{
    Atom property = XInternAtom(display, "XTEST Device", True);
    Atom type = None;
    int format;
    unsigned long count, rest;
    unsigned char *data = NULL;

    if (property == None ||
        XIGetProperty(display, id, property, 0, 1, False, AnyPropertyType, &type, &format, &count,
                      &rest, &data) != Success) {
        return false;
    }
    if (data) {
        XFree(data);
    }
    return type != None;
}

static void read_axis(Source *source, Display *display, const XIValuatorClassInfo *axis)
{
    Screen *screen = DefaultScreenOfDisplay(display);
    int pixels = axis->number == 0 ? WidthOfScreen(screen) : HeightOfScreen(screen);
    double range = axis->max - axis->min;

    if (axis->number > 1 || axis->mode != XIModeAbsolute) {
        return;
    }
    source->kind = SOURCE_ABSOLUTE;
    source->scale[axis->number] = range > 0 ? pixels / range : 1;
}

static Source *make_source(Display *display, int id)
{
    Source *source = g_new0(Source, 1);
    XIDeviceInfo *info;
    int i, count;

    info = XIQueryDevice(display, id, &count);
    for (i = 0; info && i < info->num_classes; i++) {
        if (info->classes[i]->type == XIValuatorClass) {
            read_axis(source, display, (XIValuatorClassInfo *)info->classes[i]);
        }
    }
    if (info) {
        XIFreeDeviceInfo(info);
    }
    if (is_injector(display, id)) {
        source->kind = SOURCE_INJECTED;
    }
    return source;
}

static Source *get_source(Lock *lock, int id)
{
    Source *source = g_hash_table_lookup(lock->sources, GINT_TO_POINTER(id));

    if (!source) {
        gdk_x11_display_error_trap_push(lock->display);
        source = make_source(GDK_DISPLAY_XDISPLAY(lock->display), id);
        gdk_x11_display_error_trap_pop_ignored(lock->display);
        g_hash_table_insert(lock->sources, GINT_TO_POINTER(id), source);
    }
    return source;
}

/* Motions in device pixels */

static double step_to(Source *source, int axis, double position)
{
    double step = source->has_last[axis] ? position - source->last[axis] : 0;

    source->last[axis] = position;
    source->has_last[axis] = true;
    return step;
}

/*
 * Where the cursor went is what counts; it starts from the middle again before it reaches the
 * screen's edge.
 */
static void follow_cursor(Lock *lock, Source *source, double *x, double *y)
{
    Display *display = GDK_DISPLAY_XDISPLAY(lock->display);
    Screen *screen = DefaultScreenOfDisplay(display);
    int width = WidthOfScreen(screen), height = HeightOfScreen(screen);
    Window root, child;
    int root_x, root_y, window_x, window_y;
    unsigned mask;

    XQueryPointer(display, RootWindowOfScreen(screen), &root, &child, &root_x, &root_y, &window_x,
                  &window_y, &mask);
    *x = step_to(source, 0, root_x);
    *y = step_to(source, 1, root_y);
    if (root_x < width / 4 || root_x > width * 3 / 4 || root_y < height / 4 ||
        root_y > height * 3 / 4) {
        XIWarpPointer(display, gdk_x11_device_get_id(lock->pointer), None,
                      RootWindowOfScreen(screen), 0, 0, 0, 0, width / 2, height / 2);
        source->last[0] = width / 2;
        source->last[1] = height / 2;
    }
}

/* Values come packed, one for each bit that is set; 0 and 1 are the axes of motion. */
static bool get_value(const XIRawEvent *event, int axis, double *value)
{
    const XIValuatorState *state = &event->valuators;
    bool has_first = state->mask_len > 0 && XIMaskIsSet(state->mask, 0);

    if (state->mask_len < 1 || !XIMaskIsSet(state->mask, axis)) {
        return false;
    }
    *value = state->values[axis && has_first ? 1 : 0];
    return true;
}

static void get_motion(Lock *lock, const XIRawEvent *event, double motion[2])
{
    Source *source = get_source(lock, event->sourceid);
    double value;
    int axis;

    if (source->kind == SOURCE_INJECTED) {
        follow_cursor(lock, source, &motion[0], &motion[1]);
        return;
    }
    for (axis = 0; axis < 2; axis++) {
        if (!get_value(event, axis, &value)) {
            motion[axis] = 0;
        } else if (source->kind == SOURCE_ABSOLUTE) {
            motion[axis] = step_to(source, axis, value * source->scale[axis]);
        } else {
            motion[axis] = value;
        }
    }
}

static GdkFilterReturn filter_event(GdkXEvent *native, GdkEvent *event, void *opaque)
{
    Lock *lock = opaque;
    const XGenericEventCookie *cookie = &((XEvent *)native)->xcookie;
    double motion[2];

    if (cookie->type != GenericEvent || cookie->extension != lock->opcode ||
        cookie->evtype != XI_RawMotion || !cookie->data) {
        return GDK_FILTER_CONTINUE;
    }
    get_motion(lock, cookie->data, motion);
    if (motion[0] || motion[1]) {
        lock->moved(lock->opaque, motion[0] / lock->scale, motion[1] / lock->scale);
    }
    return GDK_FILTER_REMOVE;
}

/* The lock */

static bool select_raw_motion(GdkDisplay *display, bool wanted)
{
    unsigned char bits[XIMaskLen(XI_RawMotion)] = { 0 };
    XIEventMask mask = {
        .deviceid = XIAllMasterDevices,
        .mask_len = sizeof(bits),
        .mask = bits,
    };

    if (wanted) {
        XISetMask(bits, XI_RawMotion);
    }
    gdk_x11_display_error_trap_push(display);
    XISelectEvents(GDK_DISPLAY_XDISPLAY(display), gdk_x11_get_default_root_xwindow(), &mask, 1);
    return gdk_x11_display_error_trap_pop(display) == Success;
}

static void free_lock(DisplayGtkHold *hold)
{
    Lock *lock = (Lock *)hold;

    gdk_window_remove_filter(NULL, filter_event, lock);
    select_raw_motion(lock->display, false);
    gdk_device_warp(lock->pointer, lock->screen, lock->x, lock->y);
    g_hash_table_unref(lock->sources);
    g_object_unref(lock->pointer);
    g_object_unref(lock->display);
    g_free(lock);
}

/* Injected motions are followed from where the cursor is now. */
static void know_injectors(Lock *lock)
{
    int i, count;
    XIDeviceInfo *info = XIQueryDevice(GDK_DISPLAY_XDISPLAY(lock->display), XIAllDevices, &count);
    double x, y;

    for (i = 0; info && i < count; i++) {
        Source *source;

        if (info[i].use != XISlavePointer) {
            continue;
        }
        source = get_source(lock, info[i].deviceid);
        if (source->kind == SOURCE_INJECTED) {
            follow_cursor(lock, source, &x, &y);
        }
    }
    if (info) {
        XIFreeDeviceInfo(info);
    }
}

DisplayGtkHold *display_gtk_x11_lock(GtkWidget *widget, DisplayGtkMoved *moved, void *opaque)
{
    static const DisplayGtkHoldOps ops = { .free = free_lock };
    GdkDisplay *display = gtk_widget_get_display(widget);
    int opcode, event, error;
    Lock *lock;

    if (!XQueryExtension(GDK_DISPLAY_XDISPLAY(display), "XInputExtension", &opcode, &event,
                         &error) || !select_raw_motion(display, true)) {
        return NULL;
    }
    lock = g_new0(Lock, 1);
    lock->hold.ops = &ops;
    lock->display = g_object_ref(display);
    lock->pointer = g_object_ref(gdk_seat_get_pointer(gdk_display_get_default_seat(display)));
    lock->opcode = opcode;
    lock->scale = gtk_widget_get_scale_factor(widget);
    lock->sources = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    gdk_device_get_position(lock->pointer, &lock->screen, &lock->x, &lock->y);
    lock->moved = moved;
    lock->opaque = opaque;
    know_injectors(lock);
    gdk_window_add_filter(NULL, filter_event, lock);
    return &lock->hold;
}
