/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Backing: page lists as guests send them, and the mappings they become. */
#include "guest.h"

#define INVALID VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define UNSPEC VIRTIO_GPU_RESP_ERR_UNSPEC
#define NO_MEMORY VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define RAM VGPU_FAKE_RAM_START
#define PAGE 4096

static struct virtio_gpu_mem_entry entry(uint64_t address, uint32_t length)
{
    return (struct virtio_gpu_mem_entry) { .addr = address, .length = length };
}

/* An attach request that says it has `announced` entries and has `n`. */
static uint32_t attach_lying(VgpuHarness *harness, uint32_t announced, uint32_t n)
{
    VgpuAttach attach = {
        .request.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
        .request.resource_id = 1, .request.nr_entries = announced,
    };

    for (uint32_t i = 0; i < n; i++) {
        attach.entries[i] = entry(RAM + i * 2 * PAGE, PAGE);
    }
    return vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &attach, vgpu_attach_size(n));
}

static void attach_maps_and_detach_unmaps(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    for (int i = 0; i < 3; i++) {
        g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM + 64, 16384), ==, VGPU_OK);
        g_assert_cmpuint(harness->memory->n_live, ==, 1);
        g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, VGPU_OK);
        g_assert_cmpuint(harness->memory->n_live, ==, 0);
    }
    g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, UNSPEC);
}

static void second_attach_is_refused_and_maps_nothing(VgpuHarness *harness)
{
    uint64_t n_maps;

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    n_maps = harness->memory->n_maps;
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM + 65536, 16384), ==, UNSPEC);
    g_assert_cmpuint(harness->memory->n_maps, ==, n_maps);
    g_assert_cmpuint(harness->memory->n_live, ==, 1);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
}

static void unref_unmaps(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void reset_unmaps(VgpuHarness *harness)
{
    for (uint32_t id = 1; id < 20; id++) {
        vgpu_guest_make(harness, id, 64, 64, RAM + id * PAGE);
    }
    vgpu_harness_reset(harness);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

/* Whichever of the entries it is, those before it do not stay mapped. */
static void entry_outside_ram_unmaps_those_before_it(VgpuHarness *harness)
{
    static const uint64_t outside[] = {
        0, RAM - PAGE, RAM - 1, RAM + 2ull * VGPU_HARNESS_BLOCK, 0xfebc0000, 0x8000000000000000,
        UINT64_MAX - PAGE, UINT64_MAX,
    };

    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(outside); i++) {
        for (uint32_t bad = 0; bad < 8; bad++) {
            struct virtio_gpu_mem_entry entries[8];

            for (uint32_t j = 0; j < 8; j++) {
                entries[j] = entry(RAM + j * 2 * PAGE, PAGE);
            }
            entries[bad].addr = outside[i];
            g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 8), ==, UNSPEC);
            g_assert_cmpuint(harness->memory->n_live, ==, 0);
            g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, UNSPEC);
        }
    }
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM, 16384), ==, VGPU_OK);
}

static void entry_that_runs_into_a_hole_is_refused(VgpuHarness *harness)
{
    vgpu_fake_memory_punch(harness->memory, RAM + 10 * PAGE, PAGE);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM + 8 * PAGE, 4 * PAGE), ==, UNSPEC);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM + 10 * PAGE, 1), ==, UNSPEC);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM + 11 * PAGE, 4 * PAGE), ==, VGPU_OK);
}

static void entry_that_ends_outside_ram_is_refused(VgpuHarness *harness)
{
    uint64_t end = RAM + 2ull * VGPU_HARNESS_BLOCK;

    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, end - PAGE, PAGE + 1), ==, UNSPEC);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM, UINT32_MAX), ==, UNSPEC);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, end - PAGE, PAGE), ==, VGPU_OK);
}

static void failing_map_unmaps_those_before_it(VgpuHarness *harness)
{
    struct virtio_gpu_mem_entry entries[8];

    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    for (uint32_t i = 0; i < 8; i++) {
        entries[i] = entry(RAM + i * 2 * PAGE, PAGE);
    }
    for (int64_t n = 0; n < 8; n++) {
        harness->memory->maps_left = n;
        g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 8), ==, UNSPEC);
        g_assert_cmpuint(harness->memory->n_live, ==, 0);
    }
    harness->memory->maps_left = 8;
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 8), ==, VGPU_OK);
}

static void check_picture(VgpuHarness *harness, uint64_t address)
{
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
    for (int i = 0; i < 64 * 64; i++) {
        uint32_t expected;

        vgpu_fake_memory_read(harness->memory, address + i * 4, &expected, sizeof(expected));
        g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[0], i % 64, i / 64), ==,
                        expected);
    }
}

static void show_first(VgpuHarness *harness)
{
    vgpu_fake_memory_fill(harness->memory, 5);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
}

static void short_mappings_are_continued(VgpuHarness *harness)
{
    show_first(harness);
    for (uint64_t longest = 1000; longest < 20000; longest += 1777) {
        harness->memory->longest_map = longest;
        g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM + 12, 16384), ==, VGPU_OK);
        g_assert_cmpuint(harness->memory->n_live, ==, (16384 + longest - 1) / longest);
        check_picture(harness, RAM + 12);
        g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, VGPU_OK);
    }
}

static void entry_across_two_blocks_of_ram_is_whole(VgpuHarness *harness)
{
    uint64_t address = RAM + VGPU_HARNESS_BLOCK - 5000;

    show_first(harness);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, address, 16384), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 2);
    check_picture(harness, address);
}

static void adjacent_entries_are_mapped_together(VgpuHarness *harness)
{
    struct virtio_gpu_mem_entry entries[64];

    show_first(harness);
    for (uint32_t i = 0; i < 64; i++) {
        entries[i] = entry(RAM + i * 256, 256);
    }
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 64), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 1);
    check_picture(harness, RAM);
}

static void only_entries_in_ascending_order_are_joined(VgpuHarness *harness)
{
    struct virtio_gpu_mem_entry entries[] = {
        entry(RAM + PAGE, PAGE), entry(RAM, PAGE), entry(RAM, PAGE), entry(RAM + PAGE, PAGE),
    };
    uint32_t pixel, expected;

    show_first(harness);
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 4), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 3);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
    pixel = vgpu_fake_head_pixel(&harness->sink.heads[0], 0, 16);
    vgpu_fake_memory_read(harness->memory, RAM, &expected, sizeof(expected));
    g_assert_cmphex(pixel, ==, expected);
}

/* 0xffff0000 + 0x20000 bytes: one range could not say how long it is. */
static void joined_entries_do_not_outgrow_their_length(VgpuHarness *harness)
{
    struct virtio_gpu_mem_entry entries[] = {
        entry(RAM, 0xffff0000), entry(RAM + 0xffff0000, 0x20000),
    };

    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 2), ==, UNSPEC);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void more_entries_than_there_are_bytes_is_refused(VgpuHarness *harness)
{
    static const uint32_t announced[] = {
        5, 6, 64, 65536, 131072, 131073, 0x0fffffff, 0x10000000, 0x10000004, 0x80000000,
        UINT32_MAX,
    };

    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(announced); i++) {
        g_assert_cmphex(attach_lying(harness, announced[i], 4), ==, INVALID);
        g_assert_cmpuint(harness->memory->n_maps, ==, 0);
    }
    g_assert_cmphex(attach_lying(harness, 4, 4), ==, VGPU_OK);
}

static void fewer_entries_than_there_are_bytes_is_taken(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(attach_lying(harness, 2, 4), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 2);
}

static void no_entries_is_refused(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(attach_lying(harness, 0, 0), ==, INVALID);
    g_assert_cmphex(attach_lying(harness, 0, 4), ==, INVALID);
}

static void number_of_entries_is_limited(VgpuHarness *harness)
{
    const uint32_t n = 200000;
    g_autofree struct virtio_gpu_mem_entry *entries = g_new(struct virtio_gpu_mem_entry, n);

    for (uint32_t i = 0; i < n; i++) {
        entries[i] = entry(RAM + i % 1000 * PAGE, 16);
    }
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, n), ==, NO_MEMORY);
    g_assert_cmpuint(harness->memory->n_maps, ==, 0);
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 16384), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 16384);
}

static void number_of_all_entries_is_limited(VgpuHarness *harness)
{
    const uint32_t n = 1u << 17;
    g_autofree struct virtio_gpu_mem_entry *entries = g_new(struct virtio_gpu_mem_entry, n);
    uint32_t response = VGPU_OK, id;

    for (uint32_t i = 0; i < n; i++) {
        entries[i] = entry(RAM + i % 1000 * PAGE, 16);
    }
    for (id = 1; response == VGPU_OK; id++) {
        g_assert_cmpuint(id, <, 100);
        g_assert_cmphex(vgpu_guest_create_2d(harness, id, 1, 1), ==, VGPU_OK);
        response = vgpu_guest_attach_list(harness, id, entries, n);
    }
    g_assert_cmphex(response, ==, NO_MEMORY);
    g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, n), ==, VGPU_OK);
}

/* Entries that cross from one block of RAM into the next become two ranges each. */
static void number_of_all_ranges_is_limited_too(VgpuHarness *harness)
{
    const uint32_t n = 1u << 17;
    g_autofree struct virtio_gpu_mem_entry *entries = g_new(struct virtio_gpu_mem_entry, n);
    uint32_t response = VGPU_OK, id;

    for (uint32_t i = 0; i < n; i++) {
        entries[i] = entry(RAM + VGPU_HARNESS_BLOCK - 8, 16);
    }
    g_assert_cmphex(vgpu_guest_create_2d(harness, 100, 1, 1), ==, VGPU_OK);
    /* So that one of the others steps over the limit instead of onto it. */
    g_assert_cmphex(vgpu_guest_attach_list(harness, 100, entries, n / 2 - 100), ==, VGPU_OK);
    for (id = 1; response == VGPU_OK; id++) {
        g_assert_cmpuint(id, <, 25);
        g_assert_cmphex(vgpu_guest_create_2d(harness, id, 1, 1), ==, VGPU_OK);
        response = vgpu_guest_attach_list(harness, id, entries, n);
    }
    g_assert_cmphex(response, ==, NO_MEMORY);
}

static void empty_entry_is_refused(VgpuHarness *harness)
{
    struct virtio_gpu_mem_entry entries[] = {
        entry(RAM, PAGE), entry(RAM + 2 * PAGE, 0), entry(RAM + 3 * PAGE, PAGE),
    };

    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach_list(harness, 1, entries, 3), ==, UNSPEC);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, RAM, 0), ==, UNSPEC);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void entry_that_wraps_around_is_refused(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, UINT64_MAX, 1), ==, UNSPEC);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, UINT64_MAX, PAGE), ==, UNSPEC);
    g_assert_cmphex(vgpu_guest_attach(harness, 1, 0 - PAGE, 2 * PAGE), ==, UNSPEC);
    g_assert_cmpuint(harness->memory->n_asked, ==, 0);
}

static const VgpuHarnessTest tests[] = {
    { "attach-maps-and-detach-unmaps", attach_maps_and_detach_unmaps },
    { "second-attach-is-refused-and-maps-nothing", second_attach_is_refused_and_maps_nothing },
    { "unref-unmaps", unref_unmaps },
    { "reset-unmaps", reset_unmaps },
    { "entry-outside-ram-unmaps-those-before-it", entry_outside_ram_unmaps_those_before_it },
    { "entry-that-runs-into-a-hole-is-refused", entry_that_runs_into_a_hole_is_refused },
    { "entry-that-ends-outside-ram-is-refused", entry_that_ends_outside_ram_is_refused },
    { "failing-map-unmaps-those-before-it", failing_map_unmaps_those_before_it },
    { "short-mappings-are-continued", short_mappings_are_continued },
    { "entry-across-two-blocks-of-ram-is-whole", entry_across_two_blocks_of_ram_is_whole },
    { "adjacent-entries-are-mapped-together", adjacent_entries_are_mapped_together },
    { "only-entries-in-ascending-order-are-joined",
      only_entries_in_ascending_order_are_joined },
    { "joined-entries-do-not-outgrow-their-length",
      joined_entries_do_not_outgrow_their_length },
    { "more-entries-than-there-are-bytes-is-refused",
      more_entries_than_there_are_bytes_is_refused },
    { "fewer-entries-than-there-are-bytes-is-taken",
      fewer_entries_than_there_are_bytes_is_taken },
    { "no-entries-is-refused", no_entries_is_refused },
    { "number-of-entries-is-limited", number_of_entries_is_limited },
    { "number-of-all-entries-is-limited", number_of_all_entries_is_limited },
    { "number-of-all-ranges-is-limited-too", number_of_all_ranges_is_limited_too },
    { "empty-entry-is-refused", empty_entry_is_refused },
    { "entry-that-wraps-around-is-refused", entry_that_wraps_around_is_refused },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("backing", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
