/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mistakes that devices of this kind were published for, each as the guest's part of it. What
 * would be wrong shows as a wrong answer, in the harness's end, or in a sanitizer.
 */
#include "guest.h"

#define INVALID_ID VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define INVALID_SCANOUT VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define INVALID VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC
#define NO_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define RAM VGPU_FAKE_RAM_START

static void duplicate_create(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    /* Enough for a leak of one image each to reach max_hostmem, and memory, many times over. */
    for (int i = 0; i < 20000; i++) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, INVALID_ID);
    }
    g_assert_cmphex(vgpu_guest_create_2d(harness, 2, 64, 64), ==, VGPU_OK);
}

/* An error is a bare header: nothing of the structure a success would have had. */
static void ask_capset(VgpuHarness *harness, uint32_t type, uint32_t first, uint32_t second)
{
    struct {
        struct virtio_gpu_ctrl_hdr hdr;
        uint32_t words[2];
    } request = { .hdr.type = type, .words = { first, second } };
    VgpuFakeRequest *sent =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));

    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, UNSPEC);
    g_assert_cmpuint(sent->written, ==, sizeof(struct virtio_gpu_ctrl_hdr));
}

static void capset_info(VgpuHarness *harness)
{
    static const uint32_t indices[] = { 0, 1, 2, 0x80000000, UINT32_MAX };

    for (size_t i = 0; i < G_N_ELEMENTS(indices); i++) {
        ask_capset(harness, VIRTIO_GPU_CMD_GET_CAPSET_INFO, indices[i], 0);
    }
}

static void capset(VgpuHarness *harness)
{
    static const uint32_t ids[] = { 0, 1, 2, 3, 4, 5, 6, 0x80000000, UINT32_MAX };

    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        ask_capset(harness, VIRTIO_GPU_CMD_GET_CAPSET, ids[i], 0);
        ask_capset(harness, VIRTIO_GPU_CMD_GET_CAPSET, ids[i], UINT32_MAX);
    }
}

static void cursor_size(VgpuHarness *harness)
{
    static const uint32_t sizes[][2] = {
        { 1, 1 }, { 32, 128 }, { 64, 63 }, { 128, 32 }, { 256, 256 },
    };

    for (uint32_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        vgpu_guest_make(harness, i + 1, sizes[i][0], sizes[i][1], RAM);
        for (int j = 0; j < 1000; j++) {
            g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, i + 1), ==, INVALID);
        }
    }
    g_assert_cmpuint(harness->sink.heads[0].n_defines, ==, 0);
}

static void unref_with_backing(VgpuHarness *harness)
{
    for (int i = 0; i < 1000; i++) {
        vgpu_guest_make(harness, 1, 64, 64, RAM);
        g_assert_cmpuint(harness->memory->n_live, ==, 1);
        g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
        g_assert_cmpuint(harness->memory->n_live, ==, 0);
    }
}

static void scanout_limit(VgpuHarness *harness)
{
    struct virtio_gpu_update_cursor move = vgpu_wire_cursor(VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0);

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    for (uint32_t id = VGPU_HARNESS_OUTPUTS; id < 40; id++) {
        g_assert_cmphex(vgpu_guest_set_scanout(harness, id, 1, VGPU_RECT(0, 0, 64, 64)), ==,
                        INVALID_SCANOUT);
        g_assert_cmphex(vgpu_guest_update_cursor(harness, id, 1), ==, INVALID_SCANOUT);
        move.pos.scanout_id = id;
        g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CURSOR, &move, sizeof(move)), ==,
                        INVALID_SCANOUT);
    }
}

static void attach_twice(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    for (int i = 0; i < 1000; i++) {
        g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM + 4096 * (i % 100), 4096), ==, UNSPEC);
        g_assert_cmpuint(harness->memory->n_live, ==, 1);
    }
}

static void scanout_again(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 256, 256, RAM);
    vgpu_guest_make(harness, 2, 256, 256, RAM);
    for (uint32_t i = 0; i < 10000; i++) {
        g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 256, 256)), ==,
                        VGPU_OK);
        g_assert_cmphex(vgpu_guest_set_scanout(harness, 1, 1 + i % 2,
                                               VGPU_RECT(i % 100, 0, 16, 16)), ==, VGPU_OK);
    }
}

static void kick_again(void *opaque)
{
    VgpuHarness *harness = opaque;
    struct virtio_gpu_resource_unref unref = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF, .resource_id = 1,
    };

    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &unref, sizeof(unref));
    vgpu_harness_process(harness);
}

/* The kick does not run in the middle of the command that caused it, but afterwards. */
static void reentrant_kick(VgpuHarness *harness)
{
    harness->memory->on_map = kick_again;
    harness->memory->on_map_opaque = harness;
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM, 16384), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_maps, ==, 1);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, INVALID_ID);
    g_assert_cmpuint(harness->queues[VGPU_QUEUE_CONTROL].n_answered, ==, 4);
}

static void backing_in_device_memory(VgpuHarness *harness)
{
    struct virtio_gpu_mem_entry entries[] = {
        { .addr = RAM, .length = 4096 }, { .addr = 0xfebd1000, .length = 4096 },
        { .addr = RAM + 8192, .length = 4096 },
    };

    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 32, 32), ==, VGPU_OK);
    for (int i = 0; i < 1000; i++) {
        g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 3), ==, UNSPEC);
        g_assert_cmpuint(harness->memory->n_live, ==, 0);
    }
}

/* 0x40000001 * 4 is 4 in 32 bits: a small image that claims to be a wide one. */
static void narrow_stride(VgpuHarness *harness)
{
    static const uint32_t widths[] = { 0x40000001, 0x40000010, 0x80000001, 0xc0000010 };

    for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, 1, widths[i], 16), ==, INVALID);
        g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM, 4096), ==, INVALID_ID);
        g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0x1000, 0, 16, 16)), ==,
                        INVALID_ID);
        g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0x1000, 0, 16, 16), 0), ==,
                        INVALID_ID);
    }
}

/* Width and height each fit, and so does what is left of their product in 32 bits. */
static void wrapping_product(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 0x8001, 0x8001), ==, NO_MEMORY);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 0x10000, 0x10000), ==, NO_MEMORY);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 0x10001, 0xffff), ==, NO_MEMORY);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 0x4000000, 0x40000010), ==, NO_MEMORY);
}

static void huge_cursor(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 1024, 1024, RAM);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, INVALID);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 2, 0x10000, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 2), ==, INVALID);
}

/* The cursor's resource is exchanged for a large one of the same id between its two uses. */
static void changing_cursor(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 8, 8), ==, VGPU_OK);
    vgpu_device_present_all(harness->device);
    g_assert_cmpuint(harness->sink.heads[0].n_defines, ==, 1);
}

static void cursor_without_data(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM, 16), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
}

/* A request of 3D commands says how long it is; nobody makes room for that. */
static void submit_3d(VgpuHarness *harness)
{
    struct {
        struct virtio_gpu_ctrl_hdr hdr;
        uint32_t size, padding;
    } request = { .hdr.type = VIRTIO_GPU_CMD_SUBMIT_3D, .size = UINT32_MAX };

    for (int i = 0; i < 100; i++) {
        g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request)), ==,
                        UNSPEC);
    }
}

static void short_commands(VgpuHarness *harness)
{
    struct virtio_gpu_set_scanout request = vgpu_wire_set_scanout(0, 1, VGPU_RECT(0, 0, 8, 8));
    unsigned before = harness->n_answers;

    for (size_t size = 0; size < sizeof(request); size++) {
        VgpuFakeRequest *sent =
            vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, size);

        vgpu_harness_process(harness);
        g_assert_cmphex(vgpu_guest_response(sent), >=, UNSPEC);
    }
    g_assert_cmpuint(harness->n_answers, ==, before + sizeof(request));
}

static const VgpuHarnessTest tests[] = {
    { "CVE-2016-7994-create-with-used-id-leaves-nothing", duplicate_create },
    { "CVE-2016-9845-capset-info-with-bad-index-tells-nothing", capset_info },
    { "CVE-2016-9846-cursor-of-wrong-size-leaves-nothing", cursor_size },
    { "CVE-2016-9908-capset-tells-nothing", capset },
    { "CVE-2016-9912-unref-with-backing-unmaps", unref_with_backing },
    { "CVE-2016-10028-capset-of-unknown-set-is-refused", capset },
    { "CVE-2016-10029-scanout-beyond-the-last-is-refused", scanout_limit },
    { "CVE-2017-5552-second-attach-is-refused", attach_twice },
    { "CVE-2017-5578-second-attach-is-refused", attach_twice },
    { "CVE-2017-9060-repeated-set-scanout-leaves-nothing", scanout_again },
    { "CVE-2024-3446-kick-from-inside-a-command-comes-afterwards", reentrant_kick },
    { "CVE-2024-3446-backing-in-device-memory-is-refused", backing_in_device_memory },
    { "CVE-2026-3886-width-that-overflows-its-stride-is-refused", narrow_stride },
    { "CVE-2026-3886-size-that-overflows-is-refused", wrapping_product },
    { "CVE-2021-3544-unref-with-backing-unmaps", unref_with_backing },
    { "CVE-2021-3545-capset-info-with-bad-index-tells-nothing", capset_info },
    { "CVE-2021-3546-capset-of-unknown-set-is-refused", capset },
    { "CVE-2021-4206-huge-cursor-is-refused", huge_cursor },
    { "CVE-2021-4207-cursor-that-changes-its-size-is-not-shown", changing_cursor },
    { "cursor-without-data-is-no-trouble", cursor_without_data },
    { "submit-3d-of-any-size-is-refused", submit_3d },
    { "every-short-command-is-answered", short_commands },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("advisory", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
