/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusPicture: what a console shows, as its viewers see it.
 *
 * The console owns it and keeps it alive longer than any viewer; main thread.
 */
#ifndef UI_DBUS_PICTURE_H
#define UI_DBUS_PICTURE_H

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#define DISPLAY_DBUS_PLANES_MAX 4

/* A buffer in dmabufs, one for each plane, and the part of it that is shown. */
typedef struct DisplayDbusDmabuf {
    uint32_t n_planes;          /* 0: there is none */
    int fds[DISPLAY_DBUS_PLANES_MAX];
    uint32_t strides[DISPLAY_DBUS_PLANES_MAX];
    uint32_t offsets[DISPLAY_DBUS_PLANES_MAX];
    uint32_t fourcc;
    uint64_t modifier;
    uint32_t backing_width;     /* pixels of the whole buffer */
    uint32_t backing_height;
    uint32_t x;                 /* the part that is shown */
    uint32_t y;
    bool y0_top;                /* row 0 is the top */
} DisplayDbusDmabuf;

/* Memory in which others than us draw the picture, row 0 on top; clients can map it. */
typedef struct DisplayDbusMemory {
    int fd;                     /* -1: there is none */
    uint64_t offset;            /* bytes, of the first row */
    uint32_t stride;            /* bytes */
    pixman_format_code_t format;
} DisplayDbusMemory;

typedef struct DisplayDbusCursor {
    int width;
    int height;
    int hot_x;
    int hot_y;
    const uint32_t *pixels;     /* a8r8g8b8; NULL: nothing defined yet */
    bool is_placed;             /* the guest has said where it is */
    int x;
    int y;
    bool on;
} DisplayDbusCursor;

typedef struct DisplayDbusPicture {
    uint32_t width;             /* 0: nothing to show */
    uint32_t height;
    pixman_image_t *pixels;     /* of this size, or NULL: not in memory (yet) */
    DisplayDbusDmabuf dmabuf;
    DisplayDbusMemory memory;   /* only directly after it was asked for */
    DisplayDbusCursor cursor;
} DisplayDbusPicture;

#endif
