/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-window.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct VgpuWindowPart {
    uint64_t offset, size;
    uint8_t *address;
    void (*released)(void *opaque);
    void *opaque;
};

static VgpuFakeWindow *fake(VgpuWindow *window)
{
    return (VgpuFakeWindow *)window;
}

static bool meet(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

static void check_place(VgpuFakeWindow *self, uint64_t offset, uint64_t size)
{
    const uint64_t mask = sysconf(_SC_PAGESIZE) - 1;

    g_assert_cmpuint(size, >, 0);
    g_assert_cmpuint((offset | size) & mask, ==, 0);
    g_assert_cmpuint(size, <=, self->base.size);
    g_assert_cmpuint(offset, <=, self->base.size - size);
    for (GList *at = self->parts; at; at = at->next) {
        const VgpuWindowPart *part = at->data;

        g_assert_false(meet(offset, size, part->offset, part->size));
    }
    for (GTreeNode *node = g_tree_node_first(self->files); node; node = g_tree_node_next(node)) {
        g_assert_false(meet(offset, size, GPOINTER_TO_SIZE(g_tree_node_key(node)),
                            GPOINTER_TO_SIZE(g_tree_node_value(node))));
    }
}

static void show(VgpuFakeWindow *self, uint64_t offset, uint64_t size, int fd)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;

    g_assert_true(mmap(self->data + offset, size, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0)
                  != MAP_FAILED);
}

static bool fake_place_file(VgpuWindow *window, uint64_t offset, uint64_t size, int fd)
{
    VgpuFakeWindow *self = fake(window);

    check_place(self, offset, size);
    if (self->refuse) {
        return false;
    }
    show(self, offset, size, fd);
    g_tree_insert(self->files, GSIZE_TO_POINTER(offset), GSIZE_TO_POINTER(size));
    self->n_placed++;
    return true;
}

static void fake_remove_file(VgpuWindow *window, uint64_t offset, uint64_t size)
{
    VgpuFakeWindow *self = fake(window);
    void *placed = g_tree_lookup(self->files, GSIZE_TO_POINTER(offset));

    g_assert_cmpuint(GPOINTER_TO_SIZE(placed), ==, size);
    show(self, offset, size, -1);
    g_tree_remove(self->files, GSIZE_TO_POINTER(offset));
}

static VgpuWindowPart *fake_place_memory(VgpuWindow *window, uint64_t offset, uint64_t size,
                                         void *address, void (*released)(void *opaque),
                                         void *opaque)
{
    VgpuFakeWindow *self = fake(window);
    VgpuWindowPart *part;

    check_place(self, offset, size);
    g_assert_cmpuint((uintptr_t)address % sysconf(_SC_PAGESIZE), ==, 0);
    if (self->refuse) {
        return NULL;
    }
    part = g_new(VgpuWindowPart, 1);
    *part = (VgpuWindowPart) { offset, size, address, released, opaque };
    g_mutex_lock(&self->lock);
    self->parts = g_list_prepend(self->parts, part);
    g_mutex_unlock(&self->lock);
    self->n_placed++;
    return part;
}

static void release_one(void *opaque)
{
    VgpuFakeWindow *self = opaque;
    VgpuWindowPart *part;

    g_mutex_lock(&self->lock);
    part = g_queue_pop_head(&self->removed);
    g_mutex_unlock(&self->lock);
    if (part) {
        part->released(part->opaque);
        g_free(part);
    }
}

static void fake_remove_memory(VgpuWindow *window, VgpuWindowPart *part)
{
    VgpuFakeWindow *self = fake(window);

    g_mutex_lock(&self->lock);
    g_assert_nonnull(g_list_find(self->parts, part));
    self->parts = g_list_remove(self->parts, part);
    g_queue_push_tail(&self->removed, part);
    g_mutex_unlock(&self->lock);
    if (!self->hold_releases) {
        self->loop->ops->post(self->loop, release_one, self);
    }
}

static void fake_clear(VgpuWindow *window)
{
    VgpuFakeWindow *self = fake(window);

    g_assert_null(self->parts);
    g_assert_cmpint(g_tree_nnodes(self->files), ==, 0);
    show(self, 0, window->size, -1);
}

static void fake_begin(VgpuWindow *window)
{
    fake(window)->depth++;
}

static void fake_end(VgpuWindow *window)
{
    g_assert_cmpint(fake(window)->depth--, >, 0);
}

static const VgpuWindowOps fake_window_ops = {
    .place_file = fake_place_file,
    .remove_file = fake_remove_file,
    .place_memory = fake_place_memory,
    .remove_memory = fake_remove_memory,
    .clear = fake_clear,
    .begin = fake_begin,
    .end = fake_end,
};

static int compare_offsets(const void *a, const void *b)
{
    return GPOINTER_TO_SIZE(a) < GPOINTER_TO_SIZE(b) ? -1 : a != b;
}

void vgpu_fake_window_init(VgpuFakeWindow *window, VgpuLoop *loop, uint64_t size)
{
    *window = (VgpuFakeWindow) { .base = { &fake_window_ops, size }, .loop = loop };
    window->data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_true(window->data != MAP_FAILED);
    window->files = g_tree_new(compare_offsets);
    g_queue_init(&window->removed);
    g_mutex_init(&window->lock);
}

void vgpu_fake_window_finish(VgpuFakeWindow *window)
{
    g_assert_null(window->parts);
    g_assert_true(g_queue_is_empty(&window->removed));
    g_assert_cmpint(g_tree_nnodes(window->files), ==, 0);
    g_assert_cmpint(window->depth, ==, 0);
    g_tree_unref(window->files);
    g_mutex_clear(&window->lock);
    munmap(window->data, window->base.size);
}

void vgpu_fake_window_release(VgpuFakeWindow *window)
{
    for (guint n = g_queue_get_length(&window->removed); n; n--) {
        release_one(window);
    }
}

uint8_t *vgpu_fake_window_at(VgpuFakeWindow *window, uint64_t offset)
{
    g_assert_cmpuint(offset, <, window->base.size);
    for (GList *at = window->parts; at; at = at->next) {
        VgpuWindowPart *part = at->data;

        if (offset >= part->offset && offset - part->offset < part->size) {
            return part->address + (offset - part->offset);
        }
    }
    return window->data + offset;
}

static int is_at(const void *part, const void *address)
{
    return ((const VgpuWindowPart *)part)->address != address;
}

bool vgpu_fake_window_shows(VgpuFakeWindow *window, const void *address)
{
    bool shown;

    g_mutex_lock(&window->lock);
    shown = g_list_find_custom(window->parts, address, is_at) ||
            g_queue_find_custom(&window->removed, address, is_at);
    g_mutex_unlock(&window->lock);
    return shown;
}
