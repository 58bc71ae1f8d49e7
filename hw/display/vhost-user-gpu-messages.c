/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the back end may ask for: a table of its messages, and one handler for each.
 *
 * Sizes are checked by the channel as the table says. Handlers record, and answer; they may run on
 * the thread that serves the channel while the main loop waits for the back end, so they call no
 * display. Commands to heads that do not exist are passed over; a request is always answered.
 */
#include "qemu/osdep.h"

#include <drm_fourcc.h>

#include "hw/display/edid.h"
#include "hw/display/vhost-user-gpu.h"

static VgpuVhostHead *find_head(VhostUserGPU *gpu, uint32_t scanout_id)
{
    /* What is sent while the guest has no driver is left over from the one before. */
    return gpu->running && scanout_id < gpu->parent_obj.max_outputs ? &gpu->heads[scanout_id]
                                                                    : NULL;
}

static VgpuVhostVerdict reply(VhostUserGPU *gpu, const void *payload, size_t size)
{
    vgpu_vhost_channel_reply(&gpu->channel, payload, size);
    return VGPU_VHOST_DONE;
}

/* ---- what the host has ---------------------------------------------------------------------- */

static VgpuVhostVerdict get_protocol_features(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    const uint64_t features = 1u << VHOST_USER_GPU_F_EDID | 1u << VHOST_USER_GPU_F_DMABUF2;

    return reply(gpu, &features, sizeof(features));
}

/* Which messages there are depends on nothing: the back end says which it will use. */
static VgpuVhostVerdict set_protocol_features(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    return VGPU_VHOST_DONE;
}

static VgpuVhostVerdict get_display_info(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    struct virtio_gpu_resp_display_info info = { .hdr.type = VIRTIO_GPU_RESP_OK_DISPLAY_INFO };

    for (uint32_t i = 0; i < gpu->parent_obj.max_outputs; i++) {
        const VgpuOutput *output = &gpu->outputs[i];

        if (output->enabled) {
            info.pmodes[i].enabled = 1;
            info.pmodes[i].r.width = output->width;
            info.pmodes[i].r.height = output->height;
        }
    }
    return reply(gpu, &info, sizeof(info));
}

static VgpuVhostVerdict get_edid(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    struct virtio_gpu_resp_edid response = { .hdr.type = VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID };
    uint32_t scanout_id = request->payload.scanout_id;

    if (scanout_id < gpu->parent_obj.max_outputs) {
        const VgpuOutput *output = &gpu->outputs[scanout_id];
        qemu_edid_info info = {
            .width_mm = output->width_mm,
            .height_mm = output->height_mm,
            .prefx = output->width,
            .prefy = output->height,
            .refresh_rate = output->refresh_millihertz,
        };

        response.hdr.type = VIRTIO_GPU_RESP_OK_EDID;
        response.size = sizeof(response.edid);
        qemu_edid_generate(response.edid, sizeof(response.edid), &info);
    }
    return reply(gpu, &response, sizeof(response));
}

/* ---- cursors -------------------------------------------------------------------------------- */

static VgpuVhostVerdict move_cursor(VhostUserGPU *gpu, VgpuVhostRequest *request, bool visible)
{
    VgpuVhostHead *head = find_head(gpu, request->payload.position.scanout_id);

    if (head) {
        vgpu_vhost_head_move_cursor(head, &request->payload.position, visible);
    }
    return VGPU_VHOST_DONE;
}

static VgpuVhostVerdict cursor_pos(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    return move_cursor(gpu, request, true);
}

static VgpuVhostVerdict cursor_pos_hide(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    return move_cursor(gpu, request, false);
}

static VgpuVhostVerdict cursor_update(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    const VhostUserGpuCursor *cursor = &request->payload.cursor;
    VgpuVhostHead *head = find_head(gpu, cursor->position.scanout_id);

    if (head) {
        vgpu_vhost_head_define_cursor(head, cursor);
    }
    return VGPU_VHOST_DONE;
}

/* ---- pictures ------------------------------------------------------------------------------- */

static VgpuVhostVerdict scanout(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    const VhostUserGpuScanout *scanout = &request->payload.scanout;
    VgpuVhostHead *head = find_head(gpu, scanout->scanout_id);

    if (!scanout->width || !scanout->height) {
        if (head) {
            vgpu_vhost_head_disable(head);
        }
        return VGPU_VHOST_DONE;
    }
    if (!vgpu_vhost_size_is_sane(scanout->width, scanout->height)) {
        return VGPU_VHOST_BAD;
    }
    if (head) {
        gpu->drives = true;
        vgpu_vhost_head_set_scanout(head, scanout->width, scanout->height);
    }
    return VGPU_VHOST_DONE;
}

static VgpuVhostVerdict update(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    VhostUserGpuUpdate *update = &request->payload.update;
    VgpuVhostHead *head = find_head(gpu, update->scanout_id);
    VgpuVhostRows *rows = &request->rows;
    /* Cannot overflow, unlike four times as much. */
    uint64_t n_pixels = (uint64_t)update->width * update->height;

    if (n_pixels > UINT32_MAX / sizeof(uint32_t) ||
        request->header.size != sizeof(*update) + n_pixels * sizeof(uint32_t)) {
        return VGPU_VHOST_BAD;
    }
    if (head && n_pixels && vgpu_vhost_head_place(head, update)) {
        rows->image = pixman_image_ref(vgpu_vhost_head_get_pixels(head));
        rows->stride = pixman_image_get_stride(rows->image);
        rows->next = (uint8_t *)pixman_image_get_data(rows->image) + update->y * rows->stride +
                     update->x * sizeof(uint32_t);
        rows->row_size = update->width * sizeof(uint32_t);
        rows->row_done = 0;
        rows->left = update->height;
    }
    return VGPU_VHOST_PIXELS;
}

/* The picture may be another by now, if a reset came in between. */
static void update_finish(VhostUserGPU *gpu, const VgpuVhostRequest *request)
{
    const VhostUserGpuUpdate *update = &request->payload.update;
    VgpuVhostHead *head = find_head(gpu, update->scanout_id);

    if (head && vgpu_vhost_head_get_pixels(head) == request->rows.image) {
        vgpu_vhost_head_damage(head, update);
    }
}

static VgpuVhostVerdict set_dmabuf(VhostUserGPU *gpu, const VhostUserGpuDmabuf2 *dmabuf, int *fd)
{
    VgpuVhostHead *head = find_head(gpu, dmabuf->dmabuf.scanout_id);

    if (!dmabuf->dmabuf.width || !dmabuf->dmabuf.height) {
        if (head) {
            vgpu_vhost_head_disable(head);
        }
        return VGPU_VHOST_DONE;
    }
    if (*fd < 0 || !vgpu_vhost_size_is_sane(dmabuf->dmabuf.width, dmabuf->dmabuf.height)) {
        return VGPU_VHOST_BAD;
    }
    if (head) {
        if (!vgpu_vhost_head_set_dmabuf(head, dmabuf, g_steal_fd(fd))) {
            return VGPU_VHOST_BAD;
        }
        gpu->drives = true;
    }
    return VGPU_VHOST_DONE;
}

static VgpuVhostVerdict dmabuf_scanout(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    VhostUserGpuDmabuf2 dmabuf = {
        .dmabuf = request->payload.dmabuf,
        .modifier = DRM_FORMAT_MOD_INVALID,
    };

    return set_dmabuf(gpu, &dmabuf, &request->fd);
}

static VgpuVhostVerdict dmabuf_scanout2(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    return set_dmabuf(gpu, &request->payload.dmabuf2, &request->fd);
}

static VgpuVhostVerdict dmabuf_update(VhostUserGPU *gpu, VgpuVhostRequest *request)
{
    VgpuVhostHead *head = find_head(gpu, request->payload.update.scanout_id);

    /* Whether its rectangle is one of the dmabuf or of the part that is shown, back ends disagree. */
    if (head) {
        vgpu_vhost_head_damage_all(head);
    }
    /* The main loop waits for the back end: nobody can draw before it goes on. */
    if (!head || gpu->channel.on_thread) {
        return reply(gpu, NULL, 0);
    }
    head->owes_reply = true;
    return VGPU_VHOST_WAIT;
}

/* ---- table ---------------------------------------------------------------------------------- */

#define MESSAGE(type, bytes, handler) \
    [VHOST_USER_GPU_ ## type] = { .name = #type, .size = bytes, .handle = handler }

static const VgpuVhostMessage messages[VHOST_USER_GPU_TYPE_COUNT] = {
    MESSAGE(GET_PROTOCOL_FEATURES, 0, get_protocol_features),
    MESSAGE(SET_PROTOCOL_FEATURES, sizeof(uint64_t), set_protocol_features),
    MESSAGE(GET_DISPLAY_INFO, 0, get_display_info),
    MESSAGE(GET_EDID, sizeof(uint32_t), get_edid),
    MESSAGE(CURSOR_POS, sizeof(VhostUserGpuPosition), cursor_pos),
    MESSAGE(CURSOR_POS_HIDE, sizeof(VhostUserGpuPosition), cursor_pos_hide),
    MESSAGE(CURSOR_UPDATE, sizeof(VhostUserGpuCursor), cursor_update),
    MESSAGE(SCANOUT, sizeof(VhostUserGpuScanout), scanout),
    MESSAGE(DMABUF_UPDATE, sizeof(VhostUserGpuUpdate), dmabuf_update),
    [VHOST_USER_GPU_UPDATE] = {
        .name = "UPDATE",
        .size = sizeof(VhostUserGpuUpdate),
        .has_pixels = true,
        .handle = update,
        .finish = update_finish,
    },
    [VHOST_USER_GPU_DMABUF_SCANOUT] = {
        .name = "DMABUF_SCANOUT",
        .size = sizeof(VhostUserGpuDmabuf),
        .has_descriptor = true,
        .handle = dmabuf_scanout,
    },
    [VHOST_USER_GPU_DMABUF_SCANOUT2] = {
        .name = "DMABUF_SCANOUT2",
        .size = sizeof(VhostUserGpuDmabuf2),
        .has_descriptor = true,
        .handle = dmabuf_scanout2,
    },
};

const VgpuVhostMessage *vgpu_vhost_message(uint32_t type)
{
    return type < VHOST_USER_GPU_TYPE_COUNT && messages[type].name ? &messages[type] : NULL;
}
