/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dmabufs as textures, made once per buffer, and textures as dmabufs. */
#include "ui/egl/import.h"

#include <drm_fourcc.h>
#include <epoxy/gl.h>
#include <fcntl.h>
#include <unistd.h>

#include "egl-private.h"

/* What hangs on a buffer: its texture, or why there is none */
typedef struct Import {
    DisplayEgl *egl;
    DisplayTexture texture;
    char *refusal;
} Import;

/* The last reference of a buffer may go on any thread: the texture waits for the GL thread. */
static void import_free(void *opaque)
{
    Import *import = opaque;

    if (import->texture.name) {
        g_async_queue_push(import->egl->garbage, GUINT_TO_POINTER(import->texture.name));
    }
    display_egl_unref(import->egl);
    g_free(import->refusal);
    g_free(import);
}

/* A fourcc as people write it */
static void fourcc_text(uint32_t fourcc, char text[5])
{
    for (int i = 0; i < 4; i++) {
        char letter = fourcc >> (8 * i);

        text[i] = g_ascii_isprint(letter) ? letter : '?';
    }
    text[4] = '\0';
}

/* The place of a modifier in the driver's list: -1 not there, 0 cannot be drawn from as a plain texture */
static int find_modifier(DisplayEgl *egl, uint32_t fourcc, uint64_t modifier)
{
    g_autofree EGLuint64KHR *modifiers = NULL;
    g_autofree EGLBoolean *external = NULL;
    EGLint count = 0;

    if (!eglQueryDmaBufModifiersEXT(egl->display, fourcc, 0, NULL, NULL, &count) || !count) {
        return -1;
    }
    modifiers = g_new0(EGLuint64KHR, count);
    external = g_new0(EGLBoolean, count);
    eglQueryDmaBufModifiersEXT(egl->display, fourcc, count, modifiers, external, &count);
    for (int i = 0; i < count; i++) {
        if (modifiers[i] == modifier) {
            return !external[i];
        }
    }
    return -1;
}

bool display_egl_can_import(DisplayEgl *egl, uint32_t fourcc, uint64_t modifier)
{
    if (!egl->has_dmabuf_import) {
        return false;
    }
    if (!egl->has_modifiers) {
        return modifier == DRM_FORMAT_MOD_INVALID || modifier == DRM_FORMAT_MOD_LINEAR;
    }
    if (modifier == DRM_FORMAT_MOD_INVALID || modifier == DRM_FORMAT_MOD_LINEAR) {
        /* Software drivers take linear buffers without listing that modifier. */
        return find_modifier(egl, fourcc, modifier) != 0;
    }
    return find_modifier(egl, fourcc, modifier) > 0;
}

/* EGL_NO_IMAGE_KHR when the driver does not take it as `fourcc` */
static EGLImageKHR create_image(DisplayEgl *egl, const DisplayBuffer *buffer,
                                const DisplayDmabuf *dmabuf, uint32_t fourcc)
{
    const bool modified = egl->has_modifiers && dmabuf->modifier != DRM_FORMAT_MOD_INVALID;
    const EGLint attributes[] = {
        EGL_WIDTH, buffer->width,
        EGL_HEIGHT, buffer->height,
        EGL_LINUX_DRM_FOURCC_EXT, fourcc,
        EGL_DMA_BUF_PLANE0_FD_EXT, dmabuf->fd,
        EGL_DMA_BUF_PLANE0_OFFSET_EXT, dmabuf->offset,
        EGL_DMA_BUF_PLANE0_PITCH_EXT, dmabuf->stride,
        modified ? EGL_DMA_BUF_PLANE0_MODIFIER_LO_EXT : EGL_NONE,
        (EGLint)(dmabuf->modifier & UINT32_MAX),
        EGL_DMA_BUF_PLANE0_MODIFIER_HI_EXT, (EGLint)(dmabuf->modifier >> 32),
        EGL_NONE,
    };

    if (!display_egl_can_import(egl, fourcc, dmabuf->modifier)) {
        return EGL_NO_IMAGE_KHR;
    }
    return eglCreateImageKHR(egl->display, EGL_NO_CONTEXT, EGL_LINUX_DMA_BUF_EXT, NULL, attributes);
}

/*
 * Few drivers know the formats that begin with an unused byte: they are told four bytes, and the
 * sampler puts them right as it does with uploads.
 */
static EGLImageKHR create_image_of_bytes(Import *import, const DisplayBuffer *buffer,
                                         const DisplayDmabuf *dmabuf)
{
    const DisplayGlFormat *format = display_gl_format(buffer->format);

    if (!import->egl->has_dmabuf_import || !format || format->internal != GL_RGBA8) {
        return EGL_NO_IMAGE_KHR;
    }
    import->texture.format = buffer->format;
    return create_image(import->egl, buffer, dmabuf, DRM_FORMAT_ABGR8888);
}

static bool make_texture(Import *import, EGLImageKHR image)
{
    DisplayTexture *texture = &import->texture;
    bool is_taken;

    glGenTextures(1, &texture->name);
    glBindTexture(GL_TEXTURE_2D, texture->name);
    is_taken = display_gl_take_image(image);
    if (texture->format) {
        display_gl_set_swizzle(display_gl_format(texture->format), texture->has_alpha);
    }
    glBindTexture(GL_TEXTURE_2D, 0);
    if (!is_taken || glGetError() != GL_NO_ERROR) {
        glDeleteTextures(1, &texture->name);
        texture->name = 0;
        return false;
    }
    return true;
}

/* Makes the texture, or sets import->refusal. */
static void import_dmabuf(Import *import, const DisplayBuffer *buffer, const DisplayDmabuf *dmabuf)
{
    EGLImageKHR image = create_image(import->egl, buffer, dmabuf, dmabuf->fourcc);
    bool made = false;
    char fourcc[5];

    if (image == EGL_NO_IMAGE_KHR) {
        image = create_image_of_bytes(import, buffer, dmabuf);
    }
    if (image != EGL_NO_IMAGE_KHR) {
        made = make_texture(import, image);
        eglDestroyImageKHR(import->egl->display, image);
    }
    if (!made) {
        fourcc_text(dmabuf->fourcc, fourcc);
        import->refusal = g_strdup_printf(
            "the driver takes no dmabuf of %ux%u, format %s, modifier 0x%" PRIx64 ", stride %u: %s",
            buffer->width, buffer->height, fourcc, dmabuf->modifier, dmabuf->stride,
            import->egl->has_dmabuf_import
            ? image == EGL_NO_IMAGE_KHR ? display_egl_error_name(eglGetError())
                                        : "GL makes no texture of it"
            : "EGL_EXT_image_dma_buf_import is missing");
    }
}

static Import *import_create(DisplayEgl *egl, DisplayBuffer *buffer, const DisplayDmabuf *dmabuf)
{
    Import *import = g_new0(Import, 1);

    import->egl = display_egl_ref(egl);
    import->texture.width = buffer->width;
    import->texture.height = buffer->height;
    import->texture.has_alpha = PIXMAN_FORMAT_A(buffer->format) != 0;
    import_dmabuf(import, buffer, dmabuf);
    display_buffer_attach(buffer, egl->import_key, import, import_free);
    return import;
}

const DisplayTexture *display_egl_import(DisplayEgl *egl, DisplayBuffer *buffer, GError **error)
{
    Import *import = display_buffer_get_attached(buffer, egl->import_key);
    DisplayDmabuf dmabuf;

    if (!import) {
        if (!display_buffer_get_dmabuf(buffer, &dmabuf)) {
            g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_IMPORT,
                        "the picture is not in a dmabuf");
            return NULL;
        }
        import = import_create(egl, buffer, &dmabuf);
    }
    if (import->refusal) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_IMPORT, "%s", import->refusal);
        return NULL;
    }
    return &import->texture;
}

void display_egl_warn_of_copies(DisplayEgl *egl, const GError *refusal)
{
    if (refusal && !egl->has_told_refusal) {
        egl->has_told_refusal = true;
        g_warning("%s; such pictures are copied, which is slower; a driver that takes dmabufs spares that",
                  refusal->message);
    }
}

/* A plane without a descriptor lies in the buffer of the plane before. */
static bool complete_descriptors(DisplayExport *exported)
{
    for (uint32_t i = 1; i < exported->n_planes; i++) {
        if (exported->fds[i] < 0 && exported->fds[i - 1] >= 0) {
            exported->fds[i] = fcntl(exported->fds[i - 1], F_DUPFD_CLOEXEC, 0);
        }
    }
    for (uint32_t i = 0; i < exported->n_planes; i++) {
        if (exported->fds[i] < 0) {   /* some drivers answer success without one */
            return false;
        }
    }
    return true;
}

static bool export_image(DisplayEgl *egl, EGLImageKHR image, DisplayExport *exported)
{
    EGLint fourcc, planes, strides[DISPLAY_EXPORT_PLANES_MAX], offsets[DISPLAY_EXPORT_PLANES_MAX];
    EGLuint64KHR modifier;

    if (!eglExportDMABUFImageQueryMESA(egl->display, image, &fourcc, &planes, &modifier) ||
        planes < 1 || planes > DISPLAY_EXPORT_PLANES_MAX) {
        return false;
    }
    *exported = (DisplayExport) {
        .n_planes = planes, .fds = { -1, -1, -1, -1 }, .fourcc = fourcc, .modifier = modifier,
    };
    if (!eglExportDMABUFImageMESA(egl->display, image, exported->fds, strides, offsets) ||
        !complete_descriptors(exported)) {
        display_egl_export_clear(exported);
        return false;
    }
    for (EGLint i = 0; i < planes; i++) {
        exported->strides[i] = strides[i];
        exported->offsets[i] = offsets[i];
    }
    return true;
}

void display_egl_export_clear(DisplayExport *exported)
{
    for (uint32_t i = 0; i < exported->n_planes; i++) {
        if (exported->fds[i] >= 0) {
            close(exported->fds[i]);
        }
    }
    exported->n_planes = 0;
}

bool display_egl_export_planes(DisplayEgl *egl, uint32_t texture, DisplayExport *exported,
                               GError **error)
{
    EGLImageKHR image = EGL_NO_IMAGE_KHR;
    bool is_exported = false;

    if (egl->has_dmabuf_export) {
        image = eglCreateImageKHR(egl->display, eglGetCurrentContext(), EGL_GL_TEXTURE_2D_KHR,
                                  (EGLClientBuffer)(uintptr_t)texture, NULL);
    }
    if (image != EGL_NO_IMAGE_KHR) {
        is_exported = export_image(egl, image, exported);
        eglDestroyImageKHR(egl->display, image);
    }
    if (!is_exported) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_EXPORT,
                    "the driver does not share textures as dmabufs%s",
                    egl->has_dmabuf_export ? "" : " (EGL_MESA_image_dma_buf_export is missing)");
    }
    return is_exported;
}

bool display_egl_export(DisplayEgl *egl, uint32_t texture, DisplayDmabuf *dmabuf, GError **error)
{
    DisplayExport exported;

    if (!display_egl_export_planes(egl, texture, &exported, error)) {
        return false;
    }
    if (exported.n_planes > 1) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_EXPORT,
                    "the driver shares the texture in %u planes", exported.n_planes);
        display_egl_export_clear(&exported);
        return false;
    }
    *dmabuf = (DisplayDmabuf) {
        .fd = exported.fds[0], .fourcc = exported.fourcc, .modifier = exported.modifier,
        .stride = exported.strides[0], .offset = exported.offsets[0],
    };
    return true;
}
