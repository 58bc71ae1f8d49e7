/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shows the moving test picture on a KMS device, and says on standard output
 * what it does in lines a test can read:
 *
 *   kms-demo: head 0 connector 36 crtc 37 mode 1280x800
 *   kms-demo: frames 120 fps 24.8
 *   kms-demo: hold frame 120
 *   kms-demo: done frames 120 seconds 4.8 fps 25.0
 *
 * One thread: it draws, waits for the flips, and looks after hot-plug events.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <xf86drm.h>

#include "frames.h"
#include "kms-head.h"

enum { MAX_HEADS = 16 };

typedef struct Options {
    const char *device;
    int width, height;          /* 0: the preferred mode, followed when it changes */
    int heads;
    bool dirty;
    bool cursor;
} Options;

typedef struct Demo {
    VgpuFrames base;
    Options options;
    int fd;
    VgpuKmsHead heads[MAX_HEADS];
    int head_count;
} Demo;

static Demo *demo_of(VgpuFrames *frames)
{
    return (Demo *)frames;
}

static VgpuPattern pattern_of(const Demo *demo, const VgpuKmsHead *head, uint32_t frame)
{
    return (VgpuPattern) {
        .head = head->index,
        .frame = frame,
        .ground = demo->options.dirty ? demo->base.first : frame,
    };
}

static bool start_head(Demo *demo, VgpuKmsHead *head)
{
    VgpuPattern first = pattern_of(demo, head, demo->base.now);

    if (demo->options.dirty) {
        first.frame = first.ground = demo->base.first;
    }
    if (!vgpu_kms_head_start(head, &first)) {
        return false;
    }
    printf("kms-demo: head %u connector %u crtc %u mode %ux%u\n", head->index,
           head->connector, head->crtc, head->mode.hdisplay, head->mode.vdisplay);
    return !demo->options.cursor || vgpu_kms_head_move_cursor(head, demo->base.now);
}

static bool find_heads(VgpuFrames *frames)
{
    Demo *demo = demo_of(frames);
    unsigned taken = 0;

    for (int i = 0; i < demo->options.heads; i++) {
        VgpuKmsHead *head = &demo->heads[i];

        if (!vgpu_kms_head_find(head, demo->fd, i, &taken)) {
            fprintf(stderr, "kms-demo: only %d of %d heads are connected\n", i,
                    demo->options.heads);
            return false;
        }
        vgpu_kms_head_choose_mode(head, demo->options.width, demo->options.height);
        demo->head_count = i + 1;
        if (!start_head(demo, head)) {
            return false;
        }
    }
    return true;
}

static void flip_done(int fd, unsigned sequence, unsigned seconds,
                      unsigned microseconds, void *data)
{
    VgpuKmsHead *head = data;

    (void)fd;
    (void)sequence;
    (void)seconds;
    (void)microseconds;
    head->flip_pending = false;
}

static bool any_flip_pending(const Demo *demo)
{
    for (int i = 0; i < demo->head_count; i++) {
        if (demo->heads[i].flip_pending) {
            return true;
        }
    }
    return false;
}

/* Events of the device, for at most @timeout_ms; false when the wait failed. */
static bool handle_events(Demo *demo, int timeout_ms)
{
    drmEventContext context = { .version = 2, .page_flip_handler = flip_done };
    struct pollfd wait = { .fd = demo->fd, .events = POLLIN };
    int ready = poll(&wait, 1, timeout_ms);

    if (ready > 0) {
        return drmHandleEvent(demo->fd, &context) == 0;
    }
    return ready == 0 || errno == EINTR;
}

static bool wait_for_flips(Demo *demo)
{
    uint64_t deadline = vgpu_now_ns() + 30 * 1000000000ull;

    while (any_flip_pending(demo)) {
        if (!handle_events(demo, 1000) || vgpu_now_ns() > deadline) {
            fprintf(stderr, "kms-demo: a page flip did not finish\n");
            return false;
        }
    }
    return true;
}

static bool show_frame(VgpuFrames *frames, uint32_t frame)
{
    Demo *demo = demo_of(frames);

    for (int i = 0; i < demo->head_count; i++) {
        VgpuKmsHead *head = &demo->heads[i];
        VgpuPattern before = pattern_of(demo, head, demo->base.now);
        VgpuPattern next = pattern_of(demo, head, frame);

        if (demo->options.cursor && !vgpu_kms_head_move_cursor(head, frame)) {
            return false;
        }
        if (demo->options.dirty ? !vgpu_kms_head_dirty(head, &before, &next)
                                : !vgpu_kms_head_flip(head, &next)) {
            return false;
        }
    }
    return wait_for_flips(demo);
}

/* A resized window changes the preferred mode: take it. */
static bool follow_preferred_mode(VgpuFrames *frames)
{
    Demo *demo = demo_of(frames);

    for (int i = 0; i < demo->head_count && !demo->options.width; i++) {
        VgpuKmsHead *head = &demo->heads[i];

        if (vgpu_kms_head_choose_mode(head, 0, 0)) {
            vgpu_kms_head_stop(head);
            if (!start_head(demo, head)) {
                return false;
            }
        }
    }
    return true;
}

static const VgpuFramesOps demo_ops = {
    .name = "kms-demo",
    .start = find_heads,
    .show = show_frame,
    .outputs_changed = follow_preferred_mode,
};

static int usage(void)
{
    fprintf(stderr,
            "usage: kms-demo [options]\n"
            "  -D DEVICE  the device, /dev/dri/card0 if not given\n"
            "  -m WxH     the mode, the preferred one if not given\n"
            "  -a HEADS   how many heads to drive, 1 if not given\n"
            "  -n FRAMES  stop after that many frames\n"
            "  -s FRAME   number of the first frame, 0 if not given\n"
            "  -r FPS     at most that many frames a second, 0: no limit\n"
            "  -d         change one buffer in place (DIRTYFB), no page flips\n"
            "  -c         move a hardware cursor as well\n"
            "  -k         keep the last frame on the screen until a signal comes\n");
    return 2;
}

static bool parse(Demo *demo, int argc, char **argv)
{
    Options *options = &demo->options;
    int option;

    while ((option = getopt(argc, argv, "D:m:a:n:s:r:dck")) != -1) {
        switch (option) {
        case 'D': options->device = optarg; break;
        case 'a': options->heads = atoi(optarg); break;
        case 'n': demo->base.count = strtoul(optarg, NULL, 10); break;
        case 's': demo->base.first = strtoul(optarg, NULL, 10); break;
        case 'r': demo->base.per_second = atoi(optarg); break;
        case 'd': options->dirty = true; break;
        case 'c': options->cursor = true; break;
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
    return optind == argc && options->heads >= 1 && options->heads <= MAX_HEADS;
}

int main(int argc, char **argv)
{
    static Demo demo = {
        .base = { .ops = &demo_ops, .per_second = 60 },
        .options = { .device = "/dev/dri/card0", .heads = 1 },
    };
    bool good;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!parse(&demo, argc, argv)) {
        return usage();
    }
    demo.fd = open(demo.options.device, O_RDWR | O_CLOEXEC);
    if (demo.fd < 0) {
        perror(demo.options.device);
        return 1;
    }
    good = vgpu_frames_run(&demo.base);
    for (int i = 0; i < demo.head_count; i++) {
        vgpu_kms_head_stop(&demo.heads[i]);
    }
    return good ? 0 : 1;
}
