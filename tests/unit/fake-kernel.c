/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The linker puts __wrap_X into the place of X, and X into that of __real_X (--wrap). */
#include "fake-kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

VgpuFakeKernel vgpu_fake_kernel = { .maps_left = -1 };

void *__real_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t length);
int __wrap_munmap(void *at, size_t length);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
gboolean __wrap_g_file_get_contents(const char *path, char **text, gsize *length, GError **error);

void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
    void *data;

    if (!vgpu_fake_kernel.maps_left) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    if (vgpu_fake_kernel.maps_left > 0) {
        vgpu_fake_kernel.maps_left--;
    }
    data = __real_mmap64(at, length, protection, flags, fd, offset);
    if (data != MAP_FAILED && !(flags & MAP_FIXED)) {
        vgpu_fake_kernel.mapped += length;
    }
    return data;
}

int __wrap_munmap(void *at, size_t length)
{
    vgpu_fake_kernel.mapped -= length;
    return __real_munmap(at, length);
}

/* The engine opens nothing but udmabuf. */
int __wrap_open64(const char *path, int flags, ...)
{
    g_assert_cmpstr(path, ==, "/dev/udmabuf");
    if (!vgpu_fake_kernel.has_udmabuf) {
        errno = ENOENT;
        return -1;
    }
    return memfd_create("udmabuf-driver", MFD_CLOEXEC);
}

static void copy_piece(int to, const struct udmabuf_create_item *item)
{
    g_autofree char *bytes = g_malloc(item->size);

    g_assert_cmpint(pread(item->memfd, bytes, item->size, item->offset), ==, item->size);
    g_assert_cmpint(write(to, bytes, item->size), ==, item->size);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    const struct udmabuf_create_list *list;
    va_list arguments;
    int buffer;

    va_start(arguments, request);
    list = va_arg(arguments, const struct udmabuf_create_list *);
    va_end(arguments);
    g_assert_cmpuint(request, ==, UDMABUF_CREATE_LIST);
    if (vgpu_fake_kernel.refuses_udmabuf) {
        errno = EINVAL;
        return -1;
    }
    buffer = memfd_create("udmabuf", MFD_CLOEXEC);
    for (uint32_t i = 0; i < list->count; i++) {
        copy_piece(buffer, &list->list[i]);
    }
    return buffer;
}

/* The engine reads nothing but the limit of mappings. */
gboolean __wrap_g_file_get_contents(const char *path, char **text, gsize *length, GError **error)
{
    g_assert_cmpstr(path, ==, "/proc/sys/vm/max_map_count");
    *text = g_strdup(vgpu_fake_kernel.max_map_count);
    return *text != NULL;
}

unsigned vgpu_fake_kernel_count_fds(void)
{
    g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(folder)) {
        n++;
    }
    return n;
}
