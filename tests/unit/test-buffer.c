/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayBuffer: references, the pixels it makes, and images of its parts. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ui/display/buffer.h"

typedef struct CountedBuffer {
    DisplayBuffer base;
    unsigned n_destroyed;
} CountedBuffer;

static void counted_destroy(DisplayBuffer *buffer)
{
    ((CountedBuffer *)buffer)->n_destroyed++;
}

static const DisplayBufferOps counted_ops = { .destroy = counted_destroy };

static void last_reference_destroys(void)
{
    CountedBuffer counted = { 0 };

    display_buffer_init(&counted.base, &counted_ops, 3, 4, PIXMAN_x8r8g8b8);
    g_assert_true(display_buffer_ref(&counted.base) == &counted.base);
    display_buffer_unref(&counted.base);
    g_assert_cmpuint(counted.n_destroyed, ==, 0);
    display_buffer_unref(&counted.base);
    g_assert_cmpuint(counted.n_destroyed, ==, 1);
    display_buffer_unref(NULL);
}

static void buffer_without_pixels_says_so(void)
{
    CountedBuffer counted = { 0 };
    const pixman_box32_t box = { 0, 0, 1, 1 };
    DisplayPixels pixels;

    display_buffer_init(&counted.base, &counted_ops, 3, 4, PIXMAN_x8r8g8b8);
    g_assert_false(display_buffer_get_pixels(&counted.base, &pixels));
    g_assert_null(display_buffer_create_image(&counted.base, &box));
    display_buffer_unref(&counted.base);
}

/* Both small ones and those large enough to have pages of their own. */
static void new_pixels_are_zero_and_all_writable(void)
{
    static const uint32_t sizes[][2] = {
        { 1, 1 }, { 3, 5 }, { 64, 64 }, { 1024, 600 }, { 2000, 1000 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(DisplayBuffer) buffer =
            display_buffer_create_pixels(sizes[i][0], sizes[i][1], PIXMAN_x8r8g8b8);
        size_t size = (size_t)sizes[i][0] * sizes[i][1] * 4;
        DisplayPixels pixels;

        g_assert_nonnull(buffer);
        g_assert_true(display_buffer_get_pixels(buffer, &pixels));
        g_assert_cmpuint(pixels.stride, ==, sizes[i][0] * 4);
        for (size_t j = 0; j < size; j++) {
            g_assert_cmpuint(pixels.data[j], ==, 0);
        }
        memset(pixels.data, 0xff, size);
    }
}

static void sizes_without_meaning_are_refused(void)
{
    g_assert_null(display_buffer_create_pixels(0, 1, PIXMAN_x8r8g8b8));
    g_assert_null(display_buffer_create_pixels(1, 0, PIXMAN_x8r8g8b8));
    g_assert_null(display_buffer_create_pixels(0x20000000, 1, PIXMAN_x8r8g8b8));
    g_assert_null(display_buffer_create_pixels(0x40000001, 1, PIXMAN_x8r8g8b8));
    g_assert_null(display_buffer_create_pixels(UINT32_MAX, UINT32_MAX, PIXMAN_x8r8g8b8));
}

static void more_pixels_than_memory_are_refused(void)
{
    g_assert_null(display_buffer_create_pixels(0x1fffffff, UINT32_MAX, PIXMAN_x8r8g8b8));
}

static void image_shows_its_part_and_keeps_the_buffer(void)
{
    DisplayBuffer *buffer = display_buffer_create_pixels(20, 10, PIXMAN_x8r8g8b8);
    const pixman_box32_t box = { 5, 3, 15, 9 };
    pixman_image_t *image = display_buffer_create_image(buffer, &box);
    DisplayPixels pixels;

    g_assert_true(display_buffer_get_pixels(buffer, &pixels));
    memset(pixels.data + 3 * pixels.stride + 5 * 4, 0x77, 4);
    display_buffer_unref(buffer);
    g_assert_cmpint(pixman_image_get_width(image), ==, 10);
    g_assert_cmpint(pixman_image_get_height(image), ==, 6);
    g_assert_cmpint(pixman_image_get_format(image), ==, PIXMAN_x8r8g8b8);
    g_assert_cmphex(*pixman_image_get_data(image), ==, 0x77777777);
    pixman_image_unref(image);
}

static void shared_pixels_stay_where_they_are_and_others_see_them(void)
{
    const uint32_t width = 1024, height = 700;
    const size_t size = (size_t)width * height * 4;
    g_autoptr(DisplayBuffer) buffer = display_buffer_create_pixels(width, height, PIXMAN_x8r8g8b8);
    DisplayPixels before, after;
    DisplayMemory memory, again;
    uint8_t *seen;

    g_assert_true(display_buffer_get_pixels(buffer, &before));
    memset(before.data, 0x55, size);
    g_assert_true(display_buffer_share(buffer, &memory));
    g_assert_true(display_buffer_share(buffer, &again));
    g_assert_cmpint(memory.fd, ==, again.fd);
    g_assert_cmpuint(memory.offset, ==, 0);
    g_assert_cmpuint(memory.stride, ==, width * 4);
    g_assert_true(display_buffer_get_pixels(buffer, &after));
    g_assert_true(before.data == after.data);
    seen = mmap(NULL, size, PROT_READ, MAP_SHARED, memory.fd, 0);
    g_assert_true(seen != MAP_FAILED);
    g_assert_cmpmem(seen, size, before.data, size);
    memset(before.data + 5000, 0x66, 100);
    g_assert_cmphex(seen[5050], ==, 0x66);
    munmap(seen, size);
}

static void shared_pixels_are_for_looking_only(void)
{
    g_autoptr(DisplayBuffer) buffer = display_buffer_create_pixels(1024, 700, PIXMAN_x8r8g8b8);
    DisplayMemory memory;

    g_assert_true(display_buffer_share(buffer, &memory));
    g_assert_cmpint(ftruncate(memory.fd, 0), ==, -1);
    g_assert_cmpint(write(memory.fd, "x", 1), ==, -1);
    g_assert_true(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, memory.fd, 0) == MAP_FAILED);
}

static void small_pixels_are_not_shared(void)
{
    g_autoptr(DisplayBuffer) buffer = display_buffer_create_pixels(64, 64, PIXMAN_x8r8g8b8);
    DisplayMemory memory;

    g_assert_false(display_buffer_share(buffer, &memory));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/display/buffer/last-reference-destroys", last_reference_destroys);
    g_test_add_func("/display/buffer/buffer-without-pixels-says-so", buffer_without_pixels_says_so);
    g_test_add_func("/display/buffer/new-pixels-are-zero-and-all-writable",
                    new_pixels_are_zero_and_all_writable);
    g_test_add_func("/display/buffer/sizes-without-meaning-are-refused",
                    sizes_without_meaning_are_refused);
    g_test_add_func("/display/buffer/more-pixels-than-memory-are-refused",
                    more_pixels_than_memory_are_refused);
    g_test_add_func("/display/buffer/image-shows-its-part-and-keeps-the-buffer",
                    image_shows_its_part_and_keeps_the_buffer);
    g_test_add_func("/display/buffer/shared-pixels-stay-where-they-are-and-others-see-them",
                    shared_pixels_stay_where_they_are_and_others_see_them);
    g_test_add_func("/display/buffer/shared-pixels-are-for-looking-only",
                    shared_pixels_are_for_looking_only);
    g_test_add_func("/display/buffer/small-pixels-are-not-shared", small_pixels_are_not_shared);
    return g_test_run();
}
