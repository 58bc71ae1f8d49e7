/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The channel: requests of the back end, and the replies to them.
 *
 * A state machine over a socket that never blocks: it goes on where it stopped, whatever part of a
 * message arrives. Nothing is allocated for what the back end announces; pixels are read to where
 * they belong. The back end can be wrong, slow, endless or gone.
 */
#include "qemu/osdep.h"

#include <poll.h>
#include <sys/socket.h>

#include "hw/display/vhost-user-gpu.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"

enum {
    /* Read at one go; the main loop has others to serve. */
    BUDGET = 4 << 20,
    /* What a message costs beside its bytes, so that empty ones come to an end as well. */
    MESSAGE_COST = 4096,
    MAX_VECTORS = 64,
    /* More descriptors than a message may have: too many are noticed. */
    MAX_DESCRIPTORS = 4,
};

typedef enum Progress {
    READY,    /* all of it is there */
    LATER,    /* there is no more, or others have their turn */
    GONE,     /* nobody is there any more */
} Progress;

/* ---- bytes ---------------------------------------------------------------------------------- */

static void take_descriptors(VgpuVhostChannel *self, struct msghdr *msg)
{
    for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
        size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(fd));
            if (self->request.fd < 0) {
                self->request.fd = fd;
            } else {
                close(fd);
                self->bad = true;
            }
        }
    }
    if (msg->msg_flags & MSG_CTRUNC) {
        self->bad = true;
    }
}

/* Reads once; `got` is above 0 when READY. */
static Progress receive(VgpuVhostChannel *self, struct iovec *to, int count, size_t *got)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
    } control;
    struct msghdr msg = {
        .msg_iov = to,
        .msg_iovlen = count,
        .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    ssize_t n;

    if (self->budget <= 0) {
        return LATER;
    }
    do {
        n = recvmsg(self->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return errno == EAGAIN ? LATER : GONE;
    }
    take_descriptors(self, &msg);
    self->budget -= n;
    *got = n;
    return n && !self->bad ? READY : GONE;
}

static Progress fill(VgpuVhostChannel *self, void *to, size_t size)
{
    while (self->filled < size) {
        struct iovec rest = { (uint8_t *)to + self->filled, size - self->filled };
        size_t got;
        Progress progress = receive(self, &rest, 1, &got);

        if (progress != READY) {
            return progress;
        }
        self->filled += got;
    }
    self->filled = 0;
    return READY;
}

static Progress waste(VgpuVhostChannel *self)
{
    uint8_t bin[16384];

    while (self->left) {
        struct iovec to = { bin, MIN(self->left, sizeof(bin)) };
        size_t got;
        Progress progress = receive(self, &to, 1, &got);

        if (progress != READY) {
            return progress;
        }
        self->left -= got;
    }
    return READY;
}

static void advance_rows(VgpuVhostRows *rows, size_t got)
{
    size_t at = rows->row_done + got;
    uint32_t whole = at / rows->row_size;

    rows->next += whole * rows->stride;
    rows->left -= whole;
    rows->row_done = at % rows->row_size;
}

static Progress fill_rows(VgpuVhostChannel *self)
{
    VgpuVhostRows *rows = &self->request.rows;

    while (rows->left) {
        struct iovec to[MAX_VECTORS];
        int count = MIN(rows->left, MAX_VECTORS);
        size_t got;
        Progress progress;

        for (int i = 0; i < count; i++) {
            to[i] = (struct iovec) { rows->next + i * rows->stride, rows->row_size };
        }
        to[0].iov_base = rows->next + rows->row_done;
        to[0].iov_len -= rows->row_done;
        progress = receive(self, to, count, &got);
        if (progress != READY) {
            return progress;
        }
        advance_rows(rows, got);
    }
    return READY;
}

void vgpu_vhost_channel_charge(VgpuVhostChannel *self, size_t bytes)
{
    self->budget -= bytes;
}

/* ---- messages ------------------------------------------------------------------------------- */

static void forget_request(VgpuVhostChannel *self)
{
    if (self->request.fd >= 0) {
        close(self->request.fd);
    }
    g_clear_pointer(&self->request.rows.image, pixman_image_unref);
    self->request.fd = -1;
    self->stage = VGPU_VHOST_HEADER;
    self->filled = 0;
}

static void begin(VgpuVhostChannel *self)
{
    const VhostUserGpuHeader *header = &self->request.header;
    const VgpuVhostMessage *message = vgpu_vhost_message(header->type);

    vgpu_vhost_channel_charge(self, MESSAGE_COST);
    self->message = message;
    self->stage = VGPU_VHOST_PAYLOAD;
    if (!message) {
        warn_report_once("vhost-user-gpu: the back end sends messages of an unknown type %u",
                         header->type);
        self->left = header->size;
        self->stage = VGPU_VHOST_WASTE;
    } else if (header->size < message->size ||
               (header->size > message->size && !message->has_pixels)) {
        error_report("vhost-user-gpu: the back end sent %s with %u bytes, not %u", message->name,
                     header->size, message->size);
        self->bad = true;
    } else {
        self->left = header->size - message->size;
    }
}

static void handle(VgpuVhostChannel *self)
{
    const VgpuVhostMessage *message = self->message;

    if (self->request.fd >= 0 && !message->has_descriptor) {
        self->bad = true;
        return;
    }
    switch (message->handle(self->gpu, &self->request)) {
    case VGPU_VHOST_DONE:
        forget_request(self);
        break;
    case VGPU_VHOST_PIXELS:
        self->stage = self->request.rows.image ? VGPU_VHOST_ROWS : VGPU_VHOST_WASTE;
        break;
    case VGPU_VHOST_WAIT:
        forget_request(self);
        self->waiting = true;
        break;
    case VGPU_VHOST_BAD:
        error_report("vhost-user-gpu: the back end sent a wrong %s", message->name);
        self->bad = true;
        break;
    }
}

static Progress step(VgpuVhostChannel *self)
{
    VgpuVhostRequest *request = &self->request;
    Progress progress = READY;

    switch (self->stage) {
    case VGPU_VHOST_HEADER:
        progress = fill(self, &request->header, sizeof(request->header));
        if (progress == READY) {
            begin(self);
        }
        break;
    case VGPU_VHOST_PAYLOAD:
        progress = fill(self, &request->payload, self->message->size);
        if (progress == READY) {
            handle(self);
        }
        break;
    case VGPU_VHOST_ROWS:
        progress = fill_rows(self);
        if (progress == READY) {
            self->message->finish(self->gpu, request);
            forget_request(self);
        }
        break;
    case VGPU_VHOST_WASTE:
        progress = waste(self);
        if (progress == READY) {
            forget_request(self);
        }
        break;
    }
    return self->bad ? GONE : progress;
}

/* ---- replies -------------------------------------------------------------------------------- */

static bool send_replies(VgpuVhostChannel *self)
{
    GByteArray *reply = self->reply;

    while (reply->len) {
        ssize_t n = send(self->fd, reply->data, reply->len, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR) {
            return errno == EAGAIN;
        }
        if (n > 0) {
            g_byte_array_remove_range(reply, 0, n);
        }
    }
    return true;
}

void vgpu_vhost_channel_reply(VgpuVhostChannel *self, const void *payload, size_t size)
{
    VhostUserGpuHeader header = {
        .type = self->request.header.type,
        .flags = VHOST_USER_GPU_FLAG_REPLY,
        .size = size,
    };

    g_byte_array_append(self->reply, (const uint8_t *)&header, sizeof(header));
    g_byte_array_append(self->reply, payload, size);
}

/* ---- turns ---------------------------------------------------------------------------------- */

void vgpu_vhost_channel_pump(VgpuVhostChannel *self)
{
    Progress progress = READY;

    if (self->fd < 0) {
        return;
    }
    self->budget = BUDGET;
    while (progress == READY) {
        if (!send_replies(self)) {
            progress = GONE;
        } else if (self->waiting || self->reply->len) {
            progress = LATER;
        } else {
            progress = step(self);
        }
    }
    if (progress == GONE) {
        warn_report("vhost-user-gpu: the display of the back end %s",
                    self->bad ? "is cut off" : "is gone");
        vgpu_vhost_channel_close(self);
    }
}

short vgpu_vhost_channel_events(const VgpuVhostChannel *self)
{
    if (self->fd < 0) {
        return 0;
    }
    return self->reply->len ? POLLOUT : self->waiting ? 0 : POLLIN;
}

static void watch(VgpuVhostChannel *self);

static void channel_ready(void *opaque)
{
    VgpuVhostChannel *self = opaque;

    vgpu_vhost_channel_pump(self);
    vgpu_vhost_commit(self->gpu);
    watch(self);
}

/* Has the main loop wait for what the channel waits for. */
static void watch(VgpuVhostChannel *self)
{
    short events = vgpu_vhost_channel_events(self);

    if (self->fd >= 0 && !self->on_thread) {
        qemu_set_fd_handler(self->fd, events & POLLIN ? channel_ready : NULL,
                            events & POLLOUT ? channel_ready : NULL, self);
    }
}

void vgpu_vhost_channel_resume(VgpuVhostChannel *self)
{
    if (self->waiting) {
        self->waiting = false;
        vgpu_vhost_channel_reply(self, NULL, 0);
        if (!send_replies(self)) {
            vgpu_vhost_channel_close(self);
        }
        watch(self);
    }
}

void vgpu_vhost_channel_set_on_thread(VgpuVhostChannel *self, bool on_thread)
{
    if (self->fd >= 0) {
        qemu_set_fd_handler(self->fd, NULL, NULL, NULL);
    }
    self->on_thread = on_thread;
    watch(self);
}

/* ---- life ----------------------------------------------------------------------------------- */

int vgpu_vhost_channel_open(VgpuVhostChannel *self)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return -1;
    }
    self->fd = pair[0];
    self->bad = false;
    self->waiting = false;
    return pair[1];
}

void vgpu_vhost_channel_close(VgpuVhostChannel *self)
{
    forget_request(self);
    g_byte_array_set_size(self->reply, 0);
    self->waiting = false;
    if (self->fd >= 0) {
        /* A thread leaves the main loop's list alone: nothing of ours is on it meanwhile. */
        if (!self->on_thread) {
            qemu_set_fd_handler(self->fd, NULL, NULL, NULL);
        }
        close(self->fd);
        self->fd = -1;
    }
}

void vgpu_vhost_channel_init(VgpuVhostChannel *self, VhostUserGPU *gpu)
{
    self->gpu = gpu;
    self->fd = -1;
    self->request.fd = -1;
    self->reply = g_byte_array_new();
}

void vgpu_vhost_channel_finish(VgpuVhostChannel *self)
{
    vgpu_vhost_channel_close(self);
    g_clear_pointer(&self->reply, g_byte_array_unref);
}
