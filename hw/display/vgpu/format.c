/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "format.h"

#include <drm_fourcc.h>
#include <stddef.h>

#include "hw/display/vgpu/protocol.h"

/* The protocol names bytes in memory order; pixman and DRM name bits of a little-endian word. */
static const struct {
    uint32_t virtio;
    pixman_format_code_t pixman;
    uint32_t fourcc;
} formats[] = {
    { VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, PIXMAN_x8r8g8b8, DRM_FORMAT_XRGB8888 },
    { VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, PIXMAN_a8r8g8b8, DRM_FORMAT_ARGB8888 },
    { VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, PIXMAN_x8b8g8r8, DRM_FORMAT_XBGR8888 },
    { VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, PIXMAN_a8b8g8r8, DRM_FORMAT_ABGR8888 },
    { VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, PIXMAN_b8g8r8x8, DRM_FORMAT_BGRX8888 },
    { VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, PIXMAN_b8g8r8a8, DRM_FORMAT_BGRA8888 },
    { VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, PIXMAN_r8g8b8x8, DRM_FORMAT_RGBX8888 },
    { VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, PIXMAN_r8g8b8a8, DRM_FORMAT_RGBA8888 },
};

pixman_format_code_t vgpu_format_to_pixman(uint32_t format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i].virtio == format) {
            return formats[i].pixman;
        }
    }
    return 0;
}

uint32_t vgpu_format_to_fourcc(uint32_t format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i].virtio == format) {
            return formats[i].fourcc;
        }
    }
    return DRM_FORMAT_INVALID;
}
