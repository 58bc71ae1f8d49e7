/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of the host's types.  Most stay opaque; the header of the same area completes the rest.
 */
#ifndef HOST_QEMU_QEMU_TYPEDEFS_H
#define HOST_QEMU_QEMU_TYPEDEFS_H

typedef struct AddressSpace AddressSpace;
typedef struct AioContext AioContext;
typedef struct BusClass BusClass;
typedef struct BusState BusState;
typedef struct Chardev Chardev;
typedef struct DeviceState DeviceState;
typedef struct DisplayState DisplayState;
typedef struct DisplaySurface DisplaySurface;
typedef struct Error Error;
typedef struct EventNotifier EventNotifier;
typedef struct FlatView FlatView;
typedef struct HotplugHandler HotplugHandler;
typedef struct InterfaceClass InterfaceClass;
typedef struct InterfaceInfo InterfaceInfo;
typedef struct JSONWriter JSONWriter;
typedef struct MemReentrancyGuard MemReentrancyGuard;
typedef struct MemoryListener MemoryListener;
typedef struct MemoryRegion MemoryRegion;
typedef struct MemoryRegionOps MemoryRegionOps;
typedef struct MemoryRegionSection MemoryRegionSection;
typedef struct Notifier Notifier;
typedef struct NotifierList NotifierList;
typedef struct Object Object;
typedef struct ObjectClass ObjectClass;
typedef struct ObjectProperty ObjectProperty;
typedef struct PCIBus PCIBus;
typedef struct PCIDevice PCIDevice;
typedef struct PCIDeviceClass PCIDeviceClass;
typedef struct Property Property;
typedef struct PropertyInfo PropertyInfo;
typedef struct QDict QDict;
typedef struct QEMUBH QEMUBH;
typedef struct QEMUCursor QEMUCursor;
typedef struct QEMUFile QEMUFile;
typedef struct QEMUTimer QEMUTimer;
typedef struct QEMUTimerList QEMUTimerList;
typedef struct QEMUTimerListGroup QEMUTimerListGroup;
typedef struct QObject QObject;
typedef struct QemuConsole QemuConsole;
typedef struct QemuDmaBuf QemuDmaBuf;
typedef struct QemuUIInfo QemuUIInfo;
typedef struct QEnumLookup QEnumLookup;
typedef struct RAMBlock RAMBlock;
typedef struct TypeInfo TypeInfo;
typedef struct TypeImpl *Type;
typedef struct VMChangeStateEntry VMChangeStateEntry;
typedef struct VMStateDescription VMStateDescription;
typedef struct VMStateField VMStateField;
typedef struct VMStateInfo VMStateInfo;
typedef struct VirtIODevice VirtIODevice;
typedef struct VirtQueue VirtQueue;
typedef struct Visitor Visitor;

typedef void QEMUBHFunc(void *opaque);

#endif
