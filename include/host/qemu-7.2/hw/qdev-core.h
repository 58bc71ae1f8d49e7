/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices and buses.
 */
#ifndef HOST_QEMU_HW_QDEV_CORE_H
#define HOST_QEMU_HW_QDEV_CORE_H

#include "qemu/bitops.h"
#include "qemu/queue.h"
#include "qom/object.h"
#include "hw/hotplug.h"
#include "hw/resettable.h"

#define TYPE_DEVICE "device"
#define TYPE_BUS    "bus"

typedef struct DeviceClass DeviceClass;
DECLARE_OBJ_CHECKERS(DeviceState, DeviceClass, DEVICE, TYPE_DEVICE)
DECLARE_OBJ_CHECKERS(BusState, BusClass, BUS, TYPE_BUS)

typedef enum DeviceCategory {
    DEVICE_CATEGORY_BRIDGE = 0,
    DEVICE_CATEGORY_USB = 1,
    DEVICE_CATEGORY_STORAGE = 2,
    DEVICE_CATEGORY_NETWORK = 3,
    DEVICE_CATEGORY_INPUT = 4,
    DEVICE_CATEGORY_DISPLAY = 5,
    DEVICE_CATEGORY_SOUND = 6,
    DEVICE_CATEGORY_MISC = 7,
    DEVICE_CATEGORY_CPU = 8,
    DEVICE_CATEGORY_WATCHDOG = 9,
    DEVICE_CATEGORY_MAX = 10,
} DeviceCategory;

typedef void (*DeviceRealize)(DeviceState *dev, Error **errp);
typedef void (*DeviceUnrealize)(DeviceState *dev);
typedef void (*DeviceReset)(DeviceState *dev);

struct MemReentrancyGuard {
    bool engaged_in_io;
};
HOST_LAYOUT(MemReentrancyGuard, 1);

struct DeviceState {
    Object parent_obj;
    char *id;
    char *canonical_path;
    bool realized;
    uint8_t host_pad0[23];
    int hotplugged;
    BusState *parent_bus;
    uint8_t host_pad1[28];
    int instance_id_alias;
    uint8_t host_pad2[4];
    ResettableState reset;
    uint8_t host_pad3[12];
    MemReentrancyGuard mem_reentrancy_guard;
};
HOST_LAYOUT(DeviceState, 160);
HOST_LAYOUT_AT(DeviceState, id, 40);
HOST_LAYOUT_AT(DeviceState, canonical_path, 48);
HOST_LAYOUT_AT(DeviceState, realized, 56);
HOST_LAYOUT_AT(DeviceState, hotplugged, 80);
HOST_LAYOUT_AT(DeviceState, parent_bus, 88);
HOST_LAYOUT_AT(DeviceState, instance_id_alias, 124);
HOST_LAYOUT_AT(DeviceState, reset, 132);
HOST_LAYOUT_AT(DeviceState, mem_reentrancy_guard, 152);

struct DeviceClass {
    ObjectClass parent_class;
    unsigned long categories[1];
    const char *fw_name;
    const char *desc;
    uint8_t host_pad0[8];
    bool user_creatable;
    bool hotpluggable;
    DeviceReset reset;
    DeviceRealize realize;
    DeviceUnrealize unrealize;
    const VMStateDescription *vmsd;
    const char *bus_type;
};
HOST_LAYOUT(DeviceClass, 176);
HOST_LAYOUT_AT(DeviceClass, categories, 96);
HOST_LAYOUT_AT(DeviceClass, fw_name, 104);
HOST_LAYOUT_AT(DeviceClass, desc, 112);
HOST_LAYOUT_AT(DeviceClass, user_creatable, 128);
HOST_LAYOUT_AT(DeviceClass, hotpluggable, 129);
HOST_LAYOUT_AT(DeviceClass, reset, 136);
HOST_LAYOUT_AT(DeviceClass, realize, 144);
HOST_LAYOUT_AT(DeviceClass, unrealize, 152);
HOST_LAYOUT_AT(DeviceClass, vmsd, 160);
HOST_LAYOUT_AT(DeviceClass, bus_type, 168);

struct BusState {
    Object obj;
    DeviceState *parent;
    char *name;
    HotplugHandler *hotplug_handler;
    uint8_t host_pad0[4];
    bool realized;
    bool full;
    uint8_t host_pad1[50];
};
HOST_LAYOUT(BusState, 120);
HOST_LAYOUT_AT(BusState, parent, 40);
HOST_LAYOUT_AT(BusState, name, 48);
HOST_LAYOUT_AT(BusState, hotplug_handler, 56);
HOST_LAYOUT_AT(BusState, realized, 68);
HOST_LAYOUT_AT(BusState, full, 69);

struct BusClass {
    ObjectClass parent_class;
    uint8_t host_pad0[64];
};
HOST_LAYOUT(BusClass, 160);

DeviceState *qdev_new(const char *name);
DeviceState *qdev_try_new(const char *name);
bool qdev_realize(DeviceState *dev, BusState *bus, Error **errp);
void qdev_unrealize(DeviceState *dev);
BusState *qdev_get_parent_bus(DeviceState *dev);
BusState *qdev_get_child_bus(DeviceState *dev, const char *name);
char *qdev_get_dev_path(DeviceState *dev);
Object *qdev_get_machine(void);
void qdev_alias_all_properties(DeviceState *target, Object *source);
void qdev_simple_device_unplug_cb(HotplugHandler *hotplug_dev, DeviceState *dev,
                                  Error **errp);
void device_class_set_props(DeviceClass *dc, Property *props);
void device_class_set_parent_realize(DeviceClass *dc, DeviceRealize dev_realize,
                                     DeviceRealize *parent_realize);
void device_class_set_parent_unrealize(DeviceClass *dc, DeviceUnrealize dev_unrealize,
                                       DeviceUnrealize *parent_unrealize);
void device_class_set_parent_reset(DeviceClass *dc, DeviceReset dev_reset,
                                   DeviceReset *parent_reset);
void device_cold_reset(DeviceState *dev);

#endif
