/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI devices.
 */
#ifndef HOST_QEMU_HW_PCI_PCI_H
#define HOST_QEMU_HW_PCI_PCI_H

#include "exec/memory.h"
#include "hw/qdev-core.h"
#include "hw/pci/pci_ids.h"

#define TYPE_PCI_DEVICE "pci-device"
DECLARE_OBJ_CHECKERS(PCIDevice, PCIDeviceClass, PCI_DEVICE, TYPE_PCI_DEVICE)

#define INTERFACE_CONVENTIONAL_PCI_DEVICE "conventional-pci-device"
#define INTERFACE_PCIE_DEVICE             "pci-express-device"
#define INTERFACE_CXL_DEVICE              "cxl-device"

#define PCI_BASE_ADDRESS_SPACE_IO      1
#define PCI_BASE_ADDRESS_SPACE_MEMORY  0
#define PCI_BASE_ADDRESS_MEM_TYPE_64   4
#define PCI_BASE_ADDRESS_MEM_PREFETCH  8
#define PCI_CAP_ID_VNDR                9
#define PCI_NUM_REGIONS                7

typedef uint64_t pcibus_t;
typedef void PCIUnregisterFunc(PCIDevice *pci_dev);

struct PCIDevice {
    DeviceState qdev;
    uint8_t host_pad0[8];
    uint8_t *config;
    uint8_t host_pad1[8];
    uint8_t *wmask;
    uint8_t host_pad2[16];
    int32_t devfn;
    uint8_t host_pad3[20];
    char name[64];
    uint8_t host_pad4[960];
    bool has_vga;
    uint32_t cap_present;
    uint8_t host_pad5[992];
    char *romfile;
    uint32_t romsize;
    uint8_t host_pad6[276];
    uint32_t rom_bar;
    uint8_t host_pad7[60];
} QEMU_ALIGNED(16);
HOST_LAYOUT(PCIDevice, 2608);
HOST_LAYOUT_AT(PCIDevice, config, 168);
HOST_LAYOUT_AT(PCIDevice, wmask, 184);
HOST_LAYOUT_AT(PCIDevice, devfn, 208);
HOST_LAYOUT_AT(PCIDevice, name, 232);
HOST_LAYOUT_AT(PCIDevice, has_vga, 1256);
HOST_LAYOUT_AT(PCIDevice, cap_present, 1260);
HOST_LAYOUT_AT(PCIDevice, romfile, 2256);
HOST_LAYOUT_AT(PCIDevice, romsize, 2264);
HOST_LAYOUT_AT(PCIDevice, rom_bar, 2544);

struct PCIDeviceClass {
    DeviceClass parent_class;
    void (*realize)(PCIDevice *, Error **);
    PCIUnregisterFunc *exit;
    uint8_t host_pad0[16];
    uint16_t vendor_id;
    uint16_t device_id;
    uint8_t revision;
    uint16_t class_id;
    uint16_t subsystem_vendor_id;
    uint16_t subsystem_id;
    bool is_bridge;
    const char *romfile;
};
HOST_LAYOUT(PCIDeviceClass, 232);
HOST_LAYOUT_AT(PCIDeviceClass, realize, 176);
HOST_LAYOUT_AT(PCIDeviceClass, exit, 184);
HOST_LAYOUT_AT(PCIDeviceClass, vendor_id, 208);
HOST_LAYOUT_AT(PCIDeviceClass, device_id, 210);
HOST_LAYOUT_AT(PCIDeviceClass, revision, 212);
HOST_LAYOUT_AT(PCIDeviceClass, class_id, 214);
HOST_LAYOUT_AT(PCIDeviceClass, subsystem_vendor_id, 216);
HOST_LAYOUT_AT(PCIDeviceClass, subsystem_id, 218);
HOST_LAYOUT_AT(PCIDeviceClass, is_bridge, 220);
HOST_LAYOUT_AT(PCIDeviceClass, romfile, 224);

void pci_register_bar(PCIDevice *pci_dev, int region_num, uint8_t type,
                      MemoryRegion *memory);
void pci_register_vga(PCIDevice *pci_dev, MemoryRegion *mem, MemoryRegion *io_lo,
                      MemoryRegion *io_hi);
void pci_unregister_vga(PCIDevice *pci_dev);
int pci_add_capability(PCIDevice *pdev, uint8_t cap_id, uint8_t offset, uint8_t size,
                       Error **errp);
uint8_t pci_find_capability(PCIDevice *pdev, uint8_t cap_id);
MemoryRegion *pci_address_space(PCIDevice *dev);
MemoryRegion *pci_address_space_io(PCIDevice *dev);
AddressSpace *pci_device_iommu_address_space(PCIDevice *dev);

#endif
