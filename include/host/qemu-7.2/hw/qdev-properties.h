/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Properties of devices, declared as tables.
 */
#ifndef HOST_QEMU_HW_QDEV_PROPERTIES_H
#define HOST_QEMU_HW_QDEV_PROPERTIES_H

#include "hw/qdev-core.h"
#include "qapi/qapi-types-common.h"

struct Property {
    const char *name;
    const PropertyInfo *info;
    ptrdiff_t offset;
    uint8_t bitnr;
    uint64_t bitmask;
    bool set_default;
    union {
        int64_t i;
        uint64_t u;
    } defval;
    int arrayoffset;
    const PropertyInfo *arrayinfo;
    int arrayfieldsize;
    const char *link_type;
};
HOST_LAYOUT(Property, 88);
HOST_LAYOUT_AT(Property, offset, 16);
HOST_LAYOUT_AT(Property, bitnr, 24);
HOST_LAYOUT_AT(Property, set_default, 40);
HOST_LAYOUT_AT(Property, defval, 48);
HOST_LAYOUT_AT(Property, link_type, 80);

struct PropertyInfo {
    const char *name;
    uint8_t host_pad0[72];
};
HOST_LAYOUT(PropertyInfo, 80);

extern const PropertyInfo qdev_prop_bit;
extern const PropertyInfo qdev_prop_bit64;
extern const PropertyInfo qdev_prop_bool;
extern const PropertyInfo qdev_prop_int32;
extern const PropertyInfo qdev_prop_link;
extern const PropertyInfo qdev_prop_on_off_auto;
extern const PropertyInfo qdev_prop_size;
extern const PropertyInfo qdev_prop_string;
extern const PropertyInfo qdev_prop_uint8;
extern const PropertyInfo qdev_prop_uint16;
extern const PropertyInfo qdev_prop_uint32;
extern const PropertyInfo qdev_prop_uint64;

#define DEFINE_PROP(_name, _state, _field, _prop, _type, ...)                      \
    { .name = (_name), .info = &(_prop),                                           \
      .offset = HOST_OFFSET_OF_TYPE(_state, _field, _type), __VA_ARGS__ }
#define DEFINE_PROP_SIGNED(_name, _state, _field, _defval, _prop, _type)           \
    DEFINE_PROP(_name, _state, _field, _prop, _type,                               \
                .set_default = true, .defval.i = (_type)_defval)
#define DEFINE_PROP_UNSIGNED(_name, _state, _field, _defval, _prop, _type)         \
    DEFINE_PROP(_name, _state, _field, _prop, _type,                               \
                .set_default = true, .defval.u = (_type)_defval)

#define DEFINE_PROP_BIT(_name, _state, _field, _bit, _defval)                      \
    DEFINE_PROP(_name, _state, _field, qdev_prop_bit, uint32_t, .bitnr = (_bit),   \
                .set_default = true, .defval.u = (bool)_defval)
#define DEFINE_PROP_BIT64(_name, _state, _field, _bit, _defval)                    \
    DEFINE_PROP(_name, _state, _field, qdev_prop_bit64, uint64_t, .bitnr = (_bit), \
                .set_default = true, .defval.u = (bool)_defval)
#define DEFINE_PROP_BOOL(_name, _state, _field, _defval)                           \
    DEFINE_PROP(_name, _state, _field, qdev_prop_bool, bool,                       \
                .set_default = true, .defval.u = (bool)_defval)
#define DEFINE_PROP_UINT8(_n, _s, _f, _d) \
    DEFINE_PROP_UNSIGNED(_n, _s, _f, _d, qdev_prop_uint8, uint8_t)
#define DEFINE_PROP_UINT16(_n, _s, _f, _d) \
    DEFINE_PROP_UNSIGNED(_n, _s, _f, _d, qdev_prop_uint16, uint16_t)
#define DEFINE_PROP_UINT32(_n, _s, _f, _d) \
    DEFINE_PROP_UNSIGNED(_n, _s, _f, _d, qdev_prop_uint32, uint32_t)
#define DEFINE_PROP_UINT64(_n, _s, _f, _d) \
    DEFINE_PROP_UNSIGNED(_n, _s, _f, _d, qdev_prop_uint64, uint64_t)
#define DEFINE_PROP_INT32(_n, _s, _f, _d) \
    DEFINE_PROP_SIGNED(_n, _s, _f, _d, qdev_prop_int32, int32_t)
#define DEFINE_PROP_SIZE(_n, _s, _f, _d) \
    DEFINE_PROP_UNSIGNED(_n, _s, _f, _d, qdev_prop_size, uint64_t)
#define DEFINE_PROP_STRING(_n, _s, _f) \
    DEFINE_PROP(_n, _s, _f, qdev_prop_string, char *)
#define DEFINE_PROP_ON_OFF_AUTO(_n, _s, _f, _d) \
    DEFINE_PROP_SIGNED(_n, _s, _f, _d, qdev_prop_on_off_auto, OnOffAuto)
#define DEFINE_PROP_LINK(_name, _state, _field, _type, _ptr_type) \
    DEFINE_PROP(_name, _state, _field, qdev_prop_link, _ptr_type, .link_type = _type)
#define DEFINE_PROP_END_OF_LIST() { 0 }

void qdev_prop_set_bit(DeviceState *dev, const char *name, bool value);
void qdev_prop_set_uint32(DeviceState *dev, const char *name, uint32_t value);
void qdev_prop_set_string(DeviceState *dev, const char *name, const char *value);

#endif
