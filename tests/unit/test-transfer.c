/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TRANSFER_TO_HOST_2D: that the right pixels arrive, compared with a copy made one byte at a time,
 * and that long copies leave the thread without upsetting the order of things.
 */
#include "guest.h"

#define INVALID VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define RAM VGPU_FAKE_RAM_START

/* A resource on scanout 0 with a scattered backing, and what should be in it. */
typedef struct Picture {
    VgpuHarness *harness;
    uint32_t width, height;
    uint8_t *backing;      /* the bytes behind the page list, in its order */
    uint32_t backing_size;
    uint8_t *expected;     /* pixels, rows without padding */
} Picture;

/* Pieces of odd length all over the memory, until there are `size` bytes. */
static void scatter(Picture *picture, uint32_t size)
{
    VgpuHarness *harness = picture->harness;
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(struct virtio_gpu_mem_entry));

    picture->backing = g_malloc(size);
    picture->backing_size = 0;
    while (picture->backing_size < size) {
        uint32_t left = size - picture->backing_size;
        uint32_t length = g_test_rand_int_range(1, 8192);
        struct virtio_gpu_mem_entry entry = {
            .addr = RAM + g_test_rand_int_range(0, 2 * VGPU_HARNESS_BLOCK - 8192),
            .length = MIN(left, length),
        };

        vgpu_fake_memory_read(harness->memory, entry.addr,
                              picture->backing + picture->backing_size, entry.length);
        picture->backing_size += entry.length;
        g_array_append_val(entries, entry);
    }
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, (void *)entries->data, entries->len), ==,
                    VGPU_OK);
}

static void picture_init(Picture *picture, VgpuHarness *harness, uint32_t format,
                         uint32_t width, uint32_t height)
{
    struct virtio_gpu_resource_create_2d create = vgpu_wire_create_2d(1, format, width, height);

    *picture = (Picture) { .harness = harness, .width = width, .height = height };
    picture->expected = g_malloc0((size_t)width * height * 4);
    vgpu_fake_memory_fill(harness->memory, width + height);
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create)), ==,
                    VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, width, height)), ==,
                    VGPU_OK);
}

static void picture_finish(Picture *picture)
{
    g_free(picture->backing);
    g_free(picture->expected);
    g_assert_cmphex(vgpu_guest_unref(picture->harness, 1), ==, VGPU_OK);
}

/* Does a transfer the plain way; false when it would read beyond the backing. */
static bool expect_transfer(Picture *picture, struct virtio_gpu_rect rect, uint64_t offset)
{
    uint64_t stride = picture->width * 4ull;
    uint64_t end = offset + stride * (rect.height - 1) + rect.width * 4ull;

    if (end > picture->backing_size) {
        return false;
    }
    for (uint32_t y = 0; y < rect.height; y++) {
        for (uint32_t i = 0; i < rect.width * 4; i++) {
            picture->expected[(rect.y + y) * stride + rect.x * 4 + i] =
                picture->backing[offset + y * stride + i];
        }
    }
    return true;
}

static void check_pixels(Picture *picture)
{
    DisplayPixels pixels;
    size_t stride = picture->width * 4;

    g_assert_true(display_buffer_get_pixels(picture->harness->sink.heads[0].buffer, &pixels));
    for (uint32_t y = 0; y < picture->height; y++) {
        g_assert_cmpmem(pixels.data + (size_t)y * pixels.stride, stride,
                        picture->expected + y * stride, stride);
    }
}

static struct virtio_gpu_rect random_rect(uint32_t width, uint32_t height)
{
    uint32_t x = g_test_rand_int_range(0, width), y = g_test_rand_int_range(0, height);

    return VGPU_RECT(x, y, g_test_rand_int_range(1, width - x + 1),
                     g_test_rand_int_range(1, height - y + 1));
}

static void transfer_randomly(Picture *picture, int times)
{
    for (int i = 0; i < times; i++) {
        struct virtio_gpu_rect rect = random_rect(picture->width, picture->height);
        uint64_t offset = (rect.y * (uint64_t)picture->width + rect.x) * 4;

        if (g_test_rand_int_range(0, 3) == 0) {
            offset = g_test_rand_int_range(0, picture->backing_size);
        }
        g_assert_cmphex(vgpu_guest_transfer(picture->harness, 1, rect, offset), ==,
                        expect_transfer(picture, rect, offset) ? VGPU_OK : INVALID);
        check_pixels(picture);
    }
}

static void every_format_arrives_as_it_is(VgpuHarness *harness)
{
    static const uint32_t formats[] = { 1, 2, 3, 4, 67, 68, 121, 134 };

    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        Picture picture;

        picture_init(&picture, harness, formats[i], 50, 40);
        scatter(&picture, 50 * 40 * 4);
        transfer_randomly(&picture, 20);
        picture_finish(&picture);
    }
}

static void random_rectangles_arrive_from_scattered_pages(VgpuHarness *harness)
{
    static const uint32_t widths[] = { 1, 2, 3, 17, 64, 129, 600 };

    for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
        Picture picture;
        uint32_t height = 1 + 300 / widths[i];

        picture_init(&picture, harness, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, widths[i], height);
        scatter(&picture, widths[i] * height * 4 + g_test_rand_int_range(0, 3000));
        transfer_randomly(&picture, 100);
        picture_finish(&picture);
    }
}

static void random_rectangles_of_a_large_picture_arrive(VgpuHarness *harness)
{
    Picture picture;

    picture_init(&picture, harness, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 1000, 800);
    scatter(&picture, 1000 * 800 * 4);
    transfer_randomly(&picture, 30);
    expect_transfer(&picture, VGPU_RECT(1, 0, 999, 800), 4);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(1, 0, 999, 800), 4), ==, VGPU_OK);
    g_assert_cmpuint(harness->executor.n_submitted, >, 0);
    check_pixels(&picture);
    picture_finish(&picture);
}

static void backing_shorter_than_the_picture_serves_what_it_has(VgpuHarness *harness)
{
    Picture picture;

    picture_init(&picture, harness, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 64, 64);
    scatter(&picture, 64 * 4 * 10 + 4 * 5);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 10), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 5, 11), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 6, 11), 0), ==, INVALID);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, INVALID);
    expect_transfer(&picture, VGPU_RECT(0, 0, 64, 10), 0);
    expect_transfer(&picture, VGPU_RECT(0, 0, 5, 11), 0);
    check_pixels(&picture);
    picture_finish(&picture);
}

static void nothing_outside_the_picture_is_written(VgpuHarness *harness)
{
    static const struct virtio_gpu_rect outside[] = {
        { 0, 0, 65, 1 }, { 0, 0, 1, 65 }, { 64, 0, 1, 1 }, { 0, 64, 1, 1 }, { 63, 63, 2, 2 },
        { UINT32_MAX, 0, 1, 1 }, { 0, UINT32_MAX, 1, 1 }, { UINT32_MAX, UINT32_MAX, 2, 2 },
        { 1, 1, UINT32_MAX, UINT32_MAX }, { 0x40000000, 0, 64, 64 }, { 0, 0x80000000, 64, 64 },
        { 0, 0, UINT32_MAX, UINT32_MAX },
    };

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    for (size_t i = 0; i < G_N_ELEMENTS(outside); i++) {
        g_assert_cmphex(vgpu_guest_transfer(harness, 1, outside[i], 0), ==, INVALID);
    }
}

static void offsets_that_overflow_are_refused(VgpuHarness *harness)
{
    static const uint64_t offsets[] = {
        64 * 64 * 4 - 3, 64 * 64 * 4, 1ull << 32, 1ull << 63, UINT64_MAX, UINT64_MAX - 3,
        UINT64_MAX - 64 * 4 * 63 - 255, 0 - 64 * 64 * 4ull,
    };

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
        g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), offsets[i]), ==,
                        INVALID);
        g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 1, 1), offsets[i]), ==,
                        INVALID);
    }
}

static void empty_rectangle_is_nothing_to_do(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 0, 0), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(64, 64, 0, 0), UINT64_MAX), ==,
                    VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(65, 0, 0, 5), 0), ==, INVALID);
}

static void small_copy_stays_and_long_copy_leaves_the_thread(VgpuHarness *harness)
{
    VgpuFakeRequest *request;

    vgpu_guest_make_long(harness, 1);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 512, 64), 0), ==, VGPU_OK);
    g_assert_cmpuint(harness->executor.n_submitted, ==, 0);
    request = vgpu_guest_start_transfer(harness, 1);
    vgpu_fake_executor_run(&harness->executor);
    g_assert_cmpint(request->state, ==, VGPU_FAKE_TAKEN);
    vgpu_fake_executor_done(&harness->executor);
    g_assert_cmphex(vgpu_guest_response(request), ==, VGPU_OK);
}

/* A guest cannot keep the thread by asking for many copies that are each short enough. */
static void many_small_copies_at_once_leave_the_thread_too(VgpuHarness *harness)
{
    struct virtio_gpu_transfer_to_host_2d transfer =
        vgpu_wire_transfer(1, VGPU_RECT(0, 0, 512, 64), 0);

    vgpu_guest_make_long(harness, 1);
    for (int i = 0; i < 64; i++) {
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &transfer, sizeof(transfer));
    }
    vgpu_harness_process(harness);
    g_assert_cmpuint(harness->executor.n_submitted, >, 32);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->queues[VGPU_QUEUE_CONTROL].n_answered, ==, 66);
}

static VgpuFakeRequest *send_flush(VgpuHarness *harness, uint32_t id)
{
    struct virtio_gpu_resource_flush flush = vgpu_wire_flush(id, VGPU_RECT(0, 0, 8, 8));
    VgpuFakeRequest *request =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &flush, sizeof(flush));

    vgpu_harness_process(harness);
    return request;
}

static void command_on_the_same_resource_waits(VgpuHarness *harness)
{
    VgpuFakeRequest *transfer, *flush;

    vgpu_guest_make_long(harness, 1);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 512, 512)), ==, VGPU_OK);
    transfer = vgpu_guest_start_transfer(harness, 1);
    flush = send_flush(harness, 1);
    vgpu_fake_executor_run(&harness->executor);
    vgpu_harness_process(harness);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_TAKEN);
    g_assert_cmpuint(harness->sink.heads[0].n_updates, ==, 0);
    vgpu_fake_executor_done(&harness->executor);
    g_assert_cmphex(vgpu_guest_response(flush), ==, VGPU_OK);
    g_assert_cmpuint(transfer->order, <, flush->order);
    g_assert_cmpuint(harness->sink.heads[0].n_updates, ==, 1);
}

static void command_on_another_resource_overtakes(VgpuHarness *harness)
{
    VgpuFakeRequest *transfer, *flush;

    vgpu_guest_make_long(harness, 1);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    transfer = vgpu_guest_start_transfer(harness, 1);
    flush = send_flush(harness, 2);
    g_assert_cmphex(vgpu_guest_response(flush), ==, VGPU_OK);
    g_assert_cmpint(transfer->state, ==, VGPU_FAKE_TAKEN);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(transfer), ==, VGPU_OK);
}

/* Small as the second is, it must not be overwritten by the first. */
static void later_copy_to_the_same_place_is_the_one_that_stays(VgpuHarness *harness)
{
    struct virtio_gpu_transfer_to_host_2d small =
        vgpu_wire_transfer(1, VGPU_RECT(0, 0, 16, 16), 4096);
    uint32_t expected;

    vgpu_fake_memory_fill(harness->memory, 9);
    vgpu_guest_make_long(harness, 1);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 512, 512)), ==, VGPU_OK);
    vgpu_guest_start_transfer(harness, 1);
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &small, sizeof(small));
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    vgpu_fake_memory_read(harness->memory, RAM + 4096, &expected, sizeof(expected));
    g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[0], 0, 0), ==, expected);
}

static void cursor_moves_pass_a_waiting_control_queue(VgpuHarness *harness)
{
    struct virtio_gpu_update_cursor move = vgpu_wire_cursor(VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0);
    VgpuFakeRequest *flush, *cursor;

    vgpu_guest_make_long(harness, 1);
    vgpu_guest_start_transfer(harness, 1);
    flush = send_flush(harness, 1);
    move.pos.x = 77;
    cursor = vgpu_guest_send(harness, VGPU_QUEUE_CURSOR, &move, sizeof(move));
    vgpu_device_process(harness->device, VGPU_QUEUE_CURSOR);
    g_assert_cmphex(vgpu_guest_response(cursor), ==, VGPU_OK);
    g_assert_cmpint(harness->sink.heads[0].cursor_x, ==, 77);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_TAKEN);
    vgpu_harness_settle(harness);
}

static const VgpuHarnessTest tests[] = {
    { "every-format-arrives-as-it-is", every_format_arrives_as_it_is },
    { "random-rectangles-arrive-from-scattered-pages",
      random_rectangles_arrive_from_scattered_pages },
    { "random-rectangles-of-a-large-picture-arrive", random_rectangles_of_a_large_picture_arrive },
    { "backing-shorter-than-the-picture-serves-what-it-has",
      backing_shorter_than_the_picture_serves_what_it_has },
    { "nothing-outside-the-picture-is-written", nothing_outside_the_picture_is_written },
    { "offsets-that-overflow-are-refused", offsets_that_overflow_are_refused },
    { "empty-rectangle-is-nothing-to-do", empty_rectangle_is_nothing_to_do },
    { "small-copy-stays-and-long-copy-leaves-the-thread",
      small_copy_stays_and_long_copy_leaves_the_thread },
    { "many-small-copies-at-once-leave-the-thread-too",
      many_small_copies_at_once_leave_the_thread_too },
    { "command-on-the-same-resource-waits", command_on_the_same_resource_waits },
    { "command-on-another-resource-overtakes", command_on_another_resource_overtakes },
    { "later-copy-to-the-same-place-is-the-one-that-stays",
      later_copy_to_the_same_place_is_the_one_that_stays },
    { "cursor-moves-pass-a-waiting-control-queue", cursor_moves_pass_a_waiting_control_queue },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("transfer", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
