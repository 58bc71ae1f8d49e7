/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of the renderer's that was in the window, and drivers that change their mind about it. */
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

/* ---- letting go ----------------------------------------------------------------------------- */

static void renderer_unmaps_when_nobody_sees_the_memory(VgpuHarness *harness)
{
    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    harness->window.hold_releases = true;
    vgpu_guest_map(harness, 1, 0);
    g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, VGPU_OK);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 1);
    vgpu_fake_window_release(&harness->window);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 0);
}

static void memory_that_is_still_seen_is_mapped_again_at_once(VgpuHarness *harness)
{
    unsigned n_calls;

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    harness->window.hold_releases = true;
    vgpu_guest_map(harness, 1, 0);
    n_calls = harness->renderer->n_calls;
    for (int i = 0; i < 5; i++) {
        g_assert_cmphex(vgpu_guest_unmap(harness, 1), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_map(harness, 1, i * PAGE), ==, MAPPED);
    }
    g_assert_cmpuint(harness->renderer->n_calls, ==, n_calls);
    /* The parts that are gone do not take the one with them that is there. */
    vgpu_fake_window_release(&harness->window);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 1);
    vgpu_guest_unmap(harness, 1);
    harness->window.refuse = true;
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
    harness->window.refuse = false;
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, MAPPED);
    vgpu_guest_unmap(harness, 1);
    vgpu_fake_window_release(&harness->window);
}

static void unref_of_a_mapped_blob_unmaps_it(VgpuHarness *harness)
{
    for (size_t i = 0; i < G_N_ELEMENTS(both_kinds); i++) {
        vgpu_guest_make_host_blob(harness, 1, both_kinds[i], 1);
        vgpu_guest_map(harness, 1, 0);
        *at(harness, 0) = 5;
        g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
        g_assert_cmphex(*at(harness, 0), ==, 0);
        g_assert_cmpuint(g_hash_table_size(harness->renderer->resources), ==, 0);
    }
}

static void resource_stays_with_the_renderer_while_it_is_seen(VgpuHarness *harness)
{
    CreateBlob create = vgpu_wire_host_blob(1, VGPU_FAKE_BLOB_FILE, 1);
    VgpuFakeRequest *sent;

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    harness->window.hold_releases = true;
    vgpu_guest_map(harness, 1, 0);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmpuint(g_hash_table_size(harness->renderer->resources), ==, 1);
    /* Until then its id means it, there. */
    sent = SEND(harness, create);
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpint(sent->state, ==, VGPU_FAKE_TAKEN);
    vgpu_fake_window_release(&harness->window);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VGPU_OK);
    g_assert_cmpuint(g_hash_table_size(harness->renderer->resources), ==, 1);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, MAPPED);
}

static void pages_stay_while_the_renderer_has_the_resource(VgpuHarness *harness)
{
    struct {
        CreateBlob request;
        struct virtio_gpu_mem_entry entry;
    } create = {
        .request = vgpu_wire_host_blob(1, VGPU_FAKE_BLOB_MEMORY, 1),
        .entry = { .addr = RAM, .length = PAGE },
    };

    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    create.request.blob_mem = VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST;
    create.request.nr_entries = 1;
    g_assert_cmphex(ASK(harness, create), ==, VGPU_OK);
    harness->window.hold_releases = true;
    vgpu_guest_map(harness, 1, 0);
    vgpu_guest_unref(harness, 1);
    g_assert_cmpuint(harness->memory->n_live, ==, 1);
    vgpu_fake_window_release(&harness->window);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void memory_that_is_held_is_limited(VgpuHarness *harness)
{
    const uint32_t most = 4096;

    harness->window.hold_releases = true;
    for (uint32_t id = 1; id <= most; id++) {
        g_assert_cmphex(vgpu_guest_make_host_blob(harness, id, VGPU_FAKE_BLOB_MEMORY, 1), ==,
                        VGPU_OK);
        g_assert_cmphex(vgpu_guest_map(harness, id, 0), ==, MAPPED);
        g_assert_cmphex(vgpu_guest_unref(harness, id), ==, VGPU_OK);
    }
    vgpu_guest_make_host_blob(harness, most + 1, VGPU_FAKE_BLOB_MEMORY, 1);
    g_assert_cmphex(vgpu_guest_map(harness, most + 1, 0), ==, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, most);
    vgpu_fake_window_release(&harness->window);
    g_assert_cmphex(vgpu_guest_map(harness, most + 1, 0), ==, MAPPED);
}

/* ---- changes of mind ------------------------------------------------------------------------ */

static void unmap_overtakes_the_map_that_it_undoes(VgpuHarness *harness)
{
    for (size_t i = 0; i < G_N_ELEMENTS(both_kinds); i++) {
        struct virtio_gpu_resource_map_blob request = vgpu_wire_map(1, 0);
        struct virtio_gpu_resource_unmap_blob undo = vgpu_wire_unmap(1);
        VgpuFakeRequest *sent[4];

        vgpu_guest_make_host_blob(harness, 1, both_kinds[i], 1);
        sent[0] = SEND(harness, request);
        sent[1] = SEND(harness, undo);
        request.offset = 3 * PAGE;
        sent[2] = SEND(harness, request);
        sent[3] = SEND(harness, undo);
        vgpu_harness_process(harness);
        vgpu_harness_settle(harness);
        for (size_t j = 0; j < G_N_ELEMENTS(sent); j++) {
            g_assert_cmphex(vgpu_guest_response(sent[j]), ==, j % 2 ? VGPU_OK : MAPPED);
        }
        g_assert_cmpuint(harness->window.n_placed, ==, 0);
        g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 0);
        vgpu_guest_unref(harness, 1);
    }
}

static void last_of_several_maps_counts(VgpuHarness *harness)
{
    struct virtio_gpu_resource_map_blob request = vgpu_wire_map(1, 0);
    struct virtio_gpu_resource_unmap_blob undo = vgpu_wire_unmap(1);

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    SEND(harness, request);
    SEND(harness, undo);
    request.offset = 3 * PAGE;
    SEND(harness, request);
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->window.n_placed, ==, 1);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 1);
    g_assert_true(at(harness, 3 * PAGE) != harness->window.data + 3 * PAGE);
}

static void id_can_be_used_again_behind_a_map(VgpuHarness *harness)
{
    struct virtio_gpu_resource_map_blob request = vgpu_wire_map(1, 0);
    struct virtio_gpu_resource_unref unref = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF, .resource_id = 1,
    };
    CreateBlob create = vgpu_wire_host_blob(1, VGPU_FAKE_BLOB_MEMORY, 2);
    VgpuFakeRequest *sent;

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    SEND(harness, request);
    SEND(harness, unref);
    SEND(harness, create);
    sent = SEND(harness, request);
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, MAPPED);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 1);
    *at(harness, 2 * PAGE - 1) = 1;
}

/* ---- the end of everything ------------------------------------------------------------------ */

static void reset_empties_the_window(VgpuHarness *harness)
{
    for (size_t i = 0; i < G_N_ELEMENTS(both_kinds); i++) {
        vgpu_guest_make_host_blob(harness, 1 + i, both_kinds[i], 2);
        vgpu_guest_map(harness, 1 + i, 2 * i * PAGE);
        *at(harness, 2 * i * PAGE) = 9;
    }
    *at(harness, 5 * PAGE) = 9;
    vgpu_harness_reset(harness);
    for (uint64_t page = 0; page < 6; page++) {
        g_assert_cmphex(*at(harness, page * PAGE), ==, 0);
    }
    vgpu_harness_settle(harness);
    g_assert_cmpuint(g_hash_table_size(harness->renderer->resources), ==, 0);
    g_assert_cmphex(vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 2), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, 1, 0), ==, MAPPED);
}

static void reset_spares_what_is_still_seen(VgpuHarness *harness)
{
    CreateBlob create = vgpu_wire_host_blob(1, VGPU_FAKE_BLOB_FILE, 1);
    VgpuFakeRequest *sent;

    for (uint32_t id = 1; id <= 3; id++) {
        vgpu_guest_make_host_blob(harness, id, VGPU_FAKE_BLOB_MEMORY, 1);
        vgpu_guest_map(harness, id, id * PAGE);
    }
    harness->window.hold_releases = true;
    vgpu_guest_unmap(harness, 2);
    vgpu_guest_unref(harness, 3);
    vgpu_harness_reset(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(g_hash_table_size(harness->renderer->resources), ==, 3);
    /* Another driver is not kept from other ids, and need not know of these. */
    vgpu_guest_make_3d(harness, 7, 4, 4);
    sent = SEND(harness, create);
    vgpu_harness_process(harness);
    vgpu_harness_reset(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpint(sent->state, !=, VGPU_FAKE_ANSWERED);
    vgpu_fake_window_release(&harness->window);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(g_hash_table_size(harness->renderer->resources), ==, 0);
    g_assert_cmphex(vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_FILE, 1), ==, VGPU_OK);
}

static void reset_forgets_a_map_under_way(VgpuHarness *harness)
{
    struct virtio_gpu_resource_map_blob request = vgpu_wire_map(1, 0);

    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    SEND(harness, request);
    vgpu_harness_process(harness);
    vgpu_fake_executor_run(&harness->executor);
    vgpu_harness_reset(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->window.n_placed, ==, 0);
    g_assert_cmpuint(g_hash_table_size(harness->renderer->resources), ==, 0);
}

static void renderer_outlives_the_device_until_nothing_is_seen(VgpuHarness *harness)
{
    vgpu_guest_make_host_blob(harness, 1, VGPU_FAKE_BLOB_MEMORY, 1);
    vgpu_guest_make_host_blob(harness, 2, VGPU_FAKE_BLOB_FILE, 1);
    vgpu_guest_map(harness, 1, 0);
    vgpu_guest_map(harness, 2, PAGE);
    harness->window.hold_releases = true;
    vgpu_harness_destroy_device(harness);
    vgpu_harness_settle(harness);
    g_assert_false(harness->renderer_gone);
    vgpu_fake_window_release(&harness->window);
    vgpu_harness_settle(harness);
    g_assert_true(harness->renderer_gone);
}

static const VgpuHarnessTest tests[] = {
    { "renderer-unmaps-when-nobody-sees-the-memory", renderer_unmaps_when_nobody_sees_the_memory },
    { "memory-that-is-still-seen-is-mapped-again-at-once",
      memory_that_is_still_seen_is_mapped_again_at_once },
    { "unref-of-a-mapped-blob-unmaps-it", unref_of_a_mapped_blob_unmaps_it },
    { "resource-stays-with-the-renderer-while-it-is-seen",
      resource_stays_with_the_renderer_while_it_is_seen },
    { "pages-stay-while-the-renderer-has-the-resource",
      pages_stay_while_the_renderer_has_the_resource },
    { "memory-that-is-held-is-limited", memory_that_is_held_is_limited },
    { "unmap-overtakes-the-map-that-it-undoes", unmap_overtakes_the_map_that_it_undoes },
    { "last-of-several-maps-counts", last_of_several_maps_counts },
    { "id-can-be-used-again-behind-a-map", id_can_be_used_again_behind_a_map },
    { "reset-empties-the-window", reset_empties_the_window },
    { "reset-spares-what-is-still-seen", reset_spares_what_is_still_seen },
    { "reset-forgets-a-map-under-way", reset_forgets_a_map_under_way },
    { "renderer-outlives-the-device-until-nothing-is-seen",
      renderer_outlives_the_device_until_nothing_is_seen },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_guest_add_3d_tests("held", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
