/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dmabufs as textures: needs /dev/udmabuf and a driver that imports, or is skipped. */
#include "fixture.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ui/egl/blit.h"
#include "ui/egl/flat.h"
#include "ui/egl/import.h"
#include "ui/egl/picture.h"

#define WIDTH  64
#define HEIGHT 48
#define STRIDE (WIDTH * 4)
#define PAGE   4096
#define SIZE   (5 * PAGE)

/* Memory of this process that is a dmabuf as well */
typedef struct Memory {
    int memfd;
    int dmabuf;
    uint8_t *bytes;
} Memory;

static void memory_clear(Memory *memory)
{
    munmap(memory->bytes, SIZE);
    close(memory->dmabuf);
    close(memory->memfd);
}

/* False, with the test skipped, where there is no udmabuf. */
static bool memory_init(Memory *memory)
{
    int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
    struct udmabuf_create create = {.size = SIZE};

    if (device < 0) {
        g_autofree char *reason = g_strdup_printf("/dev/udmabuf: %s", g_strerror(errno));

        g_test_skip(reason);
        return false;
    }
    memory->memfd = memfd_create("udmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    g_assert_cmpint(ftruncate(memory->memfd, SIZE), ==, 0);
    g_assert_cmpint(fcntl(memory->memfd, F_ADD_SEALS, F_SEAL_SHRINK), ==, 0);
    create.memfd = memory->memfd;
    memory->dmabuf = ioctl(device, UDMABUF_CREATE, &create);
    g_assert_cmpint(memory->dmabuf, >=, 0);
    memory->bytes = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory->memfd, 0);
    close(device);
    return true;
}

static DisplayBuffer *buffer_of(const Memory *memory, uint32_t fourcc, uint64_t modifier,
                                uint32_t offset)
{
    const DisplayDmabuf dmabuf = {
        .fd = memory->dmabuf, .fourcc = fourcc, .modifier = modifier, .stride = STRIDE,
        .offset = offset,
    };

    return display_buffer_create_dmabuf(&dmabuf, WIDTH, HEIGHT);
}

/* What a shader gets from the texture */
static Picture sample(const DisplayTexture *texture)
{
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    g_auto(Canvas) canvas = display_test_canvas(WIDTH, HEIGHT, 0);
    const pixman_box32_t whole = {.x2 = WIDTH, .y2 = HEIGHT};
    const DisplayTarget target = {.width = WIDTH, .height = HEIGHT};

    display_blitter_draw(blitter, &target, &(DisplayBlit) {
        .texture = texture, .source = whole, .target = whole, .blend = texture->has_alpha,
    }, NULL);
    return display_test_canvas_read(&canvas);
}

/* The picture that the buffer's pixels stand for, as pixman reads them */
static Picture picture_of(DisplayBuffer *buffer)
{
    const pixman_box32_t whole = {.x2 = WIDTH, .y2 = HEIGHT};
    pixman_image_t *from = display_buffer_create_image(buffer, &whole);
    Picture picture = {WIDTH, HEIGHT, g_new0(uint32_t, WIDTH * HEIGHT)};
    pixman_image_t *to = pixman_image_create_bits_no_clear(PIXMAN_a8r8g8b8, WIDTH, HEIGHT,
                                                           picture.pixels, WIDTH * 4);

    pixman_image_composite32(PIXMAN_OP_SRC, from, NULL, to, 0, 0, 0, 0, 0, 0, WIDTH, HEIGHT);
    pixman_image_unref(to);
    pixman_image_unref(from);
    return picture;
}

static void scribble(Memory *memory, uint32_t seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);

    for (int i = 0; i < SIZE; i++) {
        memory->bytes[i] = g_rand_int(random);
    }
}

static void assert_sampled(DisplayEgl *egl, DisplayBuffer *buffer)
{
    g_autoptr(GError) error = NULL;
    const DisplayTexture *texture = display_egl_import(egl, buffer, &error);
    g_auto(Picture) expected = picture_of(buffer);
    g_auto(Picture) got = {0};

    g_assert_no_error(error);
    got = sample(texture);
    display_test_assert_equal(&got, &expected, 0);
}

/* What comes back into memory, alpha left out */
static void assert_read_back(DisplayEgl *egl, DisplayBuffer *buffer)
{
    g_autoptr(DisplayReadback) readback = display_readback_create();
    const DisplayReadbackSource source = {
        .texture = display_egl_import(egl, buffer, NULL), .box = {.x2 = WIDTH, .y2 = HEIGHT},
    };
    g_auto(Picture) expected = picture_of(buffer);
    Picture got = {WIDTH, HEIGHT, g_new0(uint32_t, WIDTH * HEIGHT)};
    const DisplayPixels target = {.data = (uint8_t *)got.pixels, .stride = WIDTH * 4};
    pixman_region32_t whole;

    pixman_region32_init_rect(&whole, 0, 0, WIDTH, HEIGHT);
    g_assert_cmpuint(display_readback_read(readback, &source, &whole, PIXMAN_x8r8g8b8, &target), ==,
                     WIDTH * HEIGHT * 4);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        g_assert_cmphex(got.pixels[i] & 0xffffff, ==, expected.pixels[i] & 0xffffff);
    }
    pixman_region32_fini(&whole);
    display_test_picture_clear(&got);
}

static bool imports(GlFixture *fixture)
{
    if (!fixture->egl->has_dmabuf_import) {
        g_test_skip("the driver imports no dmabufs");
        return false;
    }
    return true;
}

static void every_format_and_offset_has_the_right_colours(GlFixture *fixture)
{
    static const uint32_t fourccs[] = {
        DRM_FORMAT_XRGB8888, DRM_FORMAT_ARGB8888, DRM_FORMAT_XBGR8888, DRM_FORMAT_ABGR8888,
        DRM_FORMAT_RGBX8888, DRM_FORMAT_RGBA8888, DRM_FORMAT_BGRX8888, DRM_FORMAT_BGRA8888,
    };
    static const uint32_t offsets[] = {0, PAGE, 64};
    static const uint64_t modifiers[] = {DRM_FORMAT_MOD_INVALID, DRM_FORMAT_MOD_LINEAR};
    Memory memory;

    if (!imports(fixture) || !memory_init(&memory)) {
        return;
    }
    for (int i = 0; i < G_N_ELEMENTS(fourccs) * 6; i++) {
        g_autoptr(DisplayBuffer) buffer = buffer_of(&memory, fourccs[i / 6], modifiers[i / 3 % 2],
                                                    offsets[i % 3]);

        scribble(&memory, i);
        g_test_message("format %.4s, offset %u, modifier %d", (const char *)&fourccs[i / 6],
                       offsets[i % 3], i / 3 % 2);
        assert_sampled(fixture->egl, buffer);
        assert_read_back(fixture->egl, buffer);
    }
    memory_clear(&memory);
}

static void import_is_made_once_and_follows_the_memory(GlFixture *fixture)
{
    Memory memory;
    DisplayBuffer *buffer;
    const DisplayTexture *texture;
    GLuint name;

    if (!imports(fixture) || !memory_init(&memory)) {
        return;
    }
    buffer = buffer_of(&memory, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID, 0);
    texture = display_egl_import(fixture->egl, buffer, NULL);
    name = texture->name;
    for (int seed = 0; seed < 3; seed++) {
        scribble(&memory, seed);
        assert_sampled(fixture->egl, buffer);
        g_assert_true(display_egl_import(fixture->egl, buffer, NULL) == texture);
        g_assert_true(display_egl_get_picture(fixture->egl, buffer, NULL, NULL, NULL) == texture);
    }
    display_buffer_unref(buffer);
    display_egl_collect(fixture->egl);
    g_assert_false(glIsTexture(name));
    memory_clear(&memory);
}

static void *unref_elsewhere(void *buffer)
{
    display_buffer_unref(buffer);
    return NULL;
}

static void buffer_may_go_on_another_thread(GlFixture *fixture)
{
    Memory memory;
    DisplayBuffer *buffer;
    GLuint name;

    if (!imports(fixture) || !memory_init(&memory)) {
        return;
    }
    buffer = buffer_of(&memory, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID, 0);
    name = display_egl_import(fixture->egl, buffer, NULL)->name;
    g_thread_join(g_thread_new("unref", unref_elsewhere, buffer));
    g_assert_true(glIsTexture(name));
    display_egl_collect(fixture->egl);
    g_assert_false(glIsTexture(name));
    memory_clear(&memory);
}

static void modifier_of_no_driver_is_refused(GlFixture *fixture)
{
    const uint64_t made_up = 0x0f00000000001234;
    g_autoptr(DisplayBuffer) buffer = NULL;
    g_autoptr(GError) error = NULL;
    Memory memory;

    if (!imports(fixture) || !memory_init(&memory)) {
        return;
    }
    buffer = buffer_of(&memory, DRM_FORMAT_XRGB8888, made_up, 0);
    g_assert_false(display_egl_can_import(fixture->egl, DRM_FORMAT_XRGB8888, made_up));
    g_assert_null(display_egl_import(fixture->egl, buffer, &error));
    g_assert_nonnull(strstr(error->message, "0xf00000000001234"));
    memory_clear(&memory);
}

/* Damage that is a lie: only what it names is fetched. */
static void flat_picture_of_a_dmabuf_is_its_damage(GlFixture *fixture)
{
    Memory memory;
    DisplayView view;
    DisplayFlat flat;
    DisplayFrame frame = {.source = {.x2 = WIDTH, .y2 = HEIGHT}};
    pixman_region32_t changed;
    const uint32_t *first;

    if (!memory_init(&memory)) {
        return;
    }
    memset(memory.bytes, 0x11, SIZE);
    frame.buffer = buffer_of(&memory, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR, 0);
    display_view_init(&view);
    display_flat_init(&flat, fixture->egl);
    pixman_region32_init(&changed);
    display_view_show(&view, &frame);
    g_assert_true(display_flat_update(&flat, &view, &changed, NULL));
    g_assert_cmpuint(flat.bytes_read + flat.bytes_copied, ==, WIDTH * HEIGHT * 4);
    /* A udmabuf is ordinary memory: no detour through GL. */
    g_assert_cmpuint(flat.bytes_read, ==, 0);
    memset(memory.bytes, 0x22, SIZE);
    display_view_damage(&view, 2, 0, 3, 1);
    g_assert_true(display_flat_update(&flat, &view, &changed, NULL));
    g_assert_cmpuint(flat.bytes_read + flat.bytes_copied, ==, WIDTH * HEIGHT * 4 + 3 * 4);
    first = pixman_image_get_data(flat.image);
    for (int x = 0; x < WIDTH; x++) {
        g_assert_cmphex(first[x] & 0xffffff, ==, x >= 2 && x < 5 ? 0x222222 : 0x111111);
    }
    pixman_region32_fini(&changed);
    display_flat_finish(&flat);
    display_view_finish(&view);
    display_buffer_unref(frame.buffer);
    memory_clear(&memory);
}

static void texture_is_exported_or_refused_with_a_reason(GlFixture *fixture)
{
    g_auto(Picture) picture = display_test_picture(WIDTH, HEIGHT, 1);
    DisplayTexture texture = display_test_texture(&picture);
    g_autoptr(GError) error = NULL;
    DisplayDmabuf dmabuf = {.fd = -1};

    if (display_egl_export(fixture->egl, texture.name, &dmabuf, &error)) {
        g_assert_cmpint(dmabuf.fd, >=, 0);
        g_assert_cmpuint(dmabuf.stride, >=, WIDTH * 4);
        close(dmabuf.fd);
    } else {
        g_assert_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_EXPORT);
        g_assert_cmpint(dmabuf.fd, ==, -1);
    }
    glDeleteTextures(1, &texture.name);
    while (glGetError() != GL_NO_ERROR) {
        /* drivers may leave an error with a refusal */
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    display_test_add("/gl/import/every-format-and-offset-has-the-right-colours",
                     every_format_and_offset_has_the_right_colours);
    display_test_add("/gl/import/is-made-once-and-follows-the-memory",
                     import_is_made_once_and_follows_the_memory);
    display_test_add("/gl/import/buffer-may-go-on-another-thread", buffer_may_go_on_another_thread);
    display_test_add("/gl/import/modifier-of-no-driver-is-refused", modifier_of_no_driver_is_refused);
    display_test_add("/gl/import/flat-picture-of-a-dmabuf-is-its-damage",
                     flat_picture_of_a_dmabuf_is_its_damage);
    display_test_add("/gl/export/texture-is-exported-or-refused-with-a-reason",
                     texture_is_exported_or_refused_with_a_reason);
    return g_test_run();
}
