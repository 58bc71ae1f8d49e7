# SPDX-License-Identifier: GPL-2.0-or-later
"""3D pictures in the windows of stock displays: as the texture itself where they can be."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest

from gtk.compositor import Compositor
from gtk.screen import Screen
from vgpu import virgl
from vgpu.acpi import unplug
from vgpu.formats import Format, from_rgb
from vgpu.gpu import Gpu
from vgpu.modules import DEVICE_MODULES, Modules
from vgpu.procfs import wait_at_work
from vgpu.screendump import assert_same
from vgpu.shown import SIZE, TILE, WHOLE, Shown, compile_for_long, tiles
from vgpu.stopwatch import Stopwatch
from vgpu.wait import wait_for
from vgpu.wire import Rect

WINDOWS = ('gtk,gl=off', 'gtk,gl=on', 'gtk,gl=es', 'sdl,gl=off', 'sdl,gl=on', 'sdl,gl=es')
# Those that let others into their share group, for the head that they begin with.
SHARING = ('gtk,gl=on', 'gtk,gl=es')


@pytest.fixture
def devices_only(modules: Modules, tmp_path: Path) -> dict[str, str]:
    """The environment in which devices are ours and displays the distribution's."""
    folder = tmp_path / 'devices'
    folder.mkdir()
    for name in DEVICE_MODULES:
        (folder / name).symlink_to(modules.home / name)
    return {'QEMU_MODULE_DIR': str(folder)}


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """An empty screen."""
    screen = Screen(tmp_path / 'screen')
    yield screen
    screen.close()


@pytest.fixture
def start_window(screen: Screen, start_gl: Callable[..., Gpu],
                 devices_only: dict[str, str]) -> Callable[..., Shown]:
    """Starts a device behind a window of a stock display, and waits until that draws."""

    def start(display: str, device: str = 'virtio-gpu-gl-pci', *args: str) -> Shown:
        bars = ',show-menubar=off' if display.startswith('gtk') else ''
        env = devices_only | screen.environment() | {'SDL_VIDEODRIVER': 'x11'}
        gpu = start_gl(device, *args, display=display + bars, env=env)
        wait_for(lambda: screen.picture.any(), 'a window')
        return Shown(gpu, screen)

    return start


@pytest.mark.parametrize('display', WINDOWS)
def test_a_picture_is_shown_in_a_window(start_window, display):
    shown = start_window(display)
    for seed in (1, 2):
        rgb = tiles(seed)
        shown.draw(seed, rgb)
        shown.show(seed)
        shown.assert_window_shows(rgb)


@pytest.mark.parametrize('display', SHARING)
def test_a_display_that_shares_its_group_gets_the_texture_itself(start_window, display):
    shown = start_window(display)
    rgb = tiles()
    shown.draw(1, rgb)
    shown.show(1)
    shown.assert_window_shows(rgb)
    stats = shown.stats()
    assert stats['frames-shared'] == 1 and stats['bytes-read'] == 0


def test_the_picture_in_a_texture_is_the_right_way_up(start_window):
    shown = start_window('gtk,gl=on')
    rgb = tiles()
    data = from_rgb(rgb, Format.B8G8R8X8).tobytes()
    shown.gl.create(1, *SIZE, resource_flags=virgl.FLAG_Y_0_TOP)
    shown.gpu.memory.write(shown.gl.attach_memory(1, len(data)), data)
    shown.gl.transfer('to', 1, (0, 0, 0, *SIZE, 1))
    shown.show(1)
    shown.assert_window_shows(rgb)
    assert shown.stats()['frames-shared'] == 1


def test_a_part_of_a_texture_is_shown_as_pixels(start_window):
    shown = start_window('gtk,gl=on')
    rgb = tiles()
    shown.draw(1, rgb)
    shown.show(1, rect=Rect(80, 40, 200, 120))
    shown.assert_window_shows(rgb[40:160, 80:280])
    assert shown.stats()['bytes-read'] > 0


def test_what_is_shown_stays_when_its_resource_goes(start_window):
    shown = start_window('gtk,gl=on')
    first, second = tiles(1), tiles(2)
    shown.draw(1, first)
    shown.draw(2, second)
    shown.show(1)
    shown.assert_window_shows(first)
    # The scanout is another's; of that one there is nothing to be seen before it is flushed.
    shown.gpu.set_scanout(0, 2, WHOLE)
    shown.gpu.ok('resource_unref', resource_id=1)
    for resource_id in range(3, 8):
        shown.draw(resource_id, tiles(resource_id))
    time.sleep(0.2)
    shown.assert_window_shows(first)
    shown.gpu.flush(2, WHOLE)
    shown.assert_window_shows(second)


def test_flips_follow_each_other_without_waiting_for_the_display(start_window):
    shown = start_window('gtk,gl=on')
    pictures = {seed: tiles(seed) for seed in (1, 2, 3)}
    for seed, rgb in pictures.items():
        shown.draw(seed, rgb)
    for turn in range(60):
        shown.show(turn % 3 + 1)
    shown.assert_window_shows(pictures[3])
    assert shown.stats()['frames-shared'] == 60


def test_a_second_head_that_cannot_share_gets_pixels(start_window):
    shown = start_window('gtk,gl=on', 'virtio-gpu-gl-pci,max_outputs=2')
    rgb = tiles()
    shown.draw(1, rgb)
    shown.show(1, head=1)
    assert_same(shown.dump(1), rgb)
    assert shown.stats(1)['frames-shared'] == 0
    shown.show(1)
    shown.assert_window_shows(rgb)
    assert shown.stats(0)['frames-shared'] == 1


def test_2d_and_3d_pictures_take_turns_in_a_window(start_window):
    shown = start_window('gtk,gl=on')
    for turn in range(4):
        rgb = tiles(turn)
        if turn % 2:
            shown.gpu.show(10 + turn, rgb)
        else:
            shown.draw(turn + 1, rgb)
            shown.show(turn + 1)
        shown.assert_window_shows(rgb)


def test_another_driver_shows_textures_after_a_reset(start_window):
    shown = start_window('gtk,gl=on')
    for seed in range(3):
        rgb = tiles(seed)
        shown.draw(1, rgb)
        shown.show(1)
        shown.assert_window_shows(rgb)
        shown.gpu.virtio.reset()
        shown = Shown(shown.gpu.start(), shown.screen)
    assert shown.stats()['frames-shared'] == 3


@pytest.mark.skipif(not (shutil.which('weston') and shutil.which('convert')),
                    reason='needs weston and imagemagick')
def test_a_window_under_wayland_gets_the_texture_itself(tmp_path, start_gl, devices_only):
    compositor = Compositor(tmp_path / 'weston')
    try:
        gpu = start_gl(display='gtk,gl=on', env=devices_only | compositor.environment())
        colours = {tuple(colour) for colour in tiles()[::TILE, ::TILE].reshape(-1, 3)}
        wait_for(lambda: (compositor.picture[::8, ::8] == 0).all(axis=2).sum() > 100, 'a black window')
        shown = Shown(gpu)
        shown.draw(1, tiles())
        shown.show(1)
        wait_for(lambda: colours <= {tuple(colour) for colour in compositor.picture[::8, ::8].reshape(-1, 3)},
                 'the colours of the picture')
        assert shown.stats()['frames-shared'] == 1
        gpu.qemu.quit()
    finally:
        compositor.close()


@pytest.fixture
def busy_window(start_window: Callable[..., Shown]) -> Shown:
    """A window that shows a texture while the renderer is busy."""
    shown = start_window('gtk,gl=on', 'virtio-gpu-gl-pci,addr=5')
    rgb = tiles()
    shown.draw(1, rgb)
    shown.show(1)
    shown.assert_window_shows(rgb)
    shown.work = compile_for_long(shown)
    wait_at_work(shown.gpu.qemu.pid, 0.1)
    return shown


def test_quit_does_not_wait_for_a_renderer_that_shares_with_a_window(busy_window):
    with Stopwatch(busy_window.gpu.qemu, 2):
        busy_window.gpu.qemu.quit()


def test_resets_do_not_wait_for_a_renderer_that_shares_with_a_window(busy_window):
    qmp = busy_window.gpu.qemu.qmp
    with Stopwatch(busy_window.gpu.qemu, 2):
        for _ in range(10):
            qmp.command('system_reset')
            qmp.command('query-status')


def test_the_monitor_answers_while_a_renderer_that_shares_with_a_window_compiles(busy_window):
    gpu = busy_window.gpu
    for _ in range(20):
        gpu.qemu.qmp.command('query-status')
    gpu.control.collect()
    assert not busy_window.work[-1].done


def test_resets_at_random_moments_leave_a_window_that_shows_textures(start_window):
    shown = start_window('gtk,gl=on')
    for moment in range(20):
        shown.draw(1, tiles(1))
        shown.draw(2, tiles(2))
        for turn in range(moment % 5):
            shown.gpu.submit('set_scanout', r=WHOLE, scanout_id=0, resource_id=turn % 2 + 1)
            shown.gpu.submit('resource_flush', r=WHOLE, resource_id=turn % 2 + 1)
        shown.gpu.control.kick()
        time.sleep(moment % 5 / 2000)
        shown.gpu.virtio.reset()
        shown = Shown(shown.gpu.start(), shown.screen)
    shown.draw(1, tiles())
    shown.show(1)
    shown.assert_window_shows(tiles())


def test_a_device_is_unplugged_while_a_window_shows_its_texture(start_window):
    shown = start_window('gtk,gl=on', 'virtio-gpu-gl-pci,addr=5', '-device', 'VGA')
    shown.draw(1, tiles())
    shown.show(1)
    assert wait_for(lambda: shown.stats()['frames-taken'], 'the window to take the picture')
    unplug(shown.gpu, 5)
    shown.gpu.qemu.qmp.command('query-status')
