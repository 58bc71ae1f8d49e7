/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayFlat: a view's picture in plain memory. */
#include "ui/egl/flat.h"

#include "egl-private.h"
#include "ui/egl/import.h"

void display_flat_init(DisplayFlat *flat, DisplayEgl *egl)
{
    *flat = (DisplayFlat) {
        .egl = display_egl_ref(egl),
        .readback = display_readback_create(),
    };
}

void display_flat_finish(DisplayFlat *flat)
{
    if (flat->image) {
        pixman_image_unref(g_steal_pointer(&flat->image));
    }
    g_clear_pointer(&flat->readback, display_readback_free);
    g_clear_pointer(&flat->egl, display_egl_unref);
}

/* What is fetched and where it goes */
typedef struct Fetch {
    const DisplayFrame *frame;
    pixman_region32_t *damage;          /* pixels of the picture; those that were written */
    pixman_image_t *to;                 /* a picture of the same size */
    uint64_t *read;
    uint64_t *copied;
} Fetch;

static bool read_texture(DisplayFlat *flat, const Fetch *fetch, const DisplayTexture *texture)
{
    const DisplayReadbackSource source = {
        .texture = texture,
        .box = fetch->frame->source,
        .orientation = fetch->frame->orientation,
    };
    const DisplayPixels target = {
        .data = (uint8_t *)pixman_image_get_data(fetch->to),
        .stride = pixman_image_get_stride(fetch->to),
    };
    uint64_t bytes = display_readback_read(flat->readback, &source, fetch->damage,
                                           pixman_image_get_format(fetch->to), &target);

    *fetch->read += bytes;
    return bytes;
}

/* From the part `from` of a buffer to a picture, its rows turned if need be */
static void copy_box(const Fetch *fetch, pixman_image_t *from, const pixman_box32_t *box)
{
    uint32_t width = box->x2 - box->x1;
    uint32_t height = box->y2 - box->y1;

    if (fetch->frame->orientation == DISPLAY_TOP_DOWN) {
        pixman_image_composite32(PIXMAN_OP_SRC, from, NULL, fetch->to, box->x1, box->y1, 0, 0,
                                 box->x1, box->y1, width, height);
    } else {
        int32_t last = display_frame_height(fetch->frame) - 1;

        for (int32_t y = box->y1; y < box->y2; y++) {
            pixman_image_composite32(PIXMAN_OP_SRC, from, NULL, fetch->to, box->x1, last - y, 0, 0,
                                     box->x1, y, width, 1);
        }
    }
    *fetch->copied += (uint64_t)width * height * 4;
}

static bool copy_pixels(const Fetch *fetch)
{
    DisplayBuffer *buffer = fetch->frame->buffer;
    pixman_image_t *from = display_buffer_create_image(buffer, &fetch->frame->source);
    const pixman_box32_t *boxes;
    int count;

    if (!from) {
        return false;
    }
    boxes = pixman_region32_rectangles(fetch->damage, &count);
    display_buffer_lock(buffer);
    for (int i = 0; i < count; i++) {
        copy_box(fetch, from, &boxes[i]);
    }
    display_buffer_unlock(buffer);
    pixman_image_unref(from);
    return true;
}

static bool fetch_picture(DisplayFlat *flat, const Fetch *fetch, GError **error)
{
    DisplayBuffer *buffer = fetch->frame->buffer;
    uint32_t name = display_buffer_get_texture(buffer);
    g_autoptr(GError) refusal = NULL;
    DisplayTexture borrowed;
    const DisplayTexture *texture;

    if (buffer->in_memory && copy_pixels(fetch)) {
        return true;
    }
    if (name) {
        borrowed = display_texture_borrow(name, buffer->width, buffer->height);
        texture = &borrowed;
    } else {
        texture = display_egl_import(flat->egl, buffer, &refusal);
    }
    if (texture && read_texture(flat, fetch, texture)) {
        return true;
    }
    if (copy_pixels(fetch)) {
        display_egl_warn_of_copies(flat->egl, refusal);
        return true;
    }
    g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_TEXTURE, "%s",
                refusal ? refusal->message : "the driver does not read from this texture");
    return false;
}

/* The cursor's image in the format that pixman blends; NULL where it cannot be reached */
static pixman_image_t *fetch_cursor(DisplayFlat *flat, const DisplayCursor *cursor)
{
    const DisplayFrame frame = {
        .buffer = cursor->image,
        .source = {.x2 = cursor->image->width, .y2 = cursor->image->height},
        .orientation = cursor->orientation,
    };
    pixman_image_t *image = pixman_image_create_bits(PIXMAN_a8r8g8b8, frame.source.x2,
                                                     frame.source.y2, NULL, 0);
    pixman_region32_t whole;
    const Fetch fetch = {
        .frame = &frame, .damage = &whole, .to = image,
        .read = &flat->cursor_bytes, .copied = &flat->cursor_bytes,
    };
    bool fetched;

    pixman_region32_init_rect(&whole, 0, 0, frame.source.x2, frame.source.y2);
    fetched = image && fetch_picture(flat, &fetch, NULL);
    pixman_region32_fini(&whole);
    if (image && !fetched) {
        pixman_image_unref(image);
        return NULL;
    }
    return image;
}

/* Puts the cursor where it covers what was just fetched: the rest of it is there already. */
static void blend_cursor(DisplayFlat *flat, const DisplayView *view, pixman_region32_t *fetched)
{
    pixman_image_t *cursor;
    pixman_region32_t covered;
    pixman_box32_t box;

    if (!display_view_get_cursor_box(view, &box)) {
        return;
    }
    pixman_region32_init(&covered);
    pixman_region32_intersect_rect(&covered, fetched, box.x1, box.y1, box.x2 - box.x1,
                                   box.y2 - box.y1);
    cursor = pixman_region32_not_empty(&covered) ? fetch_cursor(flat, &view->cursor) : NULL;
    if (cursor) {
        pixman_image_set_clip_region32(flat->image, &covered);
        pixman_image_composite32(PIXMAN_OP_OVER, cursor, NULL, flat->image, 0, 0, 0, 0,
                                 box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
        pixman_image_set_clip_region32(flat->image, NULL);
        pixman_image_unref(cursor);
    }
    pixman_region32_fini(&covered);
}

static bool ensure_image(DisplayFlat *flat, uint32_t width, uint32_t height)
{
    if (flat->image && pixman_image_get_width(flat->image) == width &&
        pixman_image_get_height(flat->image) == height) {
        return true;
    }
    if (flat->image) {
        pixman_image_unref(flat->image);
    }
    flat->image = pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height, NULL, 0);
    return flat->image;
}

bool display_flat_update(DisplayFlat *flat, DisplayView *view, pixman_region32_t *changed,
                         GError **error)
{
    Fetch fetch = {
        .frame = &view->frame, .damage = changed,
        .read = &flat->bytes_read, .copied = &flat->bytes_copied,
    };

    if (!display_view_take_damage(view, changed)) {
        return true;
    }
    display_egl_collect(flat->egl);
    if (!ensure_image(flat, display_frame_width(&view->frame), display_frame_height(&view->frame))) {
        pixman_region32_clear(changed);
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_TEXTURE,
                    "not enough memory for the picture");
        return false;
    }
    fetch.to = flat->image;
    if (!fetch_picture(flat, &fetch, error)) {
        pixman_region32_clear(changed);
        return false;
    }
    flat->updates++;
    blend_cursor(flat, view, changed);
    return true;
}
