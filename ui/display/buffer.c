/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayBuffer: references, and the kind that owns plain memory. */
#include "ui/display/buffer.h"

#include <drm_fourcc.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void display_buffer_init(DisplayBuffer *buffer, const DisplayBufferOps *ops,
                         uint32_t width, uint32_t height, pixman_format_code_t format)
{
    g_assert(ops->destroy);
    buffer->ops = ops;
    buffer->width = width;
    buffer->height = height;
    buffer->format = format;
    g_atomic_ref_count_init(&buffer->references);
    g_datalist_init(&buffer->attachments);
}

DisplayBuffer *display_buffer_ref(DisplayBuffer *buffer)
{
    g_atomic_ref_count_inc(&buffer->references);
    return buffer;
}

void display_buffer_unref(DisplayBuffer *buffer)
{
    if (buffer && g_atomic_ref_count_dec(&buffer->references)) {
        g_datalist_clear(&buffer->attachments);
        buffer->ops->destroy(buffer);
    }
}

bool display_buffer_get_pixels(DisplayBuffer *buffer, DisplayPixels *pixels)
{
    return buffer->ops->get_pixels && buffer->ops->get_pixels(buffer, pixels);
}

bool display_buffer_get_dmabuf(DisplayBuffer *buffer, DisplayDmabuf *dmabuf)
{
    return buffer->ops->get_dmabuf && buffer->ops->get_dmabuf(buffer, dmabuf);
}

uint32_t display_buffer_get_texture(DisplayBuffer *buffer)
{
    return buffer->ops->get_texture ? buffer->ops->get_texture(buffer) : 0;
}

static bool share_dmabuf(DisplayBuffer *buffer, DisplayMemory *memory)
{
    DisplayDmabuf dmabuf;
    DisplayPixels pixels;

    /* what cannot be mapped here cannot be mapped by others */
    if (!display_buffer_get_dmabuf(buffer, &dmabuf) || dmabuf.modifier != DRM_FORMAT_MOD_LINEAR ||
        !display_buffer_get_pixels(buffer, &pixels)) {
        return false;
    }
    *memory = (DisplayMemory) {
        .fd = dmabuf.fd, .offset = dmabuf.offset, .stride = dmabuf.stride,
    };
    return true;
}

bool display_buffer_share(DisplayBuffer *buffer, DisplayMemory *memory)
{
    return buffer->ops->share ? buffer->ops->share(buffer, memory) : share_dmabuf(buffer, memory);
}

void display_buffer_lock(DisplayBuffer *buffer)
{
    if (buffer->ops->lock) {
        buffer->ops->lock(buffer);
    }
}

void display_buffer_unlock(DisplayBuffer *buffer)
{
    if (buffer->ops->unlock) {
        buffer->ops->unlock(buffer);
    }
}

void display_buffer_attach(DisplayBuffer *buffer, GQuark key, void *data, GDestroyNotify destroy)
{
    g_datalist_id_set_data_full(&buffer->attachments, key, data, destroy);
}

void *display_buffer_get_attached(DisplayBuffer *buffer, GQuark key)
{
    return g_datalist_id_get_data(&buffer->attachments, key);
}

/*
 * Memory of at least this size comes from mmap: it starts as zero pages, and huge pages make
 * copies that touch a few bytes of many rows cheaper by the TLB misses they save. Less stands in
 * the buffer itself, of which a driver may have thousands.
 */
#define MAPPED_SIZE_MIN (2u << 20)

typedef struct PixelsBuffer {
    DisplayBuffer base;
    uint8_t *mapped;   /* NULL: small */
    int fd;            /* of the file that is mapped; -1: memory that nobody else can map */
    uint8_t small[];
} PixelsBuffer;

static uint64_t row_size(uint32_t width, pixman_format_code_t format)
{
    return (uint64_t)width * (PIXMAN_FORMAT_BPP(format) / 8);
}

static size_t mapped_size(const DisplayBuffer *buffer)
{
    return row_size(buffer->width, buffer->format) * buffer->height;
}

static void pixels_buffer_destroy(DisplayBuffer *buffer)
{
    PixelsBuffer *pixels = (PixelsBuffer *)buffer;

    if (pixels->mapped) {
        munmap(pixels->mapped, mapped_size(buffer));
    }
    if (pixels->fd >= 0) {
        close(pixels->fd);
    }
    g_free(pixels);
}

static bool pixels_buffer_get_pixels(DisplayBuffer *buffer, DisplayPixels *out)
{
    PixelsBuffer *pixels = (PixelsBuffer *)buffer;

    out->data = pixels->mapped ?: pixels->small;
    out->stride = row_size(buffer->width, buffer->format);
    return true;
}

/*
 * Others look only, and nobody takes memory away from under our own mapping, which was made before
 * the seals are.
 */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)

/* A mapping of a new file with a copy of the data; NULL, with the file closed, without memory. */
static void *copy_to_file(const uint8_t *data, size_t size, int *fd)
{
    void *copy = MAP_FAILED;

    *fd = memfd_create("display-pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd >= 0 && ftruncate(*fd, size) == 0) {
        copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    }
    if (copy != MAP_FAILED && fcntl(*fd, F_ADD_SEALS, SEALS) == 0) {
        memcpy(copy, data, size);
        return copy;
    }
    if (copy != MAP_FAILED) {
        munmap(copy, size);
    }
    if (*fd >= 0) {
        close(*fd);
    }
    return NULL;
}

/* Puts a file in place of the memory: readers see the same pixels at the same address throughout. */
static bool move_to_file(PixelsBuffer *pixels)
{
    size_t size = mapped_size(&pixels->base);
    int fd;
    void *copy = copy_to_file(pixels->mapped, size, &fd);

    if (!copy) {
        return false;
    }
    if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, pixels->mapped) == MAP_FAILED) {
        munmap(copy, size);
        close(fd);
        return false;
    }
    pixels->fd = fd;
    return true;
}

static bool pixels_buffer_share(DisplayBuffer *buffer, DisplayMemory *memory)
{
    PixelsBuffer *pixels = (PixelsBuffer *)buffer;

    if (!pixels->mapped || (pixels->fd < 0 && !move_to_file(pixels))) {
        return false;
    }
    *memory = (DisplayMemory) {
        .fd = pixels->fd, .stride = row_size(buffer->width, buffer->format),
    };
    return true;
}

static const DisplayBufferOps pixels_buffer_ops = {
    .destroy = pixels_buffer_destroy,
    .get_pixels = pixels_buffer_get_pixels,
    .share = pixels_buffer_share,
};

static PixelsBuffer *allocate_mapped(size_t size)
{
    void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PixelsBuffer *pixels;

    if (data == MAP_FAILED) {
        return NULL;
    }
    madvise(data, size, MADV_HUGEPAGE);
    pixels = g_new0(PixelsBuffer, 1);
    pixels->mapped = data;
    return pixels;
}

DisplayBuffer *display_buffer_create_pixels(uint32_t width, uint32_t height,
                                            pixman_format_code_t format)
{
    uint64_t stride = row_size(width, format);
    PixelsBuffer *pixels;

    if (!width || !height || stride > INT32_MAX || stride * height > PTRDIFF_MAX) {
        return NULL;
    }
    pixels = stride * height < MAPPED_SIZE_MIN
             ? g_try_malloc0(sizeof(*pixels) + stride * height)
             : allocate_mapped(stride * height);
    if (!pixels) {
        return NULL;
    }
    pixels->fd = -1;
    display_buffer_init(&pixels->base, &pixels_buffer_ops, width, height, format);
    return &pixels->base;
}

static void image_destroyed(pixman_image_t *image, void *buffer)
{
    display_buffer_unref(buffer);
}

pixman_image_t *display_buffer_create_image(DisplayBuffer *buffer, const pixman_box32_t *box)
{
    uint32_t bytes_per_pixel = PIXMAN_FORMAT_BPP(buffer->format) / 8;
    pixman_image_t *image;
    DisplayPixels pixels;

    if (!display_buffer_get_pixels(buffer, &pixels)) {
        return NULL;
    }
    image = pixman_image_create_bits_no_clear(
        buffer->format, box->x2 - box->x1, box->y2 - box->y1,
        (uint32_t *)(pixels.data + (size_t)box->y1 * pixels.stride + (size_t)box->x1 * bytes_per_pixel),
        pixels.stride);
    if (image) {
        pixman_image_set_destroy_function(image, image_destroyed, display_buffer_ref(buffer));
    }
    return image;
}
