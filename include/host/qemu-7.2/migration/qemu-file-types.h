/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of a migration stream; numbers are big-endian.
 */
#ifndef HOST_QEMU_MIGRATION_QEMU_FILE_TYPES_H
#define HOST_QEMU_MIGRATION_QEMU_FILE_TYPES_H

#include "qemu/osdep.h"

void qemu_put_byte(QEMUFile *f, int v);
void qemu_put_be16(QEMUFile *f, unsigned int v);
void qemu_put_be32(QEMUFile *f, unsigned int v);
void qemu_put_be64(QEMUFile *f, uint64_t v);
void qemu_put_buffer(QEMUFile *f, const uint8_t *buf, size_t size);
int qemu_get_byte(QEMUFile *f);
unsigned int qemu_get_be16(QEMUFile *f);
unsigned int qemu_get_be32(QEMUFile *f);
uint64_t qemu_get_be64(QEMUFile *f);
size_t qemu_get_buffer(QEMUFile *f, uint8_t *buf, size_t size);
int qemu_file_get_error(QEMUFile *f);

static inline void qemu_put_sbe32s(QEMUFile *f, const int32_t *pv)
{
    qemu_put_be32(f, *pv);
}

static inline void qemu_get_sbe32s(QEMUFile *f, int32_t *pv)
{
    *pv = qemu_get_be32(f);
}

#endif
