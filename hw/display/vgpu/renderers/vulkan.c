/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a Vulkan driver would serve guests: the library says it has Venus on hosts without. */
#include "virgl-private.h"

#include <vulkan/vulkan.h>

/* What the library asks of a device before it shows it to guests. */
#define LEAST_VERSION VK_API_VERSION_1_1

static bool has_device(VkInstance instance)
{
    g_autofree VkPhysicalDevice *devices = NULL;
    VkPhysicalDeviceProperties properties;
    uint32_t n = 0;

    vkEnumeratePhysicalDevices(instance, &n, NULL);
    devices = g_new0(VkPhysicalDevice, n + 1);
    if (vkEnumeratePhysicalDevices(instance, &n, devices) < 0) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        vkGetPhysicalDeviceProperties(devices[i], &properties);
        if (properties.apiVersion >= LEAST_VERSION) {
            return true;
        }
    }
    return false;
}

bool vgpu_virgl_has_vulkan(void)
{
    const VkApplicationInfo application = {
        .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
        .apiVersion = LEAST_VERSION,
    };
    const VkInstanceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
        .pApplicationInfo = &application,
    };
    VkInstance instance;
    bool found;

    if (vkCreateInstance(&info, NULL, &instance) != VK_SUCCESS) {
        return false;
    }
    found = has_device(instance);
    vkDestroyInstance(instance, NULL);
    return found;
}
