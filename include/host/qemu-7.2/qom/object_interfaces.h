/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects that are made by name, completed once their properties are set, and kept in /objects.
 */
#ifndef HOST_QEMU_QOM_OBJECT_INTERFACES_H
#define HOST_QEMU_QOM_OBJECT_INTERFACES_H

#include "qom/object.h"

#define TYPE_USER_CREATABLE "user-creatable"

typedef struct UserCreatable UserCreatable;

typedef struct UserCreatableClass {
    InterfaceClass parent_class;
    void (*complete)(UserCreatable *uc, Error **errp);
    bool (*can_be_deleted)(UserCreatable *uc);
} UserCreatableClass;
HOST_LAYOUT(UserCreatableClass, 128);
HOST_LAYOUT_AT(UserCreatableClass, complete, 112);
HOST_LAYOUT_AT(UserCreatableClass, can_be_deleted, 120);

DECLARE_CLASS_CHECKERS(UserCreatableClass, USER_CREATABLE, TYPE_USER_CREATABLE)

/* Where they live. */
Object *object_get_objects_root(void);

/*
 * Sets pairs of property and value, ends with NULL; completes the object.  The parent holds the
 * reference, the returned pointer is borrowed.
 */
Object *object_new_with_props(const char *typename, Object *parent, const char *id, Error **errp,
                              ...) G_GNUC_NULL_TERMINATED;
ObjectProperty *object_class_property_add_enum(ObjectClass *klass, const char *name,
                                               const char *typename, const QEnumLookup *lookup,
                                               int (*get)(Object *, Error **),
                                               void (*set)(Object *, int, Error **));

#endif
