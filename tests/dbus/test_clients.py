# SPDX-License-Identifier: GPL-2.0-or-later
"""Viewers come and go, are slow, stop, die: nobody else notices, and they get the newest picture."""

from __future__ import annotations

import mmap
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy
import pytest
from gi.repository import Gio

from peer import connect, join_peer, wait_for
from test_picture import WAYS, draw, noise, random_rect, wait_same
from vgpu import wire
from vgpu.formats import Format, gradient
from vgpu.procfs import memory_use
from vgpu.screendump import screendump
from vgpu.wire import Rect
from viewer import MAP, Viewer

STOCK_WAITS = pytest.mark.stock_wrong('stock waits for an answer while a client connects')
HERE = Path(__file__).parent
LARGE = (1024, 768)     # a picture that is shared: more than 2 MiB


def open_fds(gpu):
    """The number of descriptors that QEMU has open."""
    return len(os.listdir(f'/proc/{gpu.qemu.pid}/fd'))


def show_cursor(gpu, hot=(3, 5), at=(20, 30)):
    """Defines a cursor of noise and places it; returns its pixels."""
    pixels = numpy.frombuffer(random.Random(9).randbytes(64 * 64 * 3), numpy.uint8).reshape(64, 64, 3)
    image = gpu.create_image(50, 64, 64, Format.B8G8R8A8)
    image.draw(pixels)
    gpu.transfer(50, Rect(0, 0, 64, 64))
    gpu.set_cursor(50, *at, hot=hot)
    return pixels


@pytest.mark.ours_only('stock waits for each viewer in turn')
@WAYS
def test_a_stalled_viewer_delays_nobody(gpu, open_viewer, interfaces):
    rng = random.Random(5)
    image = gpu.show(1, noise(rng, 640, 480))
    stalled = open_viewer(interfaces=interfaces)
    stalled.wait_picture()
    live = open_viewer(interfaces=interfaces)
    live.wait_picture()
    latencies = []
    for _ in range(300):
        x, y, w, h = random_rect(rng, 640, 480)
        start = time.monotonic()
        draw(gpu, image, x, y, noise(rng, w, h))
        live.wait(lambda: live.take_calls('Update', 'UpdateMap'))
        latencies.append(time.monotonic() - start)
    assert sorted(latencies)[len(latencies) // 2] < 0.1
    wait_same(live, screendump(gpu.qemu, gpu.device))
    stalled.take_calls()
    wait_same(stalled, screendump(gpu.qemu, gpu.device))
    assert len(stalled.calls) <= 1 + 64


@pytest.mark.ours_only('stock queues every update')
def test_a_stopped_client_costs_a_bounded_amount_of_memory(gpu, peer):
    rng = random.Random(6)
    image = gpu.show(1, gradient(1024, 768))
    ours, theirs = socket.socketpair()
    with theirs:
        peer.call('Console_0', 'Console', 'RegisterListener', '(h)', 0, fds=[theirs.fileno()])
    client = subprocess.Popen([sys.executable, str(HERE / 'silent-client.py'), str(ours.fileno())],
                              pass_fds=[ours.fileno()], stdout=subprocess.PIPE, text=True)
    ours.close()
    assert client.stdout and client.stdout.readline() == 'connected\n'
    time.sleep(0.2)
    os.kill(client.pid, signal.SIGSTOP)
    whole = noise(rng, 1024, 768)
    draw(gpu, image, 0, 0, whole)
    time.sleep(0.2)
    before = memory_use(gpu.qemu.pid).private
    for _ in range(60):
        draw(gpu, image, 0, 0, whole)
    assert memory_use(gpu.qemu.pid).private - before < 16 << 20
    fds = open_fds(gpu)
    client.kill()
    client.wait()
    client.stdout.close()
    wait_for(lambda: open_fds(gpu) < fds, 'QEMU to hang up')


@WAYS
@STOCK_WAITS
def test_reconnecting_again_and_again_leaks_nothing(gpu, peer, interfaces):
    rng = random.Random(7)
    image = gpu.show(1, gradient(640, 480))
    fds = memory = 0
    for turn in range(80):
        viewer = Viewer(peer, interfaces=interfaces).open()
        if turn % 4:
            viewer.wait_picture()
        draw(gpu, image, 10, 10, noise(rng, 30, 30))
        if turn % 3:
            viewer.pump()
        viewer.close()
        if turn == 20:
            wait_for(lambda: open_fds(gpu) < 200, 'descriptors to be closed')
            time.sleep(0.3)
            fds, memory = open_fds(gpu), memory_use(gpu.qemu.pid).private
    wait_for(lambda: open_fds(gpu) <= fds, f'{open_fds(gpu)} descriptors to become {fds}')
    if not gpu.qemu.modules.sanitized():
        assert memory_use(gpu.qemu.pid).private - memory < 6 << 20
    last = Viewer(peer, interfaces=interfaces).open()
    wait_same(last, screendump(gpu.qemu, gpu.device))
    last.close()


@pytest.mark.stock_wrong('stock keeps no cursor for late viewers')
def test_a_late_viewer_gets_the_cursor(gpu, open_viewer):
    gpu.show(1, gradient(320, 200))
    show_cursor(gpu)
    gpu.move_cursor(44, 55)
    viewer = open_viewer()
    viewer.wait(lambda: viewer.cursor.position and viewer.cursor.data, 'the cursor')
    assert viewer.cursor.size == (64, 64) and viewer.cursor.hot == (3, 5)
    assert viewer.cursor.position == (44, 55, 1)


def test_the_cursor_moves_hides_and_changes(gpu, open_viewer):
    gpu.show(1, gradient(320, 200))
    viewer = open_viewer()
    viewer.wait_picture()
    pixels = show_cursor(gpu)
    viewer.wait(lambda: viewer.cursor.data, 'the cursor')
    got = numpy.frombuffer(viewer.cursor.data, numpy.uint8).reshape(64, 64, 4)
    assert (got[:, :, 2::-1] == pixels).all()
    gpu.move_cursor(101, 102)
    viewer.wait(lambda: viewer.cursor.position == (101, 102, 1), 'the cursor to move')
    gpu.set_cursor(0)
    viewer.wait(lambda: viewer.cursor.position and not viewer.cursor.position[2], 'the cursor to hide')


@pytest.mark.ours_only('stock sends every position')
def test_a_slow_viewer_gets_the_last_position_only(gpu, open_viewer):
    gpu.show(1, gradient(320, 200))
    show_cursor(gpu)
    viewer = open_viewer(hold=True)
    viewer.wait(lambda: len(viewer.held) >= 2)
    for position in range(200):
        gpu.move_cursor(position, position)
    viewer.pump(0.1)
    viewer.take_calls()
    viewer.answer_held()
    viewer.wait(lambda: viewer.cursor.position == (199, 199, 1), 'the last position')
    assert len(viewer.take_calls('MouseSet')) <= 2


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_a_viewer_that_refuses_maps_gets_messages(gpu, open_viewer):
    rgb = gradient(320, 200)
    gpu.show(1, rgb)
    viewer = open_viewer(interfaces=(MAP,), refuse=('ScanoutMap',))
    wait_same(viewer, rgb)
    assert [call.method for call in viewer.calls] == ['ScanoutMap', 'Scanout']


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_a_map_can_neither_be_written_nor_resized(gpu, open_viewer):
    gpu.show(1, gradient(320, 200))
    viewer = open_viewer(interfaces=(MAP,))
    viewer.wait_picture()
    with pytest.raises(OSError):
        os.ftruncate(viewer.map_fd, 0)
    with pytest.raises(OSError):
        os.write(viewer.map_fd, b'x')
    with pytest.raises(OSError):
        mmap.mmap(viewer.map_fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    again = os.open(f'/proc/self/fd/{viewer.map_fd}', os.O_RDWR)
    with pytest.raises(OSError):
        mmap.mmap(again, 4096, mmap.MAP_SHARED, mmap.PROT_WRITE)
    os.close(again)


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_viewers_do_not_share_a_map_with_the_guest_or_each_other(gpu, open_viewer):
    gpu.show(1, gradient(320, 200))
    viewers = [open_viewer(interfaces=(MAP,)) for _ in range(2)]
    for viewer in viewers:
        viewer.wait_picture()
    files = {os.fstat(viewer.map_fd).st_ino for viewer in viewers}
    ram = {os.stat(f'/proc/{gpu.qemu.pid}/fd/{fd}').st_ino for fd in os.listdir(f'/proc/{gpu.qemu.pid}/fd')
           if 'memory-backend' in os.readlink(f'/proc/{gpu.qemu.pid}/fd/{fd}')}
    assert len(files) == 2 and ram and not files & ram


def map_inode(viewer):
    """Which file a viewer maps."""
    return os.fstat(viewer.map_fd).st_ino


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_viewers_map_the_picture_of_a_resource_itself(gpu, open_viewer):
    """From 2 MiB on: a transfer shows at once in every map, before and without an update."""
    rng = random.Random(10)
    expected = noise(rng, *LARGE).copy()
    image = gpu.show(1, expected)
    viewers = [open_viewer(interfaces=(MAP,)) for _ in range(2)]
    for viewer in viewers:
        wait_same(viewer, expected)
    assert map_inode(viewers[0]) == map_inode(viewers[1])
    rgb = noise(rng, 40, 30)
    image.draw_at(100, 200, rgb)
    gpu.transfer(1, Rect(100, 200, 40, 30), offset=image.offset(100, 200))
    expected[200:230, 100:140] = rgb
    for viewer in viewers:
        assert (viewer.shown.rgb() == expected).all() and not viewer.take_calls('UpdateMap')
    gpu.flush(1, Rect(100, 200, 40, 30))
    for viewer in viewers:
        wait_same(viewer, expected)
        assert [call.arguments for call in viewer.take_calls('UpdateMap')] == [(100, 200, 40, 30)]


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_a_part_of_a_resource_is_mapped_where_it_lies(gpu, open_viewer):
    expected = gradient(*LARGE)
    viewer = open_viewer(interfaces=(MAP,))
    gpu.show(1, expected)
    gpu.set_scanout(0, 1, Rect(96, 64, 500, 400))
    gpu.flush(1, Rect(0, 0, *LARGE))
    wait_same(viewer, expected[64:464, 96:596])
    assert [call.arguments[1] for call in viewer.calls if call.method == 'ScanoutMap'][-1] == (64 * LARGE[0] + 96) * 4


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_a_map_outlives_its_resource(gpu, open_viewer):
    rgb = gradient(*LARGE)
    gpu.show(1, rgb)
    viewer = open_viewer(interfaces=(MAP,))
    wait_same(viewer, rgb)
    gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
    gpu.ok('resource_unref', resource_id=1)
    assert (viewer.shown.rgb() == rgb).all()


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_flushes_wait_for_viewers_of_the_picture_itself(gpu, open_viewer):
    """For the answer, for 40 ms, or no more once the viewer is late."""
    gpu.show(1, gradient(*LARGE))
    viewer = open_viewer(interfaces=(MAP,))
    viewer.wait_picture()
    viewer.pump(0.1)
    answered, held, late = ([] for _ in range(3))
    for _ in range(60):
        answered.append(flush_seconds(gpu, viewer))
        viewer.pump(0.1)
        viewer.hold = True
        held.append(flush_seconds(gpu, viewer))
        late.append(flush_seconds(gpu, viewer))
        viewer.answer_held()
        viewer.pump(0.1)
        if len(held) > 4 and min(answered) < 0.03 and min(late) < 0.03:
            break
    assert min(answered) < 0.03 and min(held) > 0.035 and min(late) < 0.03, (answered, held, late)


def flush_seconds(gpu, viewer):
    """How long a flush with a fence takes while the viewer looks."""
    start = time.monotonic()
    request = gpu.submit('resource_flush', r=Rect(10, 10, 20, 20), resource_id=1, flags=wire.FLAG_FENCE, fence_id=1)
    gpu.control.kick()
    while not request.done:
        viewer.pump()
        gpu.control.collect()
    return time.monotonic() - start


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_a_flush_ends_when_its_viewer_goes(gpu, peer):
    """And not only after 40 ms: of many, one is told apart from that, however busy the machine is."""
    gpu.show(1, gradient(*LARGE))
    taken = []
    while len(taken) < 60 and min(taken, default=1) > 0.025:
        viewer = Viewer(peer, interfaces=(MAP,)).open()
        viewer.wait(lambda: viewer.map_fd >= 0, 'a map')
        viewer.pump(0.05)
        start = time.monotonic()
        request = gpu.submit('resource_flush', r=Rect(10, 10, 20, 20), resource_id=1, flags=wire.FLAG_FENCE, fence_id=1)
        gpu.control.kick()
        viewer.close()
        while not request.done:
            gpu.control.collect()
        taken.append(time.monotonic() - start)
    assert min(taken) < 0.025, taken


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_thousands_of_updates_of_a_shared_picture(gpu, open_viewer):
    rng = random.Random(11)
    image = gpu.show(1, noise(rng, *LARGE))
    viewers = [open_viewer(interfaces=(MAP,)), open_viewer(), open_viewer(interfaces=(MAP,))]
    for viewer in viewers:
        viewer.wait_picture()
    for step in range(1500):
        x, y, w, h = random_rect(rng, *LARGE)
        draw(gpu, image, x, y, noise(rng, w, h))
        for viewer in viewers[:2]:
            if rng.random() < 0.5:
                viewer.pump()
        if step % 500 == 499:
            for viewer in viewers:
                wait_same(viewer, screendump(gpu.qemu, gpu.device))
    assert not [call for call in viewers[0].calls[1:] if call.method != 'UpdateMap']


@pytest.mark.ours_only('stock waits for such a client')
def test_a_client_that_tells_nothing_is_shown_the_picture(gpu, peer):
    """It never answers what it was asked for its capabilities, as a minimal client may do."""
    gpu.show(1, gradient(320, 200))
    ours, theirs = socket.socketpair()
    with theirs:
        peer.call('Console_0', 'Console', 'RegisterListener', '(h)', 0, fds=[theirs.fileno()])
    seen = []

    def look(_connection, message, incoming):
        if incoming:
            seen.append(message.get_member())
            return None
        return message

    flags = Gio.DBusConnectionFlags
    connection = connect(ours, flags.AUTHENTICATION_CLIENT | flags.DELAY_MESSAGE_PROCESSING)
    connection.add_filter(look)
    connection.start_message_processing()
    wait_for(lambda: 'Scanout' in seen, 'a scanout')
    connection.close_sync(None)


@pytest.mark.ours_only('7.2 has no shared memory scanouts')
def test_a_client_that_tells_late_is_shown_the_picture_in_its_way(gpu, open_viewer):
    """Nobody pumps the viewer: it neither answers nor is it shown anything for more than a second."""
    gpu.show(1, gradient(320, 200))
    viewer = open_viewer(interfaces=(MAP,))
    time.sleep(1.5)
    viewer.wait(lambda: viewer.map_fd >= 0, 'a map')
    wait_same(viewer, gradient(320, 200))
    assert [call.method for call in viewer.calls][-2:] == ['Scanout', 'ScanoutMap']


@pytest.mark.ours_only('stock calls into freed memory')
def test_a_new_peer_replaces_the_one_before(gpu):
    first = join_peer(gpu.qemu)
    assert 'Console_0' in first.objects()
    second = join_peer(gpu.qemu)
    assert 'Console_0' in second.objects()
    wait_for(first.connection.is_closed, 'the first connection to close')
    second.close()
    third = join_peer(gpu.qemu)
    assert 'Console_0' in third.objects()
    third.close()


@pytest.mark.ours_only('7.2 takes one listener from a bus client, and waits for it')
def test_a_bus_client_has_several_listeners(bus, start_display):
    """libmks has one that only tells it that something happens, beside the one that shows it."""
    gpu = start_display(display=f'dbus,addr={bus.address}')
    image = gpu.show(1, gradient(320, 200))
    peer = bus.join()
    viewers = [Viewer(peer).open(), Viewer(peer, interfaces=(MAP,)).open(), Viewer(peer).open()]
    for viewer in viewers:
        wait_same(viewer, gradient(320, 200))
    viewers.pop().close()
    draw(gpu, image, 10, 20, noise(random.Random(1), 30, 40))
    for viewer in viewers:
        wait_same(viewer, screendump(gpu.qemu, gpu.device))
        viewer.close()
    peer.close()


@pytest.mark.stock_wrong('stock waits for each viewer in turn')
def test_several_bus_clients_look_at_once(bus, start_display):
    gpu = start_display(display=f'dbus,addr={bus.address}')
    rgb = gradient(320, 200)
    gpu.show(1, rgb)
    peers = [bus.join() for _ in range(4)]
    viewers = [Viewer(peer).open() for peer in peers]
    for viewer in reversed(viewers):
        wait_same(viewer, rgb)
    for viewer, peer in zip(viewers, peers):
        viewer.close()
        peer.close()


def test_machine_quits_with_a_busy_viewer(gpu, open_viewer):
    gpu.show(1, gradient(320, 200))
    viewer = open_viewer(hold=True)
    viewer.wait(lambda: viewer.held)
    gpu.qemu.quit()
