/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scanouts: what a display is told to show, and what it is told has changed. */
#include "guest.h"
#include "hw/display/vgpu/sharing.h"

#define INVALID VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define INVALID_SCANOUT VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define RAM VGPU_FAKE_RAM_START

static void assert_box(const pixman_box32_t *box, int32_t x, int32_t y, int32_t width,
                       int32_t height)
{
    g_assert_cmpint(box->x1, ==, x);
    g_assert_cmpint(box->y1, ==, y);
    g_assert_cmpint(box->x2, ==, x + width);
    g_assert_cmpint(box->y2, ==, y + height);
}

/* That the damage of a head is one rectangle, and takes it. */
static void take_damage(VgpuFakeHead *head, int32_t x, int32_t y, int32_t width, int32_t height)
{
    g_assert_cmpint(pixman_region32_n_rects(&head->damage), ==, 1);
    assert_box(pixman_region32_extents(&head->damage), x, y, width, height);
    pixman_region32_clear(&head->damage);
}

static void assert_undamaged(VgpuFakeHead *head)
{
    g_assert_false(pixman_region32_not_empty(&head->damage));
}

static void show(VgpuHarness *harness, uint32_t scanout_id, uint32_t id,
                 struct virtio_gpu_rect rect)
{
    g_assert_cmphex(vgpu_guest_set_scanout(harness, scanout_id, id, rect), ==, VGPU_OK);
}

static void flush(VgpuHarness *harness, uint32_t id, struct virtio_gpu_rect rect)
{
    g_assert_cmphex(vgpu_guest_flush(harness, id, rect), ==, VGPU_OK);
}

static void set_scanout_shows_and_id_zero_disables(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[1];

    vgpu_guest_make(harness, 1, 64, 48, RAM);
    g_assert_false(vgpu_device_is_enabled(harness->device));
    show(harness, 1, 1, VGPU_RECT(0, 0, 64, 48));
    g_assert_true(vgpu_device_is_enabled(harness->device));
    g_assert_nonnull(head->buffer);
    g_assert_cmpuint(head->buffer->width, ==, 64);
    g_assert_cmpuint(head->buffer->height, ==, 48);
    assert_box(&head->source, 0, 0, 64, 48);
    show(harness, 1, 0, VGPU_RECT(0, 0, 0, 0));
    g_assert_null(head->buffer);
    g_assert_true(vgpu_device_is_enabled(harness->device));
    g_assert_null(harness->sink.heads[0].buffer);
}

static void disabling_twice_is_told_once(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    for (int i = 0; i < 3; i++) {
        show(harness, 0, 0, VGPU_RECT(7, 7, 7, 7));
    }
    g_assert_cmpuint(harness->sink.heads[0].n_disables, ==, 1);
}

static void part_of_a_resource_is_shown(VgpuHarness *harness)
{
    vgpu_fake_memory_fill(harness->memory, 3);
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
    show(harness, 0, 1, VGPU_RECT(10, 20, 30, 40));
    assert_box(&harness->sink.heads[0].source, 10, 20, 30, 40);
    for (uint32_t y = 0; y < 40; y++) {
        for (uint32_t x = 0; x < 30; x++) {
            uint32_t expected;

            vgpu_fake_memory_read(harness->memory, RAM + ((20 + y) * 64 + 10 + x) * 4, &expected,
                                  sizeof(expected));
            g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[0], x, y), ==, expected);
        }
    }
}

static void part_outside_the_resource_is_refused(VgpuHarness *harness)
{
    static const struct virtio_gpu_rect outside[] = {
        { 0, 0, 65, 64 }, { 0, 0, 64, 65 }, { 1, 0, 64, 64 }, { 0, 1, 64, 64 }, { 64, 64, 1, 1 },
        { 0, 0, 0, 64 }, { 0, 0, 64, 0 }, { 0, 0, 0, 0 }, { UINT32_MAX, 0, 64, 64 },
        { 32, 32, UINT32_MAX, 32 }, { 0x80000000, 0x80000000, 64, 64 },
        { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX },
    };

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 32, 32));
    for (size_t i = 0; i < G_N_ELEMENTS(outside); i++) {
        g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, outside[i]), ==, INVALID);
    }
    assert_box(&harness->sink.heads[0].source, 0, 0, 32, 32);
    g_assert_cmpuint(harness->sink.heads[0].n_scanouts, ==, 1);
}

static void scanout_that_does_not_exist_is_refused(VgpuHarness *harness)
{
    static const uint32_t ids[] = {
        VGPU_HARNESS_OUTPUTS, VGPU_HARNESS_OUTPUTS + 1, 15, 16, 17, 0x80000000, UINT32_MAX,
    };

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_assert_cmphex(vgpu_guest_set_scanout(harness, ids[i], 1, VGPU_RECT(0, 0, 64, 64)), ==,
                        INVALID_SCANOUT);
        g_assert_cmphex(vgpu_guest_set_scanout(harness, ids[i], 0, VGPU_RECT(0, 0, 0, 0)), ==,
                        INVALID_SCANOUT);
    }
    g_assert_false(vgpu_device_is_enabled(harness->device));
}

static void all_sixteen_scanouts_work(void)
{
    VgpuHarness harness;

    vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .max_outputs = VGPU_MAX_SCANOUTS });
    vgpu_guest_make(&harness, 1, 64, 64, RAM);
    for (uint32_t i = 0; i < VGPU_MAX_SCANOUTS; i++) {
        show(&harness, i, 1, VGPU_RECT(i, 0, 32, 32));
    }
    flush(&harness, 1, VGPU_RECT(0, 0, 64, 64));
    for (uint32_t i = 0; i < VGPU_MAX_SCANOUTS; i++) {
        take_damage(&harness.sink.heads[i], 0, 0, 32, 32);
    }
    g_assert_cmphex(vgpu_guest_set_scanout(&harness, VGPU_MAX_SCANOUTS, 1,
                                           VGPU_RECT(0, 0, 64, 64)), ==, INVALID_SCANOUT);
    vgpu_harness_finish(&harness);
}

static void flush_outside_scanout_is_ignored(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(32, 32, 32, 32));
    flush(harness, 1, VGPU_RECT(0, 0, 32, 64));
    flush(harness, 1, VGPU_RECT(0, 0, 64, 32));
    flush(harness, 1, VGPU_RECT(40, 40, 0, 0));
    g_assert_cmpuint(harness->sink.heads[0].n_updates, ==, 0);
}

static void flush_is_clipped_and_moved_to_the_scanout(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(10, 20, 30, 40));
    flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    take_damage(head, 0, 0, 30, 40);
    flush(harness, 1, VGPU_RECT(15, 22, 5, 6));
    take_damage(head, 5, 2, 5, 6);
    flush(harness, 1, VGPU_RECT(0, 0, 11, 21));
    take_damage(head, 0, 0, 1, 1);
    flush(harness, 1, VGPU_RECT(39, 59, 25, 5));
    take_damage(head, 29, 39, 1, 1);
}

static void flush_outside_the_resource_is_refused(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    g_assert_cmphex(vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 65, 64)), ==, INVALID);
    g_assert_cmphex(vgpu_guest_flush(harness, 1, VGPU_RECT(UINT32_MAX, 0, 2, 2)), ==, INVALID);
    assert_undamaged(&harness->sink.heads[0]);
}

static void flush_reaches_every_scanout_of_the_resource(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    show(harness, 1, 1, VGPU_RECT(32, 0, 32, 64));
    show(harness, 2, 1, VGPU_RECT(0, 0, 8, 8));
    show(harness, 3, 2, VGPU_RECT(0, 0, 64, 64));
    flush(harness, 1, VGPU_RECT(24, 4, 16, 8));
    take_damage(&harness->sink.heads[0], 24, 4, 16, 8);
    take_damage(&harness->sink.heads[1], 0, 4, 8, 8);
    assert_undamaged(&harness->sink.heads[2]);
    assert_undamaged(&harness->sink.heads[3]);
}

/* Puts a flush into the queue without a kick. */
static void queue_flush(VgpuHarness *harness, uint32_t id, struct virtio_gpu_rect rect)
{
    struct virtio_gpu_resource_flush request = vgpu_wire_flush(id, rect);

    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
}

static void flushes_of_a_batch_become_one_update_of_a_region(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];
    pixman_region32_t expected;

    vgpu_guest_make(harness, 1, 256, 256, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 256, 256));
    pixman_region32_init(&expected);
    for (int i = 0; i < 8; i++) {
        queue_flush(harness, 1, VGPU_RECT(i * 30, i * 20, 10, 10));
        pixman_region32_union_rect(&expected, &expected, i * 30, i * 20, 10, 10);
    }
    vgpu_harness_process(harness);
    g_assert_cmpuint(head->n_updates, ==, 1);
    g_assert_true(pixman_region32_equal(&head->damage, &expected));
    pixman_region32_fini(&expected);
}

static void damage_of_too_many_pieces_grows_but_never_shrinks(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];
    pixman_region32_t expected, missing;

    vgpu_guest_make_long(harness, 1);
    show(harness, 0, 1, VGPU_RECT(0, 0, 512, 512));
    pixman_region32_init(&expected);
    pixman_region32_init(&missing);
    for (int i = 0; i < 300; i++) {
        int x = g_test_rand_int_range(0, 511), y = g_test_rand_int_range(0, 511);

        queue_flush(harness, 1, VGPU_RECT(x, y, 1, 1));
        pixman_region32_union_rect(&expected, &expected, x, y, 1, 1);
    }
    vgpu_harness_process(harness);
    pixman_region32_subtract(&missing, &expected, &head->damage);
    g_assert_false(pixman_region32_not_empty(&missing));
    g_assert_cmpint(pixman_region32_n_rects(&head->damage), <=, 64);
    pixman_region32_fini(&expected);
    pixman_region32_fini(&missing);
}

static void damage_of_a_scanout_replaced_in_the_batch_is_dropped(VgpuHarness *harness)
{
    struct virtio_gpu_set_scanout set =
        vgpu_wire_set_scanout(0, 2, VGPU_RECT(0, 0, 32, 32));

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    vgpu_guest_make(harness, 2, 32, 32, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    queue_flush(harness, 1, VGPU_RECT(40, 40, 20, 20));
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &set, sizeof(set));
    vgpu_harness_process(harness);
    g_assert_cmpuint(harness->sink.heads[0].n_updates, ==, 0);
    assert_box(&harness->sink.heads[0].source, 0, 0, 32, 32);
}

static void unref_while_shown_disables(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    show(harness, 2, 1, VGPU_RECT(0, 0, 32, 32));
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_null(harness->sink.heads[0].buffer);
    g_assert_null(harness->sink.heads[2].buffer);
    g_assert_cmpuint(harness->sink.heads[1].n_disables, ==, 0);
}

static void buffer_outlives_its_resource_where_somebody_holds_it(VgpuHarness *harness)
{
    g_autoptr(DisplayBuffer) buffer = NULL;
    DisplayPixels pixels;

    vgpu_fake_memory_fill(harness->memory, 3);
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
    show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    buffer = display_buffer_ref(harness->sink.heads[0].buffer);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    vgpu_harness_reset(harness);
    g_assert_true(display_buffer_get_pixels(buffer, &pixels));
    g_assert_cmpmem(pixels.data, 64 * 4, vgpu_fake_memory_at(harness->memory, RAM), 64 * 4);
}

static void same_scanout_again_is_told_once(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    for (int i = 0; i < 1000; i++) {
        show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    }
    g_assert_cmpuint(harness->sink.heads[0].n_scanouts, ==, 1);
}

static void page_flips_are_all_told(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    for (int i = 0; i < 100; i++) {
        show(harness, 0, 1 + i % 2, VGPU_RECT(0, 0, 64, 64));
        flush(harness, 1 + i % 2, VGPU_RECT(0, 0, 64, 64));
        take_damage(&harness->sink.heads[0], 0, 0, 64, 64);
    }
    g_assert_cmpuint(harness->sink.heads[0].n_scanouts, ==, 100);
    g_assert_cmpuint(harness->sink.heads[0].n_disables, ==, 0);
}

static void detach_leaves_what_is_shown(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, VGPU_OK);
    g_assert_nonnull(harness->sink.heads[0].buffer);
    flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    take_damage(&harness->sink.heads[0], 0, 0, 64, 64);
}

static void present_all_shows_everything_again(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    show(harness, 0, 1, VGPU_RECT(0, 0, 64, 64));
    show(harness, 2, 1, VGPU_RECT(8, 8, 16, 16));
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 2, 2), ==, VGPU_OK);
    vgpu_device_present_all(harness->device);
    g_assert_cmpuint(harness->sink.heads[0].n_scanouts, ==, 2);
    g_assert_cmpuint(harness->sink.heads[1].n_scanouts, ==, 0);
    take_damage(&harness->sink.heads[0], 0, 0, 64, 64);
    take_damage(&harness->sink.heads[2], 0, 0, 16, 16);
    g_assert_cmpuint(harness->sink.heads[2].n_defines, ==, 2);
    g_assert_cmpuint(harness->sink.heads[0].n_defines, ==, 0);
}

/* Display libraries count in 16 bits. */
static void picture_too_wide_for_displays_is_refused(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 40000, 2), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 40000, 2)), ==, INVALID);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 32768, 2)), ==, INVALID);
    show(harness, 0, 1, VGPU_RECT(7233, 0, 32767, 2));
}

/* They also find a row by multiplying two ints. */
static void picture_of_more_bytes_than_an_int_is_refused(void)
{
    VgpuHarnessOptions options = { .max_hostmem = 4ull << 30 };
    VgpuHarness harness;

    vgpu_harness_init(&harness, &options);
    g_assert_cmphex(vgpu_guest_create_2d(&harness, 1, 32767, 16385), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(&harness, 0, 1, VGPU_RECT(0, 0, 64, 16385)), ==,
                    INVALID);
    show(&harness, 0, 1, VGPU_RECT(0, 1, 64, 16384));
    vgpu_harness_finish(&harness);
}

static void shared_memory_is_that_of_the_part_shown(VgpuHarness *harness)
{
    VgpuSharedScanout shared;
    DisplayPixels pixels;

    g_assert_false(vgpu_device_share_scanout(harness->device, 0, &shared));
    vgpu_guest_make_long(harness, 1);
    show(harness, 0, 1, VGPU_RECT(16, 32, 100, 100));
    g_assert_true(vgpu_device_share_scanout(harness->device, 0, &shared));
    g_assert_true(display_buffer_get_pixels(harness->sink.heads[0].buffer, &pixels));
    g_assert_cmpuint(shared.memory.offset, ==, (32 * VGPU_GUEST_LONG + 16) * 4);
    g_assert_true(shared.data == pixels.data + shared.memory.offset);
}

static void nothing_is_shared_while_it_is_written_to(VgpuHarness *harness)
{
    VgpuSharedScanout shared;

    vgpu_guest_make_long(harness, 1);
    show(harness, 0, 1, VGPU_RECT(0, 0, VGPU_GUEST_LONG, VGPU_GUEST_LONG));
    vgpu_guest_start_transfer(harness, 1);
    g_assert_false(vgpu_device_share_scanout(harness->device, 0, &shared));
    vgpu_harness_settle(harness);
    g_assert_true(vgpu_device_share_scanout(harness->device, 0, &shared));
}

static const VgpuHarnessTest tests[] = {
    { "set-scanout-shows-and-id-zero-disables", set_scanout_shows_and_id_zero_disables },
    { "disabling-twice-is-told-once", disabling_twice_is_told_once },
    { "part-of-a-resource-is-shown", part_of_a_resource_is_shown },
    { "part-outside-the-resource-is-refused", part_outside_the_resource_is_refused },
    { "scanout-that-does-not-exist-is-refused", scanout_that_does_not_exist_is_refused },
    { "flush-outside-scanout-is-ignored", flush_outside_scanout_is_ignored },
    { "flush-is-clipped-and-moved-to-the-scanout", flush_is_clipped_and_moved_to_the_scanout },
    { "flush-outside-the-resource-is-refused", flush_outside_the_resource_is_refused },
    { "flush-reaches-every-scanout-of-the-resource", flush_reaches_every_scanout_of_the_resource },
    { "flushes-of-a-batch-become-one-update-of-a-region",
      flushes_of_a_batch_become_one_update_of_a_region },
    { "damage-of-too-many-pieces-grows-but-never-shrinks",
      damage_of_too_many_pieces_grows_but_never_shrinks },
    { "damage-of-a-scanout-replaced-in-the-batch-is-dropped",
      damage_of_a_scanout_replaced_in_the_batch_is_dropped },
    { "unref-while-shown-disables", unref_while_shown_disables },
    { "buffer-outlives-its-resource-where-somebody-holds-it",
      buffer_outlives_its_resource_where_somebody_holds_it },
    { "same-scanout-again-is-told-once", same_scanout_again_is_told_once },
    { "page-flips-are-all-told", page_flips_are_all_told },
    { "detach-leaves-what-is-shown", detach_leaves_what_is_shown },
    { "present-all-shows-everything-again", present_all_shows_everything_again },
    { "shared-memory-is-that-of-the-part-shown", shared_memory_is_that_of_the_part_shown },
    { "nothing-is-shared-while-it-is-written-to", nothing_is_shared_while_it_is_written_to },
    { "picture-too-wide-for-displays-is-refused", picture_too_wide_for_displays_is_refused },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("scanout", tests, G_N_ELEMENTS(tests));
    g_test_add_func("/vgpu/scanout/picture-of-more-bytes-than-an-int-is-refused",
                    picture_of_more_bytes_than_an_int_is_refused);
    g_test_add_func("/vgpu/scanout/all-sixteen-scanouts-work", all_sixteen_scanouts_work);
    return g_test_run();
}
