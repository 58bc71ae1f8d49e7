/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-queue.h"

#include <string.h>

static struct iovec *split(size_t size, size_t piece, bool empty_pieces, unsigned *n)
{
    size_t longest = piece ? piece : MAX(size, 1);
    size_t pieces = (size + longest - 1) / longest;
    unsigned step = empty_pieces ? 2 : 1;
    struct iovec *iov = g_new0(struct iovec, pieces * step);

    for (size_t i = 0; i < pieces; i++) {
        struct iovec *vector = &iov[i * step + step - 1];

        vector->iov_len = MIN(longest, size - i * longest);
        vector->iov_base = g_malloc(vector->iov_len);
    }
    *n = pieces * step;
    return iov;
}

static void free_pieces(struct iovec **iov, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        g_free((*iov)[i].iov_base);
    }
    g_clear_pointer(iov, g_free);
}

static void drop_pieces(VgpuFakeRequest *request)
{
    if (request->out) {
        free_pieces(&request->out, request->n_out);
    }
    if (request->in) {
        free_pieces(&request->in, request->n_in);
    }
}

static void request_free(void *opaque)
{
    VgpuFakeRequest *request = opaque;

    drop_pieces(request);
    g_free(request->answer);
    g_free(request);
}

static VgpuCommand *fake_pop(VgpuQueue *queue)
{
    VgpuFakeQueue *self = (VgpuFakeQueue *)queue;
    VgpuFakeRequest *request = g_queue_pop_head(&self->waiting);
    VgpuCommand *command;

    if (!request) {
        return NULL;
    }
    request->state = VGPU_FAKE_TAKEN;
    command = g_new0(VgpuCommand, 1);
    command->out = request->out;
    command->n_out = request->n_out;
    command->in = request->in;
    command->n_in = request->n_in;
    g_hash_table_insert(self->taken, command, request);
    return command;
}

static VgpuFakeRequest *take_back(VgpuFakeQueue *self, VgpuCommand *command)
{
    VgpuFakeRequest *request = g_hash_table_lookup(self->taken, command);

    g_assert_nonnull(request);
    g_assert_cmpint(request->state, ==, VGPU_FAKE_TAKEN);
    g_hash_table_remove(self->taken, command);
    return request;
}

static void collect_answer(VgpuFakeRequest *request)
{
    uint8_t *to = request->answer = g_malloc(MAX(request->room, 1));

    for (unsigned i = 0; i < request->n_in; i++) {
        if (request->in[i].iov_len) {
            memcpy(to, request->in[i].iov_base, request->in[i].iov_len);
            to += request->in[i].iov_len;
        }
    }
}

static void check_untouched(const uint8_t *room, size_t size)
{
    if (size) {
        g_assert_cmphex(*room, ==, VGPU_FAKE_POISON);
        g_assert_cmpmem(room, size - 1, room + 1, size - 1);
    }
}

static void fake_push(VgpuQueue *queue, VgpuCommand *command, size_t written)
{
    VgpuFakeQueue *self = (VgpuFakeQueue *)queue;
    VgpuFakeRequest *request = take_back(self, command);

    g_assert_cmpuint(written, <=, request->room);
    collect_answer(request);
    check_untouched(request->answer + written, request->room - written);
    request->state = VGPU_FAKE_ANSWERED;
    request->written = written;
    request->order = ++*self->answers;
    self->n_answered++;
    self->n_silent++;
    drop_pieces(request);
    g_free(command);
}

static void fake_detach(VgpuQueue *queue, VgpuCommand *command)
{
    VgpuFakeQueue *self = (VgpuFakeQueue *)queue;
    VgpuFakeRequest *request = take_back(self, command);

    request->state = VGPU_FAKE_DETACHED;
    self->n_detached++;
    drop_pieces(request);
    g_free(command);
}

static void fake_notify(VgpuQueue *queue)
{
    VgpuFakeQueue *self = (VgpuFakeQueue *)queue;

    self->n_notified++;
    self->n_silent = 0;
}

static const VgpuQueueOps fake_queue_ops = {
    .pop = fake_pop,
    .push = fake_push,
    .detach = fake_detach,
    .notify = fake_notify,
};

void vgpu_fake_queue_init(VgpuFakeQueue *queue, unsigned *answers)
{
    *queue = (VgpuFakeQueue) {
        .base.ops = &fake_queue_ops,
        .taken = g_hash_table_new(NULL, NULL),
        .requests = g_ptr_array_new_with_free_func(request_free),
        .answers = answers,
    };
}

void vgpu_fake_queue_finish(VgpuFakeQueue *queue)
{
    g_assert_cmpuint(g_hash_table_size(queue->taken), ==, 0);
    g_assert_cmpuint(queue->n_silent, ==, 0);
    g_queue_clear(&queue->waiting);
    g_ptr_array_unref(queue->requests);
    g_hash_table_unref(queue->taken);
}

static void fill_pieces(struct iovec *iov, unsigned n, const uint8_t *data)
{
    for (unsigned i = 0; i < n; i++) {
        if (!iov[i].iov_len) {
            continue;
        }
        if (data) {
            memcpy(iov[i].iov_base, data, iov[i].iov_len);
            data += iov[i].iov_len;
        } else {
            memset(iov[i].iov_base, VGPU_FAKE_POISON, iov[i].iov_len);
        }
    }
}

VgpuFakeRequest *vgpu_fake_queue_add(VgpuFakeQueue *queue, const void *data, size_t size,
                                     const VgpuFakeLayout *layout)
{
    VgpuFakeRequest *request = g_new0(VgpuFakeRequest, 1);

    request->room = layout->room;
    request->out = split(size, layout->out_piece, layout->empty_pieces, &request->n_out);
    request->in = split(layout->room, layout->in_piece, layout->empty_pieces, &request->n_in);
    fill_pieces(request->out, request->n_out, data);
    fill_pieces(request->in, request->n_in, NULL);
    g_queue_push_tail(&queue->waiting, request);
    g_ptr_array_add(queue->requests, request);
    return request;
}

void vgpu_fake_queue_clear(VgpuFakeQueue *queue)
{
    VgpuFakeRequest *request;

    while ((request = g_queue_pop_head(&queue->waiting))) {
        request->state = VGPU_FAKE_DETACHED;
        drop_pieces(request);
    }
}

void vgpu_fake_queue_release(VgpuFakeQueue *queue, VgpuFakeRequest *request)
{
    g_assert_cmpint(request->state, >=, VGPU_FAKE_ANSWERED);
    g_ptr_array_remove_fast(queue->requests, request);
}

void vgpu_fake_request_scribble(VgpuFakeRequest *request, uint8_t value)
{
    g_assert_cmpint(request->state, <=, VGPU_FAKE_TAKEN);
    for (unsigned i = 0; i < request->n_out; i++) {
        if (request->out[i].iov_len) {
            memset(request->out[i].iov_base, value, request->out[i].iov_len);
        }
    }
}
