/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusGl: the GL picture of one console, as a dmabuf and in memory. */
#include "qemu/osdep.h"

#include <dlfcn.h>

#include "gl.h"
#include "hw/display/vgpu-sharing.h"
#include "qemu/error-report.h"
#include "ui/egl/flat.h"
#include "ui/egl/import.h"
#include "ui/host/egl.h"
#include "ui/host/frames.h"
#include "ui/host/provider.h"

/* One for all consoles. */
static DisplayEgl *display_egl;
static EGLContext display_context;

/*
 * Exports that are kept while something else is shown: more than a guest has buffers to flip between,
 * and few descriptors for one that has shown thousands.
 */
#define LASTING_MAX 32
static int n_lasting;           /* atomic */

struct DisplayDbusGl {
    DisplayProvider provider;
    QemuConsole *con;
    DisplayHostDmabufs dmabufs;
    DisplayView view;           /* its damage: not in flat.image yet */
    DisplayFlat flat;
    uint32_t part_x, part_y;    /* of the picture in its buffer, as the device counts */
    bool y0_top;                /* as the device says */
    DisplayBuffer *exported;    /* on which the export of the view's texture hangs; NULL: not yet */
    bool has_failed;            /* said so already, for this picture */
};

bool display_dbus_gl_open(const char *render_node, DisplayGLMode mode, Error **errp)
{
    display_egl = display_host_open_egl(render_node, mode, &display_context, errp);
    return display_egl != NULL;
}

bool display_dbus_gl_is_open(void)
{
    return display_egl != NULL;
}

/* Contexts: a device in the middle of its work must find its own as it left it. */

static EGLContext enter_context(void)
{
    EGLContext others = eglGetCurrentContext();

    display_egl_make_current(display_egl, display_context);
    return others;
}

static void leave_context(EGLContext others)
{
    if (others != EGL_NO_CONTEXT && others != display_context) {
        display_egl_make_current(display_egl, others);
    }
}

DisplayDbusGl *display_dbus_gl_new(QemuConsole *con, const DisplayChangeListenerOps *own)
{
    DisplayDbusGl *gl = g_new0(DisplayDbusGl, 1);
    EGLContext others = enter_context();

    gl->con = con;
    display_host_dmabufs_init(&gl->dmabufs);
    display_view_init(&gl->view);
    display_flat_init(&gl->flat, display_egl);
    display_provider_init(&gl->provider, con, display_egl, display_context, own);
    leave_context(others);
    return gl;
}

void display_dbus_gl_hush_mirror(DisplayDbusGl *gl, bool hush)
{
    display_mirror_hush(gl->provider.mirror, hush);
}

bool display_dbus_gl_is_mirrored(const DisplayDbusGl *gl, DisplaySurface *surface)
{
    return display_mirror_shows(gl->provider.mirror, surface);
}

static void drop_export(DisplayDbusGl *gl)
{
    display_buffer_unref(g_steal_pointer(&gl->exported));
}

void display_dbus_gl_show_nothing(DisplayDbusGl *gl)
{
    drop_export(gl);
    display_view_show(&gl->view, NULL);
}

void display_dbus_gl_finish(DisplayDbusGl *gl)
{
    EGLContext others;

    if (!gl) {
        return;
    }
    others = enter_context();
    display_dbus_gl_show_nothing(gl);
    display_host_dmabufs_finish(&gl->dmabufs);
    display_flat_finish(&gl->flat);
    leave_context(others);
}

static void show(DisplayDbusGl *gl, DisplayFrame *frame, uint32_t x, uint32_t y, bool y0_top)
{
    drop_export(gl);
    gl->part_x = x;
    gl->part_y = y;
    gl->y0_top = y0_top;
    gl->has_failed = false;
    display_view_show(&gl->view, frame);
    display_host_frame_clear(frame);
}

bool display_dbus_gl_show_texture(DisplayDbusGl *gl, const ScanoutTexture *texture)
{
    DisplayFrame frame;

    if (!display_host_frame_from_texture(&frame, texture)) {
        display_dbus_gl_show_nothing(gl);
        return false;
    }
    show(gl, &frame, texture->x, texture->y, texture->backing_y_0_top);
    return display_dbus_gl_is_shown(gl);
}

bool display_dbus_gl_show_dmabuf(DisplayDbusGl *gl, const QemuDmaBuf *dmabuf)
{
    DisplayFrame frame;

    if (!display_host_frame_from_dmabuf(&frame, &gl->dmabufs, dmabuf)) {
        display_dbus_gl_show_nothing(gl);
        return false;
    }
    show(gl, &frame, dmabuf->x, dmabuf->y, dmabuf->y0_top);
    return display_dbus_gl_is_shown(gl);
}

void display_dbus_gl_release_dmabuf(DisplayDbusGl *gl, const QemuDmaBuf *dmabuf)
{
    display_host_dmabufs_release(&gl->dmabufs, dmabuf);
}

bool display_dbus_gl_is_shown(const DisplayDbusGl *gl)
{
    return display_frame_width(&gl->view.frame) > 0;
}

void display_dbus_gl_get_size(const DisplayDbusGl *gl, uint32_t *width, uint32_t *height)
{
    *width = display_frame_width(&gl->view.frame);
    *height = display_frame_height(&gl->view.frame);
}

bool display_dbus_gl_damage(DisplayDbusGl *gl, uint32_t x, uint32_t y, uint32_t w, uint32_t h,
                            pixman_box32_t *box)
{
    pixman_box32_t bounds = { 0 };
    pixman_region32_t changed;
    bool is_changed;

    bounds.x2 = display_frame_width(&gl->view.frame);
    bounds.y2 = display_frame_height(&gl->view.frame);
    pixman_region32_init(&changed);
    display_damage_add(&changed, &bounds, x, y, w, h);
    if ((gl->part_x || gl->part_y) && !display_mirror_is_asked(gl->provider.mirror)) {
        /* other devices differ in whether they count from the picture or from its buffer */
        display_damage_add(&changed, &bounds, (int64_t)x - gl->part_x, (int64_t)y - gl->part_y,
                           w, h);
    }
    *box = *pixman_region32_extents(&changed);
    is_changed = pixman_region32_not_empty(&changed);
    pixman_region32_fini(&changed);
    display_view_damage(&gl->view, box->x1, box->y1, box->x2 - box->x1, box->y2 - box->y1);
    return is_changed;
}

static GQuark export_key(void)
{
    return g_quark_from_static_string("display-dbus-export");
}

static void export_free(void *opaque)
{
    display_egl_export_clear(opaque);
    g_free(opaque);
}

/* On any thread. */
static void lasting_export_free(void *opaque)
{
    g_atomic_int_dec_and_test(&n_lasting);
    export_free(opaque);
}

/* The device's own buffer of what is shown, which comes again with it; NULL where none is told. */
static DisplayBuffer *find_lasting(DisplayDbusGl *gl, uint32_t texture)
{
    VgpuShownTexture *shown = dlsym(RTLD_DEFAULT, VGPU_SHOWN_TEXTURE);

    return shown ? shown(gl->con, texture) : NULL;
}

/* Where it hangs: a refusal, and what would be too many, on the buffer that is only for now. */
static DisplayBuffer *make_export(DisplayDbusGl *gl, uint32_t texture, DisplayBuffer *lasting)
{
    DisplayBuffer *current = gl->view.frame.buffer;
    DisplayExport *exported = g_new0(DisplayExport, 1);
    EGLContext others = enter_context();
    bool is_exported = display_egl_export_planes(display_egl, texture, exported, NULL);

    leave_context(others);
    if (is_exported && lasting && g_atomic_int_get(&n_lasting) < LASTING_MAX) {
        g_atomic_int_inc(&n_lasting);
        display_buffer_attach(lasting, export_key(), exported, lasting_export_free);
        return lasting;
    }
    display_buffer_attach(current, export_key(), exported, export_free);
    return current;
}

static const DisplayExport *export_texture(DisplayDbusGl *gl, uint32_t texture)
{
    DisplayBuffer *lasting;

    if (!gl->exported) {
        lasting = find_lasting(gl, texture);
        gl->exported = display_buffer_ref(
            lasting && display_buffer_get_attached(lasting, export_key())
            ? lasting : make_export(gl, texture, lasting));
    }
    return display_buffer_get_attached(gl->exported, export_key());
}

static void set_planes(DisplayDbusDmabuf *dmabuf, const DisplayExport *exported)
{
    G_STATIC_ASSERT(DISPLAY_DBUS_PLANES_MAX == DISPLAY_EXPORT_PLANES_MAX);

    dmabuf->n_planes = exported->n_planes;
    memcpy(dmabuf->fds, exported->fds, sizeof(dmabuf->fds));
    memcpy(dmabuf->strides, exported->strides, sizeof(dmabuf->strides));
    memcpy(dmabuf->offsets, exported->offsets, sizeof(dmabuf->offsets));
    dmabuf->fourcc = exported->fourcc;
    dmabuf->modifier = exported->modifier;
}

static void set_plane(DisplayDbusDmabuf *dmabuf, const DisplayDmabuf *own)
{
    dmabuf->n_planes = 1;
    dmabuf->fds[0] = own->fd;
    dmabuf->strides[0] = own->stride;
    dmabuf->offsets[0] = own->offset;
    dmabuf->fourcc = own->fourcc;
    dmabuf->modifier = own->modifier;
}

DisplayDbusDmabuf display_dbus_gl_get_dmabuf(DisplayDbusGl *gl)
{
    DisplayBuffer *buffer = gl->view.frame.buffer;
    DisplayDbusDmabuf dmabuf = {
        .x = gl->part_x,
        .y = gl->part_y,
        .y0_top = gl->y0_top,
    };
    DisplayDmabuf own;

    if (!buffer) {
        return dmabuf;
    }
    dmabuf.backing_width = buffer->width;
    dmabuf.backing_height = buffer->height;
    if (display_buffer_get_texture(buffer)) {
        set_planes(&dmabuf, export_texture(gl, display_buffer_get_texture(buffer)));
    } else if (display_buffer_get_dmabuf(buffer, &own)) {
        set_plane(&dmabuf, &own);
    }
    return dmabuf;
}

bool display_dbus_gl_get_memory(DisplayDbusGl *gl, DisplayDbusMemory *memory)
{
    const DisplayFrame *frame = &gl->view.frame;
    DisplayMemory shared;

    if (gl->y0_top || !frame->buffer || !display_buffer_share(frame->buffer, &shared)) {
        return false;
    }
    *memory = (DisplayDbusMemory) {
        .fd = shared.fd,
        .offset = shared.offset + (uint64_t)frame->source.y1 * shared.stride +
                  (uint64_t)frame->source.x1 * (PIXMAN_FORMAT_BPP(frame->buffer->format) / 8),
        .stride = shared.stride,
        .format = frame->buffer->format,
    };
    return true;
}

pixman_image_t *display_dbus_gl_get_pixels(DisplayDbusGl *gl)
{
    g_autoptr(GError) error = NULL;
    pixman_region32_t changed;
    EGLContext others;
    bool is_current;

    pixman_region32_init(&changed);
    others = enter_context();
    is_current = display_flat_update(&gl->flat, &gl->view, &changed, &error);
    leave_context(others);
    pixman_region32_fini(&changed);
    if (!is_current && !gl->has_failed) {
        gl->has_failed = true;
        warn_report("the D-Bus display cannot read console %d: %s",
                    qemu_console_get_index(gl->con), error->message);
    }
    return is_current ? gl->flat.image : NULL;
}
