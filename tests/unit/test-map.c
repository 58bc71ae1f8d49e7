/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blobs in memory of the renderer's: made, seen through the window, and shown. */
#include "guest-map.h"

#define INVALID VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define MAPPED VIRTIO_GPU_RESP_OK_MAP_INFO
#define RAM VGPU_FAKE_RAM_START
#define CONTEXT VGPU_GUEST_CONTEXT
#define PAGE VGPU_GUEST_PAGE

#define ASK(harness, request) \
    vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &(request), sizeof(request))
#define SEND(harness, request) \
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &(request), sizeof(request))

typedef struct virtio_gpu_resource_create_blob CreateBlob;

static uint8_t *at(VgpuHarness *harness, uint64_t offset)
{
    return vgpu_fake_window_at(&harness->window, offset);
}

static const uint64_t both_kinds[] = { VGPU_FAKE_BLOB_MEMORY, VGPU_FAKE_BLOB_FILE };

/* ---- making --------------------------------------------------------------------------------- */

static void host_blobs_need_3d(VgpuHarness *harness)
{
    CreateBlob create = vgpu_wire_host_blob(1, VGPU_FAKE_BLOB_MEMORY, 1);

    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    vgpu_device_set_features(harness->device, 1u << VIRTIO_GPU_F_RESOURCE_BLOB);
    g_assert_cmphex(ASK(harness, create), ==, INVALID);
    vgpu_device_set_features(harness->device, 1u << VIRTIO_GPU_F_VIRGL);
    g_assert_cmphex(ASK(harness, create), ==, VIRTIO_GPU_RESP_ERR_UNSPEC);
}

static void host_blob_needs_its_context(VgpuHarness *harness)
{
    CreateBlob create = vgpu_wire_host_blob(1, VGPU_FAKE_BLOB_MEMORY, 1);

    g_assert_cmphex(ASK(harness, create), ==, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
    create.hdr.ctx_id = 0;
    g_assert_cmphex(ASK(harness, create), ==, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
}

static void blob_that_the_renderer_has_not_is_not_there(VgpuHarness *harness)
{
    CreateBlob create = vgpu_wire_host_blob(1, 99, 1);
    struct virtio_gpu_resource_map_blob request = vgpu_wire_map(1, 0);
    VgpuFakeRequest *mapped;

    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    SEND(harness, create);
    mapped = SEND(harness, request);
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(mapped), ==, INVALID);
    g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_FILE, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, MAPPED);
}

static void host_blob_takes_no_pages_of_the_guest(VgpuHarness *harness)
{
    struct {
        CreateBlob request;
        struct virtio_gpu_mem_entry entry;
    } create = {
        .request = vgpu_wire_host_blob(1, VGPU_FAKE_BLOB_MEMORY, 4),
        .entry = { .addr = RAM, .length = 4 * PAGE },
    };

    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    create.request.nr_entries = 1;
    g_assert_cmphex(ASK(harness, create), ==, INVALID);
    create.request.blob_mem = VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST;
    create.entry.length = 4 * PAGE - 1;
    g_assert_cmphex(ASK(harness, create), ==, INVALID);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    create.entry.length = 4 * PAGE;
    g_assert_cmphex(ASK(harness, create), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 1);
    /* Large enough for a cursor, but its pages are not what it shows. */
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, INVALID);
    create.request.resource_id = 2;
    create.request.nr_entries = 0;
    g_assert_cmphex(ASK(harness, create), ==, INVALID);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void host_blobs_are_no_resources_of_other_kinds(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 8), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM, 8 * PAGE), ==, INVALID);
    g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, INVALID);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 1, 1), 0), ==, INVALID);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 1, 1)), ==, INVALID);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, INVALID);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, CONTEXT, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_ctx_detach(harness, CONTEXT, 1), ==, VGPU_OK);
}

static void guest_blobs_are_put_into_contexts_without_effect(VgpuHarness *harness)
{
    struct {
        CreateBlob request;
        struct virtio_gpu_mem_entry entry;
    } create = {
        .request = vgpu_wire_host_blob(1, 0, 1), .entry = { .addr = RAM, .length = PAGE },
    };
    unsigned n_calls;

    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    create.request.blob_mem = VIRTIO_GPU_BLOB_MEM_GUEST;
    create.request.nr_entries = 1;
    g_assert_cmphex(ASK(harness, create), ==, VGPU_OK);
    n_calls = harness->renderer->n_calls;
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, CONTEXT, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_ctx_detach(harness, CONTEXT, 1), ==, VGPU_OK);
    g_assert_cmpuint(harness->renderer->n_calls, ==, n_calls);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, INVALID);
    g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, INVALID);
}

/* ---- mapping -------------------------------------------------------------------------------- */

static void mapped_blob_is_seen_where_the_driver_wants_it(VgpuHarness *harness)
{
    for (size_t i = 0; i < G_N_ELEMENTS(both_kinds); i++) {
        const uint32_t id = 1 + i;
        const uint64_t offset = (16 + 4 * i) * PAGE;

        g_assert_cmphex(vgpu_guest_make_host_blob(harness, id, both_kinds[i], 4), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_map(harness, id, offset), ==, MAPPED);
        *at(harness, offset + 4 * PAGE - 1) = 77;
        g_assert_cmphex(vgpu_guest_unmap(harness, id), ==, VGPU_OK);
        g_assert_cmphex(*at(harness, offset + 4 * PAGE - 1), ==, 0);
        /* The blob is what it was, elsewhere. */
        g_assert_cmphex(vgpu_guest_map(harness, id, 0), ==, MAPPED);
        g_assert_cmphex(*at(harness, 4 * PAGE - 1), ==, 77);
        g_assert_cmphex(vgpu_guest_unmap(harness, id), ==, VGPU_OK);
    }
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 0);
}

static void answer_says_how_to_cache_it(VgpuHarness *harness)
{
    const struct virtio_gpu_resp_map_info *info;

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    harness->window.hold_releases = true;
    /* The second time it is known, and the renderer not asked. */
    for (int i = 0; i < 2; i++) {
        struct virtio_gpu_resource_map_blob request = vgpu_wire_map(1, 0);
        VgpuFakeRequest *sent = SEND(harness, request);

        vgpu_harness_process(harness);
        vgpu_harness_settle(harness);
        g_assert_cmphex(vgpu_guest_response(sent), ==, MAPPED);
        info = (const void *)sent->answer;
        g_assert_cmpuint(info->map_info, ==, VIRTIO_GPU_MAP_CACHE_WC);
        g_assert_cmpuint(info->padding, ==, 0);
        vgpu_guest_unmap(harness, 1);
    }
    vgpu_fake_window_release(&harness->window);
}

static void places_outside_the_window_are_refused(VgpuHarness *harness)
{
    const uint64_t size = VGPU_HARNESS_WINDOW;
    const uint64_t bad[] = {
        1, 64, PAGE - 1, size, size - PAGE, size - 2 * PAGE + 1, size + PAGE, 1ull << 32,
        (1ull << 32) + PAGE, 1ull << 63, UINT64_MAX, -PAGE, -2 * PAGE,
        (uint64_t)INT64_MAX + 1 - PAGE,
    };

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_FILE, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmphex(vgpu_guest_map(harness, 1, bad[i]), ==, INVALID);
    }
    g_assert_cmpuint(harness->window.n_placed, ==, 0);
    g_assert_cmphex(vgpu_guest_map(harness, 1, size - 2 * PAGE), ==, MAPPED);
    vgpu_guest_make_host_blob(harness, 2, VGPU_FAKE_BLOB_FILE, size / PAGE + 1);
    g_assert_cmphex(vgpu_guest_map(harness, 2, 0), ==, INVALID);
}

static void places_that_are_taken_are_refused(VgpuHarness *harness)
{
    static const uint64_t bad[] = { 5, 6, 7, 8, 9, 10, 11 };

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_FILE, 4);
    vgpu_guest_make_host_blob(harness, 2, VGPU_FAKE_BLOB_MEMORY, 4);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 8 * PAGE), ==, MAPPED);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmphex(vgpu_guest_map(harness, 2, bad[i] * PAGE), ==, INVALID);
    }
    g_assert_cmphex(vgpu_guest_map(harness, 2, 4 * PAGE), ==, MAPPED);
    g_assert_cmphex(vgpu_guest_unmap(harness, 2), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 2, 12 * PAGE), ==, MAPPED);
    g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 8 * PAGE), ==, MAPPED);
}

static void place_is_taken_before_the_renderer_has_answered(VgpuHarness *harness)
{
    struct virtio_gpu_resource_map_blob first = vgpu_wire_map(1, 0), second = vgpu_wire_map(2, 0);
    VgpuFakeRequest *sent[2];

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    vgpu_guest_make_host_blob(harness, 2, VGPU_FAKE_BLOB_FILE, 1);
    sent[0] = SEND(harness, first);
    sent[1] = SEND(harness, second);
    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent[1]), ==, INVALID);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(sent[0]), ==, MAPPED);
}

static void only_what_is_whole_pages_is_shown(VgpuHarness *harness)
{
    CreateBlob part = vgpu_wire_host_blob(2, VGPU_FAKE_BLOB_MEMORY, 1);

    g_assert_cmphex(vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_ODD, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, INVALID);
    part.size = PAGE - 1;
    g_assert_cmphex(ASK(harness, part), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 2, 0), ==, INVALID);
    g_assert_cmpuint(harness->window.n_placed, ==, 0);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 0);
    /* The last page of a file is all the file's. */
    part.resource_id = 3;
    part.blob_id = VGPU_FAKE_BLOB_FILE;
    g_assert_cmphex(ASK(harness, part), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 3, 0), ==, MAPPED);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, INVALID);
}

static void file_that_is_too_short_is_not_shown(VgpuHarness *harness)
{
    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_SHORT, 2);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, INVALID);
    g_assert_cmpuint(harness->window.n_placed, ==, 0);
}

static void what_cannot_be_mapped_leaves_its_place_free(VgpuHarness *harness)
{
    CreateBlob create = vgpu_wire_host_blob(2, VGPU_FAKE_BLOB_MEMORY, 1);

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_SECRET, 1);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, INVALID);
    create.blob_flags = VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE;
    g_assert_cmphex(ASK(harness, create), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 2, 0), ==, INVALID);
    vgpu_guest_make_host_blob(harness, 3, VGPU_FAKE_BLOB_MEMORY, 1);
    vgpu_guest_make_host_blob(harness, 4, VGPU_FAKE_BLOB_FILE, 1);
    harness->window.refuse = true;
    g_assert_cmphex(vgpu_guest_map(harness, 3, 0), ==, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
    g_assert_cmphex(vgpu_guest_map(harness, 4, 0), ==, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 0);
    harness->window.refuse = false;
    g_assert_cmphex(vgpu_guest_map(harness, 3, 0), ==, MAPPED);
    g_assert_cmphex(vgpu_guest_map(harness, 4, PAGE), ==, MAPPED);
}

static void blob_is_mapped_once(VgpuHarness *harness)
{
    for (size_t i = 0; i < G_N_ELEMENTS(both_kinds); i++) {
        g_assert_cmphex(vgpu_guest_make_host_blob(harness, 1, both_kinds[i], 1), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, INVALID);
        g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, MAPPED);
        g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, INVALID);
        g_assert_cmphex(vgpu_guest_map(harness, 1, PAGE), ==, INVALID);
        g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, INVALID);
        g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    }
}

static void ids_are_checked(VgpuHarness *harness)
{
    vgpu_guest_make_3d(harness, 2, 4, 4);
    g_assert_cmphex(vgpu_guest_map(harness, 0, 0), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_map(harness, 2, 0), ==, INVALID);
    g_assert_cmphex(vgpu_guest_unmap(harness, 2), ==, INVALID);
}

static void without_a_window_nothing_is_mapped(void)
{
    VgpuHarness harness;

    vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .with_3d = true, .no_window = true });
    g_assert_cmphex(vgpu_guest_make_host_blob(&harness, 1, VGPU_FAKE_BLOB_MEMORY, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(&harness, 1, 0), ==, VIRTIO_GPU_RESP_ERR_UNSPEC);
    g_assert_cmphex(vgpu_guest_unmap(&harness, 1), ==, INVALID);
    vgpu_harness_finish(&harness);
}

static void whole_window_can_be_full(VgpuHarness *harness)
{
    const uint64_t n = VGPU_HARNESS_WINDOW / PAGE;

    for (uint32_t i = 0; i < n; i++) {
        g_assert_cmphex(vgpu_guest_make_host_blob(harness, 1 + i, both_kinds[i % 2], 1), ==,
                        VGPU_OK);
        g_assert_cmphex(vgpu_guest_map(harness, 1 + i, i * PAGE), ==, MAPPED);
    }
    for (uint32_t i = 0; i < n; i++) {
        *at(harness, i * PAGE) = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        g_assert_cmphex(*at(harness, i * PAGE), ==, (uint8_t)i);
    }
}

/* ---- pictures ------------------------------------------------------------------------------- */

static uint32_t show(VgpuHarness *harness, uint32_t scanout_id, uint32_t id, uint32_t stride,
                     uint32_t offset)
{
    struct virtio_gpu_set_scanout_blob request = {
        .hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, .r = VGPU_RECT(1, 2, 16, 8),
        .scanout_id = scanout_id, .resource_id = id, .width = 32, .height = 16,
        .format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, .strides = { stride }, .offsets = { offset },
    };

    return ASK(harness, request);
}

static void put_pixel(VgpuHarness *harness, uint64_t at, uint32_t colour)
{
    memcpy(vgpu_fake_window_at(&harness->window, at), &colour, sizeof(colour));
}

static void pictures_are_read_where_they_are_in_the_blob(VgpuHarness *harness)
{
    for (size_t i = 0; i < G_N_ELEMENTS(both_kinds); i++) {
        VgpuFakeHead *head = &harness->sink.heads[i];

        vgpu_guest_make_host_blob(harness, 1, both_kinds[i], 2);
        vgpu_guest_map(harness, 1, 0);
        put_pixel(harness, 64 + 2 * 256 + 1 * 4, 0x112233);
        put_pixel(harness, 64 + 9 * 256 + 16 * 4, 0x445566);
        g_assert_cmphex(show(harness, i, 1, 256, 64), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 1, 1)), ==, VGPU_OK);
        g_assert_cmphex(vgpu_fake_head_pixel(head, 0, 0), ==, 0x112233);
        g_assert_cmphex(vgpu_fake_head_pixel(head, 15, 7), ==, 0x445566);
        g_assert_cmphex(vgpu_fake_head_pixel(head, 1, 0), ==, 0);
        /* A flush is in pixels of the picture, which is larger than what is shown of it. */
        put_pixel(harness, 64 + 9 * 256 + 16 * 4, 0x778899);
        g_assert_cmphex(vgpu_guest_flush(harness, 1, VGPU_RECT(16, 9, 16, 7)), ==, VGPU_OK);
        g_assert_cmphex(vgpu_fake_head_pixel(head, 15, 7), ==, 0x778899);
        g_assert_cmphex(vgpu_guest_flush(harness, 1, VGPU_RECT(16, 9, 16, 8)), ==, INVALID);
        g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
        g_assert_null(head->buffer);
    }
}

static void another_place_in_the_blob_is_another_picture(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 4);
    vgpu_guest_map(harness, 1, 0);
    put_pixel(harness, 2 * 128 + 4, 0x111111);
    put_pixel(harness, 2 * PAGE + 2 * 128 + 4, 0x222222);
    show(harness, 0, 1, 128, 0);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 32, 16));
    g_assert_cmphex(vgpu_fake_head_pixel(head, 0, 0), ==, 0x111111);
    show(harness, 0, 1, 128, 2 * PAGE);
    vgpu_guest_flush(harness, 1, VGPU_RECT(31, 15, 1, 1));
    g_assert_cmphex(vgpu_fake_head_pixel(head, 0, 0), ==, 0x222222);
    g_assert_cmpuint(head->n_scanouts, ==, 1);
}

static void two_scanouts_show_two_places(VgpuHarness *harness)
{
    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_FILE, 4);
    vgpu_guest_map(harness, 1, 0);
    put_pixel(harness, 2 * 128 + 4, 0x111111);
    put_pixel(harness, PAGE + 2 * 256 + 4, 0x222222);
    show(harness, 0, 1, 128, 0);
    show(harness, 1, 1, 256, PAGE);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 32, 16));
    g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[0], 0, 0), ==, 0x111111);
    g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[1], 0, 0), ==, 0x222222);
}

static void pictures_outside_the_blob_are_refused(VgpuHarness *harness)
{
    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    g_assert_cmphex(show(harness, 0, 1, 128, 2 * PAGE), ==, INVALID);
    g_assert_cmphex(show(harness, 0, 1, 124, 0), ==, INVALID);
    g_assert_cmphex(show(harness, 0, 1, 512, 0), ==, INVALID);
    g_assert_cmphex(show(harness, 0, 1, 128, 0), ==, VGPU_OK);
}

static const VgpuHarnessTest tests[] = {
    { "host-blobs-need-3d", host_blobs_need_3d },
    { "host-blob-needs-its-context", host_blob_needs_its_context },
    { "blob-that-the-renderer-has-not-is-not-there", blob_that_the_renderer_has_not_is_not_there },
    { "host-blob-takes-no-pages-of-the-guest", host_blob_takes_no_pages_of_the_guest },
    { "host-blobs-are-no-resources-of-other-kinds", host_blobs_are_no_resources_of_other_kinds },
    { "guest-blobs-are-put-into-contexts-without-effect",
      guest_blobs_are_put_into_contexts_without_effect },
    { "mapped-blob-is-seen-where-the-driver-wants-it",
      mapped_blob_is_seen_where_the_driver_wants_it },
    { "answer-says-how-to-cache-it", answer_says_how_to_cache_it },
    { "places-outside-the-window-are-refused", places_outside_the_window_are_refused },
    { "places-that-are-taken-are-refused", places_that_are_taken_are_refused },
    { "place-is-taken-before-the-renderer-has-answered",
      place_is_taken_before_the_renderer_has_answered },
    { "only-what-is-whole-pages-is-shown", only_what_is_whole_pages_is_shown },
    { "file-that-is-too-short-is-not-shown", file_that_is_too_short_is_not_shown },
    { "what-cannot-be-mapped-leaves-its-place-free", what_cannot_be_mapped_leaves_its_place_free },
    { "blob-is-mapped-once", blob_is_mapped_once },
    { "ids-are-checked", ids_are_checked },
    { "pictures-are-read-where-they-are-in-the-blob",
      pictures_are_read_where_they_are_in_the_blob },
    { "another-place-in-the-blob-is-another-picture",
      another_place_in_the_blob_is_another_picture },
    { "two-scanouts-show-two-places", two_scanouts_show_two_places },
    { "pictures-outside-the-blob-are-refused", pictures_outside_the_blob_are_refused },
    { "whole-window-can-be-full", whole_window_can_be_full },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_guest_add_3d_tests("map", tests, G_N_ELEMENTS(tests));
    g_test_add_func("/vgpu/map/without-a-window-nothing-is-mapped",
                    without_a_window_nothing_is_mapped);
    return g_test_run();
}
