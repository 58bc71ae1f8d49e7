/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a scene has what, and what the CPU draws of it. */
#include "ui/display/scene.h"

#define WIDTH  12
#define HEIGHT 9
#define UNTOUCHED 0x00123456

/* A window's pixels */
typedef struct Window {
    int width;
    int height;
    pixman_image_t *image;
} Window;

static Window make_window(int width, int height)
{
    Window window = {
        width, height, pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height, NULL, 0),
    };
    uint32_t *pixels = pixman_image_get_data(window.image);

    for (int i = 0; i < width * height; i++) {
        pixels[i] = UNTOUCHED;
    }
    return window;
}

static uint32_t pixel(const Window *window, int x, int y)
{
    const uint32_t *pixels = pixman_image_get_data(window->image);

    return pixels[y * pixman_image_get_stride(window->image) / 4 + x] & 0xffffff;
}

static uint32_t source_pixel(int x, int y)
{
    return 0x100000 + y * 0x100 + x;
}

static DisplayBuffer *make_buffer(void)
{
    DisplayBuffer *buffer = display_buffer_create_pixels(WIDTH, HEIGHT, PIXMAN_x8r8g8b8);
    DisplayPixels pixels;

    g_assert_true(display_buffer_get_pixels(buffer, &pixels));
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            ((uint32_t *)(pixels.data + y * pixels.stride))[x] = source_pixel(x, y);
        }
    }
    return buffer;
}

/* A scene that shows a part of a picture in a window */
static void set_up(DisplayScene *scene, const pixman_box32_t *source, DisplayOrientation orientation)
{
    DisplayFrame frame = {
        .buffer = make_buffer(), .source = *source, .orientation = orientation,
    };

    display_scene_init(scene);
    display_view_show(&scene->view, &frame);
    display_buffer_unref(frame.buffer);
}

static void compose(const DisplayScene *scene, const Window *window, const pixman_box32_t *box)
{
    pixman_region32_t where;

    pixman_region32_init_with_extents(&where, (pixman_box32_t *)box);
    display_scene_compose(scene, window->image, &where);
    pixman_region32_fini(&where);
}

static const pixman_box32_t whole = {.x2 = WIDTH, .y2 = HEIGHT};

static void assert_zoomed(const DisplayScene *scene, int zoom)
{
    const DisplayFrame *frame = &scene->view.frame;
    int width = display_frame_width(frame), height = display_frame_height(frame);
    Window window = make_window(width * zoom, height * zoom);
    const pixman_box32_t box = {.x2 = window.width, .y2 = window.height};

    compose(scene, &window, &box);
    for (int y = 0; y < window.height; y++) {
        for (int x = 0; x < window.width; x++) {
            int row = frame->orientation == DISPLAY_TOP_DOWN ? frame->source.y1 + y / zoom
                                                             : frame->source.y2 - 1 - y / zoom;

            g_assert_cmphex(pixel(&window, x, y), ==, source_pixel(frame->source.x1 + x / zoom, row));
        }
    }
    pixman_image_unref(window.image);
}

static void whole_zooms_repeat_pixels(void)
{
    static const pixman_box32_t sources[] = {{.x2 = WIDTH, .y2 = HEIGHT}, {2, 1, 9, 8}};

    for (int i = 0; i < 12; i++) {
        int zoom = i / 4 + 1;
        DisplayScene scene;

        set_up(&scene, &sources[i & 1], i & 2 ? DISPLAY_BOTTOM_UP : DISPLAY_TOP_DOWN);
        display_scene_place(&scene, zoom * display_frame_width(&scene.view.frame),
                            zoom * display_frame_height(&scene.view.frame), i % 3 ? zoom : 0);
        assert_zoomed(&scene, zoom);
        display_scene_finish(&scene);
    }
}

static void what_is_not_picture_is_black(void)
{
    Window window = make_window(WIDTH + 8, HEIGHT + 6);
    const pixman_box32_t box = {.x2 = window.width, .y2 = window.height};
    DisplayScene scene;

    set_up(&scene, &whole, DISPLAY_TOP_DOWN);
    display_scene_place(&scene, window.width, window.height, 1);
    compose(&scene, &window, &box);
    for (int y = 0; y < window.height; y++) {
        for (int x = 0; x < window.width; x++) {
            bool inside = x >= 4 && x < 4 + WIDTH && y >= 3 && y < 3 + HEIGHT;

            g_assert_cmphex(pixel(&window, x, y), ==, inside ? source_pixel(x - 4, y - 3) : 0);
        }
    }
    display_scene_finish(&scene);
    pixman_image_unref(window.image);
}

static void nothing_else_than_the_part_is_drawn(void)
{
    Window window = make_window(2 * WIDTH, 2 * HEIGHT + 4);
    const pixman_box32_t part = {3, 1, 11, 9};
    DisplayScene scene;

    set_up(&scene, &whole, DISPLAY_TOP_DOWN);
    display_scene_place(&scene, window.width, window.height, 0);
    compose(&scene, &window, &part);
    for (int y = 0; y < window.height; y++) {
        for (int x = 0; x < window.width; x++) {
            bool inside = x >= part.x1 && x < part.x2 && y >= part.y1 && y < part.y2;
            uint32_t drawn = y < 2 ? 0 : source_pixel(x / 2, (y - 2) / 2);

            g_assert_cmphex(pixel(&window, x, y), ==, inside ? drawn : UNTOUCHED);
        }
    }
    display_scene_finish(&scene);
    pixman_image_unref(window.image);
}

static void picture_that_is_gone_leaves_black(void)
{
    Window window = make_window(5, 5);
    const pixman_box32_t box = {.x2 = 5, .y2 = 5};
    DisplayScene scene;

    set_up(&scene, &whole, DISPLAY_TOP_DOWN);
    display_view_show(&scene.view, NULL);
    display_scene_place(&scene, 5, 5, 0);
    compose(&scene, &window, &box);
    for (int i = 0; i < 25; i++) {
        g_assert_cmphex(pixel(&window, i % 5, i / 5), ==, 0);
    }
    display_scene_finish(&scene);
    pixman_image_unref(window.image);
}

/* 2x2, of which only the first pixel is opaque */
static void set_cursor(DisplayScene *scene, uint32_t argb, int x, int y)
{
    DisplayBuffer *image = display_buffer_create_pixels(2, 2, PIXMAN_a8r8g8b8);
    DisplayPixels pixels;

    g_assert_true(display_buffer_get_pixels(image, &pixels));
    *(uint32_t *)pixels.data = argb;
    display_view_set_cursor(&scene->view, image, 1, 1, DISPLAY_TOP_DOWN);
    display_view_move_cursor(&scene->view, x, y, true);
    display_buffer_unref(image);
}

static void cursor_lies_over_the_picture(void)
{
    Window window = make_window(3 * WIDTH, 3 * HEIGHT);
    const pixman_box32_t box = {.x2 = window.width, .y2 = window.height};
    pixman_box32_t at;
    DisplayScene scene;

    set_up(&scene, &whole, DISPLAY_TOP_DOWN);
    set_cursor(&scene, 0xff00ff00, 5, 4);
    display_scene_place(&scene, window.width, window.height, 3);
    g_assert_true(display_scene_cursor(&scene, &at));
    g_assert_cmpint(at.x1, ==, 12);
    g_assert_cmpint(at.y2, ==, 15);
    compose(&scene, &window, &box);
    for (int y = 0; y < window.height; y++) {
        for (int x = 0; x < window.width; x++) {
            bool covered = x / 3 == 4 && y / 3 == 3;

            g_assert_cmphex(pixel(&window, x, y), ==,
                            covered ? 0x00ff00 : source_pixel(x / 3, y / 3));
        }
    }
    display_scene_finish(&scene);
    pixman_image_unref(window.image);
}

static void cursor_does_not_reach_into_the_border(void)
{
    Window window = make_window(WIDTH + 4, HEIGHT + 4);
    const pixman_box32_t box = {.x2 = window.width, .y2 = window.height};
    DisplayScene scene;

    set_up(&scene, &whole, DISPLAY_TOP_DOWN);
    set_cursor(&scene, 0xffffffff, 0, 0);
    display_scene_place(&scene, window.width, window.height, 1);
    compose(&scene, &window, &box);
    g_assert_cmphex(pixel(&window, 1, 1), ==, 0);
    g_assert_cmphex(pixel(&window, 2, 2), ==, source_pixel(0, 0));
    display_scene_finish(&scene);
    pixman_image_unref(window.image);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scene/whole-zooms-repeat-pixels", whole_zooms_repeat_pixels);
    g_test_add_func("/scene/what-is-not-picture-is-black", what_is_not_picture_is_black);
    g_test_add_func("/scene/nothing-else-than-the-part-is-drawn", nothing_else_than_the_part_is_drawn);
    g_test_add_func("/scene/picture-that-is-gone-leaves-black", picture_that_is_gone_leaves_black);
    g_test_add_func("/scene/cursor-lies-over-the-picture", cursor_lies_over_the_picture);
    g_test_add_func("/scene/cursor-does-not-reach-into-the-border",
                    cursor_does_not_reach_into_the_border);
    return g_test_run();
}
