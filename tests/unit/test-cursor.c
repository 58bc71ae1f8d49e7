/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cursors: their image, their hot spot and their place. */
#include "guest.h"

#define INVALID VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define RAM VGPU_FAKE_RAM_START

static uint32_t ask_cursor(VgpuHarness *harness, const struct virtio_gpu_update_cursor *request)
{
    return vgpu_guest_ask(harness, VGPU_QUEUE_CURSOR, request, sizeof(*request));
}

/* A cursor resource with `pixel` everywhere, as bytes in memory. */
static void make_cursor(VgpuHarness *harness, uint32_t id, uint32_t format, uint32_t pixel)
{
    struct virtio_gpu_resource_create_2d create =
        vgpu_wire_create_2d(id, format, VGPU_CURSOR_SIZE, VGPU_CURSOR_SIZE);
    uint32_t size = VGPU_CURSOR_SIZE * VGPU_CURSOR_SIZE * 4;

    for (uint32_t i = 0; i < size; i += 4) {
        vgpu_fake_memory_write(harness->memory, RAM + i, &pixel, sizeof(pixel));
    }
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create)), ==,
                    VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach(harness, id, RAM, size), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, id, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
}

static void update_defines_and_places(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[2];
    struct virtio_gpu_update_cursor update =
        vgpu_wire_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR, 2, 1);

    make_cursor(harness, 1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 0x80112233);
    update.hot_x = 5;
    update.hot_y = 6;
    update.pos.x = 300;
    update.pos.y = 200;
    g_assert_cmphex(ask_cursor(harness, &update), ==, VGPU_OK);
    g_assert_true(head->has_cursor);
    g_assert_cmpuint(head->cursor.hot_x, ==, 5);
    g_assert_cmpuint(head->cursor.hot_y, ==, 6);
    g_assert_cmpint(head->cursor_x, ==, 300);
    g_assert_cmpint(head->cursor_y, ==, 200);
    g_assert_true(head->cursor_visible);
    g_assert_cmpuint(harness->sink.heads[0].n_defines, ==, 0);
}

/* Whatever its format, the display gets 0xAARRGGBB: a driver means alpha where the format has X. */
static void every_format_gives_the_same_colours(VgpuHarness *harness)
{
    static const struct {
        uint32_t format, pixel, expected;
    } formats[] = {
        { VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 0x80112233, 0x80112233 },
        { VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 0x80112233, 0x80112233 },
        { VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, 0x33221180, 0x80112233 },
        { VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, 0x33221180, 0x80112233 },
        { VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 0x80332211, 0x80112233 },
        { VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, 0x80332211, 0x80112233 },
        { VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, 0x11223380, 0x80112233 },
        { VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, 0x11223380, 0x80112233 },
    };

    for (uint32_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        make_cursor(harness, i + 1, formats[i].format, formats[i].pixel);
        g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, i + 1), ==, VGPU_OK);
        for (size_t j = 0; j < VGPU_CURSOR_SIZE * VGPU_CURSOR_SIZE; j++) {
            g_assert_cmphex(harness->sink.heads[0].cursor.pixels[j], ==, formats[i].expected);
        }
    }
}

static void rows_of_the_image_keep_their_order(VgpuHarness *harness)
{
    vgpu_fake_memory_fill(harness->memory, 8);
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    for (uint32_t i = 0; i < 64 * 64; i++) {
        uint32_t expected;

        vgpu_fake_memory_read(harness->memory, RAM + i * 4, &expected, sizeof(expected));
        g_assert_cmphex(harness->sink.heads[0].cursor.pixels[i], ==, expected);
    }
}

static void move_only_moves(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];
    struct virtio_gpu_update_cursor move = vgpu_wire_cursor(VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 1);

    make_cursor(harness, 1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 1);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    move.pos.x = 1000;
    move.pos.y = (uint32_t)-5;
    g_assert_cmphex(ask_cursor(harness, &move), ==, VGPU_OK);
    g_assert_cmpint(head->cursor_x, ==, 1000);
    g_assert_cmpint(head->cursor_y, ==, -5);
    g_assert_true(head->cursor_visible);
    g_assert_cmpuint(head->n_defines, ==, 1);
}

static void resource_zero_hides(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];
    struct virtio_gpu_update_cursor move = vgpu_wire_cursor(VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0);

    make_cursor(harness, 1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 1);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 0), ==, VGPU_OK);
    g_assert_false(head->cursor_visible);
    g_assert_cmphex(ask_cursor(harness, &move), ==, VGPU_OK);
    g_assert_false(head->cursor_visible);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    g_assert_true(head->cursor_visible);
}

static void image_of_another_size_is_refused(VgpuHarness *harness)
{
    static const uint32_t sizes[][2] = {
        { 63, 64 }, { 64, 63 }, { 65, 64 }, { 1, 4096 }, { 128, 128 },
    };

    make_cursor(harness, 100, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 0xff00ff00);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 100), ==, VGPU_OK);
    for (uint32_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, i + 1, sizes[i][0], sizes[i][1]), ==,
                        VGPU_OK);
        g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, i + 1), ==, INVALID);
    }
    g_assert_cmpuint(harness->sink.heads[0].n_defines, ==, 1);
    g_assert_cmphex(harness->sink.heads[0].cursor.pixels[0], ==, 0xff00ff00);
}

static void resource_without_content_is_an_invisible_image(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_2d create =
        vgpu_wire_create_2d(1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 64, 64);

    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create)), ==,
                    VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    for (size_t i = 0; i < VGPU_CURSOR_SIZE * VGPU_CURSOR_SIZE; i++) {
        g_assert_cmphex(harness->sink.heads[0].cursor.pixels[i], ==, 0);
    }
}

static void image_outlives_its_resource(VgpuHarness *harness)
{
    make_cursor(harness, 1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 0xff102030);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_true(harness->sink.heads[0].cursor_visible);
    g_assert_cmphex(harness->sink.heads[0].cursor.pixels[0], ==, 0xff102030);
    vgpu_device_present_all(harness->device);
}

static void unknown_resource_is_refused(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 9), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmpuint(harness->sink.heads[0].n_defines, ==, 0);
}

/* The hot spot is the guest's word: no pixel is looked up by it. */
static void hot_spot_outside_the_image_is_passed_on(VgpuHarness *harness)
{
    struct virtio_gpu_update_cursor update =
        vgpu_wire_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1);

    make_cursor(harness, 1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 1);
    update.hot_x = UINT32_MAX;
    update.hot_y = 64;
    g_assert_cmphex(ask_cursor(harness, &update), ==, VGPU_OK);
    g_assert_cmpuint(harness->sink.heads[0].cursor.hot_y, ==, 64);
}

static void reset_takes_the_cursor_away(VgpuHarness *harness)
{
    make_cursor(harness, 1, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 1);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    vgpu_harness_reset(harness);
    g_assert_false(harness->sink.heads[0].has_cursor);
}

static const VgpuHarnessTest tests[] = {
    { "update-defines-and-places", update_defines_and_places },
    { "every-format-gives-the-same-colours", every_format_gives_the_same_colours },
    { "rows-of-the-image-keep-their-order", rows_of_the_image_keep_their_order },
    { "move-only-moves", move_only_moves },
    { "resource-zero-hides", resource_zero_hides },
    { "image-of-another-size-is-refused", image_of_another_size_is_refused },
    { "resource-without-content-is-an-invisible-image",
      resource_without_content_is_an_invisible_image },
    { "image-outlives-its-resource", image_outlives_its_resource },
    { "unknown-resource-is-refused", unknown_resource_is_refused },
    { "hot-spot-outside-the-image-is-passed-on", hot_spot_outside_the_image_is_passed_on },
    { "reset-takes-the-cursor-away", reset_takes_the_cursor_away },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("cursor", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
