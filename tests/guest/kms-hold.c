/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into KMS programs that know nothing of tests: they see only the
 * mode that VGPU_MODE says, as in 800x600, and stop for ever when they ask for
 * one page flip more than VGPU_FLIPS says.  What is on the screen then is a
 * known frame of theirs:
 *
 *   kms-hold: flips 20
 *
 * Called on the threads of the program.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xf86drmMode.h>

/* These take the places of libdrm's, which the programs were linked with. */
#define EXPORT __attribute__((visibility("default")))

EXPORT drmModeConnectorPtr drmModeGetConnector(int fd, uint32_t id)
{
    drmModeConnectorPtr (*real)(int, uint32_t) = dlsym(RTLD_NEXT, "drmModeGetConnector");
    drmModeConnectorPtr connector = real(fd, id);
    const char *wanted = getenv("VGPU_MODE");
    int width = 0, height = 0;

    if (wanted) {
        sscanf(wanted, "%dx%d", &width, &height);
    }
    for (int i = 0; connector && i < connector->count_modes; i++) {
        const drmModeModeInfo *mode = &connector->modes[i];

        if (mode->hdisplay == width && mode->vdisplay == height) {
            connector->modes[0] = *mode;
            connector->count_modes = 1;
        }
    }
    return connector;
}

EXPORT int drmModePageFlip(int fd, uint32_t crtc, uint32_t fb, uint32_t flags, void *data)
{
    int (*real)(int, uint32_t, uint32_t, uint32_t, void *) = dlsym(RTLD_NEXT,
                                                                   "drmModePageFlip");
    static int flips;
    const char *limit = getenv("VGPU_FLIPS");

    if (limit && flips == atoi(limit)) {
        fprintf(stderr, "kms-hold: flips %d\n", flips);
        for (;;) {
            pause();
        }
    }
    flips++;
    return real(fd, crtc, fb, flags, data);
}
