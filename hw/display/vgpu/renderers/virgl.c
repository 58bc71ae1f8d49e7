/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operations of a renderer, by virglrenderer. */
#include "virgl-private.h"

#include <sys/uio.h>

static VgpuVirgl *virgl(VgpuRenderer3D *renderer)
{
    return (VgpuVirgl *)renderer;
}

/* ---- contexts ------------------------------------------------------------------------------- */

static uint32_t create_context(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t capset_id,
                               const char *name)
{
    size_t length = strlen(name);
    int error = capset_id
                ? virgl_renderer_context_create_with_flags(ctx_id, capset_id, length, name)
                : virgl_renderer_context_create(ctx_id, length, name);

    if (!error) {
        g_hash_table_insert(virgl(renderer)->contexts, GUINT_TO_POINTER(ctx_id),
                            GUINT_TO_POINTER(capset_id));
    }
    return response_of(error);
}

static void destroy_context(VgpuRenderer3D *renderer, uint32_t ctx_id)
{
    if (g_hash_table_remove(virgl(renderer)->contexts, GUINT_TO_POINTER(ctx_id))) {
        vgpu_virgl_settle(virgl(renderer));
        virgl_renderer_context_destroy(ctx_id);
    }
}

static void attach_resource(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t resource_id)
{
    virgl_renderer_ctx_attach_resource(ctx_id, resource_id);
}

static void detach_resource(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t resource_id)
{
    if (g_hash_table_contains(virgl(renderer)->contexts, GUINT_TO_POINTER(ctx_id))) {
        virgl_renderer_ctx_detach_resource(ctx_id, resource_id);
    }
}

static uint32_t submit(VgpuRenderer3D *renderer, uint32_t ctx_id, void *stream, size_t size)
{
    return response_of(virgl_renderer_submit_cmd(stream, ctx_id, size / sizeof(uint32_t)));
}

/* ---- resources ------------------------------------------------------------------------------ */

static uint32_t create_resource(VgpuRenderer3D *renderer,
                                const struct virtio_gpu_resource_create_3d *request)
{
    struct virgl_renderer_resource_create_args args = {
        .handle = request->resource_id,
        .target = request->target,
        .format = request->format,
        .bind = request->bind,
        .width = request->width,
        .height = request->height,
        .depth = request->depth,
        .array_size = request->array_size,
        .last_level = request->last_level,
        .nr_samples = request->nr_samples,
        .flags = request->flags,
    };
    int error = virgl_renderer_resource_create(&args, NULL, 0);

    if (!error) {
        g_hash_table_add(virgl(renderer)->resources, GUINT_TO_POINTER(request->resource_id));
    }
    return response_of(error);
}

static void detach_backing(VgpuRenderer3D *renderer, uint32_t resource_id)
{
    struct iovec *iov = NULL;
    int n_iov = 0;

    if (is_resource(renderer, resource_id)) {
        virgl_renderer_resource_detach_iov(resource_id, &iov, &n_iov);
        g_free(iov);
    }
}

struct iovec *vgpu_virgl_list_pages(const VgpuBacking *backing)
{
    struct iovec *iov = g_new(struct iovec, backing->n_ranges);

    for (uint32_t i = 0; i < backing->n_ranges; i++) {
        iov[i].iov_base = backing->ranges[i].host;
        iov[i].iov_len = vgpu_backing_range_size(backing, i);
    }
    return iov;
}

static uint32_t attach_backing(VgpuRenderer3D *renderer, uint32_t resource_id,
                               const VgpuBacking *backing)
{
    struct iovec *iov;
    int error;

    if (!is_resource(renderer, resource_id)) {
        return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    }
    iov = vgpu_virgl_list_pages(backing);
    error = virgl_renderer_resource_attach_iov(resource_id, iov, backing->n_ranges);
    if (error) {
        g_free(iov);
    }
    return response_of(error);
}

static void destroy_resource(VgpuRenderer3D *renderer, uint32_t resource_id)
{
    g_hash_table_remove(virgl(renderer)->shared, GUINT_TO_POINTER(resource_id));
    if (g_hash_table_remove(virgl(renderer)->resources, GUINT_TO_POINTER(resource_id))) {
        g_hash_table_remove(virgl(renderer)->mapped, GUINT_TO_POINTER(resource_id));
        virgl_renderer_resource_unref(resource_id);
    }
}

static uint32_t transfer(VgpuRenderer3D *renderer, const VgpuTransfer3D *transfer)
{
    struct virtio_gpu_box box = transfer->box;
    int error;

    if (transfer->to_host) {
        error = virgl_renderer_transfer_write_iov(transfer->resource_id, transfer->ctx_id,
                                                  transfer->level, transfer->stride,
                                                  transfer->layer_stride,
                                                  (struct virgl_box *)&box, transfer->offset,
                                                  NULL, 0);
    } else {
        error = virgl_renderer_transfer_read_iov(transfer->resource_id, transfer->ctx_id,
                                                 transfer->level, transfer->stride,
                                                 transfer->layer_stride,
                                                 (struct virgl_box *)&box, transfer->offset,
                                                 NULL, 0);
    }
    return response_of(error);
}

/* ---- pictures ------------------------------------------------------------------------------- */

static uint32_t write_picture(VgpuRenderer3D *renderer, const VgpuPicture *picture)
{
    uint32_t width = picture->box.x2 - picture->box.x1;
    uint32_t height = picture->box.y2 - picture->box.y1;
    struct virtio_gpu_box box = {
        .x = picture->box.x1, .y = picture->box.y1, .w = width, .h = height, .d = 1,
    };
    struct iovec iov = { picture->data, (size_t)picture->stride * height };

    return response_of(virgl_renderer_transfer_write_iov(picture->resource_id, 0, 0,
                                                         picture->stride, 0,
                                                         (struct virgl_box *)&box, 0, &iov, 1));
}

/* `box` counts rows from the top of the picture, GL from the first row of the texture. */
static bool read_texture(VgpuVirgl *self, const struct virgl_renderer_resource_info *info,
                         const VgpuPicture *picture)
{
    const bool bottom_up = info->flags & VIRTIO_GPU_RESOURCE_FLAG_Y_0_TOP;
    DisplayTexture texture = display_texture_borrow(info->tex_id, info->width, info->height);
    const pixman_box32_t whole = { 0, 0, info->width, info->height };
    DisplayReadbackSource source = {
        .texture = &texture,
        .box = bottom_up ? display_box_flipped(&picture->box, info->height) : picture->box,
        .orientation = bottom_up ? DISPLAY_BOTTOM_UP : DISPLAY_TOP_DOWN,
    };
    const DisplayPixels pixels = { .data = picture->data, .stride = picture->stride };
    pixman_region32_t damage;
    uint64_t bytes;

    if (picture->box.x2 > whole.x2 || picture->box.y2 > whole.y2) {
        return false;
    }
    pixman_region32_init_rect(&damage, 0, 0, picture->box.x2 - picture->box.x1,
                              picture->box.y2 - picture->box.y1);
    bytes = display_readback_read(self->readback, &source, &damage, picture->format, &pixels);
    pixman_region32_fini(&damage);
    return bytes;
}

static uint32_t read_picture(VgpuRenderer3D *renderer, const VgpuPicture *picture)
{
    struct virgl_renderer_resource_info info = { 0 };
    VgpuVirgl *self = virgl(renderer);
    VgpuHostMemory memory;
    bool read;

    if (picture->blob_stride && vgpu_virgl_find_pixels(self, picture->resource_id, &memory)) {
        return vgpu_virgl_read_pixels(&memory, picture);
    }
    if (!is_resource(renderer, picture->resource_id) ||
        virgl_renderer_resource_get_info(picture->resource_id, &info) || !info.tex_id) {
        return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    }
    /* Where the library left its work in a context, a change of context flushes it. */
    display_egl_make_current(self->egl, self->context);
    read = read_texture(self, &info, picture);
    virgl_renderer_force_ctx_0();
    return read ? VIRTIO_GPU_RESP_OK_NODATA : VIRTIO_GPU_RESP_ERR_UNSPEC;
}

/* ---- reset ---------------------------------------------------------------------------------- */

void vgpu_virgl_empty(VgpuVirgl *self, GHashTable *held)
{
    GHashTableIter iterator;
    void *id;

    vgpu_virgl_settle(self);
    g_hash_table_iter_init(&iterator, self->contexts);
    while (g_hash_table_iter_next(&iterator, &id, NULL)) {
        virgl_renderer_context_destroy(GPOINTER_TO_UINT(id));
    }
    g_hash_table_remove_all(self->contexts);
    g_mutex_lock(&self->lock);
    g_hash_table_remove_all(self->others);
    g_mutex_unlock(&self->lock);
    g_hash_table_remove_all(self->shared);
    g_hash_table_iter_init(&iterator, self->resources);
    while (g_hash_table_iter_next(&iterator, &id, NULL)) {
        if (!held || !g_hash_table_contains(held, id)) {
            detach_backing(&self->base, GPOINTER_TO_UINT(id));
            g_hash_table_iter_remove(&iterator);
            g_hash_table_remove(self->mapped, id);
            virgl_renderer_resource_unref(GPOINTER_TO_UINT(id));
        }
    }
}

static void reset(VgpuRenderer3D *renderer, GHashTable *held)
{
    VgpuVirgl *self = virgl(renderer);

    vgpu_virgl_empty(self, held);
    if (vgpu_virgl_is_lost(renderer) && !g_hash_table_size(self->resources)) {
        vgpu_virgl_move_home(self);
    }
}

const VgpuRenderer3DOps vgpu_virgl_ops = {
    .destroy = vgpu_virgl_destroy,
    .reset = reset,
    .create_context = create_context,
    .destroy_context = destroy_context,
    .attach_resource = attach_resource,
    .detach_resource = detach_resource,
    .submit = submit,
    .create_resource = create_resource,
    .destroy_resource = destroy_resource,
    .attach_backing = attach_backing,
    .detach_backing = detach_backing,
    .transfer = transfer,
    .create_blob = vgpu_virgl_create_blob,
    .map_blob = vgpu_virgl_map_blob,
    .unmap_blob = vgpu_virgl_unmap_blob,
    .write_picture = write_picture,
    .read_picture = read_picture,
    .create_fence = vgpu_virgl_create_fence,
    .is_lost = vgpu_virgl_is_lost,
    .choose = vgpu_virgl_choose,
    .move = vgpu_virgl_move,
    .share_picture = vgpu_virgl_share_picture,
};
