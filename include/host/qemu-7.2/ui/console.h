/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Consoles: what a graphics device shows, the surfaces it shows it on, and who looks at them:
 * listeners (the front ends) and GL providers.
 */
#ifndef HOST_QEMU_UI_CONSOLE_H
#define HOST_QEMU_UI_CONSOLE_H

#include "qapi/qapi-types-ui.h"
#include "qom/object.h"
#include "qemu/queue.h"
#include "ui/qemu-pixman.h"

#define TYPE_QEMU_CONSOLE "qemu-console"
OBJECT_DECLARE_SIMPLE_TYPE(QemuConsole, QEMU_CONSOLE)

typedef uint32_t console_ch_t;

struct QemuUIInfo {
    uint16_t width_mm;
    uint16_t height_mm;
    int xoff;
    int yoff;
    uint32_t width;
    uint32_t height;
    uint32_t refresh_rate;
};
HOST_LAYOUT(QemuUIInfo, 24);
HOST_LAYOUT_AT(QemuUIInfo, height_mm, 2);
HOST_LAYOUT_AT(QemuUIInfo, xoff, 4);
HOST_LAYOUT_AT(QemuUIInfo, yoff, 8);
HOST_LAYOUT_AT(QemuUIInfo, width, 12);
HOST_LAYOUT_AT(QemuUIInfo, height, 16);
HOST_LAYOUT_AT(QemuUIInfo, refresh_rate, 20);

enum {
    GRAPHIC_FLAGS_NONE = 0,
    GRAPHIC_FLAGS_GL = 1,
    GRAPHIC_FLAGS_DMABUF = 2,
};

typedef struct GraphicHwOps {
    int (*get_flags)(void *opaque);
    void (*invalidate)(void *opaque);
    void (*gfx_update)(void *opaque);
    bool gfx_update_async;
    void (*text_update)(void *opaque, console_ch_t *text);
    void (*ui_info)(void *opaque, uint32_t head, QemuUIInfo *info);
    void (*gl_block)(void *opaque, bool block);
} GraphicHwOps;
HOST_LAYOUT(GraphicHwOps, 56);
HOST_LAYOUT_AT(GraphicHwOps, gfx_update_async, 24);
HOST_LAYOUT_AT(GraphicHwOps, text_update, 32);
HOST_LAYOUT_AT(GraphicHwOps, gl_block, 48);

#define QEMU_ALLOCATED_FLAG   0x01
#define QEMU_PLACEHOLDER_FLAG 0x02

struct DisplaySurface {
    pixman_format_code_t format;
    pixman_image_t *image;
    uint8_t flags;
    uint32_t glformat;   /* GLenum */
    uint32_t gltype;     /* GLenum */
    uint32_t texture;    /* GLuint, 0: none */
};
HOST_LAYOUT(DisplaySurface, 32);
HOST_LAYOUT_AT(DisplaySurface, image, 8);
HOST_LAYOUT_AT(DisplaySurface, flags, 16);
HOST_LAYOUT_AT(DisplaySurface, glformat, 20);
HOST_LAYOUT_AT(DisplaySurface, gltype, 24);
HOST_LAYOUT_AT(DisplaySurface, texture, 28);

static inline int is_placeholder(DisplaySurface *surface)
{
    return surface->flags & QEMU_PLACEHOLDER_FLAG;
}

static inline int is_buffer_shared(DisplaySurface *surface)
{
    return !(surface->flags & QEMU_ALLOCATED_FLAG);
}

static inline int surface_stride(DisplaySurface *s)
{
    return pixman_image_get_stride(s->image);
}

static inline void *surface_data(DisplaySurface *s)
{
    return pixman_image_get_data(s->image);
}

static inline int surface_width(DisplaySurface *s)
{
    return pixman_image_get_width(s->image);
}

static inline int surface_height(DisplaySurface *s)
{
    return pixman_image_get_height(s->image);
}

static inline pixman_format_code_t surface_format(DisplaySurface *s)
{
    return s->format;
}

struct QEMUCursor {
    int width;
    int height;
    int hot_x;
    int hot_y;
    int refcount;
    uint32_t data[];
};
HOST_LAYOUT(QEMUCursor, 20);
HOST_LAYOUT_AT(QEMUCursor, height, 4);
HOST_LAYOUT_AT(QEMUCursor, hot_x, 8);
HOST_LAYOUT_AT(QEMUCursor, hot_y, 12);
HOST_LAYOUT_AT(QEMUCursor, refcount, 16);
HOST_LAYOUT_AT(QEMUCursor, data, 20);

/* Listeners */
#define GUI_REFRESH_INTERVAL_DEFAULT 30    /* milliseconds */
#define GUI_REFRESH_INTERVAL_IDLE    3000  /* milliseconds */

typedef struct DisplayChangeListener DisplayChangeListener;

typedef struct DisplayChangeListenerOps {
    const char *dpy_name;
    void (*dpy_refresh)(DisplayChangeListener *dcl);
    void (*dpy_gfx_update)(DisplayChangeListener *dcl, int x, int y, int w, int h);
    void (*dpy_gfx_switch)(DisplayChangeListener *dcl, struct DisplaySurface *new_surface);
    bool (*dpy_gfx_check_format)(DisplayChangeListener *dcl, pixman_format_code_t format);
    void (*dpy_text_cursor)(DisplayChangeListener *dcl, int x, int y);
    void (*dpy_text_resize)(DisplayChangeListener *dcl, int w, int h);
    void (*dpy_text_update)(DisplayChangeListener *dcl, int x, int y, int w, int h);
    void (*dpy_mouse_set)(DisplayChangeListener *dcl, int x, int y, int on);
    void (*dpy_cursor_define)(DisplayChangeListener *dcl, QEMUCursor *cursor);
    void (*dpy_gl_scanout_disable)(DisplayChangeListener *dcl);
    void (*dpy_gl_scanout_texture)(DisplayChangeListener *dcl, uint32_t backing_id,
                                   bool backing_y_0_top, uint32_t backing_width,
                                   uint32_t backing_height, uint32_t x, uint32_t y,
                                   uint32_t w, uint32_t h);
    bool (*dpy_has_dmabuf)(DisplayChangeListener *dcl);
    void (*dpy_gl_scanout_dmabuf)(DisplayChangeListener *dcl, QemuDmaBuf *dmabuf);
    void (*dpy_gl_cursor_dmabuf)(DisplayChangeListener *dcl, QemuDmaBuf *dmabuf, bool have_hot,
                                 uint32_t hot_x, uint32_t hot_y);
    void (*dpy_gl_cursor_position)(DisplayChangeListener *dcl, uint32_t pos_x, uint32_t pos_y);
    void (*dpy_gl_release_dmabuf)(DisplayChangeListener *dcl, QemuDmaBuf *dmabuf);
    void (*dpy_gl_update)(DisplayChangeListener *dcl, uint32_t x, uint32_t y, uint32_t w,
                          uint32_t h);
} DisplayChangeListenerOps;
HOST_LAYOUT(DisplayChangeListenerOps, 144);
HOST_LAYOUT_AT(DisplayChangeListenerOps, dpy_refresh, 8);
HOST_LAYOUT_AT(DisplayChangeListenerOps, dpy_gfx_check_format, 32);
HOST_LAYOUT_AT(DisplayChangeListenerOps, dpy_mouse_set, 64);
HOST_LAYOUT_AT(DisplayChangeListenerOps, dpy_gl_scanout_disable, 80);
HOST_LAYOUT_AT(DisplayChangeListenerOps, dpy_has_dmabuf, 96);
HOST_LAYOUT_AT(DisplayChangeListenerOps, dpy_gl_scanout_dmabuf, 104);
HOST_LAYOUT_AT(DisplayChangeListenerOps, dpy_gl_release_dmabuf, 128);
HOST_LAYOUT_AT(DisplayChangeListenerOps, dpy_gl_update, 136);

struct DisplayChangeListener {
    uint64_t update_interval;   /* milliseconds, 0: the default */
    const DisplayChangeListenerOps *ops;
    DisplayState *ds;
    QemuConsole *con;           /* NULL: follow the active console */
    QLIST_ENTRY(DisplayChangeListener) next;
};
HOST_LAYOUT(DisplayChangeListener, 48);
HOST_LAYOUT_AT(DisplayChangeListener, ops, 8);
HOST_LAYOUT_AT(DisplayChangeListener, ds, 16);
HOST_LAYOUT_AT(DisplayChangeListener, con, 24);
HOST_LAYOUT_AT(DisplayChangeListener, next, 32);

/* GL */
typedef void *QEMUGLContext;
typedef struct QemuGLShader QemuGLShader;
typedef struct DisplayGLCtx DisplayGLCtx;

typedef struct QEMUGLParams {
    int major_ver;
    int minor_ver;
} QEMUGLParams;
HOST_LAYOUT(QEMUGLParams, 8);
HOST_LAYOUT_AT(QEMUGLParams, minor_ver, 4);

typedef struct DisplayGLCtxOps {
    bool (*dpy_gl_ctx_is_compatible_dcl)(DisplayGLCtx *dgc, DisplayChangeListener *dcl);
    QEMUGLContext (*dpy_gl_ctx_create)(DisplayGLCtx *dgc, QEMUGLParams *params);
    void (*dpy_gl_ctx_destroy)(DisplayGLCtx *dgc, QEMUGLContext ctx);
    int (*dpy_gl_ctx_make_current)(DisplayGLCtx *dgc, QEMUGLContext ctx);
    void (*dpy_gl_ctx_create_texture)(DisplayGLCtx *dgc, DisplaySurface *surface);
    void (*dpy_gl_ctx_destroy_texture)(DisplayGLCtx *dgc, DisplaySurface *surface);
    void (*dpy_gl_ctx_update_texture)(DisplayGLCtx *dgc, DisplaySurface *surface, int x, int y,
                                      int w, int h);
} DisplayGLCtxOps;
HOST_LAYOUT(DisplayGLCtxOps, 56);
HOST_LAYOUT_AT(DisplayGLCtxOps, dpy_gl_ctx_create, 8);
HOST_LAYOUT_AT(DisplayGLCtxOps, dpy_gl_ctx_make_current, 24);
HOST_LAYOUT_AT(DisplayGLCtxOps, dpy_gl_ctx_update_texture, 48);

struct DisplayGLCtx {
    const DisplayGLCtxOps *ops;
    QemuGLShader *gls;          /* the provider's own use */
};
HOST_LAYOUT(DisplayGLCtx, 16);
HOST_LAYOUT_AT(DisplayGLCtx, gls, 8);

/* A dmabuf of one plane; belongs to the device, which says when it goes. */
struct QemuDmaBuf {
    int fd;
    uint32_t width;
    uint32_t height;
    uint32_t stride;
    uint32_t fourcc;
    uint64_t modifier;
    uint32_t texture;
    uint32_t x;
    uint32_t y;
    uint32_t scanout_width;
    uint32_t scanout_height;
    bool y0_top;
    void *sync;
    int fence_fd;
    bool allow_fences;
    bool draw_submitted;
};
HOST_LAYOUT(QemuDmaBuf, 72);
HOST_LAYOUT_AT(QemuDmaBuf, width, 4);
HOST_LAYOUT_AT(QemuDmaBuf, height, 8);
HOST_LAYOUT_AT(QemuDmaBuf, stride, 12);
HOST_LAYOUT_AT(QemuDmaBuf, fourcc, 16);
HOST_LAYOUT_AT(QemuDmaBuf, modifier, 24);
HOST_LAYOUT_AT(QemuDmaBuf, texture, 32);
HOST_LAYOUT_AT(QemuDmaBuf, x, 36);
HOST_LAYOUT_AT(QemuDmaBuf, y, 40);
HOST_LAYOUT_AT(QemuDmaBuf, scanout_width, 44);
HOST_LAYOUT_AT(QemuDmaBuf, scanout_height, 48);
HOST_LAYOUT_AT(QemuDmaBuf, y0_top, 52);
HOST_LAYOUT_AT(QemuDmaBuf, sync, 56);
HOST_LAYOUT_AT(QemuDmaBuf, fence_fd, 64);
HOST_LAYOUT_AT(QemuDmaBuf, allow_fences, 68);
HOST_LAYOUT_AT(QemuDmaBuf, draw_submitted, 69);

/* A GL texture of the provider's share group and the part of it that is shown */
typedef struct ScanoutTexture {
    uint32_t backing_id;
    bool backing_y_0_top;
    uint32_t backing_width;
    uint32_t backing_height;
    uint32_t x;
    uint32_t y;
    uint32_t width;
    uint32_t height;
} ScanoutTexture;
HOST_LAYOUT(ScanoutTexture, 32);
HOST_LAYOUT_AT(ScanoutTexture, backing_y_0_top, 4);
HOST_LAYOUT_AT(ScanoutTexture, backing_width, 8);
HOST_LAYOUT_AT(ScanoutTexture, x, 16);
HOST_LAYOUT_AT(ScanoutTexture, height, 28);

/* What a module of the name ui-TYPE registers; must be static */
typedef struct QemuDisplay {
    DisplayType type;
    void (*early_init)(DisplayOptions *opts);
    void (*init)(DisplayState *ds, DisplayOptions *opts);
} QemuDisplay;
HOST_LAYOUT(QemuDisplay, 24);
HOST_LAYOUT_AT(QemuDisplay, early_init, 8);
HOST_LAYOUT_AT(QemuDisplay, init, 16);

void qemu_display_register(QemuDisplay *ui);
void register_displaychangelistener(DisplayChangeListener *dcl);
void update_displaychangelistener(DisplayChangeListener *dcl, uint64_t interval);
void unregister_displaychangelistener(DisplayChangeListener *dcl);
bool qemu_pixman_check_format(DisplayChangeListener *dcl, pixman_format_code_t format);

/* Consoles */
QemuConsole *graphic_console_init(DeviceState *dev, uint32_t head,
                                  const GraphicHwOps *hw_ops, void *opaque);
void graphic_console_set_hwops(QemuConsole *con, const GraphicHwOps *hw_ops, void *opaque);
void graphic_console_close(QemuConsole *con);
void graphic_hw_update(QemuConsole *con);
void graphic_hw_update_done(QemuConsole *con);
void graphic_hw_invalidate(QemuConsole *con);
void graphic_hw_text_update(QemuConsole *con, console_ch_t *chardata);
void graphic_hw_gl_block(QemuConsole *con, bool block);
uint32_t qemu_console_get_head(QemuConsole *con);
int qemu_console_get_index(QemuConsole *con);
bool qemu_console_is_visible(QemuConsole *con);
bool qemu_console_is_gl_blocked(QemuConsole *con);
bool qemu_console_is_graphic(QemuConsole *con);
bool qemu_console_is_fixedsize(QemuConsole *con);
bool qemu_console_is_multihead(DeviceState *dev);
char *qemu_console_get_label(QemuConsole *con);
int qemu_console_get_window_id(QemuConsole *con);
void qemu_console_set_window_id(QemuConsole *con, int window_id);
bool qemu_console_fill_device_address(QemuConsole *con, char *device_address, size_t size,
                                      Error **errp);
void qemu_console_resize(QemuConsole *con, int width, int height);
void qemu_console_set_display_gl_ctx(QemuConsole *con, DisplayGLCtx *gl);
void console_select(unsigned int index);
QemuConsole *qemu_console_lookup_by_device(DeviceState *dev, uint32_t head);
QemuConsole *qemu_console_lookup_by_index(unsigned int index);
DisplaySurface *qemu_console_surface(QemuConsole *console);
int qemu_console_get_width(QemuConsole *con, int fallback);
int qemu_console_get_height(QemuConsole *con, int fallback);
bool console_has_gl(QemuConsole *con);

/* Surfaces */
DisplaySurface *qemu_create_displaysurface(int width, int height);
DisplaySurface *qemu_create_displaysurface_from(int width, int height,
        pixman_format_code_t format, int linesize, uint8_t *data);
DisplaySurface *qemu_create_displaysurface_pixman(pixman_image_t *image);
DisplaySurface *qemu_create_placeholder_surface(int w, int h, const char *msg);
void qemu_free_displaysurface(DisplaySurface *surface);

/* Pictures */
void dpy_gfx_replace_surface(QemuConsole *con, DisplaySurface *surface);
void dpy_gfx_update(QemuConsole *con, int x, int y, int w, int h);
void dpy_gfx_update_full(QemuConsole *con);
bool dpy_gfx_check_format(QemuConsole *con, pixman_format_code_t format);
bool dpy_ui_info_supported(QemuConsole *con);
const QemuUIInfo *dpy_get_ui_info(const QemuConsole *con);
int dpy_set_ui_info(QemuConsole *con, QemuUIInfo *info, bool delay);

/* GL pictures */
QEMUGLContext dpy_gl_ctx_create(QemuConsole *con, QEMUGLParams *params);
void dpy_gl_ctx_destroy(QemuConsole *con, QEMUGLContext ctx);
int dpy_gl_ctx_make_current(QemuConsole *con, QEMUGLContext ctx);
void dpy_gl_scanout_disable(QemuConsole *con);
void dpy_gl_scanout_texture(QemuConsole *con, uint32_t backing_id, bool backing_y_0_top,
                            uint32_t backing_width, uint32_t backing_height,
                            uint32_t x, uint32_t y, uint32_t w, uint32_t h);
void dpy_gl_scanout_dmabuf(QemuConsole *con, QemuDmaBuf *dmabuf);
void dpy_gl_release_dmabuf(QemuConsole *con, QemuDmaBuf *dmabuf);
void dpy_gl_update(QemuConsole *con, uint32_t x, uint32_t y, uint32_t w, uint32_t h);
void dpy_gl_cursor_dmabuf(QemuConsole *con, QemuDmaBuf *dmabuf, bool have_hot,
                          uint32_t hot_x, uint32_t hot_y);
void dpy_gl_cursor_position(QemuConsole *con, uint32_t pos_x, uint32_t pos_y);

/* Cursors */
QEMUCursor *cursor_builtin_hidden(void);
QEMUCursor *cursor_builtin_left_ptr(void);
QEMUCursor *cursor_alloc(int width, int height);
void cursor_get(QEMUCursor *c);
void cursor_put(QEMUCursor *c);
void dpy_cursor_define(QemuConsole *con, QEMUCursor *cursor);
bool dpy_cursor_define_supported(QemuConsole *con);
void dpy_mouse_set(QemuConsole *con, int x, int y, int on);

#endif
