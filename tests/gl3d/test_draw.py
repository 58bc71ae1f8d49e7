# SPDX-License-Identifier: GPL-2.0-or-later
"""What virglrenderer draws is what a display shows, the right way up."""

from __future__ import annotations

import itertools

import numpy
import pytest

from vgpu import virgl
from vgpu.formats import Format, from_rgb, gradient
from vgpu.gpu3d import Gpu3d
from vgpu.screendump import assert_same, screendump
from vgpu.vnc import VncClient
from vgpu.wire import Rect

SIZE = (320, 200)
WHOLE = Rect(0, 0, *SIZE)


def shown(gpu, head=0):
    """What a display of a head shows."""
    return screendump(gpu.qemu, gpu.device, head)


def plain(red, green, blue, size=SIZE):
    """A picture of one colour."""
    picture = numpy.empty((size[1], size[0], 3), numpy.uint8)
    picture[:] = (red, green, blue)
    return picture


def show(gl: Gpu3d, resource_id: int, head: int = 0) -> None:
    gl.gpu.set_scanout(head, resource_id, WHOLE)
    gl.gpu.flush(resource_id, WHOLE)


def test_a_clear_is_shown(gl):
    gl.create(1, *SIZE)
    gl.fill(1, 1.0, 0.5, 0.25)
    show(gl, 1)
    assert_same(shown(gl.gpu), plain(255, 128, 64))


def test_a_triangle_is_shown(gl):
    gl.create(1, *SIZE)
    gl.create_vertices(2)
    gl.run(gl.target(1), virgl.clear(1, 0, 0), virgl.states(*SIZE),
           virgl.shader(201, virgl.STAGE_VERTEX, virgl.VERTEX_TEXT),
           virgl.shader(202, virgl.STAGE_FRAGMENT, virgl.FRAGMENT_TEXT), virgl.triangle(2))
    show(gl, 1)
    assert_same(shown(gl.gpu), plain(0, 255, 0))


@pytest.mark.parametrize('flags', (0, virgl.FLAG_Y_0_TOP), ids=('rows-as-they-are', 'y-0-top'))
def test_the_first_row_written_is_the_top(gl, flags):
    rgb = gradient(*SIZE)
    gl.create(1, *SIZE, resource_flags=flags)
    data = from_rgb(rgb, Format.B8G8R8X8).tobytes()
    row = SIZE[0] * 4
    for y in range(0, SIZE[1], 20):
        gl.run(virgl.inline_write(1, 0, y, SIZE[0], 20, data[y * row:(y + 20) * row]))
    show(gl, 1)
    assert_same(shown(gl.gpu), rgb)


@pytest.mark.parametrize('flags', (0, virgl.FLAG_Y_0_TOP), ids=('rows-as-they-are', 'y-0-top'))
def test_transfers_go_both_ways_the_right_way_up(gl, flags):
    rgb = gradient(*SIZE)
    data = from_rgb(rgb, Format.B8G8R8X8).tobytes()
    gl.create(1, *SIZE, resource_flags=flags)
    address = gl.attach_memory(1, len(data))
    gl.gpu.memory.write(address, data)
    box = (0, 0, 0, *SIZE, 1)
    assert gl.transfer('to', 1, box).type_name == 'OK_NODATA'
    show(gl, 1)
    assert_same(shown(gl.gpu), rgb)
    gl.gpu.memory.fill(address, len(data), 0)
    assert gl.transfer('from', 1, box).type_name == 'OK_NODATA'
    back = numpy.frombuffer(gl.gpu.memory.read(address, len(data)), numpy.uint8).reshape(SIZE[1], SIZE[0], 4)
    assert (back[:, :, 2::-1] == rgb).all()


@pytest.mark.parametrize('fmt', (Format.B8G8R8A8, Format.B8G8R8X8, Format.R8G8B8A8, Format.R8G8B8X8),
                         ids=lambda fmt: fmt.name)
def test_formats_that_are_drawn_to_show_their_colours(gl, fmt):
    gl.create(1, *SIZE, format=fmt)
    gl.run(gl.target(1, fmt), virgl.clear(1.0, 0.5, 0.25))
    show(gl, 1)
    assert_same(shown(gl.gpu), plain(255, 128, 64))


def test_a_flush_shows_its_rectangle_and_nothing_else(gl):
    gl.create(1, *SIZE, resource_flags=virgl.FLAG_Y_0_TOP)
    gl.fill(1, 1, 0, 0)
    show(gl, 1)
    # What nobody has looked at yet is shown as it is when somebody does.
    assert_same(shown(gl.gpu), plain(255, 0, 0))
    gl.fill(1, 0, 0, 1)
    gl.gpu.flush(1, Rect(30, 20, 50, 40))
    expected = plain(255, 0, 0)
    expected[20:60, 30:80] = (0, 0, 255)
    assert_same(shown(gl.gpu), expected)


def test_parts_of_a_resource_are_shown_on_two_heads(gl):
    rgb = gradient(*SIZE)
    data = from_rgb(rgb, Format.B8G8R8X8).tobytes()
    gl.create(1, *SIZE)
    gl.gpu.memory.write(gl.attach_memory(1, len(data)), data)
    gl.transfer('to', 1, (0, 0, 0, *SIZE, 1))
    for head in range(2):
        gl.gpu.set_scanout(head, 1, Rect(160 * head, 50, 160, 100))
    gl.gpu.flush(1, WHOLE)
    for head in range(2):
        assert_same(shown(gl.gpu, head), rgb[50:150, 160 * head:160 * head + 160])


def test_flips_show_the_resource_that_was_flushed_last(gl):
    for resource_id in (1, 2, 3):
        gl.create(resource_id, *SIZE)
        gl.fill(resource_id, resource_id / 3, 0, 0)
    for resource_id in (2, 3, 1, 1, 3):
        show(gl, resource_id)
        assert_same(shown(gl.gpu), plain(85 * resource_id, 0, 0))


def test_2d_and_3d_heads_side_by_side(gl):
    rgb = gradient(100, 80)
    gl.create(1, *SIZE)
    gl.fill(1, 0, 1, 1)
    show(gl, 1)
    gl.gpu.show(2, rgb, scanout_id=1)
    assert_same(shown(gl.gpu, 0), plain(0, 255, 255))
    assert_same(shown(gl.gpu, 1), rgb)


def test_a_2d_resource_can_be_drawn_to(gl):
    """What was in it stays, what is transferred later arrives."""
    rgb = gradient(*SIZE)
    image = gl.gpu.show(1, rgb)
    gl.gpu.ok('ctx_attach_resource', ctx_id=gl.ctx_id, resource_id=1)
    gl.gpu.flush(1, WHOLE)
    assert_same(shown(gl.gpu), rgb)
    gl.fill(1, 1, 1, 0)
    gl.gpu.flush(1, Rect(0, 0, 320, 100))
    expected = rgb.copy()
    expected[:100] = (255, 255, 0)
    assert_same(shown(gl.gpu), expected)
    image.draw(gradient(*SIZE, seed=5))
    gl.gpu.transfer(1, Rect(10, 10, 20, 20), image.offset(10, 10))
    gl.gpu.flush(1, WHOLE)
    expected = plain(255, 255, 0)
    expected[10:30, 10:30] = gradient(*SIZE, seed=5)[10:30, 10:30]
    assert_same(shown(gl.gpu), expected)


def test_a_copy_between_resources_is_shown(gl):
    gl.create(1, *SIZE)
    gl.create(2, *SIZE)
    gl.fill(1, 1, 0, 1)
    gl.fill(2, 0, 0, 0)
    gl.run(virgl.command(virgl.RESOURCE_COPY_REGION, 2, 0, 10, 20, 0, 1, 0, 0, 0, 0, 100, 50, 1))
    show(gl, 2)
    expected = plain(0, 0, 0)
    expected[20:70, 10:110] = (255, 0, 255)
    assert_same(shown(gl.gpu), expected)


@pytest.mark.parametrize('source, target', itertools.product(
    (Format.B8G8R8X8, Format.R8G8B8A8), (Format.B8G8R8X8, Format.R8G8B8X8, Format.A8R8G8B8)),
    ids=lambda fmt: fmt.name)
def test_a_blit_between_formats_is_shown(gl, source, target):
    for resource_id, fmt in ((1, source), (2, target)):
        gl.create(resource_id, *SIZE, format=fmt, bind=virgl.BIND_RENDER_TARGET | virgl.BIND_SAMPLER_VIEW)
    gl.run(gl.target(1, source), virgl.clear(1, 0.5, 0), virgl.blit(2, target, 1, source, *SIZE))
    show(gl, 2)
    assert_same(shown(gl.gpu), plain(255, 128, 0))


@pytest.fixture
def watched(start_gl, tmp_path):
    """A context on a device that a VNC client looks at, and the client."""
    gl = Gpu3d(start_gl('virtio-gpu-gl-pci', '-vnc', f'unix:{tmp_path}/vnc', display=''))
    client = VncClient(f'{tmp_path}/vnc')
    yield gl, client
    client.close()


def test_a_3d_resource_can_be_the_cursor(watched):
    gl, client = watched
    gl.create(1, 64, 64, format=Format.B8G8R8A8)
    gl.run(gl.target(1, Format.B8G8R8A8), virgl.clear(1, 0, 0))
    gl.gpu.set_cursor(1, 5, 5, hot=(3, 4))
    assert client.wait_for(lambda seen: seen.cursor is not None)
    assert (client.cursor.hot_x, client.cursor.hot_y) == (3, 4)
    assert (client.cursor.rgba == (255, 0, 0, 255)).all()


def test_the_cursor_of_a_dumb_buffer_has_alpha(watched):
    gl, client = watched
    image = gl.gpu.create_image(5, 64, 64, Format.B8G8R8X8)
    rgb = gradient(64, 64)
    image.draw(rgb, filler=0x90)
    gl.gpu.transfer(5, Rect(0, 0, 64, 64))
    gl.gpu.set_cursor(5)
    assert client.wait_for(lambda seen: seen.cursor is not None)
    assert numpy.array_equal(client.cursor.rgba, from_rgb(rgb, Format.R8G8B8A8, 0x90))


def test_a_resource_of_another_size_cannot_be_the_cursor(gl):
    gl.create(2, 32, 32, format=Format.B8G8R8A8)
    assert gl.gpu.command('update_cursor', resource_id=2).type_name == 'ERR_INVALID_PARAMETER'


def test_a_machine_reset_takes_the_picture_away(gl):
    gl.create(1, *SIZE)
    gl.fill(1, 1, 1, 1)
    show(gl, 1)
    gl.gpu.virtio.reset()
    dump = shown(gl.gpu)
    assert dump.shape != plain(0, 0, 0).shape or (dump != 255).any()


def test_a_vnc_client_sees_what_is_drawn(watched):
    gl, client = watched
    gl.create(1, *SIZE)
    gl.fill(1, 1.0, 0.5, 0.25)
    show(gl, 1)
    assert client.shows(plain(255, 128, 64))
    gl.fill(1, 0, 0, 1)
    gl.gpu.flush(1, Rect(0, 0, 320, 100))
    expected = plain(255, 128, 64)
    expected[:100] = (0, 0, 255)
    assert client.shows(expected)


def test_the_vga_variant_draws(start_gl):
    gl = Gpu3d(start_gl('virtio-vga-gl'))
    gl.create(1, *SIZE)
    gl.fill(1, 0, 1, 0)
    show(gl, 1)
    assert_same(shown(gl.gpu), plain(0, 255, 0))
