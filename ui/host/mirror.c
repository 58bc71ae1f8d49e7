/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayMirror: GL pictures as the surface that others (VNC, SPICE, screendump) see.
 *
 * What the guest changes adds up in a view.  It is read back when it is wanted:
 *
 * - by a device that asks: it sends an empty dpy_gl_update when somebody wants the surface to be
 *   current (GraphicHwOps.gfx_update).  From the first time on, which can be before there is a picture,
 *   that is the only reason.
 * - else when somebody watches: at once if the last time was a while ago, or with the next refresh,
 *   so at most once per refresh interval.  Without updates there is nothing to wake up for.
 *
 * A picture that was read back is the console's surface from then on, which makes the console's
 * kind of scanout a surface again: whoever takes no part in GL, screendump too, needs to know nothing.
 * A device that flips takes that away each time. VNC clients must not be given the surface anew for
 * that (ui/host/vnc.h): it stays where it is, is told of changes, and is the console's again, for
 * screendump, when the device rests. (Devices that ask do not flip before VNC clients.)
 */
#include "qemu/osdep.h"

#include "ui/host/mirror.h"

#include "hw/display/vgpu-sharing.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "ui/host/frames.h"
#include "ui/host/vnc.h"

/* Rectangles of one update that listeners are told; more are joined. */
#define UPDATES_MAX 32

/* Refreshes without an update after which the pace is left to the others */
#define PATIENCE 32

struct DisplayMirror {
    DisplayChangeListener listener;
    EGLContext context;
    DisplayHostDmabufs dmabufs;
    DisplayView view;               /* the GL picture, if there is one */
    DisplayFlat flat;
    pixman_image_t *published;      /* what the console has of us as its surface; only compared */
    bool is_watched;                /* somebody takes the console's surface */
    bool asks;                      /* the device says when to read back */
    bool is_hushed;                 /* and does so for a front end that needs no surface */
    bool is_replaced;               /* the device shows a surface of its own */
    bool is_part;                   /* the picture does not start at the corner of its texture */
    int32_t part_x, part_y;
    int64_t read_at;                /* milliseconds of the real time clock */
    unsigned quiet;                 /* refreshes since the last update */
    char *failure;                  /* said so already */
};

static DisplayMirror *of_listener(DisplayChangeListener *listener)
{
    return container_of(listener, DisplayMirror, listener);
}

static void give_surface(DisplayMirror *self)
{
    DisplaySurface *surface = qemu_create_displaysurface_pixman(self->flat.image);

    /* Devices make surfaces that are not their own anew with each scanout. */
    surface->flags |= QEMU_ALLOCATED_FLAG;
    self->published = self->flat.image;
    display_host_replace_surface(self->listener.con, surface);
    dpy_gfx_update_full(self->listener.con);
}

/* The picture is in our surface, which the console has but does not show. */
static bool is_hidden(const DisplayMirror *self)
{
    return self->published && self->published == self->flat.image && self->view.frame.buffer &&
           !qemu_console_surface(self->listener.con);
}

static void publish(DisplayMirror *self, pixman_region32_t *changed)
{
    const pixman_box32_t *boxes;
    int count;

    if (self->published != self->flat.image ||
        (is_hidden(self) && (self->asks || !display_host_has_vnc_clients()))) {
        give_surface(self);
        return;
    }
    display_damage_simplify(changed, UPDATES_MAX);
    boxes = pixman_region32_rectangles(changed, &count);
    for (int i = 0; i < count; i++) {
        dpy_gfx_update(self->listener.con, boxes[i].x1, boxes[i].y1, boxes[i].x2 - boxes[i].x1,
                       boxes[i].y2 - boxes[i].y1);
    }
}

static void report_failure(DisplayMirror *self, const GError *error)
{
    if (g_strcmp0(self->failure, error->message)) {
        g_free(self->failure);
        self->failure = g_strdup(error->message);
        warn_report("console %d cannot be shown in memory: %s",
                    qemu_console_get_index(self->listener.con), error->message);
    }
}

static void read_back(DisplayMirror *self)
{
    EGLDisplay display = self->flat.egl->display;
    EGLContext others = eglGetCurrentContext();
    g_autoptr(GError) error = NULL;
    pixman_region32_t changed;

    if (self->is_replaced || !pixman_region32_not_empty(&self->view.damage)) {
        return;
    }
    pixman_region32_init(&changed);
    self->read_at = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    display_egl_make_current(self->flat.egl, self->context);
    if (!display_flat_update(&self->flat, &self->view, &changed, &error)) {
        report_failure(self, error);
    }
    /* A device in the middle of its work must find its context as it left it. */
    if (others != EGL_NO_CONTEXT && others != self->context) {
        eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, others);
    }
    if (pixman_region32_not_empty(&changed)) {
        publish(self, &changed);
    }
    pixman_region32_fini(&changed);
}

static int64_t elapsed_ms(const DisplayMirror *self)
{
    return qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - self->read_at;
}

static void set_pace(DisplayMirror *self, uint64_t interval_ms)
{
    if (self->listener.update_interval != interval_ms) {
        update_displaychangelistener(&self->listener, interval_ms);
    }
}

/* The picture changed: now or soon, if anybody wants to know. */
static void changed(DisplayMirror *self)
{
    if (self->asks || !self->is_watched) {
        return;
    }
    self->quiet = 0;
    set_pace(self, GUI_REFRESH_INTERVAL_DEFAULT);
    if (elapsed_ms(self) >= GUI_REFRESH_INTERVAL_DEFAULT) {
        read_back(self);
    }
}

static void mirror_refresh(DisplayChangeListener *listener)
{
    DisplayMirror *self = of_listener(listener);

    if (self->asks || !self->is_watched) {
        return;
    }
    /* Not twice in one interval: what was just read is fresh enough until the next refresh. */
    if (elapsed_ms(self) >= GUI_REFRESH_INTERVAL_DEFAULT / 2) {
        read_back(self);
    }
    if (++self->quiet > PATIENCE) {
        set_pace(self, GUI_REFRESH_INTERVAL_IDLE);
        if (is_hidden(self)) {
            give_surface(self);
        }
    }
}

static void mirror_gfx_switch(DisplayChangeListener *listener, DisplaySurface *surface)
{
    DisplayMirror *self = of_listener(listener);

    if (!surface || surface->image != self->published) {
        self->published = NULL;
        self->is_replaced = true;
    }
}

/* Takes over the frame's reference; NULL shows nothing any more */
static void show(DisplayMirror *self, DisplayFrame *frame)
{
    self->is_replaced = false;
    self->is_part = false;
    display_view_show(&self->view, frame);
    if (frame) {
        display_host_frame_clear(frame);
    }
}

static void mirror_scanout_disable(DisplayChangeListener *listener)
{
    show(of_listener(listener), NULL);
}

static void mirror_scanout_texture(DisplayChangeListener *listener, uint32_t backing_id,
                                     bool backing_y_0_top, uint32_t backing_width,
                                     uint32_t backing_height, uint32_t x, uint32_t y,
                                     uint32_t w, uint32_t h)
{
    DisplayMirror *self = of_listener(listener);
    const ScanoutTexture texture = {
        .backing_id = backing_id, .backing_y_0_top = backing_y_0_top,
        .backing_width = backing_width, .backing_height = backing_height,
        .x = x, .y = y, .width = w, .height = h,
    };
    DisplayFrame frame;

    if (!display_host_frame_from_texture(&frame, &texture)) {
        show(self, NULL);
        return;
    }
    show(self, &frame);
    self->is_part = x || y;
    self->part_x = x;
    self->part_y = y;
}

static void mirror_scanout_dmabuf(DisplayChangeListener *listener, QemuDmaBuf *dmabuf)
{
    DisplayMirror *self = of_listener(listener);
    DisplayFrame frame;

    if (display_host_frame_from_dmabuf(&frame, &self->dmabufs, dmabuf)) {
        show(self, &frame);
    } else {
        g_autoptr(GError) error = g_error_new(DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_IMPORT,
                                              "a dmabuf of an unknown format");

        show(self, NULL);
        report_failure(self, error);
    }
}

static void mirror_release_dmabuf(DisplayChangeListener *listener, QemuDmaBuf *dmabuf)
{
    display_host_dmabufs_release(&of_listener(listener)->dmabufs, dmabuf);
}

static void mirror_cursor_dmabuf(DisplayChangeListener *listener, QemuDmaBuf *dmabuf,
                                   bool have_hot, uint32_t hot_x, uint32_t hot_y)
{
    DisplayMirror *self = of_listener(listener);
    DisplayFrame frame;

    if (!dmabuf || !display_host_frame_from_dmabuf(&frame, &self->dmabufs, dmabuf)) {
        display_view_set_cursor(&self->view, NULL, 0, 0, DISPLAY_TOP_DOWN);
    } else {
        /* The position that comes with such cursors is of their corner, whatever the hot spot. */
        display_view_set_cursor(&self->view, frame.buffer, 0, 0, frame.orientation);
        display_host_frame_clear(&frame);
    }
    changed(self);
}

static void mirror_cursor_position(DisplayChangeListener *listener, uint32_t pos_x,
                                     uint32_t pos_y)
{
    DisplayMirror *self = of_listener(listener);

    display_view_move_cursor(&self->view, pos_x, pos_y, true);
    changed(self);
}

static void mirror_gl_update(DisplayChangeListener *listener, uint32_t x, uint32_t y, uint32_t w,
                               uint32_t h)
{
    DisplayMirror *self = of_listener(listener);

    self->is_replaced = false;
    if (!w && !h) {
        self->asks = true;
        if (!self->is_hushed) {
            read_back(self);
        }
        return;
    }
    display_view_damage(&self->view, x, y, w, h);
    if (self->is_part && !self->asks) {
        /* Other devices differ in whether they count from the picture or from the texture. */
        display_view_damage(&self->view, (int64_t)x - self->part_x, (int64_t)y - self->part_y, w, h);
    }
    changed(self);
}

static const DisplayChangeListenerOps mirror_listener_ops = {
    .dpy_name = "mirror",
    .dpy_refresh = mirror_refresh,
    .dpy_gfx_switch = mirror_gfx_switch,
    .dpy_gl_scanout_disable = mirror_scanout_disable,
    .dpy_gl_scanout_texture = mirror_scanout_texture,
    .dpy_gl_scanout_dmabuf = mirror_scanout_dmabuf,
    .dpy_gl_cursor_dmabuf = mirror_cursor_dmabuf,
    .dpy_gl_cursor_position = mirror_cursor_position,
    .dpy_gl_release_dmabuf = mirror_release_dmabuf,
    .dpy_gl_update = mirror_gl_update,
};

DisplayMirror *display_mirror_create(QemuConsole *con, DisplayEgl *egl, EGLContext context)
{
    DisplayMirror *self = g_new0(DisplayMirror, 1);

    self->listener.ops = &mirror_listener_ops;
    self->listener.con = con;
    self->listener.update_interval = GUI_REFRESH_INTERVAL_IDLE;
    self->context = context;
    display_host_dmabufs_init(&self->dmabufs);
    display_view_init(&self->view);
    display_flat_init(&self->flat, egl);
    return self;
}

static bool get_true(Object *object, Error **errp)
{
    return true;
}

void display_mirror_start(DisplayMirror *self)
{
    object_property_add_bool((Object *)self->listener.con, DISPLAY_MIRROR_PROPERTY, get_true, NULL);
    register_displaychangelistener(&self->listener);
}

void display_mirror_hush(DisplayMirror *self, bool hush)
{
    self->is_hushed = hush;
}

void display_mirror_watch(DisplayMirror *self)
{
    self->is_watched = true;
}

bool display_mirror_is_own(const DisplayChangeListener *listener)
{
    return listener->ops == &mirror_listener_ops;
}

bool display_mirror_is_asked(const DisplayMirror *self)
{
    return self->asks;
}

bool display_mirror_shows(const DisplayMirror *self, DisplaySurface *surface)
{
    return self->published && surface && surface->image == self->published;
}

DisplayFlat *display_mirror_get_flat(DisplayMirror *self)
{
    return &self->flat;
}
