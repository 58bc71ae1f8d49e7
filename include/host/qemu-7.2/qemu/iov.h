/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scatter lists: gathering from and scattering to vectors of host memory.
 */
#ifndef HOST_QEMU_QEMU_IOV_H
#define HOST_QEMU_QEMU_IOV_H

#include "qemu/osdep.h"

size_t iov_size(const struct iovec *iov, const unsigned int iov_cnt);
size_t iov_to_buf_full(const struct iovec *iov, const unsigned int iov_cnt, size_t offset,
                       void *buf, size_t bytes);
size_t iov_from_buf_full(const struct iovec *iov, unsigned int iov_cnt, size_t offset,
                         const void *buf, size_t bytes);
size_t iov_memset(const struct iovec *iov, const unsigned int iov_cnt, size_t offset,
                  int fillc, size_t bytes);
unsigned int iov_copy(struct iovec *dst_iov, unsigned int dst_iov_cnt,
                      const struct iovec *iov, unsigned int iov_cnt, size_t offset,
                      size_t bytes);
size_t iov_discard_front(struct iovec **iov, unsigned int *iov_cnt, size_t bytes);
size_t iov_discard_back(struct iovec *iov, unsigned int *iov_cnt, size_t bytes);

static inline size_t iov_to_buf(const struct iovec *iov, const unsigned int iov_cnt,
                                size_t offset, void *buf, size_t bytes)
{
    return iov_to_buf_full(iov, iov_cnt, offset, buf, bytes);
}

static inline size_t iov_from_buf(const struct iovec *iov, unsigned int iov_cnt,
                                  size_t offset, const void *buf, size_t bytes)
{
    return iov_from_buf_full(iov, iov_cnt, offset, buf, bytes);
}

#endif
