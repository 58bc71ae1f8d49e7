/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VgpuSurface: pixels as the surface of a console. */
#include "hw/display/vgpu-surface.h"

#include "qemu/timer.h"
#include "ui/display/damage.h"
#include "ui/host/vnc.h"

struct VgpuSurface {
    QemuConsole *console;
    pixman_image_t *kept;       /* memory of its own, the console's surface; NULL: none */
    pixman_image_t *source;     /* what is shown on it, of the same size and format */
    pixman_region32_t stale;    /* pixels not copied from there yet */
    QEMUTimer *timer;           /* brings them over if nobody asks */
    int64_t copied_at;          /* ms */
    uint64_t bytes_copied;
};

#define BYTES_PER_PIXEL 4

/* Between two copies, when nobody asks: as often as stock displays look. */
#define PERIOD_MS GUI_REFRESH_INTERVAL_DEFAULT

/* Of what is to be copied; more are joined. */
#define RECTANGLES_MAX 64

static int64_t now_ms(void)
{
    return qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
}

/* ---- memory of its own ---------------------------------------------------------------------- */

/* A VGA that shares the console may have given it another surface. */
static bool is_kept(const VgpuSurface *self)
{
    DisplaySurface *now = self->kept ? qemu_console_surface(self->console) : NULL;

    return now && now->image == self->kept;
}

static uint8_t *pixel_at(pixman_image_t *image, const pixman_box32_t *box, int row)
{
    return (uint8_t *)pixman_image_get_data(image) + (size_t)box->x1 * BYTES_PER_PIXEL +
           (size_t)(box->y1 + row) * pixman_image_get_stride(image);
}

static void copy_box(VgpuSurface *self, const pixman_box32_t *box)
{
    const size_t bytes = (size_t)(box->x2 - box->x1) * BYTES_PER_PIXEL;

    for (int row = 0; row < box->y2 - box->y1; row++) {
        memcpy(pixel_at(self->kept, box, row), pixel_at(self->source, box, row), bytes);
    }
    self->bytes_copied += bytes * (box->y2 - box->y1);
}

static void copy_stale(VgpuSurface *self)
{
    pixman_region32_t stale = self->stale;
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles(&stale, &count);

    pixman_region32_init(&self->stale);
    timer_del(self->timer);
    self->copied_at = now_ms();
    for (int i = 0; i < count; i++) {
        copy_box(self, &boxes[i]);
    }
    for (int i = 0; i < count; i++) {
        dpy_gfx_update(self->console, boxes[i].x1, boxes[i].y1, boxes[i].x2 - boxes[i].x1,
                       boxes[i].y2 - boxes[i].y1);
    }
    pixman_region32_fini(&stale);
}

void vgpu_surface_refresh(VgpuSurface *self)
{
    if (pixman_region32_not_empty(&self->stale) && is_kept(self)) {
        copy_stale(self);
    }
}

static void refresh(void *opaque)
{
    vgpu_surface_refresh(opaque);
}

static void add_stale(VgpuSurface *self, int x, int y, int width, int height)
{
    pixman_region32_union_rect(&self->stale, &self->stale, x, y, width, height);
    pixman_region32_intersect_rect(&self->stale, &self->stale, 0, 0,
                                   pixman_image_get_width(self->kept),
                                   pixman_image_get_height(self->kept));
    display_damage_simplify(&self->stale, RECTANGLES_MAX);
    if (!timer_pending(self->timer)) {
        timer_mod(self->timer, now_ms() + PERIOD_MS);
    }
}

static void set_source(VgpuSurface *self, pixman_image_t *image)
{
    pixman_image_t *before = self->source;

    self->source = pixman_image_ref(image);
    if (before) {
        pixman_image_unref(before);
    }
}

/* False when there is no memory for it. */
static bool keep(VgpuSurface *self, pixman_image_t *image)
{
    const pixman_box32_t all = {.x2 = pixman_image_get_width(image),
                                .y2 = pixman_image_get_height(image)};

    vgpu_surface_forget(self);
    self->kept = pixman_image_create_bits_no_clear(pixman_image_get_format(image), all.x2, all.y2,
                                                   NULL, 0);
    if (!self->kept) {
        return false;
    }
    set_source(self, image);
    copy_box(self, &all);
    self->copied_at = now_ms();
    display_host_replace_surface(self->console, qemu_create_displaysurface_pixman(self->kept));
    return true;
}

/* ---- either way ----------------------------------------------------------------------------- */

/* Whether a VNC server takes the image for the next page of what the console shows. */
static bool is_flip(const VgpuSurface *self, pixman_image_t *image)
{
    DisplaySurface *now = qemu_console_surface(self->console);

    return now && now->format == pixman_image_get_format(image) &&
           surface_width(now) == pixman_image_get_width(image) &&
           surface_height(now) == pixman_image_get_height(image);
}

void vgpu_surface_show(VgpuSurface *self, pixman_image_t *image)
{
    bool stays = is_flip(self, image) && display_host_has_vnc_clients();

    if (stays && is_kept(self)) {
        set_source(self, image);
        add_stale(self, 0, 0, pixman_image_get_width(image), pixman_image_get_height(image));
    } else if (!stays || !keep(self, image)) {
        vgpu_surface_forget(self);
        display_host_replace_surface(self->console, qemu_create_displaysurface_pixman(image));
    }
}

void vgpu_surface_update(VgpuSurface *self, int x, int y, int width, int height)
{
    if (!is_kept(self)) {
        dpy_gfx_update(self->console, x, y, width, height);
        return;
    }
    add_stale(self, x, y, width, height);
    if (now_ms() - self->copied_at >= PERIOD_MS) {
        copy_stale(self);
    }
}

void vgpu_surface_forget(VgpuSurface *self)
{
    pixman_region32_clear(&self->stale);
    timer_del(self->timer);
    g_clear_pointer(&self->kept, pixman_image_unref);
    g_clear_pointer(&self->source, pixman_image_unref);
}

uint64_t vgpu_surface_get_bytes_copied(const VgpuSurface *self)
{
    return self->bytes_copied;
}

VgpuSurface *vgpu_surface_create(QemuConsole *console)
{
    VgpuSurface *self = g_new0(VgpuSurface, 1);

    self->console = console;
    self->timer = timer_new_ms(QEMU_CLOCK_REALTIME, refresh, self);
    pixman_region32_init(&self->stale);
    return self;
}

void vgpu_surface_destroy(VgpuSurface *self)
{
    if (!self) {
        return;
    }
    vgpu_surface_forget(self);
    pixman_region32_fini(&self->stale);
    timer_free(self->timer);
    g_free(self);
}
