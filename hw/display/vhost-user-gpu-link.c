/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link: the vhost connection to the back end, over which it gets the guest's queues.
 *
 * The host's vhost calls wait for the back end, with the big lock held. The back end in turn may be
 * waiting for its display, so an attendant serves the channel meanwhile, and hangs up when there
 * is no answer for too long: the machine goes on, without the back end.
 */
#include "qemu/osdep.h"

#include <poll.h>
#include <sys/eventfd.h>

#include "chardev/char-socket.h"
#include "hw/display/vhost-user-gpu.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"

enum {
    N_QUEUES = VGPU_QUEUE_COUNT,
    PATIENCE_MS = 10000,
    /* What a back end may have sent before it stopped: more than any picture. */
    MAX_LEFTOVERS = 128,   /* times the channel's budget */
};

/* ---- attendant ------------------------------------------------------------------------------ */

typedef struct Attendant {
    VhostUserGPU *gpu;
    GThread *thread;
    QIOChannel *vhost;     /* NULL: nothing to hang up */
    int done;              /* eventfd */
    bool hung_up;
} Attendant;

static int patience_left(int64_t start)
{
    return MAX(0, PATIENCE_MS - (g_get_monotonic_time() - start) / 1000);
}

static void *attend(void *opaque)
{
    Attendant *self = opaque;
    VgpuVhostChannel *channel = &self->gpu->channel;
    const int64_t start = g_get_monotonic_time();

    for (;;) {
        struct pollfd fds[] = {
            { .fd = self->done, .events = POLLIN },
            { .fd = channel->fd, .events = vgpu_vhost_channel_events(channel) },
        };

        poll(fds, 2, self->hung_up ? -1 : patience_left(start));
        if (fds[0].revents) {
            return NULL;
        }
        if (fds[1].revents) {
            vgpu_vhost_channel_pump(channel);
        }
        if (!self->hung_up && !patience_left(start)) {
            self->hung_up = true;
            if (self->vhost) {
                qio_channel_shutdown(self->vhost, QIO_CHANNEL_SHUTDOWN_BOTH, NULL);
            }
        }
    }
}

/* NULL when the link is not a socket, or not connected. */
static QIOChannel *get_stream(VhostUserGPU *gpu)
{
    Object *chardev = OBJECT(gpu->vhost->chr.chr);

    return object_dynamic_cast(chardev, TYPE_CHARDEV_SOCKET) ? SOCKET_CHARDEV(chardev)->ioc : NULL;
}

static void attendant_start(Attendant *self, VhostUserGPU *gpu)
{
    *self = (Attendant) {
        .gpu = gpu,
        .vhost = get_stream(gpu),
        .done = eventfd(0, EFD_CLOEXEC),
    };
    if (self->vhost) {
        object_ref(self->vhost);   /* the chardev lets go of a stream that ends */
    }
    /* Before realize there are none, and their number has not been checked. */
    for (uint32_t i = 0; i < ARRAY_SIZE(gpu->heads); i++) {
        if (gpu->heads[i].console) {
            vgpu_vhost_head_release(&gpu->heads[i]);
        }
    }
    vgpu_vhost_channel_set_on_thread(&gpu->channel, true);
    if (self->done >= 0) {
        self->thread = g_thread_new("vhost-user-gpu", attend, self);
    }
}

/* Everything that was sent before now has been recorded when this returns. */
static void attendant_stop(Attendant *self)
{
    VgpuVhostChannel *channel = &self->gpu->channel;
    const uint64_t one = 1;

    if (self->thread) {
        while (write(self->done, &one, sizeof(one)) < 0 && errno == EINTR) {
        }
        g_thread_join(self->thread);
        close(self->done);
    }
    if (self->vhost) {
        object_unref(self->vhost);
    }
    for (int i = 0; i < MAX_LEFTOVERS; i++) {
        struct pollfd fd = { .fd = channel->fd, .events = vgpu_vhost_channel_events(channel) };

        if (poll(&fd, 1, 0) <= 0) {
            break;
        }
        vgpu_vhost_channel_pump(channel);
    }
    vgpu_vhost_channel_set_on_thread(channel, false);
    if (self->hung_up) {
        error_report("vhost-user-gpu: the back end has not answered for %d s: cut off",
                     PATIENCE_MS / 1000);
    }
}

/* ---- connection ----------------------------------------------------------------------------- */

static int config_changed(struct vhost_dev *dev)
{
    virtio_notify_config(container_of(dev, VhostUserBackend, dev)->vdev);
    return 0;
}

static const VhostDevConfigOps config_ops = {
    .vhost_dev_config_notifier = config_changed,
};

/* A cleanup forgets the memory of the queues, which the object is to free. */
static void cleanup(struct vhost_dev *dev, struct vhost_virtqueue *vqs)
{
    vhost_dev_cleanup(dev);
    dev->vqs = vqs;
}

static bool init_vhost(VhostUserGPU *gpu, Error **errp)
{
    VhostUserBackend *vhost = gpu->vhost;
    struct vhost_virtqueue *vqs = vhost->dev.vqs ?: g_new0(struct vhost_virtqueue, N_QUEUES);
    struct virtio_gpu_config config;

    vhost->dev.vqs = vqs;
    vhost->dev.nvqs = N_QUEUES;
    vhost_dev_set_config_notifier(&vhost->dev, &config_ops);
    if (vhost_dev_init(&vhost->dev, &vhost->vhost_user, VHOST_BACKEND_TYPE_USER, 0, errp) < 0) {
        vhost->dev.vqs = vqs;
        return false;
    }
    /* Once: a guest that reads its configuration must not wait for the back end. */
    if (vhost_dev_get_config(&vhost->dev, (uint8_t *)&config, sizeof(config), errp) < 0) {
        cleanup(&vhost->dev, vqs);
        return false;
    }
    gpu->n_capsets = config.num_capsets;
    return true;
}

static bool connect_link(VhostUserGPU *gpu, Error **errp)
{
    Attendant attendant;

    attendant_start(&attendant, gpu);
    gpu->connected = init_vhost(gpu, errp);
    attendant_stop(&attendant);
    return gpu->connected;
}

static void drop_link(VhostUserGPU *gpu)
{
    vgpu_vhost_link_stop(gpu);
    if (gpu->connected) {
        gpu->connected = false;
        cleanup(&gpu->vhost->dev, gpu->vhost->dev.vqs);
    }
    gpu->hung_up = false;
    vgpu_vhost_channel_close(&gpu->channel);
}

/* Bottom half: the back end came or went, maybe in the middle of a call. */
static void follow_chardev(void *opaque)
{
    VhostUserGPU *gpu = opaque;
    VirtIODevice *vdev = VIRTIO_DEVICE(gpu);
    Error *error = NULL;

    if (gpu->connected && !gpu->vhost->chr.chr->be_open) {
        bool was_running = gpu->running;

        drop_link(gpu);
        if (was_running) {
            virtio_error(vdev, "vhost-user-gpu: the back end is gone");
        }
    } else if (!gpu->connected && gpu->vhost->chr.chr->be_open) {
        if (!connect_link(gpu, &error)) {
            error_report_err(error);
        } else if (!vdev->broken) {
            /* A driver may have started meanwhile. */
            VIRTIO_DEVICE_GET_CLASS(vdev)->set_status(vdev, vdev->status);
        }
    }
}

static void chardev_event(void *opaque, QEMUChrEvent event)
{
    VhostUserGPU *gpu = opaque;

    if (event == CHR_EVENT_OPENED || event == CHR_EVENT_CLOSED) {
        qemu_bh_schedule(gpu->link_bh);
    }
}

bool vgpu_vhost_link_connect(VhostUserGPU *gpu, Error **errp)
{
    VhostUserBackend *vhost = gpu->vhost;

    if (!vhost->chr.chr) {
        error_setg(errp, "chardev= must name the character device of a back end");
        return false;
    }
    if (qemu_chr_fe_wait_connected(&vhost->chr, errp) < 0 ||
        !vhost_user_init(&vhost->vhost_user, &vhost->chr, errp)) {
        return false;
    }
    vhost->vdev = VIRTIO_DEVICE(gpu);
    if (!connect_link(gpu, errp)) {
        return false;
    }
    gpu->link_bh = qemu_bh_new(follow_chardev, gpu);
    qemu_chr_fe_set_handlers(&vhost->chr, NULL, NULL, chardev_event, NULL, gpu, NULL, true);
    return true;
}

void vgpu_vhost_link_disconnect(VhostUserGPU *gpu)
{
    if (gpu->link_bh) {
        qemu_chr_fe_set_handlers(&gpu->vhost->chr, NULL, NULL, NULL, NULL, NULL, NULL, false);
        g_clear_pointer(&gpu->link_bh, qemu_bh_delete);
    }
    drop_link(gpu);
}

void vgpu_vhost_link_hang_up(VhostUserGPU *gpu)
{
    QIOChannel *stream = get_stream(gpu);

    if (stream) {
        gpu->hung_up = true;
        vgpu_vhost_channel_close(&gpu->channel);
        qio_channel_shutdown(stream, QIO_CHANNEL_SHUTDOWN_BOTH, NULL);
    }
}

/* ---- queues --------------------------------------------------------------------------------- */

/* The channel outlives stops and resets: there are back ends that take one once. */
static int open_channel(VhostUserGPU *gpu)
{
    return gpu->channel.fd < 0 ? vgpu_vhost_channel_open(&gpu->channel) : -1;
}

void vgpu_vhost_link_start(VhostUserGPU *gpu)
{
    Attendant attendant;
    int peer;

    if (!gpu->connected || gpu->hung_up || gpu->running) {
        return;
    }
    peer = open_channel(gpu);
    gpu->running = true;
    attendant_start(&attendant, gpu);
    if (peer >= 0) {
        if (vhost_user_gpu_set_socket(&gpu->vhost->dev, peer) < 0) {
            error_report("vhost-user-gpu: the back end does not take a display");
        }
        close(peer);
    }
    vhost_user_backend_start(gpu->vhost);
    attendant_stop(&attendant);
    gpu->running = gpu->vhost->started;
    gpu->was_used = true;
    vgpu_vhost_commit(gpu);
}

void vgpu_vhost_link_stop(VhostUserGPU *gpu)
{
    Attendant attendant;

    if (gpu->running) {
        attendant_start(&attendant, gpu);
        vhost_user_backend_stop(gpu->vhost);
        attendant_stop(&attendant);
        gpu->running = false;
        vgpu_vhost_commit(gpu);
    }
}
