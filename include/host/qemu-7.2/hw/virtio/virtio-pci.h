/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PCI transport of virtio.
 */
#ifndef HOST_QEMU_HW_VIRTIO_VIRTIO_PCI_H
#define HOST_QEMU_HW_VIRTIO_VIRTIO_PCI_H

#include "hw/pci/pci.h"
#include "hw/virtio/virtio-bus.h"
#include "qapi/qapi-types-common.h"

typedef struct VirtioBusState VirtioPCIBusState;

#define TYPE_VIRTIO_PCI "virtio-pci"

typedef struct VirtIOPCIProxy VirtIOPCIProxy;
typedef struct VirtioPCIClass VirtioPCIClass;
DECLARE_OBJ_CHECKERS(VirtIOPCIProxy, VirtioPCIClass, VIRTIO_PCI, TYPE_VIRTIO_PCI)

#define VIRTIO_PCI_FLAG_USE_IOEVENTFD_BIT  1
#define VIRTIO_PCI_FLAG_USE_IOEVENTFD      2
#define VIRTIO_PCI_FLAG_MODERN_PIO_NOTIFY  8
#define VIRTIO_PCI_FLAG_PAGE_PER_VQ       0x20

typedef struct VirtIOPCIRegion {
    MemoryRegion mr;
    uint32_t offset;
    uint32_t size;
    uint32_t type;
} VirtIOPCIRegion;
HOST_LAYOUT(VirtIOPCIRegion, 288);

struct VirtIOPCIProxy {
    PCIDevice pci_dev;
    MemoryRegion bar;
    VirtIOPCIRegion common;
    VirtIOPCIRegion isr;
    VirtIOPCIRegion device;
    VirtIOPCIRegion notify;
    VirtIOPCIRegion notify_pio;
    MemoryRegion modern_bar;
    MemoryRegion io_bar;
    uint32_t legacy_io_bar_idx;
    uint32_t msix_bar_idx;
    uint32_t modern_io_bar_idx;
    uint32_t modern_mem_bar_idx;
    int config_cap;
    uint32_t flags;
    bool disable_modern;
    bool ignore_backend_features;
    OnOffAuto disable_legacy;
    uint32_t class_code;
    uint32_t nvectors;
    uint8_t host_pad0[28704];
    VirtioPCIBusState bus;
    uint8_t host_pad1[8];
};
HOST_LAYOUT(VirtIOPCIProxy, 33744);
HOST_LAYOUT_AT(VirtIOPCIProxy, bar, 2608);
HOST_LAYOUT_AT(VirtIOPCIProxy, common, 2880);
HOST_LAYOUT_AT(VirtIOPCIProxy, device, 3456);
HOST_LAYOUT_AT(VirtIOPCIProxy, modern_bar, 4320);
HOST_LAYOUT_AT(VirtIOPCIProxy, msix_bar_idx, 4868);
HOST_LAYOUT_AT(VirtIOPCIProxy, modern_io_bar_idx, 4872);
HOST_LAYOUT_AT(VirtIOPCIProxy, modern_mem_bar_idx, 4876);
HOST_LAYOUT_AT(VirtIOPCIProxy, flags, 4884);
HOST_LAYOUT_AT(VirtIOPCIProxy, disable_legacy, 4892);
HOST_LAYOUT_AT(VirtIOPCIProxy, nvectors, 4900);
HOST_LAYOUT_AT(VirtIOPCIProxy, bus, 33608);

struct VirtioPCIClass {
    PCIDeviceClass parent_class;
    DeviceRealize parent_dc_realize;
    void (*realize)(VirtIOPCIProxy *, Error **);
};
HOST_LAYOUT(VirtioPCIClass, 248);
HOST_LAYOUT_AT(VirtioPCIClass, parent_dc_realize, 232);
HOST_LAYOUT_AT(VirtioPCIClass, realize, 240);

typedef struct VirtioPCIDeviceTypeInfo {
    const char *base_name;
    const char *generic_name;
    const char *transitional_name;
    const char *non_transitional_name;
    const char *parent;
    size_t instance_size;
    size_t class_size;
    void (*instance_init)(Object *obj);
    void (*instance_finalize)(Object *obj);
    void (*class_init)(ObjectClass *klass, void *data);
    InterfaceInfo *interfaces;
} VirtioPCIDeviceTypeInfo;
HOST_LAYOUT(VirtioPCIDeviceTypeInfo, 88);
HOST_LAYOUT_AT(VirtioPCIDeviceTypeInfo, parent, 32);
HOST_LAYOUT_AT(VirtioPCIDeviceTypeInfo, instance_init, 56);
HOST_LAYOUT_AT(VirtioPCIDeviceTypeInfo, class_init, 72);

void virtio_pci_types_register(const VirtioPCIDeviceTypeInfo *t);
/* Registration passes the check at load, modules/host-guard.h */
void display_host_virtio_pci_register(const VirtioPCIDeviceTypeInfo *info);
#define virtio_pci_types_register display_host_virtio_pci_register

static inline void virtio_pci_force_virtio_1(VirtIOPCIProxy *proxy)
{
    proxy->disable_modern = false;
    proxy->disable_legacy = ON_OFF_AUTO_ON;
}

#endif
