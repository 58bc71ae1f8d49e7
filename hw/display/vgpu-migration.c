/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The migration section "virtio-gpu": the transport's part, then the engine's. */
#include "qemu/osdep.h"
#include "hw/display/virtio-gpu-engine.h"
#include "migration/qemu-file-types.h"
#include "qemu/error-report.h"

typedef struct MigrationStream {
    VgpuStream base;
    QEMUFile *file;
} MigrationStream;

static void migration_stream_write(VgpuStream *stream, const void *data, size_t size)
{
    qemu_put_buffer(container_of(stream, MigrationStream, base)->file, data, size);
}

static bool migration_stream_read(VgpuStream *stream, void *data, size_t size)
{
    return qemu_get_buffer(container_of(stream, MigrationStream, base)->file, data, size) == size;
}

static const VgpuStreamOps migration_stream_ops = {
    .write = migration_stream_write,
    .read = migration_stream_read,
};

static int put_device(QEMUFile *file, void *opaque, size_t size, const VMStateField *field,
                      JSONWriter *vmdesc)
{
    VirtIOGPU *gpu = opaque;
    MigrationStream stream = { .base.ops = &migration_stream_ops, .file = file };

    vgpu_device_save(gpu->device, &stream.base);
    return 0;
}

static int get_device(QEMUFile *file, void *opaque, size_t size, const VMStateField *field)
{
    VirtIOGPU *gpu = opaque;
    MigrationStream stream = { .base.ops = &migration_stream_ops, .file = file };
    g_autoptr(GError) error = NULL;

    if (!vgpu_device_load(gpu->device, &stream.base, &error)) {
        error_report("virtio-gpu: cannot load its state: %s", error->message);
        return -EINVAL;
    }
    return 0;
}

static const VMStateInfo vmstate_info_device = {
    .name = "virtio-gpu",
    .get = get_device,
    .put = put_device,
};

static int put_blobs(QEMUFile *file, void *opaque, size_t size, const VMStateField *field,
                     JSONWriter *vmdesc)
{
    VirtIOGPU *gpu = opaque;
    MigrationStream stream = { .base.ops = &migration_stream_ops, .file = file };

    vgpu_device_save_blobs(gpu->device, &stream.base);
    return 0;
}

static int get_blobs(QEMUFile *file, void *opaque, size_t size, const VMStateField *field)
{
    VirtIOGPU *gpu = opaque;
    MigrationStream stream = { .base.ops = &migration_stream_ops, .file = file };
    g_autoptr(GError) error = NULL;

    if (!vgpu_device_load_blobs(gpu->device, &stream.base, &error)) {
        error_report("virtio-gpu: cannot load its blobs: %s", error->message);
        return -EINVAL;
    }
    return 0;
}

static const VMStateInfo vmstate_info_blobs = {
    .name = "virtio-gpu blobs",
    .get = get_blobs,
    .put = put_blobs,
};

static bool blobs_needed(void *opaque)
{
    VirtIOGPU *gpu = opaque;

    return vgpu_device_has_blob_state(gpu->device);
}

/* Absent while there are none, so that the stream is what a stock device writes and reads. */
static const VMStateDescription vmstate_blobs = {
    .name = "virtio-gpu/vgpu-blobs",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = blobs_needed,
    .fields = (const VMStateField[]) {
        {
            .name = "blobs",
            .info = &vmstate_info_blobs,
            .flags = VMS_SINGLE,
        },
        VMSTATE_END_OF_LIST()
    },
};

/* Done already, unless the machine shut down without ending: that was not waited for. */
static int vgpu_pre_save(void *opaque)
{
    VirtIOGPU *gpu = opaque;

    vgpu_device_drain(gpu->device);
    return 0;
}

static int vgpu_post_load(void *opaque, int version_id)
{
    VirtIOGPU *gpu = opaque;

    vgpu_device_present_all(gpu->device);
    return 0;
}

const VMStateDescription vgpu_vmstate = {
    .name = "virtio-gpu",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = vgpu_pre_save,
    .post_load = vgpu_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_VIRTIO_DEVICE,
        {
            .name = "virtio-gpu",
            .info = &vmstate_info_device,
            .flags = VMS_SINGLE,
        },
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_blobs,
        NULL
    },
};
