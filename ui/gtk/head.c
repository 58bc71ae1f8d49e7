/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkHead: the widget of a console, when it draws, and whom it tells about its size. */
#include "qemu/osdep.h"

#include "head-private.h"

#include <gdk/gdkwayland.h>

#include "qapi/visitor.h"
#include "qemu/error-report.h"

bool display_gtk_head_is_seen(const DisplayGtkHead *head)
{
    return head->is_mapped && !head->is_minimized;
}

void display_gtk_head_report(DisplayGtkHead *head, const char *reason)
{
    if (g_strcmp0(head->failure, reason)) {
        g_free(head->failure);
        head->failure = g_strdup(reason);
        warn_report("gtk cannot show console %d: %s", qemu_console_get_index(head->listener.con),
                    reason);
    }
}

static void forget_fence(DisplayGtkHead *head)
{
    if (head->fence >= 0) {
        qemu_set_fd_handler(head->fence, NULL, NULL, NULL);
        close(head->fence);
        head->fence = -1;
    }
}

void display_gtk_head_block(DisplayGtkHead *head)
{
    if (!head->is_blocked) {
        head->is_blocked = true;
        head->surface->guest_waits = true;
        graphic_hw_gl_block(head->listener.con, true);
    }
}

void display_gtk_head_unblock(DisplayGtkHead *head)
{
    forget_fence(head);
    if (head->is_blocked) {
        head->is_blocked = false;
        head->surface->guest_waits = false;
        graphic_hw_gl_block(head->listener.con, false);
    }
}

static void on_release(void *opaque)
{
    display_gtk_head_unblock(opaque);
}

static void on_taken(void *opaque, int fence)
{
    DisplayGtkHead *head = opaque;

    forget_fence(head);
    if (!head->is_blocked) {
        if (fence >= 0) {
            close(fence);
        }
    } else if (fence >= 0) {
        head->fence = fence;
        qemu_set_fd_handler(fence, on_release, NULL, head);
    } else {
        /* The device may go on at once and bring the next frame: not from within this one. */
        qemu_bh_schedule(head->release);
    }
}

static void on_failed(void *opaque, const char *reason)
{
    display_gtk_head_report(opaque, reason);
}

static void draw(void *opaque)
{
    DisplayGtkHead *head = opaque;

    if (GDK_IS_WAYLAND_DISPLAY(gtk_widget_get_display(head->surface->widget))) {
        /* A window that comes to another monitor is not configured anew. */
        display_gtk_head_update_monitor(head);
    }
    head->surface->ops->update(head->surface);
}

void display_gtk_head_request(DisplayGtkHead *head)
{
    if (display_gtk_head_is_seen(head) && pixman_region32_not_empty(&head->scene.view.damage)) {
        display_gtk_pace_request(&head->pace);
    }
}

void display_gtk_head_update_interval(DisplayGtkHead *head)
{
    uint64_t interval = display_gtk_head_is_seen(head) ? display_gtk_pace_get_interval(&head->pace)
                                                       : GUI_REFRESH_INTERVAL_IDLE;

    if (head->listener.update_interval != interval && head->listener.ds) {
        update_displaychangelistener(&head->listener, interval);
    }
}

static void place(DisplayGtkHead *head)
{
    uint32_t width, height;

    display_gtk_head_get_device_size(head, &width, &height);
    display_scene_place(&head->scene, width, height, head->zoom);
    head->surface->ops->placed(head->surface);
    display_gtk_pointer_area_changed(head->pointer);
}

void display_gtk_head_show(DisplayGtkHead *head, DisplayFrame *frame)
{
    uint32_t width = display_frame_width(&head->scene.view.frame);
    uint32_t height = display_frame_height(&head->scene.view.frame);
    bool had_picture = head->scene.view.frame.buffer;

    display_view_show(&head->scene.view, frame);
    if (frame) {
        display_host_frame_clear(frame);
    }
    if (had_picture != !!head->scene.view.frame.buffer ||
        width != display_frame_width(&head->scene.view.frame) ||
        height != display_frame_height(&head->scene.view.frame)) {
        place(head);
        display_gtk_head_want_size(head);
    }
    display_gtk_head_request(head);
}

static void on_size_allocate(GtkWidget *widget, GdkRectangle *allocation, gpointer opaque)
{
    DisplayGtkHead *head = opaque;
    uint32_t width, height;

    display_gtk_head_get_device_size(head, &width, &height);
    if (head->scene.width != width || head->scene.height != height) {
        place(head);
    } else if (!head->is_new) {
        return;
    }
    display_gtk_head_settle(head);
}

static void on_scale_factor(GtkWidget *widget, GParamSpec *property, gpointer opaque)
{
    DisplayGtkHead *head = opaque;

    place(head);
    display_gtk_head_want_size(head);
}

void display_gtk_head_set_zoom(DisplayGtkHead *head, double zoom)
{
    head->zoom = zoom;
    place(head);
    display_gtk_head_want_size(head);
}

double display_gtk_head_get_zoom(const DisplayGtkHead *head)
{
    return head->zoom;
}

static void seen_changed(DisplayGtkHead *head)
{
    if (display_gtk_head_is_seen(head)) {
        display_gtk_pace_restart(&head->pace);
        display_gtk_head_request(head);
    } else {
        /* Nobody looks: the guest has nothing to wait for. */
        display_gtk_pace_cancel(&head->pace);
        display_gtk_head_unblock(head);
    }
    display_gtk_head_update_interval(head);
}

static void on_map(GtkWidget *widget, gpointer opaque)
{
    DisplayGtkHead *head = opaque;

    head->is_mapped = true;
    /* before it has a size the window cannot be given one that is right for it */
    head->is_new = true;
    gtk_widget_queue_resize(widget);
    display_gtk_head_update_monitor(head);
    seen_changed(head);
}

static void on_unmap(GtkWidget *widget, gpointer opaque)
{
    DisplayGtkHead *head = opaque;

    head->is_mapped = false;
    seen_changed(head);
}

void display_gtk_head_set_minimized(DisplayGtkHead *head, bool minimized)
{
    if (head->is_minimized != minimized) {
        head->is_minimized = minimized;
        seen_changed(head);
    }
}

/* Keys, buttons and motions make answers likely. */
static gboolean on_event(GtkWidget *widget, GdkEvent *event, gpointer opaque)
{
    DisplayGtkHead *head = opaque;

    display_gtk_pace_wake(&head->pace);
    display_gtk_head_update_interval(head);
    return GDK_EVENT_PROPAGATE;
}

static void connect_widget(DisplayGtkHead *head)
{
    GtkWidget *widget = head->surface->widget;

    g_signal_connect(widget, "size-allocate", G_CALLBACK(on_size_allocate), head);
    g_signal_connect(widget, "notify::scale-factor", G_CALLBACK(on_scale_factor), head);
    g_signal_connect(widget, "map", G_CALLBACK(on_map), head);
    g_signal_connect(widget, "unmap", G_CALLBACK(on_unmap), head);
    g_signal_connect(widget, "key-press-event", G_CALLBACK(on_event), head);
    g_signal_connect(widget, "button-press-event", G_CALLBACK(on_event), head);
    g_signal_connect(widget, "motion-notify-event", G_CALLBACK(on_event), head);
}

static void get_counter(Object *object, Visitor *visitor, const char *name, void *opaque,
                        Error **errp)
{
    uint64_t value = *(uint64_t *)opaque;

    visit_type_uint64(visitor, name, &value, errp);
}

/* For tests and the curious: qom-get /backend/console[N] */
static void add_counters(DisplayGtkHead *head)
{
    Object *con = (Object *)head->listener.con;

    object_property_add(con, "x-gtk-draws", "uint64", get_counter, NULL, NULL,
                        &head->surface->draws);
    object_property_add(con, "x-gtk-pixels", "uint64", get_counter, NULL, NULL,
                        &head->surface->pixels);
}

DisplayGtkHead *display_gtk_head_new(QemuConsole *con, DisplayGtkSurface *surface,
                                     const DisplayGtkHeadSettings *settings)
{
    static const DisplayGtkSurfaceOwner surface_owner = {.taken = on_taken, .failed = on_failed};
    DisplayGtkHead *head = g_new0(DisplayGtkHead, 1);

    head->listener.con = con;
    head->settings = *settings;
    head->zoom = settings->zoom;
    head->fence = -1;
    head->release = qemu_bh_new(on_release, head);
    display_scene_init(&head->scene);
    display_gtk_pace_init(&head->pace, draw, head);
    display_host_dmabufs_init(&head->dmabufs);
    head->surface = surface;
    surface->owner = &surface_owner;
    surface->opaque = head;
    surface->scene = &head->scene;
    connect_widget(head);
    add_counters(head);
    display_gtk_head_create_input(head);
    return head;
}

void display_gtk_head_start(DisplayGtkHead *head)
{
    DisplayGtkGl *gl = head->settings.gl;

    head->listener.ops = &display_gtk_head_listener;
    if (gl) {
        head->listener.ops = &display_gtk_head_gl_listener;
        head->provider = display_gtk_gl_provide(gl, head->listener.con, head->listener.ops);
    }
    head->listener.update_interval = display_gtk_pace_get_interval(&head->pace);
    register_displaychangelistener(&head->listener);
}

void display_gtk_head_free(DisplayGtkHead *head)
{
    if (!head) {
        return;
    }
    display_gtk_head_free_input(head);
    display_gtk_head_forget_monitor(head);
    g_signal_handlers_disconnect_by_data(head->surface->widget, head);
    if (head->size_source) {
        g_source_remove(head->size_source);
    }
    display_gtk_head_unblock(head);
    if (head->listener.ds) {
        unregister_displaychangelistener(&head->listener);
    }
    qemu_bh_delete(head->release);
    display_gtk_pace_finish(&head->pace);
    head->surface->ops->free(head->surface);
    display_scene_finish(&head->scene);
    display_host_dmabufs_finish(&head->dmabufs);
    g_free(head->failure);
    g_free(head);
}

QemuConsole *display_gtk_head_get_console(const DisplayGtkHead *head)
{
    return head->listener.con;
}

GtkWidget *display_gtk_head_get_widget(const DisplayGtkHead *head)
{
    return head->surface->widget;
}
