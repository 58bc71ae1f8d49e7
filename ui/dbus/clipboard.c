/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusClipboard: the clipboard that the guest and one client share. */
#include "qemu/osdep.h"

#include "clipboard.h"
#include "display1.h"
#include "errors.h"
#include "ui/clipboard.h"

#define CLIPBOARD_PATH  "/org/qemu/Display1/Clipboard"
#define MIME_TEXT       "text/plain;charset=utf-8"

/* How long either side may take to hand over its data. */
#define REQUEST_SECONDS 5

/* More text than this is not passed to the guest. */
#define TEXT_BYTES_MAX  (16u << 20)

/* A client that waits for what the guest has in a selection. */
typedef struct Waiter {
    DisplayDbusClipboard *clipboard;
    GDBusMethodInvocation *invocation;      /* NULL: nobody waits */
    guint timeout;
} Waiter;

struct DisplayDbusClipboard {
    QemuClipboardPeer peer;
    DisplayIfaceClipboard *iface;
    DisplayIfaceClipboard *client;          /* its side; NULL: no client */
    char *client_name;                      /* on the bus, NULL peer to peer */
    guint watch;                            /* of that name */
    QemuClipboardInfo *announced[QEMU_CLIPBOARD_SELECTION__COUNT];
    uint32_t serials[QEMU_CLIPBOARD_SELECTION__COUNT];  /* of the next grab */
    Waiter waiters[QEMU_CLIPBOARD_SELECTION__COUNT];
};

static DisplayDbusClipboard *clipboard_of(QemuClipboardPeer *peer)
{
    return container_of(peer, DisplayDbusClipboard, peer);
}

/* Clients that wait for the guest */

static GDBusMethodInvocation *stop_waiting(Waiter *waiter)
{
    if (waiter->timeout) {
        g_source_remove(waiter->timeout);
        waiter->timeout = 0;
    }
    return g_steal_pointer(&waiter->invocation);
}

static void refuse_waiter(Waiter *waiter, const char *reason)
{
    GDBusMethodInvocation *invocation = stop_waiting(waiter);

    if (invocation) {
        display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED, "%s", reason);
    }
}

static gboolean waited_too_long(void *opaque)
{
    Waiter *waiter = opaque;

    waiter->timeout = 0;
    refuse_waiter(waiter, "the guest did not answer");
    return G_SOURCE_REMOVE;
}

static void answer_request(DisplayDbusClipboard *clipboard, GDBusMethodInvocation *invocation,
                           const QemuClipboardInfo *info)
{
    const typeof(info->types[0]) *text = &info->types[QEMU_CLIPBOARD_TYPE_TEXT];
    GVariant *data = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, text->data, text->size, 1);

    display_iface_clipboard_complete_request(clipboard->iface, invocation, MIME_TEXT, data);
}

/* News from QEMU */

/* Agents of old guests do not count; the client would take what does not count for outdated. */
static uint32_t serial_of(DisplayDbusClipboard *clipboard, const QemuClipboardInfo *info)
{
    uint32_t *next = &clipboard->serials[info->selection];
    uint32_t serial = info->has_serial ? info->serial : *next;

    *next = MAX(*next, serial + 1);
    return serial;
}

static void announce(DisplayDbusClipboard *clipboard, QemuClipboardInfo *info)
{
    QemuClipboardInfo **announced = &clipboard->announced[info->selection];
    static const char *const mimes[] = { MIME_TEXT, NULL };
    bool had_one = *announced != NULL;

    if (*announced == info) {
        return;
    }
    g_clear_pointer(announced, qemu_clipboard_info_unref);
    if (info->owner && info->types[QEMU_CLIPBOARD_TYPE_TEXT].available) {
        *announced = qemu_clipboard_info_ref(info);
        display_iface_clipboard_call_grab(clipboard->client, info->selection,
                                          serial_of(clipboard, info), mimes, NULL, NULL, NULL);
    } else if (had_one) {
        display_iface_clipboard_call_release(clipboard->client, info->selection, NULL, NULL, NULL);
    }
}

static void info_updated(DisplayDbusClipboard *clipboard, QemuClipboardInfo *info)
{
    Waiter *waiter = &clipboard->waiters[info->selection];

    if (info->owner == &clipboard->peer) {
        g_clear_pointer(&clipboard->announced[info->selection], qemu_clipboard_info_unref);
        refuse_waiter(waiter, "the clipboard has another owner now");
        return;
    }
    if (waiter->invocation && info->types[QEMU_CLIPBOARD_TYPE_TEXT].data) {
        answer_request(clipboard, stop_waiting(waiter), info);
    } else if (!info->types[QEMU_CLIPBOARD_TYPE_TEXT].available) {
        refuse_waiter(waiter, "Empty clipboard");
    }
    announce(clipboard, info);
}

static void notified(Notifier *notifier, void *data)
{
    DisplayDbusClipboard *clipboard = container_of(notifier, DisplayDbusClipboard, peer.notifier);
    QemuClipboardNotify *notify = data;

    switch (notify->type) {
    case QEMU_CLIPBOARD_UPDATE_INFO:
        info_updated(clipboard, notify->info);
        break;
    case QEMU_CLIPBOARD_RESET_SERIAL:
        memset(clipboard->serials, 0, sizeof(clipboard->serials));
        display_iface_clipboard_call_register(clipboard->client, NULL, NULL, NULL);
        break;
    }
}

/* The guest waits for the client */

typedef struct Request {
    DisplayDbusClipboard *clipboard;
    QemuClipboardInfo *info;
} Request;

/* Only the data of a request that is still of interest, and only what was asked for. */
static GVariant *take_data(GVariant *data, const char *mime)
{
    if (!mime || strcmp(mime, MIME_TEXT) != 0 || g_variant_get_size(data) > TEXT_BYTES_MAX) {
        return NULL;
    }
    return data;
}

static void client_answered(GObject *source, GAsyncResult *result, void *opaque)
{
    g_autofree Request *request = opaque;
    g_autoptr(QemuClipboardInfo) info = request->info;
    g_autofree char *mime = NULL;
    g_autoptr(GVariant) data = NULL;
    GVariant *taken = NULL;

    if (display_iface_clipboard_call_request_finish(DISPLAY_IFACE_CLIPBOARD(source), &mime, &data,
                                                    result, NULL)) {
        taken = take_data(data, mime);
    }
    /* the clipboard is gone when its peer does not own the selection any more */
    if (qemu_clipboard_info(info->selection) != info || !info->owner) {
        return;
    }
    qemu_clipboard_set_data(info->owner, info, QEMU_CLIPBOARD_TYPE_TEXT,
                            taken ? g_variant_get_size(taken) : 0,
                            taken ? g_variant_get_data(taken) : NULL, true);
}

static void request_data(QemuClipboardInfo *info, QemuClipboardType type)
{
    static const char *const mimes[] = { MIME_TEXT, NULL };
    DisplayDbusClipboard *clipboard = clipboard_of(info->owner);
    Request *request;

    if (!clipboard->client) {
        return;
    }
    request = g_new0(Request, 1);
    request->info = qemu_clipboard_info_ref(info);
    display_iface_clipboard_call_request(clipboard->client, info->selection, mimes, NULL,
                                         client_answered, request);
}

/* Calls of the client */

static bool is_client(DisplayDbusClipboard *clipboard, GDBusMethodInvocation *invocation)
{
    if (!clipboard->client ||
        g_strcmp0(clipboard->client_name, g_dbus_method_invocation_get_sender(invocation)) != 0) {
        display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED, "Unregistered caller");
        return false;
    }
    return true;
}

static bool is_selection(GDBusMethodInvocation *invocation, unsigned selection)
{
    if (selection >= QEMU_CLIPBOARD_SELECTION__COUNT) {
        display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED,
                            "Invalid clipboard selection: %u", selection);
        return false;
    }
    return true;
}

void display_dbus_clipboard_forget(DisplayDbusClipboard *clipboard)
{
    int selection;

    if (!clipboard || !clipboard->client) {
        return;
    }
    for (selection = 0; selection < QEMU_CLIPBOARD_SELECTION__COUNT; selection++) {
        refuse_waiter(&clipboard->waiters[selection], "the client has gone");
        g_clear_pointer(&clipboard->announced[selection], qemu_clipboard_info_unref);
    }
    qemu_clipboard_peer_unregister(&clipboard->peer);
    if (clipboard->watch) {
        g_bus_unwatch_name(clipboard->watch);
        clipboard->watch = 0;
    }
    g_clear_object(&clipboard->client);
    g_clear_pointer(&clipboard->client_name, g_free);
}

static void client_vanished(GDBusConnection *connection, const char *name, void *clipboard)
{
    display_dbus_clipboard_forget(clipboard);
}

static gboolean handle_register(DisplayIfaceClipboard *iface, GDBusMethodInvocation *invocation,
                                void *opaque)
{
    DisplayDbusClipboard *clipboard = opaque;
    GDBusConnection *connection = g_dbus_method_invocation_get_connection(invocation);
    const char *sender = g_dbus_method_invocation_get_sender(invocation);

    if (clipboard->client) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED,
                                   "Clipboard peer already registered!");
    }
    clipboard->client = display_iface_clipboard_proxy_new_sync(
        connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
        G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
        sender, CLIPBOARD_PATH, NULL, NULL);
    g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(clipboard->client), REQUEST_SECONDS * 1000);
    clipboard->client_name = g_strdup(sender);
    if (sender) {
        clipboard->watch = g_bus_watch_name_on_connection(
            connection, sender, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, client_vanished, clipboard,
            NULL);
    }
    qemu_clipboard_peer_register(&clipboard->peer);
    display_iface_clipboard_complete_register(iface, invocation);
    /* a new client counts from 0; this comes back to us, and goes to it, as a notification */
    qemu_clipboard_reset_serial();
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean handle_unregister(DisplayIfaceClipboard *iface, GDBusMethodInvocation *invocation,
                                  void *clipboard)
{
    if (is_client(clipboard, invocation)) {
        display_dbus_clipboard_forget(clipboard);
        display_iface_clipboard_complete_unregister(iface, invocation);
    }
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean handle_grab(DisplayIfaceClipboard *iface, GDBusMethodInvocation *invocation,
                            unsigned selection, unsigned serial, const char *const *mimes,
                            void *opaque)
{
    DisplayDbusClipboard *clipboard = opaque;
    g_autoptr(QemuClipboardInfo) info = NULL;

    if (!is_client(clipboard, invocation) || !is_selection(invocation, selection)) {
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    info = qemu_clipboard_info_new(&clipboard->peer, selection);
    info->types[QEMU_CLIPBOARD_TYPE_TEXT].available = g_strv_contains(mimes, MIME_TEXT);
    info->has_serial = true;
    info->serial = serial;
    serial_of(clipboard, info);
    if (qemu_clipboard_check_serial(info, true)) {
        qemu_clipboard_update(info);
    }
    display_iface_clipboard_complete_grab(iface, invocation);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean handle_release(DisplayIfaceClipboard *iface, GDBusMethodInvocation *invocation,
                               unsigned selection, void *opaque)
{
    DisplayDbusClipboard *clipboard = opaque;

    if (is_client(clipboard, invocation) && is_selection(invocation, selection)) {
        qemu_clipboard_peer_release(&clipboard->peer, selection);
        display_iface_clipboard_complete_release(iface, invocation);
    }
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void wait_for_guest(DisplayDbusClipboard *clipboard, GDBusMethodInvocation *invocation,
                           QemuClipboardInfo *info)
{
    Waiter *waiter = &clipboard->waiters[info->selection];

    if (waiter->invocation) {
        display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED, "Pending request");
        return;
    }
    waiter->clipboard = clipboard;
    waiter->invocation = invocation;
    waiter->timeout = g_timeout_add_seconds(REQUEST_SECONDS, waited_too_long, waiter);
    qemu_clipboard_request(info, QEMU_CLIPBOARD_TYPE_TEXT);
}

static gboolean handle_request(DisplayIfaceClipboard *iface, GDBusMethodInvocation *invocation,
                               unsigned selection, const char *const *mimes, void *opaque)
{
    DisplayDbusClipboard *clipboard = opaque;
    QemuClipboardInfo *info;

    if (!is_client(clipboard, invocation) || !is_selection(invocation, selection)) {
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    info = qemu_clipboard_info(selection);
    if (!info || !info->owner || info->owner == &clipboard->peer ||
        !info->types[QEMU_CLIPBOARD_TYPE_TEXT].available) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED, "Empty clipboard");
    }
    if (!g_strv_contains(mimes, MIME_TEXT)) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED,
                                   "Unhandled MIME types requested");
    }
    if (info->types[QEMU_CLIPBOARD_TYPE_TEXT].data) {
        answer_request(clipboard, invocation, info);
    } else {
        wait_for_guest(clipboard, invocation, info);
    }
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

DisplayDbusClipboard *display_dbus_clipboard_new(void)
{
    DisplayDbusClipboard *clipboard = g_new0(DisplayDbusClipboard, 1);

    clipboard->peer.name = "dbus";
    clipboard->peer.notifier.notify = notified;
    clipboard->peer.request = request_data;
    clipboard->iface = display_iface_clipboard_skeleton_new();
    g_signal_connect(clipboard->iface, "handle-register", G_CALLBACK(handle_register), clipboard);
    g_signal_connect(clipboard->iface, "handle-unregister", G_CALLBACK(handle_unregister),
                     clipboard);
    g_signal_connect(clipboard->iface, "handle-grab", G_CALLBACK(handle_grab), clipboard);
    g_signal_connect(clipboard->iface, "handle-release", G_CALLBACK(handle_release), clipboard);
    g_signal_connect(clipboard->iface, "handle-request", G_CALLBACK(handle_request), clipboard);
    return clipboard;
}

void display_dbus_clipboard_free(DisplayDbusClipboard *clipboard)
{
    if (clipboard) {
        display_dbus_clipboard_forget(clipboard);
        g_object_unref(clipboard->iface);
        g_free(clipboard);
    }
}

GDBusInterfaceSkeleton *display_dbus_clipboard_get_interface(DisplayDbusClipboard *clipboard)
{
    return G_DBUS_INTERFACE_SKELETON(clipboard->iface);
}
