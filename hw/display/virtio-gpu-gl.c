/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-gpu-gl-device: a GPU with a 3D renderer, which makes do without where there is none.
 */
#include "qemu/osdep.h"

#include "hw/display/virtio-gpu-gl.h"
#include "hw/qdev-properties.h"
#include "migration/blocker.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/module.h"

module_obj(TYPE_VIRTIO_GPU_GL);

#define STATS_PERIOD_MS 1000

/* The renderer's library has one state for the whole process. */
static VirtIOGPUGL *the_device;

static VirtioDeviceClass *parent_class(void)
{
    return VIRTIO_DEVICE_CLASS(object_class_by_name(TYPE_VIRTIO_GPU));
}

/* ---- statistics ----------------------------------------------------------------------------- */

static void print_stats(void *opaque)
{
    VirtIOGPUGL *gl = opaque;
    VgpuDeviceStats now = vgpu_device_get_device_stats(gl->parent_obj.device);
    const VgpuDeviceStats *last = &gl->printed;

    if (now.commands != last->commands) {
        fprintf(stderr, "%s: %" PRIu64 " commands (%" PRIu64 " fenced, %u waiting), %" PRIu64
                " renderer calls, %" PRIu64 " bytes of streams\n", TYPE_VIRTIO_GPU_GL,
                now.commands - last->commands, now.fences - last->fences, now.outstanding,
                now.render_calls - last->render_calls, now.stream_bytes - last->stream_bytes);
    }
    gl->printed = now;
    timer_mod(gl->stats_timer, qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL) + STATS_PERIOD_MS);
}

static void start_stats(VirtIOGPUGL *gl)
{
    if (gl->flags & (1u << VIRTIO_GPU_GL_FLAG_STATS)) {
        gl->stats_timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, print_stats, gl);
        print_stats(gl);
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static bool block_migration(VirtIOGPUGL *gl, Error **errp)
{
    error_setg(&gl->migration_blocker, "%s cannot migrate: what the guest draws with is in the "
               "host's renderer", TYPE_VIRTIO_GPU_GL);
    if (migrate_add_blocker(gl->migration_blocker, errp) < 0) {
        error_free(gl->migration_blocker);
        gl->migration_blocker = NULL;
        return false;
    }
    return true;
}

static void unblock_migration(VirtIOGPUGL *gl)
{
    if (gl->migration_blocker) {
        migrate_del_blocker(gl->migration_blocker);
        error_free(gl->migration_blocker);
        gl->migration_blocker = NULL;
    }
}

static void check_venus(const VirtIOGPUGL *gl)
{
    const VgpuRenderer3D *renderer = gl->parent_obj.renderer_3d;

    for (uint32_t i = 0; i < renderer->n_capsets; i++) {
        if (renderer->capsets[i].id == VIRTIO_GPU_CAPSET_VENUS) {
            return;
        }
    }
    if (gl->venus) {
        warn_report("%s has no Venus: there is no Vulkan driver, or virglrenderer was built without "
                    "it", TYPE_VIRTIO_GPU_GL);
    }
}

static bool open_renderer(VirtIOGPUGL *gl, Error **errp)
{
    VirtIOGPU *gpu = &gl->parent_obj;
    Error *error = NULL;

    gpu->executor = vgpu_executor_create_thread(&vgpu_main_loop);
    gpu->renderer_3d = vgpu_gl_renderer_open(gl, gpu->executor, &error);
    if (!error) {
        check_venus(gl);
        return true;
    }
    if (gl->require_3d) {
        error_propagate_prepend(errp, error, "%s has no 3D: ", TYPE_VIRTIO_GPU_GL);
        return false;
    }
    warn_report("%s has no 3D and goes on as a 2D device: %s", TYPE_VIRTIO_GPU_GL,
                error_get_pretty(error));
    error_free(error);
    return true;
}

/* What the device did not take over. */
static void close_renderer(VirtIOGPUGL *gl)
{
    VirtIOGPU *gpu = &gl->parent_obj;

    if (gpu->renderer_3d) {
        vgpu_gl_renderer_discard(g_steal_pointer(&gpu->renderer_3d), gpu->executor);
    }
    if (gpu->executor) {
        gpu->executor->ops->release(g_steal_pointer(&gpu->executor));
    }
}

/* Where there is no 3D, the BAR is there as well: machines look the same on all hosts. */
static bool open_window(VirtIOGPUGL *gl, Error **errp)
{
    VirtIOGPUBase *base = VIRTIO_GPU_BASE(gl);

    if (!base->hostmem) {
        return true;
    }
    if (!virtio_gpu_offers(base, VIRTIO_GPU_F_RESOURCE_BLOB)) {
        error_setg(errp, "hostmem needs blob=on");
        return false;
    }
    if (!base->wrapper) {
        error_setg(errp, "hostmem needs PCI");
        return false;
    }
    if (!vgpu_host_window_init(&gl->window, OBJECT(gl), base->hostmem, errp)) {
        return false;
    }
    base->hostmem_bar = &gl->window.bar;
    gl->parent_obj.window = &gl->window.base;
    return true;
}

static void virtio_gpu_gl_realize(DeviceState *dev, Error **errp)
{
    VirtIOGPUGL *gl = VIRTIO_GPU_GL(dev);
    ERRP_GUARD();

    if (the_device) {
        error_setg(errp, "there can be one %s only: the renderer's library serves no more",
                   TYPE_VIRTIO_GPU_GL);
        return;
    }
    if (!block_migration(gl, errp)) {
        return;
    }
    vgpu_gl_displays_init(&gl->displays, gl);
    vgpu_host_window_settle();
    if (open_window(gl, errp) && open_renderer(gl, errp)) {
        parent_class()->realize(dev, errp);
    }
    if (*errp) {
        close_renderer(gl);
        unblock_migration(gl);
        return;
    }
    the_device = gl;
    start_stats(gl);
}

static void virtio_gpu_gl_unrealize(DeviceState *dev)
{
    VirtIOGPUGL *gl = VIRTIO_GPU_GL(dev);

    g_clear_pointer(&gl->stats_timer, timer_free);
    parent_class()->unrealize(dev);
    unblock_migration(gl);
    the_device = NULL;
}

static void virtio_gpu_gl_finalize(Object *obj)
{
    vgpu_host_window_finish(&VIRTIO_GPU_GL(obj)->window);
}

static Property virtio_gpu_gl_properties[] = {
    DEFINE_PROP_SIZE("hostmem", VirtIOGPUGL, parent_obj.parent_obj.hostmem, 0),
    DEFINE_PROP_BIT("stats", VirtIOGPUGL, flags, VIRTIO_GPU_GL_FLAG_STATS, false),
    DEFINE_PROP_BOOL("require_3d", VirtIOGPUGL, require_3d, false),
    DEFINE_PROP_BOOL("venus", VirtIOGPUGL, venus, false),
    DEFINE_PROP_STRING("rendernode", VirtIOGPUGL, render_node),
    DEFINE_PROP_END_OF_LIST(),
};

static void virtio_gpu_gl_class_init(ObjectClass *klass, void *data)
{
    VirtioDeviceClass *vdc = VIRTIO_DEVICE_CLASS(klass);

    device_class_set_props(DEVICE_CLASS(klass), virtio_gpu_gl_properties);
    vdc->realize = virtio_gpu_gl_realize;
    vdc->unrealize = virtio_gpu_gl_unrealize;
}

static const TypeInfo virtio_gpu_gl_info = {
    .parent = TYPE_VIRTIO_GPU,
    .name = TYPE_VIRTIO_GPU_GL,
    .class_init = virtio_gpu_gl_class_init,
    .instance_size = sizeof(VirtIOGPUGL),
    .instance_finalize = virtio_gpu_gl_finalize,
};

static void virtio_gpu_gl_register(void)
{
    type_register_static(&virtio_gpu_gl_info);
}

type_init(virtio_gpu_gl_register)
