/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening EGL: with windows, on a render node, on one of EGL's devices, on nothing at all. */
#include "ui/egl/device.h"

#include <errno.h>
#include <fcntl.h>
#include <gbm.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "egl-private.h"

/* EGL_EXT_device_drm_render_node, which headers of this age lack */
#ifndef EGL_DRM_RENDER_NODE_FILE_EXT
#define EGL_DRM_RENDER_NODE_FILE_EXT 0x3377
#endif

#define DEVICE_VARIABLE "VGPU_EGL_DEVICE"
#define DEVICES_MAX 32
#define CONFIGS_MAX 256
#define DRM_MAJOR 226
#define RENDER_NODES "/dev/dri/renderD%d"
#define RENDER_NODE_FIRST 128
#define RENDER_NODE_LAST 191

/* What was asked for, and in `failures` why nothing came of it so far */
typedef struct Opening {
    DisplayGlApi api;
    EGLint surface_type;
    EGLint native_visual;       /* of the windows, 0: any */
    GString *failures;
} Opening;

static void G_GNUC_PRINTF(2, 3) failed(Opening *opening, const char *format, ...)
{
    va_list arguments;

    if (opening->failures->len) {
        g_string_append(opening->failures, "; ");
    }
    va_start(arguments, format);
    g_string_append_vprintf(opening->failures, format, arguments);
    va_end(arguments);
}

static bool has_client_extension(const char *name)
{
    return epoxy_has_egl_extension(EGL_NO_DISPLAY, name);
}

/* Of configurations that are equally good, the one with the windows' visual: some drivers insist */
static EGLConfig pick_config(EGLDisplay display, const Opening *opening, const EGLConfig *configs,
                             EGLint count)
{
    for (EGLint i = 0; i < count && opening->native_visual; i++) {
        EGLint visual = 0;

        eglGetConfigAttrib(display, configs[i], EGL_NATIVE_VISUAL_ID, &visual);
        if (visual == opening->native_visual) {
            return configs[i];
        }
    }
    return configs[0];
}

static EGLConfig choose_config(EGLDisplay display, const Opening *opening)
{
    const EGLint attributes[] = {
        EGL_SURFACE_TYPE, opening->surface_type,
        EGL_RENDERABLE_TYPE,
        opening->api == DISPLAY_GL_CORE ? EGL_OPENGL_BIT : EGL_OPENGL_ES2_BIT,
        EGL_RED_SIZE, 8,
        EGL_GREEN_SIZE, 8,
        EGL_BLUE_SIZE, 8,
        EGL_ALPHA_SIZE, 0,
        EGL_NONE,
    };
    EGLConfig configs[CONFIGS_MAX];
    EGLint count = 0;

    if (!eglChooseConfig(display, attributes, configs, CONFIGS_MAX, &count) || !count) {
        return NULL;
    }
    return pick_config(display, opening, configs, count);
}

static DisplayEgl *open_display(Opening *opening, const char *what, EGLenum platform, void *native)
{
    EGLDisplay display = eglGetPlatformDisplayEXT(platform, native, NULL);
    EGLConfig config;

    if (display == EGL_NO_DISPLAY || !eglInitialize(display, NULL, NULL)) {
        failed(opening, "%s: %s", what, display_egl_error_name(eglGetError()));
        return NULL;
    }
    config = choose_config(display, opening);
    if (!config) {
        failed(opening, "%s: no configuration for %s", what,
               opening->api == DISPLAY_GL_CORE ? "OpenGL" : "OpenGL ES");
        return NULL;
    }
    if (!opening->surface_type && !epoxy_has_egl_extension(display, "EGL_KHR_surfaceless_context")) {
        failed(opening, "%s: the driver draws to windows only (EGL_KHR_surfaceless_context is missing)",
               what);
        return NULL;
    }
    return display_egl_new(display, config, opening->api);
}

static DisplayEgl *open_surfaceless(Opening *opening)
{
    if (!has_client_extension("EGL_MESA_platform_surfaceless")) {
        failed(opening, "surfaceless: not offered by EGL");
        return NULL;
    }
    return open_display(opening, "surfaceless", EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY);
}

static EGLint list_devices(Opening *opening, EGLDeviceEXT devices[DEVICES_MAX])
{
    EGLint count = 0;

    if (!has_client_extension("EGL_EXT_platform_device") ||
        !has_client_extension("EGL_EXT_device_enumeration") ||
        !eglQueryDevicesEXT(DEVICES_MAX, devices, &count)) {
        failed(opening, "EGL devices: not offered by EGL");
        return 0;
    }
    return count;
}

static DisplayEgl *open_device(Opening *opening, EGLDeviceEXT device, int index)
{
    g_autofree char *what = g_strdup_printf("device:%d", index);

    return open_display(opening, what, EGL_PLATFORM_DEVICE_EXT, device);
}

/* `wanted` negative: the first that works */
static DisplayEgl *open_devices(Opening *opening, int wanted)
{
    EGLDeviceEXT devices[DEVICES_MAX];
    EGLint count = list_devices(opening, devices);
    DisplayEgl *egl = NULL;

    if (wanted >= count) {
        failed(opening, "device:%d: EGL has %d device(s)", wanted, count);
        return NULL;
    }
    for (int i = MAX(wanted, 0); i < count && !egl; i++) {
        egl = open_device(opening, devices[i], i);
        if (wanted >= 0) {
            break;
        }
    }
    return egl;
}

static bool is_node_of(EGLDeviceEXT device, const char *path)
{
    const EGLint files[] = {EGL_DRM_RENDER_NODE_FILE_EXT, EGL_DRM_DEVICE_FILE_EXT};

    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        const char *file = eglQueryDeviceStringEXT(device, files[i]);

        if (file && !strcmp(file, path)) {
            return true;
        }
    }
    eglGetError();
    return false;
}

static DisplayEgl *open_device_of_node(Opening *opening, const char *path)
{
    EGLDeviceEXT devices[DEVICES_MAX];
    EGLint count = list_devices(opening, devices);

    for (int i = 0; i < count; i++) {
        if (is_node_of(devices[i], path)) {
            return open_device(opening, devices[i], i);
        }
    }
    failed(opening, "%s: none of EGL's %d device(s)", path, count);
    return NULL;
}

static DisplayEgl *open_gbm(Opening *opening, const char *path, int fd)
{
    struct gbm_device *gbm;
    DisplayEgl *egl;

    if (!has_client_extension("EGL_KHR_platform_gbm") &&
        !has_client_extension("EGL_MESA_platform_gbm")) {
        return NULL;
    }
    gbm = gbm_create_device(fd);
    if (!gbm) {
        failed(opening, "%s: no GBM driver", path);
        return NULL;
    }
    egl = open_display(opening, path, EGL_PLATFORM_GBM_KHR, gbm);
    if (!egl) {
        gbm_device_destroy(gbm);
        return NULL;
    }
    egl->gbm = gbm;
    return egl;
}

/* Mesa would make a software device of any file. */
static bool is_drm_device(int fd)
{
    struct stat status;

    return !fstat(fd, &status) && S_ISCHR(status.st_mode) && major(status.st_rdev) == DRM_MAJOR;
}

static DisplayEgl *open_render_node(Opening *opening, const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
    DisplayEgl *egl;

    if (fd < 0) {
        failed(opening, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    if (!is_drm_device(fd)) {
        failed(opening, "%s: not a render node", path);
        close(fd);
        return NULL;
    }
    egl = open_gbm(opening, path, fd);
    if (!egl) {
        egl = open_device_of_node(opening, path);
    }
    if (!egl) {
        close(fd);
        return NULL;
    }
    egl->render_node = fd;
    return egl;
}

static DisplayEgl *open_any(Opening *opening)
{
    DisplayEgl *egl = NULL;

    for (int number = RENDER_NODE_FIRST; number <= RENDER_NODE_LAST && !egl; number++) {
        g_autofree char *path = g_strdup_printf(RENDER_NODES, number);

        if (!access(path, F_OK)) {
            egl = open_render_node(opening, path);
        }
    }
    if (!egl) {
        egl = open_surfaceless(opening);
    }
    return egl ? egl : open_devices(opening, -1);
}

static DisplayEgl *open_named(Opening *opening, const char *name)
{
    guint64 index;

    if (!strcmp(name, "surfaceless")) {
        return open_surfaceless(opening);
    }
    if (!strcmp(name, "device")) {
        return open_devices(opening, -1);
    }
    if (g_str_has_prefix(name, "device:")) {
        if (!g_ascii_string_to_unsigned(name + strlen("device:"), 10, 0, DEVICES_MAX - 1, &index,
                                        NULL)) {
            failed(opening, "%s: not a number of a device", name);
            return NULL;
        }
        return open_devices(opening, index);
    }
    return open_render_node(opening, name);
}

static DisplayEgl *opened(Opening *opening, DisplayEgl *egl, GError **error)
{
    if (!egl) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_DISPLAY,
                    "no usable EGL display (%s)", opening->failures->str);
    }
    g_string_free(opening->failures, TRUE);
    return egl;
}

DisplayEgl *display_egl_open(const char *render_node, DisplayGlApi api, GError **error)
{
    Opening opening = {.api = api, .failures = g_string_new(NULL)};
    const char *name = render_node ? render_node : g_getenv(DEVICE_VARIABLE);

    if (!has_client_extension("EGL_EXT_platform_base")) {
        failed(&opening, "EGL is not installed, or too old");
        return opened(&opening, NULL, error);
    }
    return opened(&opening, name && *name ? open_named(&opening, name) : open_any(&opening), error);
}

DisplayEgl *display_egl_open_windows(EGLenum platform, void *native_display, EGLint visual,
                                     DisplayGlApi api, GError **error)
{
    Opening opening = {
        .api = api,
        .surface_type = EGL_WINDOW_BIT,
        .native_visual = visual,
        .failures = g_string_new(NULL),
    };

    if (!has_client_extension("EGL_EXT_platform_base")) {
        failed(&opening, "EGL is not installed, or too old");
        return opened(&opening, NULL, error);
    }
    return opened(&opening, open_display(&opening, "window system", platform, native_display),
                  error);
}
