/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws a dmabuf with GL: imports an inherited file descriptor as an EGL image, textures a
 * rectangle of the same size from it and writes the drawn pixels to standard output as
 * RGBA, first row of the buffer first.
 *
 * One picture is drawn for every byte that arrives on standard input, all from the one
 * import, so that a test can change the memory in between. Ends with 0 at the end of the
 * input and with 1 and a message when anything fails.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <epoxy/egl.h>
#include <epoxy/gl.h>

typedef struct Picture {
    int fd;
    uint32_t fourcc;
    int width;
    int height;
    int stride;
    int offset;
} Picture;

static const char *const vertex_source =
    "attribute vec2 corner;\n"
    "varying vec2 place;\n"
    "void main() {\n"
    "    place = corner;\n"
    "    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);\n"
    "}\n";

static const char *const fragment_source =
    "precision mediump float;\n"
    "varying vec2 place;\n"
    "uniform sampler2D picture;\n"
    "void main() {\n"
    "    gl_FragColor = texture2D(picture, place);\n"
    "}\n";

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
    va_list arguments;

    fputs("dmabuf-draw: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static EGLDisplay open_display(void)
{
    EGLDisplay display = eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA,
                                                  EGL_DEFAULT_DISPLAY, NULL);
    EGLint major, minor;

    if (!eglInitialize(display, &major, &minor)) {
        fail("no EGL display: %#x", eglGetError());
    }
    if (!epoxy_has_egl_extension(display, "EGL_EXT_image_dma_buf_import")) {
        fail("EGL %d.%d cannot import dmabufs", major, minor);
    }
    return display;
}

static void make_context(EGLDisplay display)
{
    static const EGLint attributes[] = { EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE };
    EGLContext context;

    eglBindAPI(EGL_OPENGL_ES_API);
    context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
    if (!context || !eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
        fail("no context: %#x", eglGetError());
    }
    fprintf(stderr, "dmabuf-draw: %s\n", (const char *)glGetString(GL_RENDERER));
}

static void import_texture(EGLDisplay display, const Picture *picture)
{
    const EGLint attributes[] = {
        EGL_WIDTH, picture->width,
        EGL_HEIGHT, picture->height,
        EGL_LINUX_DRM_FOURCC_EXT, (EGLint)picture->fourcc,
        EGL_DMA_BUF_PLANE0_FD_EXT, picture->fd,
        EGL_DMA_BUF_PLANE0_OFFSET_EXT, picture->offset,
        EGL_DMA_BUF_PLANE0_PITCH_EXT, picture->stride,
        EGL_NONE
    };
    EGLImageKHR image = eglCreateImageKHR(display, EGL_NO_CONTEXT, EGL_LINUX_DMA_BUF_EXT,
                                          NULL, attributes);
    GLuint texture;

    if (!image) {
        fail("the dmabuf is not imported: %#x", eglGetError());
    }
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glEGLImageTargetTexture2DOES(GL_TEXTURE_2D, image);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    if (glGetError()) {
        fail("the image is no texture");
    }
}

static GLuint compile(GLenum kind, const char *source)
{
    GLuint shader = glCreateShader(kind);
    GLint good;

    glShaderSource(shader, 1, &source, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
    if (!good) {
        fail("a shader does not compile");
    }
    return shader;
}

/* One triangle that covers the target twice over. */
static void prepare_drawing(void)
{
    static const float corners[] = { 0, 0, 2, 0, 0, 2 };
    GLuint program = glCreateProgram();

    glAttachShader(program, compile(GL_VERTEX_SHADER, vertex_source));
    glAttachShader(program, compile(GL_FRAGMENT_SHADER, fragment_source));
    glBindAttribLocation(program, 0, "corner");
    glLinkProgram(program);
    glUseProgram(program);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, corners);
    glEnableVertexAttribArray(0);
}

static void prepare_target(const Picture *picture)
{
    GLuint buffer, frame;

    glGenRenderbuffers(1, &buffer);
    glBindRenderbuffer(GL_RENDERBUFFER, buffer);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8_OES, picture->width, picture->height);
    glGenFramebuffers(1, &frame);
    glBindFramebuffer(GL_FRAMEBUFFER, frame);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, buffer);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        fail("no frame buffer");
    }
    glViewport(0, 0, picture->width, picture->height);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
}

/* Cleared to a colour first: a draw that does nothing must not pass for the last one. */
static void draw(const Picture *picture, uint8_t *pixels)
{
    size_t size = (size_t)picture->width * picture->height * 4;

    glClearColor(1, 0, 1, 0);
    glClear(GL_COLOR_BUFFER_BIT);
    glDrawArrays(GL_TRIANGLES, 0, 3);
    glReadPixels(0, 0, picture->width, picture->height, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
    if (glGetError()) {
        fail("drawing failed");
    }
    if (fwrite(pixels, 1, size, stdout) != size || fflush(stdout)) {
        fail("writing failed: %s", strerror(errno));
    }
}

static Picture parse_picture(int argc, char **argv)
{
    if (argc != 7 || strlen(argv[2]) != 4) {
        fail("usage: dmabuf-draw FD FOURCC WIDTH HEIGHT STRIDE OFFSET");
    }
    return (Picture) {
        .fd = atoi(argv[1]),
        .fourcc = argv[2][0] | argv[2][1] << 8 | argv[2][2] << 16 | (uint32_t)argv[2][3] << 24,
        .width = atoi(argv[3]),
        .height = atoi(argv[4]),
        .stride = atoi(argv[5]),
        .offset = atoi(argv[6]),
    };
}

int main(int argc, char **argv)
{
    Picture picture = parse_picture(argc, argv);
    EGLDisplay display = open_display();
    uint8_t *pixels = malloc((size_t)picture.width * picture.height * 4);

    if (!pixels) {
        fail("no memory");
    }
    make_context(display);
    import_texture(display, &picture);
    prepare_drawing();
    prepare_target(&picture);
    while (getchar() != EOF) {
        draw(&picture, pixels);
    }
    free(pixels);
    eglTerminate(display);
    return 0;
}
