# SPDX-License-Identifier: GPL-2.0-or-later
"""The D-Bus display on real dmabufs: clients look at the very pages of the guest."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from typing import Callable, Iterator

import numpy
import pytest

from vgpu import wire
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.wire import Rect

from .blob import DEVICE, Blob
from .udmabuf import count_fds, dmabuf_fds, kernel_buffers, wait_for_buffers

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'dbus'))

from peer import Peer, join_peer  # noqa: E402: the path comes first
from test_picture import noise, random_rect, wait_same  # noqa: E402
from viewer import DMABUF2, MAP, Viewer  # noqa: E402

RENDER_NODE = '/dev/dri/renderD128'
SIZE = (640, 480)
UPDATES = 1000
DISPLAYS = {'gl': f'dbus,p2p=on,gl=on,rendernode={RENDER_NODE}', 'no gl': 'dbus,p2p=on'}

# What clients say that they take, by the first call that they get then, with GL and without.
CLIENTS = {
    'gl': {'ScanoutDMABUF': None, 'ScanoutDMABUF2': (DMABUF2, MAP)},
    'no gl': {'Scanout': None, 'ScanoutMap': (DMABUF2, MAP)},
}

pytestmark = pytest.mark.ours_only('the stock device hangs with D-Bus and GL')
WITH_GL = pytest.mark.parametrize('machine', ['gl'], indirect=True)
BOTH = pytest.mark.parametrize('machine', list(DISPLAYS), indirect=True)


class Machine:
    """A device with blobs under the display; it serves many tests, since GL starts slowly here."""

    def __init__(self, name: str, modules: Modules):
        self.name = name
        self.qemu = Qemu('-device', f'{DEVICE},id=gpu0', modules=modules, display=DISPLAYS[name], timeout=120)
        self.gpu = Gpu(self.qemu, device='gpu0')
        self.peer: Peer | None = None
        self.viewers: list[Viewer] = []

    def start(self) -> 'Machine':
        """Resets the device and connects a client."""
        self.gpu.start()
        self.peer = join_peer(self.qemu)
        return self

    def look(self, interfaces: tuple[str, ...] | None = None, wait: bool = True, **options) -> Viewer:
        """Opens a viewer, which ends with the test; it tells at once what it takes, or it is taken for an old one."""
        viewer = Viewer(self.peer, interfaces=interfaces, **options).open()
        self.viewers.append(viewer)
        if wait:
            viewer.wait(lambda: viewer.calls)
        return viewer

    def blob(self, resource_id: int = 1) -> Blob:
        """A blob in scattered pages."""
        return Blob(self.gpu, *SIZE, resource_id=resource_id, scatter=resource_id).create()

    def rest(self) -> None:
        """Lets go of everything that a test has made."""
        for viewer in self.viewers:
            viewer.close()
        self.viewers.clear()
        self.peer.close()
        self.gpu.virtio.reset()


@pytest.fixture(scope='module')
def machines(modules: Modules) -> Iterator[Callable[[str], Machine]]:
    """Machines by name, each started once."""
    started: dict[str, Machine] = {}

    def get(name: str) -> Machine:
        if name not in started:
            started[name] = Machine(name, modules)
        return started[name]

    yield get
    for machine in started.values():
        machine.qemu.quit()


@pytest.fixture
def machine(request: pytest.FixtureRequest, machines: Callable[[str], Machine]) -> Iterator[Machine]:
    """A started machine."""
    wanted = machines(request.param).start()
    position = wanted.gpu.memory.position()
    yield wanted
    wanted.rest()
    wanted.gpu.memory.rewind(position)


def start_flush(blob: Blob, x: int, y: int, rgb: numpy.ndarray):
    """Changes a rectangle and tells of it with a fence, without waiting for the device."""
    blob.image.draw_at(x, y, rgb)
    request = blob.gpu.submit('resource_flush', r=Rect(x, y, rgb.shape[1], rgb.shape[0]),
                              resource_id=blob.resource_id, flags=wire.FLAG_FENCE, fence_id=1)
    blob.gpu.control.kick()
    return request


def finish_flush(blob: Blob, request, *viewers: Viewer) -> None:
    """Lets viewers look until the device has answered."""
    while not request.done:
        for viewer in viewers:
            viewer.pump()
        blob.gpu.control.collect()


def flush_seconds(blob: Blob, viewer: Viewer) -> float:
    """How long the device takes for a flush while a viewer looks."""
    rgb = noise(random.Random(2), 20, 20)
    start = time.monotonic()
    finish_flush(blob, start_flush(blob, 10, 10, rgb), viewer)
    return time.monotonic() - start


def settle(viewer: Viewer, rgb: numpy.ndarray) -> None:
    """Waits for a picture and for what may come after it, and forgets how it came."""
    wait_same(viewer, rgb)
    viewer.pump(0.2)
    viewer.take_calls()


@BOTH
def test_first_picture_is_the_guest_s_memory(machine):
    rgb = gradient(*SIZE)
    machine.blob().show(rgb)
    ram = {os.stat(f'/proc/{machine.qemu.pid}/fd/{fd}').st_ino for fd in os.listdir(f'/proc/{machine.qemu.pid}/fd')
           if 'memory-backend' in os.readlink(f'/proc/{machine.qemu.pid}/fd/{fd}')}
    for method, interfaces in CLIENTS[machine.name].items():
        viewer = machine.look(interfaces)
        wait_same(viewer, rgb)
        assert viewer.calls[0].method == method
        if method != 'Scanout':
            assert 'dmabuf' in os.readlink(f'/proc/self/fd/{viewer.map_fd}')
            assert os.fstat(viewer.map_fd).st_ino not in ram and ram


@BOTH
def test_thousands_of_updates_leave_the_right_picture(machine):
    """Clients of all kinds look at once, at different paces."""
    rng = random.Random(1)
    blob = machine.blob()
    expected = noise(rng, *SIZE).copy()
    blob.show(expected)
    viewers = [machine.look(interfaces) for interfaces in CLIENTS[machine.name].values()]
    viewers.append(machine.look((MAP,), refuse=('ScanoutDMABUF',)))
    for viewer in viewers:
        settle(viewer, expected)
    for _ in range(UPDATES):
        x, y, w, h = random_rect(rng, *SIZE)
        rgb = noise(rng, w, h)
        expected[y:y + h, x:x + w] = rgb
        blob.image.draw_at(x, y, rgb)
        machine.gpu.flush(blob.resource_id, Rect(x, y, w, h))
        rng.choice(viewers).pump()
    for viewer in viewers:
        wait_same(viewer, expected)
        assert {call.method for call in viewer.calls} in ({'UpdateDMABUF'}, {'UpdateMap'}, {'Update'})


@BOTH
def test_updates_carry_the_damage_and_nothing_else(machine):
    rng = random.Random(2)
    blob = machine.blob()
    blob.show(gradient(*SIZE))
    viewers = [machine.look(interfaces) for interfaces in CLIENTS[machine.name].values()]
    for viewer in viewers:
        settle(viewer, gradient(*SIZE))
    for _ in range(20):
        x, y, w, h = random_rect(rng, *SIZE)
        request = start_flush(blob, x, y, noise(rng, w, h))
        for viewer in viewers:
            viewer.wait(lambda: viewer.calls)
        finish_flush(blob, request, *viewers)
        for viewer in viewers:
            assert [call.arguments[:4] for call in viewer.take_calls()] == [(x, y, w, h)]


@BOTH
def test_a_flush_ends_when_the_viewer_answers_or_is_late(machine):
    """Times are of a slow kernel and a busy machine: it takes its turns until the extremes tell."""
    blob = machine.blob()
    blob.show(gradient(*SIZE))
    viewer = machine.look((DMABUF2, MAP))
    settle(viewer, gradient(*SIZE))
    answered, held, ignored = [], [], []
    for _ in range(60):
        answered.append(flush_seconds(blob, viewer))
        viewer.pump(0.05)
        viewer.hold = True
        held.append(flush_seconds(blob, viewer))
        ignored.append(flush_seconds(blob, viewer))
        viewer.answer_held()
        viewer.pump(0.05)
        if len(held) > 5 and min(answered) < 0.03 and min(ignored) < 0.03:
            break
    assert min(held) > 0.03 and min(answered) < 0.03 and min(ignored) < 0.03, (answered, held, ignored)


@WITH_GL
def test_a_viewer_that_never_answers_is_waited_for_once(machine):
    rng = random.Random(3)
    blob = machine.blob()
    blob.show(gradient(*SIZE))
    stalled, live = machine.look(), machine.look()
    for viewer in (stalled, live):
        settle(viewer, gradient(*SIZE))
    taken = []
    while len(taken) < 20 or (min(taken[1:]) > 0.035 and len(taken) < 200):
        start = time.monotonic()
        finish_flush(blob, start_flush(blob, 10, 10, noise(rng, 20, 20)), live)
        taken.append(time.monotonic() - start)
    assert min(taken[1:]) < 0.035, taken
    stalled.take_calls()
    stalled.pump(0.3)
    assert 1 <= len(stalled.take_calls('UpdateDMABUF')) <= 3


@BOTH
def test_a_viewer_that_dies_frees_the_device(machine):
    blob = machine.blob()
    blob.show(gradient(*SIZE))
    viewer = machine.look((DMABUF2, MAP))
    settle(viewer, gradient(*SIZE))
    request = start_flush(blob, 10, 10, noise(random.Random(4), 20, 20))
    viewer.close()
    finish_flush(blob, request)


@BOTH
def test_a_part_of_a_blob(machine):
    rgb = gradient(*SIZE)
    blob = machine.blob()
    blob.draw(rgb)
    blob.set_scanout(Rect(64, 32, 300, 200))
    blob.flush()
    ways = {None: 'Scanout', (DMABUF2,): 'ScanoutDMABUF2' if machine.name == 'gl' else 'Scanout', (MAP,): 'ScanoutMap'}
    for interfaces, method in ways.items():
        viewer = machine.look(interfaces)
        wait_same(viewer, rgb[32:232, 64:364])
        assert viewer.calls[0].method == method
        assert method != 'ScanoutMap' or viewer.calls[0].arguments[1] == (32 * SIZE[0] + 64) * 4


@WITH_GL
def test_a_viewer_that_refuses_dmabufs_gets_the_next_best(machine):
    rng = random.Random(5)
    expected = gradient(*SIZE).copy()
    blob = machine.blob()
    blob.show(expected)
    kinds = ('ScanoutDMABUF2', 'ScanoutDMABUF', 'ScanoutMap', 'Scanout')
    viewers = [machine.look((MAP, DMABUF2), refuse=kinds[:count]) for count in range(4)]
    for count, viewer in enumerate(viewers):
        wait_same(viewer, expected)
        assert [call.method for call in viewer.calls[:count + 1]] == list(kinds[:count + 1])
    part = noise(rng, 30, 40)
    finish_flush(blob, start_flush(blob, 100, 100, part), *viewers)
    expected[100:140, 100:130] = part
    for viewer in viewers:
        wait_same(viewer, expected)


@WITH_GL
def test_flips_between_two_blobs_export_nothing_twice(machine):
    viewer = machine.look()
    blobs = [machine.blob(number) for number in (1, 2)]
    pictures = [gradient(*SIZE, number) for number in (1, 2)]
    for blob, rgb in zip(blobs, pictures):
        blob.show(rgb)
        wait_same(viewer, rgb)
    viewer.pump(0.2)
    before = len(dmabuf_fds(machine.qemu.pid))
    for _ in range(20):
        for blob in blobs:
            blob.set_scanout()
            blob.flush()
            viewer.pump()
    wait_same(viewer, pictures[1])
    viewer.pump(0.2)
    assert len(dmabuf_fds(machine.qemu.pid)) <= before


@BOTH
def test_blobs_and_surfaces_take_turns(machine):
    viewer = machine.look((DMABUF2, MAP))
    blob = machine.blob()
    rgb, flat = gradient(*SIZE), gradient(200, 100, 5)
    for _ in range(3):
        blob.show(rgb)
        wait_same(viewer, rgb)
        machine.gpu.show(9, flat)
        wait_same(viewer, flat)
        machine.gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
        machine.gpu.ok('resource_unref', resource_id=9)


@BOTH
def test_clients_that_come_and_go_leave_nothing_behind(machine):
    rgb = gradient(*SIZE)
    buffers = kernel_buffers()      # GL keeps what it drew last
    blob = machine.blob()
    blob.show(rgb)
    for turn in range(16):
        viewer = machine.look((None, (DMABUF2,), (MAP,), (DMABUF2, MAP))[turn % 4], wait=False)
        if turn % 3:
            wait_same(viewer, rgb)
        blob.flush()
        viewer.close()
        if turn == 3:
            wait_for_fds(machine, 0)
            fds = count_fds(machine.qemu.pid)
    wait_for_fds(machine, fds)
    machine.gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
    blob.unref()
    wait_for_buffers(buffers)


def wait_for_fds(machine: Machine, most: int) -> None:
    """Waits until QEMU has closed the sockets of clients: it has so many descriptors, or ever the same (0)."""
    deadline = time.monotonic() + 20
    seen = [count_fds(machine.qemu.pid)]
    while time.monotonic() < deadline and (seen[-1] > most if most else len(set(seen[-5:])) > 1 or len(seen) < 5):
        time.sleep(0.05)
        seen.append(count_fds(machine.qemu.pid))
    assert not most or seen[-1] <= most, seen
