/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Consoles as the engine's sink.
 *
 * Displays are called on the main thread only, which is where the engine shows things. Exceptions
 * are left to a bottom half: what a reset on a vCPU's thread takes away, and what the commands show
 * that are finished when the thread of a migration stops the machine.
 */
#include "qemu/osdep.h"
#include "hw/display/edid.h"
#include "hw/display/vgpu-sharing.h"
#include "hw/display/vgpu/sharing.h"
#include "hw/display/virtio-gpu-engine.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "ui/host/vnc.h"

static VgpuConsoleSink *console_sink(VgpuSink *sink)
{
    return container_of(sink, VgpuConsoleSink, base);
}

static QemuConsole *console_of(VgpuSink *sink, uint32_t scanout_id)
{
    return console_sink(sink)->heads[scanout_id].console;
}

/* A VGA that shares the console must not go on painting on the surface that it knew. */
static void blank_console(struct VgpuConsoleHead *head)
{
    if (head->shared) {
        dpy_gl_scanout_disable(head->console);
    }
    vgpu_surface_forget(head->surface);
    display_host_replace_surface(head->console, NULL);
    g_clear_pointer(&head->shared, display_buffer_unref);
    graphic_hw_invalidate(head->console);
}

/* Whether displays can be told now; else they will be told all there is. */
static bool may_show(VgpuSink *base)
{
    VgpuConsoleSink *sink = console_sink(base);

    if (pthread_equal(sink->thread, pthread_self())) {
        return true;
    }
    sink->late = true;
    qemu_bh_schedule(sink->bh);
    return false;
}

/* Bottom half: what could not be told to the displays where it happened. */
static void console_sink_catch_up(void *opaque)
{
    VgpuConsoleSink *sink = opaque;

    if (sink->late) {
        sink->late = false;
        vgpu_device_present_all(VIRTIO_GPU(sink->gpu)->device);
    }
    for (; sink->blank; sink->blank &= sink->blank - 1) {
        blank_console(&sink->heads[__builtin_ctz(sink->blank)]);
    }
    for (; sink->hide_cursor; sink->hide_cursor &= sink->hide_cursor - 1) {
        dpy_mouse_set(sink->heads[__builtin_ctz(sink->hide_cursor)].console, 0, 0, false);
    }
}

/*
 * Blanking is never urgent: a driver that is about to show the next picture on the same scanout
 * should not cause a flash of nothing.
 */
static void blank_soon(VgpuConsoleSink *sink, uint32_t scanout_id)
{
    sink->blank |= 1u << scanout_id;
    qemu_bh_schedule(sink->bh);
}

static struct VgpuConsoleHead *head_of(VgpuSink *sink, uint32_t scanout_id)
{
    return &console_sink(sink)->heads[scanout_id];
}

static void show_surface(struct VgpuConsoleHead *head, pixman_image_t *image)
{
    if (!head->shared) {
        vgpu_surface_show(head->surface, image);
        return;
    }
    dpy_gl_scanout_disable(head->console);
    vgpu_surface_forget(head->surface);
    display_host_replace_surface(head->console, qemu_create_displaysurface_pixman(image));
    g_clear_pointer(&head->shared, display_buffer_unref);
}

/* Whether the display brings what is shared into the console's surface, for those who take no more. */
static bool is_mirrored(const struct VgpuConsoleHead *head)
{
    return object_property_find((Object *)head->console, DISPLAY_MIRROR_PROPERTY);
}

/*
 * What such a display made of a picture is the console's surface until another one is shared, and again
 * when that was read: another surface with each flip, which VNC clients cannot have (ui/host/vnc.h).
 * While there are any, what follows a picture that was shared is pixels, if it can be had as such.
 */
static bool must_keep_surface(struct VgpuConsoleHead *head)
{
    if (!is_mirrored(head) || !display_host_has_vnc_clients()) {
        head->keeps_surface = false;
    } else if (head->shared) {
        head->keeps_surface = true;
    }
    return head->keeps_surface;
}

/*
 * Told of no change at all, our displays bring the picture into the surface if that is needed, and
 * stock egl-headless does in any case.
 */
static void ask_display(struct VgpuConsoleHead *head)
{
    head->unseen = false;
    dpy_gl_update(head->console, 0, 0, 0, 0);
}

/*
 * A display that brings such a picture into memory writes it to the console's surface. That
 * must not be the pixels of a resource, nor pages of the guest.
 */
static void provide_surface(struct VgpuConsoleHead *head, const VgpuFrame *frame)
{
    int width = frame->source.x2 - frame->source.x1;
    int height = frame->source.y2 - frame->source.y1;

    /* QEMU does not tell of a console's surface while something else is shown */
    if (!head->shared || head->surface_width != width || head->surface_height != height) {
        vgpu_surface_forget(head->surface);
        display_host_replace_surface(head->console, qemu_create_displaysurface(width, height));
        if (!head->shared && is_mirrored(head)) {
            /* There is nothing to bring yet, but the display knows then that it will be asked. */
            ask_display(head);
        }
        head->surface_width = width;
        head->surface_height = height;
    }
}

static bool takes_texture(struct VgpuConsoleHead *head, DisplayBuffer *buffer)
{
    VirtIOGPU *gpu = VIRTIO_GPU(head->sink->gpu);

    return display_buffer_get_texture(buffer) && gpu->shared_ways &&
           gpu->shared_ways(gpu, head - head->sink->heads) & VGPU_SHARE_TEXTURE;
}

/* False for a display that takes nothing but surfaces. */
static bool show_shared(struct VgpuConsoleHead *head, const VgpuFrame *frame)
{
    DisplayBuffer *buffer = frame->buffer;

    if (takes_texture(head, buffer)) {
        provide_surface(head, frame);
        dpy_gl_scanout_texture(head->console, display_buffer_get_texture(buffer),
                               frame->bottom_up, buffer->width, buffer->height,
                               frame->source.x1, frame->source.y1,
                               frame->source.x2 - frame->source.x1,
                               frame->source.y2 - frame->source.y1);
    } else if (!(buffer->ops->get_pixels && must_keep_surface(head)) &&
               vgpu_console_takes_dmabuf(head->console, buffer)) {
        provide_surface(head, frame);
        vgpu_console_show_dmabuf(head->console, frame);
    } else {
        return false;
    }
    display_buffer_ref(buffer);
    display_buffer_unref(head->shared);
    head->shared = buffer;
    return true;
}

static void console_sink_scanout(VgpuSink *sink, uint32_t scanout_id, const VgpuFrame *frame)
{
    struct VgpuConsoleHead *head = head_of(sink, scanout_id);
    pixman_image_t *image;

    if (!frame) {
        blank_soon(console_sink(sink), scanout_id);
        return;
    }
    console_sink(sink)->blank &= ~(1u << scanout_id);
    if (!may_show(sink)) {
        return;
    }
    if (show_shared(head, frame)) {
        return;
    }
    image = display_buffer_create_image(frame->buffer, &frame->source);
    if (!image) {
        blank_soon(console_sink(sink), scanout_id);
        return;
    }
    show_surface(head, image);
    pixman_image_unref(image);
}

/* Displays block the console while they have use for what lies in memory that is not theirs. */
static void wait_for_display(struct VgpuConsoleHead *head)
{
    /* Guest drivers wait 50 ms for their frame. */
    const int64_t timeout_ms = 40;

    head->busy = qemu_console_is_gl_blocked(head->console);
    if (head->busy) {
        timer_mod(head->timeout, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + timeout_ms);
    }
}

static void console_sink_update(VgpuSink *sink, uint32_t scanout_id,
                                const pixman_region32_t *damage)
{
    struct VgpuConsoleHead *head = head_of(sink, scanout_id);
    int n_boxes;
    const pixman_box32_t *boxes =
        pixman_region32_rectangles((pixman_region32_t *)damage, &n_boxes);

    if (!may_show(sink)) {
        return;
    }
    for (int i = 0; i < n_boxes; i++) {
        int width = boxes[i].x2 - boxes[i].x1, height = boxes[i].y2 - boxes[i].y1;

        if (head->shared) {
            head->unseen = true;
            dpy_gl_update(head->console, boxes[i].x1, boxes[i].y1, width, height);
        } else {
            vgpu_surface_update(head->surface, boxes[i].x1, boxes[i].y1, width, height);
        }
    }
    wait_for_display(head);
}

static bool console_sink_is_busy(VgpuSink *sink, uint32_t scanout_id)
{
    return head_of(sink, scanout_id)->busy;
}

/* The display has drawn, or will not in time. */
static void release_frame(void *opaque)
{
    struct VgpuConsoleHead *head = opaque;
    VgpuDevice *device = VIRTIO_GPU(head->sink->gpu)->device;

    if (head->busy && device) {
        head->busy = false;
        timer_del(head->timeout);
        vgpu_device_frame_taken(device, head - head->sink->heads);
    }
}

void vgpu_console_sink_block(VgpuConsoleSink *sink, uint32_t head, bool block)
{
    if (!block) {
        release_frame(&sink->heads[head]);
    }
}

static unsigned console_sink_shared_ways(VgpuSink *sink, uint32_t scanout_id)
{
    VirtIOGPU *gpu = VIRTIO_GPU(console_sink(sink)->gpu);
    struct VgpuConsoleHead *head = head_of(sink, scanout_id);

    if (!gpu->shared_ways || must_keep_surface(head)) {
        return 0;
    }
    /* Of a part, stock displays show all of the texture. */
    return gpu->shared_ways(gpu, scanout_id) | (is_mirrored(head) ? VGPU_SHARE_PARTS : 0);
}

/* ---- who looks at surfaces ------------------------------------------------------------------ */

static int64_t now_ms(void)
{
    return qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
}

/*
 * Displays ask for surfaces again and again, at the latest after GUI_REFRESH_INTERVAL_IDLE. What
 * comes soon after another picture can wait until they do.
 */
static bool console_sink_wants_pixels(VgpuSink *sink, uint32_t scanout_id)
{
    struct VgpuConsoleHead *head = head_of(sink, scanout_id);
    const int64_t soon_ms = 8, now = now_ms();

    if (!head->asked_at || now - head->asked_at > GUI_REFRESH_INTERVAL_IDLE + 1000 ||
        now - head->read_at < soon_ms) {
        return false;
    }
    head->read_at = now;
    return true;
}

static void surface_is_there(void *opaque)
{
    struct VgpuConsoleHead *head = opaque;

    if (head->awaited) {
        head->awaited = false;
        timer_del(head->patience);
        graphic_hw_update_done(head->console);
    }
}

static void console_sink_pixels_read(VgpuSink *sink, uint32_t scanout_id)
{
    vgpu_surface_refresh(head_of(sink, scanout_id)->surface);
    surface_is_there(head_of(sink, scanout_id));
}

bool vgpu_console_sink_refresh(VgpuConsoleSink *sink, uint32_t id)
{
    struct VgpuConsoleHead *head = &sink->heads[id];
    VgpuDevice *device = VIRTIO_GPU(sink->gpu)->device;
    /* Somebody may wait for a renderer that is busy for minutes, and the monitor with him. */
    const int64_t patience_ms = 1000;

    head->refreshed = true;
    head->asked_at = head->read_at = now_ms();
    if (!head->shared) {
        vgpu_surface_refresh(head->surface);
    } else if (is_mirrored(head) || (head->unseen && vgpu_console_is_windowless())) {
        /* Stock displays with windows would draw, which is no use. */
        ask_display(head);
    }
    if (device && vgpu_device_read_pixels(device, id)) {
        if (!head->awaited) {
            head->awaited = true;
            timer_mod(head->patience, now_ms() + patience_ms);
        }
        return false;
    }
    return true;
}

/* ---- cursors and configuration -------------------------------------------------------------- */

static void console_sink_define_cursor(VgpuSink *sink, uint32_t scanout_id,
                                       const VgpuCursor *cursor)
{
    VgpuConsoleSink *self = console_sink(sink);
    QEMUCursor *image;

    if (!cursor) {
        self->hide_cursor |= 1u << scanout_id;
        qemu_bh_schedule(self->bh);
        return;
    }
    self->hide_cursor &= ~(1u << scanout_id);
    if (!may_show(sink)) {
        return;
    }
    image = cursor_alloc(VGPU_CURSOR_SIZE, VGPU_CURSOR_SIZE);
    image->hot_x = MIN(cursor->hot_x, VGPU_CURSOR_SIZE - 1);
    image->hot_y = MIN(cursor->hot_y, VGPU_CURSOR_SIZE - 1);
    memcpy(image->data, cursor->pixels, sizeof(cursor->pixels));
    dpy_cursor_define(console_of(sink, scanout_id), image);
    cursor_put(image);
}

static void console_sink_move_cursor(VgpuSink *sink, uint32_t scanout_id,
                                     int32_t x, int32_t y, bool visible)
{
    if (may_show(sink)) {
        dpy_mouse_set(console_of(sink, scanout_id), x, y, visible);
    }
}

static void console_sink_config_changed(VgpuSink *sink)
{
    virtio_notify_config(VIRTIO_DEVICE(console_sink(sink)->gpu));
}

static size_t console_sink_get_edid(VgpuSink *sink, const VgpuOutput *output,
                                    uint8_t *edid, size_t size)
{
    qemu_edid_info info = {
        .width_mm = output->width_mm,
        .height_mm = output->height_mm,
        .prefx = output->width,
        .prefy = output->height,
        .refresh_rate = output->refresh_millihertz,
    };

    qemu_edid_generate(edid, size, &info);
    return size;
}

static const VgpuSinkOps console_sink_ops = {
    .scanout = console_sink_scanout,
    .update = console_sink_update,
    .is_busy = console_sink_is_busy,
    .shared_ways = console_sink_shared_ways,
    .wants_pixels = console_sink_wants_pixels,
    .pixels_read = console_sink_pixels_read,
    .define_cursor = console_sink_define_cursor,
    .move_cursor = console_sink_move_cursor,
    .config_changed = console_sink_config_changed,
    .get_edid = console_sink_get_edid,
};

/* Of all devices: who asks has a console, and its device is not what it was made for. */
static GSList *sinks;

static struct VgpuConsoleHead *find_head(QemuConsole *console)
{
    for (GSList *item = sinks; item; item = item->next) {
        VgpuConsoleSink *sink = item->data;

        for (uint32_t i = 0; i < sink->gpu->max_outputs; i++) {
            if (sink->heads[i].console == console) {
                return &sink->heads[i];
            }
        }
    }
    return NULL;
}

VGPU_EXPORT VgpuShareConsole vgpu_share_console_1;

bool vgpu_share_console_1(QemuConsole *console, pixman_image_t *image, DisplayMemory *memory)
{
    const struct VgpuConsoleHead *head = find_head(console);
    VgpuDevice *device = head ? VIRTIO_GPU(head->sink->gpu)->device : NULL;
    VgpuSharedScanout shared;

    if (!device || !vgpu_device_share_scanout(device, head - head->sink->heads, &shared) ||
        shared.data != (const uint8_t *)pixman_image_get_data(image)) {
        return false;
    }
    *memory = shared.memory;
    return true;
}

VGPU_EXPORT VgpuShownTexture vgpu_shown_texture_1;

DisplayBuffer *vgpu_shown_texture_1(QemuConsole *console, uint32_t texture)
{
    const struct VgpuConsoleHead *head = find_head(console);

    return head && head->shared && display_buffer_get_texture(head->shared) == texture
           ? head->shared : NULL;
}

void vgpu_console_sink_init(VgpuConsoleSink *sink, VirtIOGPUBase *gpu)
{
    sink->base.ops = &console_sink_ops;
    sink->gpu = gpu;
    sink->thread = pthread_self();
    sink->bh = qemu_bh_new(console_sink_catch_up, sink);
    for (uint32_t i = 0; i < gpu->max_outputs; i++) {
        struct VgpuConsoleHead *head = &sink->heads[i];

        head->sink = sink;
        head->console = gpu->consoles[i];
        head->surface = vgpu_surface_create(head->console);
        head->timeout = timer_new_ms(QEMU_CLOCK_REALTIME, release_frame, head);
        head->patience = timer_new_ms(QEMU_CLOCK_REALTIME, surface_is_there, head);
    }
    sinks = g_slist_prepend(sinks, sink);
}

void vgpu_console_sink_finish(VgpuConsoleSink *sink)
{
    sinks = g_slist_remove(sinks, sink);
    for (uint32_t i = 0; i < sink->gpu->max_outputs; i++) {
        g_clear_pointer(&sink->heads[i].timeout, timer_free);
        g_clear_pointer(&sink->heads[i].patience, timer_free);
        g_clear_pointer(&sink->heads[i].shared, display_buffer_unref);
        g_clear_pointer(&sink->heads[i].surface, vgpu_surface_destroy);
    }
    g_clear_pointer(&sink->bh, qemu_bh_delete);
}
