/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One head: what the back end shows on a console.
 *
 * Recording belongs to whoever serves the channel, showing to the main thread.
 */
#include "qemu/osdep.h"

#include "hw/display/vhost-user-gpu.h"
#include "hw/display/virtio-gpu-engine.h"
#include "qemu/error-report.h"
#include "ui/display/damage.h"

/* Drivers of the guest wait 50 ms for their frame. */
#define RELEASE_TIMEOUT_MS 40

#define MAX_RECTANGLES 16

/* ---- recording ------------------------------------------------------------------------------ */

static void record_picture(VgpuVhostHead *head, VgpuVhostPicture *picture)
{
    vgpu_vhost_picture_unref(head->picture);
    head->picture = picture;
    head->changed = true;
    pixman_region32_clear(&head->damage);
}

static VgpuVhostPicture *create_picture(VgpuVhostHead *head, uint32_t width, uint32_t height)
{
    VgpuVhostPicture *picture = vgpu_vhost_picture_create(width, height, head->picture);

    if (!head->picture || !picture || picture->image != head->picture->image) {
        vgpu_vhost_channel_charge(&head->gpu->channel, width * height * sizeof(uint32_t));
    }
    return picture;
}

void vgpu_vhost_head_set_scanout(VgpuVhostHead *head, uint32_t width, uint32_t height)
{
    head->origin_x = head->origin_y = 0;
    if (!head->picture || head->picture->dmabuf.fd >= 0 ||
        !vgpu_vhost_picture_has_size(head->picture, width, height)) {
        record_picture(head, create_picture(head, width, height));
    }
}

bool vgpu_vhost_head_set_dmabuf(VgpuVhostHead *head, const VhostUserGpuDmabuf2 *dmabuf, int fd)
{
    VgpuVhostPicture *picture;

    if (!vgpu_vhost_dmabuf_is_sane(&dmabuf->dmabuf, fd)) {
        close(fd);
        return false;
    }
    picture = create_picture(head, dmabuf->dmabuf.width, dmabuf->dmabuf.height);
    if (picture) {
        vgpu_vhost_picture_set_dmabuf(picture, dmabuf, fd);
    } else {
        close(fd);
    }
    record_picture(head, picture);
    return true;
}

void vgpu_vhost_head_disable(VgpuVhostHead *head)
{
    if (head->picture) {
        record_picture(head, NULL);
    }
}

/*
 * Debian's back end counts from the corner of the resource, of which the scanout may be a part, and
 * does not say which: an update of the whole picture shows where that begins.
 */
bool vgpu_vhost_head_place(VgpuVhostHead *head, VhostUserGpuUpdate *update)
{
    uint32_t width, height;

    if (!head->picture || head->picture->dmabuf.fd >= 0) {
        return false;
    }
    width = pixman_image_get_width(head->picture->image);
    height = pixman_image_get_height(head->picture->image);
    if (update->width == width && update->height == height) {
        head->origin_x = update->x;
        head->origin_y = update->y;
    }
    if (update->x < head->origin_x || update->y < head->origin_y) {
        return false;
    }
    update->x -= head->origin_x;
    update->y -= head->origin_y;
    return (uint64_t)update->x + update->width <= width &&
           (uint64_t)update->y + update->height <= height;
}

pixman_image_t *vgpu_vhost_head_get_pixels(const VgpuVhostHead *head)
{
    return head->picture ? head->picture->image : NULL;
}

void vgpu_vhost_head_damage(VgpuVhostHead *head, const VhostUserGpuUpdate *update)
{
    pixman_box32_t bounds = { 0 };

    if (head->picture) {
        bounds.x2 = pixman_image_get_width(head->picture->image);
        bounds.y2 = pixman_image_get_height(head->picture->image);
        display_damage_add(&head->damage, &bounds, update->x, update->y, update->width,
                           update->height);
        display_damage_simplify(&head->damage, MAX_RECTANGLES);
    }
}

void vgpu_vhost_head_damage_all(VgpuVhostHead *head)
{
    const VhostUserGpuUpdate all = { .width = INT32_MAX, .height = INT32_MAX };

    vgpu_vhost_head_damage(head, &all);
}

void vgpu_vhost_head_move_cursor(VgpuVhostHead *head, const VhostUserGpuPosition *position,
                                 bool visible)
{
    head->cursor_x = position->x;
    head->cursor_y = position->y;
    head->cursor_visible = visible;
    head->cursor_moved = true;
}

void vgpu_vhost_head_define_cursor(VgpuVhostHead *head, const VhostUserGpuCursor *cursor)
{
    if (!head->cursor) {
        head->cursor = cursor_alloc(VGPU_CURSOR_SIZE, VGPU_CURSOR_SIZE);
    }
    head->cursor->hot_x = MIN(cursor->hot_x, VGPU_CURSOR_SIZE - 1);
    head->cursor->hot_y = MIN(cursor->hot_y, VGPU_CURSOR_SIZE - 1);
    memcpy(head->cursor->data, cursor->pixels, sizeof(cursor->pixels));
    vgpu_vhost_head_move_cursor(head, &cursor->position, true);
}

/* ---- showing -------------------------------------------------------------------------------- */

static bool has_imported(const VgpuVhostPicture *picture)
{
    return picture && picture->is_imported;
}

static void replace_surface(VgpuVhostHead *head, VgpuVhostPicture *picture)
{
    DisplaySurface *surface = picture ? qemu_create_displaysurface_pixman(picture->image) : NULL;

    dpy_gfx_replace_surface(head->console, surface);
    if (!picture) {
        /* A VGA that shares the console shows its own again. */
        graphic_hw_invalidate(head->console);
    }
}

/* A back end without 3D draws in memory that it maps; that of others may be in tiles. */
static bool draws_in_rows(const VgpuVhostHead *head)
{
    return !virtio_has_feature(head->gpu->vhost->dev.features, VIRTIO_GPU_F_VIRGL);
}

static void show_dmabuf(VgpuVhostHead *head, VgpuVhostPicture *picture)
{
    if (vgpu_console_takes_dmabufs(head->console)) {
        picture->is_imported = true;
        dpy_gl_scanout_dmabuf(head->console, &picture->dmabuf);
    } else if (!vgpu_vhost_picture_map(picture, draws_in_rows(head))) {
        warn_report_once("vhost-user-gpu: the back end draws in dmabufs that only displays with GL "
                         "can show");
    }
}

static void show_picture(VgpuVhostHead *head)
{
    VgpuVhostPicture *before = head->shown;
    VgpuVhostPicture *now = head->picture;
    bool has_dmabuf = now && now->dmabuf.fd >= 0;
    bool leaves_dmabuf = has_imported(before) && !has_dmabuf;

    head->shown = now ? vgpu_vhost_picture_ref(now) : NULL;
    if (leaves_dmabuf) {
        dpy_gl_scanout_disable(head->console);
    }
    if (leaves_dmabuf || !before || !now || before->image != now->image) {
        replace_surface(head, now);
    }
    if (has_dmabuf) {
        show_dmabuf(head, now);
    }
    if (has_imported(before)) {
        dpy_gl_release_dmabuf(head->console, &before->dmabuf);
    }
    vgpu_vhost_picture_unref(before);
}

static void show_dmabuf_damage(VgpuVhostHead *head)
{
    const pixman_box32_t *box = pixman_region32_extents(&head->damage);

    dpy_gl_update(head->console, box->x1, box->y1, box->x2 - box->x1, box->y2 - box->y1);
    head->busy = qemu_console_is_gl_blocked(head->console);
    if (head->busy) {
        timer_mod(head->timeout, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + RELEASE_TIMEOUT_MS);
    }
}

static void show_damage(VgpuVhostHead *head)
{
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles(&head->damage, &count);

    if (count && has_imported(head->shown)) {
        show_dmabuf_damage(head);
    } else {
        if (count && head->shown->mapped) {
            vgpu_vhost_picture_copy(head->shown);
        }
        for (int i = 0; i < count; i++) {
            dpy_gfx_update(head->console, boxes[i].x1, boxes[i].y1, boxes[i].x2 - boxes[i].x1,
                           boxes[i].y2 - boxes[i].y1);
        }
    }
    pixman_region32_clear(&head->damage);
}

static void show_cursor(VgpuVhostHead *head)
{
    if (head->cursor) {
        dpy_cursor_define(head->console, head->cursor);
        g_clear_pointer(&head->cursor, cursor_put);
    }
    if (head->cursor_moved) {
        dpy_mouse_set(head->console, head->cursor_x, head->cursor_y, head->cursor_visible);
        head->cursor_moved = false;
    }
}

void vgpu_vhost_head_commit(VgpuVhostHead *head)
{
    if (head->changed) {
        head->changed = false;
        show_picture(head);
    }
    show_damage(head);
    show_cursor(head);
    if (!head->busy) {
        vgpu_vhost_head_release(head);
    }
}

void vgpu_vhost_head_release(VgpuVhostHead *head)
{
    if (head->busy) {
        head->busy = false;
        timer_del(head->timeout);
    }
    if (head->owes_reply) {
        head->owes_reply = false;
        vgpu_vhost_channel_resume(&head->gpu->channel);
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static void release_late(void *opaque)
{
    vgpu_vhost_head_release(opaque);
}

void vgpu_vhost_head_init(VgpuVhostHead *head, VhostUserGPU *gpu, QemuConsole *console)
{
    *head = (VgpuVhostHead) { .gpu = gpu, .console = console };
    pixman_region32_init(&head->damage);
    head->timeout = timer_new_ms(QEMU_CLOCK_REALTIME, release_late, head);
}

/* Leaves the console as a closed one is left: with nothing that refers to a picture. */
void vgpu_vhost_head_finish(VgpuVhostHead *head)
{
    vgpu_vhost_head_disable(head);
    vgpu_vhost_head_commit(head);
    pixman_region32_fini(&head->damage);
    g_clear_pointer(&head->cursor, cursor_put);
    g_clear_pointer(&head->timeout, timer_free);
}
