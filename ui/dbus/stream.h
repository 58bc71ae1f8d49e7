/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusStream: bytes over a socket that a client handed in.
 *
 * Without a client, or when it does not read, what is written is dropped or refused; nothing is
 * kept for later.  Owned by a character device.  Writing and watching work on any thread that holds
 * the device's own lock; the rest is for the main thread, reading for the context that was set.
 */
#ifndef UI_DBUS_STREAM_H
#define UI_DBUS_STREAM_H

#include <gio/gio.h>

typedef struct DisplayDbusStream DisplayDbusStream;

typedef struct DisplayDbusStreamOps {
    /* How many bytes the reader takes now. */
    int (*can_read)(void *opaque);
    void (*read)(void *opaque, const uint8_t *data, size_t length);
    /* The client has hung up, or display_dbus_stream_close() was called. */
    void (*closed)(void *opaque);
} DisplayDbusStreamOps;

DisplayDbusStream *display_dbus_stream_new(const DisplayDbusStreamOps *ops, void *opaque);
/* Takes NULL; says nothing to the owner. */
void display_dbus_stream_free(DisplayDbusStream *stream);

/* Takes the descriptor over in any case; false with an error when it is not a stream socket. */
bool display_dbus_stream_open(DisplayDbusStream *stream, int fd, GError **error);
void display_dbus_stream_close(DisplayDbusStream *stream);
bool display_dbus_stream_is_open(const DisplayDbusStream *stream);

/* Where reading happens from now on; NULL: the main loop. */
void display_dbus_stream_set_context(DisplayDbusStream *stream, GMainContext *context);

/* The reader may take more than when it was asked last; any thread. */
void display_dbus_stream_room(DisplayDbusStream *stream);

/* The number of bytes that were taken, -1 with errno when none were (EAGAIN: watch for room). */
int display_dbus_stream_write(DisplayDbusStream *stream, const uint8_t *data, int length);

/* A source that fires on the condition; NULL without a client. */
GSource *display_dbus_stream_create_watch(DisplayDbusStream *stream, GIOCondition condition);

#endif
