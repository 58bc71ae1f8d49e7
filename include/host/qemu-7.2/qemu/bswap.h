/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Byte order conversions that the modules use; the supported host is little-endian.
 */
#ifndef HOST_QEMU_QEMU_BSWAP_H
#define HOST_QEMU_QEMU_BSWAP_H

#include "qemu/osdep.h"

static inline uint16_t cpu_to_le16(uint16_t v) { return GUINT16_TO_LE(v); }
static inline uint32_t cpu_to_le32(uint32_t v) { return GUINT32_TO_LE(v); }
static inline uint64_t cpu_to_le64(uint64_t v) { return GUINT64_TO_LE(v); }
static inline uint16_t le16_to_cpu(uint16_t v) { return GUINT16_FROM_LE(v); }
static inline uint32_t le32_to_cpu(uint32_t v) { return GUINT32_FROM_LE(v); }
static inline uint64_t le64_to_cpu(uint64_t v) { return GUINT64_FROM_LE(v); }

#endif
