/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration state of devices, declared as tables.
 */
#ifndef HOST_QEMU_MIGRATION_VMSTATE_H
#define HOST_QEMU_MIGRATION_VMSTATE_H

#include "host-layout.h"
#include "qemu/osdep.h"

typedef enum MigrationPriority {
    MIG_PRI_DEFAULT = 0,
    MIG_PRI_IOMMU = 1,
    MIG_PRI_PCI_BUS = 2,
    MIG_PRI_VIRTIO_MEM = 3,
    MIG_PRI_GICV3_ITS = 4,
    MIG_PRI_GICV3 = 5,
    MIG_PRI_MAX = 6,
} MigrationPriority;

enum VMStateFlags {
    VMS_SINGLE = 0x1,
    VMS_POINTER = 0x2,
    VMS_ARRAY = 0x4,
    VMS_STRUCT = 0x8,
    VMS_VARRAY_INT32 = 0x10,
    VMS_BUFFER = 0x20,
    VMS_ARRAY_OF_POINTER = 0x40,
    VMS_VARRAY_UINT16 = 0x80,
    VMS_VBUFFER = 0x100,
    VMS_MULTIPLY = 0x200,
    VMS_VARRAY_UINT8 = 0x400,
    VMS_VARRAY_UINT32 = 0x800,
    VMS_MUST_EXIST = 0x1000,
    VMS_ALLOC = 0x2000,
    VMS_MULTIPLY_ELEMENTS = 0x4000,
    VMS_VSTRUCT = 0x8000,
};

struct VMStateInfo {
    const char *name;
    int (*get)(QEMUFile *f, void *pv, size_t size, const VMStateField *field);
    int (*put)(QEMUFile *f, void *pv, size_t size, const VMStateField *field,
               JSONWriter *vmdesc);
};
HOST_LAYOUT(VMStateInfo, 24);

struct VMStateField {
    const char *name;
    const char *err_hint;
    size_t offset;
    size_t size;
    size_t start;
    int num;
    size_t num_offset;
    size_t size_offset;
    const VMStateInfo *info;
    enum VMStateFlags flags;
    const VMStateDescription *vmsd;
    int version_id;
    int struct_version_id;
    bool (*field_exists)(void *, int);
};
HOST_LAYOUT(VMStateField, 104);
HOST_LAYOUT_AT(VMStateField, err_hint, 8);
HOST_LAYOUT_AT(VMStateField, offset, 16);
HOST_LAYOUT_AT(VMStateField, size, 24);
HOST_LAYOUT_AT(VMStateField, start, 32);
HOST_LAYOUT_AT(VMStateField, num, 40);
HOST_LAYOUT_AT(VMStateField, num_offset, 48);
HOST_LAYOUT_AT(VMStateField, size_offset, 56);
HOST_LAYOUT_AT(VMStateField, info, 64);
HOST_LAYOUT_AT(VMStateField, flags, 72);
HOST_LAYOUT_AT(VMStateField, vmsd, 80);
HOST_LAYOUT_AT(VMStateField, version_id, 88);
HOST_LAYOUT_AT(VMStateField, struct_version_id, 92);
HOST_LAYOUT_AT(VMStateField, field_exists, 96);

struct VMStateDescription {
    const char *name;
    int unmigratable;
    int version_id;
    int minimum_version_id;
    MigrationPriority priority;
    int (*pre_load)(void *);
    int (*post_load)(void *, int);
    int (*pre_save)(void *);
    int (*post_save)(void *);
    bool (*needed)(void *);
    bool (*dev_unplug_pending)(void *);
    const VMStateField *fields;
    const VMStateDescription **subsections;
};
HOST_LAYOUT(VMStateDescription, 88);
HOST_LAYOUT_AT(VMStateDescription, unmigratable, 8);
HOST_LAYOUT_AT(VMStateDescription, version_id, 12);
HOST_LAYOUT_AT(VMStateDescription, minimum_version_id, 16);
HOST_LAYOUT_AT(VMStateDescription, priority, 20);
HOST_LAYOUT_AT(VMStateDescription, pre_load, 24);
HOST_LAYOUT_AT(VMStateDescription, post_load, 32);
HOST_LAYOUT_AT(VMStateDescription, pre_save, 40);
HOST_LAYOUT_AT(VMStateDescription, post_save, 48);
HOST_LAYOUT_AT(VMStateDescription, needed, 56);
HOST_LAYOUT_AT(VMStateDescription, dev_unplug_pending, 64);
HOST_LAYOUT_AT(VMStateDescription, fields, 72);
HOST_LAYOUT_AT(VMStateDescription, subsections, 80);

extern const VMStateInfo vmstate_info_bool;
extern const VMStateInfo vmstate_info_int32;
extern const VMStateInfo vmstate_info_uint32;
extern const VMStateInfo vmstate_info_uint64;

#define VMSTATE_SINGLE(_field, _state, _version, _info, _type)      \
    {                                                               \
        .name = (stringify(_field)),                                \
        .version_id = (_version),                                   \
        .size = sizeof(_type),                                      \
        .info = &(_info),                                           \
        .flags = VMS_SINGLE,                                        \
        .offset = HOST_OFFSET_OF_TYPE(_state, _field, _type),      \
    }

#define VMSTATE_STRUCT(_field, _state, _version, _vmsd, _type)      \
    {                                                               \
        .name = (stringify(_field)),                                \
        .version_id = (_version),                                   \
        .vmsd = &(_vmsd),                                           \
        .size = sizeof(_type),                                      \
        .flags = VMS_STRUCT,                                        \
        .offset = HOST_OFFSET_OF_TYPE(_state, _field, _type),      \
    }

#define VMSTATE_BOOL(_f, _s)   VMSTATE_SINGLE(_f, _s, 0, vmstate_info_bool, bool)
#define VMSTATE_INT32(_f, _s)  VMSTATE_SINGLE(_f, _s, 0, vmstate_info_int32, int32_t)
#define VMSTATE_UINT32(_f, _s) VMSTATE_SINGLE(_f, _s, 0, vmstate_info_uint32, uint32_t)
#define VMSTATE_UINT64(_f, _s) VMSTATE_SINGLE(_f, _s, 0, vmstate_info_uint64, uint64_t)
#define VMSTATE_END_OF_LIST()  { .num = 0 }

int vmstate_save_state(QEMUFile *f, const VMStateDescription *vmsd, void *opaque,
                       JSONWriter *vmdesc_id);
int vmstate_load_state(QEMUFile *f, const VMStateDescription *vmsd, void *opaque,
                       int version_id);

#endif
