# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows whose EGL knows the age of back buffers and takes damage: no more than that is drawn and swapped."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from vgpu.formats import gradient
from vgpu.wait import wait_for
from vgpu.wire import Rect
from vgpu.wrapped_egl import build_egl, can_build

from .machine import Machine
from .screen import find

SOURCE = Path(__file__).parent / 'swapping-egl.c'
SIZE = (400, 300)
BOX = Rect(40, 30, 64, 50)
TURNS = 15
DAMAGE = re.compile(r'wl_surface@[0-9]+[.]damage[(][0-9]+, [0-9]+, ([0-9]+), ([0-9]+)[)]')

pytestmark = pytest.mark.skipif(not can_build(), reason='needs gcc and libegl-dev')


@pytest.fixture(scope='module')
def egl(tmp_path_factory) -> Path:
    """A folder with the libEGL.so.1 of swapping-egl.c."""
    return build_egl(SOURCE, tmp_path_factory.mktemp('egl'))


class Window:
    """A machine whose picture is in a window of some back buffers, and how many pixels each swap brought."""

    def __init__(self, machine, swaps: Path, buffers: int):
        self.machine = machine
        self._swaps = swaps
        self.buffers = buffers
        self.image = machine.gpu.show(1, gradient(*SIZE))
        self.expected = gradient(*SIZE)
        machine.screen.assert_keeps(self.expected)
        machine.wait_until_quiet()

    def swaps(self) -> list[int]:
        """The pixels of all swaps so far."""
        return [int(line) for line in self._swaps.read_text().split()]

    def change(self, seed: int, box: Rect) -> None:
        """Draws another picture of which only a part is said to have changed, and waits until that is drawn."""
        rgb = gradient(*SIZE, seed)
        self.image.draw(rgb)
        self.machine.gpu.transfer(1, Rect(0, 0, *SIZE))
        draws = self.machine.counter('draws')
        self.machine.gpu.flush(1, box)
        part = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
        self.expected[part] = rgb[part]
        wait_for(lambda: self.machine.counter('draws') > draws, 'the change')


@pytest.fixture(params=('1', '2', '2-whole', '3-whole'))
def window(request, start_machine, egl, tmp_path) -> Window:
    """A window that is drawn on as is best."""
    swaps = tmp_path / 'swaps'
    buffers, *whole = request.param.split('-')
    env = {'LD_LIBRARY_PATH': str(egl), 'BUFFERS': buffers, 'SWAPS': str(swaps)} | {'WHOLE_BUFFERS': word for word in whole}
    machine = start_machine('virtio-gpu-pci,max_outputs=2', options=',gl=on', extra_env=env)
    return Window(machine, swaps, int(buffers))


def test_swaps_bring_the_damage_and_draws_what_a_buffer_lacks(window):
    for turn in range(window.buffers + 2):
        pixels = window.machine.counter('pixels')
        window.change(turn + 1, BOX)
        window.machine.screen.assert_shows(window.expected)
        assert window.swaps()[-1] == BOX.width * BOX.height
    assert window.machine.counter('pixels') - pixels == BOX.width * BOX.height


def test_changes_at_random_leave_the_right_picture(window):
    random = Random(window.buffers)
    for turn in range(TURNS):
        x, y = random.randrange(SIZE[0]), random.randrange(SIZE[1])
        box = Rect(x, y, random.randint(1, SIZE[0] - x), random.randint(1, SIZE[1] - y))
        window.change(turn + 1, box)
        window.machine.screen.assert_shows(window.expected)
        assert window.swaps()[-1] == box.width * box.height


@pytest.mark.parametrize('window', ['2-whole'], indirect=True)
def test_window_of_another_size_is_drawn_as_a_whole(window):
    window.change(1, BOX)
    for number, size in enumerate(((320, 200), (500, 400), (64, 64)), 2):
        window.machine.gpu.show(number, gradient(*size, number))
        window.machine.assert_shows(gradient(*size, number))


@pytest.mark.parametrize('window', ['2-whole'], indirect=True)
def test_tab_that_comes_back_is_drawn_as_a_whole(window, hands):
    hands.focus().key('ctrl+alt+2')
    wait_for(lambda: window.machine.screen.difference(window.expected), 'the other tab')
    rgb = gradient(*SIZE, 9)
    window.image.draw(rgb)
    window.machine.gpu.transfer(1, Rect(0, 0, *SIZE))
    window.machine.gpu.flush(1, BOX)
    part = slice(BOX.y, BOX.y + BOX.height), slice(BOX.x, BOX.x + BOX.width)
    window.expected[part] = rgb[part]
    hands.key('ctrl+alt+1')
    window.machine.assert_shows(window.expected)


def test_windows_that_egl_refuses_are_drawn_otherwise_and_that_is_said_once(start_machine, egl):
    env = {'LD_LIBRARY_PATH': str(egl), 'NO_WINDOWS': 'yes'}
    machine = start_machine('virtio-gpu-pci,max_outputs=2', options=',gl=on', extra_env=env)
    machine.gpu.show(1, gradient(*SIZE))
    machine.assert_shows(gradient(*SIZE))
    assert machine.qemu.stderr().count('windows are drawn without OpenGL (EGL does not draw on windows)') == 1


@pytest.mark.parametrize('gl', ['off', 'on'])
def test_compositor_is_told_of_the_damage_and_no_more(start_qemu, gtk_modules, compositor, egl, tmp_path, gl):
    """By cairo, or by what the toolkit swaps."""
    path = tmp_path / 'swaps'
    env = {'LD_LIBRARY_PATH': str(egl), 'TELL_ONLY': 'yes', 'SWAPS': str(path), 'WAYLAND_DEBUG': 'client'}
    qemu = start_qemu('-device', 'virtio-gpu-pci,id=gpu0', display=f'gtk,show-menubar=off,gl={gl}', modules=gtk_modules,
                      env=gtk_modules.environment() | compositor.environment() | env)
    machine = Machine(qemu, None)

    def areas() -> list[int]:
        if gl == 'on':
            return [int(line) for line in path.read_text().split()]
        return [int(width) * int(height) for width, height in DAMAGE.findall(qemu.stderr())]

    image = machine.gpu.show(1, gradient(*SIZE))
    wait_for(lambda: find(compositor.picture, gradient(*SIZE)), 'the picture')
    machine.wait_until_quiet()
    area = BOX.width * BOX.height
    for turn in range(3):
        known = len(areas())
        image.draw(gradient(*SIZE, turn))
        machine.gpu.transfer(1, Rect(0, 0, *SIZE))
        machine.gpu.flush(1, BOX)
        wait_for(lambda: area in areas()[known:], 'the change')
        assert max(areas()[known:]) == area     # buttons of the window may be drawn meanwhile, which are small
    qemu.quit()     # before the compositor


def test_buffers_that_are_kept_show_the_change_in_its_place_under_wayland(start_qemu, gtk_modules, compositor, egl):
    """The toolkit redraws what is old in them, which is beside title and shadows."""
    env = {'LD_LIBRARY_PATH': str(egl), 'BUFFERS': '2'}
    qemu = start_qemu('-device', 'virtio-gpu-pci,id=gpu0', display='gtk,show-menubar=off,gl=on', modules=gtk_modules,
                      env=gtk_modules.environment() | compositor.environment() | env)
    machine = Machine(qemu, None)
    image = machine.gpu.show(1, gradient(*SIZE))
    for turn in range(1, 5):
        wait_for(lambda: find(compositor.picture, gradient(*SIZE, turn - 1)), f'picture {turn}')
        image.draw(gradient(*SIZE, turn))
        machine.gpu.transfer(1, Rect(0, 0, *SIZE))
        machine.gpu.flush(1, Rect(0, 0, *SIZE))
    qemu.quit()     # before the compositor
