/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the test of the check at load: a build for a QEMU whose virtio-pci proxy is larger.
 */
#include "qemu/osdep.h"

#include "host-config.h"
#include "host-guard.h"
#include "hw/virtio/virtio-pci.h"

static const DisplayHostType types[] = {
    { TYPE_PCI_DEVICE, sizeof(PCIDevice) },
    { TYPE_VIRTIO_PCI, sizeof(VirtIOPCIProxy) + 16 },
    { NULL, 0 },
};

const DisplayHostExpectation display_host_expectation = {
    .major = HOST_CONFIG_MAJOR,
    .minor = HOST_CONFIG_MINOR,
    .micro = HOST_CONFIG_MICRO,
    .package = HOST_CONFIG_PACKAGE,
    .types = types,
};
