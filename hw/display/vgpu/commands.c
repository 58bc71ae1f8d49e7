/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"

#define SIZED(structure) .size = sizeof(struct structure)
#define RESOURCE(structure, naming) \
    .names = VGPU_NAMES_##naming, .resource_at = offsetof(struct structure, resource_id)
#define FEATURE_3D .features = 1u << VIRTIO_GPU_F_VIRGL

static const VgpuCommandInfo control_commands[] = {
    [VIRTIO_GPU_CMD_GET_DISPLAY_INFO - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "GET_DISPLAY_INFO", SIZED(virtio_gpu_ctrl_hdr),
        .handle = vgpu_cmd_get_display_info,
    },
    [VIRTIO_GPU_CMD_RESOURCE_CREATE_2D - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "RESOURCE_CREATE_2D", SIZED(virtio_gpu_resource_create_2d),
        RESOURCE(virtio_gpu_resource_create_2d, NEW),
        .handle = vgpu_cmd_resource_create_2d,
    },
    [VIRTIO_GPU_CMD_RESOURCE_UNREF - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "RESOURCE_UNREF", SIZED(virtio_gpu_resource_unref),
        RESOURCE(virtio_gpu_resource_unref, EXISTING),
        .handle = vgpu_cmd_resource_unref,
    },
    [VIRTIO_GPU_CMD_SET_SCANOUT - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "SET_SCANOUT", SIZED(virtio_gpu_set_scanout),
        RESOURCE(virtio_gpu_set_scanout, OPTIONAL), .kinds = VGPU_KIND_2D | VGPU_KIND_3D,
        .scanout_at = offsetof(struct virtio_gpu_set_scanout, scanout_id),
        .handle = vgpu_cmd_set_scanout,
    },
    [VIRTIO_GPU_CMD_RESOURCE_FLUSH - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "RESOURCE_FLUSH", SIZED(virtio_gpu_resource_flush),
        RESOURCE(virtio_gpu_resource_flush, EXISTING),
        .handle = vgpu_cmd_resource_flush,
    },
    [VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "TRANSFER_TO_HOST_2D", SIZED(virtio_gpu_transfer_to_host_2d),
        RESOURCE(virtio_gpu_transfer_to_host_2d, EXISTING),
        .kinds = VGPU_KIND_2D | VGPU_KIND_BLOB,
        .pipelined = true,
        .handle = vgpu_cmd_transfer_to_host_2d,
    },
    [VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "RESOURCE_ATTACH_BACKING", SIZED(virtio_gpu_resource_attach_backing),
        RESOURCE(virtio_gpu_resource_attach_backing, EXISTING),
        .kinds = VGPU_KIND_2D | VGPU_KIND_3D | VGPU_KIND_BLOB,
        .handle = vgpu_cmd_attach_backing,
    },
    [VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "RESOURCE_DETACH_BACKING", SIZED(virtio_gpu_resource_detach_backing),
        RESOURCE(virtio_gpu_resource_detach_backing, EXISTING),
        .kinds = VGPU_KIND_2D | VGPU_KIND_3D | VGPU_KIND_BLOB,
        .handle = vgpu_cmd_detach_backing,
    },
    [VIRTIO_GPU_CMD_GET_CAPSET_INFO - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "GET_CAPSET_INFO", SIZED(virtio_gpu_get_capset_info), FEATURE_3D,
        .handle = vgpu_cmd_get_capset_info,
    },
    [VIRTIO_GPU_CMD_GET_CAPSET - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "GET_CAPSET", SIZED(virtio_gpu_get_capset), FEATURE_3D,
        .handle = vgpu_cmd_get_capset,
    },
    [VIRTIO_GPU_CMD_GET_EDID - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "GET_EDID", SIZED(virtio_gpu_cmd_get_edid),
        .features = 1u << VIRTIO_GPU_F_EDID,
        .scanout_at = offsetof(struct virtio_gpu_cmd_get_edid, scanout),
        .handle = vgpu_cmd_get_edid,
    },
    [VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "RESOURCE_ASSIGN_UUID", SIZED(virtio_gpu_resource_assign_uuid),
        .features = 1u << VIRTIO_GPU_F_RESOURCE_UUID,
        RESOURCE(virtio_gpu_resource_assign_uuid, EXISTING),
        .handle = vgpu_cmd_resource_assign_uuid,
    },
    [VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "RESOURCE_CREATE_BLOB", SIZED(virtio_gpu_resource_create_blob),
        .features = 1u << VIRTIO_GPU_F_RESOURCE_BLOB,
        RESOURCE(virtio_gpu_resource_create_blob, NEW),
        .handle = vgpu_cmd_resource_create_blob,
    },
    [VIRTIO_GPU_CMD_SET_SCANOUT_BLOB - VIRTIO_GPU_CMD_GET_DISPLAY_INFO] = {
        .name = "SET_SCANOUT_BLOB", SIZED(virtio_gpu_set_scanout_blob),
        .features = 1u << VIRTIO_GPU_F_RESOURCE_BLOB,
        RESOURCE(virtio_gpu_set_scanout_blob, OPTIONAL),
        .kinds = VGPU_KIND_BLOB | VGPU_KIND_HOST_BLOB,
        .scanout_at = offsetof(struct virtio_gpu_set_scanout_blob, scanout_id),
        .handle = vgpu_cmd_set_scanout_blob,
    },
};

static const VgpuCommandInfo render_commands[] = {
    [VIRTIO_GPU_CMD_CTX_CREATE - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "CTX_CREATE", SIZED(virtio_gpu_ctx_create), FEATURE_3D,
        .context = VGPU_NAMES_NEW,
        .handle = vgpu_cmd_ctx_create,
    },
    [VIRTIO_GPU_CMD_CTX_DESTROY - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "CTX_DESTROY", SIZED(virtio_gpu_ctx_destroy), FEATURE_3D,
        .context = VGPU_NAMES_EXISTING,
        .handle = vgpu_cmd_ctx_destroy,
    },
    [VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "CTX_ATTACH_RESOURCE", SIZED(virtio_gpu_ctx_resource), FEATURE_3D,
        .context = VGPU_NAMES_EXISTING,
        RESOURCE(virtio_gpu_ctx_resource, EXISTING),
        .handle = vgpu_cmd_ctx_attach_resource,
    },
    [VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "CTX_DETACH_RESOURCE", SIZED(virtio_gpu_ctx_resource), FEATURE_3D,
        .context = VGPU_NAMES_EXISTING,
        RESOURCE(virtio_gpu_ctx_resource, EXISTING),
        .handle = vgpu_cmd_ctx_detach_resource,
    },
    [VIRTIO_GPU_CMD_RESOURCE_CREATE_3D - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "RESOURCE_CREATE_3D", SIZED(virtio_gpu_resource_create_3d), FEATURE_3D,
        RESOURCE(virtio_gpu_resource_create_3d, NEW),
        .handle = vgpu_cmd_resource_create_3d,
    },
    [VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "TRANSFER_TO_HOST_3D", SIZED(virtio_gpu_transfer_host_3d), FEATURE_3D,
        .context = VGPU_NAMES_OPTIONAL,
        RESOURCE(virtio_gpu_transfer_host_3d, EXISTING),
        .kinds = VGPU_KIND_2D | VGPU_KIND_3D | VGPU_KIND_HOST_BLOB,
        .handle = vgpu_cmd_transfer_3d,
    },
    [VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "TRANSFER_FROM_HOST_3D", SIZED(virtio_gpu_transfer_host_3d), FEATURE_3D,
        .context = VGPU_NAMES_OPTIONAL,
        RESOURCE(virtio_gpu_transfer_host_3d, EXISTING),
        .kinds = VGPU_KIND_2D | VGPU_KIND_3D | VGPU_KIND_HOST_BLOB,
        .handle = vgpu_cmd_transfer_3d,
    },
    [VIRTIO_GPU_CMD_SUBMIT_3D - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "SUBMIT_3D", SIZED(virtio_gpu_cmd_submit), FEATURE_3D,
        .context = VGPU_NAMES_EXISTING,
        .handle = vgpu_cmd_submit_3d,
    },
    [VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "RESOURCE_MAP_BLOB", SIZED(virtio_gpu_resource_map_blob),
        .features = 1u << VIRTIO_GPU_F_RESOURCE_BLOB,
        RESOURCE(virtio_gpu_resource_map_blob, EXISTING), .kinds = VGPU_KIND_HOST_BLOB,
        .handle = vgpu_cmd_map_blob,
    },
    [VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB - VIRTIO_GPU_CMD_CTX_CREATE] = {
        .name = "RESOURCE_UNMAP_BLOB", SIZED(virtio_gpu_resource_unmap_blob),
        .features = 1u << VIRTIO_GPU_F_RESOURCE_BLOB,
        RESOURCE(virtio_gpu_resource_unmap_blob, EXISTING), .kinds = VGPU_KIND_HOST_BLOB,
        .handle = vgpu_cmd_unmap_blob,
    },
};

static const VgpuCommandInfo cursor_commands[] = {
    [VIRTIO_GPU_CMD_UPDATE_CURSOR - VIRTIO_GPU_CMD_UPDATE_CURSOR] = {
        .name = "UPDATE_CURSOR", SIZED(virtio_gpu_update_cursor),
        .queue = VGPU_QUEUE_CURSOR,
        RESOURCE(virtio_gpu_update_cursor, OPTIONAL),
        .scanout_at = offsetof(struct virtio_gpu_update_cursor, pos.scanout_id),
        /* A cursor's resource is too small for its copies to leave this thread. */
        .pipelined = true,
        .handle = vgpu_cmd_update_cursor,
    },
    [VIRTIO_GPU_CMD_MOVE_CURSOR - VIRTIO_GPU_CMD_UPDATE_CURSOR] = {
        .name = "MOVE_CURSOR", SIZED(virtio_gpu_update_cursor),
        .queue = VGPU_QUEUE_CURSOR,
        .scanout_at = offsetof(struct virtio_gpu_update_cursor, pos.scanout_id),
        .handle = vgpu_cmd_move_cursor,
    },
};

static const struct {
    uint32_t first;
    uint32_t n;
    const VgpuCommandInfo *infos;
} groups[] = {
    { VIRTIO_GPU_CMD_GET_DISPLAY_INFO, G_N_ELEMENTS(control_commands), control_commands },
    { VIRTIO_GPU_CMD_CTX_CREATE, G_N_ELEMENTS(render_commands), render_commands },
    { VIRTIO_GPU_CMD_UPDATE_CURSOR, G_N_ELEMENTS(cursor_commands), cursor_commands },
};

const VgpuCommandInfo *vgpu_command_lookup(uint32_t type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        uint32_t index = type - groups[i].first;

        if (index < groups[i].n && groups[i].infos[index].handle) {
            return &groups[i].infos[index];
        }
    }
    return NULL;
}

const char *vgpu_command_name(uint32_t type)
{
    const VgpuCommandInfo *info = vgpu_command_lookup(type);

    return info ? info->name : "unknown";
}
