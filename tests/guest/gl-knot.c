/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A turning knot with light on it, see gl-scene.h. */
#include "gl-scene.h"

#include <math.h>
#include <stdlib.h>

#include "gl-draw.h"

enum {
    RINGS = 192,                /* along the knot */
    SIDES = 24,                 /* around its tube */
    VERTICES = (RINGS + 1) * (SIDES + 1),
    INDICES = RINGS * SIDES * 6,
};

#define TUBE 0.32f

typedef struct Vector {
    float x, y, z;
} Vector;

typedef struct Vertex {
    Vector place, normal;
} Vertex;

static GLuint ground_program, knot_program;
static GLint knot_turn, knot_aspect, knot_time;
static GLuint vertex_buffer, index_buffer;

static const char ground_vertex[] =
    "attribute vec2 position;\n"
    "varying vec2 place;\n"
    "void main() { place = position; gl_Position = vec4(position, 0.0, 1.0); }\n";

static const char ground_fragment[] =
    "precision mediump float;\n"
    "varying vec2 place;\n"
    "void main() {\n"
    "    float light = 1.0 - 0.55 * length(place);\n"
    "    gl_FragColor = vec4(vec3(0.10, 0.13, 0.20) * (1.0 + light), 1.0);\n"
    "}\n";

static const char knot_vertex[] =
    "attribute vec3 position;\n"
    "attribute vec3 extra;\n"
    "uniform mat3 turn;\n"
    "uniform float aspect;\n"
    "varying vec3 normal;\n"
    "varying vec3 place;\n"
    "varying vec3 own;\n"
    "void main() {\n"
    "    own = position;\n"
    "    normal = turn * extra;\n"
    "    place = turn * position - vec3(0.0, 0.0, 6.0);\n"
    "    gl_Position = vec4(place.x * 2.6 / aspect, place.y * 2.6,\n"
    "                       -1.05 * place.z - 2.1, -place.z);\n"
    "}\n";

static const char knot_fragment[] =
    "precision mediump float;\n"
    "uniform float time;\n"
    "varying vec3 normal;\n"
    "varying vec3 place;\n"
    "varying vec3 own;\n"
    "void main() {\n"
    "    vec3 n = normalize(normal);\n"
    "    vec3 light = normalize(vec3(0.5, 0.8, 1.0));\n"
    "    vec3 colour = 0.55 + 0.45 * cos(own.xyz * 1.3 + time + vec3(0.0, 2.1, 4.2));\n"
    "    float shine = pow(max(dot(reflect(-light, n), -normalize(place)), 0.0), 32.0);\n"
    "    gl_FragColor = vec4(colour * (0.2 + 0.8 * max(dot(n, light), 0.0)) + 0.6 * shine, 1.0);\n"
    "}\n";

static Vector add(Vector a, Vector b, float times)
{
    return (Vector) { a.x + b.x * times, a.y + b.y * times, a.z + b.z * times };
}

static Vector cross(Vector a, Vector b)
{
    return (Vector) { a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x };
}

static Vector unit(Vector a)
{
    float length = sqrtf(a.x * a.x + a.y * a.y + a.z * a.z);

    return (Vector) { a.x / length, a.y / length, a.z / length };
}

/* The line inside the knot: twice around the axis while three times around the ring. */
static Vector middle(float t)
{
    float radius = 1.1f + 0.45f * cosf(3 * t);

    return (Vector) { radius * cosf(2 * t), radius * sinf(2 * t), 0.75f * sinf(3 * t) };
}

static void make_vertices(Vertex *vertex)
{
    for (int ring = 0; ring <= RINGS; ring++) {
        float t = 2 * (float)M_PI * ring / RINGS;
        Vector centre = middle(t);
        Vector along = unit(add(middle(t + 0.01f), centre, -1));
        Vector side = unit(cross(along, centre));
        Vector up = cross(side, along);

        for (int i = 0; i <= SIDES; i++, vertex++) {
            float a = 2 * (float)M_PI * i / SIDES;

            vertex->normal = add(add((Vector) { 0 }, side, cosf(a)), up, sinf(a));
            vertex->place = add(centre, vertex->normal, TUBE);
        }
    }
}

static void make_indices(uint16_t *index)
{
    for (int ring = 0; ring < RINGS; ring++) {
        for (int i = 0; i < SIDES; i++) {
            int a = ring * (SIDES + 1) + i, b = a + SIDES + 1;

            *index++ = a, *index++ = b, *index++ = a + 1;
            *index++ = a + 1, *index++ = b, *index++ = b + 1;
        }
    }
}

static void fill_buffers(void)
{
    Vertex *vertices = calloc(VERTICES, sizeof(Vertex));
    uint16_t *indices = calloc(INDICES, sizeof(uint16_t));

    make_vertices(vertices);
    make_indices(indices);
    glGenBuffers(1, &vertex_buffer);
    glBindBuffer(GL_ARRAY_BUFFER, vertex_buffer);
    glBufferData(GL_ARRAY_BUFFER, VERTICES * sizeof(Vertex), vertices, GL_STATIC_DRAW);
    glGenBuffers(1, &index_buffer);
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, index_buffer);
    glBufferData(GL_ELEMENT_ARRAY_BUFFER, INDICES * sizeof(uint16_t), indices, GL_STATIC_DRAW);
    free(vertices);
    free(indices);
}

static bool prepare(void)
{
    ground_program = vgpu_gl_draw_program(ground_vertex, ground_fragment);
    knot_program = vgpu_gl_draw_program(knot_vertex, knot_fragment);
    if (!ground_program || !knot_program) {
        return false;
    }
    knot_turn = glGetUniformLocation(knot_program, "turn");
    knot_aspect = glGetUniformLocation(knot_program, "aspect");
    knot_time = glGetUniformLocation(knot_program, "time");
    fill_buffers();
    return true;
}

static void draw_ground(void)
{
    static const float corners[4][2] = { { -1, -1 }, { 1, -1 }, { -1, 1 }, { 1, 1 } };

    glDisable(GL_DEPTH_TEST);
    glUseProgram(ground_program);
    glBindBuffer(GL_ARRAY_BUFFER, 0);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, corners);
    glEnableVertexAttribArray(0);
    glDisableVertexAttribArray(1);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void set_turn(uint32_t frame)
{
    float a = frame * 0.021f, b = 0.6f + frame * 0.013f;
    const float turn[9] = {
        cosf(a), sinf(a) * cosf(b), sinf(a) * sinf(b),
        -sinf(a), cosf(a) * cosf(b), cosf(a) * sinf(b),
        0, -sinf(b), cosf(b),
    };

    glUniformMatrix3fv(knot_turn, 1, GL_FALSE, turn);
    glUniform1f(knot_time, frame * 0.017f);
}

static void draw(int width, int height, uint32_t frame)
{
    glViewport(0, 0, width, height);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    draw_ground();
    glEnable(GL_DEPTH_TEST);
    glUseProgram(knot_program);
    set_turn(frame);
    glUniform1f(knot_aspect, (float)width / height);
    glBindBuffer(GL_ARRAY_BUFFER, vertex_buffer);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, sizeof(Vertex), NULL);
    glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, sizeof(Vertex), (void *)sizeof(Vector));
    glEnableVertexAttribArray(0);
    glEnableVertexAttribArray(1);
    glDrawElements(GL_TRIANGLES, INDICES, GL_UNSIGNED_SHORT, NULL);
}

const VgpuGlScene vgpu_gl_knot = {
    .name = "knot", .prepare = prepare, .draw = draw,
};
