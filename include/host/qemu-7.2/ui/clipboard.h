/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clipboard that front ends and the guest's agent share: each is a peer, one owns a selection.
 */
#ifndef HOST_QEMU_UI_CLIPBOARD_H
#define HOST_QEMU_UI_CLIPBOARD_H

#include "host-layout.h"
#include "qemu/notify.h"

typedef enum QemuClipboardType {
    QEMU_CLIPBOARD_TYPE_TEXT = 0,
    QEMU_CLIPBOARD_TYPE__COUNT = 1,
} QemuClipboardType;

typedef enum QemuClipboardSelection {
    QEMU_CLIPBOARD_SELECTION_CLIPBOARD = 0,
    QEMU_CLIPBOARD_SELECTION_PRIMARY = 1,
    QEMU_CLIPBOARD_SELECTION_SECONDARY = 2,
    QEMU_CLIPBOARD_SELECTION__COUNT = 3,
} QemuClipboardSelection;

typedef enum QemuClipboardNotifyType {
    QEMU_CLIPBOARD_UPDATE_INFO = 0,
    QEMU_CLIPBOARD_RESET_SERIAL = 1,
} QemuClipboardNotifyType;

typedef struct QemuClipboardPeer QemuClipboardPeer;
typedef struct QemuClipboardInfo QemuClipboardInfo;

/* Somebody who takes part; its owner keeps it alive while it is registered. */
struct QemuClipboardPeer {
    const char *name;
    Notifier notifier;   /* data: QemuClipboardNotify */
    void (*request)(QemuClipboardInfo *info, QemuClipboardType type);
};
HOST_LAYOUT(QemuClipboardPeer, 40);
HOST_LAYOUT_AT(QemuClipboardPeer, notifier, 8);
HOST_LAYOUT_AT(QemuClipboardPeer, request, 32);

/* What a selection holds, shared by reference. */
struct QemuClipboardInfo {
    uint32_t refcount;
    QemuClipboardPeer *owner;
    QemuClipboardSelection selection;
    bool has_serial;
    uint32_t serial;
    struct {
        bool available;
        bool requested;
        size_t size;
        void *data;
    } types[QEMU_CLIPBOARD_TYPE__COUNT];
};
HOST_LAYOUT(QemuClipboardInfo, 56);
HOST_LAYOUT_AT(QemuClipboardInfo, owner, 8);
HOST_LAYOUT_AT(QemuClipboardInfo, selection, 16);
HOST_LAYOUT_AT(QemuClipboardInfo, has_serial, 20);
HOST_LAYOUT_AT(QemuClipboardInfo, serial, 24);
HOST_LAYOUT_AT(QemuClipboardInfo, types, 32);
HOST_LAYOUT_AT(QemuClipboardInfo, types[0].requested, 33);
HOST_LAYOUT_AT(QemuClipboardInfo, types[0].size, 40);
HOST_LAYOUT_AT(QemuClipboardInfo, types[0].data, 48);

typedef struct QemuClipboardNotify {
    QemuClipboardNotifyType type;
    QemuClipboardInfo *info;
} QemuClipboardNotify;
HOST_LAYOUT(QemuClipboardNotify, 16);
HOST_LAYOUT_AT(QemuClipboardNotify, info, 8);

void qemu_clipboard_peer_register(QemuClipboardPeer *peer);
/* Gives up the selections that it owns, too. */
void qemu_clipboard_peer_unregister(QemuClipboardPeer *peer);
bool qemu_clipboard_peer_owns(QemuClipboardPeer *peer, QemuClipboardSelection selection);
void qemu_clipboard_peer_release(QemuClipboardPeer *peer, QemuClipboardSelection selection);

/* The present one, borrowed, or NULL; the selection must be valid. */
QemuClipboardInfo *qemu_clipboard_info(QemuClipboardSelection selection);
QemuClipboardInfo *qemu_clipboard_info_new(QemuClipboardPeer *owner,
                                           QemuClipboardSelection selection);
QemuClipboardInfo *qemu_clipboard_info_ref(QemuClipboardInfo *info);
void qemu_clipboard_info_unref(QemuClipboardInfo *info);
/* Whether it is newer than the present one; `client` decides when both are equally new. */
bool qemu_clipboard_check_serial(QemuClipboardInfo *info, bool client);
void qemu_clipboard_update(QemuClipboardInfo *info);
void qemu_clipboard_reset_serial(void);
/* Asks the owner for the data, unless it is there or was asked for already. */
void qemu_clipboard_request(QemuClipboardInfo *info, QemuClipboardType type);
void qemu_clipboard_set_data(QemuClipboardPeer *peer, QemuClipboardInfo *info,
                             QemuClipboardType type, uint32_t size, const void *data,
                             bool update);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuClipboardInfo, qemu_clipboard_info_unref)

#endif
