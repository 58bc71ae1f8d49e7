/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Migration: the layout of the stream, the way there and back, and streams that lie. */
#include "guest.h"

#define RAM VGPU_FAKE_RAM_START
#define N_OUTPUTS 2

/* Where things are in the stream of make_something(). */
#define AT_WIDTH 4
#define AT_HEIGHT 8
#define AT_FORMAT 12
#define AT_N_ENTRIES 16
#define AT_ENTRY 20
#define AT_PIXELS 44
#define AT_END (AT_PIXELS + 4 * 5 * 6)
#define AT_ENABLE (AT_END + 4)
#define AT_OUTPUTS (AT_END + 8)
#define AT_SCANOUT(n) (AT_END + 12 + (n) * 40)
#define SIZE AT_SCANOUT(N_OUTPUTS)

static void init(VgpuHarness *harness)
{
    vgpu_harness_init(harness, &(VgpuHarnessOptions) { .max_outputs = N_OUTPUTS });
    vgpu_fake_memory_fill(harness->memory, 11);
}

/* One resource of 5x6 pixels behind two entries, shown in part on scanout 1; a moved cursor. */
static void make_something(VgpuHarness *harness)
{
    struct virtio_gpu_mem_entry entries[] = {
        { .addr = RAM + 0x1000, .length = 50 }, { .addr = RAM + 0x3000, .length = 70 },
    };
    struct virtio_gpu_resource_create_2d create =
        vgpu_wire_create_2d(0xa1, VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 5, 6);
    struct virtio_gpu_update_cursor move = vgpu_wire_cursor(VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0);

    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create)), ==,
                    VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach_list(harness, 0xa1, entries, 2), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, 0xa1, VGPU_RECT(0, 0, 5, 6), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 1, 0xa1, VGPU_RECT(1, 2, 3, 4)), ==, VGPU_OK);
    move.pos.x = 100;
    move.pos.y = 200;
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CURSOR, &move, sizeof(move)), ==, VGPU_OK);
}

static void put_words(VgpuFakeStream *stream, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        vgpu_fake_stream_put_u32(stream, words[i]);
    }
}

#define PUT(stream, ...) \
    put_words(stream, (const uint32_t[]) { __VA_ARGS__ }, \
              sizeof((const uint32_t[]) { __VA_ARGS__ }) / sizeof(uint32_t))

static void stream_has_the_layout_of_the_section(void)
{
    VgpuFakeStream saved, expected;
    VgpuHarness harness;

    init(&harness);
    make_something(&harness);
    vgpu_fake_stream_init(&saved);
    vgpu_fake_stream_init(&expected);
    vgpu_device_save(harness.device, &saved.base);
    PUT(&expected, 0xa1, 5, 6, VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 2);
    vgpu_fake_stream_put_u64(&expected, RAM + 0x1000);
    PUT(&expected, 50);
    vgpu_fake_stream_put_u64(&expected, RAM + 0x3000);
    PUT(&expected, 70);
    g_byte_array_append(expected.bytes, vgpu_fake_memory_at(harness.memory, RAM + 0x1000), 50);
    g_byte_array_append(expected.bytes, vgpu_fake_memory_at(harness.memory, RAM + 0x3000), 70);
    PUT(&expected, 0, 1, N_OUTPUTS);
    PUT(&expected, 0, 0, 0, 0, 0, 0, 0, 0, 100, 200);
    PUT(&expected, 0xa1, 3, 4, 1, 2, 0, 0, 0, 0, 0);
    g_assert_cmpmem(saved.bytes->data, saved.bytes->len,
                    expected.bytes->data, expected.bytes->len);
    g_assert_cmpuint(saved.bytes->len, ==, SIZE);
    vgpu_fake_stream_finish(&saved);
    vgpu_fake_stream_finish(&expected);
    vgpu_harness_finish(&harness);
}

static void device_without_anything_takes_52_bytes_and_40_an_output(void)
{
    for (uint32_t n = 1; n <= VGPU_MAX_SCANOUTS; n++) {
        VgpuFakeStream stream;
        VgpuHarness harness;

        vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .max_outputs = n });
        vgpu_fake_stream_init(&stream);
        vgpu_device_save(harness.device, &stream.base);
        g_assert_cmpuint(stream.bytes->len, ==, 12 + 40 * n);
        g_assert_cmpuint(vgpu_fake_stream_peek_u32(&stream, 8), ==, n);
        vgpu_fake_stream_finish(&stream);
        vgpu_harness_finish(&harness);
    }
}

static void save_something(VgpuFakeStream *stream)
{
    VgpuHarness harness;

    init(&harness);
    make_something(&harness);
    vgpu_fake_stream_init(stream);
    vgpu_device_save(harness.device, &stream->base);
    vgpu_harness_finish(&harness);
}

static void assert_saves_as(VgpuHarness *harness, const VgpuFakeStream *expected)
{
    VgpuFakeStream stream;

    vgpu_fake_stream_init(&stream);
    vgpu_device_save(harness->device, &stream.base);
    g_assert_cmpmem(stream.bytes->data, stream.bytes->len,
                    expected->bytes->data, expected->bytes->len);
    vgpu_fake_stream_finish(&stream);
}

static void loaded_device_is_as_the_saved_one(void)
{
    g_autoptr(GError) error = NULL;
    VgpuFakeStream stream;
    VgpuHarness harness;

    save_something(&stream);
    init(&harness);
    g_assert_true(vgpu_device_load(harness.device, &stream.base, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(stream.position, ==, stream.bytes->len);
    g_assert_true(vgpu_device_is_enabled(harness.device));
    assert_saves_as(&harness, &stream);
    g_assert_cmpuint(harness.memory->n_live, ==, 2);
    g_assert_cmphex(vgpu_guest_transfer(&harness, 0xa1, VGPU_RECT(0, 0, 5, 6), 0), ==, VGPU_OK);
    assert_saves_as(&harness, &stream);
    g_assert_cmphex(vgpu_guest_unref(&harness, 0xa1), ==, VGPU_OK);
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

static void loaded_picture_is_shown_when_asked(void)
{
    VgpuFakeStream stream;
    VgpuHarness harness;
    VgpuFakeHead *head;

    save_something(&stream);
    init(&harness);
    g_assert_true(vgpu_device_load(harness.device, &stream.base, NULL));
    vgpu_device_present_all(harness.device);
    head = &harness.sink.heads[1];
    g_assert_nonnull(head->buffer);
    g_assert_cmphex(head->buffer->format, ==, PIXMAN_a8b8g8r8);
    g_assert_cmpint(head->source.x1, ==, 1);
    g_assert_cmpint(head->source.y2, ==, 6);
    g_assert_true(pixman_region32_not_empty(&head->damage));
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

static void cursor_comes_back_with_its_image(void)
{
    VgpuHarness from, to;
    VgpuFakeStream stream;
    struct virtio_gpu_update_cursor update =
        vgpu_wire_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR, 1, 9);

    init(&from);
    init(&to);
    vgpu_guest_make(&from, 9, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_transfer(&from, 9, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
    update.hot_x = 3;
    update.hot_y = 4;
    update.pos.x = 55;
    update.pos.y = 66;
    g_assert_cmphex(vgpu_guest_ask(&from, VGPU_QUEUE_CURSOR, &update, sizeof(update)), ==,
                    VGPU_OK);
    vgpu_fake_stream_init(&stream);
    vgpu_device_save(from.device, &stream.base);
    g_assert_true(vgpu_device_load(to.device, &stream.base, NULL));
    vgpu_device_present_all(to.device);
    g_assert_cmpmem(&to.sink.heads[1].cursor, sizeof(VgpuCursor),
                    &from.sink.heads[1].cursor, sizeof(VgpuCursor));
    g_assert_cmpint(to.sink.heads[1].cursor_x, ==, 55);
    g_assert_cmpint(to.sink.heads[1].cursor_y, ==, 66);
    g_assert_true(to.sink.heads[1].cursor_visible);
    g_assert_false(to.sink.heads[0].has_cursor);
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&from);
    vgpu_harness_finish(&to);
}

static void many_resources_come_back(void)
{
    VgpuHarness from, to;
    VgpuFakeStream stream;

    init(&from);
    init(&to);
    for (uint32_t id = 1; id <= 100; id++) {
        vgpu_guest_make(&from, id, 1 + id % 7, 1 + id % 5, RAM + id * 64);
        g_assert_cmphex(vgpu_guest_transfer(&from, id, VGPU_RECT(0, 0, 1, 1), 0), ==, VGPU_OK);
        if (id % 3 == 0) {
            g_assert_cmphex(vgpu_guest_detach(&from, id), ==, VGPU_OK);
        }
    }
    vgpu_fake_stream_init(&stream);
    vgpu_device_save(from.device, &stream.base);
    g_assert_true(vgpu_device_load(to.device, &stream.base, NULL));
    for (uint32_t id = 1; id <= 100; id++) {
        g_assert_cmphex(vgpu_guest_flush(&to, id, VGPU_RECT(0, 0, 1 + id % 7, 1 + id % 5)), ==,
                        VGPU_OK);
        g_assert_cmphex(vgpu_guest_detach(&to, id), ==,
                        id % 3 ? VGPU_OK : VIRTIO_GPU_RESP_ERR_UNSPEC);
    }
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&from);
    vgpu_harness_finish(&to);
}

static void loading_replaces_what_there_was(void)
{
    VgpuFakeStream stream;
    VgpuHarness harness;

    save_something(&stream);
    init(&harness);
    vgpu_guest_make_long(&harness, 1);
    vgpu_guest_make(&harness, 0xa1, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_set_scanout(&harness, 0, 1, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
    vgpu_guest_start_transfer(&harness, 1);
    g_assert_true(vgpu_device_load(harness.device, &stream.base, NULL));
    g_assert_null(harness.sink.heads[0].buffer);
    assert_saves_as(&harness, &stream);
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

/* ---- bad streams ---------------------------------------------------------------------------- */

/* The device is as after a reset and works. */
static void check_refused(VgpuHarness *harness, VgpuFakeStream *stream)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(vgpu_device_load(harness->device, &stream->base, &error));
    g_assert_nonnull(error);
    g_assert_cmpuint(strlen(error->message), >, 10);
    g_assert_false(vgpu_device_is_enabled(harness->device));
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    vgpu_device_present_all(harness->device);
    for (int i = 0; i < N_OUTPUTS; i++) {
        g_assert_null(harness->sink.heads[i].buffer);
    }
    g_assert_cmphex(vgpu_guest_unref(harness, 0xa1), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
}

static void every_truncation_fails_cleanly(void)
{
    VgpuFakeStream whole, part;
    VgpuHarness harness;

    save_something(&whole);
    init(&harness);
    for (size_t size = 0; size < whole.bytes->len; size++) {
        vgpu_fake_stream_init_from(&part, whole.bytes->data, size);
        check_refused(&harness, &part);
        vgpu_fake_stream_finish(&part);
    }
    g_assert_true(vgpu_device_load(harness.device, &whole.base, NULL));
    vgpu_fake_stream_finish(&whole);
    vgpu_harness_finish(&harness);
}

typedef struct Lie {
    const char *name;
    size_t at;
    uint32_t value;
} Lie;

static const Lie lies[] = {
    { "width-zero", AT_WIDTH, 0 },
    { "width-overflow", AT_WIDTH, 0x40000001 },
    { "width-huge", AT_WIDTH, UINT32_MAX },
    { "height-zero", AT_HEIGHT, 0 },
    { "height-huge", AT_HEIGHT, UINT32_MAX },
    { "height-beyond-hostmem", AT_HEIGHT, 0x1000000 },
    { "format-unknown", AT_FORMAT, 0 },
    { "format-overflow", AT_FORMAT, UINT32_MAX },
    { "entries-beyond-the-end", AT_N_ENTRIES, 100000 },
    { "entries-too-many", AT_N_ENTRIES, 131073 },
    { "entries-huge", AT_N_ENTRIES, UINT32_MAX },
    { "entries-overflow", AT_N_ENTRIES, 0x15555556 },
    { "backing-elsewhere", AT_ENTRY, 0x80000000 },
    { "backing-not-ram", AT_ENTRY + 4, 0 },
    { "backing-empty", AT_ENTRY + 8, 0 },
    { "backing-too-long", AT_ENTRY + 8, UINT32_MAX },
    { "second-entry-not-ram", AT_ENTRY + 16, 0x10 },
    { "outputs-none", AT_OUTPUTS, 0 },
    { "outputs-fewer", AT_OUTPUTS, 1 },
    { "outputs-more", AT_OUTPUTS, 3 },
    { "outputs-huge", AT_OUTPUTS, UINT32_MAX },
    { "scanout-of-missing-resource", AT_SCANOUT(1), 0xa2 },
    { "scanout-wider-than-resource", AT_SCANOUT(1) + 4, 5 },
    { "scanout-empty", AT_SCANOUT(1) + 4, 0 },
    { "scanout-higher-than-resource", AT_SCANOUT(1) + 8, 5 },
    { "scanout-huge", AT_SCANOUT(1) + 8, UINT32_MAX },
    { "scanout-left-of-resource", AT_SCANOUT(1) + 12, UINT32_MAX },
    { "scanout-below-resource", AT_SCANOUT(1) + 16, 0x7fffffff },
};

static void test_lie(const void *opaque)
{
    const Lie *lie = opaque;
    VgpuFakeStream stream;
    VgpuHarness harness;

    save_something(&stream);
    init(&harness);
    vgpu_fake_stream_poke_u32(&stream, lie->at, lie->value);
    check_refused(&harness, &stream);
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

static void two_resources_of_one_id_are_refused(void)
{
    VgpuFakeStream once, twice;
    VgpuHarness harness;

    save_something(&once);
    init(&harness);
    vgpu_fake_stream_init_from(&twice, once.bytes->data, AT_END);
    g_byte_array_append(twice.bytes, once.bytes->data, once.bytes->len);
    check_refused(&harness, &twice);
    vgpu_fake_stream_finish(&once);
    vgpu_fake_stream_finish(&twice);
    vgpu_harness_finish(&harness);
}

static void resources_beyond_max_hostmem_are_refused(void)
{
    VgpuFakeStream stream;
    VgpuHarness harness;

    save_something(&stream);
    vgpu_harness_init(&harness, &(VgpuHarnessOptions) {
        .max_outputs = N_OUTPUTS, .max_hostmem = 5 * 6 * 4,
    });
    check_refused(&harness, &stream);
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

static void memory_that_does_not_map_is_refused(void)
{
    VgpuFakeStream stream;
    VgpuHarness harness;

    save_something(&stream);
    init(&harness);
    for (int64_t n = 0; n < 2; n++) {
        harness.memory->maps_left = n;
        stream.position = 0;
        stream.base.failed = false;
        check_refused(&harness, &stream);
    }
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

/* Whatever a word says, loading ends one way or the other and leaves a device that works. */
static void any_word_may_say_anything(void)
{
    static const uint32_t values[] = {
        0, 1, 2, 3, 5, 6, 64, 0xa1, 0x7fff, 0x8000, 0xffff, 0x10000, 0x100000, 0x1ffff, 0x20000,
        0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff, 0x80000000, UINT32_MAX - 1, UINT32_MAX,
    };
    VgpuFakeStream stream;
    VgpuHarness harness;

    save_something(&stream);
    init(&harness);
    for (size_t at = 0; at + 4 <= SIZE; at += 4) {
        uint32_t before = vgpu_fake_stream_peek_u32(&stream, at);

        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
            vgpu_fake_stream_poke_u32(&stream, at, values[i]);
            stream.position = 0;
            stream.base.failed = false;
            if (vgpu_device_load(harness.device, &stream.base, NULL)) {
                vgpu_device_present_all(harness.device);
            }
            vgpu_harness_reset(&harness);
            g_assert_cmpuint(harness.memory->n_live, ==, 0);
        }
        vgpu_fake_stream_poke_u32(&stream, at, before);
    }
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

static void bytes_after_the_section_are_left_alone(void)
{
    VgpuFakeStream stream;
    VgpuHarness harness;

    save_something(&stream);
    init(&harness);
    PUT(&stream, 1, 2, 3);
    g_assert_true(vgpu_device_load(harness.device, &stream.base, NULL));
    g_assert_cmpuint(stream.position, ==, SIZE);
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

static const struct {
    const char *name;
    void (*test)(void);
} tests[] = {
    { "stream-has-the-layout-of-the-section", stream_has_the_layout_of_the_section },
    { "device-without-anything-takes-52-bytes-and-40-an-output",
      device_without_anything_takes_52_bytes_and_40_an_output },
    { "loaded-device-is-as-the-saved-one", loaded_device_is_as_the_saved_one },
    { "loaded-picture-is-shown-when-asked", loaded_picture_is_shown_when_asked },
    { "cursor-comes-back-with-its-image", cursor_comes_back_with_its_image },
    { "many-resources-come-back", many_resources_come_back },
    { "loading-replaces-what-there-was", loading_replaces_what_there_was },
    { "every-truncation-fails-cleanly", every_truncation_fails_cleanly },
    { "two-resources-of-one-id-are-refused", two_resources_of_one_id_are_refused },
    { "resources-beyond-max-hostmem-are-refused", resources_beyond_max_hostmem_are_refused },
    { "memory-that-does-not-map-is-refused", memory_that_does_not_map_is_refused },
    { "any-word-may-say-anything", any_word_may_say_anything },
    { "bytes-after-the-section-are-left-alone", bytes_after_the_section_are_left_alone },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/vgpu/snapshot/", tests[i].name, NULL);

        g_test_add_func(path, tests[i].test);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autofree char *path = g_strdup_printf("/vgpu/snapshot/%s-is-refused", lies[i].name);

        g_test_add_data_func(path, &lies[i], test_lie);
    }
    return g_test_run();
}
