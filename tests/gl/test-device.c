/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening EGL, contexts, fences, and what is said when there is none. */
#include "fixture.h"

#include <drm_fourcc.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ui/egl/fence.h"
#include "ui/egl/import.h"

static void assert_refused(const char *render_node, const char *reason)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(display_egl_open(render_node, DISPLAY_GL_CORE, &error));
    g_assert_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_DISPLAY);
    g_assert_nonnull(strstr(error->message, reason));
}

static void device_that_is_none_is_refused_with_its_name(void)
{
    assert_refused("/dev/dri/nonexistent", "/dev/dri/nonexistent: No such file or directory");
    assert_refused("/dev/null", "/dev/null: not a render node");
    assert_refused("device:31", "device:31: EGL has");
    assert_refused("device:many", "device:many: not a number of a device");
}

static void environment_chooses_the_device(void)
{
    g_autoptr(GError) error = NULL;
    DisplayEgl *egl;

    g_setenv("VGPU_EGL_DEVICE", "/dev/dri/nonexistent", TRUE);
    assert_refused(NULL, "/dev/dri/nonexistent");
    g_setenv("VGPU_EGL_DEVICE", "surfaceless", TRUE);
    egl = display_egl_open(NULL, DISPLAY_GL_CORE, &error);
    g_assert_no_error(error);
    display_egl_unref(egl);
    g_unsetenv("VGPU_EGL_DEVICE");
}

static void every_device_of_egl_opens_or_says_why(void)
{
    for (int i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("device:%d", i);
        g_autoptr(GError) error = NULL;
        g_autoptr(DisplayEgl) egl = display_egl_open(name, DISPLAY_GL_CORE, &error);

        g_assert_true(!egl == !!error);
        if (error) {
            g_assert_nonnull(strstr(error->message, name));
        }
    }
}

static void contexts_share_their_textures(GlFixture *fixture)
{
    g_auto(Picture) picture = display_test_picture(4, 4, 1);
    DisplayTexture texture = display_test_texture(&picture);
    EGLContext other = display_egl_create_context(fixture->egl, 0, 0, NULL);

    g_assert_true(other != EGL_NO_CONTEXT);
    g_assert_true(display_egl_make_current(fixture->egl, other));
    g_assert_true(glIsTexture(texture.name));
    g_assert_true(display_egl_make_current(fixture->egl, fixture->context));
    display_egl_destroy_context(fixture->egl, other);
    glDeleteTextures(1, &texture.name);
}

static void version_that_is_none_is_refused(GlFixture *fixture)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(display_egl_create_context(fixture->egl, 9, 9, &error) == EGL_NO_CONTEXT);
    g_assert_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT);
    g_assert_nonnull(strstr(error->message, "9.9"));
}

static void adopted_display_knows_the_api(GlFixture *fixture)
{
    g_autoptr(DisplayEgl) adopted = display_egl_adopt(fixture->egl->display);
    g_autofree char *words = display_egl_describe(adopted);

    g_assert_cmpint(adopted->api, ==, fixture->egl->api);
    g_assert_true(adopted->share == fixture->context);
    g_assert_nonnull(strstr(words, "EGL"));
}

static void fence_signals_after_the_work(GlFixture *fixture)
{
    for (int i = 0; i < 8; i++) {
        Canvas canvas = display_test_canvas(512, 512, 0xff000000 + i);
        struct pollfd done = {.fd = display_fence_create(fixture->egl), .events = POLLIN};

        display_test_canvas_clear(&canvas);
        if (done.fd < 0) {
            g_test_skip("the driver has no fences");
            return;
        }
        g_assert_cmpint(poll(&done, 1, 10000), ==, 1);
        close(done.fd);
    }
}

static void picture_that_is_no_dmabuf_is_not_imported(GlFixture *fixture)
{
    g_autoptr(DisplayBuffer) buffer = display_buffer_create_pixels(8, 8, PIXMAN_x8r8g8b8);
    g_autoptr(GError) error = NULL;

    g_assert_null(display_egl_import(fixture->egl, buffer, &error));
    g_assert_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_IMPORT);
}

static void refusal_is_remembered(GlFixture *fixture)
{
    DisplayDmabuf dmabuf = {
        .fd = memfd_create("no dmabuf", MFD_CLOEXEC), .fourcc = DRM_FORMAT_XRGB8888,
        .modifier = DRM_FORMAT_MOD_LINEAR, .stride = 32,
    };
    g_autoptr(DisplayBuffer) buffer = display_buffer_create_dmabuf(&dmabuf, 8, 8);
    g_autoptr(GError) first = NULL;
    g_autoptr(GError) second = NULL;

    g_assert_null(display_egl_import(fixture->egl, buffer, &first));
    g_assert_error(first, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_IMPORT);
    g_assert_null(display_egl_import(fixture->egl, buffer, &second));
    g_assert_cmpstr(first->message, ==, second->message);
    g_assert_nonnull(strstr(first->message, "XR24"));
    close(dmabuf.fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gl/device/that-is-none-is-refused-with-its-name",
                    device_that_is_none_is_refused_with_its_name);
    g_test_add_func("/gl/device/environment-chooses", environment_chooses_the_device);
    g_test_add_func("/gl/device/every-device-of-egl-opens-or-says-why",
                    every_device_of_egl_opens_or_says_why);
    display_test_add("/gl/context/shares-its-textures", contexts_share_their_textures);
    display_test_add("/gl/context/version-that-is-none-is-refused", version_that_is_none_is_refused);
    display_test_add("/gl/device/adopted-display-knows-the-api", adopted_display_knows_the_api);
    display_test_add("/gl/fence/signals-after-the-work", fence_signals_after_the_work);
    display_test_add("/gl/import/picture-that-is-no-dmabuf-is-not-imported",
                     picture_that_is_no_dmabuf_is_not_imported);
    display_test_add("/gl/import/refusal-is-remembered", refusal_is_remembered);
    return g_test_run();
}
