/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The character device that is a socket.
 */
#ifndef HOST_QEMU_CHARDEV_CHAR_SOCKET_H
#define HOST_QEMU_CHARDEV_CHAR_SOCKET_H

#include "chardev/char.h"
#include "io/channel.h"

#define TYPE_CHARDEV_SOCKET "chardev-socket"

typedef struct SocketChardev {
    Chardev parent;
    QIOChannel *ioc;            /* NULL: not connected */
    uint8_t host_pad0[168];
} SocketChardev;
HOST_LAYOUT(SocketChardev, 328);
HOST_LAYOUT_AT(SocketChardev, ioc, 152);

DECLARE_INSTANCE_CHECKER(SocketChardev, SOCKET_CHARDEV, TYPE_CHARDEV_SOCKET)

#endif
