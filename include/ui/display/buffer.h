/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayBuffer: something that can be shown.
 *
 * A buffer describes one picture (size, format) and knows how its pixels are reached. The producer
 * creates it and drops its reference when it has no more use for it; everybody who shows it holds a
 * reference of their own, so pixels stay valid for as long as anybody looks at them, whatever
 * happens to the object they came from.
 *
 * References may be taken and dropped on any thread; the last one runs the implementation's
 * destroy on that thread.
 */
#ifndef UI_DISPLAY_BUFFER_H
#define UI_DISPLAY_BUFFER_H

#include <glib.h>
#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct DisplayBuffer DisplayBuffer;

/* Pixels in this process: `data` is the first byte of the top row, `stride` is in bytes. */
typedef struct DisplayPixels {
    uint8_t *data;
    uint32_t stride;
} DisplayPixels;

/* A dmabuf of one plane; the descriptor belongs to the buffer. */
typedef struct DisplayDmabuf {
    int fd;
    uint32_t fourcc;    /* DRM_FORMAT_* */
    uint64_t modifier;  /* DRM_FORMAT_MOD_* */
    uint32_t stride;    /* bytes */
    uint32_t offset;    /* bytes */
} DisplayDmabuf;

/* Memory with the pixels that other processes can map; the descriptor belongs to the buffer. */
typedef struct DisplayMemory {
    int fd;
    uint64_t offset;    /* bytes, of the top row */
    uint32_t stride;    /* bytes */
} DisplayMemory;

typedef struct DisplayBufferOps {
    /* Required. Frees the buffer; any thread. */
    void (*destroy)(DisplayBuffer *buffer);
    /* Optional: false where the pixels cannot be mapped. Valid as long as the buffer. */
    bool (*get_pixels)(DisplayBuffer *buffer, DisplayPixels *pixels);
    /* Optional: false where there is no dmabuf. Valid as long as the buffer. */
    bool (*get_dmabuf)(DisplayBuffer *buffer, DisplayDmabuf *dmabuf);
    /* Optional: see display_buffer_share(); for others than linear dmabufs. */
    bool (*share)(DisplayBuffer *buffer, DisplayMemory *memory);
    /* Optional: the name of a GL texture of the display's share group, 0 where there is none. */
    uint32_t (*get_texture)(DisplayBuffer *buffer);
    /* Optional: around each reading of mapped pixels that the GPU may write. */
    void (*lock)(DisplayBuffer *buffer);
    void (*unlock)(DisplayBuffer *buffer);
} DisplayBufferOps;

struct DisplayBuffer {
    const DisplayBufferOps *ops;
    gatomicrefcount references;
    uint32_t width;   /* pixels */
    uint32_t height;  /* pixels */
    pixman_format_code_t format;
    bool in_memory;       /* its pixels are read as fast as any memory: a GPU would be a detour */
    GData *attachments;   /* see display_buffer_attach() */
};

/* For implementations: starts the life of an embedded buffer with one reference. */
void display_buffer_init(DisplayBuffer *buffer, const DisplayBufferOps *ops,
                         uint32_t width, uint32_t height, pixman_format_code_t format);

DisplayBuffer *display_buffer_ref(DisplayBuffer *buffer);
/* Takes NULL. */
void display_buffer_unref(DisplayBuffer *buffer);

bool display_buffer_get_pixels(DisplayBuffer *buffer, DisplayPixels *pixels);
bool display_buffer_get_dmabuf(DisplayBuffer *buffer, DisplayDmabuf *dmabuf);
uint32_t display_buffer_get_texture(DisplayBuffer *buffer);

/*
 * The memory of the pixels, for others to map; valid as long as the buffer. It holds nothing else
 * of what this process has: never a guest's RAM. Pixels may have to move to such memory first, at
 * their old address: nobody may write to them during the call. False where that is not possible.
 */
bool display_buffer_share(DisplayBuffer *buffer, DisplayMemory *memory);

/* Pixels are read between these two: what the GPU wrote before is seen. */
void display_buffer_lock(DisplayBuffer *buffer);
void display_buffer_unlock(DisplayBuffer *buffer);

/*
 * Hangs what one user made of the buffer (an imported texture, say) on it, under a key that is the
 * user's own; `destroy` runs before the buffer goes. NULL data takes it away, destroying it.
 */
void display_buffer_attach(DisplayBuffer *buffer, GQuark key, void *data, GDestroyNotify destroy);
void *display_buffer_get_attached(DisplayBuffer *buffer, GQuark key);

/*
 * A buffer of zeroed pixels in memory of its own, rows one after the other without padding.
 * NULL when there is not enough memory or a row is longer than INT32_MAX bytes.
 */
DisplayBuffer *display_buffer_create_pixels(uint32_t width, uint32_t height,
                                            pixman_format_code_t format);

/* The pixels of a pixman image, which stays referenced.  NULL for images without pixels. */
DisplayBuffer *display_buffer_create_from_image(pixman_image_t *image);

/*
 * A dmabuf; the buffer takes a descriptor of its own.  Linear ones (DRM_FORMAT_MOD_LINEAR, or
 * DRM_FORMAT_MOD_INVALID if the exporter allows it) can be mapped.  NULL for a format that has no
 * name in pixman, when the size is 0 or descriptors run out.
 */
DisplayBuffer *display_buffer_create_dmabuf(const DisplayDmabuf *dmabuf, uint32_t width,
                                            uint32_t height);

/*
 * A GL texture (GL_TEXTURE_2D) that belongs to somebody else, who keeps it until the buffer is not
 * used any more.
 */
DisplayBuffer *display_buffer_create_texture(uint32_t texture, uint32_t width, uint32_t height);

/* The pixman format of a DRM_FORMAT_*, 0 when it has none. */
pixman_format_code_t display_format_from_fourcc(uint32_t fourcc);

/*
 * A pixman image of the part `box` (pixels, must lie inside) of the buffer that holds a reference
 * to it. NULL when the buffer cannot be mapped. The caller owns the image.
 */
pixman_image_t *display_buffer_create_image(DisplayBuffer *buffer, const pixman_box32_t *box);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayBuffer, display_buffer_unref)

#endif
