/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages as a dmabuf of the kernel's udmabuf driver: displays with GL use it as a texture, and
 * this process sees it by mapping it.
 *
 * The driver takes sealed memfds only and has limits of its own on the number of pieces and the
 * size; where it refuses, another way is taken.
 */
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../view.h"

static int create_udmabuf(GArray *pieces)
{
    g_autofree struct udmabuf_create_list *list = NULL;
    int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
    int fd;

    if (device < 0) {
        return -1;
    }
    list = g_malloc0(sizeof(*list) + pieces->len * sizeof(list->list[0]));
    list->flags = UDMABUF_FLAGS_CLOEXEC;
    list->count = pieces->len;
    for (guint i = 0; i < pieces->len; i++) {
        const VgpuFilePiece *piece = &g_array_index(pieces, VgpuFilePiece, i);

        list->list[i].memfd = piece->file.fd;
        list->list[i].offset = piece->file.offset;
        list->list[i].size = piece->length;
    }
    fd = ioctl(device, UDMABUF_CREATE_LIST, list);
    close(device);
    return fd;
}

static bool open_dmabuf(VgpuView *view)
{
    g_autoptr(GArray) pieces = vgpu_view_list_pieces(view);
    void *data;

    view->dmabuf_fd = pieces ? create_udmabuf(pieces) : -1;
    if (view->dmabuf_fd < 0) {
        return false;
    }
    data = mmap(NULL, view->size, PROT_READ, MAP_SHARED, view->dmabuf_fd, 0);
    if (data == MAP_FAILED) {
        close(view->dmabuf_fd);
        view->dmabuf_fd = -1;
        return false;
    }
    view->data = data;
    return true;
}

/* The driver holds the pages that it finds; later ones in their place would never be seen. */
static bool udmabuf_open(VgpuView *view)
{
    VgpuMemory *memory = view->backing->memory;

    if (!memory->ops->pin || !memory->ops->pin(memory, true)) {
        return false;
    }
    if (!open_dmabuf(view)) {
        memory->ops->pin(memory, false);
        return false;
    }
    return true;
}

static void udmabuf_close(VgpuView *view)
{
    VgpuMemory *memory = view->backing->memory;

    munmap(view->data, view->size);
    close(view->dmabuf_fd);
    memory->ops->pin(memory, false);
}

const VgpuViewWay vgpu_view_udmabuf = {
    .name = "udmabuf",
    .bit = VGPU_VIEW_UDMABUF,
    .open = udmabuf_open,
    .close = udmabuf_close,
};
