/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of commands: what a request must look like before its handler sees it.
 *
 * Everything a check can say of a single request stands in its row; handlers find the sizes, the
 * feature, the queue, the scanout and the resource as the row promises.
 */
#ifndef HW_DISPLAY_VGPU_COMMANDS_H
#define HW_DISPLAY_VGPU_COMMANDS_H

#include "device-private.h"

typedef enum VgpuNaming {
    VGPU_NAMES_NONE,       /* none */
    VGPU_NAMES_NEW,        /* an id not in use and not 0 */
    VGPU_NAMES_EXISTING,   /* an id in use */
    VGPU_NAMES_OPTIONAL,   /* an id in use, or 0 for none */
} VgpuNaming;

/* Kinds of resources, as bits. */
enum {
    VGPU_KIND_2D = 1 << 0,
    VGPU_KIND_3D = 1 << 1,
    VGPU_KIND_BLOB = 1 << 2,        /* of the guest's pages */
    VGPU_KIND_HOST_BLOB = 1 << 3,   /* of the renderer's memory */
};

struct VgpuCommandInfo {
    const char *name;
    size_t size;                   /* of the fixed part, bytes */
    VgpuQueueId queue;
    uint64_t features;             /* that must have been accepted, as bits */
    VgpuNaming names;              /* a resource */
    VgpuNaming context;            /* in the header */
    unsigned kinds;                /* that the resource can be of; 0: any */
    uint16_t resource_at;          /* offset of the resource id in the request */
    uint16_t scanout_at;           /* offset of the scanout id, 0: has none */
    bool pipelined;                /* may follow operations on its resource without waiting */
    /* Returns the response, or VGPU_DEFERRED. */
    uint32_t (*handle)(VgpuDevice *device, VgpuCommand *command);
};

/*
 * The page list that follows a request, copied out of guest memory and mapped; NULL with `response`
 * set when it is not all there, too long, or not RAM.
 */
VgpuBacking *vgpu_command_map_backing(VgpuDevice *device, VgpuCommand *command,
                                      uint32_t n_entries, uint32_t *response);

/* The capability set of that id, NULL when there is none. For a device with 3D. */
const VgpuCapset *vgpu_device_find_capset(VgpuDevice *device, uint32_t id);

/* NULL for an unknown type. */
const VgpuCommandInfo *vgpu_command_lookup(uint32_t type);

uint32_t vgpu_cmd_get_display_info(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_get_edid(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_get_capset_info(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_get_capset(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_resource_create_2d(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_resource_unref(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_attach_backing(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_detach_backing(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_transfer_to_host_2d(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_set_scanout(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_resource_create_blob(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_resource_assign_uuid(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_set_scanout_blob(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_ctx_create(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_ctx_destroy(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_ctx_attach_resource(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_ctx_detach_resource(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_submit_3d(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_map_blob(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_unmap_blob(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_resource_create_3d(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_transfer_3d(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_resource_flush(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_update_cursor(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_cmd_move_cursor(VgpuDevice *device, VgpuCommand *command);

#endif
