/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virglrenderer from start to end: EGL, the library, its contexts and its capability sets. */
#include "virgl-private.h"

/* ---- one per process ------------------------------------------------------------------------ */

static GMutex library_lock;
static GCond library_free;
static bool library_taken;

/* Who held it may be at the end of his life, but in the middle of a long piece of work. */
static bool take_library(GError **error)
{
    gint64 deadline = g_get_monotonic_time() + 500 * G_TIME_SPAN_MILLISECOND;
    bool taken;

    g_mutex_lock(&library_lock);
    while (library_taken && g_cond_wait_until(&library_free, &library_lock, deadline)) {
        continue;
    }
    taken = !library_taken;
    library_taken = true;
    g_mutex_unlock(&library_lock);
    if (!taken) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "virglrenderer is still at work for a device that was here before");
    }
    return taken;
}

static void release_library(void)
{
    g_mutex_lock(&library_lock);
    library_taken = false;
    g_cond_signal(&library_free);
    g_mutex_unlock(&library_lock);
}

/* ---- what the library asks for -------------------------------------------------------------- */

static VgpuVirgl *virgl(void *cookie)
{
    return cookie;
}

static virgl_renderer_gl_context create_gl_context(void *cookie, int scanout,
                                                   struct virgl_renderer_gl_ctx_param *param)
{
    VgpuVirgl *self = virgl(cookie);
    EGLContext context = display_egl_create_context(self->egl, param->major_ver, param->minor_ver,
                                                    NULL);
    int version = 10 * param->major_ver + param->minor_ver;

    /* It tries versions from the newest on, more than once: not to have one is an error if it was there. */
    if (context != EGL_NO_CONTEXT) {
        self->makes_version = MAX(self->makes_version, version);
    } else if (version <= self->makes_version) {
        vgpu_virgl_lose(self, "the driver makes no more contexts");
    }
    return context;
}

static void destroy_gl_context(void *cookie, virgl_renderer_gl_context context)
{
    display_egl_destroy_context(virgl(cookie)->egl, context);
}

/*
 * The library does not look whether there is a context, nor whether it became current, and ends up
 * in functions of a driver that is not there: better it draws in ours until it returns.
 */
static int make_current(void *cookie, int scanout, virgl_renderer_gl_context context)
{
    VgpuVirgl *self = virgl(cookie);

    if (!context && self->thread == g_thread_self()) {
        context = self->context;
    }
    if (display_egl_make_current(self->egl, context)) {
        return 0;
    }
    vgpu_virgl_lose(self, "a context of the driver's cannot be used any more");
    return -1;
}

static void *get_egl_display(void *cookie)
{
    return virgl(cookie)->egl->display;
}

static struct virgl_renderer_callbacks callbacks = {
    .version = VIRGL_RENDERER_CALLBACKS_VERSION,
    .write_fence = vgpu_virgl_write_fence,
    .create_gl_context = create_gl_context,
    .destroy_gl_context = destroy_gl_context,
    .make_current = make_current,
    .write_context_fence = vgpu_virgl_write_context_fence,
    .get_egl_display = get_egl_display,
};

/* Mistakes of guests, most of it: not for the host's log unless it asks for debug messages. */
static void G_GNUC_PRINTF(1, 0) log_line(const char *format, va_list arguments)
{
    g_autofree char *line = g_strchomp(g_strdup_vprintf(format, arguments));

    g_debug("virglrenderer: %s", line);
}

/* ---- start ---------------------------------------------------------------------------------- */

bool vgpu_virgl_enter_egl(VgpuVirgl *self, GError **error)
{
    if (!display_egl_make_current(self->egl, self->context)) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "the context of the renderer cannot be used on its thread");
        return false;
    }
    self->readback = display_readback_create();
    vgpu_virgl_share_anew(self);
    vgpu_virgl_find_reset_status(self);
    return true;
}

bool vgpu_virgl_open_egl(VgpuVirgl *self, GError **error)
{
    self->egl = display_egl_open(self->render_node, DISPLAY_GL_CORE, error);
    if (!self->egl) {
        return false;
    }
    self->context = display_egl_create_context(self->egl, 0, 0, error);
    return self->context != EGL_NO_CONTEXT && vgpu_virgl_enter_egl(self, error);
}

bool vgpu_virgl_open_library(VgpuVirgl *self, GError **error)
{
    int flags = VIRGL_RENDERER_THREAD_SYNC | VIRGL_RENDERER_ASYNC_FENCE_CB;
    int result;

    virgl_set_debug_callback(log_line);
    self->makes_version = 0;
    result = virgl_renderer_init(self, self->venus ? flags | VIRGL_RENDERER_VENUS : flags, &callbacks);
    if (result && self->venus) {
        self->venus = false;
        return vgpu_virgl_open_library(self, error);
    }
    if (result) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "virglrenderer does not start (%d)", result);
        return false;
    }
    self->has_library = true;
    if (!self->makes_version || g_atomic_pointer_get(&self->lost)) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "the driver makes no context for virglrenderer");
        return false;
    }
    return true;
}

static void add_capset(VgpuVirgl *self, uint32_t id)
{
    VgpuCapset *capset = &self->capsets[self->base.n_capsets];
    uint32_t version = 0, size = 0;
    void *data;

    virgl_renderer_get_cap_set(id, &version, &size);
    if (!size) {
        return;
    }
    data = g_malloc0(size);
    virgl_renderer_fill_caps(id, version, data);
    *capset = (VgpuCapset) { .id = id, .max_version = version, .size = size, .data = data };
    self->base.n_capsets++;
}

/* The guest has been told of the sets and their sizes, which are the library's: they stay. */
void vgpu_virgl_refill_capsets(VgpuVirgl *self)
{
    for (uint32_t i = 0; i < self->base.n_capsets; i++) {
        VgpuCapset *capset = &self->capsets[i];

        memset((void *)capset->data, 0, capset->size);
        virgl_renderer_fill_caps(capset->id, capset->max_version, (void *)capset->data);
    }
}

static bool add_capsets(VgpuVirgl *self, GError **error)
{
    self->base.capsets = self->capsets;
    add_capset(self, VIRTIO_GPU_CAPSET_VIRGL);
    add_capset(self, VIRTIO_GPU_CAPSET_VIRGL2);
    if (self->venus) {
        add_capset(self, VIRTIO_GPU_CAPSET_VENUS);
    }
    if (!self->base.n_capsets) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "virglrenderer offers no capability set");
    }
    return self->base.n_capsets;
}

/* ---- end ------------------------------------------------------------------------------------ */

static void close_egl(VgpuVirgl *self)
{
    if (self->context != EGL_NO_CONTEXT) {
        display_egl_make_current(self->egl, self->context);
        vgpu_virgl_share_anew(self);
        g_clear_pointer(&self->readback, display_readback_free);
        display_egl_make_current(self->egl, EGL_NO_CONTEXT);
        display_egl_destroy_context(self->egl, self->context);
        self->context = EGL_NO_CONTEXT;
    }
    g_clear_pointer(&self->egl, display_egl_unref);
    self->get_reset_status = NULL;
    eglReleaseThread();
}

void vgpu_virgl_close(VgpuVirgl *self)
{
    if (self->has_library) {
        virgl_renderer_cleanup(self);
        self->has_library = false;
    }
    close_egl(self);
    g_atomic_pointer_set(&self->lost, NULL);
}

void vgpu_virgl_free(VgpuVirgl *self)
{
    for (uint32_t i = 0; i < self->base.n_capsets; i++) {
        g_free((void *)self->capsets[i].data);
    }
    g_queue_clear_full(&self->stand_ins, g_free);
    g_hash_table_unref(self->contexts);
    g_hash_table_unref(self->resources);
    g_hash_table_unref(self->shared);
    g_clear_pointer(&self->garbage, g_async_queue_unref);
    g_free(self->render_node);
    g_hash_table_unref(self->mapped);
    g_hash_table_unref(self->others);
    g_cond_clear(&self->retired_more);
    g_mutex_clear(&self->lock);
    g_free(self);
    release_library();
}

void vgpu_virgl_destroy(VgpuRenderer3D *renderer)
{
    VgpuVirgl *self = virgl(renderer);

    vgpu_virgl_empty(self, NULL);
    vgpu_virgl_stay(self);
    vgpu_virgl_close(self);
    vgpu_virgl_free(self);
}

static void unref_buffer(void *buffer)
{
    display_buffer_unref(buffer);
}

VgpuRenderer3D *vgpu_virgl_create(const char *render_node, bool venus,
                                  VgpuVirglDisplays *displays, GError **error)
{
    VgpuVirgl *self;

    if (!take_library(error)) {
        return NULL;
    }
    self = g_new0(VgpuVirgl, 1);
    self->base.ops = &vgpu_virgl_ops;
    self->thread = g_thread_self();
    self->context = EGL_NO_CONTEXT;
    self->render_node = g_strdup(render_node);
    self->venus = venus && vgpu_virgl_has_vulkan();
    self->displays = displays;
    self->shared = g_hash_table_new_full(NULL, NULL, NULL, unref_buffer);
    self->contexts = g_hash_table_new(NULL, NULL);
    self->resources = g_hash_table_new(NULL, NULL);
    self->mapped = g_hash_table_new_full(NULL, NULL, NULL, vgpu_virgl_free_mapped);
    self->others = g_hash_table_new(NULL, NULL);
    g_mutex_init(&self->lock);
    g_cond_init(&self->retired_more);
    if (vgpu_virgl_open_egl(self, error) && vgpu_virgl_open_library(self, error) &&
        add_capsets(self, error)) {
        return &self->base;
    }
    vgpu_virgl_close(self);
    vgpu_virgl_free(self);
    return NULL;
}
