/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayPainter: borders, picture and cursor of a scene. */
#include "ui/egl/painter.h"

#include "ui/egl/picture.h"

struct DisplayPainter {
    DisplayEgl *egl;
    DisplayBlitter *blitter;
};

DisplayPainter *display_painter_create(DisplayEgl *egl, GError **error)
{
    DisplayBlitter *blitter = display_blitter_create();
    DisplayPainter *painter;

    if (!blitter) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "the driver does not compile the display's shaders");
        return NULL;
    }
    painter = g_new0(DisplayPainter, 1);
    painter->egl = display_egl_ref(egl);
    painter->blitter = blitter;
    return painter;
}

void display_painter_free(DisplayPainter *painter)
{
    if (painter) {
        display_blitter_free(painter->blitter);
        display_egl_unref(painter->egl);
        g_free(painter);
    }
}

/* Damage of the picture, as that of the rows of its buffer */
static void to_buffer(const DisplayFrame *frame, const pixman_region32_t *damage,
                      pixman_region32_t *rows)
{
    uint32_t height = display_frame_height(frame);
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)damage, &count);

    for (int i = 0; i < count; i++) {
        pixman_box32_t box = frame->orientation == DISPLAY_BOTTOM_UP
                             ? display_box_flipped(&boxes[i], height) : boxes[i];

        pixman_region32_union_rect(rows, rows, box.x1 + frame->source.x1, box.y1 + frame->source.y1,
                                   box.x2 - box.x1, box.y2 - box.y1);
    }
}

bool display_painter_update(DisplayPainter *painter, const DisplayScene *scene,
                            const pixman_region32_t *damage, GError **error)
{
    const DisplayFrame *frame = &scene->view.frame;
    const DisplayTexture *texture;
    pixman_region32_t rows;

    display_egl_collect(painter->egl);
    if (!frame->buffer) {
        return true;
    }
    pixman_region32_init(&rows);
    to_buffer(frame, damage, &rows);
    texture = display_egl_get_picture(painter->egl, frame->buffer, &rows, NULL, error);
    pixman_region32_fini(&rows);
    return texture;
}

/* What was made of a buffer before; NULL when nothing could be */
static const DisplayTexture *texture_of(DisplayPainter *painter, DisplayBuffer *buffer)
{
    const DisplayTexture *texture;
    pixman_region32_t nothing;

    pixman_region32_init(&nothing);
    texture = display_egl_get_picture(painter->egl, buffer, &nothing, NULL, NULL);
    pixman_region32_fini(&nothing);
    return texture;
}

static void draw_cursor(DisplayPainter *painter, const DisplayScene *scene,
                        const DisplayTarget *target, const pixman_region32_t *where)
{
    const DisplayCursor *cursor = &scene->view.cursor;
    DisplayBlit blit = {
        .orientation = cursor->orientation,
        .smooth = !display_placement_is_integer(&scene->placement),
        .blend = true,
    };

    if (!display_scene_cursor(scene, &blit.target)) {
        return;
    }
    blit.source = (pixman_box32_t) {.x2 = cursor->image->width, .y2 = cursor->image->height};
    blit.texture = texture_of(painter, cursor->image);
    if (blit.texture) {
        display_blitter_draw(painter->blitter, target, &blit, where);
    }
}

static void draw_picture(DisplayPainter *painter, const DisplayScene *scene,
                         const DisplayTarget *target, const pixman_region32_t *where)
{
    const DisplayFrame *frame = &scene->view.frame;
    const DisplayBlit blit = {
        .texture = texture_of(painter, frame->buffer),
        .source = frame->source,
        .orientation = frame->orientation,
        .target = scene->placement.target,
        .smooth = !display_placement_is_integer(&scene->placement),
    };

    if (!blit.texture) {
        display_blitter_fill(painter->blitter, target, 0, where);
        return;
    }
    display_blitter_draw(painter->blitter, target, &blit, where);
    draw_cursor(painter, scene, target, where);
}

void display_painter_draw(DisplayPainter *painter, const DisplayScene *scene,
                          const DisplayTarget *target, const pixman_region32_t *where)
{
    pixman_region32_t part;

    pixman_region32_init(&part);
    display_scene_border(scene, &part);
    pixman_region32_intersect(&part, &part, (pixman_region32_t *)where);
    if (pixman_region32_not_empty(&part)) {
        display_blitter_fill(painter->blitter, target, 0, &part);
    }
    if (scene->view.frame.buffer) {
        pixman_region32_subtract(&part, (pixman_region32_t *)where, &part);
        draw_picture(painter, scene, target, &part);
    }
    pixman_region32_fini(&part);
}
