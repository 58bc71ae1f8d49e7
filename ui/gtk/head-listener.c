/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkHead: what a console tells its listener. */
#include "qemu/osdep.h"

#include "head-private.h"

static DisplayGtkHead *head_of(DisplayChangeListener *listener)
{
    return container_of(listener, DisplayGtkHead, listener);
}

/* The device has news; all damage is in the view. */
static void changed(DisplayGtkHead *head)
{
    display_gtk_pace_changed(&head->pace);
    display_gtk_head_request(head);
}

/* What is drawn here is not read back for that. */
static void hush_mirror(DisplayGtkHead *head, bool hush)
{
    if (head->provider) {
        display_mirror_hush(head->provider->mirror, hush);
    }
}

static void head_refresh(DisplayChangeListener *listener)
{
    DisplayGtkHead *head = head_of(listener);

    if (display_gtk_head_is_seen(head)) {
        display_gtk_pace_begin_asking(&head->pace);
        hush_mirror(head, true);
        graphic_hw_update(listener->con);
        hush_mirror(head, false);
        display_gtk_pace_end_asking(&head->pace);
    }
    display_gtk_head_update_interval(head);
}

static void head_gfx_switch(DisplayChangeListener *listener, DisplaySurface *surface)
{
    DisplayGtkHead *head = head_of(listener);
    DisplayFrame frame;

    if (head->provider && display_mirror_shows(head->provider->mirror, surface)) {
        /* what others see of the picture that is shown here */
        return;
    }
    head->is_placeholder = !surface || is_placeholder(surface);
    if (head->is_placeholder) {
        /* A device that was reset may need to be asked again. */
        display_gtk_pace_restart(&head->pace);
    }
    head->is_gl = false;
    display_gtk_head_unblock(head);
    if (surface && display_host_frame_from_surface(&frame, surface)) {
        display_gtk_head_show(head, &frame);
    } else {
        display_gtk_head_show(head, NULL);
    }
    if (!head->is_placeholder) {
        display_gtk_pace_changed(&head->pace);
    }
}

static void head_gfx_update(DisplayChangeListener *listener, int x, int y, int width, int height)
{
    DisplayGtkHead *head = head_of(listener);

    if (!head->is_gl) {
        display_view_damage(&head->scene.view, x, y, width, height);
        changed(head);
    }
}

static void show_gl(DisplayGtkHead *head, DisplayFrame *frame, uint32_t x, uint32_t y)
{
    head->is_gl = true;
    head->is_placeholder = false;
    head->is_part = x || y;
    head->part_x = x;
    head->part_y = y;
    display_gtk_head_show(head, frame);
    display_gtk_pace_changed(&head->pace);
}

static void head_scanout_disable(DisplayChangeListener *listener)
{
    DisplayGtkHead *head = head_of(listener);

    if (head->is_gl) {
        display_gtk_head_unblock(head);
        show_gl(head, NULL, 0, 0);
    }
}

static void head_scanout_texture(DisplayChangeListener *listener, uint32_t backing_id,
                                 bool backing_y_0_top, uint32_t backing_width,
                                 uint32_t backing_height, uint32_t x, uint32_t y,
                                 uint32_t w, uint32_t h)
{
    const ScanoutTexture texture = {
        .backing_id = backing_id, .backing_y_0_top = backing_y_0_top,
        .backing_width = backing_width, .backing_height = backing_height,
        .x = x, .y = y, .width = w, .height = h,
    };
    DisplayFrame frame;
    bool shows = display_host_frame_from_texture(&frame, &texture);

    show_gl(head_of(listener), shows ? &frame : NULL, x, y);
}

static void head_scanout_dmabuf(DisplayChangeListener *listener, QemuDmaBuf *dmabuf)
{
    DisplayGtkHead *head = head_of(listener);
    DisplayFrame frame;
    bool shows = display_host_frame_from_dmabuf(&frame, &head->dmabufs, dmabuf);

    show_gl(head, shows ? &frame : NULL, dmabuf->x, dmabuf->y);
    if (!shows) {
        display_gtk_head_report(head, "a dmabuf of an unknown format");
    }
}

static void head_release_dmabuf(DisplayChangeListener *listener, QemuDmaBuf *dmabuf)
{
    display_host_dmabufs_release(&head_of(listener)->dmabufs, dmabuf);
}

static void head_cursor_dmabuf(DisplayChangeListener *listener, QemuDmaBuf *dmabuf, bool have_hot,
                               uint32_t hot_x, uint32_t hot_y)
{
    DisplayGtkHead *head = head_of(listener);
    DisplayFrame frame;

    if (!dmabuf || !display_host_frame_from_dmabuf(&frame, &head->dmabufs, dmabuf)) {
        display_view_set_cursor(&head->scene.view, NULL, 0, 0, DISPLAY_TOP_DOWN);
    } else {
        /* The position that comes with such cursors is of their corner, whatever the hot spot. */
        display_view_set_cursor(&head->scene.view, frame.buffer, 0, 0, frame.orientation);
        display_host_frame_clear(&frame);
    }
    changed(head);
}

static void head_cursor_position(DisplayChangeListener *listener, uint32_t pos_x, uint32_t pos_y)
{
    DisplayGtkHead *head = head_of(listener);

    display_view_move_cursor(&head->scene.view, pos_x, pos_y, true);
    changed(head);
}

static void head_gl_update(DisplayChangeListener *listener, uint32_t x, uint32_t y, uint32_t w,
                           uint32_t h)
{
    DisplayGtkHead *head = head_of(listener);
    DisplayView *view = &head->scene.view;

    if (!head->is_gl || (!w && !h)) {
        return;
    }
    display_view_damage(view, x, y, w, h);
    if (head->is_part && !display_mirror_is_asked(head->provider->mirror)) {
        /* Other devices differ in whether they count from the picture or from its buffer. */
        display_view_damage(view, (int64_t)x - head->part_x, (int64_t)y - head->part_y, w, h);
    }
    if (display_gtk_head_is_seen(head) && pixman_region32_not_empty(&view->damage)) {
        display_gtk_head_block(head);
    }
    changed(head);
}

static bool head_has_dmabuf(DisplayChangeListener *listener)
{
    return head_of(listener)->settings.gl->egl->has_dmabuf_import;
}

static void head_mouse_set(DisplayChangeListener *listener, int x, int y, int visible)
{
    display_gtk_pointer_place_cursor(head_of(listener)->pointer, x, y, visible);
}

static void head_cursor_define(DisplayChangeListener *listener, QEMUCursor *cursor)
{
    display_gtk_pointer_define_cursor(head_of(listener)->pointer, cursor);
}

const DisplayChangeListenerOps display_gtk_head_listener = {
    .dpy_name = "gtk",
    .dpy_refresh = head_refresh,
    .dpy_gfx_update = head_gfx_update,
    .dpy_gfx_switch = head_gfx_switch,
    .dpy_gfx_check_format = qemu_pixman_check_format,
    .dpy_mouse_set = head_mouse_set,
    .dpy_cursor_define = head_cursor_define,
};

const DisplayChangeListenerOps display_gtk_head_gl_listener = {
    .dpy_name = "gtk",
    .dpy_refresh = head_refresh,
    .dpy_gfx_update = head_gfx_update,
    .dpy_gfx_switch = head_gfx_switch,
    .dpy_gfx_check_format = qemu_pixman_check_format,
    .dpy_mouse_set = head_mouse_set,
    .dpy_cursor_define = head_cursor_define,
    .dpy_gl_scanout_disable = head_scanout_disable,
    .dpy_gl_scanout_texture = head_scanout_texture,
    .dpy_has_dmabuf = head_has_dmabuf,
    .dpy_gl_scanout_dmabuf = head_scanout_dmabuf,
    .dpy_gl_cursor_dmabuf = head_cursor_dmabuf,
    .dpy_gl_cursor_position = head_cursor_position,
    .dpy_gl_release_dmabuf = head_release_dmabuf,
    .dpy_gl_update = head_gl_update,
};
