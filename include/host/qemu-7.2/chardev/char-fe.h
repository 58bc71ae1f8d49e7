/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's side of a character device.
 */
#ifndef HOST_QEMU_CHARDEV_CHAR_FE_H
#define HOST_QEMU_CHARDEV_CHAR_FE_H

#include "chardev/char.h"

typedef void IOEventHandler(void *opaque, QEMUChrEvent event);
typedef int IOCanReadHandler(void *opaque);
typedef void IOReadHandler(void *opaque, const uint8_t *buf, int size);
typedef int BackendChangeHandler(void *opaque);

typedef struct CharBackend {
    Chardev *chr;
    uint8_t host_pad0[40];      /* handlers */
    int tag;
    int fe_open;
} CharBackend;
HOST_LAYOUT(CharBackend, 56);
HOST_LAYOUT_AT(CharBackend, tag, 48);
HOST_LAYOUT_AT(CharBackend, fe_open, 52);

/* Waits until a socket is connected; nothing to do for other devices. */
int qemu_chr_fe_wait_connected(CharBackend *be, Error **errp);
/* An event tells at once when the device is open already. */
void qemu_chr_fe_set_handlers(CharBackend *b, IOCanReadHandler *fd_can_read,
                              IOReadHandler *fd_read, IOEventHandler *fd_event,
                              BackendChangeHandler *be_change, void *opaque,
                              GMainContext *context, bool set_open);

#endif
