/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iov.h"

#include <glib.h>
#include <string.h>

uint64_t vgpu_iov_size(const struct iovec *iov, unsigned n)
{
    uint64_t size = 0;

    for (unsigned i = 0; i < n; i++) {
        size += iov[i].iov_len;
    }
    return size;
}

size_t vgpu_iov_read(const struct iovec *iov, unsigned n, uint64_t offset, void *data, size_t size)
{
    uint8_t *to = data;
    size_t left = size;

    for (; n && left; iov++, n--) {
        if (offset >= iov->iov_len) {
            offset -= iov->iov_len;
            continue;
        }
        size_t part = MIN(left, iov->iov_len - offset);

        memcpy(to, (const uint8_t *)iov->iov_base + offset, part);
        to += part;
        left -= part;
        offset = 0;
    }
    return size - left;
}

size_t vgpu_iov_write(const struct iovec *iov, unsigned n, const void *data, size_t size)
{
    const uint8_t *from = data;
    size_t left = size;

    for (; n && left; iov++, n--) {
        size_t part = MIN(left, iov->iov_len);

        if (!part) {
            continue;
        }
        memcpy(iov->iov_base, from, part);
        from += part;
        left -= part;
    }
    return size - left;
}
