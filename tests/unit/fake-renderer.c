/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-renderer.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct VgpuFakeTexture {
    uint32_t colour;
    uint32_t width, height;
    const VgpuBacking *backing;
    uint64_t blob_id;          /* VGPU_FAKE_BLOB_*; 0: not a blob */
    uint64_t size;             /* of a blob, bytes */
    uint8_t *memory;           /* of a blob that has some */
    int fd;                    /* -1: none */
    unsigned n_maps;
    DisplayBuffer *shared;     /* NULL: not yet */
} VgpuFakeTexture;

static void free_texture(void *opaque)
{
    VgpuFakeTexture *texture = opaque;

    if (texture->memory) {
        munmap(texture->memory, texture->size + getpagesize());
    }
    if (texture->fd >= 0) {
        close(texture->fd);
    }
    display_buffer_unref(texture->shared);
    g_free(texture);
}

static VgpuFakeTexture *create_texture(VgpuFakeRenderer *self, uint32_t id)
{
    VgpuFakeTexture *texture = g_new0(VgpuFakeTexture, 1);

    texture->fd = -1;
    g_hash_table_insert(self->resources, GUINT_TO_POINTER(id), texture);
    return texture;
}

static void check_unseen(VgpuFakeRenderer *self, const VgpuFakeTexture *texture)
{
    g_assert_false(self->window && texture->memory &&
                   vgpu_fake_window_shows(self->window, texture->memory));
}

static VgpuFakeRenderer *fake(VgpuRenderer3D *renderer)
{
    VgpuFakeRenderer *self = (VgpuFakeRenderer *)renderer;

    self->n_calls++;
    return self;
}

/* For what draws: the device knows better than to ask for it when all is lost. */
static VgpuFakeRenderer *drawing(VgpuRenderer3D *renderer)
{
    g_assert_false(renderer->lost);
    return fake(renderer);
}

static GHashTable *context_of(VgpuFakeRenderer *self, uint32_t id)
{
    return g_hash_table_lookup(self->contexts, GUINT_TO_POINTER(id));
}

static VgpuFakeTexture *texture_of(VgpuFakeRenderer *self, uint32_t id)
{
    return g_hash_table_lookup(self->resources, GUINT_TO_POINTER(id));
}

static void fake_destroy(VgpuRenderer3D *renderer)
{
    VgpuFakeRenderer *self = fake(renderer);

    g_assert_cmpuint(g_hash_table_size(self->contexts), ==, 0);
    g_assert_cmpuint(g_hash_table_size(self->resources), ==, 0);
    g_hash_table_unref(self->contexts);
    g_hash_table_unref(self->resources);
    g_array_unref(self->fences);
    g_free(self->last_name);
    *self->destroyed = true;
    g_free(self);
}

static void fake_reset(VgpuRenderer3D *renderer, GHashTable *held)
{
    VgpuFakeRenderer *self = fake(renderer);
    GHashTableIter iterator;
    void *id, *texture;

    g_hash_table_remove_all(self->contexts);
    g_hash_table_iter_init(&iterator, self->resources);
    while (g_hash_table_iter_next(&iterator, &id, &texture)) {
        if (!g_hash_table_contains(held, id)) {
            check_unseen(self, texture);
            g_hash_table_iter_remove(&iterator);
        }
    }
    self->n_resets++;
    self->is_lost = self->is_lost && self->stays_lost;
}

static bool fake_is_lost(VgpuRenderer3D *renderer)
{
    return ((VgpuFakeRenderer *)renderer)->is_lost;
}

static uint32_t fake_create_context(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t capset_id,
                                    const char *name)
{
    VgpuFakeRenderer *self = drawing(renderer);

    g_assert_cmpuint(ctx_id, !=, 0);
    g_assert_null(context_of(self, ctx_id));
    self->last_capset = capset_id;
    g_free(self->last_name);
    self->last_name = g_strdup(name);
    if (capset_id == VGPU_FAKE_BAD_CAPSET) {
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    g_hash_table_insert(self->contexts, GUINT_TO_POINTER(ctx_id), g_hash_table_new(NULL, NULL));
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static void fake_destroy_context(VgpuRenderer3D *renderer, uint32_t ctx_id)
{
    g_hash_table_remove(fake(renderer)->contexts, GUINT_TO_POINTER(ctx_id));
}

static void fake_attach_resource(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t resource_id)
{
    GHashTable *context = context_of(drawing(renderer), ctx_id);

    if (context) {
        g_hash_table_add(context, GUINT_TO_POINTER(resource_id));
    }
}

static void fake_detach_resource(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t resource_id)
{
    GHashTable *context = context_of(fake(renderer), ctx_id);

    if (context) {
        g_hash_table_remove(context, GUINT_TO_POINTER(resource_id));
    }
}

static uint32_t fake_submit(VgpuRenderer3D *renderer, uint32_t ctx_id, void *stream, size_t size)
{
    VgpuFakeRenderer *self = drawing(renderer);
    GHashTable *context = context_of(self, ctx_id);
    uint32_t *words = stream;

    g_assert_cmpuint(size % 4, ==, 0);
    if (!context) {
        return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
    }
    for (size_t i = 0; i + 1 < size / 4; i += 2) {
        VgpuFakeTexture *texture = texture_of(self, words[i]);

        if (!texture || !g_hash_table_contains(context, GUINT_TO_POINTER(words[i]))) {
            return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
        }
        texture->colour = words[i + 1];
    }
    memset(stream, 0, size);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t fake_create_resource(VgpuRenderer3D *renderer,
                                     const struct virtio_gpu_resource_create_3d *request)
{
    VgpuFakeRenderer *self = drawing(renderer);
    VgpuFakeTexture *texture;

    g_assert_cmpuint(request->resource_id, !=, 0);
    g_assert_null(texture_of(self, request->resource_id));
    if (request->format == VGPU_FAKE_BAD_FORMAT) {
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    texture = create_texture(self, request->resource_id);
    texture->width = request->width;
    texture->height = request->height;
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static void fake_destroy_resource(VgpuRenderer3D *renderer, uint32_t resource_id)
{
    VgpuFakeRenderer *self = fake(renderer);
    VgpuFakeTexture *texture = texture_of(self, resource_id);

    if (texture) {
        g_assert_null(texture->backing);
        check_unseen(self, texture);
        g_hash_table_remove(self->resources, GUINT_TO_POINTER(resource_id));
    }
}

/* ---- blobs ---------------------------------------------------------------------------------- */

/* More is not there. */
#define MAX_BLOB (64ull << 20)

static void make_blob(VgpuFakeTexture *texture, uint64_t size)
{
    const uint64_t page = getpagesize();

    texture->size = (size + page - 1) & ~(page - 1);
    if (texture->blob_id == VGPU_FAKE_BLOB_FILE || texture->blob_id == VGPU_FAKE_BLOB_SHORT) {
        texture->fd = memfd_create("blob", MFD_CLOEXEC);
        g_assert_cmpint(ftruncate(texture->fd, size - (texture->blob_id == VGPU_FAKE_BLOB_SHORT)), ==, 0);
        return;
    }
    texture->memory = mmap(NULL, texture->size + page, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    g_assert_true(texture->memory != MAP_FAILED);
}

static uint32_t fake_create_blob(VgpuRenderer3D *renderer,
                                 const struct virtio_gpu_resource_create_blob *request,
                                 const VgpuBacking *backing)
{
    VgpuFakeRenderer *self = drawing(renderer);
    VgpuFakeTexture *texture;

    g_assert_null(texture_of(self, request->resource_id));
    g_assert_true(!backing == (request->blob_mem == VIRTIO_GPU_BLOB_MEM_HOST3D));
    if (!context_of(self, request->hdr.ctx_id) || !request->blob_id ||
        request->blob_id >= VGPU_FAKE_BLOB_KINDS) {
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (request->size > MAX_BLOB) {
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    texture = create_texture(self, request->resource_id);
    texture->backing = backing;
    texture->blob_id = request->blob_id;
    make_blob(texture, request->size);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t fake_map_blob(VgpuRenderer3D *renderer, uint32_t resource_id,
                              VgpuHostMemory *memory)
{
    VgpuFakeTexture *texture = texture_of(drawing(renderer), resource_id);
    bool odd = texture && texture->blob_id == VGPU_FAKE_BLOB_ODD;

    if (!texture || !texture->blob_id || texture->blob_id == VGPU_FAKE_BLOB_SECRET) {
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    *memory = (VgpuHostMemory) { .fd = -1, .map_info = VIRTIO_GPU_MAP_CACHE_WC };
    if (texture->fd >= 0) {
        memory->fd = dup(texture->fd);
        memory->size = lseek(texture->fd, 0, SEEK_END);
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    texture->n_maps++;
    memory->address = texture->memory + (odd ? 64 : 0);
    memory->size = texture->size;
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static void fake_unmap_blob(VgpuRenderer3D *renderer, uint32_t resource_id)
{
    VgpuFakeRenderer *self = fake(renderer);
    VgpuFakeTexture *texture = texture_of(self, resource_id);

    g_assert_nonnull(texture);
    g_assert_cmpuint(texture->n_maps, >, 0);
    if (!--texture->n_maps) {
        check_unseen(self, texture);
    }
}

unsigned vgpu_fake_renderer_count_maps(VgpuFakeRenderer *renderer)
{
    GHashTableIter iterator;
    unsigned n = 0;
    void *texture;

    g_hash_table_iter_init(&iterator, renderer->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &texture)) {
        n += ((VgpuFakeTexture *)texture)->n_maps;
    }
    return n;
}

static uint32_t fake_attach_backing(VgpuRenderer3D *renderer, uint32_t resource_id,
                                    const VgpuBacking *backing)
{
    VgpuFakeTexture *texture = texture_of(drawing(renderer), resource_id);

    if (!texture) {
        return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    }
    g_assert_null(texture->backing);
    texture->backing = backing;
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static void fake_detach_backing(VgpuRenderer3D *renderer, uint32_t resource_id)
{
    VgpuFakeTexture *texture = texture_of(fake(renderer), resource_id);

    if (texture) {
        texture->backing = NULL;
    }
}

static uint32_t fake_transfer(VgpuRenderer3D *renderer, const VgpuTransfer3D *transfer)
{
    VgpuFakeRenderer *self = drawing(renderer);
    VgpuFakeTexture *texture = texture_of(self, transfer->resource_id);

    self->last_transfer = *transfer;
    if (!texture || !texture->backing) {
        return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    }
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static uint32_t fake_write_picture(VgpuRenderer3D *renderer, const VgpuPicture *picture)
{
    VgpuFakeTexture *texture = texture_of(drawing(renderer), picture->resource_id);

    g_assert_nonnull(texture);
    memcpy(&texture->colour, picture->data, sizeof(texture->colour));
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/* Pixels of a blob lie where the driver says. */
static void read_blob(const VgpuFakeTexture *texture, const VgpuPicture *picture)
{
    const pixman_box32_t *box = &picture->box;

    for (int32_t y = box->y1; y < box->y2; y++) {
        uint64_t at = picture->blob_offset + (uint64_t)y * picture->blob_stride + box->x1 * 4;
        uint8_t *to = picture->data + (size_t)(y - box->y1) * picture->stride;
        size_t size = (size_t)(box->x2 - box->x1) * 4;

        g_assert_cmpuint(at + size, <=, texture->size);
        if (texture->fd >= 0) {
            g_assert_cmpint(pread(texture->fd, to, size, at), >=, 0);
        } else {
            memcpy(to, texture->memory + at, size);
        }
    }
}

static uint32_t fake_read_picture(VgpuRenderer3D *renderer, const VgpuPicture *picture)
{
    const pixman_box32_t *box = &picture->box;
    VgpuFakeTexture *texture = texture_of(drawing(renderer), picture->resource_id);

    if (!texture) {
        return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    }
    g_assert_true(!texture->blob_id == !picture->blob_stride);
    if (texture->blob_id) {
        read_blob(texture, picture);
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    g_assert_true(box->x1 >= 0 && box->x1 < box->x2 && box->x2 <= texture->width);
    g_assert_true(box->y1 >= 0 && box->y1 < box->y2 && box->y2 <= texture->height);
    for (int32_t y = 0; y < box->y2 - box->y1; y++) {
        for (int32_t x = 0; x < box->x2 - box->x1; x++) {
            memcpy(picture->data + (size_t)y * picture->stride + (size_t)x * 4, &texture->colour, 4);
        }
    }
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static void fake_create_fence(VgpuRenderer3D *renderer, const VgpuFence *fence)
{
    VgpuFakeRenderer *self = drawing(renderer);

    g_assert_cmpuint(fence->serial, !=, 0);
    if (self->hold_fences) {
        g_array_append_vals(self->fences, fence, 1);
    } else {
        vgpu_signals_raise(renderer->signals, fence);
    }
}

/* Owner thread. */
static bool fake_choose(VgpuRenderer3D *renderer)
{
    VgpuFakeRenderer *self = (VgpuFakeRenderer *)renderer;

    self->n_asked++;
    return self->wants_to_move;
}

static void fake_move(VgpuRenderer3D *renderer)
{
    VgpuFakeRenderer *self = fake(renderer);

    g_assert_cmpuint(g_hash_table_size(self->contexts), ==, 0);
    self->n_moves++;
    self->is_lost = false;
}

static void fake_share_picture(VgpuRenderer3D *renderer, uint32_t resource_id, unsigned ways,
                               VgpuSharedPicture *picture)
{
    VgpuFakeRenderer *self = drawing(renderer);
    VgpuFakeTexture *texture = texture_of(self, resource_id);

    g_assert_cmpuint(ways, !=, 0);
    self->ways_wanted = ways;
    if (ways & VGPU_SHARE_TEXTURE & ~self->ways) {
        ways |= VGPU_SHARE_DMABUF;
    }
    if (!texture || !(ways & self->ways)) {
        return;
    }
    if (!texture->shared) {
        texture->shared = display_buffer_create_texture(resource_id, texture->width,
                                                        texture->height);
    }
    *picture = (VgpuSharedPicture) {
        .buffer = display_buffer_ref(texture->shared), .ways = ways & self->ways,
    };
}

static const VgpuRenderer3DOps fake_renderer_ops = {
    .destroy = fake_destroy,
    .reset = fake_reset,
    .create_context = fake_create_context,
    .destroy_context = fake_destroy_context,
    .attach_resource = fake_attach_resource,
    .detach_resource = fake_detach_resource,
    .submit = fake_submit,
    .create_resource = fake_create_resource,
    .destroy_resource = fake_destroy_resource,
    .attach_backing = fake_attach_backing,
    .detach_backing = fake_detach_backing,
    .transfer = fake_transfer,
    .create_blob = fake_create_blob,
    .map_blob = fake_map_blob,
    .unmap_blob = fake_unmap_blob,
    .write_picture = fake_write_picture,
    .read_picture = fake_read_picture,
    .create_fence = fake_create_fence,
    .is_lost = fake_is_lost,
    .choose = fake_choose,
    .move = fake_move,
    .share_picture = fake_share_picture,
};

static void drop_context(void *context)
{
    g_hash_table_unref(context);
}

VgpuFakeRenderer *vgpu_fake_renderer_create(bool *destroyed)
{
    VgpuFakeRenderer *self = g_new0(VgpuFakeRenderer, 1);
    static const char data[] = "nineteen characters";

    G_STATIC_ASSERT(sizeof(data) == VGPU_FAKE_CAPSET_SIZE);
    self->base.ops = &fake_renderer_ops;
    self->base.capsets = self->capsets;
    self->base.n_capsets = G_N_ELEMENTS(self->capsets);
    self->capsets[0] = (VgpuCapset) { VGPU_FAKE_CAPSET, 1, sizeof(data), data };
    self->capsets[1] = (VgpuCapset) { VGPU_FAKE_BAD_CAPSET, 2, 4, data };
    self->contexts = g_hash_table_new_full(NULL, NULL, NULL, drop_context);
    self->resources = g_hash_table_new_full(NULL, NULL, NULL, free_texture);
    self->fences = g_array_new(false, false, sizeof(VgpuFence));
    self->destroyed = destroyed;
    return self;
}

void vgpu_fake_renderer_signal(VgpuFakeRenderer *renderer, unsigned index)
{
    g_assert_cmpuint(index, <, renderer->fences->len);
    vgpu_signals_raise(renderer->base.signals,
                       &g_array_index(renderer->fences, VgpuFence, index));
    g_array_remove_index(renderer->fences, index);
}

void vgpu_fake_renderer_signal_all(VgpuFakeRenderer *renderer)
{
    while (renderer->fences->len) {
        vgpu_fake_renderer_signal(renderer, 0);
    }
}
