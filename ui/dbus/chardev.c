/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusChardev: the character devices as objects on the bus. */
#include "qemu/osdep.h"

#include "chardev.h"
#include "display1.h"
#include "drain.h"
#include "errors.h"
#include "guard.h"
#include "qapi/error.h"
#include "socket.h"
#include "stream.h"

typedef struct DisplayDbusChardev {
    Chardev parent_obj;
    DisplayDbusStream *stream;
    DisplayIfaceChardev *iface;
    GDBusObjectSkeleton *object;
} DisplayDbusChardev;

DECLARE_INSTANCE_CHECKER(DisplayDbusChardev, DISPLAY_DBUS_CHARDEV, TYPE_DISPLAY_DBUS_CHARDEV)

/* Character devices are made before the display and after it. */
static GPtrArray *chardevs;
static GDBusObjectManagerServer *chardev_manager;

void display_dbus_chardevs_export(GDBusObjectManagerServer *manager)
{
    guint i;

    chardev_manager = manager;
    for (i = 0; manager && chardevs && i < chardevs->len; i++) {
        DisplayDbusChardev *chardev = g_ptr_array_index(chardevs, i);

        g_dbus_object_manager_server_export_uniquely(manager, chardev->object);
    }
}

/* Devices that come and go are announced on the connection of the time. */
static void count_announcement(void)
{
    g_autoptr(GDBusConnection) connection =
        g_dbus_object_manager_server_get_connection(chardev_manager);

    display_dbus_guard_count_signal(connection);
}

/* The client */

static void client_left(void *opaque)
{
    DisplayDbusChardev *chardev = opaque;

    display_iface_chardev_set_owner(chardev->iface, "");
    qemu_chr_be_event(CHARDEV(chardev), CHR_EVENT_CLOSED);
}

static gboolean handle_register(DisplayIfaceChardev *iface, GDBusMethodInvocation *invocation,
                                GUnixFDList *fds, GVariant *handle, void *opaque)
{
    DisplayDbusChardev *chardev = opaque;
    const char *sender = g_dbus_method_invocation_get_sender(invocation);
    g_autoptr(GError) error = NULL;
    int fd;

    if (display_dbus_stream_is_open(chardev->stream)) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED,
                                   "there is a client already");
    }
    fd = display_dbus_take_fd(fds, handle, &error);
    if (fd < 0 || !display_dbus_stream_open(chardev->stream, fd, &error)) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED,
                                   "Couldn't register FD! %s", error->message);
    }
    display_iface_chardev_set_owner(iface, sender ?: "");
    display_iface_chardev_complete_register(iface, invocation, NULL);
    qemu_chr_be_event(CHARDEV(chardev), CHR_EVENT_OPENED);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean handle_send_break(DisplayIfaceChardev *iface, GDBusMethodInvocation *invocation,
                                  void *chardev)
{
    qemu_chr_be_event(CHARDEV(chardev), CHR_EVENT_BREAK);
    display_iface_chardev_complete_send_break(iface, invocation);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* What QEMU calls */

static int can_read(void *opaque)
{
    return qemu_chr_be_can_write(CHARDEV(opaque));
}

static void bytes_read(void *opaque, const uint8_t *data, size_t length)
{
    qemu_chr_be_write(CHARDEV(opaque), data, length);
}

static const DisplayDbusStreamOps stream_ops = {
    .can_read = can_read,
    .read = bytes_read,
    .closed = client_left,
};

/* An object path of letters, digits and underscores, whatever the label has. */
static char *path_of(const char *label)
{
    g_autofree char *element = g_strdup(label);

    g_strcanon(element, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_", '_');
    return g_strdup_printf("/org/qemu/Display1/Chardev_%s", element);
}

static void chardev_open(Chardev *chr, ChardevBackend *backend, bool *be_opened, Error **errp)
{
    DisplayDbusChardev *chardev = DISPLAY_DBUS_CHARDEV(chr);
    g_autofree char *path = path_of(chr->label);
    const char *name = backend->u.dbus.data->name;

    *be_opened = false;
    chardev->stream = display_dbus_stream_new(&stream_ops, chardev);
    chardev->iface = display_iface_chardev_skeleton_new();
    g_object_set(chardev->iface, "name", name ?: "", "owner", "", NULL);
    display_dbus_pace_properties(G_DBUS_INTERFACE_SKELETON(chardev->iface));
    g_signal_connect(chardev->iface, "handle-register", G_CALLBACK(handle_register), chardev);
    g_signal_connect(chardev->iface, "handle-send-break", G_CALLBACK(handle_send_break), chardev);
    chardev->object = g_dbus_object_skeleton_new(path);
    g_dbus_object_skeleton_add_interface(chardev->object,
                                         G_DBUS_INTERFACE_SKELETON(chardev->iface));
    if (!chardevs) {
        chardevs = g_ptr_array_new();
    }
    g_ptr_array_add(chardevs, chardev);
    if (chardev_manager) {
        g_dbus_object_manager_server_export_uniquely(chardev_manager, chardev->object);
        count_announcement();
    }
}

static void chardev_finalize(Object *obj)
{
    DisplayDbusChardev *chardev = DISPLAY_DBUS_CHARDEV(obj);

    if (!chardev->object) {
        return;
    }
    g_ptr_array_remove(chardevs, chardev);
    if (chardev_manager) {
        g_dbus_object_manager_server_unexport(
            chardev_manager, g_dbus_object_get_object_path(G_DBUS_OBJECT(chardev->object)));
        count_announcement();
    }
    display_dbus_stream_free(chardev->stream);
    g_object_unref(chardev->iface);
    g_object_unref(chardev->object);
}

static int chardev_write(Chardev *chr, const uint8_t *data, int length)
{
    return display_dbus_stream_write(DISPLAY_DBUS_CHARDEV(chr)->stream, data, length);
}

static GSource *chardev_add_watch(Chardev *chr, GIOCondition condition)
{
    return display_dbus_stream_create_watch(DISPLAY_DBUS_CHARDEV(chr)->stream, condition);
}

static void chardev_update_read_handler(Chardev *chr)
{
    display_dbus_stream_set_context(DISPLAY_DBUS_CHARDEV(chr)->stream, chr->gcontext);
}

static void chardev_accept_input(Chardev *chr)
{
    display_dbus_stream_room(DISPLAY_DBUS_CHARDEV(chr)->stream);
}

static void chardev_disconnect(Chardev *chr)
{
    display_dbus_stream_close(DISPLAY_DBUS_CHARDEV(chr)->stream);
}

static void chardev_set_echo(Chardev *chr, bool echo)
{
    display_iface_chardev_set_echo(DISPLAY_DBUS_CHARDEV(chr)->iface, echo);
}

static void chardev_set_fe_open(Chardev *chr, int open)
{
    display_iface_chardev_set_fe_opened(DISPLAY_DBUS_CHARDEV(chr)->iface, open);
}

static void parse(QemuOpts *opts, ChardevBackend *backend, Error **errp)
{
    const char *name = qemu_opt_get(opts, "name");
    ChardevDBus *dbus;

    if (!name) {
        error_setg(errp, "chardev: dbus: no name given");
        return;
    }
    dbus = g_new0(ChardevDBus, 1);
    dbus->name = g_strdup(name);
    backend->type = CHARDEV_BACKEND_KIND_DBUS;
    backend->u.dbus.data = dbus;
    qemu_chr_parse_common(opts, (ChardevCommon *)dbus);
}

/* Names by which clients find the consoles that QEMU makes of "vc" itself. */
static const char *vc_name(const char *label)
{
    if (g_str_has_prefix(label, "compat_monitor")) {
        return "org.qemu.monitor.hmp.0";
    }
    if (g_str_has_prefix(label, "serial")) {
        return "org.qemu.console.serial.0";
    }
    return "";
}

static void vc_open(Chardev *chr, ChardevBackend *backend, bool *be_opened, Error **errp)
{
    ChardevDBus dbus = { .name = (char *)vc_name(chr->label) };
    ChardevBackend named = {
        .type = CHARDEV_BACKEND_KIND_DBUS,
        .u.dbus.data = &dbus,
    };

    chardev_open(chr, &named, be_opened, errp);
}

static void chardev_class_init(ObjectClass *klass, void *data)
{
    ChardevClass *chardev = CHARDEV_CLASS(klass);

    chardev->parse = parse;
    chardev->open = chardev_open;
    chardev->chr_write = chardev_write;
    chardev->chr_add_watch = chardev_add_watch;
    chardev->chr_update_read_handler = chardev_update_read_handler;
    chardev->chr_accept_input = chardev_accept_input;
    chardev->chr_disconnect = chardev_disconnect;
    chardev->chr_set_echo = chardev_set_echo;
    chardev->chr_set_fe_open = chardev_set_fe_open;
}

static void vc_class_init(ObjectClass *klass, void *data)
{
    ChardevClass *chardev = CHARDEV_CLASS(klass);

    chardev->parse = qemu_chr_parse_vc;
    chardev->open = vc_open;
}

void display_dbus_chardev_register_type(void)
{
    static const TypeInfo info = {
        .name = TYPE_DISPLAY_DBUS_CHARDEV,
        .parent = TYPE_CHARDEV,
        .instance_size = sizeof(DisplayDbusChardev),
        .instance_finalize = chardev_finalize,
        .class_init = chardev_class_init,
    };

    type_register(&info);
}

void display_dbus_chardev_register_vc_type(void)
{
    static const TypeInfo info = {
        .name = TYPE_DISPLAY_DBUS_CHARDEV_VC,
        .parent = TYPE_DISPLAY_DBUS_CHARDEV,
        .class_init = vc_class_init,
    };

    type_register(&info);
}
