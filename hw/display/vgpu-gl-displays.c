/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Displays that the renderer can share textures with.
 *
 * A console's GL provider makes contexts that share with the display's window, of whatever kind the
 * display likes. One is made for a moment, to see which EGL context that is and to make a plain one
 * from it. A fence, which is an object of the share group, tells for the other heads whether they are
 * in the same group. Main thread.
 */
#include "qemu/osdep.h"
#include "hw/display/virtio-gpu-gl.h"

#include <epoxy/gl.h>

#include "ui/egl/device.h"

/* What was current, and what a provider has made current instead. */
typedef struct Visit {
    QemuConsole *console;
    QEMUGLContext made;
    EGLContext context;       /* that is `made`, or what it wraps */
    EGLDisplay display_before;
    EGLContext context_before;
    EGLSurface draw_before, read_before;
} Visit;

static QEMUGLContext make_context(QemuConsole *console)
{
    /* Of OpenGL and OpenGL ES; the first of either that has fences */
    QEMUGLParams versions[] = { { 3, 2 }, { 3, 0 } };
    QEMUGLContext context = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(versions) && !context; i++) {
        context = dpy_gl_ctx_create(console, &versions[i]);
    }
    return context;
}

/* Who wraps contexts keeps an account of what is current, and is not to be surprised. */
static void leave(Visit *visit)
{
    bool wrapped = visit->context != visit->made;
    EGLDisplay display = eglGetCurrentDisplay();

    if (!wrapped && visit->context_before != EGL_NO_CONTEXT) {
        eglMakeCurrent(visit->display_before, visit->draw_before, visit->read_before,
                       visit->context_before);
    } else if (!wrapped && display != EGL_NO_DISPLAY) {
        eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    }
    dpy_gl_ctx_destroy(visit->console, visit->made);
}

/* False, with nothing to leave, for a display that draws without EGL. */
static bool enter(QemuConsole *console, Visit *visit)
{
    *visit = (Visit) {
        .console = console,
        .display_before = eglGetCurrentDisplay(),
        .context_before = eglGetCurrentContext(),
        .draw_before = eglGetCurrentSurface(EGL_DRAW),
        .read_before = eglGetCurrentSurface(EGL_READ),
    };
    visit->made = make_context(console);
    if (!visit->made) {
        return false;
    }
    dpy_gl_ctx_make_current(console, visit->made);
    visit->context = eglGetCurrentContext();
    if (visit->context == EGL_NO_CONTEXT) {
        dpy_gl_ctx_destroy(console, visit->made);
        return false;
    }
    return true;
}

/* Displays without windows have their context from the start, others from their first refresh. */
static bool is_ready(VirtIOGPU *gpu, uint32_t head)
{
    return console_has_gl(gpu->parent_obj.consoles[head]) &&
           (gpu->sink.heads[head].refreshed || vgpu_console_is_windowless());
}

/* With the context of a head current. */
static DisplayEgl *create_shared(void **context)
{
    g_autoptr(DisplayEgl) egl = display_egl_adopt(eglGetCurrentDisplay());

    *context = egl->has_surfaceless ? display_egl_create_context(egl, 0, 0, NULL) : EGL_NO_CONTEXT;
    if (*context == EGL_NO_CONTEXT) {
        return NULL;
    }
    /* What is current here now may be destroyed any time. */
    egl->share = *context;
    return g_steal_pointer(&egl);
}

static DisplayEgl *join(VgpuGlDisplays *self, uint32_t head, bool moved, void **context)
{
    VirtIOGPU *gpu = &self->gl->parent_obj;
    DisplayEgl *egl = NULL;
    Visit visit;

    if (!enter(gpu->parent_obj.consoles[head], &visit)) {
        return NULL;
    }
    self->stays = moved && self->probe && glIsSync(self->probe);
    if (!self->stays) {
        egl = create_shared(context);
    }
    if (egl) {
        self->probe = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
        self->is_known = self->shares = 1u << head;
    }
    leave(&visit);
    return egl;
}

static DisplayEgl *choose(VgpuVirglDisplays *displays, bool moved, void **context)
{
    VgpuGlDisplays *self = container_of(displays, VgpuGlDisplays, base);
    VirtIOGPU *gpu = &self->gl->parent_obj;
    DisplayEgl *egl = NULL;

    self->stays = false;
    for (uint32_t i = 0; i < gpu->parent_obj.max_outputs && !egl && !self->stays; i++) {
        if (is_ready(gpu, i)) {
            egl = join(self, i, moved, context);
        }
    }
    return egl;
}

static void look_at(VgpuGlDisplays *self, uint32_t head)
{
    Visit visit;

    self->is_known |= 1u << head;
    if (enter(self->gl->parent_obj.parent_obj.consoles[head], &visit)) {
        if (glIsSync(self->probe)) {
            self->shares |= 1u << head;
        }
        leave(&visit);
    }
}

static unsigned shared_ways(VirtIOGPU *gpu, uint32_t head)
{
    VgpuGlDisplays *self = &VIRTIO_GPU_GL(gpu)->displays;
    unsigned ways = vgpu_console_takes_dmabufs(gpu->parent_obj.consoles[head])
                    ? VGPU_SHARE_DMABUF : 0;

    if (self->probe && !(self->is_known & 1u << head) && is_ready(gpu, head)) {
        look_at(self, head);
    }
    return self->shares & 1u << head ? ways | VGPU_SHARE_TEXTURE : ways;
}

void vgpu_gl_displays_init(VgpuGlDisplays *displays, VirtIOGPUGL *gl)
{
    displays->base.choose = choose;
    displays->gl = gl;
    gl->parent_obj.shared_ways = shared_ways;
}
