/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fences: native ones as they are, others through a thread that waits in the driver. */
#include "ui/egl/fence.h"

#include <epoxy/gl.h>
#include <sys/eventfd.h>
#include <unistd.h>

/*
 * A fence that the waiting thread owns.  epoxy looks its functions up by the current display, which
 * that thread does not have, so it brings its own.
 */
typedef struct Wait {
    PFNEGLCLIENTWAITSYNCKHRPROC client_wait;
    PFNEGLDESTROYSYNCKHRPROC destroy;
    EGLDisplay display;
    EGLSyncKHR sync;
    int done;           /* eventfd */
} Wait;

static void wait_and_tell(void *data, void *unused)
{
    Wait *wait = data;

    wait->client_wait(wait->display, wait->sync, 0, EGL_FOREVER_KHR);
    wait->destroy(wait->display, wait->sync);
    eventfd_write(wait->done, 1);
    close(wait->done);
    g_free(wait);
}

/* One thread for all: fences of one GPU signal in order. */
static GThreadPool *waiting_thread(void)
{
    static GThreadPool *pool;

    if (!pool) {
        pool = g_thread_pool_new(wait_and_tell, NULL, 1, FALSE, NULL);
    }
    return pool;
}

int display_fence_create_native(DisplayEgl *egl)
{
    EGLSyncKHR sync;
    int fd;

    if (!egl->has_native_fence) {
        return -1;
    }
    sync = eglCreateSyncKHR(egl->display, EGL_SYNC_NATIVE_FENCE_ANDROID, NULL);
    if (sync == EGL_NO_SYNC_KHR) {
        return -1;
    }
    /* The driver makes the descriptor when the commands before it are flushed. */
    glFlush();
    fd = eglDupNativeFenceFDANDROID(egl->display, sync);
    eglDestroySyncKHR(egl->display, sync);
    return fd;
}

static int create_waited(DisplayEgl *egl)
{
    EGLSyncKHR sync = eglCreateSyncKHR(egl->display, EGL_SYNC_FENCE_KHR, NULL);
    Wait *wait;
    int fd;

    if (sync == EGL_NO_SYNC_KHR) {
        return -1;
    }
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        eglDestroySyncKHR(egl->display, sync);
        return -1;
    }
    wait = g_new0(Wait, 1);
    wait->client_wait =
        (PFNEGLCLIENTWAITSYNCKHRPROC)eglGetProcAddress("eglClientWaitSyncKHR");
    wait->destroy = (PFNEGLDESTROYSYNCKHRPROC)eglGetProcAddress("eglDestroySyncKHR");
    wait->display = egl->display;
    wait->sync = sync;
    wait->done = dup(fd);
    glFlush();
    g_thread_pool_push(waiting_thread(), wait, NULL);
    return fd;
}

int display_fence_create(DisplayEgl *egl)
{
    int fd = display_fence_create_native(egl);

    if (fd < 0 && egl->has_fence) {
        fd = create_waited(egl);
    }
    if (fd < 0) {
        glFinish();
    }
    return fd;
}

bool display_fence_wait_on_gpu(DisplayEgl *egl, int fd)
{
    const EGLint attributes[] = {EGL_SYNC_NATIVE_FENCE_FD_ANDROID, fd, EGL_NONE};
    EGLSyncKHR sync;
    bool waits;

    if (!egl->has_native_fence || !epoxy_has_egl_extension(egl->display, "EGL_KHR_wait_sync")) {
        close(fd);
        return false;
    }
    sync = eglCreateSyncKHR(egl->display, EGL_SYNC_NATIVE_FENCE_ANDROID, attributes);
    if (sync == EGL_NO_SYNC_KHR) {
        close(fd);
        return false;
    }
    waits = eglWaitSyncKHR(egl->display, sync, 0) == EGL_TRUE;
    eglDestroySyncKHR(egl->display, sync);
    return waits;
}
