/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own vgem driver, with three more ioctls on its render node.
 *
 * Mesa's software renderer reaches memory through "dumb buffers": it creates them, maps
 * them, and maps imported dmabufs the same way. The kernel answers those requests on
 * primary nodes only, and refuses to map what was imported. Here both are allowed, so
 * that llvmpipe can texture from a udmabuf on /dev/dri/renderD128.
 *
 * Built in place of vgem_drv.c, which is included below and not changed.
 */
#include <linux/uaccess.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_vma_manager.h>

/* The largest buffer side we are asked for; keeps pitch and size within 64 bits. */
#define LAB_MAX_SIDE 65536
#define LAB_MAX_BPP 128

static int lab_dumb_create(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_mode_create_dumb *args = data;

	if (!args->width || args->width > LAB_MAX_SIDE ||
	    !args->height || args->height > LAB_MAX_SIDE ||
	    !args->bpp || args->bpp > LAB_MAX_BPP) {
		return -EINVAL;
	}
	args->pitch = 0;
	args->size = 0;
	return drm_gem_shmem_dumb_create(file, dev, args);
}

static int lab_dumb_map(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_mode_map_dumb *args = data;
	struct drm_gem_object *object = drm_gem_object_lookup(file, args->handle);
	int ret;

	if (!object) {
		return -ENOENT;
	}
	ret = drm_gem_create_mmap_offset(object);
	if (!ret) {
		args->offset = drm_vma_node_offset_addr(&object->vma_node);
	}
	drm_gem_object_put(object);
	return ret;
}

static int lab_dumb_destroy(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_mode_destroy_dumb *args = data;

	return drm_gem_handle_delete(file, args->handle);
}

static drm_ioctl_t *lab_handler(unsigned int cmd)
{
	switch (cmd) {
	case DRM_IOCTL_MODE_CREATE_DUMB:
		return lab_dumb_create;
	case DRM_IOCTL_MODE_MAP_DUMB:
		return lab_dumb_map;
	case DRM_IOCTL_MODE_DESTROY_DUMB:
		return lab_dumb_destroy;
	default:
		return NULL;
	}
}

static long lab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	drm_ioctl_t *handler = lab_handler(cmd);
	union {
		struct drm_mode_create_dumb create;
		struct drm_mode_map_dumb map;
		struct drm_mode_destroy_dumb destroy;
	} data;
	long ret;

	if (!handler) {
		return drm_ioctl(file, cmd, arg);
	}
	if (copy_from_user(&data, (void __user *)arg, _IOC_SIZE(cmd))) {
		return -EFAULT;
	}
	ret = drm_ioctl_kernel(file, handler, &data, DRM_RENDER_ALLOW);
	if (copy_to_user((void __user *)arg, &data, _IOC_SIZE(cmd))) {
		return -EFAULT;
	}
	return ret;
}

/* The driver's file operations name drm_ioctl(); from here on that is ours. */
#define drm_ioctl lab_ioctl
#include "vgem_drv.c"
