/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A texture for any buffer. */
#include "ui/egl/picture.h"

#include "egl-private.h"
#include "ui/egl/import.h"

/* What hangs on a buffer of pixels or of a texture */
typedef struct Picture {
    DisplayEgl *egl;
    DisplayTexture *texture;
    bool is_filled;
    bool is_borrowed;
} Picture;

static void picture_free(void *opaque)
{
    Picture *picture = opaque;

    if (!picture->is_borrowed) {
        g_async_queue_push(picture->egl->garbage, GUINT_TO_POINTER(picture->texture->name));
    }
    display_egl_unref(picture->egl);
    g_free(picture->texture);
    g_free(picture);
}

static Picture *attach_picture(DisplayEgl *egl, DisplayBuffer *buffer, DisplayTexture *texture)
{
    Picture *picture = g_new0(Picture, 1);

    picture->egl = display_egl_ref(egl);
    picture->texture = texture;
    display_buffer_attach(buffer, egl->picture_key, picture, picture_free);
    return picture;
}

static Picture *borrow(DisplayEgl *egl, DisplayBuffer *buffer, uint32_t name)
{
    DisplayTexture *texture = g_new0(DisplayTexture, 1);
    Picture *picture = attach_picture(egl, buffer, texture);

    *texture = display_texture_borrow(name, buffer->width, buffer->height);
    picture->is_borrowed = true;
    return picture;
}

static Picture *make_texture(DisplayEgl *egl, DisplayBuffer *buffer, GError **error)
{
    DisplayTexture *texture = display_texture_create(buffer->width, buffer->height, buffer->format);

    if (!texture) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_TEXTURE,
                    "the driver has no texture of %ux%u", buffer->width, buffer->height);
        return NULL;
    }
    return attach_picture(egl, buffer, texture);
}

static uint64_t upload(Picture *picture, DisplayBuffer *buffer, const DisplayPixels *pixels,
                       const pixman_region32_t *damage)
{
    pixman_region32_t whole;
    uint64_t bytes;

    pixman_region32_init_rect(&whole, 0, 0, buffer->width, buffer->height);
    display_buffer_lock(buffer);
    bytes = display_texture_upload(picture->texture, pixels, picture->is_filled ? damage : &whole);
    display_buffer_unlock(buffer);
    picture->is_filled = true;
    pixman_region32_fini(&whole);
    return bytes;
}

static const DisplayTexture *uploaded_picture(DisplayEgl *egl, DisplayBuffer *buffer,
                                              const pixman_region32_t *damage, uint64_t *uploaded,
                                              GError **error)
{
    Picture *picture = display_buffer_get_attached(buffer, egl->picture_key);
    DisplayPixels pixels;

    if (!display_buffer_get_pixels(buffer, &pixels)) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_TEXTURE,
                    "the picture cannot be mapped");
        return NULL;
    }
    if (!picture) {
        picture = make_texture(egl, buffer, error);
        if (!picture) {
            return NULL;
        }
    }
    *uploaded = upload(picture, buffer, &pixels, damage);
    return picture->texture;
}

const DisplayTexture *display_egl_get_picture(DisplayEgl *egl, DisplayBuffer *buffer,
                                              const pixman_region32_t *damage, uint64_t *uploaded,
                                              GError **error)
{
    uint32_t name = display_buffer_get_texture(buffer);
    g_autoptr(GError) refusal = NULL;
    const DisplayTexture *texture;
    DisplayDmabuf dmabuf;
    uint64_t bytes = 0;

    if (name) {
        Picture *picture = display_buffer_get_attached(buffer, egl->picture_key);

        texture = (picture ? picture : borrow(egl, buffer, name))->texture;
    } else {
        bool is_dmabuf = display_buffer_get_dmabuf(buffer, &dmabuf);

        texture = is_dmabuf ? display_egl_import(egl, buffer, &refusal) : NULL;
        if (!texture) {
            /* Of a dmabuf the refusal is the reason to tell, not that it cannot be mapped either. */
            texture = uploaded_picture(egl, buffer, damage, &bytes, refusal ? NULL : error);
            if (texture) {
                display_egl_warn_of_copies(egl, refusal);
            } else if (refusal) {
                g_propagate_error(error, g_steal_pointer(&refusal));
            }
        }
    }
    if (uploaded) {
        *uploaded = bytes;
    }
    return texture;
}
