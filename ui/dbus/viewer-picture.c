/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusViewer: the picture on its way to the client.
 *
 * A batch is either a scanout (a new picture) or the rectangles that changed since the last batch.
 * Pixels are read when a batch is sent, so they are the newest.  Calls never time out: a client that
 * does not answer gets no more, and what waits for it stays bounded by about one picture.
 *
 * The last call of a batch asks for an answer, and the next batch waits for it.  Answers cost as
 * much as small updates do, so for pixels in messages only every few of them asks (WINDOW_CALLS,
 * WINDOW_BYTES), and a few more may follow before the answer is there.  In memory that the client
 * maps, and in dmabufs, it looks at pixels that would be overwritten: there every batch waits.
 */
#include "qemu/osdep.h"

#include "qemu/error-report.h"
#include "pixels.h"
#include "socket.h"
#include "ui/display/damage.h"
#include "viewer-private.h"

/* Small updates that may be under way before an answer is asked for, and again after that. */
#define WINDOW_CALLS 8
#define WINDOW_BYTES (128u << 10)

/* What fits into one array of a message. */
#define MESSAGE_BYTES_MAX (64u << 20)

/* The client does not take this kind of picture: show it in the next best way. */
static void fall_back(DisplayDbusViewer *viewer)
{
    if (viewer->way == DISPLAY_DBUS_WAY_MAP) {
        g_clear_object(&viewer->map);
    } else if (viewer->way == DISPLAY_DBUS_WAY_DMABUF && viewer->dmabuf2) {
        g_clear_object(&viewer->dmabuf2);
    } else if (viewer->way == DISPLAY_DBUS_WAY_DMABUF) {
        viewer->takes_dmabuf = false;
    } else {
        return;
    }
    viewer->way = DISPLAY_DBUS_WAY_NONE;
    display_dbus_viewer_show(viewer);
}

static void answered(GObject *source, GAsyncResult *result, void *opaque)
{
    DisplayDbusViewer *viewer = opaque;

    display_dbus_viewer_finish_call(source, result, NULL);
    viewer->calls--;
    if (!viewer->calls && display_dbus_viewer_is_ready(viewer)) {
        display_dbus_viewer_send_picture(viewer);
        display_dbus_viewer_settle(viewer);
    }
    display_dbus_viewer_unref(viewer);
}

/* As above, for calls that say whether the client takes this kind of picture at all. */
static void scanout_answered(GObject *source, GAsyncResult *result, void *opaque)
{
    DisplayDbusViewer *viewer = opaque;
    g_autoptr(GError) error = NULL;

    viewer->calls--;
    if (!display_dbus_viewer_finish_call(source, result, &error) &&
        g_dbus_error_is_remote_error(error) && viewer->ops) {
        fall_back(viewer);
    }
    if (display_dbus_viewer_is_ready(viewer)) {
        display_dbus_viewer_send_picture(viewer);
        display_dbus_viewer_settle(viewer);
    }
    display_dbus_viewer_unref(viewer);
}

/* The opaque of a call that is about to start and asks for an answer. */
static DisplayDbusViewer *begin_call(DisplayDbusViewer *viewer)
{
    viewer->calls++;
    viewer->window_calls = 0;
    viewer->window_bytes = 0;
    return display_dbus_viewer_ref(viewer);
}

static size_t damaged_bytes(DisplayDbusViewer *viewer)
{
    pixman_format_code_t format = pixman_image_get_format(viewer->picture->pixels);

    return display_damage_area(&viewer->damage) * (PIXMAN_FORMAT_BPP(format) / 8);
}

/* Whether the damage may be sent although an answer is still missing. */
static bool fits_window(DisplayDbusViewer *viewer)
{
    return viewer->way == DISPLAY_DBUS_WAY_MESSAGE && viewer->picture->pixels &&
           viewer->window_calls < WINDOW_CALLS &&
           viewer->window_bytes + damaged_bytes(viewer) < WINDOW_BYTES;
}

/* Whether the last call of a batch of updates has to ask for an answer. */
static bool needs_answer(DisplayDbusViewer *viewer)
{
    if (viewer->way != DISPLAY_DBUS_WAY_MESSAGE) {
        return true;
    }
    return !viewer->calls && (viewer->window_calls >= WINDOW_CALLS ||
                              viewer->window_bytes >= WINDOW_BYTES);
}

/* Copies of descriptors; NULL when there are no more to be had. */
static GUnixFDList *list_fds(const int *fds, uint32_t count)
{
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new();
    uint32_t i;

    for (i = 0; i < count; i++) {
        if (g_unix_fd_list_append(list, fds[i], NULL) < 0) {
            return NULL;
        }
    }
    return g_steal_pointer(&list);
}

static bool scanout_message(DisplayDbusViewer *viewer)
{
    pixman_image_t *pixels = viewer->picture->pixels;
    pixman_format_code_t format = pixman_image_get_format(pixels);
    pixman_box32_t box = { 0, 0, viewer->picture->width, viewer->picture->height };
    size_t stride = display_pixels_stride(format, box.x2);

    if (stride * box.y2 > MESSAGE_BYTES_MAX) {
        warn_report_once("a picture of %dx%d does not fit into a message: D-Bus clients without"
                         " shared memory do not see it", box.x2, box.y2);
        return false;
    }
    display_iface_listener_call_scanout(viewer->listener, box.x2, box.y2, stride, format,
                                        display_pixels_to_variant(pixels, &box), NULL, answered,
                                        begin_call(viewer));
    return true;
}

static bool call_scanout_map(DisplayDbusViewer *viewer, const DisplayDbusMemory *memory)
{
    g_autoptr(GUnixFDList) fds = list_fds(&memory->fd, 1);

    if (!fds) {
        return false;
    }
    display_iface_listener_unix_map_call_scanout_map(
        viewer->map, g_variant_new_handle(0), memory->offset, viewer->picture->width,
        viewer->picture->height, memory->stride, memory->format, fds, NULL, scanout_answered,
        begin_call(viewer));
    return true;
}

/* A copy of the picture, which the client maps. */
static bool scanout_copy(DisplayDbusViewer *viewer)
{
    pixman_image_t *pixels = viewer->picture->pixels;
    pixman_box32_t box = { 0, 0, viewer->picture->width, viewer->picture->height };
    DisplayDbusMemory memory = { .format = pixman_image_get_format(pixels) };

    if (!viewer->shared || !display_shared_pixels_fit(viewer->shared, pixels)) {
        display_shared_pixels_free(viewer->shared);
        viewer->shared = display_shared_pixels_create(box.x2, box.y2, memory.format);
    }
    if (!viewer->shared) {
        return false;
    }
    display_shared_pixels_copy(viewer->shared, pixels, &box);
    memory.fd = viewer->shared->fd;
    memory.stride = pixman_image_get_stride(viewer->shared->image);
    return call_scanout_map(viewer, &memory);
}

/*
 * Whether the older call says all there is to say about the buffer: it has a corner and a stride,
 * but one plane, no offset and no size but that of the picture.
 */
static bool starts_at_corner(const DisplayDbusPicture *picture)
{
    const DisplayDbusDmabuf *dmabuf = &picture->dmabuf;

    return dmabuf->n_planes == 1 && !dmabuf->offsets[0] && !dmabuf->x && !dmabuf->y &&
           (!dmabuf->y0_top || dmabuf->backing_height == picture->height);
}

static GVariant *list_handles(uint32_t count)
{
    GVariant *handles[DISPLAY_DBUS_PLANES_MAX];
    uint32_t i;

    for (i = 0; i < count; i++) {
        handles[i] = g_variant_new_handle(i);
    }
    return g_variant_new_array(G_VARIANT_TYPE_HANDLE, handles, count);
}

static GVariant *list_numbers(const uint32_t *numbers, uint32_t count)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, numbers, count, sizeof(*numbers));
}

static void call_scanout_dmabuf2(DisplayDbusViewer *viewer, GUnixFDList *fds)
{
    const DisplayDbusPicture *picture = viewer->picture;
    const DisplayDbusDmabuf *dmabuf = &picture->dmabuf;
    uint32_t count = dmabuf->n_planes;

    display_iface_listener_unix_scanout_dmabuf2_call_scanout_dmabuf2(
        viewer->dmabuf2, list_handles(count), dmabuf->x, dmabuf->y, picture->width,
        picture->height, list_numbers(dmabuf->offsets, count),
        list_numbers(dmabuf->strides, count), count, dmabuf->fourcc, dmabuf->backing_width,
        dmabuf->backing_height, dmabuf->modifier, dmabuf->y0_top, fds, NULL, scanout_answered,
        begin_call(viewer));
}

static bool scanout_dmabuf(DisplayDbusViewer *viewer)
{
    const DisplayDbusPicture *picture = viewer->picture;
    const DisplayDbusDmabuf *dmabuf = &picture->dmabuf;
    g_autoptr(GUnixFDList) fds = list_fds(dmabuf->fds, dmabuf->n_planes);

    if (!fds) {
        return false;
    }
    if (viewer->dmabuf2) {
        call_scanout_dmabuf2(viewer, fds);
        return true;
    }
    display_iface_listener_call_scanout_dmabuf(
        viewer->listener, g_variant_new_handle(0), picture->width, picture->height,
        dmabuf->strides[0], dmabuf->fourcc, dmabuf->modifier, dmabuf->y0_top, fds, NULL,
        scanout_answered, begin_call(viewer));
    return true;
}

static bool try_dmabuf(DisplayDbusViewer *viewer)
{
    const DisplayDbusPicture *picture = viewer->picture;

    viewer->way = DISPLAY_DBUS_WAY_DMABUF;
    viewer->ops->want_dmabuf(viewer->opaque);
    return picture->dmabuf.n_planes && viewer->takes_dmabuf &&
           (viewer->dmabuf2 || starts_at_corner(picture)) && scanout_dmabuf(viewer);
}

/* Whether the client can map the picture itself. */
static bool has_memory(DisplayDbusViewer *viewer)
{
    if (!viewer->map) {
        return false;
    }
    viewer->ops->want_memory(viewer->opaque);
    return viewer->picture->memory.fd >= 0 && viewer->picture->memory.offset <= UINT32_MAX;
}

static bool try_memory(DisplayDbusViewer *viewer)
{
    if (!has_memory(viewer)) {
        return false;
    }
    viewer->way = DISPLAY_DBUS_WAY_MAP;
    g_clear_pointer(&viewer->shared, display_shared_pixels_free);
    return call_scanout_map(viewer, &viewer->picture->memory);
}

static bool try_copy(DisplayDbusViewer *viewer)
{
    viewer->way = DISPLAY_DBUS_WAY_MAP;
    return viewer->map && scanout_copy(viewer);
}

static bool try_message(DisplayDbusViewer *viewer)
{
    viewer->way = DISPLAY_DBUS_WAY_MESSAGE;
    return scanout_message(viewer);
}

static bool try_pixels(DisplayDbusViewer *viewer)
{
    viewer->ops->want_pixels(viewer->opaque);
    return viewer->picture->pixels && (try_copy(viewer) || try_message(viewer));
}

/* Sends all of the picture in the best way that works for it and for the client. */
static void send_scanout(DisplayDbusViewer *viewer)
{
    DisplayDbusWay before = viewer->way;

    viewer->scanout_needed = false;
    pixman_region32_clear(&viewer->damage);
    if (!viewer->picture->width ||
        (!try_dmabuf(viewer) && !try_memory(viewer) && !try_pixels(viewer))) {
        viewer->way = DISPLAY_DBUS_WAY_NONE;
        if (before != DISPLAY_DBUS_WAY_NONE) {
            display_iface_listener_call_disable(viewer->listener, NULL, answered,
                                                begin_call(viewer));
        }
    }
    if (viewer->way != DISPLAY_DBUS_WAY_MAP) {
        g_clear_pointer(&viewer->shared, display_shared_pixels_free);
    }
}

static void update_message(DisplayDbusViewer *viewer, const pixman_box32_t *box,
                           GAsyncReadyCallback callback, DisplayDbusViewer *opaque)
{
    pixman_image_t *pixels = viewer->picture->pixels;
    pixman_format_code_t format = pixman_image_get_format(pixels);
    int32_t width = box->x2 - box->x1;

    display_iface_listener_call_update(viewer->listener, box->x1, box->y1, width,
                                       box->y2 - box->y1, display_pixels_stride(format, width),
                                       format, display_pixels_to_variant(pixels, box), NULL,
                                       callback, opaque);
}

static void update_map(DisplayDbusViewer *viewer, const pixman_box32_t *box,
                       GAsyncReadyCallback callback, DisplayDbusViewer *opaque)
{
    if (viewer->shared) {
        display_shared_pixels_copy(viewer->shared, viewer->picture->pixels, box);
    }
    display_iface_listener_unix_map_call_update_map(viewer->map, box->x1, box->y1,
                                                    box->x2 - box->x1, box->y2 - box->y1, NULL,
                                                    callback, opaque);
}

static void update_dmabuf(DisplayDbusViewer *viewer, const pixman_box32_t *box,
                          GAsyncReadyCallback callback, DisplayDbusViewer *opaque)
{
    display_iface_listener_call_update_dmabuf(viewer->listener, box->x1, box->y1,
                                              box->x2 - box->x1, box->y2 - box->y1, NULL,
                                              callback, opaque);
}

static void send_boxes(DisplayDbusViewer *viewer, const pixman_box32_t *boxes, int count)
{
    static void (*const updates[])(DisplayDbusViewer *, const pixman_box32_t *,
                                   GAsyncReadyCallback, DisplayDbusViewer *) = {
        [DISPLAY_DBUS_WAY_MESSAGE] = update_message,
        [DISPLAY_DBUS_WAY_MAP] = update_map,
        [DISPLAY_DBUS_WAY_DMABUF] = update_dmabuf,
    };
    int i;

    for (i = 0; i < count; i++) {
        /* without a callback GDBus tells the client that no answer is expected */
        bool asks = i == count - 1 && needs_answer(viewer);

        updates[viewer->way](viewer, &boxes[i], asks ? answered : NULL,
                             asks ? begin_call(viewer) : NULL);
    }
}

static bool has_pixels(DisplayDbusViewer *viewer)
{
    if (display_dbus_viewer_is_direct(viewer)) {
        return true;
    }
    viewer->ops->want_pixels(viewer->opaque);
    return viewer->picture->pixels != NULL;
}

static void send_damage(DisplayDbusViewer *viewer)
{
    pixman_box32_t *boxes;
    int count;

    if (viewer->way != DISPLAY_DBUS_WAY_NONE && has_pixels(viewer)) {
        display_damage_simplify(&viewer->damage, DISPLAY_DBUS_RECTANGLES_MAX);
        if (viewer->way == DISPLAY_DBUS_WAY_MESSAGE) {
            viewer->window_calls++;
            viewer->window_bytes += damaged_bytes(viewer);
        }
        boxes = pixman_region32_rectangles(&viewer->damage, &count);
        send_boxes(viewer, boxes, count);
    }
    pixman_region32_clear(&viewer->damage);
}

/* The client has a copy of what it could map itself: memory becomes so, not always at once. */
static bool copies_in_vain(DisplayDbusViewer *viewer)
{
    return !viewer->calls && viewer->way == DISPLAY_DBUS_WAY_MAP && viewer->shared &&
           has_memory(viewer);
}

void display_dbus_viewer_send_picture(DisplayDbusViewer *viewer)
{
    bool has_damage = pixman_region32_not_empty(&viewer->damage);

    if (!display_dbus_viewer_is_ready(viewer)) {
        return;
    }
    if (has_damage && copies_in_vain(viewer)) {
        display_dbus_viewer_show(viewer);
    }
    if (viewer->scanout_needed) {
        if (!viewer->calls) {
            send_scanout(viewer);
        }
    } else if (has_damage && (!viewer->calls || fits_window(viewer))) {
        send_damage(viewer);
    }
}
