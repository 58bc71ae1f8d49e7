/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the modules were built for: the version found when the build was configured, and the sizes
 * of include/host of every type that they embed or derive from.
 */
#include "qemu/osdep.h"

#include "chardev/char.h"
#include "host-config.h"
#include "host-guard.h"
#include "hw/virtio/virtio-pci.h"
#include "hw/virtio/virtio.h"
#include "sysemu/vhost-user-backend.h"

static const DisplayHostType types[] = {
    { TYPE_DEVICE, sizeof(DeviceState) },
    { TYPE_BUS, sizeof(BusState) },
    { TYPE_CHARDEV, sizeof(Chardev) },
    { TYPE_MEMORY_REGION, sizeof(MemoryRegion) },
    { TYPE_PCI_DEVICE, sizeof(PCIDevice) },
    { TYPE_VHOST_USER_BACKEND, sizeof(VhostUserBackend) },
    { TYPE_VIRTIO_BUS, sizeof(VirtioBusState) },
    { TYPE_VIRTIO_DEVICE, sizeof(VirtIODevice) },
    { TYPE_VIRTIO_PCI, sizeof(VirtIOPCIProxy) },
    { NULL, 0 },
};

const DisplayHostExpectation display_host_expectation = {
    .major = HOST_CONFIG_MAJOR,
    .minor = HOST_CONFIG_MINOR,
    .micro = HOST_CONFIG_MICRO,
    .package = HOST_CONFIG_PACKAGE,
    .types = types,
};
