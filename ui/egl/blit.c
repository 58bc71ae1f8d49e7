/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayBlitter: pictures drawn from textures.
 *
 * The fragment shader works out the texel from the position on the target, so every rectangle of
 * the damage gets the very pixels that a draw of the whole picture would give.
 */
#include "ui/egl/blit.h"

#include "egl-private.h"

/* Rectangles of one draw; clips of more are simplified. */
#define RECTANGLES_MAX 64

struct DisplayBlitter {
    GLuint program;
    GLuint vertices;        /* vertex array without attributes: core profiles want one */
    GLuint samplers[2];     /* sharp, smooth: the state of borrowed textures stays theirs */
    GLint corners;
    GLint texel;
    GLint source;
    GLint size;
    GLint smooth_;
    GLint opaque;
};

static const char vertex_source[] =
    "uniform vec4 corners;\n"       /* left, first row, right, last row in clip coordinates */
    "void main()\n"
    "{\n"
    "    gl_Position = vec4((gl_VertexID & 1) != 0 ? corners.z : corners.x,\n"
    "                       (gl_VertexID & 2) != 0 ? corners.w : corners.y, 0.0, 1.0);\n"
    "}\n";

static const char fragment_source[] =
    "uniform sampler2D picture;\n"
    "uniform vec4 texel;\n"         /* texel = position on the target * xy + zw */
    "uniform vec4 source;\n"        /* first texels, last texels */
    "uniform vec2 size;\n"
    "uniform bool smooth_;\n"
    "uniform bool opaque;\n"
    "out vec4 colour;\n"
    "void main()\n"
    "{\n"
    "    vec2 at = gl_FragCoord.xy * texel.xy + texel.zw;\n"
    "    if (smooth_) {\n"
    "        colour = texture(picture, clamp(at, source.xy + 0.5, source.zw + 0.5) / size);\n"
    "    } else {\n"
    "        colour = texelFetch(picture, ivec2(clamp(floor(at), source.xy, source.zw)), 0);\n"
    "    }\n"
    "    if (opaque) {\n"
    "        colour.a = 1.0;\n"
    "    }\n"
    "}\n";

static GLuint compile(GLenum type, const char *source)
{
    const char *version = epoxy_is_desktop_gl() ? "#version 150\n"
                                                : "#version 300 es\n"
                                                  "precision highp float;\n"
                                                  "precision highp int;\n"
                                                  "precision highp sampler2D;\n";
    const char *parts[] = {version, source};
    GLuint shader = glCreateShader(type);
    GLint compiled = GL_FALSE;
    char reason[512] = "";

    glShaderSource(shader, G_N_ELEMENTS(parts), parts, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
    if (!compiled) {
        glGetShaderInfoLog(shader, sizeof(reason), NULL, reason);
        g_warning("the display's shader does not compile: %s", reason);
        glDeleteShader(shader);
        return 0;
    }
    return shader;
}

static GLuint link_program(void)
{
    GLuint vertex = compile(GL_VERTEX_SHADER, vertex_source);
    GLuint fragment = compile(GL_FRAGMENT_SHADER, fragment_source);
    GLuint program = 0;
    GLint linked = GL_FALSE;

    if (vertex && fragment) {
        program = glCreateProgram();
        glAttachShader(program, vertex);
        glAttachShader(program, fragment);
        glLinkProgram(program);
        glGetProgramiv(program, GL_LINK_STATUS, &linked);
    }
    glDeleteShader(vertex);
    glDeleteShader(fragment);
    if (!linked) {
        glDeleteProgram(program);
        return 0;
    }
    return program;
}

static void create_samplers(DisplayBlitter *blitter)
{
    glGenSamplers(2, blitter->samplers);
    for (unsigned i = 0; i < 2; i++) {
        GLint filter = i ? GL_LINEAR : GL_NEAREST;

        glSamplerParameteri(blitter->samplers[i], GL_TEXTURE_MIN_FILTER, filter);
        glSamplerParameteri(blitter->samplers[i], GL_TEXTURE_MAG_FILTER, filter);
        glSamplerParameteri(blitter->samplers[i], GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
        glSamplerParameteri(blitter->samplers[i], GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    }
}

DisplayBlitter *display_blitter_create(void)
{
    GLuint program = link_program();
    DisplayBlitter *blitter;

    if (!program) {
        return NULL;
    }
    blitter = g_new0(DisplayBlitter, 1);
    blitter->program = program;
    blitter->corners = glGetUniformLocation(program, "corners");
    blitter->texel = glGetUniformLocation(program, "texel");
    blitter->source = glGetUniformLocation(program, "source");
    blitter->size = glGetUniformLocation(program, "size");
    blitter->smooth_ = glGetUniformLocation(program, "smooth_");
    blitter->opaque = glGetUniformLocation(program, "opaque");
    glUseProgram(program);
    glUniform1i(glGetUniformLocation(program, "picture"), 0);
    glUseProgram(0);
    glGenVertexArrays(1, &blitter->vertices);
    create_samplers(blitter);
    return blitter;
}

void display_blitter_free(DisplayBlitter *blitter)
{
    if (blitter) {
        glDeleteProgram(blitter->program);
        glDeleteVertexArrays(1, &blitter->vertices);
        glDeleteSamplers(2, blitter->samplers);
        g_free(blitter);
    }
}

/* The framebuffer's rows of a rectangle whose y counts from the top */
static pixman_box32_t framebuffer_box(const DisplayTarget *target, const pixman_box32_t *box)
{
    return target->bottom_up ? display_box_flipped(box, target->height) : *box;
}

static void set_uniforms(DisplayBlitter *blitter, const DisplayTarget *target, const DisplayBlit *blit)
{
    const pixman_box32_t *from = &blit->source;
    pixman_box32_t to = framebuffer_box(target, &blit->target);
    double scale_x = (double)(from->x2 - from->x1) / (to.x2 - to.x1);
    double scale_y = (double)(from->y2 - from->y1) / (to.y2 - to.y1);
    bool turned = target->bottom_up != (blit->orientation == DISPLAY_BOTTOM_UP);
    double step_y = turned ? -scale_y : scale_y;
    double first_y = turned ? from->y2 : from->y1;

    glUniform4f(blitter->corners, 2.0 * to.x1 / target->width - 1, 2.0 * to.y1 / target->height - 1,
                2.0 * to.x2 / target->width - 1, 2.0 * to.y2 / target->height - 1);
    glUniform4f(blitter->texel, scale_x, step_y, from->x1 - to.x1 * scale_x,
                first_y - to.y1 * step_y);
    glUniform4f(blitter->source, from->x1, from->y1, from->x2 - 1, from->y2 - 1);
    glUniform2f(blitter->size, blit->texture->width, blit->texture->height);
    glUniform1i(blitter->smooth_, blit->smooth);
    glUniform1i(blitter->opaque, !blit->blend);
}

/* The part of the clip that lies on the target and in `box`, in few rectangles */
static void clip_target(pixman_region32_t *part, const DisplayTarget *target,
                        const pixman_region32_t *clip, const pixman_box32_t *box)
{
    pixman_region32_init_rect(part, 0, 0, target->width, target->height);
    if (clip) {
        pixman_region32_intersect(part, part, (pixman_region32_t *)clip);
    }
    if (box) {
        pixman_region32_intersect_rect(part, part, box->x1, box->y1, box->x2 - box->x1,
                                       box->y2 - box->y1);
    }
    display_damage_simplify(part, RECTANGLES_MAX);
}

static void set_scissor(const DisplayTarget *target, const pixman_box32_t *box)
{
    pixman_box32_t rows = framebuffer_box(target, box);

    glScissor(rows.x1, rows.y1, rows.x2 - rows.x1, rows.y2 - rows.y1);
}

static void draw_boxes(DisplayBlitter *blitter, const DisplayTarget *target,
                       const DisplayBlit *blit, pixman_region32_t *part)
{
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles(part, &count);

    glViewport(0, 0, target->width, target->height);
    glUseProgram(blitter->program);
    glBindVertexArray(blitter->vertices);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, blit->texture->name);
    glBindSampler(0, blitter->samplers[blit->smooth]);
    set_uniforms(blitter, target, blit);
    if (blit->blend) {
        glEnable(GL_BLEND);
        glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    }
    glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < count; i++) {
        set_scissor(target, &boxes[i]);
        glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
    }
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_BLEND);
    glBindSampler(0, 0);
    glBindTexture(GL_TEXTURE_2D, 0);
    glBindVertexArray(0);
    glUseProgram(0);
}

static bool is_empty(const pixman_box32_t *box)
{
    return box->x1 >= box->x2 || box->y1 >= box->y2;
}

void display_blitter_draw(DisplayBlitter *blitter, const DisplayTarget *target,
                          const DisplayBlit *blit, const pixman_region32_t *clip)
{
    pixman_region32_t part;

    if (is_empty(&blit->source) || is_empty(&blit->target)) {
        return;
    }
    clip_target(&part, target, clip, &blit->target);
    if (pixman_region32_not_empty(&part)) {
        draw_boxes(blitter, target, blit, &part);
    }
    pixman_region32_fini(&part);
}

void display_blitter_fill(DisplayBlitter *blitter, const DisplayTarget *target, uint32_t rgb,
                          const pixman_region32_t *clip)
{
    pixman_region32_t part;
    const pixman_box32_t *boxes;
    int count;

    clip_target(&part, target, clip, NULL);
    boxes = pixman_region32_rectangles(&part, &count);
    glClearColor((rgb >> 16 & 0xff) / 255.0f, (rgb >> 8 & 0xff) / 255.0f, (rgb & 0xff) / 255.0f, 1);
    glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < count; i++) {
        set_scissor(target, &boxes[i]);
        glClear(GL_COLOR_BUFFER_BIT);
    }
    glDisable(GL_SCISSOR_TEST);
    pixman_region32_fini(&part);
}
