/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusViewer: from the socket to the proxies, and to its end. */
#include "qemu/osdep.h"

#include "socket.h"
#include "ui/display/damage.h"
#include "viewer-private.h"

#define LISTENER_PATH "/org/qemu/Display1/Listener"
#define LISTENER_NAME "org.qemu.Display1.Listener"
#define MAP_NAME      "org.qemu.Display1.Listener.Unix.Map"
#define DMABUF2_NAME  "org.qemu.Display1.Listener.Unix.ScanoutDMABUF2"

/*
 * How long a client may take to tell what it can do before it is treated as one that knows no
 * extensions: who implements nothing but the methods it needs may never answer.  An answer that
 * comes later counts, too.
 */
#define CAPABILITIES_MS 1000

/* Nothing to load, and nothing ever comes from this side: the proxies are made without a call. */
#define PROXY_FLAGS (G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | \
                     G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS)

static void viewer_finalize(void *opaque)
{
    DisplayDbusViewer *viewer = opaque;

    g_clear_object(&viewer->listener);
    g_clear_object(&viewer->map);
    g_clear_object(&viewer->dmabuf2);
    g_clear_object(&viewer->connection);
    g_clear_object(&viewer->cancellable);
    display_shared_pixels_free(viewer->shared);
    pixman_region32_fini(&viewer->damage);
}

void display_dbus_viewer_unref(DisplayDbusViewer *viewer)
{
    g_rc_box_release_full(viewer, viewer_finalize);
}

static void viewer_lost(DisplayDbusViewer *viewer)
{
    if (viewer->ops) {
        viewer->ops->gone(viewer, viewer->opaque);
    }
}

static void connection_closed(GDBusConnection *connection, gboolean vanished, GError *error,
                              void *viewer)
{
    viewer_lost(viewer);
}

/*
 * There is nothing to call on our end of this socket.  Calls are dropped before they are answered,
 * or a client that calls and never reads would let answers pile up.  Runs on GDBus's thread.
 */
static GDBusMessage *drop_calls(GDBusConnection *connection, GDBusMessage *message,
                                gboolean incoming, void *opaque)
{
    if (incoming && g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL) {
        g_object_unref(message);
        return NULL;
    }
    return message;
}

static void never_time_out(void *proxy)
{
    g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(proxy), G_MAXINT);
}

static void stop_waiting(DisplayDbusViewer *viewer)
{
    if (viewer->capabilities_timeout) {
        g_source_remove(viewer->capabilities_timeout);
        viewer->capabilities_timeout = 0;
    }
}

/* The client gets everything in the best way that is known now. */
static void start(DisplayDbusViewer *viewer)
{
    if (!viewer->listener) {
        viewer->listener = display_iface_listener_proxy_new_sync(
            viewer->connection, PROXY_FLAGS, NULL, LISTENER_PATH, NULL, NULL);
        never_time_out(viewer->listener);
        viewer->takes_dmabuf = true;
        viewer->cursor_changed = true;
        viewer->cursor_moved = true;
    }
    display_dbus_viewer_show(viewer);
    display_dbus_viewer_send(viewer);
}

static gboolean waited_too_long(void *opaque)
{
    DisplayDbusViewer *viewer = opaque;

    viewer->capabilities_timeout = 0;
    start(viewer);
    return G_SOURCE_REMOVE;
}

static void make_extensions(DisplayDbusViewer *viewer, const char *const *interfaces)
{
    if (g_strv_contains(interfaces, MAP_NAME)) {
        viewer->map = display_iface_listener_unix_map_proxy_new_sync(
            viewer->connection, PROXY_FLAGS, NULL, LISTENER_PATH, NULL, NULL);
        never_time_out(viewer->map);
    }
    if (g_strv_contains(interfaces, DMABUF2_NAME)) {
        viewer->dmabuf2 = display_iface_listener_unix_scanout_dmabuf2_proxy_new_sync(
            viewer->connection, PROXY_FLAGS, NULL, LISTENER_PATH, NULL, NULL);
        never_time_out(viewer->dmabuf2);
    }
}

static void capabilities_known(GObject *source, GAsyncResult *result, void *opaque)
{
    DisplayDbusViewer *viewer = opaque;
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) properties = NULL;
    g_autofree const char **interfaces = NULL;

    reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    if (viewer->ops) {
        stop_waiting(viewer);
        if (reply) {
            properties = g_variant_get_child_value(reply, 0);
            g_variant_lookup(properties, "Interfaces", "^a&s", &interfaces);
        }
        if (interfaces) {
            make_extensions(viewer, (const char *const *)interfaces);
        }
        if (!viewer->listener || viewer->map || viewer->dmabuf2) {
            start(viewer);
        }
    }
    display_dbus_viewer_unref(viewer);
}

static void query_capabilities(DisplayDbusViewer *viewer)
{
    viewer->capabilities_timeout = g_timeout_add(CAPABILITIES_MS, waited_too_long, viewer);
    g_dbus_connection_call(viewer->connection, NULL, LISTENER_PATH,
                           "org.freedesktop.DBus.Properties", "GetAll",
                           g_variant_new("(s)", LISTENER_NAME), G_VARIANT_TYPE("(a{sv})"),
                           G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, capabilities_known,
                           display_dbus_viewer_ref(viewer));
}

static void connected(GObject *source, GAsyncResult *result, void *opaque)
{
    DisplayDbusViewer *viewer = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) connection = display_dbus_socket_connect_finish(result, &error);

    if (connection && viewer->ops) {
        viewer->connection = g_object_ref(connection);
        g_signal_connect(connection, "closed", G_CALLBACK(connection_closed), viewer);
        g_dbus_connection_add_filter(connection, drop_calls, NULL, NULL);
        g_dbus_connection_start_message_processing(connection);
    }
    /* who hung up before we listened to the signal has been missed by it */
    if (!connection || g_dbus_connection_is_closed(connection)) {
        viewer_lost(viewer);
    } else if (viewer->ops) {
        query_capabilities(viewer);
    }
    display_dbus_viewer_unref(viewer);
}

DisplayDbusViewer *display_dbus_viewer_new(int fd, const DisplayDbusPicture *picture,
                                           const DisplayDbusViewerOps *ops, void *opaque,
                                           GError **error)
{
    DisplayDbusViewer *viewer = g_rc_box_new0(DisplayDbusViewer);

    viewer->picture = picture;
    viewer->ops = ops;
    viewer->opaque = opaque;
    viewer->cancellable = g_cancellable_new();
    pixman_region32_init(&viewer->damage);
    if (!display_dbus_socket_connect(fd, viewer->cancellable, connected,
                                     display_dbus_viewer_ref(viewer), error)) {
        display_dbus_viewer_unref(viewer);
        display_dbus_viewer_unref(viewer);
        return NULL;
    }
    return viewer;
}

void display_dbus_viewer_close(DisplayDbusViewer *viewer)
{
    viewer->ops = NULL;
    stop_waiting(viewer);
    g_cancellable_cancel(viewer->cancellable);
    if (viewer->connection) {
        g_signal_handlers_disconnect_by_data(viewer->connection, viewer);
        /* calls under way end with an error and drop their references */
        display_dbus_socket_hang_up(viewer->connection);
    }
    display_dbus_viewer_unref(viewer);
}

void display_dbus_viewer_show(DisplayDbusViewer *viewer)
{
    viewer->scanout_needed = true;
    pixman_region32_clear(&viewer->damage);
}

void display_dbus_viewer_damage(DisplayDbusViewer *viewer, const pixman_box32_t *box)
{
    if (viewer->scanout_needed) {
        return;
    }
    pixman_region32_union_rect(&viewer->damage, &viewer->damage, box->x1, box->y1,
                               box->x2 - box->x1, box->y2 - box->y1);
    /* what adds up for a client that does not answer must not make every update dear */
    if (pixman_region32_n_rects(&viewer->damage) > 2 * DISPLAY_DBUS_RECTANGLES_MAX) {
        display_damage_simplify(&viewer->damage, DISPLAY_DBUS_RECTANGLES_MAX / 2);
    }
}

void display_dbus_viewer_define_cursor(DisplayDbusViewer *viewer)
{
    viewer->cursor_changed = true;
}

void display_dbus_viewer_move_cursor(DisplayDbusViewer *viewer)
{
    viewer->cursor_moved = true;
}

void display_dbus_viewer_send(DisplayDbusViewer *viewer)
{
    display_dbus_viewer_send_picture(viewer);
    display_dbus_viewer_send_cursor(viewer);
}

bool display_dbus_viewer_finish_call(GObject *proxy, GAsyncResult *result, GError **error)
{
    GVariant *reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(proxy), result, error);

    if (!reply) {
        return false;
    }
    g_variant_unref(reply);
    return true;
}

static bool is_settled(const DisplayDbusViewer *viewer)
{
    return !viewer->calls && !viewer->scanout_needed &&
           !pixman_region32_not_empty((pixman_region32_t *)&viewer->damage);
}

bool display_dbus_viewer_holds(const DisplayDbusViewer *viewer)
{
    return display_dbus_viewer_is_ready(viewer) && !viewer->is_late &&
           display_dbus_viewer_is_direct(viewer) && !is_settled(viewer);
}

void display_dbus_viewer_set_late(DisplayDbusViewer *viewer)
{
    viewer->is_late = !is_settled(viewer);
}

void display_dbus_viewer_settle(DisplayDbusViewer *viewer)
{
    if (display_dbus_viewer_is_ready(viewer) && is_settled(viewer)) {
        viewer->is_late = false;
        viewer->ops->settled(viewer, viewer->opaque);
    }
}
