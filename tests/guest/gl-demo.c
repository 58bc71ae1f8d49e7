/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shows a scene that GL draws on a KMS device, and says on standard output what
 * it does in lines a test can read:
 *
 *   gl-demo: renderer virgl (LLVMPIPE)
 *   gl-demo: head 0 mode 1280x800
 *   gl-demo: frames 120 fps 24.8
 *   gl-demo: pixel ff3300
 *   gl-demo: hold frame 120
 *   gl-demo: done frames 120 seconds 4.8 fps 25.0
 *
 * One thread.  A changed preferred mode (a resized window) is taken.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "frames.h"
#include "gl-draw.h"
#include "gl-output.h"
#include "gl-scene.h"

typedef struct Options {
    const char *device;
    const VgpuGlScene *scene;
    int width, height;          /* 0: the preferred mode, followed when it changes */
} Options;

typedef struct Demo {
    VgpuFrames base;
    Options options;
    VgpuGlOutput output;
} Demo;

static Demo *demo_of(VgpuFrames *frames)
{
    return (Demo *)frames;
}

static bool show_frame(VgpuFrames *frames, uint32_t frame)
{
    Demo *demo = demo_of(frames);
    const drmModeModeInfo *mode = &demo->output.head.mode;

    demo->options.scene->draw(mode->hdisplay, mode->vdisplay, frame);
    return vgpu_gl_output_show(&demo->output);
}

static bool start_output(Demo *demo)
{
    const drmModeModeInfo *mode = &demo->output.head.mode;

    if (!vgpu_gl_output_start(&demo->output)) {
        return false;
    }
    printf("gl-demo: head 0 mode %ux%u\n", mode->hdisplay, mode->vdisplay);
    return true;
}

static bool start(VgpuFrames *frames)
{
    Demo *demo = demo_of(frames);
    const Options *o = &demo->options;

    if (!vgpu_gl_output_open(&demo->output, o->device)) {
        return false;
    }
    vgpu_gl_output_choose_mode(&demo->output, o->width, o->height);
    if (!start_output(demo)) {
        return false;
    }
    printf("gl-demo: renderer %s\n", glGetString(GL_RENDERER));
    return o->scene->prepare() && show_frame(frames, frames->now);
}

/* A resized window changes the preferred mode: take it. */
static bool follow_preferred_mode(VgpuFrames *frames)
{
    Demo *demo = demo_of(frames);

    if (demo->options.width || !vgpu_gl_output_choose_mode(&demo->output, 0, 0)) {
        return true;
    }
    vgpu_gl_output_stop(&demo->output);
    return start_output(demo) && show_frame(frames, frames->now);
}

/* What GL itself reads of the scene, two and a half cells from the top and the left. */
static void print_pixel(VgpuFrames *frames)
{
    Demo *demo = demo_of(frames);
    const drmModeModeInfo *mode = &demo->output.head.mode;
    uint8_t pixel[4];

    demo->options.scene->draw(mode->hdisplay, mode->vdisplay, frames->now);
    glReadPixels(mode->hdisplay * 5 / 32, mode->vdisplay - mode->vdisplay / 4, 1, 1, GL_RGBA,
                 GL_UNSIGNED_BYTE, pixel);
    printf("gl-demo: pixel %02x%02x%02x\n", pixel[0], pixel[1], pixel[2]);
}

static const VgpuFramesOps demo_ops = {
    .name = "gl-demo",
    .start = start,
    .show = show_frame,
    .outputs_changed = follow_preferred_mode,
    .held = print_pixel,
};

static int usage(void)
{
    fprintf(stderr,
            "usage: gl-demo [options]\n"
            "  -D DEVICE  the device, /dev/dri/card0 if not given\n"
            "  -m WxH     the mode, the preferred one if not given\n"
            "  -p         the picture that tests know, not the knot\n"
            "  -n FRAMES  stop after that many frames\n"
            "  -r FPS     at most that many frames a second, 0: no limit\n"
            "  -k         keep the last frame on the screen until a signal comes\n");
    return 2;
}

static bool parse(Demo *demo, int argc, char **argv)
{
    Options *options = &demo->options;
    int option;

    while ((option = getopt(argc, argv, "D:m:n:r:pk")) != -1) {
        switch (option) {
        case 'D': options->device = optarg; break;
        case 'n': demo->base.count = strtoul(optarg, NULL, 10); break;
        case 'r': demo->base.per_second = atoi(optarg); break;
        case 'p': options->scene = &vgpu_gl_picture; break;
        case 'k': demo->base.hold = true; break;
        case 'm':
            if (sscanf(optarg, "%dx%d", &options->width, &options->height) != 2) {
                return false;
            }
            break;
        default:
            return false;
        }
    }
    return optind == argc;
}

int main(int argc, char **argv)
{
    static Demo demo = {
        .base = { .ops = &demo_ops, .per_second = 60 },
        .options = { .device = "/dev/dri/card0", .scene = &vgpu_gl_knot },
    };
    bool good;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!parse(&demo, argc, argv)) {
        return usage();
    }
    good = vgpu_frames_run(&demo.base);
    vgpu_gl_output_close(&demo.output);
    return good ? 0 : 1;
}
