/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What drivers refuse is said, and the next way is taken. Runs once more on a driver that lacks more. */
#include "fixture.h"

#include <drm_fourcc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ui/egl/flat.h"
#include "ui/egl/painter.h"
#include "ui/egl/picture.h"
#include "ui/egl/shared.h"

#define WIDTH  40
#define HEIGHT 30
#define STRIDE (WIDTH * 4)
#define WARNING "*driver takes no dmabuf of 40x30, format XR24*are copied*"

/* Something that calls itself a dmabuf and is none: every driver refuses it, but it can be mapped. */
static DisplayBuffer *no_dmabuf(const Picture *picture, uint64_t modifier)
{
    int fd = memfd_create("no-dmabuf", MFD_CLOEXEC);
    const DisplayDmabuf dmabuf = {
        .fd = fd, .fourcc = DRM_FORMAT_XRGB8888, .modifier = modifier, .stride = STRIDE,
    };
    DisplayBuffer *buffer;

    g_assert_cmpint(write(fd, picture->pixels, STRIDE * HEIGHT), ==, STRIDE * HEIGHT);
    buffer = display_buffer_create_dmabuf(&dmabuf, WIDTH, HEIGHT);
    close(fd);
    return buffer;
}

static void show(DisplayView *view, DisplayBuffer *buffer)
{
    DisplayFrame frame = {.buffer = buffer, .source = {.x2 = WIDTH, .y2 = HEIGHT}};

    display_view_show(view, &frame);
    display_buffer_unref(buffer);
}

/* Draws what is damaged of the view. */
static bool paint(DisplayPainter *painter, DisplayScene *scene, GError **error)
{
    const DisplayTarget target = {.width = WIDTH, .height = HEIGHT};
    pixman_region32_t damage;
    bool updated;

    pixman_region32_init(&damage);
    display_scene_place(scene, WIDTH, HEIGHT, 1);
    display_view_take_damage(&scene->view, &damage);
    updated = display_painter_update(painter, scene, &damage, error);
    display_painter_draw(painter, scene, &target, &damage);
    pixman_region32_fini(&damage);
    return updated;
}

static void refused_dmabufs_are_copied_with_one_warning(GlFixture *fixture)
{
    g_autoptr(DisplayPainter) painter = display_painter_create(fixture->egl, NULL);
    g_auto(Canvas) canvas = display_test_canvas(WIDTH, HEIGHT, 0xff000000);
    DisplayScene scene;

    display_scene_init(&scene);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, WARNING);
    for (uint32_t seed = 0; seed < 4; seed++) {
        g_auto(Picture) picture = display_test_picture(WIDTH, HEIGHT, seed);
        g_auto(Picture) got = {0};
        g_autoptr(GError) error = NULL;

        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            picture.pixels[i] |= 0xff000000;
        }
        show(&scene.view, no_dmabuf(&picture, DRM_FORMAT_MOD_LINEAR));
        g_assert_true(paint(painter, &scene, &error));
        got = display_test_canvas_read(&canvas);
        display_test_assert_equal(&got, &picture, 0);
    }
    g_test_assert_expected_messages();
    display_scene_finish(&scene);
}

static void refused_dmabufs_are_read_with_one_warning(GlFixture *fixture)
{
    DisplayFlat flat;
    DisplayView view;
    pixman_region32_t changed;

    display_flat_init(&flat, fixture->egl);
    display_view_init(&view);
    pixman_region32_init(&changed);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, WARNING);
    for (uint32_t seed = 0; seed < 4; seed++) {
        g_auto(Picture) picture = display_test_picture(WIDTH, HEIGHT, seed);
        g_autoptr(GError) error = NULL;

        show(&view, no_dmabuf(&picture, DRM_FORMAT_MOD_LINEAR));
        g_assert_true(display_flat_update(&flat, &view, &changed, &error));
        g_assert_no_error(error);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            g_assert_cmphex(pixman_image_get_data(flat.image)[i] & 0xffffff, ==,
                            picture.pixels[i] & 0xffffff);
        }
    }
    g_test_assert_expected_messages();
    pixman_region32_fini(&changed);
    display_view_finish(&view);
    display_flat_finish(&flat);
}

/* Rows in an order that nobody here knows */
static void what_cannot_be_mapped_either_is_an_error(GlFixture *fixture)
{
    g_autoptr(DisplayPainter) painter = display_painter_create(fixture->egl, NULL);
    g_auto(Canvas) canvas = display_test_canvas(WIDTH, HEIGHT, 0xff00ff00);
    g_auto(Picture) picture = display_test_picture(WIDTH, HEIGHT, 1);
    g_auto(Picture) got = {0};
    g_autoptr(GError) error = NULL;
    DisplayScene scene;

    display_scene_init(&scene);
    show(&scene.view, no_dmabuf(&picture, 0x0f00000000001234));
    g_assert_false(paint(painter, &scene, &error));
    g_assert_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_IMPORT);
    g_assert_nonnull(strstr(error->message, "0xf00000000001234"));
    got = display_test_canvas_read(&canvas);
    g_assert_cmphex(got.pixels[0], ==, 0xff000000);
    display_scene_finish(&scene);
}

static void framebuffer_is_shown_to_strangers_or_refused(GlFixture *fixture)
{
    EGLContext share = fixture->egl->share;
    EGLContext stranger;
    g_autoptr(GError) error = NULL;
    DisplayShared shared;
    bool shows;

    fixture->egl->share = EGL_NO_CONTEXT;
    stranger = display_egl_create_context(fixture->egl, 0, 0, NULL);
    fixture->egl->share = share;
    g_assert_true(display_shared_init(&shared, fixture->egl, 1, 1, &error));
    display_shared_fill(&shared, 0x336699);
    display_egl_make_current(fixture->egl, stranger);
    shows = display_shared_shows(&shared, 0x336699, &error);
    g_assert_cmpint(shows, ==, epoxy_has_gl_extension("GL_OES_EGL_image"));
    if (!shows) {
        g_assert_nonnull(strstr(error->message, "lacks GL_OES_EGL_image"));
        g_assert_cmpuint(display_shared_open(&shared, NULL), ==, 0);
    }
    g_clear_error(&error);
    g_assert_false(display_shared_shows(&shared, 0x336698, &error));
    g_assert_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_TEXTURE);
    display_egl_make_current(fixture->egl, fixture->context);
    display_shared_finish(&shared);
    display_egl_destroy_context(fixture->egl, stranger);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    display_test_add("/gl/refusal/dmabufs-are-copied-with-one-warning",
                     refused_dmabufs_are_copied_with_one_warning);
    display_test_add("/gl/refusal/dmabufs-are-read-with-one-warning",
                     refused_dmabufs_are_read_with_one_warning);
    display_test_add("/gl/refusal/what-cannot-be-mapped-either-is-an-error",
                     what_cannot_be_mapped_either_is_an_error);
    display_test_add("/gl/refusal/framebuffer-is-shown-to-strangers-or-refused",
                     framebuffer_is_shown_to_strangers_or_refused);
    return g_test_run();
}
