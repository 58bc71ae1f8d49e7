# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices with 3D that come and go: reset, unplug and quit in the middle of work, and none of it."""

from __future__ import annotations

import time

import pytest

from vgpu import virgl
from vgpu.acpi import unplug
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.gpu3d import Gpu3d
from vgpu.procfs import wait_at_work
from vgpu.qmp import QmpError
from vgpu.screendump import assert_same, screendump
from vgpu.stopwatch import Stopwatch
from vgpu.wait import wait_for
from vgpu.wire import Config, Rect

SIZE = (320, 200)
# Seconds; to wait would take several.
AT_ONCE = 1.0
# Answers that come while one shader compiles.
MEANWHILE = 20
SLOT = 5
PLUGGABLE = f'virtio-gpu-gl-pci,addr={SLOT}'
# As long as fits into one command; compiles for a second or more.
MONSTER_LINES = 2600


def draw(gl: Gpu3d) -> None:
    """Makes a target and draws a triangle, so that the next shader is all that is new."""
    gl.create(1, *SIZE)
    gl.create_vertices(2)
    gl.run(gl.target(1), virgl.states(*SIZE), virgl.shader(201, virgl.STAGE_VERTEX, virgl.VERTEX_TEXT),
           virgl.shader(202, virgl.STAGE_FRAGMENT, virgl.FRAGMENT_TEXT), virgl.triangle(2))


def compile_monsters(gl: Gpu3d, count: int = 3) -> list:
    """Has shaders compiled that take seconds each; returns the requests, none of which is done."""
    requests = [gl.queue(virgl.shader(300 + seed, virgl.STAGE_FRAGMENT, virgl.monster(MONSTER_LINES, seed))
                         + virgl.triangle(2)) for seed in range(1, count + 1)]
    gl.gpu.control.kick()
    return requests


def busy(start_gl, delay: float) -> Gpu:
    """A device whose renderer has worked for `delay` seconds, and has some more to do."""
    gpu = start_gl(PLUGGABLE)
    gl = Gpu3d(gpu)
    draw(gl)
    requests = compile_monsters(gl)
    wait_at_work(gpu.qemu.pid, delay)
    gpu.control.collect()
    assert not requests[-1].done
    return gpu


def at_once(gpu: Gpu, limit: float = AT_ONCE) -> Stopwatch:
    """For what must not wait."""
    return Stopwatch(gpu.qemu, limit)


@pytest.mark.parametrize('delay', (0, 0.05, 0.4, 1.2), ids='after-{}-s'.format)
def test_quit_does_not_wait_for_the_renderer(start_gl, delay):
    gpu = busy(start_gl, delay)
    with at_once(gpu):
        gpu.qemu.quit()


def test_quit_in_the_middle_of_work_does_what_the_host_wants_done_at_its_end(start_gl, tmp_path):
    gpu = start_gl('virtio-gpu-gl-pci', '-pidfile', f'{tmp_path}/pid')
    gl = Gpu3d(gpu)
    draw(gl)
    assert (tmp_path / 'pid').exists()
    compile_monsters(gl)
    wait_at_work(gpu.qemu.pid, 0.2)
    gpu.qemu.quit()
    assert not (tmp_path / 'pid').exists()


def test_a_machine_reset_does_not_wait_for_the_renderer(start_gl):
    gpu = busy(start_gl, 0.3)
    with at_once(gpu):
        for _ in range(20):
            gpu.qemu.qmp.command('system_reset')
            gpu.qemu.qmp.command('query-status')


def test_unplugging_does_not_wait_for_the_renderer(start_gl):
    gpu = busy(start_gl, 0.3)
    with at_once(gpu):
        unplug(gpu, SLOT)
        gpu.qemu.qmp.command('query-status')


def test_a_driver_resets_in_the_middle_of_work_again_and_again(start_gl):
    gpu = busy(start_gl, 0.3)
    position = gpu.memory.position()
    with at_once(gpu, 5):
        for _ in range(100):
            gpu.virtio.reset()
            gpu.memory.rewind(position)
            gpu.start()
            gpu.submit('ctx_create', ctx_id=1)
            gpu.submit('resource_create_3d', resource_id=1, target=2, format=2, width=64, height=64, depth=1,
                       array_size=1, bind=virgl.BIND_RENDER_TARGET)
            gpu.control.kick()
    # By now it has to finish no more than the one shader that it was at.
    gpu.virtio.reset()
    request = gpu.start().submit('ctx_create', ctx_id=1)
    gpu.control.kick()
    gpu.control.wait(request, timeout=600)


def test_resets_at_random_moments_leave_a_working_device(gpu):
    position = gpu.memory.position()
    for moment in range(40):
        gl = Gpu3d(gpu)
        gl.create(1, 64, 64)
        gl.attach_memory(1, 64 * 64 * 4)
        gpu.set_scanout(0, 1, Rect(0, 0, 64, 64))
        for _ in range(moment % 7):
            gl.queue(gl.target(1) + virgl.clear(0, 1, 0))
            gpu.submit('resource_flush', r=Rect(0, 0, 64, 64), resource_id=1)
        gpu.control.kick()
        time.sleep(moment % 5 / 5000)
        gpu.virtio.reset()
        gpu.memory.rewind(position)
        gpu.start()
    Gpu3d(gpu).create(1, 64, 64)


def test_the_monitor_answers_while_a_shader_compiles(start_gl):
    gpu = start_gl()
    gl = Gpu3d(gpu)
    draw(gl)
    requests = compile_monsters(gl, 1)
    # Stock: nothing for as long as the compiler takes.
    for _ in range(MEANWHILE):
        gpu.qemu.qmp.command('query-status')
    gpu.control.collect()
    assert not requests[-1].done


def test_2d_commands_are_answered_while_a_shader_compiles(start_gl):
    gpu = busy(start_gl, 0.1)
    with at_once(gpu):
        gpu.ok('get_display_info')
        gpu.show(7, gradient(64, 64))


def test_a_device_can_be_plugged_in_after_one_that_was_idle(start_gl):
    gpu = start_gl(PLUGGABLE)
    for _ in range(3):
        draw(Gpu3d(gpu))
        unplug(gpu, SLOT)
        gpu.qemu.qmp.command('device_add', driver='virtio-gpu-gl-pci', id='gpu0', addr=str(SLOT))
        gpu = Gpu(gpu.qemu, device='gpu0').start()
        assert gpu.config(Config.NUM_CAPSETS)


def test_plugging_in_does_not_wait_for_the_renderer_of_the_one_before(start_gl):
    gpu = busy(start_gl, 0.3)
    unplug(gpu, SLOT)
    with at_once(gpu):
        said = gpu.qemu.qmp.human('device_add virtio-gpu-gl-pci,id=gpu1,require_3d=on')
    assert 'still at work' in said


def test_a_second_device_is_refused_with_the_reason(start_gl):
    gpu = start_gl()
    with pytest.raises(QmpError, match='there can be one virtio-gpu-gl-device only'):
        gpu.qemu.qmp.command('device_add', driver='virtio-gpu-gl-pci', id='gpu1')
    draw(Gpu3d(gpu))


def test_without_egl_the_device_is_a_2d_device_and_says_so_once(start_gl):
    gpu = start_gl(env={'VGPU_EGL_DEVICE': '/no/such/node'})
    assert gpu.config(Config.NUM_CAPSETS) == 0
    rgb = gradient(100, 80)
    gpu.show(1, rgb)
    assert_same(screendump(gpu.qemu, 'gpu0'), rgb)
    assert gpu.command('ctx_create', ctx_id=1).type_name == 'ERR_UNSPEC'
    said = gpu.qemu.stderr()
    assert said.count('no 3D') == 1 and '/no/such/node' in said


def test_without_egl_require_3d_refuses_to_start(start_qemu):
    qemu = start_qemu('-device', 'virtio-gpu-gl-pci,require_3d=on,rendernode=/no/such/node')
    said = qemu.finish(status=1)
    assert 'no 3D' in said and '/no/such/node' in said


@pytest.mark.parametrize('node', ('surfaceless', 'device'))
def test_the_property_names_what_is_rendered_on(start_gl, node):
    draw(Gpu3d(start_gl(f'virtio-gpu-gl-pci,rendernode={node},require_3d=on')))


def test_migration_is_refused_with_the_reason(start_gl, tmp_path):
    gpu = start_gl()
    with pytest.raises(QmpError, match='cannot migrate'):
        gpu.qemu.qmp.command('migrate', uri=f'unix:{tmp_path}/nobody')


def test_statistics_are_printed_while_something_happens(start_gl):
    gpu = start_gl('virtio-gpu-gl-pci,stats=on')
    gl = Gpu3d(gpu)
    draw(gl)
    wait_for(lambda: 'renderer calls' in gpu.qemu.stderr(), 'statistics')


@pytest.mark.parametrize('ioeventfd', ('on', 'off'))
def test_kicks_work_either_way(start_gl, ioeventfd):
    gl = Gpu3d(start_gl(f'virtio-gpu-gl-pci,ioeventfd={ioeventfd}'))
    draw(gl)
    gl.gpu.qemu.qmp.command('stop')
    gl.gpu.qemu.qmp.command('cont')
    gl.fill(1, 1, 1, 1)


def test_a_stopped_machine_does_not_wait_for_the_renderer(start_gl):
    gpu = busy(start_gl, 0.1)
    with at_once(gpu):
        gpu.qemu.qmp.command('stop')
        gpu.qemu.qmp.command('query-status')
        gpu.qemu.qmp.command('cont')
