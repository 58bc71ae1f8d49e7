/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenes drawn by the CPU.
 *
 * A picture at its own size is copied; whole scales repeat pixels; others are filtered.
 */
#include "ui/display/scene.h"

/* A picture and where it goes */
typedef struct Layer {
    pixman_op_t operation;
    pixman_image_t *from;
    pixman_box32_t target;      /* pixels of the window */
    bool turned;                /* the first row of `from` is the bottom */
    bool smooth;
} Layer;

static pixman_fixed_t ratio(int32_t picture, int32_t window)
{
    return pixman_double_to_fixed((double)picture / window);
}

static void set_transform(const Layer *layer)
{
    int32_t width = pixman_image_get_width(layer->from);
    int32_t height = pixman_image_get_height(layer->from);
    int32_t target_width = layer->target.x2 - layer->target.x1;
    int32_t target_height = layer->target.y2 - layer->target.y1;
    pixman_transform_t transform;

    if (width == target_width && height == target_height && !layer->turned) {
        return;
    }
    pixman_transform_init_scale(&transform, ratio(width, target_width),
                                ratio(height, target_height));
    if (layer->turned) {
        transform.matrix[1][1] = -transform.matrix[1][1];
        transform.matrix[1][2] = pixman_int_to_fixed(height);
    }
    pixman_image_set_transform(layer->from, &transform);
    pixman_image_set_filter(layer->from,
                            layer->smooth ? PIXMAN_FILTER_BILINEAR : PIXMAN_FILTER_NEAREST, NULL, 0);
    /* what lies beyond the edge must not shine through */
    pixman_image_set_repeat(layer->from, PIXMAN_REPEAT_PAD);
}

static void draw_layer(const Layer *layer, pixman_image_t *to, const pixman_region32_t *where)
{
    const pixman_box32_t *target = &layer->target;
    pixman_region32_t part;
    const pixman_box32_t *boxes;
    int count;

    set_transform(layer);
    pixman_region32_init(&part);
    pixman_region32_intersect_rect(&part, (pixman_region32_t *)where, target->x1, target->y1,
                                   target->x2 - target->x1, target->y2 - target->y1);
    boxes = pixman_region32_rectangles(&part, &count);
    for (int i = 0; i < count; i++) {
        pixman_image_composite32(layer->operation, layer->from, NULL, to,
                                 boxes[i].x1 - target->x1, boxes[i].y1 - target->y1, 0, 0,
                                 boxes[i].x1, boxes[i].y1, boxes[i].x2 - boxes[i].x1,
                                 boxes[i].y2 - boxes[i].y1);
    }
    pixman_region32_fini(&part);
}

static bool draw_picture(const DisplayScene *scene, pixman_image_t *to,
                         const pixman_region32_t *where)
{
    const DisplayFrame *frame = &scene->view.frame;
    pixman_image_t *from = display_buffer_create_image(frame->buffer, &frame->source);
    const Layer layer = {
        .operation = PIXMAN_OP_SRC,
        .from = from,
        .target = scene->placement.target,
        .turned = frame->orientation == DISPLAY_BOTTOM_UP,
        .smooth = !display_placement_is_integer(&scene->placement),
    };

    if (!from) {
        return false;
    }
    display_buffer_lock(frame->buffer);
    draw_layer(&layer, to, where);
    display_buffer_unlock(frame->buffer);
    pixman_image_unref(from);
    return true;
}

static void draw_cursor(const DisplayScene *scene, pixman_image_t *to,
                        const pixman_region32_t *where)
{
    const DisplayCursor *cursor = &scene->view.cursor;
    Layer layer = {
        .operation = PIXMAN_OP_OVER,
        .turned = cursor->orientation == DISPLAY_BOTTOM_UP,
        .smooth = !display_placement_is_integer(&scene->placement),
    };
    pixman_region32_t part;
    pixman_box32_t whole;

    if (!display_scene_cursor(scene, &layer.target)) {
        return;
    }
    whole = (pixman_box32_t) {.x2 = cursor->image->width, .y2 = cursor->image->height};
    layer.from = display_buffer_create_image(cursor->image, &whole);
    if (!layer.from) {
        return;
    }
    pixman_region32_init_with_extents(&part, (pixman_box32_t *)&scene->placement.target);
    pixman_region32_intersect(&part, &part, (pixman_region32_t *)where);
    display_buffer_lock(cursor->image);
    draw_layer(&layer, to, &part);
    display_buffer_unlock(cursor->image);
    pixman_region32_fini(&part);
    pixman_image_unref(layer.from);
}

static void draw_black(pixman_image_t *to, pixman_region32_t *where)
{
    const pixman_color_t black = {.alpha = 0xffff};
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles(where, &count);

    pixman_image_fill_boxes(PIXMAN_OP_SRC, to, &black, count, boxes);
}

void display_scene_compose(const DisplayScene *scene, pixman_image_t *image,
                           const pixman_region32_t *where)
{
    pixman_region32_t border;

    pixman_region32_init(&border);
    display_scene_border(scene, &border);
    pixman_region32_intersect(&border, &border, (pixman_region32_t *)where);
    draw_black(image, &border);
    pixman_region32_fini(&border);
    if (scene->view.frame.buffer) {
        if (!draw_picture(scene, image, where)) {
            draw_black(image, (pixman_region32_t *)where);
        }
        draw_cursor(scene, image, where);
    }
}
