/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's object model: types, classes, properties, casts.
 */
#ifndef HOST_QEMU_QOM_OBJECT_H
#define HOST_QEMU_QOM_OBJECT_H

#include "qemu/osdep.h"
#include "host-layout.h"

#define TYPE_OBJECT    "object"
#define TYPE_INTERFACE "interface"

typedef void ObjectFree(void *obj);
typedef void ObjectUnparent(Object *obj);
typedef void ObjectPropertyAccessor(Object *obj, Visitor *v, const char *name, void *opaque,
                                    Error **errp);
typedef void ObjectPropertyRelease(Object *obj, const char *name, void *opaque);

struct Object {
    ObjectClass *class;
    ObjectFree *free;
    GHashTable *properties;
    uint32_t ref;
    Object *parent;
};
HOST_LAYOUT(Object, 40);
HOST_LAYOUT_AT(Object, free, 8);
HOST_LAYOUT_AT(Object, properties, 16);
HOST_LAYOUT_AT(Object, ref, 24);
HOST_LAYOUT_AT(Object, parent, 32);

struct ObjectClass {
    Type type;
    GSList *interfaces;
    const char *object_cast_cache[4];
    const char *class_cast_cache[4];
    ObjectUnparent *unparent;
    GHashTable *properties;
};
HOST_LAYOUT(ObjectClass, 96);
HOST_LAYOUT_AT(ObjectClass, interfaces, 8);
HOST_LAYOUT_AT(ObjectClass, object_cast_cache, 16);
HOST_LAYOUT_AT(ObjectClass, class_cast_cache, 48);
HOST_LAYOUT_AT(ObjectClass, unparent, 80);
HOST_LAYOUT_AT(ObjectClass, properties, 88);

struct InterfaceInfo {
    const char *type;
};
HOST_LAYOUT(InterfaceInfo, 8);

struct InterfaceClass {
    ObjectClass parent_class;
    ObjectClass *concrete_class;
    Type interface_type;
};
HOST_LAYOUT(InterfaceClass, 112);
HOST_LAYOUT_AT(InterfaceClass, concrete_class, 96);
HOST_LAYOUT_AT(InterfaceClass, interface_type, 104);

struct TypeInfo {
    const char *name;
    const char *parent;
    size_t instance_size;
    size_t instance_align;
    void (*instance_init)(Object *obj);
    void (*instance_post_init)(Object *obj);
    void (*instance_finalize)(Object *obj);
    bool abstract;
    size_t class_size;
    void (*class_init)(ObjectClass *klass, void *data);
    void (*class_base_init)(ObjectClass *klass, void *data);
    void *class_data;
    InterfaceInfo *interfaces;
};
HOST_LAYOUT(TypeInfo, 104);
HOST_LAYOUT_AT(TypeInfo, instance_init, 32);
HOST_LAYOUT_AT(TypeInfo, abstract, 56);
HOST_LAYOUT_AT(TypeInfo, class_size, 64);
HOST_LAYOUT_AT(TypeInfo, interfaces, 96);

typedef enum {
    OBJ_PROP_FLAG_READ = 1,
    OBJ_PROP_FLAG_WRITE = 2,
    OBJ_PROP_FLAG_READWRITE = 3,
} ObjectPropertyFlags;

typedef enum {
    OBJ_PROP_LINK_STRONG = 1,
} ObjectPropertyLinkFlags;

/* Types */
Type type_register(const TypeInfo *info);
size_t object_type_get_instance_size(const char *typename);
ObjectClass *module_object_class_by_name(const char *typename);
ObjectClass *object_class_by_name(const char *typename);
const char *object_class_get_name(ObjectClass *klass);
ObjectClass *object_class_get_parent(ObjectClass *class);
ObjectClass *object_class_dynamic_cast(ObjectClass *class, const char *typename);
bool object_class_is_abstract(ObjectClass *klass);

/* Registration passes the check at load, modules/host-guard.h */
Type display_host_type_register(const TypeInfo *info);
#define type_register_static display_host_type_register

/* Instances */
Object *object_new(const char *typename);
Object *object_ref(void *objptr);
void object_unref(void *objptr);
void object_unparent(Object *obj);
ObjectClass *object_get_class(Object *obj);
const char *object_get_typename(const Object *obj);
char *object_get_canonical_path(const Object *obj);
Object *object_dynamic_cast(Object *obj, const char *typename);
Object *object_resolve_path(const char *path, bool *ambiguous);
Object *object_resolve_path_type(const char *path, const char *typename, bool *ambiguous);
Object *object_get_root(void);
void object_initialize(void *data, size_t size, const char *typename);
void object_initialize_child_internal(Object *parent, const char *propname, void *child,
                                      size_t size, const char *type);

#define object_initialize_child(parent, propname, child, type) \
    object_initialize_child_internal((parent), (propname), (child), sizeof(*(child)), (type))

/* Properties */
ObjectProperty *object_property_add(Object *obj, const char *name, const char *type,
                                    ObjectPropertyAccessor *get,
                                    ObjectPropertyAccessor *set,
                                    ObjectPropertyRelease *release, void *opaque);
ObjectProperty *object_property_add_bool(Object *obj, const char *name,
                                         bool (*get)(Object *, Error **),
                                         void (*set)(Object *, bool, Error **));
ObjectProperty *object_property_add_str(Object *obj, const char *name,
                                        char *(*get)(Object *, Error **),
                                        void (*set)(Object *, const char *, Error **));
ObjectProperty *object_property_add_link(
        Object *obj, const char *name, const char *type, Object **targetp,
        void (*check)(const Object *obj, const char *name, Object *val, Error **errp),
        ObjectPropertyLinkFlags flags);
ObjectProperty *object_property_add_alias(Object *obj, const char *name, Object *target_obj,
                                          const char *target_name);
ObjectProperty *object_property_add_child(Object *obj, const char *name, Object *child);
ObjectProperty *object_property_add_uint32_ptr(Object *obj, const char *name,
        const uint32_t *v, ObjectPropertyFlags flags);
ObjectProperty *object_property_find(Object *obj, const char *name);
void object_property_set_description(Object *obj, const char *name,
                                     const char *description);
ObjectProperty *object_class_property_find(ObjectClass *klass, const char *name);
ObjectProperty *object_class_property_add(ObjectClass *klass, const char *name,
                                          const char *type, ObjectPropertyAccessor *get,
                                          ObjectPropertyAccessor *set,
                                          ObjectPropertyRelease *release, void *opaque);
ObjectProperty *object_class_property_add_bool(ObjectClass *klass, const char *name,
        bool (*get)(Object *, Error **), void (*set)(Object *, bool, Error **));
ObjectProperty *object_class_property_add_str(ObjectClass *klass, const char *name,
        char *(*get)(Object *, Error **), void (*set)(Object *, const char *, Error **));
void object_class_property_set_description(ObjectClass *klass, const char *name,
                                           const char *description);
void object_property_set_default_bool(ObjectProperty *prop, bool value);
bool object_property_get_bool(Object *obj, const char *name, Error **errp);
uint64_t object_property_get_uint(Object *obj, const char *name, Error **errp);
int64_t object_property_get_int(Object *obj, const char *name, Error **errp);
char *object_property_get_str(Object *obj, const char *name, Error **errp);
Object *object_property_get_link(Object *obj, const char *name, Error **errp);
bool object_property_set_bool(Object *obj, const char *name, bool value, Error **errp);
bool object_property_set_uint(Object *obj, const char *name, uint64_t value, Error **errp);
bool object_property_set_int(Object *obj, const char *name, int64_t value, Error **errp);
bool object_property_set_str(Object *obj, const char *name, const char *value,
                             Error **errp);
bool object_property_set_link(Object *obj, const char *name, Object *value, Error **errp);

/* Casts: checked at run time */
Object *object_dynamic_cast_assert(Object *obj, const char *typename, const char *file,
                                   int line, const char *func);
ObjectClass *object_class_dynamic_cast_assert(ObjectClass *class, const char *typename,
        const char *file, int line, const char *func);

#define OBJECT(obj)         ((Object *)(obj))
#define OBJECT_CLASS(class) ((ObjectClass *)(class))

#define OBJECT_CHECK(type, obj, name)                                                     \
    ((type *)object_dynamic_cast_assert(OBJECT(obj), (name), __FILE__, __LINE__, __func__))
#define OBJECT_CLASS_CHECK(class_type, class, name)                                       \
    ((class_type *)object_class_dynamic_cast_assert(OBJECT_CLASS(class), (name), __FILE__, \
                                                    __LINE__, __func__))
#define OBJECT_GET_CLASS(class, obj, name) \
    OBJECT_CLASS_CHECK(class, object_get_class(OBJECT(obj)), name)

#define DECLARE_INSTANCE_CHECKER(InstanceType, OBJ_NAME, TYPENAME)          \
    static inline G_GNUC_UNUSED InstanceType *OBJ_NAME(const void *obj)     \
    {                                                                       \
        return OBJECT_CHECK(InstanceType, obj, TYPENAME);                   \
    }

#define DECLARE_CLASS_CHECKERS(ClassType, OBJ_NAME, TYPENAME)                       \
    static inline G_GNUC_UNUSED ClassType *glue(OBJ_NAME, _GET_CLASS)(const void *obj) \
    {                                                                               \
        return OBJECT_GET_CLASS(ClassType, obj, TYPENAME);                          \
    }                                                                               \
    static inline G_GNUC_UNUSED ClassType *glue(OBJ_NAME, _CLASS)(const void *klass) \
    {                                                                               \
        return OBJECT_CLASS_CHECK(ClassType, klass, TYPENAME);                      \
    }

#define DECLARE_OBJ_CHECKERS(InstanceType, ClassType, OBJ_NAME, TYPENAME) \
    DECLARE_INSTANCE_CHECKER(InstanceType, OBJ_NAME, TYPENAME)            \
    DECLARE_CLASS_CHECKERS(ClassType, OBJ_NAME, TYPENAME)

#define OBJECT_DECLARE_TYPE(InstanceType, ClassType, MODULE_OBJ_NAME)           \
    typedef struct InstanceType InstanceType;                                   \
    typedef struct ClassType ClassType;                                         \
    G_DEFINE_AUTOPTR_CLEANUP_FUNC(InstanceType, object_unref)                   \
    DECLARE_OBJ_CHECKERS(InstanceType, ClassType, MODULE_OBJ_NAME, TYPE_##MODULE_OBJ_NAME)

#define OBJECT_DECLARE_SIMPLE_TYPE(InstanceType, MODULE_OBJ_NAME)               \
    typedef struct InstanceType InstanceType;                                   \
    G_DEFINE_AUTOPTR_CLEANUP_FUNC(InstanceType, object_unref)                   \
    DECLARE_INSTANCE_CHECKER(InstanceType, MODULE_OBJ_NAME, TYPE_##MODULE_OBJ_NAME)

#define DEFINE_TYPES(type_array)                                            \
    static void do_qemu_init_##type_array(void)                             \
    {                                                                       \
        for (size_t i = 0; i < ARRAY_SIZE(type_array); i++) {               \
            type_register_static(&type_array[i]);                           \
        }                                                                   \
    }                                                                       \
    type_init(do_qemu_init_##type_array)

#endif
