# SPDX-License-Identifier: GPL-2.0-or-later
"""Command streams of virgl, as SUBMIT_3D carries them: words, little-endian."""

from __future__ import annotations

import struct

CREATE_OBJECT = 1
DESTROY_OBJECT = 3
SET_FRAMEBUFFER_STATE = 5
CLEAR = 7
RESOURCE_INLINE_WRITE = 9
BLIT = 16
RESOURCE_COPY_REGION = 17
PIPE_RESOURCE_CREATE = 48

OBJECT_SHADER = 4
OBJECT_SURFACE = 8

TARGET_BUFFER = 0
TARGET_2D = 2
TARGET_3D = 3
TARGET_CUBE = 4

BIND_RENDER_TARGET = 1 << 1
BIND_SAMPLER_VIEW = 1 << 3
BIND_VERTEX_BUFFER = 1 << 4
BIND_SCANOUT = 1 << 18

FLAG_Y_0_TOP = 1 << 0
FLAG_MAP_PERSISTENT = 1 << 1
FLAG_MAP_COHERENT = 1 << 2
FORMAT_R8 = 64
CLEAR_COLOR0 = 1 << 2


def command(number: int, *words: int, kind: int = 0) -> bytes:
    """One command: its header says how many words follow."""
    return struct.pack(f'<{len(words) + 1}I', number | kind << 8 | len(words) << 16, *words)


def surface(handle: int, resource_id: int, fmt: int) -> bytes:
    """Makes a view of level 0 of a resource that can be drawn to."""
    return command(CREATE_OBJECT, handle, resource_id, fmt, 0, 0, kind=OBJECT_SURFACE)


def framebuffer(handle: int) -> bytes:
    """Draws to a surface from now on."""
    return command(SET_FRAMEBUFFER_STATE, 1, 0, handle)


def clear(red: float, green: float, blue: float, alpha: float = 1.0) -> bytes:
    """Fills what is drawn to with a colour."""
    colour = struct.unpack('<4I', struct.pack('<4f', red, green, blue, alpha))
    return command(CLEAR, CLEAR_COLOR0, *colour, 0, 0, 0)


def blit(target: int, target_format: int, source: int, source_format: int, width: int, height: int) -> bytes:
    """Draws level 0 of a resource into another one, both of a size, by way of formats."""
    box = (0, 0, 0, width, height, 1)
    return command(BLIT, COLOUR_MASK_ALL, 0, 0, target, 0, target_format, *box, source, 0, source_format, *box)


def pipe_resource(blob_id: int, size: int, flags: int = FLAG_MAP_PERSISTENT | FLAG_MAP_COHERENT,
                  target: int = TARGET_BUFFER, fmt: int = FORMAT_R8, bind: int = BIND_VERTEX_BUFFER,
                  height: int = 1) -> bytes:
    """Makes what a blob of that id will be: a buffer of `size` bytes, or a texture that wide."""
    return command(PIPE_RESOURCE_CREATE, target, fmt, bind, size, height, 1, 1, 0, 0, flags, blob_id)


def inline_write(resource_id: int, x: int, y: int, width: int, height: int, data: bytes) -> bytes:
    """Writes pixels to a box of level 0."""
    words = struct.unpack(f'<{len(data) // 4}I', data)
    return command(RESOURCE_INLINE_WRITE, resource_id, 0, 0, 0, 0, x, y, 0, width, height, 1, *words)


BIND_OBJECT = 2
SET_VIEWPORT_STATE = 4
SET_VERTEX_BUFFERS = 6
DRAW_VBO = 8
BIND_SHADER = 31

OBJECT_BLEND = 1
OBJECT_RASTERIZER = 2
OBJECT_DSA = 3
OBJECT_VERTEX_ELEMENTS = 5

STAGE_VERTEX = 0
STAGE_FRAGMENT = 1

FORMAT_R32G32B32A32_FLOAT = 31
PRIMITIVE_TRIANGLES = 4
COLOUR_MASK_ALL = 0xf


def floats(*values: float) -> tuple[int, ...]:
    """The words that hold numbers."""
    return struct.unpack(f'<{len(values)}I', struct.pack(f'<{len(values)}f', *values))


def bind(handle: int, kind: int) -> bytes:
    """Uses an object from now on."""
    return command(BIND_OBJECT, handle, kind=kind)


def shader(handle: int, stage: int, text: str) -> bytes:
    """Makes a shader of TGSI text and uses it."""
    data = text.encode() + b'\0'
    data += bytes(-len(data) % 4)
    words = struct.unpack(f'<{len(data) // 4}I', data)
    # The length that is announced counts the text and its end; so many tokens are more than enough.
    return (command(CREATE_OBJECT, handle, stage, len(text) + 1, 100 + len(text), 0, *words, kind=OBJECT_SHADER)
            + command(BIND_SHADER, handle, stage))


VERTEX_TEXT = '''VERT
DCL IN[0]
DCL OUT[0], POSITION
  0: MOV OUT[0], IN[0]
  1: END
'''

FRAGMENT_TEXT = '''FRAG
DCL OUT[0], COLOR
IMM[0] FLT32 { 0.0, 1.0, 0.0, 1.0 }
  0: MOV OUT[0], IMM[0]
  1: END
'''


def states(width: int, height: int) -> bytes:
    """The fixed state of a triangle that covers a target; makes objects 101 to 104."""
    half = (width / 2, height / 2)
    return b''.join((
        command(CREATE_OBJECT, 101, 0, 0, COLOUR_MASK_ALL << 27, *[0] * 7, kind=OBJECT_BLEND),
        bind(101, OBJECT_BLEND),
        command(CREATE_OBJECT, 102, 0, 0, 0, 0, kind=OBJECT_DSA),
        bind(102, OBJECT_DSA),
        command(CREATE_OBJECT, 103, 1 << 29, *floats(1.0), 0, 0, *floats(1.0, 0.0, 0.0, 0.0),
                kind=OBJECT_RASTERIZER),
        bind(103, OBJECT_RASTERIZER),
        command(CREATE_OBJECT, 104, 0, 0, 0, FORMAT_R32G32B32A32_FLOAT, kind=OBJECT_VERTEX_ELEMENTS),
        bind(104, OBJECT_VERTEX_ELEMENTS),
        command(SET_VIEWPORT_STATE, 0, *floats(half[0], half[1], 0.5, half[0], half[1], 0.5)),
    ))


def triangle(vertices: int) -> bytes:
    """Draws a triangle that covers the target, by a vertex buffer of 48 bytes."""
    corners = struct.pack('<12f', -1, -1, 0, 1, 3, -1, 0, 1, -1, 3, 0, 1)
    return b''.join((
        inline_write(vertices, 0, 0, len(corners), 1, corners),
        command(SET_VERTEX_BUFFERS, 16, 0, vertices),
        command(DRAW_VBO, 0, 3, PRIMITIVE_TRIANGLES, 0, 1, 0, 0, 0, 0, 0, 2, 0),
    ))


def monster(lines: int, seed: int = 1) -> str:
    """A fragment shader that takes long to compile; every seed makes another one."""
    body = ['FRAG', 'DCL IN[0], POSITION, LINEAR', 'DCL OUT[0], COLOR', 'DCL TEMP[0..31], LOCAL',
            f'IMM[0] FLT32 {{ 0.{seed}, 1.0, 0.5, 1.0 }}']
    body += [f'MOV TEMP[{index}], IN[0]' for index in range(32)]
    for line in range(lines):
        a, b, c = line % 32, (line * 7 + 3) % 32, (line * 13 + 5) % 32
        operation = ('SIN', 'EX2', 'LG2', 'COS')[line % 4]
        body.append(f'{operation} TEMP[{a}].x, TEMP[{b}].xxxx')
        body.append(f'MAD TEMP[{b}], TEMP[{a}].wxyz, TEMP[{c}], IMM[0]')
    body += ['MOV OUT[0], TEMP[0]', 'END']
    head = 5
    return '\n'.join(body[:head] + [f'{n:3}: {text}' for n, text in enumerate(body[head:])]) + '\n'
