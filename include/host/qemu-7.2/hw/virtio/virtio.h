/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtio devices: queues, features, the device class.
 */
#ifndef HOST_QEMU_HW_VIRTIO_VIRTIO_H
#define HOST_QEMU_HW_VIRTIO_VIRTIO_H

#include "exec/memory.h"
#include "hw/qdev-core.h"
#include "migration/vmstate.h"
#include "qemu/event_notifier.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_ring.h"

#define TYPE_VIRTIO_DEVICE "virtio-device"

typedef struct VirtioDeviceClass VirtioDeviceClass;
DECLARE_OBJ_CHECKERS(VirtIODevice, VirtioDeviceClass, VIRTIO_DEVICE, TYPE_VIRTIO_DEVICE)

#define VIRTIO_QUEUE_MAX    0x400
#define VIRTQUEUE_MAX_SIZE  0x400
#define VIRTIO_NO_VECTOR    0xffff

typedef void (*VirtIOHandleOutput)(VirtIODevice *vdev, VirtQueue *vq);

typedef struct VirtQueueElement {
    unsigned int index;
    unsigned int len;
    unsigned int ndescs;
    unsigned int out_num;
    unsigned int in_num;
    hwaddr *in_addr;
    hwaddr *out_addr;
    struct iovec *in_sg;
    struct iovec *out_sg;
} VirtQueueElement;
HOST_LAYOUT(VirtQueueElement, 56);
HOST_LAYOUT_AT(VirtQueueElement, out_num, 12);
HOST_LAYOUT_AT(VirtQueueElement, in_num, 16);
HOST_LAYOUT_AT(VirtQueueElement, in_sg, 40);
HOST_LAYOUT_AT(VirtQueueElement, out_sg, 48);

struct VirtIODevice {
    DeviceState parent_obj;
    const char *name;
    uint8_t status;
    uint8_t isr;
    uint64_t guest_features;
    uint64_t host_features;
    uint64_t backend_features;
    size_t config_len;
    void *config;
    uint16_t config_vector;
    uint32_t generation;
    int nvectors;
    VirtQueue *vq;
    uint8_t host_pad0[192];
    uint16_t device_id;
    bool vm_running;
    bool broken;
    uint8_t host_pad1[36];
    AddressSpace *dma_as;
    uint8_t host_pad2[24];
    bool device_iotlb_enabled;
};
HOST_LAYOUT(VirtIODevice, 512);
HOST_LAYOUT_AT(VirtIODevice, name, 160);
HOST_LAYOUT_AT(VirtIODevice, status, 168);
HOST_LAYOUT_AT(VirtIODevice, isr, 169);
HOST_LAYOUT_AT(VirtIODevice, guest_features, 176);
HOST_LAYOUT_AT(VirtIODevice, host_features, 184);
HOST_LAYOUT_AT(VirtIODevice, backend_features, 192);
HOST_LAYOUT_AT(VirtIODevice, config_len, 200);
HOST_LAYOUT_AT(VirtIODevice, config, 208);
HOST_LAYOUT_AT(VirtIODevice, config_vector, 216);
HOST_LAYOUT_AT(VirtIODevice, generation, 220);
HOST_LAYOUT_AT(VirtIODevice, nvectors, 224);
HOST_LAYOUT_AT(VirtIODevice, vq, 232);
HOST_LAYOUT_AT(VirtIODevice, device_id, 432);
HOST_LAYOUT_AT(VirtIODevice, vm_running, 434);
HOST_LAYOUT_AT(VirtIODevice, broken, 435);
HOST_LAYOUT_AT(VirtIODevice, dma_as, 472);
HOST_LAYOUT_AT(VirtIODevice, device_iotlb_enabled, 504);

struct VirtioDeviceClass {
    DeviceClass parent;
    DeviceRealize realize;
    DeviceUnrealize unrealize;
    uint64_t (*get_features)(VirtIODevice *vdev, uint64_t requested_features, Error **errp);
    uint64_t (*bad_features)(VirtIODevice *vdev);
    void (*set_features)(VirtIODevice *vdev, uint64_t val);
    int (*validate_features)(VirtIODevice *vdev);
    void (*get_config)(VirtIODevice *vdev, uint8_t *config);
    void (*set_config)(VirtIODevice *vdev, const uint8_t *config);
    void (*reset)(VirtIODevice *vdev);
    void (*set_status)(VirtIODevice *vdev, uint8_t val);
    void (*queue_reset)(VirtIODevice *vdev, uint32_t queue_index);
    void (*queue_enable)(VirtIODevice *vdev, uint32_t queue_index);
    uint64_t legacy_features;
    bool (*guest_notifier_pending)(VirtIODevice *vdev, int n);
    void (*guest_notifier_mask)(VirtIODevice *vdev, int n, bool mask);
    int (*start_ioeventfd)(VirtIODevice *vdev);
    void (*stop_ioeventfd)(VirtIODevice *vdev);
    int (*pre_load_queues)(VirtIODevice *vdev, uint32_t n);
    void (*save)(VirtIODevice *vdev, QEMUFile *f);
    int (*load)(VirtIODevice *vdev, QEMUFile *f, int version_id);
    int (*post_load)(VirtIODevice *vdev);
    const VMStateDescription *vmsd;
    bool (*primary_unplug_pending)(void *opaque);
    struct vhost_dev *(*get_vhost)(VirtIODevice *vdev);
    void (*toggle_device_iotlb)(VirtIODevice *vdev);
};
HOST_LAYOUT(VirtioDeviceClass, 376);
HOST_LAYOUT_AT(VirtioDeviceClass, realize, 176);
HOST_LAYOUT_AT(VirtioDeviceClass, get_features, 192);
HOST_LAYOUT_AT(VirtioDeviceClass, get_config, 224);
HOST_LAYOUT_AT(VirtioDeviceClass, set_config, 232);
HOST_LAYOUT_AT(VirtioDeviceClass, reset, 240);
HOST_LAYOUT_AT(VirtioDeviceClass, set_status, 248);
HOST_LAYOUT_AT(VirtioDeviceClass, pre_load_queues, 312);
HOST_LAYOUT_AT(VirtioDeviceClass, vmsd, 344);

/* Life of a device */
void virtio_init(VirtIODevice *vdev, uint16_t device_id, size_t config_size);
void virtio_cleanup(VirtIODevice *vdev);
void virtio_instance_init_common(Object *proxy_obj, void *data, size_t vdev_size,
                                 const char *vdev_name);
void virtio_error(VirtIODevice *vdev, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void virtio_reset(void *opaque);
QEMUBH *virtio_bh_new_guarded_full(DeviceState *dev, QEMUBHFunc *cb, void *opaque,
                                   const char *name);

#define virtio_bh_new_guarded(dev, cb, opaque) \
    virtio_bh_new_guarded_full((dev), (cb), (opaque), (stringify(cb)))

/* Queues */
VirtQueue *virtio_add_queue(VirtIODevice *vdev, int queue_size,
                            VirtIOHandleOutput handle_output);
void virtio_del_queue(VirtIODevice *vdev, int n);
void virtio_delete_queue(VirtQueue *vq);
VirtQueue *virtio_get_queue(VirtIODevice *vdev, int n);
uint16_t virtio_get_queue_index(VirtQueue *vq);
int virtio_get_num_queues(VirtIODevice *vdev);
int virtio_queue_get_num(VirtIODevice *vdev, int n);
int virtio_queue_ready(VirtQueue *vq);
int virtio_queue_empty(VirtQueue *vq);
void virtio_queue_set_notification(VirtQueue *vq, int enable);
void *virtqueue_pop(VirtQueue *vq, size_t sz);
void virtqueue_push(VirtQueue *vq, const VirtQueueElement *elem, unsigned int len);
void virtqueue_fill(VirtQueue *vq, const VirtQueueElement *elem, unsigned int len,
                    unsigned int idx);
void virtqueue_flush(VirtQueue *vq, unsigned int count);
void virtqueue_detach_element(VirtQueue *vq, const VirtQueueElement *elem,
                              unsigned int len);
void virtqueue_unpop(VirtQueue *vq, const VirtQueueElement *elem, unsigned int len);
bool virtqueue_rewind(VirtQueue *vq, unsigned int num);
unsigned int virtqueue_drop_all(VirtQueue *vq);
void virtio_notify(VirtIODevice *vdev, VirtQueue *vq);
void virtio_notify_config(VirtIODevice *vdev);

/* Features */
static inline void virtio_add_feature(uint64_t *features, unsigned int fbit)
{
    assert(fbit < 64);
    *features |= UINT64_C(1) << fbit;
}

static inline void virtio_clear_feature(uint64_t *features, unsigned int fbit)
{
    assert(fbit < 64);
    *features &= ~(UINT64_C(1) << fbit);
}

static inline bool virtio_has_feature(uint64_t features, unsigned int fbit)
{
    assert(fbit < 64);
    return (features >> fbit) & 1;
}

static inline bool virtio_vdev_has_feature(VirtIODevice *vdev, unsigned int fbit)
{
    return virtio_has_feature(vdev->guest_features, fbit);
}

static inline bool virtio_host_has_feature(VirtIODevice *vdev, unsigned int fbit)
{
    return virtio_has_feature(vdev->host_features, fbit);
}

/* Migration: the transport's part of a device's section */
extern const VMStateInfo virtio_vmstate_info;

#define VMSTATE_VIRTIO_DEVICE    \
    {                            \
        .name = "virtio",        \
        .info = &virtio_vmstate_info, \
        .flags = VMS_SINGLE,     \
    }

#endif
