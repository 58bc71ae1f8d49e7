/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources: their life, their ids, their formats and sizes, and what they may cost. */
#include "guest.h"

#define INVALID_ID VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define INVALID VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define NO_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY

static uint32_t create(VgpuHarness *harness, uint32_t id, uint32_t format,
                       uint32_t width, uint32_t height)
{
    struct virtio_gpu_resource_create_2d request = vgpu_wire_create_2d(id, format, width, height);

    return vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
}

static void create_and_unref_work_in_turn(VgpuHarness *harness)
{
    for (int i = 0; i < 3; i++) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, 5, 16, 16), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_unref(harness, 5), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_unref(harness, 5), ==, INVALID_ID);
    }
}

static void id_zero_is_refused(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 0, 16, 16), ==, INVALID_ID);
    g_assert_cmphex(vgpu_guest_unref(harness, 0), ==, INVALID_ID);
    g_assert_cmphex(vgpu_guest_flush(harness, 0, VGPU_RECT(0, 0, 1, 1)), ==, INVALID_ID);
    g_assert_cmphex(vgpu_guest_attach(harness, 0, VGPU_FAKE_RAM_START, 4096), ==, INVALID_ID);
}

static void any_other_id_is_taken(VgpuHarness *harness)
{
    static const uint32_t ids[] = { 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, UINT32_MAX };

    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, ids[i], 16, 16), ==, VGPU_OK);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_assert_cmphex(vgpu_guest_unref(harness, ids[i]), ==, VGPU_OK);
    }
}

/* The first one stays as it is. */
static void duplicate_id_is_refused(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 32, 16), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, INVALID_ID);
    g_assert_cmphex(vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 32, 16)), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 33, 16)), ==, INVALID);
}

static void exactly_eight_formats_are_taken(VgpuHarness *harness)
{
    unsigned n = 0;

    for (uint32_t format = 0; format < 300; format++) {
        uint32_t response = create(harness, 1, format, 16, 16);

        if (response == VGPU_OK) {
            n++;
            g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
        } else {
            g_assert_cmphex(response, ==, INVALID);
        }
    }
    g_assert_cmpuint(n, ==, 8);
    g_assert_cmphex(create(harness, 1, UINT32_MAX, 16, 16), ==, INVALID);
    g_assert_cmphex(create(harness, 1, 0x101, 16, 16), ==, INVALID);
}

static void format_decides_what_bytes_mean(VgpuHarness *harness)
{
    static const struct {
        uint32_t virtio;
        pixman_format_code_t pixman;
    } formats[] = {
        { VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, PIXMAN_a8r8g8b8 },
        { VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, PIXMAN_x8r8g8b8 },
        { VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, PIXMAN_b8g8r8a8 },
        { VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, PIXMAN_b8g8r8x8 },
        { VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, PIXMAN_a8b8g8r8 },
        { VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, PIXMAN_r8g8b8x8 },
        { VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, PIXMAN_r8g8b8a8 },
        { VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, PIXMAN_x8b8g8r8 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_assert_cmphex(create(harness, 1, formats[i].virtio, 16, 16), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 16, 16)), ==,
                        VGPU_OK);
        g_assert_cmphex(harness->sink.heads[0].buffer->format, ==, formats[i].pixman);
        g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    }
}

static void impossible_sizes_are_refused(VgpuHarness *harness)
{
    static const struct {
        uint32_t width, height;
    } sizes[] = {
        { 0, 0 }, { 0, 16 }, { 16, 0 }, { 0x20000000, 1 }, { 0x40000001, 1 }, { 0x40000001, 16 },
        { 0x40000010, 16 }, { 0x80000001, 1 }, { UINT32_MAX, 1 }, { UINT32_MAX, UINT32_MAX },
        { 0x10000000, 0x10000000 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        uint32_t response = create(harness, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
                                   sizes[i].width, sizes[i].height);

        g_assert_true(response == INVALID || response == NO_MEMORY);
        g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, INVALID_ID);
    }
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 1, UINT32_MAX), ==, NO_MEMORY);
}

static void new_resource_is_black(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 40, 30), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 40, 30)), ==, VGPU_OK);
    for (int y = 0; y < 30; y++) {
        for (int x = 0; x < 40; x++) {
            g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[0], x, y), ==, 0);
        }
    }
}

/* One picture takes 64x64x4 = 16 KiB. */
static void init_small(VgpuHarness *harness, uint64_t max_hostmem)
{
    vgpu_harness_init(harness, &(VgpuHarnessOptions) { .max_hostmem = max_hostmem });
}

static void fill_up(VgpuHarness *harness, uint32_t n)
{
    for (uint32_t id = 1; id <= n; id++) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, id, 64, 64), ==, VGPU_OK);
    }
    g_assert_cmphex(vgpu_guest_create_2d(harness, n + 1, 64, 64), ==, NO_MEMORY);
}

static void hostmem_is_a_limit_for_all_together(void)
{
    VgpuHarness harness;

    init_small(&harness, 4 * 16384 + 1);
    fill_up(&harness, 4);
    g_assert_cmphex(vgpu_guest_unref(&harness, 2), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_create_2d(&harness, 9, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_create_2d(&harness, 2, 64, 64), ==, NO_MEMORY);
    vgpu_harness_finish(&harness);
}

static void hostmem_is_not_charged_for_failures(void)
{
    VgpuHarness harness;

    init_small(&harness, 4 * 16384 + 1);
    for (int i = 0; i < 100; i++) {
        g_assert_cmphex(create(&harness, 1, 0, 64, 64), ==, INVALID);
        g_assert_cmphex(vgpu_guest_create_2d(&harness, 1, 64, 300), ==, NO_MEMORY);
        g_assert_cmphex(vgpu_guest_create_2d(&harness, 1, UINT32_MAX, 300), ==, INVALID);
        g_assert_cmphex(vgpu_guest_create_2d(&harness, 0, 64, 64), ==, INVALID_ID);
    }
    fill_up(&harness, 4);
    vgpu_harness_finish(&harness);
}

static void hostmem_is_free_again_after_reset(void)
{
    VgpuHarness harness;

    init_small(&harness, 4 * 16384 + 1);
    for (int i = 0; i < 10; i++) {
        fill_up(&harness, 4);
        vgpu_harness_reset(&harness);
    }
    vgpu_harness_finish(&harness);
}

static void hostmem_counts_what_is_shown_once(void)
{
    VgpuHarness harness;

    init_small(&harness, 4 * 16384 + 1);
    for (int i = 0; i < 100; i++) {
        vgpu_guest_make(&harness, 1, 64, 64, VGPU_FAKE_RAM_START);
        g_assert_cmphex(vgpu_guest_set_scanout(&harness, 0, 1, VGPU_RECT(0, 0, 64, 64)), ==,
                        VGPU_OK);
        g_assert_cmphex(vgpu_guest_unref(&harness, 1), ==, VGPU_OK);
    }
    fill_up(&harness, 4);
    vgpu_harness_finish(&harness);
}

static void hundred_thousand_in_turn_leave_nothing(VgpuHarness *harness)
{
    for (uint32_t i = 1; i <= 100000; i++) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, i, 8, 8), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_unref(harness, i), ==, VGPU_OK);
    }
}

static void hundred_thousand_at_once_leave_nothing(VgpuHarness *harness)
{
    for (uint32_t i = 1; i <= 100000; i++) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, i * 7919, 1, 1), ==, VGPU_OK);
    }
    for (uint32_t i = 1; i <= 100000; i += 2) {
        g_assert_cmphex(vgpu_guest_unref(harness, i * 7919), ==, VGPU_OK);
    }
    vgpu_harness_reset(harness);
    g_assert_cmphex(vgpu_guest_unref(harness, 2 * 7919), ==, INVALID_ID);
}

/* Every resource costs more than its pixels: their number has a limit of its own. */
static void number_of_resources_is_limited(VgpuHarness *harness)
{
    uint32_t id = 1;

    while (vgpu_guest_create_2d(harness, id, 1, 1) == VGPU_OK) {
        id++;
        g_assert_cmpuint(id, <, 2000000);
    }
    g_assert_cmpuint(id, >, 100000);
    g_assert_cmphex(vgpu_guest_create_2d(harness, id, 1, 1), ==, NO_MEMORY);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_create_2d(harness, id, 1, 1), ==, VGPU_OK);
}

static const VgpuHarnessTest tests[] = {
    { "create-and-unref-work-in-turn", create_and_unref_work_in_turn },
    { "id-zero-is-refused", id_zero_is_refused },
    { "any-other-id-is-taken", any_other_id_is_taken },
    { "duplicate-id-is-refused", duplicate_id_is_refused },
    { "exactly-eight-formats-are-taken", exactly_eight_formats_are_taken },
    { "format-decides-what-bytes-mean", format_decides_what_bytes_mean },
    { "impossible-sizes-are-refused", impossible_sizes_are_refused },
    { "new-resource-is-black", new_resource_is_black },
    { "hundred-thousand-in-turn-leave-nothing", hundred_thousand_in_turn_leave_nothing },
    { "hundred-thousand-at-once-leave-nothing", hundred_thousand_at_once_leave_nothing },
    { "number-of-resources-is-limited", number_of_resources_is_limited },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("resource", tests, G_N_ELEMENTS(tests));
    g_test_add_func("/vgpu/resource/hostmem-is-a-limit-for-all-together",
                    hostmem_is_a_limit_for_all_together);
    g_test_add_func("/vgpu/resource/hostmem-is-not-charged-for-failures",
                    hostmem_is_not_charged_for_failures);
    g_test_add_func("/vgpu/resource/hostmem-is-free-again-after-reset",
                    hostmem_is_free_again_after_reset);
    g_test_add_func("/vgpu/resource/hostmem-counts-what-is-shown-once",
                    hostmem_counts_what_is_shown_once);
    return g_test_run();
}
