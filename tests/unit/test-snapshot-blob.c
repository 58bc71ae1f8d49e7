/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a migration stream that is for blobs: its layout, both ways, and lies in it. */
#include "guest.h"

#define RAM VGPU_FAKE_RAM_START
#define N_OUTPUTS 2

/* Where things are in the stream of make_something(). */
#define AT_N_BLOBS 0
#define AT_ID 4
#define AT_MEM 8
#define AT_FLAGS 12
#define AT_SIZE 16
#define AT_N_ENTRIES 24
#define AT_ENTRY 28
#define AT_SCANOUT_0 52
#define AT_SCANOUT_1 56
#define AT_N_UUIDS 96
#define AT_UUID_ID 100
#define SIZE 120

static void init(VgpuHarness *harness)
{
    vgpu_harness_init(harness, &(VgpuHarnessOptions) { .max_outputs = N_OUTPUTS });
    vgpu_device_set_features(harness->device,
                             1u << VIRTIO_GPU_F_RESOURCE_BLOB | 1u << VIRTIO_GPU_F_RESOURCE_UUID);
    vgpu_fake_memory_fill(harness->memory, 31);
}

static void ask(VgpuHarness *harness, const void *request, size_t size, uint32_t expected)
{
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, request, size), ==, expected);
}

/* A blob of two pages that do not join, a picture in it on scanout 1, and its uuid. */
static void make_something(VgpuHarness *harness)
{
    struct {
        struct virtio_gpu_resource_create_blob request;
        struct virtio_gpu_mem_entry entries[2];
    } create = {
        .request = {
            .hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, .resource_id = 0xb1,
            .blob_mem = VIRTIO_GPU_BLOB_MEM_GUEST,
            .blob_flags = VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE, .nr_entries = 2, .size = 8192,
        },
        .entries = { { .addr = RAM, .length = 4096 }, { .addr = RAM + 8192, .length = 4096 } },
    };
    struct virtio_gpu_set_scanout_blob show = {
        .hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, .r = VGPU_RECT(1, 2, 20, 30),
        .scanout_id = 1, .resource_id = 0xb1, .width = 30, .height = 40,
        .format = VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, .strides = { 128 }, .offsets = { 64 },
    };
    struct virtio_gpu_resource_assign_uuid assign = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, .resource_id = 0xb1,
    };

    ask(harness, &create, sizeof(create), VGPU_OK);
    ask(harness, &show, sizeof(show), VGPU_OK);
    ask(harness, &assign, sizeof(assign), VIRTIO_GPU_RESP_OK_RESOURCE_UUID);
}

/* Both parts of the state of a device. */
typedef struct Saved {
    VgpuFakeStream section, blobs;
} Saved;

static void save(VgpuHarness *harness, Saved *saved)
{
    vgpu_fake_stream_init(&saved->section);
    vgpu_fake_stream_init(&saved->blobs);
    vgpu_device_save(harness->device, &saved->section.base);
    vgpu_device_save_blobs(harness->device, &saved->blobs.base);
}

static void save_something(Saved *saved)
{
    VgpuHarness harness;

    init(&harness);
    g_assert_false(vgpu_device_has_blob_state(harness.device));
    make_something(&harness);
    g_assert_true(vgpu_device_has_blob_state(harness.device));
    save(&harness, saved);
    g_assert_cmpuint(saved->blobs.bytes->len, ==, SIZE);
    vgpu_harness_finish(&harness);
}

static bool load(VgpuHarness *harness, Saved *saved, GError **error)
{
    saved->section.position = saved->blobs.position = 0;
    saved->section.base.failed = saved->blobs.base.failed = false;
    g_assert_true(vgpu_device_load(harness->device, &saved->section.base, NULL));
    return vgpu_device_load_blobs(harness->device, &saved->blobs.base, error);
}

static void saved_finish(Saved *saved)
{
    vgpu_fake_stream_finish(&saved->section);
    vgpu_fake_stream_finish(&saved->blobs);
}

static void assert_words(VgpuFakeStream *stream, size_t at, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_assert_cmphex(vgpu_fake_stream_peek_u32(stream, at + 4 * i), ==, words[i]);
    }
}

static void stream_has_its_layout(void)
{
    static const uint32_t words[] = {
        1, 0xb1, VIRTIO_GPU_BLOB_MEM_GUEST, VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE, 0, 8192, 2,
        0, RAM, 4096, 0, RAM + 8192, 4096,
        0,
        0xb1, 30, 40, VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, 128, 64, 1, 2, 20, 30,
        1, 0xb1,
    };
    Saved saved;

    save_something(&saved);
    assert_words(&saved.blobs, 0, words, G_N_ELEMENTS(words));
    /* Nothing of a blob is in the section, which others have to understand. */
    g_assert_cmpuint(saved.section.bytes->len, ==, 12 + 40 * N_OUTPUTS);
    saved_finish(&saved);
}

static void loaded_device_is_as_the_saved_one(void)
{
    Saved saved, again;
    VgpuHarness harness;

    save_something(&saved);
    init(&harness);
    g_assert_true(load(&harness, &saved, NULL));
    g_assert_cmpuint(saved.blobs.position, ==, SIZE);
    save(&harness, &again);
    g_assert_cmpmem(again.blobs.bytes->data, again.blobs.bytes->len,
                    saved.blobs.bytes->data, saved.blobs.bytes->len);
    saved_finish(&saved);
    saved_finish(&again);
    vgpu_harness_finish(&harness);
}

static void loaded_picture_is_the_guests(void)
{
    VgpuHarness harness;
    uint32_t expected;
    Saved saved;

    save_something(&saved);
    init(&harness);
    g_assert_true(load(&harness, &saved, NULL));
    vgpu_device_present_all(harness.device);
    vgpu_fake_memory_read(harness.memory, RAM + 64 + 2 * 128 + 1 * 4, &expected, sizeof(expected));
    g_assert_cmphex(vgpu_fake_head_pixel(&harness.sink.heads[1], 0, 0), ==, expected);
    g_assert_null(harness.sink.heads[0].buffer);
    saved_finish(&saved);
    vgpu_harness_finish(&harness);
}

/* ---- bad streams ---------------------------------------------------------------------------- */

static void check_refused(VgpuHarness *harness, Saved *saved)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(load(harness, saved, &error));
    g_assert_nonnull(error);
    g_assert_false(vgpu_device_has_blob_state(harness->device));
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    g_assert_cmphex(vgpu_guest_unref(harness, 0xb1), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
}

static void every_truncation_fails_cleanly(void)
{
    VgpuHarness harness;
    Saved saved;

    save_something(&saved);
    init(&harness);
    for (guint size = SIZE; size-- > 0;) {
        g_byte_array_set_size(saved.blobs.bytes, size);
        check_refused(&harness, &saved);
    }
    saved_finish(&saved);
    vgpu_harness_finish(&harness);
}

typedef struct Lie {
    const char *name;
    size_t at;
    uint32_t value;
} Lie;

static const Lie lies[] = {
    { "blobs-more-than-there-are", AT_N_BLOBS, 2 },
    { "blobs-huge", AT_N_BLOBS, UINT32_MAX },
    { "id-zero", AT_ID, 0 },
    { "memory-of-the-host", AT_MEM, VIRTIO_GPU_BLOB_MEM_HOST3D },
    { "flags-unknown", AT_FLAGS, 0x80000000 },
    { "size-zero", AT_SIZE + 4, 0 },
    { "size-huge", AT_SIZE, UINT32_MAX },
    { "size-more-than-its-pages", AT_SIZE + 4, 8193 },
    { "entries-huge", AT_N_ENTRIES, UINT32_MAX },
    { "entries-beyond-the-end", AT_N_ENTRIES, 100000 },
    { "backing-elsewhere", AT_ENTRY, 0x80000000 },
    { "backing-not-ram", AT_ENTRY + 4, 0 },
    { "backing-empty", AT_ENTRY + 8, 0 },
    { "scanout-of-missing-blob", AT_SCANOUT_1, 0xb2 },
    { "picture-too-wide", AT_SCANOUT_1 + 4, 33 },
    { "picture-too-high", AT_SCANOUT_1 + 8, 64 },
    { "picture-huge", AT_SCANOUT_1 + 8, UINT32_MAX },
    { "format-unknown", AT_SCANOUT_1 + 12, 0 },
    { "stride-zero", AT_SCANOUT_1 + 16, 0 },
    { "stride-huge", AT_SCANOUT_1 + 16, 0xfffffffc },
    { "offset-huge", AT_SCANOUT_1 + 20, 0xfffffffc },
    { "part-outside-picture", AT_SCANOUT_1 + 24, 11 },
    { "part-empty", AT_SCANOUT_1 + 32, 0 },
    { "uuids-more-than-there-are", AT_N_UUIDS, 2 },
    { "uuid-of-missing-resource", AT_UUID_ID, 0xb2 },
};

static void test_lie(const void *opaque)
{
    const Lie *lie = opaque;
    VgpuHarness harness;
    Saved saved;

    save_something(&saved);
    init(&harness);
    vgpu_fake_stream_poke_u32(&saved.blobs, lie->at, lie->value);
    check_refused(&harness, &saved);
    saved_finish(&saved);
    vgpu_harness_finish(&harness);
}

/* The id of a blob is one of the section's resources too. */
static void id_used_by_the_section_is_refused(void)
{
    VgpuHarness harness, other;
    Saved saved, with_2d;

    save_something(&saved);
    init(&other);
    g_assert_cmphex(vgpu_guest_create_2d(&other, 0xb1, 8, 8), ==, VGPU_OK);
    save(&other, &with_2d);
    init(&harness);
    g_assert_true(vgpu_device_load(harness.device, &with_2d.section.base, NULL));
    g_assert_false(vgpu_device_load_blobs(harness.device, &saved.blobs.base, NULL));
    saved_finish(&saved);
    saved_finish(&with_2d);
    vgpu_harness_finish(&other);
    vgpu_harness_finish(&harness);
}

static void any_word_may_say_anything(void)
{
    static const uint32_t values[] = {
        0, 1, 2, 3, 8, 0xb1, 0xfff, 0x1000, 0x2000, 0x7fff, 0x8000, 0x100000, 0x20000,
        0x7ffffffc, 0x7fffffff, 0x80000000, UINT32_MAX,
    };
    VgpuHarness harness;
    Saved saved;

    save_something(&saved);
    init(&harness);
    for (size_t at = 0; at < SIZE; at += 4) {
        uint32_t before = vgpu_fake_stream_peek_u32(&saved.blobs, at);

        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
            vgpu_fake_stream_poke_u32(&saved.blobs, at, values[i]);
            if (load(&harness, &saved, NULL)) {
                vgpu_device_present_all(harness.device);
            }
            vgpu_harness_reset(&harness);
            g_assert_cmpuint(harness.memory->n_live, ==, 0);
        }
        vgpu_fake_stream_poke_u32(&saved.blobs, at, before);
    }
    saved_finish(&saved);
    vgpu_harness_finish(&harness);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vgpu/snapshot-blob/stream-has-its-layout", stream_has_its_layout);
    g_test_add_func("/vgpu/snapshot-blob/loaded-device-is-as-the-saved-one",
                    loaded_device_is_as_the_saved_one);
    g_test_add_func("/vgpu/snapshot-blob/loaded-picture-is-the-guests",
                    loaded_picture_is_the_guests);
    g_test_add_func("/vgpu/snapshot-blob/every-truncation-fails-cleanly",
                    every_truncation_fails_cleanly);
    g_test_add_func("/vgpu/snapshot-blob/id-used-by-the-section-is-refused",
                    id_used_by_the_section_is_refused);
    g_test_add_func("/vgpu/snapshot-blob/any-word-may-say-anything", any_word_may_say_anything);
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autofree char *path = g_strdup_printf("/vgpu/snapshot-blob/%s-is-refused", lies[i].name);

        g_test_add_data_func(path, &lies[i], test_lie);
    }
    return g_test_run();
}
