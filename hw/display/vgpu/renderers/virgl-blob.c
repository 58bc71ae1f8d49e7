/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blobs of virglrenderer: files where the library has them, addresses of its own where it has not.
 */
#include "virgl-private.h"

#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where a blob is in this process. */
typedef struct Mapped {
    void *address;
    uint64_t size;     /* bytes */
    unsigned count;    /* of map_blob() less unmap_blob(), and one for pictures */
    bool is_seen;      /* pictures are read from it */
    int fd;            /* of a file that was mapped for pictures; -1: by the library */
} Mapped;

void vgpu_virgl_free_mapped(void *opaque)
{
    Mapped *mapped = opaque;

    if (mapped->fd >= 0) {
        munmap(mapped->address, mapped->size);
        close(mapped->fd);
    }
    g_free(mapped);
}

static VgpuVirgl *virgl(VgpuRenderer3D *renderer)
{
    return (VgpuVirgl *)renderer;
}

/* What the library was given with a blob it does not use; what is attached later, it does. */
static void attach_again(uint32_t resource_id)
{
    struct iovec *iov = NULL;
    int n_iov = 0;

    virgl_renderer_resource_detach_iov(resource_id, &iov, &n_iov);
    if (iov && virgl_renderer_resource_attach_iov(resource_id, iov, n_iov)) {
        g_free(iov);
    }
}

uint32_t vgpu_virgl_create_blob(VgpuRenderer3D *renderer,
                                const struct virtio_gpu_resource_create_blob *request,
                                const VgpuBacking *backing)
{
    struct iovec *iov = backing ? vgpu_virgl_list_pages(backing) : NULL;
    const struct virgl_renderer_resource_create_blob_args args = {
        .res_handle = request->resource_id,
        .ctx_id = request->hdr.ctx_id,
        .blob_mem = request->blob_mem,
        .blob_flags = request->blob_flags,
        .blob_id = request->blob_id,
        .size = request->size,
        .iovecs = iov,
        .num_iovs = backing ? backing->n_ranges : 0,
    };
    int error = virgl_renderer_resource_create_blob(&args);

    if (error) {
        g_free(iov);
    } else {
        attach_again(request->resource_id);
        g_hash_table_add(virgl(renderer)->resources, GUINT_TO_POINTER(request->resource_id));
    }
    return response_of(error);
}

/* Of a resource whose library is silent on it, software's for example: memory like any other. */
static uint32_t map_info_of(uint32_t resource_id)
{
    uint32_t info;

    return virgl_renderer_resource_get_map_info(resource_id, &info) ? VIRTIO_GPU_MAP_CACHE_CACHED
                                                                    : info;
}

/* Descriptors that only a graphics driver can make something of are none. */
static bool export_file(uint32_t resource_id, VgpuHostMemory *memory)
{
    uint32_t type;
    off_t size;
    int fd;

    if (virgl_renderer_resource_export_blob(resource_id, &type, &fd)) {
        return false;
    }
    size = lseek(fd, 0, SEEK_END);
    if (type == VIRGL_RENDERER_BLOB_FD_TYPE_OPAQUE || size <= 0) {
        close(fd);
        return false;
    }
    *memory = (VgpuHostMemory) {
        .fd = fd, .size = size, .map_info = map_info_of(resource_id),
    };
    return true;
}

static Mapped *map_address(VgpuVirgl *self, uint32_t resource_id, int *error)
{
    Mapped *mapped = g_hash_table_lookup(self->mapped, GUINT_TO_POINTER(resource_id));
    uint64_t size;
    void *address;

    if (!mapped) {
        /* The library asks GL, in whatever context is current. */
        virgl_renderer_force_ctx_0();
        *error = virgl_renderer_resource_map(resource_id, &address, &size);
        if (*error) {
            return NULL;
        }
        mapped = g_new0(Mapped, 1);
        mapped->address = address;
        mapped->size = size;
        mapped->fd = -1;
        g_hash_table_insert(self->mapped, GUINT_TO_POINTER(resource_id), mapped);
    }
    mapped->count++;
    return mapped;
}

uint32_t vgpu_virgl_map_blob(VgpuRenderer3D *renderer, uint32_t resource_id,
                             VgpuHostMemory *memory)
{
    const Mapped *mapped;
    int error;

    if (!is_resource(renderer, resource_id)) {
        return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    }
    if (export_file(resource_id, memory)) {
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    mapped = map_address(virgl(renderer), resource_id, &error);
    if (!mapped) {
        return response_of(error);
    }
    *memory = (VgpuHostMemory) {
        .fd = -1, .address = mapped->address, .size = mapped->size,
        .map_info = map_info_of(resource_id),
    };
    return VIRTIO_GPU_RESP_OK_NODATA;
}

void vgpu_virgl_unmap_blob(VgpuRenderer3D *renderer, uint32_t resource_id)
{
    GHashTable *table = virgl(renderer)->mapped;
    Mapped *mapped = g_hash_table_lookup(table, GUINT_TO_POINTER(resource_id));

    g_assert(mapped);
    if (!--mapped->count) {
        g_hash_table_remove(table, GUINT_TO_POINTER(resource_id));
        virgl_renderer_force_ctx_0();
        virgl_renderer_resource_unmap(resource_id);
    }
}

/* ---- pictures ------------------------------------------------------------------------------- */

static Mapped *map_file(VgpuVirgl *self, uint32_t resource_id)
{
    VgpuHostMemory memory;
    Mapped *mapped;
    void *address;

    if (!is_resource(&self->base, resource_id) || !export_file(resource_id, &memory)) {
        return NULL;
    }
    address = mmap(NULL, memory.size, PROT_READ, MAP_SHARED, memory.fd, 0);
    if (address == MAP_FAILED) {
        close(memory.fd);
        return NULL;
    }
    mapped = g_new0(Mapped, 1);
    mapped->address = address;
    mapped->size = memory.size;
    mapped->fd = memory.fd;
    g_hash_table_insert(self->mapped, GUINT_TO_POINTER(resource_id), mapped);
    return mapped;
}

bool vgpu_virgl_find_pixels(VgpuVirgl *self, uint32_t resource_id, VgpuHostMemory *memory)
{
    Mapped *mapped = g_hash_table_lookup(self->mapped, GUINT_TO_POINTER(resource_id));
    int error;

    if (!mapped) {
        mapped = map_file(self, resource_id);
    }
    if ((!mapped || (mapped->fd < 0 && !mapped->is_seen)) && is_resource(&self->base, resource_id)) {
        mapped = map_address(self, resource_id, &error);
    }
    if (!mapped) {
        return false;
    }
    mapped->is_seen = true;
    *memory = (VgpuHostMemory) {
        .fd = mapped->fd, .address = mapped->address, .size = mapped->size,
    };
    return true;
}

static void sync_file(int fd, uint64_t flags)
{
    struct dma_buf_sync sync = { .flags = flags | DMA_BUF_SYNC_READ };

    /* Of other files than dmabufs there is nothing to be synchronised. */
    if (fd >= 0) {
        ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync);
    } else if (flags == DMA_BUF_SYNC_START) {
        glFinish();
    }
}

/* The driver was told of a blob's size by the guest: it may be shorter. */
uint32_t vgpu_virgl_read_pixels(const VgpuHostMemory *memory, const VgpuPicture *picture)
{
    const pixman_box32_t *box = &picture->box;
    const size_t row = (size_t)(box->x2 - box->x1) * sizeof(uint32_t);
    const uint64_t stride = picture->blob_stride;
    const uint64_t start = picture->blob_offset + box->y1 * stride + box->x1 * sizeof(uint32_t);
    const uint64_t end = picture->blob_offset + (box->y2 - 1) * stride + box->x2 * sizeof(uint32_t);

    if (end > memory->size) {
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    sync_file(memory->fd, DMA_BUF_SYNC_START);
    for (int32_t y = 0; y < box->y2 - box->y1; y++) {
        memcpy(picture->data + (size_t)y * picture->stride,
               (const uint8_t *)memory->address + start + y * stride, row);
    }
    sync_file(memory->fd, DMA_BUF_SYNC_END);
    return VIRTIO_GPU_RESP_OK_NODATA;
}
