/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusStream: bytes over a socket that a client handed in. */
#include "qemu/osdep.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "errors.h"
#include "stream.h"

#define READ_SIZE 16384

struct DisplayDbusStream {
    const DisplayDbusStreamOps *ops;
    void *opaque;
    GMainContext *context;      /* NULL: the main loop's */
    int fd;                     /* -1: no client */
    GSource *reader;            /* NULL: no client */
};

/*
 * The reader polls for input only while somebody takes it; whether he does is asked each time the
 * loop goes round.  The end of the connection is always polled for, but for one case: it has ended
 * and bytes are left that nobody takes yet.  That would wake the loop again and again.
 */
typedef struct Reader {
    GSource base;
    DisplayDbusStream *stream;
    void *tag;                  /* of the socket while it is polled */
    bool has_ended;             /* with bytes left */
} Reader;

static gboolean reader_prepare(GSource *source, int *timeout)
{
    Reader *reader = (Reader *)source;
    DisplayDbusStream *stream = reader->stream;
    bool wanted = stream->ops->can_read(stream->opaque) > 0;
    GIOCondition condition = G_IO_HUP | G_IO_ERR | (wanted ? G_IO_IN : 0);

    if (!wanted && reader->has_ended) {
        if (reader->tag) {
            g_source_remove_unix_fd(source, g_steal_pointer(&reader->tag));
        }
    } else if (reader->tag) {
        g_source_modify_unix_fd(source, reader->tag, condition);
    } else {
        reader->tag = g_source_add_unix_fd(source, stream->fd, condition);
    }
    *timeout = -1;
    return FALSE;
}

static gboolean reader_check(GSource *source)
{
    Reader *reader = (Reader *)source;

    return reader->tag && g_source_query_unix_fd(source, reader->tag) != 0;
}

/* Only the end of the connection brings us here when nobody takes bytes. */
static void handle_end(Reader *reader)
{
    int left = 0;

    if (ioctl(reader->stream->fd, FIONREAD, &left) == 0 && left > 0) {
        reader->has_ended = true;
    } else {
        display_dbus_stream_close(reader->stream);
    }
}

static void handle_input(DisplayDbusStream *stream, int room)
{
    uint8_t buffer[READ_SIZE];
    ssize_t length = recv(stream->fd, buffer, MIN(room, READ_SIZE), MSG_DONTWAIT);

    if (length > 0) {
        stream->ops->read(stream->opaque, buffer, length);
    } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
        display_dbus_stream_close(stream);
    }
}

static gboolean reader_dispatch(GSource *source, GSourceFunc callback, void *data)
{
    Reader *reader = (Reader *)source;
    int room = reader->stream->ops->can_read(reader->stream->opaque);

    if (room > 0) {
        handle_input(reader->stream, room);
    } else {
        handle_end(reader);
    }
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs reader_funcs = {
    .prepare = reader_prepare,
    .check = reader_check,
    .dispatch = reader_dispatch,
};

static void start_reading(DisplayDbusStream *stream)
{
    stream->reader = g_source_new(&reader_funcs, sizeof(Reader));
    ((Reader *)stream->reader)->stream = stream;
    g_source_attach(stream->reader, stream->context);
}

static void stop_reading(DisplayDbusStream *stream)
{
    if (stream->reader) {
        g_source_destroy(stream->reader);
        g_clear_pointer(&stream->reader, g_source_unref);
    }
}

static void hang_up(DisplayDbusStream *stream)
{
    stop_reading(stream);
    if (stream->fd >= 0) {
        close(stream->fd);
        stream->fd = -1;
    }
}

DisplayDbusStream *display_dbus_stream_new(const DisplayDbusStreamOps *ops, void *opaque)
{
    DisplayDbusStream *stream = g_new0(DisplayDbusStream, 1);

    stream->ops = ops;
    stream->opaque = opaque;
    stream->fd = -1;
    return stream;
}

void display_dbus_stream_free(DisplayDbusStream *stream)
{
    if (stream) {
        hang_up(stream);
        g_free(stream);
    }
}

static int get_option(int fd, int option)
{
    socklen_t length = sizeof(int);
    int value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

static bool is_stream_socket(int fd)
{
    return get_option(fd, SO_TYPE) == SOCK_STREAM && get_option(fd, SO_ACCEPTCONN) == 0;
}

bool display_dbus_stream_open(DisplayDbusStream *stream, int fd, GError **error)
{
    g_assert(stream->fd < 0);
    if (!is_stream_socket(fd) || !g_unix_set_fd_nonblocking(fd, TRUE, NULL)) {
        close(fd);
        g_set_error(error, DISPLAY_DBUS_ERROR, DISPLAY_DBUS_ERROR_INVALID,
                    "this is not a connected stream socket");
        return false;
    }
    stream->fd = fd;
    start_reading(stream);
    return true;
}

void display_dbus_stream_close(DisplayDbusStream *stream)
{
    if (stream->fd >= 0) {
        hang_up(stream);
        stream->ops->closed(stream->opaque);
    }
}

bool display_dbus_stream_is_open(const DisplayDbusStream *stream)
{
    return stream->fd >= 0;
}

void display_dbus_stream_set_context(DisplayDbusStream *stream, GMainContext *context)
{
    stream->context = context;
    if (stream->reader) {
        stop_reading(stream);
        start_reading(stream);
    }
}

void display_dbus_stream_room(DisplayDbusStream *stream)
{
    if (stream->reader) {
        g_main_context_wakeup(stream->context);
    }
}

int display_dbus_stream_write(DisplayDbusStream *stream, const uint8_t *data, int length)
{
    ssize_t written;

    if (stream->fd < 0) {
        return length;
    }
    do {
        written = send(stream->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (written < 0 && errno == EINTR);
    if (written < 0 && errno != EAGAIN) {
        /* the reader sees the end, too, and tells */
        return length;
    }
    return written;
}

GSource *display_dbus_stream_create_watch(DisplayDbusStream *stream, GIOCondition condition)
{
    return stream->fd < 0 ? NULL : g_unix_fd_source_new(stream->fd, condition);
}
