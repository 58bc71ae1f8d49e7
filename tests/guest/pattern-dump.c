/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes one frame of the test picture to standard output, on the host, for
 * comparison with a screenshot: pattern-dump WIDTH HEIGHT FRAME [GROUND [HEAD]]
 * gives a PPM file, pattern-dump cursor the cursor as 64 x 64 bytes B, G, R, A.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

static int dump_cursor(void)
{
    static uint32_t image[VGPU_PATTERN_CURSOR_SIZE * VGPU_PATTERN_CURSOR_SIZE];

    vgpu_pattern_cursor(image);
    return fwrite(image, sizeof(image), 1, stdout) == 1 ? 0 : 1;
}

static int write_ppm(const uint32_t *pixels, int width, int height)
{
    printf("P6\n%d %d\n255\n", width, height);
    for (long i = 0; i < (long)width * height; i++) {
        putchar(pixels[i] >> 16 & 255);
        putchar(pixels[i] >> 8 & 255);
        putchar(pixels[i] & 255);
    }
    return fflush(stdout) || ferror(stdout);
}

static int dump_frame(int width, int height, const VgpuPattern *pattern)
{
    uint32_t *pixels = calloc((size_t)width * height, sizeof(*pixels));
    VgpuPatternTarget target;
    int failed;

    if (!pixels) {
        return 1;
    }
    target = vgpu_pattern_target(pixels, width, height, width);
    vgpu_pattern_draw(&target, pattern);
    failed = write_ppm(pixels, width, height);
    free(pixels);
    return failed;
}

int main(int argc, char **argv)
{
    VgpuPattern pattern = { 0 };

    if (argc == 2 && !strcmp(argv[1], "cursor")) {
        return dump_cursor();
    }
    if (argc < 4 || argc > 6 || atoi(argv[1]) < 1 || atoi(argv[2]) < 1) {
        fprintf(stderr, "usage: pattern-dump WIDTH HEIGHT FRAME [GROUND [HEAD]]\n"
                        "       pattern-dump cursor\n");
        return 2;
    }
    pattern.frame = strtoul(argv[3], NULL, 0);
    pattern.ground = argc > 4 ? strtoul(argv[4], NULL, 0) : pattern.frame;
    pattern.head = argc > 5 ? strtoul(argv[5], NULL, 0) : 0;
    return dump_frame(atoi(argv[1]), atoi(argv[2]), &pattern);
}
