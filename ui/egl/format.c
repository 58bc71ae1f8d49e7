/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pixel formats as GL takes them.
 *
 * pixman names the channels of a word, from its top bits down; GL is given the bytes of the word in
 * memory order, on a little-endian host.
 */
#include "egl-private.h"

#define BYTES4(format_, red, green, blue, alpha)                            \
    {PIXMAN_##format_, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE,                 \
     {GL_##red, GL_##green, GL_##blue, GL_##alpha}}
#define BYTES3(format_, red, green, blue)                                   \
    {PIXMAN_##format_, GL_RGB8, GL_RGB, GL_UNSIGNED_BYTE,                   \
     {GL_##red, GL_##green, GL_##blue, GL_ONE}}
#define WORD565(format_, red, green, blue)                                  \
    {PIXMAN_##format_, GL_RGB565, GL_RGB, GL_UNSIGNED_SHORT_5_6_5,          \
     {GL_##red, GL_##green, GL_##blue, GL_ONE}}

static const DisplayGlFormat formats[] = {
    BYTES4(x8r8g8b8, BLUE, GREEN, RED, ONE),
    BYTES4(a8r8g8b8, BLUE, GREEN, RED, ALPHA),
    BYTES4(x8b8g8r8, RED, GREEN, BLUE, ONE),
    BYTES4(a8b8g8r8, RED, GREEN, BLUE, ALPHA),
    BYTES4(r8g8b8x8, ALPHA, BLUE, GREEN, ONE),
    BYTES4(r8g8b8a8, ALPHA, BLUE, GREEN, RED),
    BYTES4(b8g8r8x8, GREEN, BLUE, ALPHA, ONE),
    BYTES4(b8g8r8a8, GREEN, BLUE, ALPHA, RED),
    BYTES3(r8g8b8, BLUE, GREEN, RED),
    BYTES3(b8g8r8, RED, GREEN, BLUE),
    WORD565(r5g6b5, RED, GREEN, BLUE),
    WORD565(b5g6r5, BLUE, GREEN, RED),
};

const DisplayGlFormat *display_gl_format(pixman_format_code_t format)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i].format == format) {
            return &formats[i];
        }
    }
    return NULL;
}

void display_gl_set_swizzle(const DisplayGlFormat *format, bool has_alpha)
{
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_R, format->swizzle[0]);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_G, format->swizzle[1]);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, format->swizzle[2]);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_A, has_alpha ? format->swizzle[3] : GL_ONE);
}

bool display_gl_take_image(EGLImageKHR image)
{
    if (!epoxy_has_gl_extension("GL_OES_EGL_image")) {
        return false;
    }
    while (glGetError() != GL_NO_ERROR) {
        /* errors of earlier calls are not ours */
    }
    glEGLImageTargetTexture2DOES(GL_TEXTURE_2D, image);
    return glGetError() == GL_NO_ERROR;
}
