/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A memory region as the engine's window: a BAR of the device.
 *
 * Under everything lies one region of anonymous pages, which the guest finds zeroed. Files are mapped
 * over these pages, which no listener of guest memory notices. Memory without a file becomes a region
 * of its own above: an object, which is finalised when no thread, vCPU or device can be using it any
 * more. Both are "RAM device" regions: guests use them like RAM, but no device is given pointers into
 * them to keep, and migration and dumps leave them alone.
 */
#include "qemu/osdep.h"
#include <sys/mman.h>
#include "hw/display/virtio-gpu-gl.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qemu/rcu.h"

/* Hosts map large pages to guests where addresses allow it. */
#define ALIGNMENT (2ull << 20)

#define TYPE_VGPU_WINDOW_PART "vgpu-window-part"
OBJECT_DECLARE_SIMPLE_TYPE(VgpuWindowPart, VGPU_WINDOW_PART)

struct VgpuWindowPart {
    Object parent_obj;
    MemoryRegion region;
    void *address;
    uint64_t size;
    void (*released)(void *opaque);
    void *opaque;
};

/* Parts of all windows that somebody may still see. */
static gint n_parts;
/* With the big lock: a function of a window is running. */
static bool inside;

static VgpuHostWindow *host_window(VgpuWindow *window)
{
    return container_of(window, VgpuHostWindow, base);
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool map_over(VgpuHostWindow *self, uint64_t offset, uint64_t size, int flags, int fd)
{
    return mmap(self->data + offset, size, PROT_READ | PROT_WRITE, MAP_FIXED | flags, fd, 0)
           != MAP_FAILED;
}

static void show_zeros(VgpuHostWindow *self, uint64_t offset, uint64_t size)
{
    if (!map_over(self, offset, size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1)) {
        /* There may be a hole now, and this process would end where the guest reads it. */
        error_report("no memory for the pages of %s: %s", TYPE_VIRTIO_GPU_GL, strerror(errno));
        abort();
    }
}

static bool host_window_place_file(VgpuWindow *window, uint64_t offset, uint64_t size, int fd)
{
    VgpuHostWindow *self = host_window(window);

    if (map_over(self, offset, size, MAP_SHARED, fd)) {
        return true;
    }
    show_zeros(self, offset, size);
    return false;
}

static void host_window_remove_file(VgpuWindow *window, uint64_t offset, uint64_t size)
{
    show_zeros(host_window(window), offset, size);
}

/* ---- memory --------------------------------------------------------------------------------- */

static VgpuWindowPart *host_window_place_memory(VgpuWindow *window, uint64_t offset, uint64_t size,
                                                void *address, void (*released)(void *opaque),
                                                void *opaque)
{
    VgpuWindowPart *part = VGPU_WINDOW_PART(object_new(TYPE_VGPU_WINDOW_PART));

    part->address = address;
    part->size = size;
    part->released = released;
    part->opaque = opaque;
    g_atomic_int_inc(&n_parts);
    memory_region_init_ram_device_ptr(&part->region, OBJECT(part), "vgpu-blob", size, address);
    memory_region_add_subregion_overlap(&host_window(window)->bar, offset, &part->region, 1);
    return part;
}

static void host_window_remove_memory(VgpuWindow *window, VgpuWindowPart *part)
{
    inside = true;
    memory_region_del_subregion(&host_window(window)->bar, &part->region);
    object_unref(OBJECT(part));
    inside = false;
}

/*
 * On whatever thread used the part last: as a rule the one that frees maps of memory, which holds the
 * big lock. The host has made the pages unknown to its children, and so they would be when the renderer
 * has given them back.
 */
static void part_finalize(Object *obj)
{
    VgpuWindowPart *part = VGPU_WINDOW_PART(obj);

    madvise(part->address, part->size, MADV_DOFORK);
    if (qemu_mutex_iothread_locked() && !inside) {
        part->released(part->opaque);
    } else {
        aio_bh_schedule_oneshot(qemu_get_aio_context(), part->released, part->opaque);
    }
    g_atomic_int_dec_and_test(&n_parts);
}

void vgpu_host_window_settle(void)
{
    /* Maps of memory that go take others with them, which go in the next round. */
    for (int rounds = 4; rounds && g_atomic_int_get(&n_parts); rounds--) {
        drain_call_rcu();
    }
}

static void host_window_clear(VgpuWindow *window)
{
    show_zeros(host_window(window), 0, window->size);
}

static void host_window_begin(VgpuWindow *window)
{
    memory_region_transaction_begin();
}

static void host_window_end(VgpuWindow *window)
{
    memory_region_transaction_commit();
}

/* ---- life ----------------------------------------------------------------------------------- */

static const VgpuWindowOps host_window_ops = {
    .place_file = host_window_place_file,
    .remove_file = host_window_remove_file,
    .place_memory = host_window_place_memory,
    .remove_memory = host_window_remove_memory,
    .clear = host_window_clear,
    .begin = host_window_begin,
    .end = host_window_end,
};

static bool map_pages(VgpuHostWindow *self, uint64_t size)
{
    uint64_t alignment = MIN(size, ALIGNMENT);

    self->mapped_size = size + alignment;
    self->mapped = mmap(NULL, self->mapped_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (self->mapped == MAP_FAILED) {
        self->mapped = NULL;
        return false;
    }
    self->data = (uint8_t *)(((uintptr_t)self->mapped + alignment - 1) & -alignment);
    return true;
}

bool vgpu_host_window_init(VgpuHostWindow *window, Object *owner, uint64_t size, Error **errp)
{
    if (size < getpagesize() || size & (size - 1)) {
        error_setg(errp, "hostmem must be a power of 2, and a page at least, not %" PRIu64, size);
        return false;
    }
    if (!map_pages(window, size)) {
        error_setg_errno(errp, errno, "cannot reserve %" PRIu64 " bytes for hostmem", size);
        return false;
    }
    window->base.ops = &host_window_ops;
    window->base.size = size;
    memory_region_init(&window->bar, owner, "vgpu-host-visible", size);
    memory_region_init_ram_device_ptr(&window->files, owner, "vgpu-files", size, window->data);
    memory_region_add_subregion(&window->bar, 0, &window->files);
    return true;
}

void vgpu_host_window_finish(VgpuHostWindow *window)
{
    if (window->mapped) {
        munmap(window->mapped, window->mapped_size);
        window->mapped = NULL;
    }
}

static const TypeInfo part_info = {
    .name = TYPE_VGPU_WINDOW_PART,
    .parent = TYPE_OBJECT,
    .instance_size = sizeof(VgpuWindowPart),
    .instance_finalize = part_finalize,
};

static void vgpu_hostmem_register(void)
{
    type_register_static(&part_info);
}

type_init(vgpu_hostmem_register)
