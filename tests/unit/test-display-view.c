/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a view holds, what it says is damaged, and how long buffers live. */
#include "ui/display/view.h"

#include <drm_fourcc.h>
#include <sys/mman.h>
#include <unistd.h>

#define WIDTH  100
#define HEIGHT 80

/* A buffer that tells when it goes */
typedef struct TracedBuffer {
    DisplayBuffer base;
    int *gone;
} TracedBuffer;

static void traced_destroy(DisplayBuffer *buffer)
{
    (*((TracedBuffer *)buffer)->gone)++;
    g_free(buffer);
}

static const DisplayBufferOps traced_ops = {.destroy = traced_destroy};

static DisplayBuffer *traced_buffer(uint32_t width, uint32_t height, int *gone)
{
    TracedBuffer *traced = g_new0(TracedBuffer, 1);

    traced->gone = gone;
    display_buffer_init(&traced->base, &traced_ops, width, height, PIXMAN_x8r8g8b8);
    return &traced->base;
}

/* Shows a part of a new buffer that nobody else holds. */
static void show_new(DisplayView *view, const pixman_box32_t *source, int *gone)
{
    DisplayFrame frame = {.buffer = traced_buffer(WIDTH, HEIGHT, gone), .source = *source};

    display_view_show(view, &frame);
    display_buffer_unref(frame.buffer);
}

static const pixman_box32_t whole = {.x2 = WIDTH, .y2 = HEIGHT};

static void assert_damage(DisplayView *view, uint64_t area, const pixman_box32_t *extents)
{
    pixman_region32_t damage;

    pixman_region32_init(&damage);
    g_assert_cmpint(display_view_take_damage(view, &damage), ==, area != 0);
    g_assert_cmpuint(display_damage_area(&damage), ==, area);
    if (extents) {
        g_assert_cmpmem(pixman_region32_extents(&damage), sizeof(*extents), extents,
                        sizeof(*extents));
    }
    g_assert_false(display_view_take_damage(view, &damage));
    pixman_region32_fini(&damage);
}

static void frame_lives_until_the_next_one(void)
{
    DisplayView view;
    int first = 0, second = 0;

    display_view_init(&view);
    show_new(&view, &whole, &first);
    g_assert_cmpint(first, ==, 0);
    show_new(&view, &whole, &second);
    g_assert_cmpint(first, ==, 1);
    g_assert_cmpint(second, ==, 0);
    display_view_show(&view, NULL);
    g_assert_cmpint(second, ==, 1);
    display_view_finish(&view);
}

static void same_frame_again_keeps_its_buffer(void)
{
    DisplayView view;
    int gone = 0;

    display_view_init(&view);
    show_new(&view, &whole, &gone);
    display_view_show(&view, &view.frame);
    g_assert_cmpint(gone, ==, 0);
    display_view_finish(&view);
    g_assert_cmpint(gone, ==, 1);
}

static void damage_adds_up_over_frames_not_drawn(void)
{
    const pixman_box32_t part = {.x1 = 10, .y1 = 20, .x2 = 60, .y2 = 70};
    DisplayView view;
    int gone = 0;

    display_view_init(&view);
    show_new(&view, &part, &gone);
    assert_damage(&view, 50 * 50, NULL);
    display_view_damage(&view, 0, 0, 10, 10);
    display_view_damage(&view, 40, 40, 100, 100);
    assert_damage(&view, 100 + 100, NULL);
    display_view_damage(&view, 0, 0, 10, 10);
    show_new(&view, &part, &gone);
    assert_damage(&view, 50 * 50, NULL);
    display_view_finish(&view);
    g_assert_cmpint(gone, ==, 2);
}

static void source_is_clipped_to_the_buffer(void)
{
    const pixman_box32_t wild = {.x1 = -10, .y1 = 50, .x2 = INT32_MAX, .y2 = INT32_MAX};
    const pixman_box32_t outside = {.x1 = WIDTH, .y1 = 0, .x2 = WIDTH + 10, .y2 = 10};
    DisplayView view;
    int gone = 0;

    display_view_init(&view);
    show_new(&view, &wild, &gone);
    g_assert_cmpuint(display_frame_width(&view.frame), ==, WIDTH);
    g_assert_cmpuint(display_frame_height(&view.frame), ==, HEIGHT - 50);
    show_new(&view, &outside, &gone);
    g_assert_cmpuint(display_frame_width(&view.frame), ==, 0);
    assert_damage(&view, 0, NULL);
    display_view_finish(&view);
}

static void cursor_damages_where_it_was_and_where_it_is(void)
{
    const pixman_box32_t at_10 = {.x1 = 8, .y1 = 9, .x2 = 16, .y2 = 17};
    const pixman_box32_t at_50 = {.x1 = 48, .y1 = 49, .x2 = 56, .y2 = 57};
    const pixman_box32_t corner = {.x1 = 96, .y1 = 77, .x2 = WIDTH, .y2 = HEIGHT};
    DisplayView view;
    int gone = 0, cursor_gone = 0;
    DisplayBuffer *cursor = traced_buffer(8, 8, &cursor_gone);

    display_view_init(&view);
    show_new(&view, &whole, &gone);
    assert_damage(&view, WIDTH * HEIGHT, NULL);
    display_view_set_cursor(&view, cursor, 2, 1, DISPLAY_TOP_DOWN);
    display_buffer_unref(cursor);
    assert_damage(&view, 0, NULL);
    display_view_move_cursor(&view, 10, 10, true);
    assert_damage(&view, 64, &at_10);
    display_view_move_cursor(&view, 10, 10, true);
    assert_damage(&view, 0, NULL);
    display_view_move_cursor(&view, 50, 50, true);
    assert_damage(&view, 128, NULL);
    display_view_move_cursor(&view, 50, 50, false);
    assert_damage(&view, 64, &at_50);
    display_view_move_cursor(&view, 98, 78, true);
    assert_damage(&view, 4 * 3, &corner);
    display_view_set_cursor(&view, NULL, 0, 0, DISPLAY_TOP_DOWN);
    assert_damage(&view, 4 * 3, &corner);
    g_assert_cmpint(cursor_gone, ==, 1);
    display_view_finish(&view);
}

static void cursor_without_a_frame_damages_nothing(void)
{
    DisplayView view;
    int gone = 0;
    DisplayBuffer *cursor = traced_buffer(8, 8, &gone);

    display_view_init(&view);
    display_view_set_cursor(&view, cursor, 0, 0, DISPLAY_TOP_DOWN);
    display_view_move_cursor(&view, 1, 1, true);
    assert_damage(&view, 0, NULL);
    display_buffer_unref(cursor);
    display_view_finish(&view);
    g_assert_cmpint(gone, ==, 1);
}

static void image_buffer_shares_pixels_and_keeps_them(void)
{
    pixman_image_t *image = pixman_image_create_bits(PIXMAN_a8b8g8r8, 8, 4, NULL, 0);
    g_autoptr(DisplayBuffer) buffer = display_buffer_create_from_image(image);
    DisplayPixels pixels;

    pixman_image_get_data(image)[9] = 0x12345678;
    pixman_image_unref(image);
    g_assert_true(display_buffer_get_pixels(buffer, &pixels));
    g_assert_cmpuint(buffer->width, ==, 8);
    g_assert_cmpuint(buffer->height, ==, 4);
    g_assert_cmpuint(buffer->format, ==, PIXMAN_a8b8g8r8);
    g_assert_cmphex(((uint32_t *)(pixels.data + pixels.stride))[1], ==, 0x12345678);
}

/* Memory that can be mapped stands in for a dmabuf. */
static int memory_file(size_t size)
{
    int fd = memfd_create("dmabuf", MFD_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(ftruncate(fd, size), ==, 0);
    return fd;
}

static void dmabuf_buffer_outlives_the_given_descriptor(void)
{
    DisplayDmabuf given = {
        .fd = memory_file(4096), .fourcc = DRM_FORMAT_XBGR8888,
        .modifier = DRM_FORMAT_MOD_LINEAR, .stride = 64, .offset = 128,
    };
    uint32_t value = 0xabcdef01;
    g_autoptr(DisplayBuffer) buffer = display_buffer_create_dmabuf(&given, 10, 5);
    DisplayDmabuf kept;
    DisplayPixels pixels;

    g_assert_cmpint(pwrite(given.fd, &value, 4, 128 + 64 * 2 + 4 * 3), ==, 4);
    close(given.fd);
    g_assert_true(display_buffer_get_dmabuf(buffer, &kept));
    g_assert_cmpint(kept.fd, !=, given.fd);
    g_assert_cmphex(kept.fourcc, ==, given.fourcc);
    g_assert_true(display_buffer_get_pixels(buffer, &pixels));
    g_assert_cmpuint(pixels.stride, ==, 64);
    display_buffer_lock(buffer);
    g_assert_cmphex(((uint32_t *)(pixels.data + 64 * 2))[3], ==, value);
    display_buffer_unlock(buffer);
    g_assert_cmphex(buffer->format, ==, PIXMAN_x8b8g8r8);
}

static void dmabuf_that_cannot_be_mapped_says_so(void)
{
    const struct {
        DisplayDmabuf dmabuf;
        uint32_t height;
    } cases[] = {
        {{.fourcc = DRM_FORMAT_XRGB8888, .modifier = 0x0100000000000001, .stride = 64}, 5},
        {{.fourcc = DRM_FORMAT_XRGB8888, .modifier = DRM_FORMAT_MOD_LINEAR, .stride = 64}, 65},
        {{.fourcc = DRM_FORMAT_XRGB8888, .modifier = DRM_FORMAT_MOD_LINEAR, .stride = 36}, 5},
        {{.fourcc = DRM_FORMAT_XRGB8888, .modifier = DRM_FORMAT_MOD_LINEAR, .stride = 64,
          .offset = UINT32_MAX}, 5},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        DisplayDmabuf dmabuf = cases[i].dmabuf;
        g_autoptr(DisplayBuffer) buffer = NULL;
        DisplayPixels pixels;

        dmabuf.fd = memory_file(4096);
        buffer = display_buffer_create_dmabuf(&dmabuf, 10, cases[i].height);
        g_assert_nonnull(buffer);
        g_assert_false(display_buffer_get_pixels(buffer, &pixels));
        close(dmabuf.fd);
    }
}

static void dmabuf_of_unknown_format_is_no_buffer(void)
{
    DisplayDmabuf dmabuf = {.fd = memory_file(4096), .fourcc = DRM_FORMAT_NV12, .stride = 64};

    g_assert_null(display_buffer_create_dmabuf(&dmabuf, 10, 5));
    dmabuf.fourcc = DRM_FORMAT_XRGB8888;
    g_assert_null(display_buffer_create_dmabuf(&dmabuf, 0, 5));
    close(dmabuf.fd);
    dmabuf.fd = -1;
    g_assert_null(display_buffer_create_dmabuf(&dmabuf, 10, 5));
}

/* Notes that it ran while the buffer it hung on was still there. */
static void note_destroyed(void *counts)
{
    int *gone = counts;

    g_assert_cmpint(gone[0], ==, 0);
    gone[1]++;
}

static void attachments_go_before_the_buffer(void)
{
    int gone[2] = {0, 0};   /* the buffer, the attachment */
    DisplayBuffer *buffer = traced_buffer(8, 8, &gone[0]);
    GQuark mine = g_quark_from_static_string("test-a");

    display_buffer_attach(buffer, mine, gone, note_destroyed);
    g_assert_true(display_buffer_get_attached(buffer, mine) == gone);
    g_assert_null(display_buffer_get_attached(buffer, g_quark_from_static_string("test-b")));
    display_buffer_unref(buffer);
    g_assert_cmpint(gone[0], ==, 1);
    g_assert_cmpint(gone[1], ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/display/view/frame-lives-until-the-next-one", frame_lives_until_the_next_one);
    g_test_add_func("/display/view/same-frame-again-keeps-its-buffer",
                    same_frame_again_keeps_its_buffer);
    g_test_add_func("/display/view/damage-adds-up-over-frames-not-drawn",
                    damage_adds_up_over_frames_not_drawn);
    g_test_add_func("/display/view/source-is-clipped-to-the-buffer", source_is_clipped_to_the_buffer);
    g_test_add_func("/display/view/cursor-damages-where-it-was-and-where-it-is",
                    cursor_damages_where_it_was_and_where_it_is);
    g_test_add_func("/display/view/cursor-without-a-frame-damages-nothing",
                    cursor_without_a_frame_damages_nothing);
    g_test_add_func("/display/buffer/image-shares-pixels-and-keeps-them",
                    image_buffer_shares_pixels_and_keeps_them);
    g_test_add_func("/display/buffer/dmabuf-outlives-the-given-descriptor",
                    dmabuf_buffer_outlives_the_given_descriptor);
    g_test_add_func("/display/buffer/dmabuf-that-cannot-be-mapped-says-so",
                    dmabuf_that_cannot_be_mapped_says_so);
    g_test_add_func("/display/buffer/dmabuf-of-unknown-format-is-no-buffer",
                    dmabuf_of_unknown_format_is_no_buffer);
    g_test_add_func("/display/buffer/attachments-go-before-the-buffer",
                    attachments_go_before_the_buffer);
    return g_test_run();
}
