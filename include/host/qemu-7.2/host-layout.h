/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compile-time proof that a structure re-declared here has the host's layout.
 *
 * The headers of this directory declare the fields the modules touch; what lies between them
 * is host_padN.  HOST_LAYOUT() pins the size, HOST_LAYOUT_AT() one field.
 */
#ifndef HOST_QEMU_HOST_LAYOUT_H
#define HOST_QEMU_HOST_LAYOUT_H

#include <stddef.h>

#define HOST_LAYOUT(type, bytes) \
    _Static_assert(sizeof(type) == (bytes), "size of " #type " differs from the host's")
#define HOST_LAYOUT_AT(type, field, at) \
    _Static_assert(offsetof(type, field) == (at), #type "." #field " is not where the host has it")

/* Offset of a field, refusing to compile when the field is not of the given type */
#define HOST_OFFSET_OF_TYPE(state, field, type)                                           \
    (offsetof(state, field) +                                                             \
     0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((state *)0)->field), type)  \
                     ? 1 : -1]))

#endif
