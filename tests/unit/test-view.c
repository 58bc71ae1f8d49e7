/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views: what becomes of them where the host refuses, and what then is left behind. */
#include "fake-kernel.h"
#include "fake-memory.h"
#include "view.h"

#define RAM VGPU_FAKE_RAM_START
#define PAGE 4096u
#define BLOCK (64 * PAGE)
#define MAX_PIECES 16
/* A quarter of this is what views may take. */
#define MAX_MAP_COUNT "40\n"
#define BUDGET 10

/* Guest memory in files, and what there was before. */
typedef struct Host {
    VgpuFakeMemory *memory;
    bool memory_gone;
    int64_t mapped;     /* bytes */
    unsigned n_fds;
} Host;

static void host_init(Host *host)
{
    vgpu_fake_kernel = (VgpuFakeKernel) { .max_map_count = MAX_MAP_COUNT, .maps_left = -1 };
    host->memory = vgpu_fake_memory_create_in_files(BLOCK, &host->memory_gone);
    vgpu_fake_memory_fill(host->memory, 1);
    host->mapped = vgpu_fake_kernel.mapped;
    host->n_fds = vgpu_fake_kernel_count_fds();
}

/* Nothing is left of all views. */
static void check_nothing_left(Host *host)
{
    g_assert_cmpint(vgpu_fake_kernel.mapped, ==, host->mapped);
    g_assert_cmpuint(vgpu_fake_kernel_count_fds(), ==, host->n_fds);
    g_assert_cmpuint(host->memory->n_pins, ==, 0);
    g_assert_cmpuint(host->memory->n_live, ==, 0);
}

static void host_finish(Host *host)
{
    vgpu_fake_kernel.maps_left = -1;
    check_nothing_left(host);
    vgpu_memory_unref(&host->memory->base);
    g_assert_true(host->memory_gone);
}

/* A view of every other page from the start of RAM. */
static VgpuView *create_view(Host *host, uint32_t n_pieces, unsigned ways)
{
    struct virtio_gpu_mem_entry entries[MAX_PIECES];
    g_autoptr(VgpuBacking) backing = NULL;

    for (uint32_t i = 0; i < n_pieces; i++) {
        entries[i] = (struct virtio_gpu_mem_entry) { .addr = RAM + i * 2 * PAGE, .length = PAGE };
    }
    backing = vgpu_backing_create(&host->memory->base, entries, n_pieces);
    g_assert_cmpuint(backing->n_ranges, ==, n_pieces);
    return vgpu_view_create(backing, n_pieces * PAGE, ways);
}

static void check_pixels(Host *host, const VgpuView *view)
{
    for (uint64_t at = 0; at < view->size; at++) {
        g_assert_cmphex(view->data[at], ==,
                        *vgpu_fake_memory_at(host->memory, RAM + at / PAGE * 2 * PAGE + at % PAGE));
    }
}

static void pieces_beyond_the_budget_are_not_mapped(Host *host)
{
    g_autoptr(VgpuView) large = create_view(host, BUDGET + 1, VGPU_VIEW_FILE);
    g_autoptr(VgpuView) first = create_view(host, BUDGET - 4, VGPU_VIEW_FILE);
    g_autoptr(VgpuView) second = create_view(host, 4, VGPU_VIEW_FILE);
    g_autoptr(VgpuView) third = create_view(host, 2, VGPU_VIEW_FILE);

    g_assert_null(large);
    g_assert_nonnull(first);
    g_assert_nonnull(second);
    g_assert_null(third);
}

static void view_beyond_the_budget_is_a_copy(Host *host)
{
    g_autoptr(VgpuView) view = create_view(host, BUDGET + 1, VGPU_VIEW_ANY);

    g_assert_true(view->way == &vgpu_view_shadow);
}

static void closed_views_give_their_part_of_the_budget_back(Host *host)
{
    for (int i = 0; i < 5; i++) {
        g_autoptr(VgpuView) view = create_view(host, BUDGET, VGPU_VIEW_FILE);

        g_assert_nonnull(view);
        check_pixels(host, view);
    }
}

/* The address range, and each of the pieces. */
static void mapping_that_fails_half_way_leaves_nothing(Host *host)
{
    for (int64_t n = 0; n <= 4; n++) {
        vgpu_fake_kernel.maps_left = n;
        g_assert_null(create_view(host, 4, VGPU_VIEW_FILE));
        check_nothing_left(host);
    }
    vgpu_fake_kernel.maps_left = 5;
    vgpu_view_unref(create_view(host, 4, VGPU_VIEW_FILE));
    g_assert_cmpint(vgpu_fake_kernel.maps_left, ==, 0);
}

static void mapping_that_fails_takes_nothing_of_the_budget(Host *host)
{
    g_autoptr(VgpuView) view = NULL;

    vgpu_fake_kernel.maps_left = BUDGET / 2;
    g_assert_null(create_view(host, BUDGET, VGPU_VIEW_FILE));
    vgpu_fake_kernel.maps_left = -1;
    view = create_view(host, BUDGET, VGPU_VIEW_FILE);
    g_assert_nonnull(view);
}

static void no_view_at_all_leaves_nothing(Host *host)
{
    vgpu_fake_kernel.has_udmabuf = true;
    vgpu_fake_kernel.maps_left = 0;
    g_assert_null(create_view(host, 4, VGPU_VIEW_ANY));
}

static void udmabuf_is_kept_open_and_pages_are_pinned_until_it_is_closed(Host *host)
{
    VgpuView *view;

    vgpu_fake_kernel.has_udmabuf = true;
    view = create_view(host, 4, VGPU_VIEW_ANY);
    g_assert_true(view->way == &vgpu_view_udmabuf);
    check_pixels(host, view);
    g_assert_cmpuint(vgpu_fake_kernel_count_fds(), ==, host->n_fds + 1);
    g_assert_cmpuint(host->memory->n_pins, ==, 1);
    vgpu_view_unref(view);
}

static void udmabuf_that_is_refused_leaves_nothing(Host *host)
{
    vgpu_fake_kernel.has_udmabuf = true;
    vgpu_fake_kernel.refuses_udmabuf = true;
    g_assert_null(create_view(host, 4, VGPU_VIEW_UDMABUF));
}

static void udmabuf_that_cannot_be_mapped_leaves_nothing(Host *host)
{
    vgpu_fake_kernel.has_udmabuf = true;
    vgpu_fake_kernel.maps_left = 0;
    g_assert_null(create_view(host, 4, VGPU_VIEW_UDMABUF));
}

static void next_way_is_taken_where_there_is_no_udmabuf(Host *host)
{
    VgpuView *view = create_view(host, 4, VGPU_VIEW_ANY);

    g_assert_true(view->way == &vgpu_view_file);
    g_assert_cmpint(view->dmabuf_fd, ==, -1);
    check_pixels(host, view);
    vgpu_view_unref(view);
}

typedef struct Test {
    const char *name;
    void (*function)(Host *host);
} Test;

static void run(const void *opaque)
{
    const Test *test = opaque;
    Host host;

    host_init(&host);
    test->function(&host);
    host_finish(&host);
}

static const Test tests[] = {
    { "file/pieces-beyond-the-budget-are-not-mapped", pieces_beyond_the_budget_are_not_mapped },
    { "file/view-beyond-the-budget-is-a-copy", view_beyond_the_budget_is_a_copy },
    { "file/closed-views-give-budget-back", closed_views_give_their_part_of_the_budget_back },
    { "file/mapping-that-fails-half-way-leaves-nothing", mapping_that_fails_half_way_leaves_nothing },
    { "file/mapping-that-fails-takes-no-budget", mapping_that_fails_takes_nothing_of_the_budget },
    { "any/no-view-at-all-leaves-nothing", no_view_at_all_leaves_nothing },
    { "any/next-way-is-taken-without-udmabuf", next_way_is_taken_where_there_is_no_udmabuf },
    { "udmabuf/pages-are-pinned-until-closed", udmabuf_is_kept_open_and_pages_are_pinned_until_it_is_closed },
    { "udmabuf/refused-leaves-nothing", udmabuf_that_is_refused_leaves_nothing },
    { "udmabuf/unmappable-leaves-nothing", udmabuf_that_cannot_be_mapped_leaves_nothing },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/vgpu/view/%s", tests[i].name);

        g_test_add_data_func(path, &tests[i], run);
    }
    return g_test_run();
}
