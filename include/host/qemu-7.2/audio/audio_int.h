/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audio back end of a name, and its driver's link to the D-Bus display.
 */
#ifndef HOST_QEMU_AUDIO_AUDIO_INT_H
#define HOST_QEMU_AUDIO_AUDIO_INT_H

#include <gio/gio.h>

#include "host-layout.h"
#include "qemu/osdep.h"

typedef struct AudioState AudioState;

typedef struct audio_driver {
    uint8_t host_pad0[32];
    /* Only the driver "dbus" has it. */
    void (*set_dbus_server)(AudioState *s, GDBusObjectManagerServer *manager);
    uint8_t host_pad1[48];
} audio_driver;
HOST_LAYOUT(audio_driver, 88);
HOST_LAYOUT_AT(audio_driver, set_dbus_server, 32);

struct AudioState {
    audio_driver *drv;
    uint8_t host_pad0[112];
};
HOST_LAYOUT(AudioState, 120);

/* Borrowed; NULL when there is none of this name. */
AudioState *audio_state_by_name(const char *name);

#endif
