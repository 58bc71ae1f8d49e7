/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-sink.h"

#include <string.h>

static VgpuFakeHead *head_of(VgpuSink *sink, uint32_t scanout_id)
{
    VgpuFakeSink *self = (VgpuFakeSink *)sink;

    g_assert_cmpuint(scanout_id, <, self->n_heads);
    return &self->heads[scanout_id];
}

static void check_frame(const VgpuFrame *frame)
{
    g_assert_cmpint(frame->source.x1, >=, 0);
    g_assert_cmpint(frame->source.y1, >=, 0);
    g_assert_cmpint(frame->source.x1, <, frame->source.x2);
    g_assert_cmpint(frame->source.y1, <, frame->source.y2);
    g_assert_cmpint(frame->source.x2, <=, frame->buffer->width);
    g_assert_cmpint(frame->source.y2, <=, frame->buffer->height);
}

static void fake_scanout(VgpuSink *sink, uint32_t scanout_id, const VgpuFrame *frame)
{
    VgpuFakeHead *head = head_of(sink, scanout_id);
    DisplayBuffer *before = head->buffer;

    head->buffer = NULL;
    pixman_region32_clear(&head->damage);
    if (frame) {
        check_frame(frame);
        head->buffer = display_buffer_ref(frame->buffer);
        head->source = frame->source;
        head->n_scanouts++;
    } else {
        head->n_disables++;
    }
    display_buffer_unref(before);
}

static void fake_update(VgpuSink *sink, uint32_t scanout_id, const pixman_region32_t *damage)
{
    VgpuFakeHead *head = head_of(sink, scanout_id);
    const pixman_box32_t *extents = pixman_region32_extents((pixman_region32_t *)damage);

    g_assert_nonnull(head->buffer);
    g_assert_true(pixman_region32_not_empty((pixman_region32_t *)damage));
    g_assert_true(pixman_region32_selfcheck((pixman_region32_t *)damage));
    g_assert_cmpint(extents->x1, >=, 0);
    g_assert_cmpint(extents->y1, >=, 0);
    g_assert_cmpint(extents->x2, <=, head->source.x2 - head->source.x1);
    g_assert_cmpint(extents->y2, <=, head->source.y2 - head->source.y1);
    pixman_region32_union(&head->damage, &head->damage, (pixman_region32_t *)damage);
    head->n_updates++;
}

static bool fake_is_busy(VgpuSink *sink, uint32_t scanout_id)
{
    g_assert_nonnull(head_of(sink, scanout_id));
    return ((VgpuFakeSink *)sink)->busy & 1u << scanout_id;
}

static unsigned fake_shared_ways(VgpuSink *sink, uint32_t scanout_id)
{
    g_assert_nonnull(head_of(sink, scanout_id));
    return ((VgpuFakeSink *)sink)->ways[scanout_id];
}

static bool fake_wants_pixels(VgpuSink *sink, uint32_t scanout_id)
{
    g_assert_nonnull(head_of(sink, scanout_id));
    return !(((VgpuFakeSink *)sink)->unwatched & 1u << scanout_id);
}

static void fake_pixels_read(VgpuSink *sink, uint32_t scanout_id)
{
    g_assert_nonnull(head_of(sink, scanout_id));
    ((VgpuFakeSink *)sink)->n_reads++;
}

static void fake_define_cursor(VgpuSink *sink, uint32_t scanout_id, const VgpuCursor *cursor)
{
    VgpuFakeHead *head = head_of(sink, scanout_id);

    head->n_defines++;
    head->has_cursor = cursor != NULL;
    if (cursor) {
        head->cursor = *cursor;
    }
}

static void fake_move_cursor(VgpuSink *sink, uint32_t scanout_id, int32_t x, int32_t y,
                             bool visible)
{
    VgpuFakeHead *head = head_of(sink, scanout_id);

    head->n_moves++;
    head->cursor_x = x;
    head->cursor_y = y;
    head->cursor_visible = visible;
}

static void fake_config_changed(VgpuSink *sink)
{
    ((VgpuFakeSink *)sink)->n_config_changed++;
}

uint8_t vgpu_fake_edid_byte(const VgpuOutput *output, size_t index)
{
    return output->width * 7 + output->height * 3 + output->refresh_millihertz + index + 1;
}

static size_t fake_get_edid(VgpuSink *sink, const VgpuOutput *output, uint8_t *edid, size_t size)
{
    VgpuFakeSink *self = (VgpuFakeSink *)sink;

    g_assert_cmpuint(self->edid_length, <=, size);
    for (size_t i = 0; i < self->edid_length; i++) {
        edid[i] = vgpu_fake_edid_byte(output, i);
    }
    return self->edid_length;
}

static const VgpuSinkOps fake_sink_ops = {
    .scanout = fake_scanout,
    .update = fake_update,
    .is_busy = fake_is_busy,
    .shared_ways = fake_shared_ways,
    .wants_pixels = fake_wants_pixels,
    .pixels_read = fake_pixels_read,
    .define_cursor = fake_define_cursor,
    .move_cursor = fake_move_cursor,
    .config_changed = fake_config_changed,
    .get_edid = fake_get_edid,
};

void vgpu_fake_sink_init(VgpuFakeSink *sink, unsigned n_heads)
{
    *sink = (VgpuFakeSink) {
        .base.ops = &fake_sink_ops,
        .n_heads = n_heads,
        .edid_length = 256,
    };
    for (unsigned i = 0; i < VGPU_MAX_SCANOUTS; i++) {
        pixman_region32_init(&sink->heads[i].damage);
    }
}

void vgpu_fake_sink_finish(VgpuFakeSink *sink)
{
    for (unsigned i = 0; i < VGPU_MAX_SCANOUTS; i++) {
        display_buffer_unref(sink->heads[i].buffer);
        pixman_region32_fini(&sink->heads[i].damage);
    }
}

void vgpu_fake_sink_clear_damage(VgpuFakeSink *sink)
{
    for (unsigned i = 0; i < VGPU_MAX_SCANOUTS; i++) {
        pixman_region32_clear(&sink->heads[i].damage);
    }
}

uint32_t vgpu_fake_head_pixel(VgpuFakeHead *head, uint32_t x, uint32_t y)
{
    DisplayPixels pixels;
    uint32_t pixel;

    g_assert_true(display_buffer_get_pixels(head->buffer, &pixels));
    memcpy(&pixel,
           pixels.data + (size_t)(head->source.y1 + y) * pixels.stride +
           (size_t)(head->source.x1 + x) * sizeof(pixel),
           sizeof(pixel));
    return pixel;
}
