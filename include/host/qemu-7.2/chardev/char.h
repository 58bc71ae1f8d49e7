/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Character devices: the back ends of serial ports, monitors and the like.
 */
#ifndef HOST_QEMU_CHARDEV_CHAR_H
#define HOST_QEMU_CHARDEV_CHAR_H

#include "qom/object.h"

#define TYPE_CHARDEV "chardev"

typedef struct QemuOpts QemuOpts;

typedef enum QEMUChrEvent {
    CHR_EVENT_BREAK = 0,
    CHR_EVENT_OPENED = 1,
    CHR_EVENT_MUX_IN = 2,
    CHR_EVENT_MUX_OUT = 3,
    CHR_EVENT_CLOSED = 4,
} QEMUChrEvent;

typedef enum ChardevBackendKind {
    CHARDEV_BACKEND_KIND_DBUS = 18,
    CHARDEV_BACKEND_KIND_VC = 19,
} ChardevBackendKind;

typedef struct ChardevCommon {
    bool has_logfile;
    char *logfile;
    bool has_logappend;
    bool logappend;
} ChardevCommon;
HOST_LAYOUT(ChardevCommon, 24);
HOST_LAYOUT_AT(ChardevCommon, logappend, 17);

typedef struct ChardevDBus {
    bool has_logfile;
    char *logfile;
    bool has_logappend;
    bool logappend;
    char *name;
} ChardevDBus;
HOST_LAYOUT(ChardevDBus, 32);
HOST_LAYOUT_AT(ChardevDBus, name, 24);

typedef struct ChardevBackend {
    ChardevBackendKind type;
    union {
        struct {
            ChardevDBus *data;
        } dbus;
    } u;
} ChardevBackend;
HOST_LAYOUT(ChardevBackend, 16);
HOST_LAYOUT_AT(ChardevBackend, u, 8);

typedef struct Chardev {
    Object parent_obj;
    uint8_t host_pad0[48];      /* the lock that orders writers */
    void *be;
    char *label;
    char *filename;
    int logfd;
    int be_open;
    bool handover_yank_instance;
    GSource *gsource;
    GMainContext *gcontext;
    unsigned long features[1];
} Chardev;
HOST_LAYOUT(Chardev, 152);
HOST_LAYOUT_AT(Chardev, be, 88);
HOST_LAYOUT_AT(Chardev, label, 96);
HOST_LAYOUT_AT(Chardev, filename, 104);
HOST_LAYOUT_AT(Chardev, be_open, 116);
HOST_LAYOUT_AT(Chardev, gsource, 128);
HOST_LAYOUT_AT(Chardev, gcontext, 136);
HOST_LAYOUT_AT(Chardev, features, 144);

typedef struct ChardevClass {
    ObjectClass parent_class;
    bool internal;
    bool supports_yank;
    void (*parse)(QemuOpts *opts, ChardevBackend *backend, Error **errp);
    void (*open)(Chardev *chr, ChardevBackend *backend, bool *be_opened, Error **errp);
    int (*chr_write)(Chardev *s, const uint8_t *buf, int len);
    int (*chr_sync_read)(Chardev *s, const uint8_t *buf, int len);
    GSource *(*chr_add_watch)(Chardev *s, GIOCondition cond);
    void (*chr_update_read_handler)(Chardev *s);
    int (*chr_ioctl)(Chardev *s, int cmd, void *arg);
    int (*get_msgfds)(Chardev *s, int *fds, int num);
    int (*set_msgfds)(Chardev *s, int *fds, int num);
    int (*chr_add_client)(Chardev *chr, int fd);
    int (*chr_wait_connected)(Chardev *chr, Error **errp);
    void (*chr_disconnect)(Chardev *chr);
    void (*chr_accept_input)(Chardev *chr);
    void (*chr_set_echo)(Chardev *chr, bool echo);
    void (*chr_set_fe_open)(Chardev *chr, int fe_open);
    void (*chr_be_event)(Chardev *s, QEMUChrEvent event);
} ChardevClass;
HOST_LAYOUT(ChardevClass, 232);
HOST_LAYOUT_AT(ChardevClass, parse, 104);
HOST_LAYOUT_AT(ChardevClass, chr_write, 120);
HOST_LAYOUT_AT(ChardevClass, chr_update_read_handler, 144);
HOST_LAYOUT_AT(ChardevClass, chr_add_client, 176);
HOST_LAYOUT_AT(ChardevClass, chr_disconnect, 192);
HOST_LAYOUT_AT(ChardevClass, chr_set_echo, 208);
HOST_LAYOUT_AT(ChardevClass, chr_be_event, 224);

DECLARE_OBJ_CHECKERS(Chardev, ChardevClass, CHARDEV, TYPE_CHARDEV)

void qemu_chr_parse_common(QemuOpts *opts, ChardevCommon *backend);
/* Of text consoles. */
void qemu_chr_parse_vc(QemuOpts *opts, ChardevBackend *backend, Error **errp);
const char *qemu_opt_get(QemuOpts *opts, const char *name);
/* How many bytes the front end takes now. */
int qemu_chr_be_can_write(Chardev *s);
void qemu_chr_be_write(Chardev *s, const uint8_t *buf, int len);
void qemu_chr_be_event(Chardev *s, QEMUChrEvent event);

#endif
