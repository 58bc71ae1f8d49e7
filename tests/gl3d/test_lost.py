# SPDX-License-Identifier: GPL-2.0-or-later
"""Drivers that fail in the middle of it: the GPU is reset, contexts cannot be made or used any more."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import pytest

from vgpu import virgl
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.gpu3d import Gpu3d
from vgpu.modules import Modules
from vgpu.screendump import assert_same, screendump
from vgpu.shown import SIZE, Shown
from vgpu.wire import Config, Rect
from vgpu.wrapped_egl import build_egl, can_build

# Those of ours are there without a window; none has no EGL of its own.
DISPLAYS = ('none', 'egl-headless')
LOST = 'has lost 3D'


@pytest.fixture(scope='session')
def egl(tmp_path_factory) -> Path:
    """A folder with the libEGL.so.1 of lossy-egl.c."""
    if not can_build():
        pytest.skip('gcc or libegl-dev is not installed')
    return build_egl(Path(__file__).parent / 'lossy-egl.c', tmp_path_factory.mktemp('egl'))


class Driver:
    """A device on a driver that fails when it is told to."""

    def __init__(self, start_gl: Callable[..., Gpu], egl: Path, resets: Path):
        self.start_gl = start_gl
        self.environment = {'LD_LIBRARY_PATH': str(egl), 'RESETS': str(resets)}
        self.resets = resets

    def start(self, display: str = 'none', **environment: str) -> Shown:
        """Starts a device behind a display, and makes a context on it."""
        return Shown(self.start_device(display, **environment))

    def start_device(self, display: str = 'none', **environment: str) -> Gpu:
        """Starts a device behind a display."""
        return self.start_gl('virtio-gpu-gl-pci,max_outputs=2', display=display,
                             env=self.environment | environment)

    def reset_gpu(self) -> None:
        """Has the GPU lose all contexts there are."""
        with self.resets.open('a') as file:
            file.write('reset\n')


@pytest.fixture
def driver(start_gl, egl, tmp_path) -> Driver:
    """A driver that works so far."""
    return Driver(start_gl, egl, tmp_path / 'resets')


def reset(shown: Shown) -> Shown:
    """A driver of the guest's that begins from the start."""
    shown.gpu.virtio.reset()
    return Shown(shown.gpu.start())


def assert_works_in_2d(gpu: Gpu, resource_id: int = 50) -> None:
    """Pictures in memory are shown as ever."""
    rgb = gradient(*SIZE, resource_id)
    gpu.show(resource_id, rgb, scanout_id=1)
    assert_same(screendump(gpu.qemu, 'gpu0', 1), rgb)


def assert_works_in_3d(shown: Shown, resource_id: int = 60) -> None:
    """Pictures that are drawn are shown as ever."""
    rgb = gradient(*SIZE, resource_id)
    shown.draw(resource_id, rgb)
    shown.show(resource_id)
    assert_same(shown.dump(), rgb)


# ---- the GPU is reset ------------------------------------------------------------------------


@pytest.mark.parametrize('display', DISPLAYS)
def test_a_reset_of_the_gpu_is_told_once_and_2d_goes_on(driver, display):
    shown = driver.start(display)
    assert_works_in_3d(shown)
    driver.reset_gpu()
    for _ in range(5):
        assert shown.gl.submit(shown.gl.target(60)).type_name == 'ERR_UNSPEC'
    assert shown.gpu.command('ctx_create', ctx_id=9).type_name == 'ERR_UNSPEC'
    assert_works_in_2d(shown.gpu)
    said = shown.gpu.qemu.stderr()
    assert said.count(LOST) == 1 and 'the GPU was reset because of what the guest drew' in said


def test_a_resource_in_memory_that_was_drawn_to_goes_on_in_2d(driver):
    shown = driver.start()
    first, second = gradient(*SIZE, 1), gradient(*SIZE, 2)
    image = shown.gpu.show(1, first)
    shown.gpu.ok('ctx_attach_resource', ctx_id=1, resource_id=1)
    shown.gpu.flush(1, Rect(0, 0, *SIZE))
    assert_same(shown.dump(), first)
    driver.reset_gpu()
    shown.gl.submit(b'')
    image.draw(second)
    shown.gpu.transfer(1, Rect(0, 0, *SIZE))
    shown.gpu.flush(1, Rect(0, 0, *SIZE))
    assert_same(shown.dump(), second)


@pytest.mark.parametrize('display', DISPLAYS)
def test_3d_begins_anew_when_the_device_is_reset(driver, display):
    shown = driver.start(display)
    for turn in range(3):
        assert_works_in_3d(shown)
        driver.reset_gpu()
        assert shown.gl.submit(shown.gl.target(60)).type_name == 'ERR_UNSPEC'
        shown = reset(shown)
    assert_works_in_3d(shown)
    assert shown.gpu.qemu.stderr().count(LOST) == 3


def test_fences_are_answered_when_the_gpu_is_reset(driver):
    shown = driver.start()
    gl = shown.gl
    gl.create(1, *SIZE)
    requests = []
    for turn in range(20):
        if turn == 10:
            driver.reset_gpu()
        requests.append(gl.queue(gl.target(1) + virgl.clear(0, turn / 20, 0), ring=turn % 3 or None))
        shown.gpu.control.kick()
    answers = [shown.gpu.finish(request).type_name for request in requests]
    assert answers[-1] == 'ERR_UNSPEC'


def test_everything_that_was_made_can_be_let_go_of_after_a_reset_of_the_gpu(driver):
    shown = driver.start()
    for resource_id in (1, 2, 3):
        shown.gl.create(resource_id, *SIZE)
        shown.gl.attach_memory(resource_id, 4096)
    driver.reset_gpu()
    assert shown.gl.submit(b'').type_name == 'ERR_UNSPEC'
    shown.gpu.ok('resource_detach_backing', resource_id=1)
    shown.gpu.ok('ctx_detach_resource', ctx_id=1, resource_id=1)
    shown.gpu.ok('resource_unref', resource_id=1)
    shown.gpu.ok('ctx_destroy', ctx_id=1)
    shown.gpu.ok('resource_unref', resource_id=2)
    shown.gpu.qemu.quit()


def test_quit_after_a_reset_of_the_gpu(driver):
    shown = driver.start()
    assert_works_in_3d(shown)
    driver.reset_gpu()
    shown.gl.submit(b'')
    shown.gpu.qemu.quit()


# ---- contexts that cannot be used ------------------------------------------------------------


@pytest.mark.parametrize('display', DISPLAYS)
def test_contexts_that_cannot_be_current_any_more_count_as_lost(driver, display):
    shown = driver.start(display, LOSES='current')
    assert_works_in_3d(shown)
    driver.reset_gpu()
    for _ in range(3):
        shown.gl.submit(shown.gl.target(60) + virgl.clear(0, 1, 0))
    assert_works_in_2d(shown.gpu)
    shown = reset(shown)
    assert_works_in_3d(shown)
    assert shown.gpu.qemu.stderr().count(LOST) == 1


# ---- contexts that cannot be made ------------------------------------------------------------


def what_works(gpu: Gpu) -> str:
    """Has a guest try to draw, whatever it is answered: '3d' or '2d', which one does."""
    if not gpu.config(Config.NUM_CAPSETS):
        assert_works_in_2d(gpu)
        return '2d'
    made = gpu.command('ctx_create', ctx_id=1)
    for resource_id in (1, 2):
        gpu.command('resource_create_3d', resource_id=resource_id, width=64, height=64, target=virgl.TARGET_2D,
                    depth=1, array_size=1, format=2, bind=virgl.BIND_RENDER_TARGET | virgl.BIND_SCANOUT)
        gpu.command('ctx_attach_resource', ctx_id=1, resource_id=resource_id)
        gpu.command('set_scanout', r=Rect(0, 0, 64, 64), scanout_id=0, resource_id=resource_id)
        gpu.command('resource_flush', r=Rect(0, 0, 64, 64), resource_id=resource_id)
    assert_works_in_2d(gpu)
    return '3d' if made.type_name == 'OK_NODATA' else '2d'


# With fewer that display does not start.
@pytest.mark.parametrize(('display', 'count'), [('none', count) for count in range(1, 9)] +
                         [('egl-headless', count) for count in range(5, 17)])
def test_a_driver_that_makes_so_many_contexts_and_no_more_leaves_a_2d_device(driver, display, count):
    gpu = driver.start_device(display, CONTEXTS=str(count))
    for _ in range(3):
        works = what_works(gpu)
        gpu.virtio.reset()
        gpu.start()
    said = gpu.qemu.stderr()
    assert said.count('warning') == (works == '2d'), said
    gpu.qemu.quit()
