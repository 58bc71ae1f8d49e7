/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every command in every state of the resource it names, well made and ill made in four ways: the
 * answer comes once, is the specified one, and is zero where it says nothing.
 */
#include "guest.h"

#define ID 7
#define NOT_RAM 0xfebc0000ull

typedef enum State {
    ABSENT,     /* no such resource */
    PLAIN,      /* without backing */
    BACKED,
    SHOWN,      /* on scanout 0, with backing */
    BUSY,       /* a copy to it is under way */
    N_STATES,
} State;

static const char *const state_names[] = { "absent", "plain", "backed", "shown", "busy" };

typedef enum Shape {
    VALID,
    SHORT,       /* a byte of it is missing */
    OVERSIZED,   /* there are more bytes than it has */
    OUTSIDE,     /* a value is just out of range */
    OVERFLOWS,   /* a value is as far out of range as can be */
    N_SHAPES,
} Shape;

static const char *const shape_names[] = {
    "valid", "short", "oversized", "out-of-range", "overflowing",
};

typedef union Request {
    struct virtio_gpu_ctrl_hdr hdr;
    struct virtio_gpu_resource_create_2d create;
    struct virtio_gpu_resource_unref unref;
    struct virtio_gpu_set_scanout set_scanout;
    struct virtio_gpu_resource_flush flush;
    struct virtio_gpu_transfer_to_host_2d transfer;
    struct virtio_gpu_resource_detach_backing detach;
    struct virtio_gpu_cmd_get_edid edid;
    struct virtio_gpu_update_cursor cursor;
    VgpuAttach attach;
    uint8_t bytes[512];
} Request;

static void make_info(Request *request, Shape shape)
{
}

static void make_create(Request *request, Shape shape)
{
    request->create = vgpu_wire_create_2d(ID, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 64, 64);
    if (shape == OUTSIDE) {
        request->create.format = 5;
    } else if (shape == OVERFLOWS) {
        request->create.width = 0x40000001;
    }
}

static void make_unref(Request *request, Shape shape)
{
    request->unref.resource_id = shape == OUTSIDE ? 0 : shape == OVERFLOWS ? UINT32_MAX : ID;
}

static void make_set_scanout(Request *request, Shape shape)
{
    request->set_scanout = vgpu_wire_set_scanout(0, ID, VGPU_RECT(0, 0, 64, 64));
    if (shape == OUTSIDE) {
        request->set_scanout.scanout_id = VGPU_HARNESS_OUTPUTS;
    } else if (shape == OVERFLOWS) {
        request->set_scanout.r = VGPU_RECT(UINT32_MAX, UINT32_MAX, 2, 2);
    }
}

static void make_flush(Request *request, Shape shape)
{
    request->flush = vgpu_wire_flush(ID, VGPU_RECT(0, 0, 64, 64));
    if (shape == OUTSIDE) {
        request->flush.r = VGPU_RECT(0, 1, 64, VGPU_GUEST_LONG);
    } else if (shape == OVERFLOWS) {
        request->flush.r = VGPU_RECT(32, 32, UINT32_MAX, UINT32_MAX);
    }
}

static void make_transfer(Request *request, Shape shape)
{
    request->transfer = vgpu_wire_transfer(ID, VGPU_RECT(0, 0, 64, 64), 0);
    if (shape == OUTSIDE) {
        request->transfer.r.x = VGPU_GUEST_LONG - 63;
    } else if (shape == OVERFLOWS) {
        request->transfer.offset = UINT64_MAX;
    }
}

static void make_attach(Request *request, Shape shape)
{
    request->attach.request.resource_id = ID;
    request->attach.request.nr_entries = shape == OVERFLOWS ? UINT32_MAX : 1;
    request->attach.entries[0].addr = shape == OUTSIDE ? NOT_RAM : VGPU_FAKE_RAM_START;
    request->attach.entries[0].length = 64 * 64 * 4;
}

static void make_detach(Request *request, Shape shape)
{
    request->detach.resource_id = shape == OUTSIDE ? 0 : shape == OVERFLOWS ? UINT32_MAX : ID;
}

static uint32_t scanout_of(Shape shape)
{
    return shape == OUTSIDE ? VGPU_HARNESS_OUTPUTS : shape == OVERFLOWS ? UINT32_MAX : 1;
}

static void make_edid(Request *request, Shape shape)
{
    request->edid.scanout = scanout_of(shape);
}

static void make_cursor(Request *request, Shape shape)
{
    request->cursor.pos.scanout_id = scanout_of(shape);
    request->cursor.resource_id = ID;
}

#define OK VIRTIO_GPU_RESP_OK_NODATA
#define INFO VIRTIO_GPU_RESP_OK_DISPLAY_INFO
#define EDID VIRTIO_GPU_RESP_OK_EDID
#define UNS VIRTIO_GPU_RESP_ERR_UNSPEC
#define SCA VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define RES VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define PAR VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define ALL(response) { response, response, response, response, response }
#define CMD(type) VIRTIO_GPU_CMD_##type

/* Answers by shape and state, in the order of their enumerations. */
typedef struct Row {
    const char *name;
    uint32_t type;
    size_t size;
    void (*make)(Request *request, Shape shape);
    uint32_t answers[N_SHAPES][N_STATES];
} Row;

static const Row rows[] = {
    { "get-display-info", CMD(GET_DISPLAY_INFO), sizeof(struct virtio_gpu_ctrl_hdr), make_info,
      { ALL(INFO), ALL(UNS), ALL(INFO), ALL(INFO), ALL(INFO) } },
    { "create-2d", CMD(RESOURCE_CREATE_2D), sizeof(struct virtio_gpu_resource_create_2d),
      make_create,
      { { OK, RES, RES, RES, RES }, ALL(PAR), { OK, RES, RES, RES, RES },
        { PAR, RES, RES, RES, RES }, { PAR, RES, RES, RES, RES } } },
    { "unref", CMD(RESOURCE_UNREF), sizeof(struct virtio_gpu_resource_unref), make_unref,
      { { RES, OK, OK, OK, OK }, ALL(PAR), { RES, OK, OK, OK, OK }, ALL(RES), ALL(RES) } },
    { "set-scanout", CMD(SET_SCANOUT), sizeof(struct virtio_gpu_set_scanout), make_set_scanout,
      { { RES, OK, OK, OK, OK }, ALL(PAR), { RES, OK, OK, OK, OK },
        ALL(SCA), { RES, PAR, PAR, PAR, PAR } } },
    { "flush", CMD(RESOURCE_FLUSH), sizeof(struct virtio_gpu_resource_flush), make_flush,
      { { RES, OK, OK, OK, OK }, ALL(PAR), { RES, OK, OK, OK, OK },
        { RES, PAR, PAR, PAR, PAR }, { RES, PAR, PAR, PAR, PAR } } },
    { "transfer", CMD(TRANSFER_TO_HOST_2D), sizeof(struct virtio_gpu_transfer_to_host_2d),
      make_transfer,
      { { RES, UNS, OK, OK, OK }, ALL(PAR), { RES, UNS, OK, OK, OK },
        { RES, UNS, PAR, PAR, PAR }, { RES, UNS, PAR, PAR, PAR } } },
    { "attach-backing", CMD(RESOURCE_ATTACH_BACKING),
      sizeof(struct virtio_gpu_resource_attach_backing) + sizeof(struct virtio_gpu_mem_entry),
      make_attach,
      { { RES, OK, UNS, UNS, UNS }, { RES, PAR, UNS, UNS, UNS }, { RES, OK, UNS, UNS, UNS },
        { RES, UNS, UNS, UNS, UNS }, { RES, PAR, UNS, UNS, UNS } } },
    { "detach-backing", CMD(RESOURCE_DETACH_BACKING),
      sizeof(struct virtio_gpu_resource_detach_backing), make_detach,
      { { RES, UNS, OK, OK, OK }, ALL(PAR), { RES, UNS, OK, OK, OK }, ALL(RES), ALL(RES) } },
    { "get-edid", CMD(GET_EDID), sizeof(struct virtio_gpu_cmd_get_edid), make_edid,
      { ALL(EDID), ALL(PAR), ALL(EDID), ALL(SCA), ALL(SCA) } },
    { "update-cursor", CMD(UPDATE_CURSOR), sizeof(struct virtio_gpu_update_cursor), make_cursor,
      { { RES, OK, OK, OK, PAR }, ALL(PAR), { RES, OK, OK, OK, PAR }, ALL(SCA), ALL(SCA) } },
    { "move-cursor", CMD(MOVE_CURSOR), sizeof(struct virtio_gpu_update_cursor), make_cursor,
      { ALL(OK), ALL(PAR), ALL(OK), ALL(SCA), ALL(SCA) } },
};

static void enter_state(VgpuHarness *harness, State state)
{
    uint32_t length = state == BUSY ? VGPU_GUEST_LONG : 64;

    if (state >= PLAIN) {
        g_assert_cmphex(vgpu_guest_create_2d(harness, ID, length, length), ==, OK);
    }
    if (state >= BACKED) {
        g_assert_cmphex(vgpu_guest_attach(harness, ID, VGPU_FAKE_RAM_START, length * length * 4),
                        ==, OK);
    }
    if (state >= SHOWN) {
        g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, ID, VGPU_RECT(0, 0, length, length)),
                        ==, OK);
    }
    if (state == BUSY) {
        vgpu_guest_start_transfer(harness, ID);
    }
}

static size_t sized(const Row *row, Shape shape)
{
    return shape == SHORT ? row->size - 1 : shape == OVERSIZED ? row->size + 100 : row->size;
}

static void check_cell(const Row *row, Shape shape, State state, uint32_t flags)
{
    VgpuQueueId queue = row->type >= CMD(UPDATE_CURSOR) ? VGPU_QUEUE_CURSOR : VGPU_QUEUE_CONTROL;
    const struct virtio_gpu_ctrl_hdr *answer;
    VgpuFakeRequest *sent;
    VgpuHarness harness;
    Request request;
    unsigned before;

    memset(&request, 0, sizeof(request));
    vgpu_harness_init(&harness, NULL);
    enter_state(&harness, state);
    row->make(&request, shape);
    request.hdr.type = row->type;
    request.hdr.flags = flags;
    request.hdr.fence_id = flags ? 0x123456789abull : 0;
    before = harness.n_answers;
    sent = vgpu_guest_send(&harness, queue, &request, sized(row, shape));
    vgpu_harness_process(&harness);
    vgpu_harness_settle(&harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, row->answers[shape][state]);
    g_assert_cmpuint(harness.n_answers, ==, before + 1 + (state == BUSY));
    answer = (const void *)sent->answer;
    g_assert_cmphex(answer->flags, ==, flags);
    g_assert_cmphex(answer->fence_id, ==, request.hdr.fence_id);
    vgpu_harness_finish(&harness);
}

typedef struct Cell {
    const Row *row;
    Shape shape;
    State state;
} Cell;

static void test_cell(const void *opaque)
{
    const Cell *cell = opaque;

    /* A short GET_DISPLAY_INFO is a header with some of the fence missing. */
    if (cell->shape != SHORT || cell->row->make != make_info) {
        check_cell(cell->row, cell->shape, cell->state, VIRTIO_GPU_FLAG_FENCE);
    }
    check_cell(cell->row, cell->shape, cell->state, 0);
}

static void add_row(const Row *row)
{
    for (Shape shape = 0; shape < N_SHAPES; shape++) {
        for (State state = 0; state < N_STATES; state++) {
            g_autofree char *path =
                g_strdup_printf("/vgpu/commands/%s/%s/%s-resource-is-answered-%04x", row->name,
                                shape_names[shape], state_names[state],
                                row->answers[shape][state]);
            Cell cell = { row, shape, state };

            g_test_add_data_func_full(path, g_memdup2(&cell, sizeof(cell)), test_cell, g_free);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        add_row(&rows[i]);
    }
    return g_test_run();
}
