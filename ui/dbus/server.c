/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusServer: the object "dbus-display", which offers the machine's display. */
#include "qemu/osdep.h"

#include "audio/audio_int.h"
#include "chardev.h"
#include "clipboard.h"
#include "console.h"
#include "display1.h"
#include "guard.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-control.h"
#include "qapi/qapi-types-ui.h"
#include "qemu/error-report.h"
#include "qom/object_interfaces.h"
#include "server.h"
#include "socket.h"
#include "sysemu/sysemu.h"

#define ROOT_PATH "/org/qemu/Display1"
#define BUS_NAME  "org.qemu"

#define AUDIO_NAME "org.qemu.Display1.Audio"
#define PEER_NAME  ":0.0"       /* no bus gives this one away */

struct DisplayDbusServer {
    Object parent_obj;
    char *address;
    char *audiodev;
    DisplayGLMode gl_mode;
    bool p2p;

    GDBusObjectManagerServer *manager;
    GDBusConnection *connection;        /* of the bus or the peer; NULL: no peer yet */
    GCancellable *joining;              /* of a peer that has not authenticated yet */
    guint name;                         /* of the bus, 0: none */
    DisplayIfaceVM *vm;
    GPtrArray *consoles;
    DisplayDbusClipboard *clipboard;
};

/* What is exported */

static void export_interface(DisplayDbusServer *server, const char *path,
                             GDBusInterfaceSkeleton *iface)
{
    g_autoptr(GDBusObjectSkeleton) object = g_dbus_object_skeleton_new(path);

    g_dbus_object_skeleton_add_interface(object, iface);
    g_dbus_object_manager_server_export(server->manager, object);
}

static void export_consoles(DisplayDbusServer *server)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t id;

    for (id = 0; qemu_console_lookup_by_index(id); id++) {
        DisplayDbusConsole *console = display_dbus_console_new(qemu_console_lookup_by_index(id));

        g_ptr_array_add(server->consoles, console);
        g_dbus_object_manager_server_export(server->manager,
                                            display_dbus_console_get_object(console));
        g_array_append_val(ids, id);
    }
    display_iface_vm_set_console_ids(
        server->vm, g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, ids->data, ids->len,
                                              sizeof(uint32_t)));
}

static char *default_name(void)
{
    g_autoptr(VersionInfo) version = qmp_query_version(NULL);

    return g_strdup_printf("QEMU %" PRId64 ".%" PRId64 ".%" PRId64, version->qemu->major,
                           version->qemu->minor, version->qemu->micro);
}

static void export_vm(DisplayDbusServer *server)
{
    static const char *const interfaces[] = { NULL };
    g_autofree char *uuid = qemu_uuid_unparse_strdup(&qemu_uuid);
    g_autofree char *name = default_name();

    server->vm = display_iface_vm_skeleton_new();
    display_iface_vm_set_name(server->vm, qemu_name ?: name);
    display_iface_vm_set_uuid(server->vm, uuid);
    display_iface_vm_set_interfaces(server->vm, interfaces);
    export_interface(server, ROOT_PATH "/VM", G_DBUS_INTERFACE_SKELETON(server->vm));
}

static bool export_audio(DisplayDbusServer *server, Error **errp)
{
    AudioState *state;

    if (!server->audiodev || !*server->audiodev) {
        return true;
    }
    state = audio_state_by_name(server->audiodev);
    if (!state) {
        error_setg(errp, "Audiodev '%s' not found", server->audiodev);
        return false;
    }
    if (!state->drv->set_dbus_server) {
        error_setg(errp, "Audiodev '%s' is not compatible with DBus", server->audiodev);
        return false;
    }
    state->drv->set_dbus_server(state, server->manager);
    return true;
}

/* Connections */

static void set_connection(DisplayDbusServer *server, GDBusConnection *connection)
{
    GDBusConnection *before = g_steal_pointer(&server->connection);

    if (before) {
        g_signal_handlers_disconnect_by_data(before, server);
    }
    g_dbus_object_manager_server_set_connection(server->manager, connection);
    server->connection = connection ? g_object_ref(connection) : NULL;
    display_dbus_clipboard_forget(server->clipboard);
    if (before) {
        display_dbus_socket_hang_up(before);
        g_object_unref(before);
    }
}

static bool connect_to_bus(DisplayDbusServer *server, Error **errp)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection;

    if (server->address && *server->address) {
        connection = g_dbus_connection_new_for_address_sync(
            server->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
    } else {
        connection = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);
    }
    if (!connection) {
        error_setg(errp, "failed to connect to DBus at %s: %s",
                   server->address && *server->address ? server->address : "the session bus",
                   error->message);
        return false;
    }
    server->connection = connection;
    display_dbus_guard_add(connection, false);
    g_dbus_object_manager_server_set_connection(server->manager, connection);
    server->name = g_bus_own_name_on_connection(connection, BUS_NAME,
                                                G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
                                                NULL);
    return true;
}

/* The name that a peer's message should come from. */
static const char *sender_of(GDBusMessage *message)
{
    return g_strcmp0(g_dbus_message_get_interface(message), AUDIO_NAME) == 0 ? PEER_NAME : NULL;
}

/*
 * Peers have no names, whatever they say.  But the audio driver of this QEMU keeps its clients by
 * their names and crashes when they have none.  Runs on GDBus's thread.
 */
static GDBusMessage *name_peer(GDBusConnection *connection, GDBusMessage *message,
                               gboolean incoming, void *opaque)
{
    GDBusMessage *named;

    if (!incoming || g_strcmp0(g_dbus_message_get_sender(message), sender_of(message)) == 0) {
        return message;
    }
    named = g_dbus_message_copy(message, NULL);
    if (named) {
        g_dbus_message_set_sender(named, sender_of(message));
    }
    g_object_unref(message);
    return named;
}

static void peer_closed(GDBusConnection *connection, gboolean vanished, GError *error,
                        void *server)
{
    set_connection(server, NULL);
}

static void peer_joined(GObject *source, GAsyncResult *result, void *opaque)
{
    DisplayDbusServer *server = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) connection = display_dbus_socket_connect_finish(result, &error);

    if (!connection) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            warn_report("a D-Bus client did not connect: %s", error->message);
        }
        return;
    }
    set_connection(server, connection);
    g_signal_connect(connection, "closed", G_CALLBACK(peer_closed), server);
    display_dbus_guard_add(connection, true);
    g_dbus_connection_add_filter(connection, name_peer, NULL, NULL);
    g_dbus_connection_start_message_processing(connection);
    /* who hung up before we listened to the signal has been missed by it */
    if (g_dbus_connection_is_closed(connection)) {
        set_connection(server, NULL);
    }
}

bool display_dbus_server_add_client(DisplayDbusServer *server, int fd, Error **errp)
{
    g_autoptr(GError) error = NULL;

    if (!server->p2p) {
        error_setg(errp, "p2p connections not accepted in bus mode");
        return false;
    }
    g_cancellable_cancel(server->joining);
    g_clear_object(&server->joining);
    server->joining = g_cancellable_new();
    if (!display_dbus_socket_connect(fd, server->joining, peer_joined, server, &error)) {
        error_setg(errp, "cannot use the client's socket: %s", error->message);
        return false;
    }
    return true;
}

/* The object */

static void server_complete(UserCreatable *uc, Error **errp)
{
    DisplayDbusServer *server = DISPLAY_DBUS_SERVER(uc);

    if (object_resolve_path_type("", TYPE_DISPLAY_DBUS_SERVER, NULL) != OBJECT(server)) {
        error_setg(errp, "There is already an instance of %s", TYPE_DISPLAY_DBUS_SERVER);
        return;
    }
    if (!server->p2p && !connect_to_bus(server, errp)) {
        return;
    }
    if (!export_audio(server, errp)) {
        return;
    }
    export_vm(server);
    export_consoles(server);
    server->clipboard = display_dbus_clipboard_new();
    export_interface(server, ROOT_PATH "/Clipboard",
                     display_dbus_clipboard_get_interface(server->clipboard));
    display_dbus_chardevs_export(server->manager);
}

static void server_instance_init(Object *obj)
{
    DisplayDbusServer *server = DISPLAY_DBUS_SERVER(obj);

    server->manager = g_dbus_object_manager_server_new(ROOT_PATH);
    server->consoles = g_ptr_array_new_with_free_func(
        (GDestroyNotify)display_dbus_console_free);
}

static void server_finalize(Object *obj)
{
    DisplayDbusServer *server = DISPLAY_DBUS_SERVER(obj);

    g_cancellable_cancel(server->joining);
    g_clear_object(&server->joining);
    display_dbus_chardevs_export(NULL);
    if (server->name) {
        g_bus_unown_name(server->name);
    }
    g_ptr_array_free(server->consoles, TRUE);
    if (server->connection) {
        g_signal_handlers_disconnect_by_data(server->connection, server);
    }
    g_object_unref(server->manager);
    g_clear_object(&server->connection);
    display_dbus_clipboard_free(server->clipboard);
    g_clear_object(&server->vm);
    g_free(server->address);
    g_free(server->audiodev);
}

static char *get_address(Object *obj, Error **errp)
{
    return g_strdup(DISPLAY_DBUS_SERVER(obj)->address);
}

static void set_address(Object *obj, const char *value, Error **errp)
{
    DisplayDbusServer *server = DISPLAY_DBUS_SERVER(obj);

    g_free(server->address);
    server->address = g_strdup(value);
}

static char *get_audiodev(Object *obj, Error **errp)
{
    return g_strdup(DISPLAY_DBUS_SERVER(obj)->audiodev);
}

static void set_audiodev(Object *obj, const char *value, Error **errp)
{
    DisplayDbusServer *server = DISPLAY_DBUS_SERVER(obj);

    g_free(server->audiodev);
    server->audiodev = g_strdup(value);
}

static bool get_p2p(Object *obj, Error **errp)
{
    return DISPLAY_DBUS_SERVER(obj)->p2p;
}

static void set_p2p(Object *obj, bool value, Error **errp)
{
    DISPLAY_DBUS_SERVER(obj)->p2p = value;
}

static int get_gl_mode(Object *obj, Error **errp)
{
    return DISPLAY_DBUS_SERVER(obj)->gl_mode;
}

static void set_gl_mode(Object *obj, int value, Error **errp)
{
    DISPLAY_DBUS_SERVER(obj)->gl_mode = value;
}

static void server_class_init(ObjectClass *klass, void *data)
{
    USER_CREATABLE_CLASS(klass)->complete = server_complete;
    object_class_property_add_str(klass, "addr", get_address, set_address);
    object_class_property_add_str(klass, "audiodev", get_audiodev, set_audiodev);
    object_class_property_add_bool(klass, "p2p", get_p2p, set_p2p);
    object_class_property_add_enum(klass, "gl-mode", "DisplayGLMode", &DisplayGLMode_lookup,
                                   get_gl_mode, set_gl_mode);
}

void display_dbus_server_register_type(void)
{
    static InterfaceInfo interfaces[] = {
        { TYPE_USER_CREATABLE },
        { },
    };
    static const TypeInfo info = {
        .name = TYPE_DISPLAY_DBUS_SERVER,
        .parent = TYPE_OBJECT,
        .instance_size = sizeof(DisplayDbusServer),
        .instance_init = server_instance_init,
        .instance_finalize = server_finalize,
        .class_init = server_class_init,
        .interfaces = interfaces,
    };

    type_register(&info);
}
