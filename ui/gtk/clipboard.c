/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkClipboard: a peer of QEMU's clipboard that stands for the desktop's. */
#include "qemu/osdep.h"

#include "clipboard.h"
#include "ui/clipboard.h"

/* More text than this does not go over. */
#define TEXT_BYTES_MAX (16u << 20)

/* The clipboard and the primary selection; no desktop has use for the secondary one. */
#define SELECTIONS 2

typedef struct Side {
    DisplayGtkClipboard *clipboard;
    QemuClipboardSelection selection;
    GtkClipboard *desktop;          /* borrowed, the display's */
    /*
     * Stands for us as owner of the desktop's selection and in calls whose answers come late: its
     * data "text" is what the guest has, its data "side" is gone once nobody waits.
     */
    GObject *token;
} Side;

struct DisplayGtkClipboard {
    QemuClipboardPeer peer;
    Side sides[SELECTIONS];
};

static bool is_ours(const Side *side)
{
    return gtk_clipboard_get_owner(side->desktop) == side->token;
}

static Side *side_of(DisplayGtkClipboard *clipboard, QemuClipboardSelection selection)
{
    return selection < SELECTIONS ? &clipboard->sides[selection] : NULL;
}

/* What the guest has, for the desktop */

static void hand_over(GtkClipboard *desktop, GtkSelectionData *selection, guint info, void *token)
{
    const char *text = g_object_get_data(token, "text");

    if (text) {
        gtk_selection_data_set_text(selection, text, -1);
    }
}

static void offer_ended(GtkClipboard *desktop, void *token)
{
    g_object_set_data(token, "text", NULL);
}

static void offer_text(Side *side, const char *text, size_t size)
{
    g_autoptr(GtkTargetList) list = gtk_target_list_new(NULL, 0);
    GtkTargetEntry *targets;
    int count;

    gtk_target_list_add_text_targets(list, 0);
    targets = gtk_target_table_new_from_list(list, &count);
    /* becoming the owner again ends the offer that was: the text comes after that */
    gtk_clipboard_set_with_owner(side->desktop, targets, count, hand_over, offer_ended,
                                 side->token);
    /* VNC's texts come with the zero at their end */
    g_object_set_data_full(side->token, "text", g_utf8_make_valid(text, strnlen(text, size)),
                           g_free);
    gtk_target_table_free(targets, count);
}

static void end_offer(Side *side)
{
    if (is_ours(side)) {
        gtk_clipboard_clear(side->desktop);
    }
}

/*
 * The desktop's programs want the text at once when they paste, with QEMU's main loop standing:
 * it is fetched before it is offered.
 */
static void guest_has(Side *side, QemuClipboardInfo *info)
{
    const typeof(info->types[0]) *text = &info->types[QEMU_CLIPBOARD_TYPE_TEXT];

    if (!info->owner || !text->available || text->size > TEXT_BYTES_MAX) {
        end_offer(side);
    } else if (text->data) {
        offer_text(side, text->data, text->size);
    } else {
        qemu_clipboard_request(info, QEMU_CLIPBOARD_TYPE_TEXT);
    }
}

/* What the desktop has, for the guest */

static void targets_known(GtkClipboard *desktop, GdkAtom *targets, int count, void *opaque)
{
    g_autoptr(GObject) token = opaque;
    Side *side = g_object_get_data(token, "side");
    g_autoptr(QemuClipboardInfo) info = NULL;

    if (!side || is_ours(side)) {
        return;
    }
    if (count <= 0 || !gtk_targets_include_text(targets, count)) {
        qemu_clipboard_peer_release(&side->clipboard->peer, side->selection);
        return;
    }
    info = qemu_clipboard_info_new(&side->clipboard->peer, side->selection);
    info->types[QEMU_CLIPBOARD_TYPE_TEXT].available = true;
    qemu_clipboard_update(info);
}

static void ask_desktop(Side *side)
{
    gtk_clipboard_request_targets(side->desktop, targets_known, g_object_ref(side->token));
}

/* Only X servers name the owner. */
static void owner_changed(GtkClipboard *desktop, GdkEvent *event, void *opaque)
{
    Side *side = opaque;

    if (!is_ours(side)) {
        ask_desktop(side);
    }
}

static void text_came(GtkClipboard *desktop, const char *text, void *opaque)
{
    g_autoptr(QemuClipboardInfo) info = opaque;
    size_t size = text ? strlen(text) : 0;

    /* when the clipboard is gone, so is its ownership */
    if (qemu_clipboard_info(info->selection) != info || !info->owner) {
        return;
    }
    if (size > TEXT_BYTES_MAX) {
        size = 0;
    }
    qemu_clipboard_set_data(info->owner, info, QEMU_CLIPBOARD_TYPE_TEXT, size, size ? text : NULL,
                            true);
}

static void request_text(QemuClipboardInfo *info, QemuClipboardType type)
{
    DisplayGtkClipboard *clipboard = container_of(info->owner, DisplayGtkClipboard, peer);
    Side *side = side_of(clipboard, info->selection);

    if (side && type == QEMU_CLIPBOARD_TYPE_TEXT) {
        gtk_clipboard_request_text(side->desktop, text_came, qemu_clipboard_info_ref(info));
    }
}

/* News from QEMU */

static void tell_all_again(DisplayGtkClipboard *clipboard)
{
    int i;

    for (i = 0; i < SELECTIONS; i++) {
        if (!is_ours(&clipboard->sides[i])) {
            ask_desktop(&clipboard->sides[i]);
        }
    }
}

static void notified(Notifier *notifier, void *data)
{
    DisplayGtkClipboard *clipboard = container_of(notifier, DisplayGtkClipboard, peer.notifier);
    const QemuClipboardNotify *notify = data;
    Side *side;

    switch (notify->type) {
    case QEMU_CLIPBOARD_UPDATE_INFO:
        side = side_of(clipboard, notify->info->selection);
        if (side && notify->info->owner != &clipboard->peer) {
            guest_has(side, notify->info);
        }
        break;
    case QEMU_CLIPBOARD_RESET_SERIAL:
        /* an agent has come */
        tell_all_again(clipboard);
        break;
    }
}

/* All of it */

static void init_side(DisplayGtkClipboard *clipboard, GdkDisplay *display,
                      QemuClipboardSelection selection, GdkAtom atom)
{
    Side *side = &clipboard->sides[selection];

    side->clipboard = clipboard;
    side->selection = selection;
    side->desktop = gtk_clipboard_get_for_display(display, atom);
    side->token = g_object_new(G_TYPE_OBJECT, NULL);
    g_object_set_data(side->token, "side", side);
    g_signal_connect(side->desktop, "owner-change", G_CALLBACK(owner_changed), side);
}

DisplayGtkClipboard *display_gtk_clipboard_new(GdkDisplay *display)
{
    DisplayGtkClipboard *clipboard = g_new0(DisplayGtkClipboard, 1);

    clipboard->peer.name = "gtk";
    clipboard->peer.notifier.notify = notified;
    clipboard->peer.request = request_text;
    init_side(clipboard, display, QEMU_CLIPBOARD_SELECTION_CLIPBOARD, GDK_SELECTION_CLIPBOARD);
    init_side(clipboard, display, QEMU_CLIPBOARD_SELECTION_PRIMARY, GDK_SELECTION_PRIMARY);
    qemu_clipboard_peer_register(&clipboard->peer);
    tell_all_again(clipboard);
    return clipboard;
}

void display_gtk_clipboard_free(DisplayGtkClipboard *clipboard)
{
    int i;

    if (!clipboard) {
        return;
    }
    qemu_clipboard_peer_unregister(&clipboard->peer);
    for (i = 0; i < SELECTIONS; i++) {
        Side *side = &clipboard->sides[i];

        g_signal_handlers_disconnect_by_data(side->desktop, side);
        end_offer(side);
        g_object_set_data(side->token, "side", NULL);
        g_object_unref(side->token);
    }
    g_free(clipboard);
}
