/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing property values of any shape.
 */
#ifndef HOST_QEMU_QAPI_VISITOR_H
#define HOST_QEMU_QAPI_VISITOR_H

#include "qemu/osdep.h"

typedef struct GenericList {
    struct GenericList *next;
    char padding[];
} GenericList;

bool visit_start_struct(Visitor *v, const char *name, void **obj, size_t size, Error **errp);
bool visit_check_struct(Visitor *v, Error **errp);
void visit_end_struct(Visitor *v, void **obj);
bool visit_start_list(Visitor *v, const char *name, GenericList **list, size_t size,
                      Error **errp);
GenericList *visit_next_list(Visitor *v, GenericList *tail, size_t size);
bool visit_check_list(Visitor *v, Error **errp);
void visit_end_list(Visitor *v, void **list);
bool visit_is_input(Visitor *v);
bool visit_type_int(Visitor *v, const char *name, int64_t *obj, Error **errp);
bool visit_type_uint8(Visitor *v, const char *name, uint8_t *obj, Error **errp);
bool visit_type_uint16(Visitor *v, const char *name, uint16_t *obj, Error **errp);
bool visit_type_uint32(Visitor *v, const char *name, uint32_t *obj, Error **errp);
bool visit_type_uint64(Visitor *v, const char *name, uint64_t *obj, Error **errp);
bool visit_type_int32(Visitor *v, const char *name, int32_t *obj, Error **errp);
bool visit_type_int64(Visitor *v, const char *name, int64_t *obj, Error **errp);
bool visit_type_bool(Visitor *v, const char *name, bool *obj, Error **errp);
bool visit_type_str(Visitor *v, const char *name, char **obj, Error **errp);

#endif
