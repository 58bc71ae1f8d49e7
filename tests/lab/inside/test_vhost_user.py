# SPDX-License-Identifier: GPL-2.0-or-later
"""Back ends in other processes that show dmabufs."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from typing import Iterator

import numpy
import pytest

from vgpu import vhost_wire as wire
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.screendump import assert_same, screendump
from vgpu.vhost_backend import Backend
from vgpu.vhost_wire import words

from .rfb import Viewer
from .udmabuf import Memfd, count_fds, dmabuf_fds, kernel_buffers, wait_for_buffers

PAGE = 4096
SIZE = (320, 240)
LINEAR = 0
X_TILED = 1 << 56 | 1     # of Intel
DEBIAN_BACKEND = '/usr/lib/qemu/vhost-user-gpu'

pytestmark = pytest.mark.ours_only('vhost-user-gpu starts under KVM only')


class Picture:
    """A dmabuf of the back end."""

    def __init__(self, width: int, height: int):
        self.width, self.height = width, height
        self.bytes = (4 * width * height + PAGE - 1) // PAGE * PAGE
        self._memory = Memfd(self.bytes)
        self.fd = self._memory.dmabuf([(0, self.bytes)])

    def draw(self, rgb: numpy.ndarray) -> None:
        """Fills it."""
        self._memory.map[:rgb.shape[0] * rgb.shape[1] * 4] = wire.pixels_of(rgb)

    def close(self) -> None:
        """Lets go of it, as far as the back end is concerned."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
            self._memory.__exit__()


class Watched:
    """A device, the test as its back end, and a viewer of its VNC server."""

    def __init__(self, modules: Modules, folder: Path, device: str, display: str):
        ours, theirs = socket.socketpair()
        self.others = kernel_buffers()
        self.backend = Backend(theirs)
        self.pictures: list[Picture] = []
        with ours:
            self.qemu = Qemu('-chardev', f'socket,id=vhost,fd={ours.fileno()}', '-device',
                             f'{device},id=gpu0,chardev=vhost', '-vnc', f'unix:{folder / "vnc"},display=gpu0',
                             modules=modules, display=display, pass_fds=[ours.fileno()], timeout=120)
        self.gpu = Gpu(self.qemu, device='gpu0').start(features=0)
        self.display = self.backend.wait_started()
        self.viewer = Viewer(folder / 'vnc')

    def picture(self, rgb: numpy.ndarray) -> Picture:
        """A new dmabuf with a picture."""
        height, width, _ = rgb.shape
        picture = Picture(width, height)
        picture.draw(rgb)
        self.pictures.append(picture)
        return picture

    def show(self, picture: Picture, **shape: int) -> None:
        """Shows a dmabuf and says that it is drawn."""
        wire.send_with_fds(self.display, wire.dmabuf_scanout(picture.width, picture.height, **shape), picture.fd)
        self.flush(picture)

    def flush(self, picture: Picture) -> None:
        """Says that all of a dmabuf is drawn, and waits until it is taken."""
        rectangle = words(0, 0, 0, picture.width, picture.height)
        assert wire.ask(self.display, wire.DMABUF_UPDATE, rectangle) == b''

    def close(self) -> None:
        """Ends everything."""
        self.viewer.__exit__()
        self.qemu.quit()
        self.backend.close()
        for picture in self.pictures:
            picture.close()


@pytest.fixture
def watch(modules: Modules, tmp_path: Path) -> Iterator:
    """Starts machines that a viewer looks at."""
    started: list[Watched] = []

    def start(device: str = 'vhost-user-gpu-pci', display: str = 'egl-headless') -> Watched:
        started.append(Watched(modules, tmp_path, device, display))
        return started[-1]

    yield start
    for watched in started:
        watched.close()


@pytest.mark.parametrize('modifier', (None, LINEAR), ids=('without-modifier', 'with-modifier'))
@pytest.mark.parametrize('device', ('vhost-user-gpu-pci', 'vhost-user-vga'))
def test_a_dmabuf_is_shown_and_what_is_drawn_in_it_later(watch, device, modifier):
    watched = watch(device)
    picture = watched.picture(gradient(*SIZE))
    watched.show(picture, **({} if modifier is None else {'modifier': modifier}))
    watched.viewer.wait_for(gradient(*SIZE))
    for turn in range(1, 4):
        picture.draw(gradient(*SIZE, turn))
        watched.flush(picture)
        watched.viewer.wait_for(gradient(*SIZE, turn))


def test_the_part_that_is_the_scanout_is_shown(watch):
    watched = watch()
    rgb = gradient(*SIZE)
    picture = watched.picture(rgb)
    message = wire.dmabuf_scanout(100, 50, x=30, y=20, fd_width=SIZE[0], fd_height=SIZE[1])
    wire.send_with_fds(watched.display, message, picture.fd)
    watched.flush(picture)
    watched.viewer.wait_for(rgb[20:70, 30:130])


def test_a_dmabuf_whose_first_row_is_the_lowest_is_turned_over(watch):
    watched = watch()
    watched.show(watched.picture(gradient(*SIZE)), flags=wire.FLAG_BOTTOM_UP)
    watched.viewer.wait_for(gradient(*SIZE)[::-1])


def test_flipping_between_dmabufs_keeps_one(watch):
    watched = watch()
    files = count_fds(watched.qemu.pid)
    pictures = [watched.picture(gradient(*SIZE, seed)) for seed in range(3)]
    for turn in range(30):
        watched.show(pictures[turn % 3])
        assert len(dmabuf_fds(watched.qemu.pid)) <= 2
    # QEMU's VNC server may take a picture for sent whose sending it broke off: end with one that it has not seen.
    watched.show(watched.picture(gradient(*SIZE, 3)))
    watched.viewer.wait_for(gradient(*SIZE, 3))
    assert count_fds(watched.qemu.pid) <= files + 2


@pytest.mark.parametrize('way', ('disable', 'memory', 'reset', 'hang-up-and-reset'))
def test_a_dmabuf_that_is_not_shown_any_more_is_let_go(watch, way):
    watched = watch()
    picture = watched.picture(gradient(*SIZE))
    watched.show(picture)
    watched.viewer.wait_for(gradient(*SIZE))
    picture.close()
    if way == 'disable':
        watched.display.sendall(wire.scanout(0, 0))
    elif way == 'memory':
        rgb = gradient(*SIZE, 5)
        watched.display.sendall(wire.scanout(*SIZE) + wire.update(rgb))
        watched.viewer.wait_for(rgb)
        assert_same(screendump(watched.qemu, 'gpu0'), rgb)
    elif way == 'reset':
        watched.gpu.virtio.reset()
    else:
        watched.display.shutdown(socket.SHUT_RDWR)
        watched.gpu.virtio.reset()
    wait_for_buffers(watched.others)
    assert not dmabuf_fds(watched.qemu.pid)


def test_a_lost_back_end_leaves_its_last_picture(watch):
    watched = watch()
    picture = watched.picture(gradient(*SIZE))
    watched.show(picture)
    watched.viewer.wait_for(gradient(*SIZE))
    watched.backend.close()
    picture.close()
    watched.qemu.qmp.command('query-status')
    watched.viewer.wait_for(gradient(*SIZE))


@pytest.mark.parametrize('shape', ({'fd_height': SIZE[1] + 100}, {'stride': 4 * SIZE[0] + 4}, {'fd_width': 4000}),
                         ids=str)
def test_a_dmabuf_that_is_smaller_than_they_say_is_refused(watch, shape):
    watched = watch()
    picture = watched.picture(gradient(*SIZE))
    wire.send_with_fds(watched.display, wire.dmabuf_scanout(*SIZE, **shape), picture.fd)
    assert wire.is_cut_off(watched.display)
    assert not dmabuf_fds(watched.qemu.pid)


@pytest.mark.parametrize('flags', (0, wire.FLAG_BOTTOM_UP), ids=('top-down', 'bottom-up'))
def test_without_gl_a_dmabuf_is_copied(watch, flags):
    watched = watch(display='none')
    rgb = gradient(*SIZE)
    picture = watched.picture(rgb)
    watched.show(picture, flags=flags)
    watched.viewer.wait_for(rgb[::-1] if flags else rgb)
    assert_same(screendump(watched.qemu, 'gpu0'), rgb[::-1] if flags else rgb)
    message = wire.dmabuf_scanout(100, 50, x=30, y=20, fd_width=SIZE[0], fd_height=SIZE[1], flags=flags)
    wire.send_with_fds(watched.display, message, picture.fd)
    watched.flush(picture)
    watched.viewer.wait_for((rgb[::-1] if flags else rgb)[20:70, 30:130])
    picture.close()
    watched.display.sendall(wire.scanout(0, 0))
    wait_for_buffers(watched.others)


def test_without_gl_a_dmabuf_in_tiles_is_black_and_said_so(watch):
    watched = watch(display='none')
    watched.show(watched.picture(gradient(*SIZE)), modifier=X_TILED)
    assert_same(screendump(watched.qemu, 'gpu0'), numpy.zeros((SIZE[1], SIZE[0], 3), numpy.uint8))
    assert 'only displays with GL can show' in watched.qemu.stderr()


@pytest.mark.parametrize('display', ('none', 'egl-headless'))
def test_debian_s_back_end_draws_in_dmabufs(modules, tmp_path, display):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        backend = subprocess.Popen([DEBIAN_BACKEND, '-f', str(theirs.fileno())], pass_fds=[theirs.fileno()])
        qemu = Qemu('-chardev', f'socket,id=vhost,fd={ours.fileno()}', '-device',
                    'vhost-user-gpu-pci,id=gpu0,chardev=vhost', '-vnc', f'unix:{tmp_path / "vnc"},display=gpu0',
                    modules=modules, display=display, pass_fds=[ours.fileno()], timeout=120)
    with qemu:
        gpu = Gpu(qemu, device='gpu0').start()
        with Viewer(tmp_path / 'vnc') as viewer:
            for turn in range(1, 4):
                gpu.show(turn, gradient(*SIZE, turn))
                viewer.wait_for(gradient(*SIZE, turn))
        assert dmabuf_fds(qemu.pid), 'it could have done without'
        gpu.virtio.reset()
        screendump(qemu, 'gpu0')
        assert not dmabuf_fds(qemu.pid)
    assert backend.wait(20) == 0
