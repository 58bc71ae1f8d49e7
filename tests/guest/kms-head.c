/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One head of a KMS device, see kms-head.h.  Uses the legacy (not atomic)
 * calls: page flip, dirty framebuffer and cursor each reach the device as
 * commands of their own then.
 */
#include "kms-head.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

static void buffer_free(int fd, VgpuKmsBuffer *buffer)
{
    struct drm_mode_destroy_dumb destroy = { .handle = buffer->handle };

    if (buffer->fb) {
        drmModeRmFB(fd, buffer->fb);
    }
    if (buffer->target.pixels) {
        munmap(buffer->target.pixels, buffer->size);
    }
    if (buffer->handle) {
        drmIoctl(fd, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
    }
    memset(buffer, 0, sizeof(*buffer));
}

/* A mapped dumb buffer; what was made stays in @buffer when a later step fails. */
static bool buffer_make(int fd, VgpuKmsBuffer *buffer, int width, int height)
{
    struct drm_mode_create_dumb create = {
        .width = width, .height = height, .bpp = 32,
    };
    struct drm_mode_map_dumb map = { 0 };
    void *pixels;

    if (drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create)) {
        perror("kms-demo: create dumb buffer");
        return false;
    }
    buffer->handle = map.handle = create.handle;
    buffer->size = create.size;
    if (drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map)) {
        perror("kms-demo: map dumb buffer");
        return false;
    }
    pixels = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, map.offset);
    if (pixels == MAP_FAILED) {
        perror("kms-demo: mmap");
        return false;
    }
    buffer->target = vgpu_pattern_target(pixels, width, height, create.pitch / 4);
    return true;
}

static bool buffer_make_framebuffer(int fd, VgpuKmsBuffer *buffer)
{
    const VgpuPatternTarget *t = &buffer->target;

    if (drmModeAddFB(fd, t->width, t->height, 24, 32, t->stride_words * 4,
                     buffer->handle, &buffer->fb)) {
        perror("kms-demo: add framebuffer");
        return false;
    }
    return true;
}

/* The first CRTC this connector can use that no other head has. */
static bool take_crtc(VgpuKmsHead *head, const drmModeRes *resources,
                      const drmModeConnector *connector, unsigned *taken_pipes)
{
    for (int e = 0; e < connector->count_encoders; e++) {
        drmModeEncoder *encoder = drmModeGetEncoder(head->fd, connector->encoders[e]);
        unsigned possible = encoder ? encoder->possible_crtcs & ~*taken_pipes : 0;

        drmModeFreeEncoder(encoder);
        if (possible) {
            head->pipe = __builtin_ctz(possible);
            head->crtc = resources->crtcs[head->pipe];
            *taken_pipes |= 1u << head->pipe;
            return true;
        }
    }
    return false;
}

bool vgpu_kms_head_find(VgpuKmsHead *head, int fd, unsigned index,
                        unsigned *taken_pipes)
{
    drmModeRes *resources = drmModeGetResources(fd);
    bool found = false;

    *head = (VgpuKmsHead) { .fd = fd, .index = index };
    for (int c = 0; resources && c < resources->count_connectors && !found; c++) {
        drmModeConnector *connector =
            drmModeGetConnector(fd, resources->connectors[c]);

        if (connector && connector->connection == DRM_MODE_CONNECTED) {
            head->connector = connector->connector_id;
            found = take_crtc(head, resources, connector, taken_pipes);
        }
        drmModeFreeConnector(connector);
    }
    drmModeFreeResources(resources);
    return found;
}

static const drmModeModeInfo *find_mode(const drmModeConnector *connector,
                                        int width, int height)
{
    for (int i = 0; i < connector->count_modes; i++) {
        const drmModeModeInfo *mode = &connector->modes[i];

        if (width ? mode->hdisplay == width && mode->vdisplay == height
                  : mode->type & DRM_MODE_TYPE_PREFERRED) {
            return mode;
        }
    }
    return width || !connector->count_modes ? NULL : &connector->modes[0];
}

/* Timings for a mode no list has; the device looks at the size alone. */
static drmModeModeInfo make_mode(int width, int height)
{
    drmModeModeInfo mode = {
        .hdisplay = width, .hsync_start = width + 16, .hsync_end = width + 48,
        .htotal = width + 80,
        .vdisplay = height, .vsync_start = height + 3, .vsync_end = height + 7,
        .vtotal = height + 20,
        .vrefresh = 60,
        .type = DRM_MODE_TYPE_USERDEF,
    };

    mode.clock = mode.htotal * mode.vtotal / 1000 * 60;
    snprintf(mode.name, sizeof(mode.name), "%dx%d", width, height);
    return mode;
}

bool vgpu_kms_head_choose_mode(VgpuKmsHead *head, int width, int height)
{
    drmModeConnector *connector = drmModeGetConnector(head->fd, head->connector);
    const drmModeModeInfo *found;
    drmModeModeInfo before = head->mode;

    if (!connector) {
        return false;
    }
    found = find_mode(connector, width, height);
    if (found) {
        head->mode = *found;
    } else if (width) {
        head->mode = make_mode(width, height);
    }
    drmModeFreeConnector(connector);
    return before.hdisplay != head->mode.hdisplay
           || before.vdisplay != head->mode.vdisplay;
}

bool vgpu_kms_head_start(VgpuKmsHead *head, const VgpuPattern *first)
{
    for (int i = 0; i < 2; i++) {
        if (!buffer_make(head->fd, &head->buffers[i], head->mode.hdisplay,
                         head->mode.vdisplay) ||
            !buffer_make_framebuffer(head->fd, &head->buffers[i])) {
            return false;
        }
    }
    head->shown = 0;
    vgpu_pattern_draw(&head->buffers[0].target, first);
    if (drmModeSetCrtc(head->fd, head->crtc, head->buffers[0].fb, 0, 0,
                       &head->connector, 1, &head->mode)) {
        perror("kms-demo: set mode");
        return false;
    }
    return true;
}

bool vgpu_kms_head_flip(VgpuKmsHead *head, const VgpuPattern *next)
{
    VgpuKmsBuffer *hidden = &head->buffers[!head->shown];

    vgpu_pattern_draw(&hidden->target, next);
    if (drmModePageFlip(head->fd, head->crtc, hidden->fb,
                        DRM_MODE_PAGE_FLIP_EVENT, head)) {
        perror("kms-demo: page flip");
        return false;
    }
    head->shown = !head->shown;
    head->flip_pending = true;
    return true;
}

static drmModeClip to_clip(const VgpuPatternTarget *target, VgpuPatternRect r)
{
    return (drmModeClip) {
        .x1 = r.x0, .y1 = r.y0,
        .x2 = r.x1 < target->width ? r.x1 : target->width,
        .y2 = r.y1 < target->height ? r.y1 : target->height,
    };
}

bool vgpu_kms_head_dirty(VgpuKmsHead *head, const VgpuPattern *before,
                         const VgpuPattern *next)
{
    VgpuKmsBuffer *shown = &head->buffers[head->shown];
    VgpuPatternRect rects[2 * VGPU_PATTERN_DAMAGE_RECTS];
    drmModeClip clips[2 * VGPU_PATTERN_DAMAGE_RECTS];

    vgpu_pattern_damage(&shown->target, before, rects);
    vgpu_pattern_damage(&shown->target, next, rects + VGPU_PATTERN_DAMAGE_RECTS);
    for (int i = 0; i < 2 * VGPU_PATTERN_DAMAGE_RECTS; i++) {
        VgpuPatternTarget part = shown->target;

        part.clip = rects[i];
        vgpu_pattern_draw(&part, next);
        clips[i] = to_clip(&shown->target, rects[i]);
    }
    if (drmModeDirtyFB(head->fd, shown->fb, clips, 2 * VGPU_PATTERN_DAMAGE_RECTS)) {
        perror("kms-demo: dirty framebuffer");
        return false;
    }
    return true;
}

static bool make_cursor(VgpuKmsHead *head)
{
    int size = VGPU_PATTERN_CURSOR_SIZE;

    if (!buffer_make(head->fd, &head->cursor, size, size)) {
        return false;
    }
    vgpu_pattern_cursor(head->cursor.target.pixels);
    if (drmModeSetCursor2(head->fd, head->crtc, head->cursor.handle, size, size, 0, 0)) {
        perror("kms-demo: set cursor");
        return false;
    }
    return true;
}

bool vgpu_kms_head_move_cursor(VgpuKmsHead *head, uint32_t frame)
{
    int x, y;

    if (!head->cursor.handle && !make_cursor(head)) {
        return false;
    }
    vgpu_pattern_cursor_position(&head->buffers[0].target, frame, &x, &y);
    if (drmModeMoveCursor(head->fd, head->crtc, x, y)) {
        perror("kms-demo: move cursor");
        return false;
    }
    return true;
}

void vgpu_kms_head_stop(VgpuKmsHead *head)
{
    if (head->cursor.handle) {
        drmModeSetCursor(head->fd, head->crtc, 0, 0, 0);
    }
    buffer_free(head->fd, &head->cursor);
    buffer_free(head->fd, &head->buffers[0]);
    buffer_free(head->fd, &head->buffers[1]);
}
