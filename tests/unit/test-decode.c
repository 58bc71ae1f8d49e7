/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request must look like, and what the answer to any request looks like. */
#include "guest.h"

/* Asks with one request laid out in a given way; returns the request, answered. */
static VgpuFakeRequest *ask_laid_out(VgpuHarness *harness, const void *data, size_t size,
                                     const VgpuFakeLayout *layout)
{
    VgpuFakeRequest *request =
        vgpu_fake_queue_add(&harness->queues[VGPU_QUEUE_CONTROL], data, size, layout);

    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpint(request->state, ==, VGPU_FAKE_ANSWERED);
    return request;
}

static void short_header_is_answered_unspec(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr request = { .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO };

    for (size_t size = 0; size < sizeof(request); size++) {
        g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, size), ==,
                        VIRTIO_GPU_RESP_ERR_UNSPEC);
    }
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request)), ==,
                    VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
}

static void short_structure_is_answered_invalid(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_2d request =
        vgpu_wire_create_2d(1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 64, 64);

    for (size_t size = sizeof(request.hdr); size < sizeof(request); size++) {
        g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, size), ==,
                        VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    }
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request)), ==,
                    VGPU_OK);
}

static void bytes_after_a_structure_are_ignored(VgpuHarness *harness)
{
    struct {
        struct virtio_gpu_resource_create_2d request;
        uint8_t more[4096];
    } data = { .request = vgpu_wire_create_2d(1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 64, 64) };

    memset(data.more, 0xff, sizeof(data.more));
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &data, sizeof(data)), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
}

static void unknown_type_is_answered_unspec(VgpuHarness *harness)
{
    static const uint32_t types[] = {
        0, 1, 0xff, 0x10b, 0x10f, 0x1ff, 0x200, 0x302, 0x3ff,
        VIRTIO_GPU_RESP_OK_NODATA, VIRTIO_GPU_RESP_ERR_UNSPEC, 0x80000100, UINT32_MAX,
    };
    uint8_t request[128] = { 0 };

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        memcpy(request, &types[i], sizeof(types[i]));
        for (int queue = 0; queue < VGPU_QUEUE_COUNT; queue++) {
            g_assert_cmphex(vgpu_guest_ask(harness, queue, request, sizeof(request)), ==,
                            VIRTIO_GPU_RESP_ERR_UNSPEC);
        }
    }
}

/* Capability sets, contexts, 3D and blobs belong to features that this device does not offer. */
static void command_without_its_feature_is_answered_unspec(VgpuHarness *harness)
{
    static const uint32_t types[] = { 0x108, 0x109, 0x10b, 0x10c, 0x10d };
    uint8_t request[128] = { 0 };

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        memcpy(request, &types[i], sizeof(types[i]));
        g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, request, sizeof(request)), ==,
                        VIRTIO_GPU_RESP_ERR_UNSPEC);
    }
    for (uint32_t type = 0x200; type < 0x20a; type++) {
        memcpy(request, &type, sizeof(type));
        g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, request, sizeof(request)), ==,
                        VIRTIO_GPU_RESP_ERR_UNSPEC);
    }
}

static void edid_without_feature_is_answered_unspec(VgpuHarness *harness)
{
    struct virtio_gpu_cmd_get_edid request = { .hdr.type = VIRTIO_GPU_CMD_GET_EDID };

    vgpu_device_set_features(harness->device, 0);
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request)), ==,
                    VIRTIO_GPU_RESP_ERR_UNSPEC);
    vgpu_device_set_features(harness->device, 1u << VIRTIO_GPU_F_EDID);
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request)), ==,
                    VIRTIO_GPU_RESP_OK_EDID);
}

static void command_on_the_wrong_queue_is_answered_unspec(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_2d create =
        vgpu_wire_create_2d(1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 64, 64);
    struct virtio_gpu_update_cursor cursor = vgpu_wire_cursor(VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0);

    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CURSOR, &create, sizeof(create)), ==,
                    VIRTIO_GPU_RESP_ERR_UNSPEC);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &cursor, sizeof(cursor)), ==,
                    VIRTIO_GPU_RESP_ERR_UNSPEC);
    cursor.hdr.type = VIRTIO_GPU_CMD_UPDATE_CURSOR;
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &cursor, sizeof(cursor)), ==,
                    VIRTIO_GPU_RESP_ERR_UNSPEC);
    g_assert_cmpuint(harness->sink.heads[0].n_moves, ==, 0);
}

static void answer_stops_where_its_room_ends(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr request = { .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO };
    struct virtio_gpu_resp_display_info whole;
    VgpuFakeRequest *answer = ask_laid_out(harness, &request, sizeof(request),
                                           &(VgpuFakeLayout) { .room = sizeof(whole) });

    memcpy(&whole, answer->answer, sizeof(whole));
    for (size_t room = 0; room <= sizeof(whole) + 1; room++) {
        answer = ask_laid_out(harness, &request, sizeof(request),
                              &(VgpuFakeLayout) { .room = room });
        g_assert_cmpuint(answer->written, ==, MIN(room, sizeof(whole)));
        g_assert_cmpmem(answer->answer, answer->written, &whole, answer->written);
    }
}

static void request_without_room_still_takes_effect(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_2d request =
        vgpu_wire_create_2d(1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 64, 64);
    VgpuFakeRequest *answer = ask_laid_out(harness, &request, sizeof(request),
                                           &(VgpuFakeLayout) { 0 });

    g_assert_cmpuint(answer->written, ==, 0);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
}

static void request_in_pieces_is_the_same_request(VgpuHarness *harness)
{
    struct virtio_gpu_mem_entry entries[] = {
        { .addr = VGPU_FAKE_RAM_START, .length = 4096 },
        { .addr = VGPU_FAKE_RAM_START + 8192, .length = 12288 },
    };
    VgpuAttach attach = {
        .request.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
        .request.resource_id = 1, .request.nr_entries = G_N_ELEMENTS(entries),
    };

    memcpy(attach.entries, entries, sizeof(entries));
    vgpu_fake_memory_fill(harness->memory, 1);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
    for (size_t piece = 1; piece <= vgpu_attach_size(2); piece++) {
        uint32_t expected;
        VgpuFakeRequest *answer =
            ask_laid_out(harness, &attach, vgpu_attach_size(2), &(VgpuFakeLayout) {
                .room = sizeof(struct virtio_gpu_ctrl_hdr), .out_piece = piece,
                .in_piece = 1 + piece % 7, .empty_pieces = piece % 2,
            });

        g_assert_cmphex(vgpu_guest_response(answer), ==, VGPU_OK);
        g_assert_cmpuint(harness->memory->n_live, ==, 2);
        g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
        vgpu_fake_memory_read(harness->memory, entries[1].addr, &expected, sizeof(expected));
        g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[0], 0, 16), ==, expected);
        g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, VGPU_OK);
    }
}

/* A request that waits was copied when it was taken: what the guest writes later does not count. */
static void request_is_not_read_again(VgpuHarness *harness)
{
    struct virtio_gpu_resource_unref unref = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF, .resource_id = 1,
    };
    VgpuFakeRequest *first, *second;

    vgpu_guest_make_long(harness, 1);
    first = vgpu_guest_start_transfer(harness, 1);
    second = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &unref, sizeof(unref));
    vgpu_harness_process(harness);
    g_assert_cmpint(second->state, ==, VGPU_FAKE_TAKEN);
    vgpu_fake_request_scribble(first, 0xff);
    vgpu_fake_request_scribble(second, 0xff);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(first), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_response(second), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
}

static void mistakes_are_logged_within_limits(VgpuHarness *harness)
{
    for (int i = 0; i < 1000; i++) {
        vgpu_guest_unref(harness, 77);
    }
    g_assert_cmpuint(harness->observer.n_errors, >, 0);
    g_assert_cmpuint(harness->observer.n_errors, <, 100);
    g_assert_nonnull(strstr(harness->observer.last_error, "77"));
}

static void batch_is_bounded_and_goes_on_by_itself(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr request = { .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO };
    const unsigned n = 5000;
    VgpuFakeQueue *queue = &harness->queues[VGPU_QUEUE_CONTROL];

    for (unsigned i = 0; i < n; i++) {
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    }
    vgpu_device_process(harness->device, VGPU_QUEUE_CONTROL);
    g_assert_cmpuint(queue->n_answered, >, 0);
    g_assert_cmpuint(queue->n_answered, <, n);
    g_assert_cmpuint(queue->n_notified, ==, 1);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(queue->n_answered, ==, n);
    g_assert_cmpuint(queue->n_notified, <=, 100);
}

static const VgpuHarnessTest tests[] = {
    { "short-header-is-answered-unspec", short_header_is_answered_unspec },
    { "short-structure-is-answered-invalid", short_structure_is_answered_invalid },
    { "bytes-after-a-structure-are-ignored", bytes_after_a_structure_are_ignored },
    { "unknown-type-is-answered-unspec", unknown_type_is_answered_unspec },
    { "command-without-its-feature-is-answered-unspec",
      command_without_its_feature_is_answered_unspec },
    { "edid-without-feature-is-answered-unspec", edid_without_feature_is_answered_unspec },
    { "command-on-the-wrong-queue-is-answered-unspec",
      command_on_the_wrong_queue_is_answered_unspec },
    { "CVE-2024-8612-answer-stops-where-its-room-ends", answer_stops_where_its_room_ends },
    { "request-without-room-still-takes-effect", request_without_room_still_takes_effect },
    { "request-in-pieces-is-the-same-request", request_in_pieces_is_the_same_request },
    { "request-is-not-read-again", request_is_not_read_again },
    { "mistakes-are-logged-within-limits", mistakes_are_logged_within_limits },
    { "batch-is-bounded-and-goes-on-by-itself", batch_is_bounded_and_goes_on_by_itself },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("decode", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
