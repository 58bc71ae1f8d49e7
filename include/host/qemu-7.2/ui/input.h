/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys, buttons and motion on their way from a front end to the guest.
 */
#ifndef HOST_QEMU_UI_INPUT_H
#define HOST_QEMU_UI_INPUT_H

#include "qapi/qapi-types-ui.h"
#include "qemu/notify.h"

#define INPUT_EVENT_ABS_MIN 0x0000
#define INPUT_EVENT_ABS_MAX 0x7fff

/* Events are dropped unless the machine runs; a group ends with a sync. */
void qemu_input_event_sync(void);
void qemu_input_event_send_key_qcode(QemuConsole *src, QKeyCode q, bool down);
void qemu_input_event_send_key_delay(uint32_t delay_ms);
void qemu_input_queue_btn(QemuConsole *src, InputButton btn, bool down);
void qemu_input_update_buttons(QemuConsole *src, uint32_t *button_map, uint32_t button_old,
                               uint32_t button_new);
bool qemu_input_is_absolute(void);
void qemu_input_queue_rel(QemuConsole *src, InputAxis axis, int value);
/* Scales from min_in .. max_in to the range of the guest's devices. */
void qemu_input_queue_abs(QemuConsole *src, InputAxis axis, int value, int min_in, int max_in);

/* Names of keys: 0 where there is none. */
int qemu_input_key_number_to_qcode(unsigned int nr);
int qemu_input_linux_to_qcode(unsigned int lnx);

extern const guint16 qemu_input_map_x11_to_qcode[];
extern const guint qemu_input_map_x11_to_qcode_len;
extern const guint16 qemu_input_map_xorgevdev_to_qcode[];
extern const guint qemu_input_map_xorgevdev_to_qcode_len;
extern const guint16 qemu_input_map_xorgkbd_to_qcode[];
extern const guint qemu_input_map_xorgkbd_to_qcode_len;
extern const guint16 qemu_input_map_xorgxquartz_to_qcode[];
extern const guint qemu_input_map_xorgxquartz_to_qcode_len;
extern const guint16 qemu_input_map_xorgxwin_to_qcode[];
extern const guint qemu_input_map_xorgxwin_to_qcode_len;

/* Called when the pointer changes between relative and absolute; the notifier is the caller's. */
void qemu_add_mouse_mode_change_notifier(Notifier *notify);
void qemu_remove_mouse_mode_change_notifier(Notifier *notify);

#define QEMU_SCROLL_LOCK_LED (1 << 0)
#define QEMU_NUM_LOCK_LED    (1 << 1)
#define QEMU_CAPS_LOCK_LED   (1 << 2)

typedef void QEMUPutLEDEvent(void *opaque, int ledstate);
typedef struct QEMUPutLEDEntry QEMUPutLEDEntry;

QEMUPutLEDEntry *qemu_add_led_event_handler(QEMUPutLEDEvent *func, void *opaque);
void qemu_remove_led_event_handler(QEMUPutLEDEntry *entry);

#endif
