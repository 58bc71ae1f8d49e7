/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run-time properties of virtio-gpu-device, for qom-get and qom-set:
 *
 *   scanout-stats   counters of each scanout since realize (read only)
 *   blobs           blob resources and how each is seen (read only)
 *   output[N]       what output N offers the guest: "1920x1080", "1920x1080@60" (hertz), or "off"
 */
#include "qemu/osdep.h"
#include "hw/display/virtio-gpu-engine.h"
#include "qapi/error.h"
#include "qapi/visitor.h"

typedef struct StatsNode {
    struct StatsNode *next;   /* first, as in every list a visitor walks */
    VgpuScanoutStats stats;
    uint64_t copied_for_vnc;
} StatsNode;

static bool visit_stats(Visitor *v, StatsNode *node, Error **errp)
{
    VgpuScanoutStats *stats = &node->stats;
    bool ok;

    if (!visit_start_struct(v, NULL, (void **)&stats, sizeof(*stats), errp)) {
        return false;
    }
    ok = visit_type_uint64(v, "flushes", &stats->flushes, errp) &&
         visit_type_uint64(v, "damaged-pixels", &stats->damaged_pixels, errp) &&
         visit_type_uint64(v, "bytes-copied", &stats->bytes_copied, errp) &&
         visit_type_uint64(v, "bytes-copied-for-vnc", &node->copied_for_vnc, errp) &&
         visit_type_uint64(v, "bytes-read", &stats->bytes_read, errp) &&
         visit_type_uint64(v, "frames-shared", &stats->frames_shared, errp) &&
         visit_type_uint64(v, "longest-command-ns", &stats->longest_command_ns, errp) &&
         visit_type_uint64(v, "frames-taken", &stats->frames_taken, errp) &&
         visit_type_uint64(v, "taken-ns", &stats->taken_ns, errp);
    visit_end_struct(v, (void **)&stats);
    return ok;
}

static void get_scanout_stats(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    VirtIOGPU *gpu = VIRTIO_GPU(obj);
    StatsNode nodes[VIRTIO_GPU_MAX_HEADS] = { 0 };
    uint32_t n = gpu->device ? gpu->parent_obj.max_outputs : 0;
    GenericList *list = n ? (GenericList *)nodes : NULL;

    for (uint32_t i = 0; i < n; i++) {
        nodes[i].stats = *vgpu_device_get_stats(gpu->device, i);
        nodes[i].copied_for_vnc = vgpu_surface_get_bytes_copied(gpu->sink.heads[i].surface);
        nodes[i].next = i + 1 < n ? &nodes[i + 1] : NULL;
    }
    if (!visit_start_list(v, name, &list, sizeof(StatsNode), errp)) {
        return;
    }
    for (GenericList *at = list; at; at = visit_next_list(v, at, sizeof(StatsNode))) {
        if (!visit_stats(v, (StatsNode *)at, errp)) {
            break;
        }
    }
    visit_end_list(v, (void **)&list);
}

typedef struct BlobNode {
    struct BlobNode *next;
    VgpuBlobInfo info;
} BlobNode;

static bool visit_blob(Visitor *v, VgpuBlobInfo *info, Error **errp)
{
    g_autofree char *view = g_strdup(info->view);
    bool ok;

    if (!visit_start_struct(v, NULL, (void **)&info, sizeof(*info), errp)) {
        return false;
    }
    ok = visit_type_uint32(v, "id", &info->id, errp) &&
         visit_type_uint64(v, "size", &info->size, errp) &&
         visit_type_str(v, "view", &view, errp) &&
         visit_type_bool(v, "mapped", &info->mapped, errp);
    visit_end_struct(v, (void **)&info);
    return ok;
}

static void get_blobs(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    VirtIOGPU *gpu = VIRTIO_GPU(obj);
    g_autoptr(GArray) blobs = gpu->device ? vgpu_device_list_blobs(gpu->device)
                                          : g_array_new(false, false, sizeof(VgpuBlobInfo));
    g_autofree BlobNode *nodes = g_new0(BlobNode, blobs->len);
    GenericList *list = (GenericList *)nodes;

    for (guint i = 0; i < blobs->len; i++) {
        nodes[i].info = g_array_index(blobs, VgpuBlobInfo, i);
        nodes[i].next = i + 1 < blobs->len ? &nodes[i + 1] : NULL;
    }
    if (!visit_start_list(v, name, &list, sizeof(BlobNode), errp)) {
        return;
    }
    for (GenericList *at = list; at; at = visit_next_list(v, at, sizeof(BlobNode))) {
        if (!visit_blob(v, &((BlobNode *)at)->info, errp)) {
            break;
        }
    }
    visit_end_list(v, (void **)&list);
}

void vgpu_properties_class_init(ObjectClass *klass)
{
    object_class_property_add(klass, "blobs", "VgpuBlob[]", get_blobs, NULL, NULL, NULL);
    object_class_property_set_description(klass, "blobs",
                                          "Blob resources and how each is seen as one picture");
    object_class_property_add(klass, "scanout-stats", "VgpuScanoutStats[]", get_scanout_stats,
                              NULL, NULL, NULL);
    object_class_property_set_description(klass, "scanout-stats",
                                          "Counters of each scanout since the device was made");
}

static uint32_t head_of(const char *name)
{
    return strtoul(strchr(name, '[') + 1, NULL, 10);
}

static void get_output(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    VirtIOGPU *gpu = VIRTIO_GPU(obj);
    const VgpuOutput *output = vgpu_device_get_output(gpu->device, head_of(name));
    g_autofree char *value = NULL;

    if (!output->enabled) {
        value = g_strdup("off");
    } else if (output->refresh_millihertz) {
        value = g_strdup_printf("%ux%u@%u", output->width, output->height,
                                (output->refresh_millihertz + 500) / 1000);
    } else {
        value = g_strdup_printf("%ux%u", output->width, output->height);
    }
    visit_type_str(v, name, &value, errp);
}

/* False when the text is no mode. Leaves what it does not say as it was. */
static bool parse_output(const char *text, VgpuOutput *output)
{
    unsigned int width, height, hertz = 0;

    if (!strcmp(text, "off")) {
        output->enabled = false;
        return true;
    }
    if (!g_regex_match_simple("^[0-9]{1,5}x[0-9]{1,5}(@[0-9]{1,4})?$", text, G_REGEX_DOLLAR_ENDONLY,
                              0) ||
        sscanf(text, "%ux%u@%u", &width, &height, &hertz) < 2 || !width || !height) {
        return false;
    }
    output->enabled = true;
    output->width = width;
    output->height = height;
    if (hertz) {
        output->refresh_millihertz = hertz * 1000;
    }
    return true;
}

static void set_output(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    VirtIOGPU *gpu = VIRTIO_GPU(obj);
    uint32_t head = head_of(name);
    g_autofree char *text = NULL;
    VgpuOutput output;

    if (!visit_type_str(v, name, &text, errp)) {
        return;
    }
    output = *vgpu_device_get_output(gpu->device, head);
    if (!parse_output(text, &output)) {
        error_setg(errp, "%s takes a mode like 1920x1080 or 1920x1080@60, or off; not '%s'",
                   name, text);
        return;
    }
    vgpu_device_set_output(gpu->device, head, &output);
}

void vgpu_properties_realize(VirtIOGPU *gpu)
{
    for (uint32_t i = 0; i < gpu->parent_obj.max_outputs; i++) {
        g_autofree char *name = g_strdup_printf("output[%u]", i);

        object_property_add(OBJECT(gpu), name, "str", get_output, set_output, NULL, NULL);
    }
}
