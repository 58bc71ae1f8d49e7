/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusConsole, for the files that implement it. */
#ifndef UI_DBUS_CONSOLE_PRIVATE_H
#define UI_DBUS_CONSOLE_PRIVATE_H

#include "console.h"
#include "display1.h"
#include "gl.h"
#include "input.h"
#include "qemu/main-loop.h"
#include "viewer.h"

struct DisplayDbusConsole {
    DisplayChangeListener dcl;
    QemuConsole *con;
    DisplayDbusPicture picture;
    QEMUCursor *cursor;             /* whose pixels picture.cursor shows */
    QEMUBH *send;
    GPtrArray *viewers;
    GDBusObjectSkeleton *object;
    DisplayIfaceConsole *iface;
    DisplayDbusInput *input;

    DisplayDbusGl *gl;              /* NULL: without GL */
    bool is_held;                   /* the device waits until viewers have taken the update */
    guint hold_timeout;
};

static inline DisplayDbusConsole *display_dbus_console_of(DisplayChangeListener *dcl)
{
    return container_of(dcl, DisplayDbusConsole, dcl);
}

static inline DisplayDbusViewer *display_dbus_console_get_viewer(DisplayDbusConsole *console,
                                                                 guint index)
{
    return g_ptr_array_index(console->viewers, index);
}

/* The picture is another one, or has changed in a part. */
void display_dbus_console_show(DisplayDbusConsole *console);
void display_dbus_console_damage(DisplayDbusConsole *console, const pixman_box32_t *box);

/* Adds what QEMU tells of GL pictures. */
void display_dbus_console_add_gl_hooks(DisplayChangeListenerOps *ops);

/* Asks the device for what is new; viewers get it as it is, so nothing is read back for that. */
void display_dbus_console_ask_device(DisplayDbusConsole *console);
/* Whether the surface is only what others see of the GL picture that is shown here. */
bool display_dbus_console_gl_is_mirrored(DisplayDbusConsole *console, DisplaySurface *surface);

/* A surface takes the place of the GL picture. */
void display_dbus_console_gl_forget(DisplayDbusConsole *console);
/* See to it that the picture is there in the way that a viewer takes. */
void display_dbus_console_gl_export(DisplayDbusConsole *console);
void display_dbus_console_gl_read(DisplayDbusConsole *console);
/* Sets picture.memory to where the GL picture lies; false when it cannot be mapped. */
bool display_dbus_console_gl_share(DisplayDbusConsole *console);

/* Sets picture.memory. */
void display_dbus_console_share(DisplayDbusConsole *console);
/* Lets the device wait for viewers to take an update: in any case, or if one looks at its memory. */
void display_dbus_console_hold(DisplayDbusConsole *console);
void display_dbus_console_hold_if_needed(DisplayDbusConsole *console);
/* Lets the device go on when no viewer needs it to wait. */
void display_dbus_console_settle(DisplayDbusConsole *console);

#endif
