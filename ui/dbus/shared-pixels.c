/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplaySharedPixels: a picture in memory that one client maps. */
#include "shared-pixels.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pixels.h"

/*
 * Size fixed, so that nobody makes our own accesses fault; no new writable mappings, so that the
 * client only looks.  Our mapping is made before the seals are.
 */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)

static bool map_sealed(DisplaySharedPixels *shared)
{
    shared->fd = memfd_create("display-pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (shared->fd < 0 || ftruncate(shared->fd, shared->size) < 0) {
        return false;
    }
    shared->data = mmap(NULL, shared->size, PROT_READ | PROT_WRITE, MAP_SHARED, shared->fd, 0);
    if (shared->data == MAP_FAILED) {
        shared->data = NULL;
        return false;
    }
    return fcntl(shared->fd, F_ADD_SEALS, SEALS) == 0;
}

DisplaySharedPixels *display_shared_pixels_create(uint32_t width, uint32_t height,
                                                  pixman_format_code_t format)
{
    g_autoptr(DisplaySharedPixels) shared = g_new0(DisplaySharedPixels, 1);
    size_t stride = display_pixels_stride(format, width);

    shared->fd = -1;
    shared->size = stride * height;
    if (!shared->size || !map_sealed(shared)) {
        return NULL;
    }
    shared->image = pixman_image_create_bits_no_clear(format, width, height,
                                                      (uint32_t *)shared->data, stride);
    return shared->image ? g_steal_pointer(&shared) : NULL;
}

void display_shared_pixels_free(DisplaySharedPixels *shared)
{
    if (!shared) {
        return;
    }
    if (shared->image) {
        pixman_image_unref(shared->image);
    }
    if (shared->data) {
        munmap(shared->data, shared->size);
    }
    if (shared->fd >= 0) {
        close(shared->fd);
    }
    g_free(shared);
}

bool display_shared_pixels_fit(const DisplaySharedPixels *shared, pixman_image_t *source)
{
    return pixman_image_get_format(shared->image) == pixman_image_get_format(source) &&
           pixman_image_get_width(shared->image) == pixman_image_get_width(source) &&
           pixman_image_get_height(shared->image) == pixman_image_get_height(source);
}

void display_shared_pixels_copy(DisplaySharedPixels *shared, pixman_image_t *source,
                                const pixman_box32_t *box)
{
    size_t stride = pixman_image_get_stride(shared->image);
    size_t offset = display_pixels_offset(shared->image, box->x1, box->y1);

    display_pixels_copy(source, box, shared->data + offset, stride);
}
