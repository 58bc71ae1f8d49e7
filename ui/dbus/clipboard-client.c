/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusClipboardClient: the clipboard on the side of the client that has registered. */
#include "qemu/osdep.h"

#include "clipboard-client.h"
#include "display1.h"

#define CLIPBOARD_PATH "/org/qemu/Display1/Clipboard"

/* More text than this is not passed to the guest. */
#define TEXT_BYTES_MAX (16u << 20)

/* Requests that the client has not answered, however late; more are not sent. */
#define REQUESTS_MAX 8

/* What the client has to hear of a selection. */
typedef struct News {
    bool is_due;
    bool has_text;
    uint32_t serial;
    bool was_told;          /* that there is text, which counts until it is told otherwise */
} News;

struct DisplayDbusClipboardClient {
    DisplayIfaceClipboard *proxy;
    char *name;
    bool is_closed;
    bool is_told;           /* a call is under way that tells it something */
    bool restart_is_due;
    News news[QEMU_CLIPBOARD_SELECTION__COUNT];
    unsigned requests;      /* under way */
};

static const char *const mimes[] = { DISPLAY_DBUS_MIME_TEXT, NULL };

/* All that are registered, and those that have left calls unanswered. */
static GSList *clients;

static void client_finalize(void *opaque)
{
    DisplayDbusClipboardClient *client = opaque;

    clients = g_slist_remove(clients, client);
    g_object_unref(client->proxy);
    g_free(client->name);
}

static void client_unref(DisplayDbusClipboardClient *client)
{
    g_rc_box_release_full(client, client_finalize);
}

/* Registering again forgives nothing: calls that are not answered go on to count. */
static DisplayDbusClipboardClient *find_client(GDBusConnection *connection, const char *name)
{
    GSList *item;

    for (item = clients; item; item = item->next) {
        DisplayDbusClipboardClient *client = item->data;

        if (g_dbus_proxy_get_connection(G_DBUS_PROXY(client->proxy)) == connection &&
            g_strcmp0(client->name, name) == 0) {
            return client;
        }
    }
    return NULL;
}

static DisplayDbusClipboardClient *client_create(GDBusConnection *connection, const char *name)
{
    DisplayDbusClipboardClient *client = g_rc_box_new0(DisplayDbusClipboardClient);

    client->proxy = display_iface_clipboard_proxy_new_sync(
        connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
        G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
        name, CLIPBOARD_PATH, NULL, NULL);
    /* a call that GDBus has given up is still in the queue of a client that has stopped */
    g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(client->proxy), G_MAXINT);
    client->name = g_strdup(name);
    clients = g_slist_prepend(clients, client);
    return client;
}

DisplayDbusClipboardClient *display_dbus_clipboard_client_open(GDBusConnection *connection,
                                                               const char *name)
{
    DisplayDbusClipboardClient *client = find_client(connection, name);

    if (!client) {
        return client_create(connection, name);
    }
    client->is_closed = false;
    memset(client->news, 0, sizeof(client->news));
    return g_rc_box_acquire(client);
}

void display_dbus_clipboard_client_close(DisplayDbusClipboardClient *client)
{
    if (client) {
        client->is_closed = true;
        client_unref(client);
    }
}

const char *display_dbus_clipboard_client_get_name(const DisplayDbusClipboardClient *client)
{
    return client->name;
}

/* What the client is told */

static void tell(DisplayDbusClipboardClient *client);

static void told(GObject *proxy, GAsyncResult *result, void *opaque)
{
    DisplayDbusClipboardClient *client = opaque;
    GVariant *reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(proxy), result, NULL);

    g_clear_pointer(&reply, g_variant_unref);
    client->is_told = false;
    tell(client);
    client_unref(client);
}

/* The opaque of a call that tells something and is about to start. */
static void *begin_telling(DisplayDbusClipboardClient *client)
{
    client->is_told = true;
    return g_rc_box_acquire(client);
}

/* False when there is nothing to tell. */
static bool tell_of(DisplayDbusClipboardClient *client, unsigned selection)
{
    News *news = &client->news[selection];
    bool is_new = news->is_due && (news->has_text || news->was_told);

    news->is_due = false;
    if (!is_new) {
        return false;
    }
    news->was_told = news->has_text;
    if (news->has_text) {
        display_iface_clipboard_call_grab(client->proxy, selection, news->serial, mimes, NULL, told,
                                          begin_telling(client));
    } else {
        display_iface_clipboard_call_release(client->proxy, selection, NULL, told,
                                             begin_telling(client));
    }
    return true;
}

static void tell(DisplayDbusClipboardClient *client)
{
    unsigned selection = 0;

    if (client->is_told || client->is_closed) {
        return;
    }
    if (client->restart_is_due) {
        client->restart_is_due = false;
        display_iface_clipboard_call_register(client->proxy, NULL, told, begin_telling(client));
        return;
    }
    while (selection < QEMU_CLIPBOARD_SELECTION__COUNT && !tell_of(client, selection)) {
        selection++;
    }
}

void display_dbus_clipboard_client_restart(DisplayDbusClipboardClient *client)
{
    client->restart_is_due = true;
    tell(client);
}

static void set_news(DisplayDbusClipboardClient *client, News *news, bool has_text)
{
    news->is_due = true;
    news->has_text = has_text;
    tell(client);
}

void display_dbus_clipboard_client_grab(DisplayDbusClipboardClient *client,
                                        QemuClipboardSelection selection, uint32_t serial)
{
    client->news[selection].serial = serial;
    set_news(client, &client->news[selection], true);
}

void display_dbus_clipboard_client_release(DisplayDbusClipboardClient *client,
                                           QemuClipboardSelection selection)
{
    set_news(client, &client->news[selection], false);
}

void display_dbus_clipboard_client_yield(DisplayDbusClipboardClient *client,
                                         QemuClipboardSelection selection)
{
    client->news[selection] = (News) { 0 };
}

/* What the client is asked for */

typedef struct Request {
    DisplayDbusClipboardClient *client;
    void (*given)(void *opaque, GVariant *bytes);   /* NULL once it has been called */
    void *opaque;
    guint timeout;
    bool is_called;                                 /* the client has not answered */
} Request;

static void request_end(Request *request, GVariant *bytes)
{
    void (*given)(void *opaque, GVariant *bytes) = g_steal_pointer(&request->given);

    if (given) {
        given(request->opaque, bytes);
    }
    if (!request->is_called && !request->timeout) {
        client_unref(request->client);
        g_free(request);
    }
}

static gboolean waited_too_long(void *opaque)
{
    Request *request = opaque;

    request->timeout = 0;
    request_end(request, NULL);
    return G_SOURCE_REMOVE;
}

static void answered(GObject *proxy, GAsyncResult *result, void *opaque)
{
    Request *request = opaque;
    g_autofree char *mime = NULL;
    g_autoptr(GVariant) bytes = NULL;
    bool is_good;

    is_good = display_iface_clipboard_call_request_finish(DISPLAY_IFACE_CLIPBOARD(proxy), &mime,
                                                          &bytes, result, NULL) &&
              g_str_equal(mime, DISPLAY_DBUS_MIME_TEXT) &&
              g_variant_get_size(bytes) <= TEXT_BYTES_MAX;
    request->client->requests--;
    request->is_called = false;
    if (request->timeout) {
        g_source_remove(request->timeout);
        request->timeout = 0;
    }
    request_end(request, is_good ? bytes : NULL);
}

void display_dbus_clipboard_client_request(DisplayDbusClipboardClient *client,
                                           QemuClipboardSelection selection,
                                           void (*given)(void *opaque, GVariant *bytes),
                                           void *opaque)
{
    Request *request = g_new0(Request, 1);

    request->client = g_rc_box_acquire(client);
    request->given = given;
    request->opaque = opaque;
    request->timeout = g_timeout_add_seconds(DISPLAY_DBUS_CLIPBOARD_SECONDS, waited_too_long,
                                             request);
    if (client->requests < REQUESTS_MAX) {
        client->requests++;
        request->is_called = true;
        display_iface_clipboard_call_request(client->proxy, selection, mimes, NULL, answered,
                                             request);
    }
}
