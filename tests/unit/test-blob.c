/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blob resources in guest memory: their limits, the pictures in them, and each way to see them. */
#include "guest.h"

#define INVALID VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define INVALID_ID VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC
#define NO_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define RAM VGPU_FAKE_RAM_START
#define PAGE 4096ull
#define FORMAT VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM

typedef struct CreateBlob {
    struct virtio_gpu_resource_create_blob request;
    struct virtio_gpu_mem_entry entries[VGPU_GUEST_ENTRIES];
} CreateBlob;

/* A blob of `n` pieces of one page, each `stride` bytes behind the one before. */
static CreateBlob wire_blob(uint32_t id, uint32_t n, uint64_t stride)
{
    CreateBlob create = {
        .request = {
            .hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
            .resource_id = id, .blob_mem = VIRTIO_GPU_BLOB_MEM_GUEST,
            .nr_entries = n, .size = n * PAGE,
        },
    };

    for (uint32_t i = 0; i < n; i++) {
        create.entries[i].addr = RAM + i * stride;
        create.entries[i].length = PAGE;
    }
    return create;
}

static uint32_t ask_create(VgpuHarness *harness, const CreateBlob *create, uint32_t n)
{
    return vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, create,
                          sizeof(create->request) + n * sizeof(create->entries[0]));
}

static void make_blob(VgpuHarness *harness, uint32_t id, uint32_t n, uint64_t stride)
{
    CreateBlob create = wire_blob(id, n, stride);

    g_assert_cmphex(ask_create(harness, &create, n), ==, VGPU_OK);
}

static struct virtio_gpu_set_scanout_blob wire_show(uint32_t id, uint32_t width, uint32_t height,
                                                    uint32_t stride)
{
    return (struct virtio_gpu_set_scanout_blob) {
        .hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT_BLOB,
        .r = VGPU_RECT(0, 0, width, height), .resource_id = id,
        .width = width, .height = height, .format = FORMAT, .strides = { stride },
    };
}

static uint32_t ask_show(VgpuHarness *harness, const struct virtio_gpu_set_scanout_blob *request)
{
    return vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, request, sizeof(*request));
}

static uint32_t show(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height,
                     uint32_t stride)
{
    struct virtio_gpu_set_scanout_blob request = wire_show(id, width, height, stride);

    return ask_show(harness, &request);
}

static void accept_blobs(VgpuHarness *harness)
{
    vgpu_device_set_features(harness->device,
                             1u << VIRTIO_GPU_F_RESOURCE_BLOB | 1u << VIRTIO_GPU_F_RESOURCE_UUID);
    vgpu_fake_memory_fill(harness->memory, 17);
}

/* ---- what can be made ----------------------------------------------------------------------- */

static void blob_without_its_feature_is_refused(VgpuHarness *harness)
{
    CreateBlob create = wire_blob(1, 2, PAGE);

    g_assert_cmphex(ask_create(harness, &create, 2), ==, UNSPEC);
    g_assert_cmphex(show(harness, 0, 0, 0, 0), ==, UNSPEC);
}

static void only_guest_memory_is_taken(VgpuHarness *harness)
{
    static const uint32_t kinds[] = { 0, VIRTIO_GPU_BLOB_MEM_HOST3D,
                                      VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST, 4, UINT32_MAX };

    accept_blobs(harness);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        CreateBlob create = wire_blob(1, 2, PAGE);

        create.request.blob_mem = kinds[i];
        g_assert_cmphex(ask_create(harness, &create, 2), ==, INVALID);
        g_assert_cmpuint(harness->memory->n_live, ==, 0);
    }
}

static void sizes_that_cannot_be_are_refused(VgpuHarness *harness)
{
    static const uint64_t sizes[] = {
        0, 2 * PAGE + 1, 1ull << 32, (1ull << 32) + 1, 1ull << 63, UINT64_MAX,
    };

    accept_blobs(harness);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        CreateBlob create = wire_blob(1, 2, PAGE);

        create.request.size = sizes[i];
        g_assert_cmphex(ask_create(harness, &create, 2), ==, INVALID);
        g_assert_cmpuint(harness->memory->n_live, ==, 0);
        g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, INVALID_ID);
    }
}

/* There are pages for it: every one of them many times. */
static void blob_of_more_than_4_gib_is_refused(VgpuHarness *harness)
{
    const uint32_t n = 520, length = 2 * VGPU_HARNESS_BLOCK;
    CreateBlob create = wire_blob(1, 0, 0);
    size_t size = sizeof(create.request) + n * sizeof(create.entries[0]);
    g_autofree uint8_t *data = g_malloc0(size);

    accept_blobs(harness);
    create.request.nr_entries = n;
    create.request.size = (1ull << 32) + PAGE;
    memcpy(data, &create.request, sizeof(create.request));
    for (uint32_t i = 0; i < n; i++) {
        struct virtio_gpu_mem_entry entry = { .addr = RAM, .length = length };

        memcpy(data + sizeof(create.request) + i * sizeof(entry), &entry, sizeof(entry));
    }
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, data, size), ==, INVALID);
}

static void bad_page_lists_are_refused(VgpuHarness *harness)
{
    CreateBlob create = wire_blob(1, 8, 2 * PAGE);

    accept_blobs(harness);
    g_assert_cmphex(ask_create(harness, &create, 7), ==, INVALID);
    create.entries[7].addr = 0;
    g_assert_cmphex(ask_create(harness, &create, 8), ==, UNSPEC);
    create.request.nr_entries = UINT32_MAX;
    g_assert_cmphex(ask_create(harness, &create, 8), ==, INVALID);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void commands_of_the_other_kind_are_refused(VgpuHarness *harness)
{
    accept_blobs(harness);
    make_blob(harness, 1, 4, PAGE);
    vgpu_guest_make(harness, 2, 32, 32, RAM);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 8, 8)), ==, INVALID);
    g_assert_cmphex(show(harness, 2, 32, 32, 128), ==, INVALID);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 8, 8), ==, INVALID_ID);
}

/* Linux asks for transfers to blobs it draws into, though there is nothing to copy. */
static void transfer_to_a_blob_is_nothing_to_do(VgpuHarness *harness)
{
    accept_blobs(harness);
    make_blob(harness, 1, 4, 2 * PAGE);
    g_assert_cmphex(show(harness, 1, 32, 32, 128), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 32, 32), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, UINT32_MAX, UINT32_MAX),
                                        UINT64_MAX), ==, VGPU_OK);
    g_assert_cmpuint(harness->sink.heads[0].n_updates, ==, 0);
}

static void blob_alignment_counts_where_it_was_accepted(void)
{
    CreateBlob create = wire_blob(1, 2, PAGE);
    VgpuHarness harness;

    vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .blob_alignment = 4096 });
    accept_blobs(&harness);
    create.request.size = PAGE + 64;
    g_assert_cmphex(ask_create(&harness, &create, 2), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_unref(&harness, 1), ==, VGPU_OK);
    vgpu_device_set_features(harness.device, 1u << VIRTIO_GPU_F_RESOURCE_BLOB |
                             1u << VIRTIO_GPU_F_BLOB_ALIGNMENT);
    g_assert_cmphex(ask_create(&harness, &create, 2), ==, INVALID);
    vgpu_harness_finish(&harness);
}

/* ---- pictures ------------------------------------------------------------------------------- */

static void picture_outside_the_blob_is_refused(VgpuHarness *harness)
{
    static const struct {
        uint32_t width, height, stride, offset, format;
    } wrong[] = {
        { 32, 33, 128, 0, FORMAT }, { 32, 32, 128, 4, FORMAT }, { 32, 32, 132, 0, FORMAT },
        { 32, 32, 124, 0, FORMAT }, { 32, 32, 0, 0, FORMAT }, { 32, 32, 130, 0, FORMAT },
        { 0, 32, 128, 0, FORMAT }, { 32, 0, 128, 0, FORMAT }, { 32, 32, 128, 0, 5 },
        { 0x40000001, 1, 4, 0, FORMAT }, { 1, UINT32_MAX, 4, 0, FORMAT },
        { 1, 2, UINT32_MAX & ~3u, 0, FORMAT }, { 1, 1, 4, UINT32_MAX & ~3u, FORMAT },
        { 1, 32767, 0x7ffffffc, 0xfffffffc, FORMAT }, { 16, 16, 128, 2, FORMAT },
    };

    accept_blobs(harness);
    make_blob(harness, 1, 1, PAGE);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        struct virtio_gpu_set_scanout_blob request =
            wire_show(1, wrong[i].width, wrong[i].height, wrong[i].stride);

        request.offsets[0] = wrong[i].offset;
        request.format = wrong[i].format;
        g_assert_cmphex(ask_show(harness, &request), ==, INVALID);
    }
    g_assert_cmphex(show(harness, 1, 32, 32, 128), ==, VGPU_OK);
}

/* Displays find a row by multiplying two ints. The same pages again and again are memory enough. */
static void picture_of_more_bytes_than_an_int_is_refused(void)
{
    const VgpuHarnessOptions options = {
        .block_size = 64u << 20, .memory_in_files = true, .view_ways = VGPU_VIEW_FILE,
    };
    CreateBlob create = wire_blob(1, VGPU_GUEST_ENTRIES, 0);
    VgpuHarness harness;

    vgpu_harness_init(&harness, &options);
    accept_blobs(&harness);
    for (uint32_t i = 0; i < VGPU_GUEST_ENTRIES; i++) {
        create.entries[i].length = options.block_size;
    }
    create.request.size = VGPU_GUEST_ENTRIES * options.block_size;
    g_assert_cmphex(ask_create(&harness, &create, VGPU_GUEST_ENTRIES), ==, VGPU_OK);
    g_assert_cmphex(show(&harness, 1, 64, 2048, 1 << 20), ==, INVALID);
    g_assert_cmphex(show(&harness, 1, 64, 2047, 1 << 20), ==, VGPU_OK);
    vgpu_harness_finish(&harness);
}

static void part_outside_the_picture_is_refused(VgpuHarness *harness)
{
    struct virtio_gpu_set_scanout_blob request = wire_show(1, 32, 32, 128);

    accept_blobs(harness);
    make_blob(harness, 1, 4, PAGE);
    request.r = VGPU_RECT(0, 0, 33, 32);
    g_assert_cmphex(ask_show(harness, &request), ==, INVALID);
    request.r = VGPU_RECT(UINT32_MAX, 0, 2, 2);
    g_assert_cmphex(ask_show(harness, &request), ==, INVALID);
    request.r = VGPU_RECT(4, 4, 0, 4);
    g_assert_cmphex(ask_show(harness, &request), ==, INVALID);
}

static void check_pixels(VgpuHarness *harness, uint64_t piece_stride, uint32_t offset,
                         uint32_t stride)
{
    VgpuFakeHead *head = &harness->sink.heads[0];
    uint32_t width = head->source.x2 - head->source.x1, height = head->source.y2 - head->source.y1;

    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++) {
            uint64_t at = offset + (head->source.y1 + y) * stride + (head->source.x1 + x) * 4;
            uint32_t expected;

            vgpu_fake_memory_read(harness->memory, RAM + at / PAGE * piece_stride + at % PAGE,
                                  &expected, sizeof(expected));
            g_assert_cmphex(vgpu_fake_head_pixel(head, x, y), ==, expected);
        }
    }
}

/* A way to see a blob, and what it takes. */
typedef struct Way {
    const char *name;
    unsigned ways;
    bool in_files;
    uint64_t piece_stride;
    bool is_copy;
} Way;

static const Way ways[] = {
    { "host", VGPU_VIEW_HOST, false, PAGE, false },
    { "file", VGPU_VIEW_FILE, true, 3 * PAGE, false },
    { "shadow", VGPU_VIEW_SHADOW, false, 2 * PAGE, true },
    { "any-for-scattered", VGPU_VIEW_ANY, false, 2 * PAGE, true },
    { "any-for-scattered-in-files", VGPU_VIEW_ANY, true, 2 * PAGE, false },
    { "any-for-one-piece", VGPU_VIEW_ANY, false, PAGE, false },
};

static void init_way(VgpuHarness *harness, const Way *way)
{
    vgpu_harness_init(harness, &(VgpuHarnessOptions) {
        .memory_in_files = way->in_files, .view_ways = way->ways,
    });
    accept_blobs(harness);
}

static void pixels_are_those_of_the_guest(const void *opaque)
{
    const Way *way = opaque;
    VgpuHarness harness;
    struct virtio_gpu_set_scanout_blob request = wire_show(1, 50, 60, 400);

    init_way(&harness, way);
    make_blob(&harness, 1, 10, way->piece_stride);
    request.offsets[0] = 1000;
    request.r = VGPU_RECT(3, 5, 40, 50);
    g_assert_cmphex(ask_show(&harness, &request), ==, VGPU_OK);
    check_pixels(&harness, way->piece_stride, 1000, 400);
    vgpu_harness_finish(&harness);
}

/* What the guest draws is seen at once, or, of a copy, after the flush and where that says. */
static void drawing_is_seen(const void *opaque)
{
    const Way *way = opaque;
    VgpuHarness harness;
    VgpuFakeHead *head;
    uint32_t before;

    init_way(&harness, way);
    make_blob(&harness, 1, 10, way->piece_stride);
    g_assert_cmphex(show(&harness, 1, 64, 64, 256), ==, VGPU_OK);
    head = &harness.sink.heads[0];
    before = vgpu_fake_head_pixel(head, 0, 0);
    vgpu_fake_memory_fill(harness.memory, 99);
    g_assert_true((vgpu_fake_head_pixel(head, 0, 0) == before) == way->is_copy);
    g_assert_cmphex(vgpu_guest_flush(&harness, 1, VGPU_RECT(8, 0, 56, 64)), ==, VGPU_OK);
    g_assert_true((vgpu_fake_head_pixel(head, 0, 0) == before) == way->is_copy);
    g_assert_cmpint(pixman_region32_extents(&head->damage)->x1, ==, 8);
    g_assert_cmphex(vgpu_guest_flush(&harness, 1, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
    check_pixels(&harness, way->piece_stride, 0, 256);
    vgpu_harness_finish(&harness);
}

static void buffer_outlives_its_blob(const void *opaque)
{
    const Way *way = opaque;
    DisplayBuffer *buffer;
    DisplayPixels pixels;
    VgpuHarness harness;

    init_way(&harness, way);
    make_blob(&harness, 1, 10, way->piece_stride);
    g_assert_cmphex(show(&harness, 1, 64, 64, 256), ==, VGPU_OK);
    buffer = display_buffer_ref(harness.sink.heads[0].buffer);
    g_assert_cmphex(vgpu_guest_unref(&harness, 1), ==, VGPU_OK);
    g_assert_null(harness.sink.heads[0].buffer);
    vgpu_harness_reset(&harness);
    g_assert_true(display_buffer_get_pixels(buffer, &pixels));
    g_assert_cmpmem(pixels.data, 64, vgpu_fake_memory_at(harness.memory, RAM), 64);
    display_buffer_unref(buffer);
    g_assert_cmpuint(harness.memory->n_live, ==, 0);
    vgpu_harness_finish(&harness);
}

static void detach_while_shown_disables(const void *opaque)
{
    VgpuHarness harness;

    init_way(&harness, opaque);
    make_blob(&harness, 1, 4, ((const Way *)opaque)->piece_stride);
    g_assert_cmphex(show(&harness, 1, 32, 32, 128), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_detach(&harness, 1), ==, VGPU_OK);
    g_assert_null(harness.sink.heads[0].buffer);
    g_assert_cmpuint(harness.memory->n_live, ==, 0);
    g_assert_cmphex(show(&harness, 1, 32, 32, 128), ==, UNSPEC);
    vgpu_harness_finish(&harness);
}

/* ---- copies --------------------------------------------------------------------------------- */

static void copies_count_against_hostmem(void)
{
    CreateBlob create = wire_blob(3, 10, 2 * PAGE);
    VgpuHarness harness;

    vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .max_hostmem = 20 * PAGE + 1 });
    accept_blobs(&harness);
    make_blob(&harness, 1, 10, 2 * PAGE);
    make_blob(&harness, 2, 10, 2 * PAGE);
    g_assert_cmphex(ask_create(&harness, &create, 10), ==, NO_MEMORY);
    g_assert_cmphex(vgpu_guest_detach(&harness, 1), ==, VGPU_OK);
    g_assert_cmphex(ask_create(&harness, &create, 10), ==, VGPU_OK);
    vgpu_harness_finish(&harness);
}

/* A blob of 1.5 MiB in pieces that do not join, so that its copy is left to the executor. */
static void make_long_blob(VgpuHarness *harness, uint32_t id)
{
    const uint32_t n = 32, length = 48 * 1024;
    CreateBlob create = wire_blob(id, n, 64 * 1024);

    create.request.size = n * length;
    for (uint32_t i = 0; i < n; i++) {
        create.entries[i].length = length;
    }
    g_assert_cmphex(ask_create(harness, &create, n), ==, VGPU_OK);
}

static VgpuFakeRequest *send_show_long(VgpuHarness *harness, uint32_t id)
{
    struct virtio_gpu_set_scanout_blob request = wire_show(id, 512, 768, 2048);
    VgpuFakeRequest *sent =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));

    vgpu_harness_process(harness);
    return sent;
}

static void long_copy_is_shown_when_it_is_complete(VgpuHarness *harness)
{
    VgpuFakeRequest *sent;

    accept_blobs(harness);
    make_long_blob(harness, 1);
    sent = send_show_long(harness, 1);
    g_assert_cmpint(sent->state, ==, VGPU_FAKE_TAKEN);
    g_assert_null(harness->sink.heads[0].buffer);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VGPU_OK);
    g_assert_nonnull(harness->sink.heads[0].buffer);
}

static void long_flush_is_told_when_its_copy_is_complete(VgpuHarness *harness)
{
    struct virtio_gpu_resource_flush flush = vgpu_wire_flush(1, VGPU_RECT(0, 0, 512, 768));
    VgpuFakeHead *head = &harness->sink.heads[0];
    VgpuFakeRequest *sent;

    accept_blobs(harness);
    make_long_blob(harness, 1);
    send_show_long(harness, 1);
    vgpu_harness_settle(harness);
    vgpu_fake_memory_fill(harness->memory, 5);
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &flush, sizeof(flush));
    vgpu_harness_process(harness);
    g_assert_cmpint(sent->state, ==, VGPU_FAKE_TAKEN);
    vgpu_fake_executor_run(&harness->executor);
    g_assert_cmpuint(head->n_updates, ==, 0);
    vgpu_fake_executor_done(&harness->executor);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VGPU_OK);
    g_assert_cmpuint(head->n_updates, ==, 1);
    g_assert_cmphex(vgpu_fake_head_pixel(head, 0, 0), ==,
                    *(uint32_t *)vgpu_fake_memory_at(harness->memory, RAM));
}

/* The scanout is what the guest said last, whatever took long in between. */
static void later_disable_wins_over_an_unfinished_copy(VgpuHarness *harness)
{
    accept_blobs(harness);
    make_long_blob(harness, 1);
    send_show_long(harness, 1);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 0, VGPU_RECT(0, 0, 0, 0)), ==, VGPU_OK);
    vgpu_harness_settle(harness);
    g_assert_null(harness->sink.heads[0].buffer);
}

static void later_picture_wins_over_an_unfinished_copy(VgpuHarness *harness)
{
    accept_blobs(harness);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    make_long_blob(harness, 1);
    send_show_long(harness, 1);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 2, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->sink.heads[0].buffer->width, ==, 64);
}

static void reset_during_a_long_copy_is_clean(VgpuHarness *harness)
{
    accept_blobs(harness);
    for (int i = 0; i < 20; i++) {
        make_long_blob(harness, 1);
        send_show_long(harness, 1);
        if (i % 2) {
            vgpu_fake_executor_run(&harness->executor);
        }
        vgpu_harness_reset(harness);
        g_assert_null(harness->sink.heads[0].buffer);
    }
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void cursor_from_a_blob_has_its_pixels(VgpuHarness *harness)
{
    accept_blobs(harness);
    make_blob(harness, 1, 4, 2 * PAGE);
    make_blob(harness, 2, 3, 2 * PAGE);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 2), ==, INVALID);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    g_assert_cmpmem(&harness->sink.heads[0].cursor.pixels[1024], 64,
                    vgpu_fake_memory_at(harness->memory, RAM + 2 * PAGE), 64);
    g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, INVALID);
}

static void uuid_is_random_and_stays(VgpuHarness *harness)
{
    struct virtio_gpu_resource_assign_uuid request = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
    };
    struct virtio_gpu_resp_resource_uuid answers[3];

    accept_blobs(harness);
    make_blob(harness, 1, 4, PAGE);
    vgpu_guest_make(harness, 2, 8, 8, RAM);
    for (int i = 0; i < 3; i++) {
        VgpuFakeRequest *sent;

        request.resource_id = 1 + i / 2;
        sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
        vgpu_harness_process(harness);
        g_assert_cmphex(vgpu_guest_response(sent), ==, VIRTIO_GPU_RESP_OK_RESOURCE_UUID);
        memcpy(&answers[i], sent->answer, sizeof(answers[i]));
    }
    g_assert_cmpmem(answers[0].uuid, 16, answers[1].uuid, 16);
    g_assert_cmpint(memcmp(answers[0].uuid, answers[2].uuid, 16), !=, 0);
    g_assert_cmphex(answers[0].uuid[6] >> 4, ==, 4);
}

static void many_blobs_leave_nothing(VgpuHarness *harness)
{
    accept_blobs(harness);
    for (int i = 0; i < 3000; i++) {
        make_blob(harness, 1, 8, i % 2 ? PAGE : 2 * PAGE);
        g_assert_cmphex(show(harness, 1, 32, 32, 128), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    }
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static const VgpuHarnessTest tests[] = {
    { "blob-without-its-feature-is-refused", blob_without_its_feature_is_refused },
    { "only-guest-memory-is-taken", only_guest_memory_is_taken },
    { "CVE-2026-66021-sizes-that-cannot-be-are-refused", sizes_that_cannot_be_are_refused },
    { "blob-of-more-than-4-gib-is-refused", blob_of_more_than_4_gib_is_refused },
    { "bad-page-lists-are-refused", bad_page_lists_are_refused },
    { "commands-of-the-other-kind-are-refused", commands_of_the_other_kind_are_refused },
    { "picture-outside-the-blob-is-refused", picture_outside_the_blob_is_refused },
    { "part-outside-the-picture-is-refused", part_outside_the_picture_is_refused },
    { "transfer-to-a-blob-is-nothing-to-do", transfer_to_a_blob_is_nothing_to_do },
    { "long-flush-is-told-when-its-copy-is-complete",
      long_flush_is_told_when_its_copy_is_complete },
    { "long-copy-is-shown-when-it-is-complete", long_copy_is_shown_when_it_is_complete },
    { "later-disable-wins-over-an-unfinished-copy", later_disable_wins_over_an_unfinished_copy },
    { "later-picture-wins-over-an-unfinished-copy", later_picture_wins_over_an_unfinished_copy },
    { "reset-during-a-long-copy-is-clean", reset_during_a_long_copy_is_clean },
    { "cursor-from-a-blob-has-its-pixels", cursor_from_a_blob_has_its_pixels },
    { "uuid-is-random-and-stays", uuid_is_random_and_stays },
    { "many-blobs-leave-nothing", many_blobs_leave_nothing },
};

static const struct {
    const char *name;
    void (*test)(const void *way);
} each_way[] = {
    { "pixels-are-those-of-the-guest", pixels_are_those_of_the_guest },
    { "drawing-is-seen", drawing_is_seen },
    { "CVE-2026-6502-buffer-outlives-its-blob", buffer_outlives_its_blob },
    { "detach-while-shown-disables", detach_while_shown_disables },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("blob", tests, G_N_ELEMENTS(tests));
    g_test_add_func("/vgpu/blob/picture-of-more-bytes-than-an-int-is-refused",
                    picture_of_more_bytes_than_an_int_is_refused);
    g_test_add_func("/vgpu/blob/blob-alignment-counts-where-it-was-accepted",
                    blob_alignment_counts_where_it_was_accepted);
    g_test_add_func("/vgpu/blob/copies-count-against-hostmem", copies_count_against_hostmem);
    for (size_t i = 0; i < G_N_ELEMENTS(each_way); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(ways); j++) {
            g_autofree char *path =
                g_strdup_printf("/vgpu/blob/%s-by-%s", each_way[i].name, ways[j].name);

            g_test_add_data_func(path, &ways[j], each_way[i].test);
        }
    }
    return g_test_run();
}
