/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Byte streams of the host.
 */
#ifndef HOST_QEMU_IO_CHANNEL_H
#define HOST_QEMU_IO_CHANNEL_H

#include "qemu/osdep.h"

typedef struct QIOChannel QIOChannel;

typedef enum QIOChannelShutdown {
    QIO_CHANNEL_SHUTDOWN_BOTH = 3,
} QIOChannelShutdown;

/* Whoever waits for the stream sees its end; any thread. */
int qio_channel_shutdown(QIOChannel *ioc, QIOChannelShutdown how, Error **errp);

#endif
