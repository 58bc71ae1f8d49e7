/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test picture, see pattern.h.
 *
 * Back to front: flowing waves, eight colour bars at the bottom, a ball that
 * bounces, the frame number in seven segments, and the frame number and head
 * as a row of black and white cells for machines to read.
 */
#include "pattern.h"

enum {
    CODE_CELL = 8,          /* pixels along the side of a cell */
    CODE_X = 8,
    CODE_Y = 8,
    CODE_BITS = 36,         /* 32 of the frame, 4 of the head, highest first */
    DIGITS = 6,
};

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static VgpuPatternRect intersect(VgpuPatternRect a, VgpuPatternRect b)
{
    return (VgpuPatternRect) {
        .x0 = max_int(a.x0, b.x0),
        .y0 = max_int(a.y0, b.y0),
        .x1 = min_int(a.x1, b.x1),
        .y1 = min_int(a.y1, b.y1),
    };
}

static void fill(const VgpuPatternTarget *t, VgpuPatternRect area, uint32_t rgb)
{
    VgpuPatternRect r = intersect(area, t->clip);

    for (int y = r.y0; y < r.y1; y++) {
        uint32_t *line = t->pixels + (long)y * t->stride_words;

        for (int x = r.x0; x < r.x1; x++) {
            line[x] = rgb;
        }
    }
}

/* A wave of period 256 between 0 and 254, made of two parabolas. */
static int wave(unsigned phase)
{
    int half = phase & 127;
    int height = half * (128 - half) * 127 / 4096;

    return phase & 128 ? 127 - height : 127 + height;
}

/* Moves between 0 and @range, one step per @step, and back again. */
static int bounce(uint32_t step, int range)
{
    int at;

    if (range <= 0) {
        return 0;
    }
    at = step % (2 * (uint32_t)range);
    return at < range ? at : 2 * range - at;
}

static void make_palette(uint32_t palette[256], unsigned head)
{
    for (unsigned i = 0; i < 256; i++) {
        unsigned turn = i + head * 53;
        uint32_t red = 16 + wave(turn + 30) * 5 / 12;
        uint32_t green = 24 + wave(turn + 120) * 4 / 12;
        uint32_t blue = 70 + wave(turn + 165) * 7 / 12;

        palette[i] = red << 16 | green << 8 | blue;
    }
}

/*
 * The colour of a pixel is looked up by a column term plus a row term, so
 * that a slow emulated guest spends one addition and one load on it.
 */
static void draw_ground(const VgpuPatternTarget *t, const VgpuPattern *p)
{
    uint32_t palette[256];
    uint8_t row_term;

    make_palette(palette, p->head);
    for (int y = t->clip.y0; y < t->clip.y1; y++) {
        uint32_t *line = t->pixels + (long)y * t->stride_words;

        row_term = wave(y * 2 / 3 + p->ground) / 2 + wave(y / 4) / 3;
        for (int x = t->clip.x0; x < t->clip.x1; x++) {
            uint8_t column_term = (x * 40 >> 8) + p->ground;

            line[x] = palette[(uint8_t)(column_term + row_term)];
        }
    }
}

static void draw_bars(const VgpuPatternTarget *t)
{
    static const uint32_t colours[8] = {
        0xffffff, 0xffff00, 0x00ffff, 0x00ff00,
        0xff00ff, 0xff0000, 0x0000ff, 0x000000,
    };
    int top = t->height - t->height / 16;

    for (int i = 0; i < 8; i++) {
        fill(t, (VgpuPatternRect) {
                 t->width * i / 8, top, t->width * (i + 1) / 8, t->height
             }, colours[i]);
    }
}

static VgpuPatternRect ball_area(const VgpuPatternTarget *t, uint32_t frame)
{
    int size = t->height / 5;
    int x = bounce(frame * 5, t->width - size);
    int y = bounce(frame * 3 + 40, t->height - t->height / 16 - size);

    return (VgpuPatternRect) { x, y, x + size, y + size };
}

static void draw_ball(const VgpuPatternTarget *t, uint32_t frame)
{
    VgpuPatternRect area = ball_area(t, frame);
    VgpuPatternRect r = intersect(area, t->clip);
    int radius = (area.x1 - area.x0) / 2;
    int square = max_int(radius * radius, 1);

    for (int y = r.y0; y < r.y1; y++) {
        uint32_t *line = t->pixels + (long)y * t->stride_words;
        int dy = y - area.y0 - radius;

        for (int x = r.x0; x < r.x1; x++) {
            int dx = x - area.x0 - radius;
            int lit_x = dx + radius / 3;
            int lit_y = dy + radius / 3;
            int shade = (lit_x * lit_x + lit_y * lit_y) * 90 / square;

            if (dx * dx + dy * dy < square) {
                line[x] = (uint32_t)(255 - shade / 3) << 16
                          | (uint32_t)(190 - min_int(shade, 180)) << 8
                          | (uint32_t)(90 - min_int(shade / 2, 90));
            }
        }
    }
}

static VgpuPatternRect counter_area(const VgpuPatternTarget *t)
{
    int cell = max_int(t->height / 80, 2);
    int width = DIGITS * 6 * cell + 2 * cell;
    int x = (t->width - width) / 2;
    int y = t->height / 3;

    return (VgpuPatternRect) { x, y, x + width, y + 11 * cell };
}

/* One digit on a grid of 4 x 7 cells, every segment a bar of cells. */
static void draw_digit(const VgpuPatternTarget *t, int x, int y, int digit)
{
    static const uint8_t lit[10] = {
        0x77, 0x24, 0x5d, 0x6d, 0x2e, 0x6b, 0x7b, 0x25, 0x7f, 0x6f,
    };
    static const uint8_t bars[7][4] = {     /* x, y, width, height */
        { 0, 0, 4, 1 }, { 0, 0, 1, 4 }, { 3, 0, 1, 4 }, { 0, 3, 4, 1 },
        { 0, 3, 1, 4 }, { 3, 3, 1, 4 }, { 0, 6, 4, 1 },
    };
    int cell = max_int(t->height / 80, 2);

    for (int i = 0; i < 7; i++) {
        int left = x + bars[i][0] * cell;
        int top = y + bars[i][1] * cell;

        if (lit[digit] & (1 << i)) {
            fill(t, (VgpuPatternRect) {
                     left, top, left + bars[i][2] * cell, top + bars[i][3] * cell
                 }, 0xf4f1de);
        }
    }
}

static void draw_counter(const VgpuPatternTarget *t, uint32_t frame)
{
    VgpuPatternRect area = counter_area(t);
    int cell = max_int(t->height / 80, 2);
    uint32_t rest = frame;

    fill(t, area, 0x10131f);
    for (int i = DIGITS - 1; i >= 0; i--) {
        draw_digit(t, area.x0 + (2 + i * 6) * cell, area.y0 + 2 * cell, rest % 10);
        rest /= 10;
    }
}

static VgpuPatternRect code_area(void)
{
    return (VgpuPatternRect) {
        CODE_X, CODE_Y, CODE_X + CODE_BITS * CODE_CELL, CODE_Y + CODE_CELL
    };
}

static void draw_code(const VgpuPatternTarget *t, const VgpuPattern *p)
{
    uint64_t code = (uint64_t)p->frame << 4 | (p->head & 15);

    for (int i = 0; i < CODE_BITS; i++) {
        int x = CODE_X + i * CODE_CELL;
        uint64_t bit = code >> (CODE_BITS - 1 - i) & 1;

        fill(t, (VgpuPatternRect) { x, CODE_Y, x + CODE_CELL, CODE_Y + CODE_CELL },
             bit ? 0xffffff : 0x000000);
    }
}

VgpuPatternTarget vgpu_pattern_target(uint32_t *pixels, int width, int height,
                                      int stride_words)
{
    return (VgpuPatternTarget) {
        .pixels = pixels,
        .width = width,
        .height = height,
        .stride_words = stride_words,
        .clip = { 0, 0, width, height },
    };
}

void vgpu_pattern_draw(const VgpuPatternTarget *target, const VgpuPattern *p)
{
    VgpuPatternTarget t = *target;

    t.clip = intersect(t.clip, (VgpuPatternRect) { 0, 0, t.width, t.height });
    draw_ground(&t, p);
    draw_bars(&t);
    draw_ball(&t, p->frame);
    draw_counter(&t, p->frame);
    draw_code(&t, p);
}

void vgpu_pattern_damage(const VgpuPatternTarget *target, const VgpuPattern *p,
                         VgpuPatternRect rects[VGPU_PATTERN_DAMAGE_RECTS])
{
    rects[0] = ball_area(target, p->frame);
    rects[1] = counter_area(target);
    rects[2] = code_area();
}

/* A triangle with a white rim, half transparent on its right hand side. */
void vgpu_pattern_cursor(uint32_t *pixels)
{
    for (int y = 0; y < VGPU_PATTERN_CURSOR_SIZE; y++) {
        for (int x = 0; x < VGPU_PATTERN_CURSOR_SIZE; x++) {
            uint32_t *pixel = &pixels[y * VGPU_PATTERN_CURSOR_SIZE + x];
            int inside = x <= y && x + y <= 62;
            int rim = x < 3 || x > y - 3 || x + y > 58;

            if (!inside) {
                *pixel = 0;
            } else if (rim) {
                *pixel = 0xffffffff;
            } else {
                *pixel = x < 12 ? 0xffe0401a : 0x80702010;
            }
        }
    }
}

void vgpu_pattern_cursor_position(const VgpuPatternTarget *target,
                                  uint32_t frame, int *x, int *y)
{
    *x = bounce(frame * 7 + 100, target->width - 1);
    *y = bounce(frame * 4 + 60, target->height - 1);
}
