/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every command in every state of the resource it names, well made and ill made in four ways: the
 * answer comes once, is the specified one, and is zero where it says nothing.
 */
#include "guest.h"

#define ID 7
#define FEATURES (1u << VIRTIO_GPU_F_EDID | 1u << VIRTIO_GPU_F_RESOURCE_BLOB | \
                  1u << VIRTIO_GPU_F_RESOURCE_UUID)
#define NOT_RAM 0xfebc0000ull

typedef enum State {
    ABSENT,     /* no such resource */
    PLAIN,      /* without backing */
    BACKED,
    SHOWN,      /* on scanout 0, with backing */
    BUSY,       /* a copy to it is under way */
    BARE_BLOB,  /* its backing was detached */
    BLOB,
    SHOWN_BLOB, /* on scanout 0 */
    BUSY_BLOB,  /* a copy of it is under way */
    N_STATES,
} State;

static const char *const state_names[] = {
    "absent", "plain", "backed", "shown", "busy", "bare-blob", "blob", "shown-blob", "busy-blob",
};

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

typedef struct CreateBlob {
    struct virtio_gpu_resource_create_blob request;
    struct virtio_gpu_mem_entry entry;
} CreateBlob;

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
    struct virtio_gpu_resource_assign_uuid uuid;
    struct virtio_gpu_set_scanout_blob show_blob;
    CreateBlob blob;
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

static CreateBlob wire_blob(uint32_t length)
{
    return (CreateBlob) {
        .request = {
            .hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, .resource_id = ID,
            .blob_mem = VIRTIO_GPU_BLOB_MEM_GUEST, .nr_entries = 1, .size = length * length * 4,
        },
        .entry = { .addr = VGPU_FAKE_RAM_START, .length = length * length * 4 },
    };
}

static struct virtio_gpu_set_scanout_blob wire_show_blob(uint32_t length)
{
    return (struct virtio_gpu_set_scanout_blob) {
        .hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, .r = VGPU_RECT(0, 0, length, length),
        .resource_id = ID, .width = length, .height = length,
        .format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, .strides = { length * 4 },
    };
}

static void make_blob(Request *request, Shape shape)
{
    request->blob = wire_blob(64);
    if (shape == OUTSIDE) {
        request->blob.request.size++;
    } else if (shape == OVERFLOWS) {
        request->blob.request.size = UINT64_MAX;
    }
}

static void make_show_blob(Request *request, Shape shape)
{
    request->show_blob = wire_show_blob(64);
    if (shape == OUTSIDE) {
        request->show_blob.r.x = 1;
    } else if (shape == OVERFLOWS) {
        request->show_blob.offsets[0] = UINT32_MAX & ~3u;
    }
}

static void make_uuid(Request *request, Shape shape)
{
    request->uuid.resource_id = shape == OUTSIDE ? 0 : shape == OVERFLOWS ? UINT32_MAX : ID;
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
#define UUID VIRTIO_GPU_RESP_OK_RESOURCE_UUID
#define UNS VIRTIO_GPU_RESP_ERR_UNSPEC
#define SCA VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define RES VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define PAR VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define CMD(type) VIRTIO_GPU_CMD_##type

/* Answers by state: no resource; a 2D resource and a blob, each without and with a backing. */
#define BY(absent, plain, backed, bare_blob, blob) \
    { absent, plain, backed, backed, backed, bare_blob, blob, blob, blob }
#define ALL(all) BY(all, all, all, all, all)
#define NEW(answer) BY(answer, RES, RES, RES, RES)
#define OLD(answer) BY(RES, answer, answer, answer, answer)
/* A blob has no size until it is shown. */
#define FLUSH_OUTSIDE { RES, PAR, PAR, PAR, PAR, OK, OK, PAR, PAR }
/* Of a cursor's size, or a blob in which there is room for one. */
#define CURSOR { RES, OK, OK, OK, PAR, PAR, OK, OK, OK }

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
      make_create, { NEW(OK), ALL(PAR), NEW(OK), NEW(PAR), NEW(PAR) } },
    { "create-blob", CMD(RESOURCE_CREATE_BLOB), sizeof(CreateBlob), make_blob,
      { NEW(OK), NEW(PAR), NEW(OK), NEW(PAR), NEW(PAR) } },
    { "unref", CMD(RESOURCE_UNREF), sizeof(struct virtio_gpu_resource_unref), make_unref,
      { OLD(OK), ALL(PAR), OLD(OK), ALL(RES), ALL(RES) } },
    { "assign-uuid", CMD(RESOURCE_ASSIGN_UUID), sizeof(struct virtio_gpu_resource_assign_uuid),
      make_uuid, { OLD(UUID), ALL(PAR), OLD(UUID), ALL(RES), ALL(RES) } },
    { "set-scanout", CMD(SET_SCANOUT), sizeof(struct virtio_gpu_set_scanout), make_set_scanout,
      { BY(RES, OK, OK, PAR, PAR), ALL(PAR), BY(RES, OK, OK, PAR, PAR), ALL(SCA), OLD(PAR) } },
    { "set-scanout-blob", CMD(SET_SCANOUT_BLOB), sizeof(struct virtio_gpu_set_scanout_blob),
      make_show_blob,
      { BY(RES, PAR, PAR, UNS, OK), ALL(PAR), BY(RES, PAR, PAR, UNS, OK),
        BY(RES, PAR, PAR, UNS, PAR), BY(RES, PAR, PAR, UNS, PAR) } },
    { "flush", CMD(RESOURCE_FLUSH), sizeof(struct virtio_gpu_resource_flush), make_flush,
      { OLD(OK), ALL(PAR), OLD(OK), FLUSH_OUTSIDE, FLUSH_OUTSIDE } },
    { "transfer", CMD(TRANSFER_TO_HOST_2D), sizeof(struct virtio_gpu_transfer_to_host_2d),
      make_transfer,
      { BY(RES, UNS, OK, UNS, OK), ALL(PAR), BY(RES, UNS, OK, UNS, OK),
        BY(RES, UNS, PAR, UNS, OK), BY(RES, UNS, PAR, UNS, OK) } },
    { "attach-backing", CMD(RESOURCE_ATTACH_BACKING),
      sizeof(struct virtio_gpu_resource_attach_backing) + sizeof(struct virtio_gpu_mem_entry),
      make_attach,
      { BY(RES, OK, UNS, OK, UNS), BY(RES, PAR, UNS, PAR, UNS), BY(RES, OK, UNS, OK, UNS),
        BY(RES, UNS, UNS, UNS, UNS), BY(RES, PAR, UNS, PAR, UNS) } },
    { "detach-backing", CMD(RESOURCE_DETACH_BACKING),
      sizeof(struct virtio_gpu_resource_detach_backing), make_detach,
      { BY(RES, UNS, OK, UNS, OK), ALL(PAR), BY(RES, UNS, OK, UNS, OK), ALL(RES), ALL(RES) } },
    { "get-edid", CMD(GET_EDID), sizeof(struct virtio_gpu_cmd_get_edid), make_edid,
      { ALL(EDID), ALL(PAR), ALL(EDID), ALL(SCA), ALL(SCA) } },
    { "update-cursor", CMD(UPDATE_CURSOR), sizeof(struct virtio_gpu_update_cursor), make_cursor,
      { CURSOR, ALL(PAR), CURSOR, ALL(SCA), ALL(SCA) } },
    { "move-cursor", CMD(MOVE_CURSOR), sizeof(struct virtio_gpu_update_cursor), make_cursor,
      { ALL(OK), ALL(PAR), ALL(OK), ALL(SCA), ALL(SCA) } },
};

static void enter_2d_state(VgpuHarness *harness, State state)
{
    uint32_t length = state == BUSY ? VGPU_GUEST_LONG : 64;

    g_assert_cmphex(vgpu_guest_create_2d(harness, ID, length, length), ==, OK);
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

static void enter_blob_state(VgpuHarness *harness, State state)
{
    uint32_t length = state == BUSY_BLOB ? VGPU_GUEST_LONG : 64;
    struct virtio_gpu_set_scanout_blob show = wire_show_blob(length);
    CreateBlob blob = wire_blob(length);

    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &blob, sizeof(blob)), ==, OK);
    if (state == BARE_BLOB) {
        g_assert_cmphex(vgpu_guest_detach(harness, ID), ==, OK);
    }
    if (state >= SHOWN_BLOB) {
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &show, sizeof(show));
        vgpu_harness_process(harness);
    }
}

static void enter_state(VgpuHarness *harness, State state)
{
    if (state >= BARE_BLOB) {
        enter_blob_state(harness, state);
    } else if (state > ABSENT) {
        enter_2d_state(harness, state);
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
    vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .view_ways = VGPU_VIEW_SHADOW });
    vgpu_device_set_features(harness.device, FEATURES);
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
    g_assert_cmpuint(harness.n_answers, ==, before + 1 + (state == BUSY || state == BUSY_BLOB));
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
