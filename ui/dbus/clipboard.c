/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusClipboard: the clipboard that the guest and one client share. */
#include "qemu/osdep.h"

#include "clipboard-client.h"
#include "clipboard.h"
#include "display1.h"
#include "drain.h"
#include "errors.h"
#include "ui/clipboard.h"

#define MIME_TEXT DISPLAY_DBUS_MIME_TEXT

/* A client that waits for what the guest has in a selection. */
typedef struct Waiter {
    GDBusMethodInvocation *invocation;      /* NULL: nobody waits */
    guint timeout;
} Waiter;

struct DisplayDbusClipboard {
    QemuClipboardPeer peer;
    DisplayIfaceClipboard *iface;           /* NULL once it was freed */
    DisplayDbusClipboardClient *client;     /* NULL: none */
    guint watch;                            /* of the client's name on the bus */
    bool is_giving;                         /* text is on its way to a client */
    QemuClipboardInfo *announced[QEMU_CLIPBOARD_SELECTION__COUNT];
    uint32_t serials[QEMU_CLIPBOARD_SELECTION__COUNT];  /* of the last grab */
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

static void answer_waiters(DisplayDbusClipboard *clipboard);

static void text_given(void *opaque)
{
    DisplayDbusClipboard *clipboard = opaque;

    clipboard->is_giving = false;
    if (clipboard->iface) {
        answer_waiters(clipboard);
    }
    g_rc_box_release(clipboard);
}

/* Text can be long: the next one waits until this one has left, or clients that do not read pile it up. */
static void give_text(DisplayDbusClipboard *clipboard, GDBusMethodInvocation *invocation,
                      const QemuClipboardInfo *info)
{
    const typeof(info->types[0]) *text = &info->types[QEMU_CLIPBOARD_TYPE_TEXT];
    GVariant *data = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, text->data, text->size, 1);
    g_autoptr(GDBusConnection) connection =
        g_object_ref(g_dbus_method_invocation_get_connection(invocation));

    clipboard->is_giving = true;
    display_iface_clipboard_complete_request(clipboard->iface, invocation, MIME_TEXT, data);
    display_dbus_drain(connection, text_given, g_rc_box_acquire(clipboard));
}

static void answer_waiters(DisplayDbusClipboard *clipboard)
{
    int selection;

    for (selection = 0; selection < QEMU_CLIPBOARD_SELECTION__COUNT; selection++) {
        Waiter *waiter = &clipboard->waiters[selection];
        QemuClipboardInfo *info = qemu_clipboard_info(selection);

        if (waiter->invocation && info && info->types[QEMU_CLIPBOARD_TYPE_TEXT].data &&
            !clipboard->is_giving) {
            give_text(clipboard, stop_waiting(waiter), info);
        }
    }
}

/* News from QEMU */

/*
 * Numbers of the guest's side are one more for the client than for its agent, who counts from 0:
 * some clients take 0 for what they have registered with. Agents of old guests do not count; the
 * client would take what does not count for outdated.
 */
static uint32_t serial_of(DisplayDbusClipboard *clipboard, const QemuClipboardInfo *info)
{
    uint32_t *last = &clipboard->serials[info->selection];
    uint32_t serial = info->has_serial ? info->serial + 1 : *last + 1;

    *last = MAX(*last, serial);
    return serial;
}

/* Whether the guest has grabbed with what the client, which has not heard of it yet, takes for a higher number. */
static bool is_outdated(DisplayDbusClipboard *clipboard, unsigned selection, uint32_t serial)
{
    const QemuClipboardInfo *info = qemu_clipboard_info(selection);

    return info && info->owner && info->owner != &clipboard->peer && info->has_serial &&
           serial <= info->serial;
}

static void announce(DisplayDbusClipboard *clipboard, QemuClipboardInfo *info)
{
    QemuClipboardInfo **announced = &clipboard->announced[info->selection];

    if (*announced == info) {
        return;
    }
    g_clear_pointer(announced, qemu_clipboard_info_unref);
    if (info->owner && info->types[QEMU_CLIPBOARD_TYPE_TEXT].available) {
        *announced = qemu_clipboard_info_ref(info);
        display_dbus_clipboard_client_grab(clipboard->client, info->selection,
                                           serial_of(clipboard, info));
    } else {
        display_dbus_clipboard_client_release(clipboard->client, info->selection);
    }
}

static void info_updated(DisplayDbusClipboard *clipboard, QemuClipboardInfo *info)
{
    Waiter *waiter = &clipboard->waiters[info->selection];

    if (info->owner == &clipboard->peer) {
        g_clear_pointer(&clipboard->announced[info->selection], qemu_clipboard_info_unref);
        display_dbus_clipboard_client_yield(clipboard->client, info->selection);
        refuse_waiter(waiter, "the clipboard has another owner now");
        return;
    }
    answer_waiters(clipboard);
    if (!info->types[QEMU_CLIPBOARD_TYPE_TEXT].available) {
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
        display_dbus_clipboard_client_restart(clipboard->client);
        break;
    }
}

/* The guest waits for the client */

static void text_taken(void *opaque, GVariant *bytes)
{
    g_autoptr(QemuClipboardInfo) info = opaque;

    /* the clipboard is gone when its peer does not own the selection any more */
    if (qemu_clipboard_info(info->selection) != info || !info->owner) {
        return;
    }
    qemu_clipboard_set_data(info->owner, info, QEMU_CLIPBOARD_TYPE_TEXT,
                            bytes ? g_variant_get_size(bytes) : 0,
                            bytes ? g_variant_get_data(bytes) : NULL, true);
}

static void request_text(QemuClipboardInfo *info, QemuClipboardType type)
{
    DisplayDbusClipboard *clipboard = clipboard_of(info->owner);

    if (clipboard->client) {
        display_dbus_clipboard_client_request(clipboard->client, info->selection, text_taken,
                                              qemu_clipboard_info_ref(info));
    }
}

/* Calls of the client */

static bool is_client(DisplayDbusClipboard *clipboard, GDBusMethodInvocation *invocation)
{
    if (!clipboard->client ||
        g_strcmp0(display_dbus_clipboard_client_get_name(clipboard->client),
                  g_dbus_method_invocation_get_sender(invocation)) != 0) {
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
    g_clear_pointer(&clipboard->client, display_dbus_clipboard_client_close);
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
    clipboard->client = display_dbus_clipboard_client_open(connection, sender);
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
    if (!is_outdated(clipboard, selection, serial) && qemu_clipboard_check_serial(info, true)) {
        clipboard->serials[selection] = MAX(clipboard->serials[selection], serial);
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

static void wait_for_text(DisplayDbusClipboard *clipboard, GDBusMethodInvocation *invocation,
                           QemuClipboardInfo *info)
{
    Waiter *waiter = &clipboard->waiters[info->selection];

    if (waiter->invocation) {
        display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED, "Pending request");
        return;
    }
    waiter->invocation = invocation;
    waiter->timeout = g_timeout_add_seconds(DISPLAY_DBUS_CLIPBOARD_SECONDS, waited_too_long,
                                            waiter);
    qemu_clipboard_request(info, QEMU_CLIPBOARD_TYPE_TEXT);
    answer_waiters(clipboard);
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
    wait_for_text(clipboard, invocation, info);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

DisplayDbusClipboard *display_dbus_clipboard_new(void)
{
    DisplayDbusClipboard *clipboard = g_rc_box_new0(DisplayDbusClipboard);

    clipboard->peer.name = "dbus";
    clipboard->peer.notifier.notify = notified;
    clipboard->peer.request = request_text;
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
        g_clear_object(&clipboard->iface);
        g_rc_box_release(clipboard);
    }
}

GDBusInterfaceSkeleton *display_dbus_clipboard_get_interface(DisplayDbusClipboard *clipboard)
{
    return G_DBUS_INTERFACE_SKELETON(clipboard->iface);
}
