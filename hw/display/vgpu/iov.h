/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes in and out of the scattered vectors of a request. */
#ifndef HW_DISPLAY_VGPU_IOV_H
#define HW_DISPLAY_VGPU_IOV_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Total length in bytes. */
uint64_t vgpu_iov_size(const struct iovec *iov, unsigned n);

/* Copy up to `size` bytes, at `offset` from the start or from the start; return bytes copied. */
size_t vgpu_iov_read(const struct iovec *iov, unsigned n, uint64_t offset, void *data, size_t size);
size_t vgpu_iov_write(const struct iovec *iov, unsigned n, const void *data, size_t size);

#endif
