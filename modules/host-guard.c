/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check at load, and the types that stand in when it fails.
 *
 * A stand-in relies on nothing but function signatures and TypeInfo: it inherits its sizes from
 * its parent and sets realize through the host's own helper, so it works with any layout.
 */
#include "qemu/osdep.h"

#include "hw/qdev-core.h"
#include "hw/virtio/virtio-pci.h"
#include "host-guard.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-control.h"
#include "qapi/visitor.h"

#undef type_register_static
#undef virtio_pci_types_register

/*
 * Properties of this family: a stand-in takes and ignores them, or a command line would fail on
 * the first of them instead of on the reason.
 */
static const char *const ignored_properties[] = {
    "big-endian-framebuffer", "blob", "chardev", "edid", "ioeventfd", "max_hostmem",
    "max_outputs", "stats", "vectors", "xres", "yres",
};

/* NULL when the running QEMU is the expected one, else what differs. */
static char *compare_version(const DisplayHostExpectation *expected)
{
    g_autoptr(VersionInfo) running = qmp_query_version(NULL);

    if (!running) {
        return g_strdup("it does not tell its version");
    }
    if (running->qemu->major == expected->major && running->qemu->minor == expected->minor &&
        running->qemu->micro == expected->micro) {
        return NULL;
    }
    return g_strdup_printf("this is QEMU %" PRId64 ".%" PRId64 ".%" PRId64 " %s",
                           running->qemu->major, running->qemu->minor, running->qemu->micro,
                           running->package);
}

static char *compare_sizes(const DisplayHostExpectation *expected)
{
    const DisplayHostType *type;

    for (type = expected->types; type->name; type++) {
        size_t size;

        if (!object_class_by_name(type->name)) {
            return g_strdup_printf("this QEMU has no type %s", type->name);
        }
        size = object_type_get_instance_size(type->name);
        if (size != type->instance_size) {
            return g_strdup_printf("%s has %zu bytes in this QEMU, not %zu", type->name, size,
                                   type->instance_size);
        }
    }
    return NULL;
}

const char *display_host_mismatch(void)
{
    static bool asked;
    static char *mismatch;

    if (!asked) {
        mismatch = compare_version(&display_host_expectation);
        if (!mismatch) {
            mismatch = compare_sizes(&display_host_expectation);
        }
        asked = true;
    }
    return mismatch;
}

static void stand_in_realize(DeviceState *dev, Error **errp)
{
    const DisplayHostExpectation *expected = &display_host_expectation;

    error_setg(errp, "the module of %s was built for QEMU %" PRId64 ".%" PRId64 ".%" PRId64
               " (%s), but %s: rebuild the modules for the installed QEMU, or unset"
               " QEMU_MODULE_DIR", object_get_typename((Object *)dev), expected->major,
               expected->minor, expected->micro, expected->package, display_host_mismatch());
}

static void ignore_property(Object *self, Visitor *visitor, const char *property, void *opaque,
                            Error **errp)
{
    g_autofree char *value = NULL;

    /* the value must be visited, whatever its type, to count as known */
    visit_type_str(visitor, property, &value, NULL);
}

static void stand_in_class_init(ObjectClass *klass, void *data)
{
    DeviceRealize parent_realize;
    size_t i;

    device_class_set_parent_realize((DeviceClass *)klass, stand_in_realize, &parent_realize);
    for (i = 0; i < G_N_ELEMENTS(ignored_properties); i++) {
        const char *name = ignored_properties[i];

        if (!object_class_property_find(klass, name)) {
            object_class_property_add(klass, name, "str", NULL, ignore_property, NULL, NULL);
        }
    }
}

Type display_host_type_register(const TypeInfo *info)
{
    const TypeInfo stand_in = {
        .name = info->name,
        .parent = info->parent,
        .abstract = info->abstract,
        .class_init = stand_in_class_init,
        .interfaces = info->interfaces,
    };

    return type_register(display_host_mismatch() ? &stand_in : info);
}

void display_host_virtio_pci_register(const VirtioPCIDeviceTypeInfo *info)
{
    static InterfaceInfo interfaces[] = {
        { INTERFACE_PCIE_DEVICE },
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    };
    const TypeInfo stand_in = {
        .name = info->generic_name,
        .parent = info->parent ?: TYPE_VIRTIO_PCI,
        .class_init = stand_in_class_init,
        .interfaces = interfaces,
    };

    if (display_host_mismatch()) {
        type_register(&stand_in);
    } else {
        virtio_pci_types_register(info);
    }
}
