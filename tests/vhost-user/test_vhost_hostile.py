# SPDX-License-Identifier: GPL-2.0-or-later
"""A back end that sends nonsense, too much, or nothing: the machine goes on and nothing leaks."""

from __future__ import annotations

import os
import socket
import threading
from random import Random
from typing import Callable

import pytest

from vgpu import vhost_wire as wire
from conftest import Machine, descriptors, is_shown, wait_descriptors, wait_shown
from vgpu.formats import gradient
from vgpu.vhost_backend import GET_VRING_BASE, Backend
from vgpu.vhost_wire import message, words

MAX_U32 = 0xffffffff
UNKNOWN = message(13, bytes(4))

# Nobody who sends these knows the protocol.
WRONG = {
    'features-with-payload': message(wire.GET_PROTOCOL_FEATURES, words(0)),
    'features-too-short': message(wire.SET_PROTOCOL_FEATURES, words(1)),
    'display-info-with-payload': message(wire.GET_DISPLAY_INFO, bytes(408)),
    'cursor-position-too-short': message(wire.CURSOR_POS, words(0, 1)),
    'cursor-hidden-too-long': message(wire.CURSOR_POS_HIDE, words(0, 1, 2, 3)),
    'cursor-without-image': message(wire.CURSOR_UPDATE, words(0, 1, 2, 3, 4)),
    'cursor-too-large': message(wire.CURSOR_UPDATE, bytes(20 + 65 * 65 * 4)),
    'scanout-too-short': message(wire.SCANOUT, words(0, 640)),
    'scanout-of-size-0': message(wire.SCANOUT),
    'scanout-too-long': message(wire.SCANOUT, words(0, 640, 480, 0)),
    'scanout-of-4-gib': message(wire.SCANOUT, words(0, 640, 480), size=MAX_U32),
    'scanout-too-wide': wire.scanout(16385, 1),
    'scanout-too-high': wire.scanout(1, MAX_U32),
    'scanout-of-too-many-pixels': wire.scanout(16384, 16384),
    'scanout-whose-pixels-overflow': wire.scanout(0x10001, 0x10000),
    'update-too-short': message(wire.UPDATE, words(0, 0, 0, 4)),
    'update-without-pixels': message(wire.UPDATE, words(0, 0, 0, 4, 4)),
    'update-with-too-few-pixels': message(wire.UPDATE, words(0, 0, 0, 4, 4) + bytes(60)),
    'update-with-too-many-pixels': message(wire.UPDATE, words(0, 0, 0, 4, 4) + bytes(68)),
    'update-whose-size-overflows-32-bits': message(wire.UPDATE, words(0, 0, 0, 0x8000, 0x8000)),
    'update-whose-size-overflows-64-bits': message(wire.UPDATE, words(0, 0, 0, MAX_U32, MAX_U32)),
    'update-whose-size-wraps-to-what-follows': message(wire.UPDATE, words(0, 0, 0, 0x40000001, 1) + bytes(4)),
    'dmabuf-too-short': message(wire.DMABUF_SCANOUT, words(0, 0, 0, 64, 64)),
    'dmabuf-without-descriptor': wire.dmabuf_scanout(64, 64),
    'dmabuf-with-modifier-without-descriptor': wire.dmabuf_scanout(64, 64, modifier=0),
    'dmabuf-update-with-pixels': message(wire.DMABUF_UPDATE, words(0, 0, 0, 1, 1) + bytes(4)),
    'edid-of-nothing': message(wire.GET_EDID),
}

# Well formed, about something that is not there: passed over.
IDLE = {
    'scanout-of-no-head': wire.scanout(64, 64, head=1),
    'scanout-of-no-head-at-all': wire.scanout(64, 64, head=MAX_U32),
    'scanout-disabled': wire.scanout(0, 480, head=7),
    'update-of-no-head': wire.update(gradient(8, 8), head=1),
    'update-beyond-the-right': wire.update(gradient(64, 8), x=257),
    'update-beyond-the-bottom': wire.update(gradient(64, 8), y=193),
    'update-far-away': wire.update(gradient(8, 8), x=MAX_U32, y=MAX_U32 - 3),
    'update-of-nothing': message(wire.UPDATE, words(0, 0, 0, 0, 5)),
    'cursor-of-no-head': wire.cursor(1, 1, head=3),
    'cursor-far-away': message(wire.CURSOR_POS, words(0, MAX_U32, 0x80000000)),
    'cursor-with-a-hot-spot-outside': wire.cursor(1, 1, hot=(64, MAX_U32)),
    'cursor-position-of-no-head': message(wire.CURSOR_POS, words(9, 1, 1)),
    'unknown-message': message(13, bytes(100000)),
    'unknown-message-without-payload': message(0),
    'unknown-message-of-a-large-number': message(MAX_U32, bytes(7)),
    'features-nobody-has': message(wire.SET_PROTOCOL_FEATURES, words(MAX_U32, MAX_U32)),
}


@pytest.fixture
def shown(machine: Machine) -> Machine:
    """A started machine that shows a picture."""
    machine.start()
    show(machine)
    return machine


def show(machine: Machine, seed: int = 0) -> None:
    """Shows a picture, which must arrive."""
    rgb = gradient(320, 200, seed)
    machine.backend.display.sendall(wire.scanout(320, 200) + wire.update(rgb))
    wait_shown(machine.qemu, rgb)


def restart(machine: Machine) -> None:
    """The driver starts the device anew; the back end gets a new socket where it lost the old one."""
    machine.backend.display.close()
    machine.backend.display = None
    machine.backend.requests.clear()
    machine.gpu.virtio.reset()
    machine.start()


@pytest.mark.parametrize('data', WRONG.values(), ids=WRONG.keys())
def test_who_does_not_know_the_protocol_is_cut_off(start_machine, data):
    machine = start_machine()
    display = machine.start()
    show(machine)
    files = descriptors(machine.qemu)
    display.sendall(data)
    assert wire.is_cut_off(display)
    assert is_shown(machine.qemu, gradient(320, 200))
    restart(machine)
    show(machine, 1)
    wait_descriptors(machine.qemu, files)


@pytest.mark.parametrize('data', IDLE.values(), ids=IDLE.keys())
def test_what_concerns_nothing_is_passed_over(start_machine, data):
    machine = start_machine()
    display = machine.start()
    show(machine)
    display.sendall(data)
    assert wire.ask(display, wire.GET_PROTOCOL_FEATURES)
    assert is_shown(machine.qemu, gradient(320, 200))
    show(machine, 1)


@pytest.mark.parametrize('step', (1, 7, 1000))
def test_messages_may_arrive_in_pieces(shown, step):
    display = shown.backend.display
    rgb = gradient(33, 9, 3)
    data = wire.scanout(33, 9) + wire.update(rgb) + message(wire.GET_DISPLAY_INFO)
    display.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    for start in range(0, len(data), step):
        display.sendall(data[start:start + step])
    assert len(wire.read_reply(display)[1]) == wire.DISPLAY_INFO_SIZE
    wait_shown(shown.qemu, rgb)


@pytest.mark.parametrize('part', (0.3, 0.9))
@pytest.mark.parametrize('way', ('reset', 'pause', 'quit', 'hang-up', 'reset-of-the-machine'))
def test_a_message_that_never_ends_holds_nothing_up(start_machine, part, way):
    machine = start_machine()
    display = machine.start()
    show(machine)
    data = wire.update(gradient(320, 200, 1))
    display.sendall(data[:int(len(data) * part)])
    if way == 'reset':
        machine.gpu.virtio.reset()
        assert not is_shown(machine.qemu, gradient(320, 200))
        machine.start()
        display.sendall(data[int(len(data) * part):])
        show(machine, 2)
    elif way == 'pause':
        machine.qemu.qmp.command('stop')
        machine.qemu.qmp.command('cont')
        display.sendall(data[int(len(data) * part):])
        wait_shown(machine.qemu, gradient(320, 200, 1))
    elif way == 'hang-up':
        display.shutdown(socket.SHUT_RDWR)
        restart(machine)
        show(machine, 3)
    elif way == 'reset-of-the-machine':
        machine.qemu.qmp.command('system_reset')
        machine.qemu.qmp.wait_event('RESET')


def flood(display: socket.socket, data: bytes, end: threading.Event) -> None:
    """Sends the same again and again, reading nothing, as fast as it is taken."""
    display.settimeout(0.2)
    while not end.is_set():
        try:
            display.sendall(data)
        except TimeoutError:
            pass


@pytest.mark.parametrize('data', (
    wire.scanout(2048, 2048) + wire.scanout(2047, 2048),
    wire.scanout(320, 200) + wire.update(gradient(320, 200)) * 4,
    wire.cursor(3, 4) * 20,
    message(wire.CURSOR_POS, words(0, 5, 5)) * 1000,
    message(wire.GET_EDID, words(0)) * 100,
    message(13, bytes(1 << 20)),
    message(14) * 1000,
), ids=('scanouts', 'updates', 'cursors', 'positions', 'requests', 'unknown-large', 'unknown-small'))
def test_a_flood_leaves_the_machine_its_time(start_machine, data):
    machine = start_machine()
    display = machine.start()
    end = threading.Event()
    sender = threading.Thread(target=flood, args=(display, data, end))
    sender.start()
    try:
        for _ in range(100):
            machine.qemu.qmp.command('query-status')
            machine.gpu.pci.read(0, 4)
    finally:
        end.set()
        sender.join()
    machine.gpu.virtio.reset()


def test_requests_whose_answers_nobody_reads_are_not_taken_any_more(shown):
    display = shown.backend.display
    display.settimeout(1)
    memory = size_of(shown.qemu.pid)
    with pytest.raises(TimeoutError):
        while True:
            display.sendall(message(wire.GET_EDID, words(0)) * 100)
    assert size_of(shown.qemu.pid) - memory < 64 << 20
    assert is_shown(shown.qemu, gradient(320, 200))


def size_of(pid: int) -> int:
    """Bytes of memory that a process has, whether it uses them or not."""
    with open(f'/proc/{pid}/statm', encoding='ascii') as text:
        return int(text.read().split()[0]) * os.sysconf('SC_PAGE_SIZE')


def test_pictures_that_were_replaced_are_not_kept(shown):
    display = shown.backend.display
    for turn in range(20):
        display.sendall(wire.scanout(1600 + turn % 2, 1200) + wire.update(gradient(8, 8)))
    wire.ask(display, wire.GET_PROTOCOL_FEATURES)
    before = size_of(shown.qemu.pid)
    for turn in range(200):
        display.sendall(wire.scanout(1600 + turn % 2, 1200) + wire.update(gradient(8, 8)))
    wire.ask(display, wire.GET_PROTOCOL_FEATURES)
    assert size_of(shown.qemu.pid) - before < 600 << 20, 'of 1.5 GiB that were shown'


@pytest.mark.parametrize('count', (1, 2, 5, 100))
@pytest.mark.parametrize('data', (wire.scanout(64, 64), UNKNOWN, wire.dmabuf_scanout(64, 64),
                                  wire.dmabuf_scanout(64, 64, modifier=0)),
                         ids=('scanout', 'unknown', 'dmabuf', 'dmabuf2'))
def test_descriptors_that_came_with_messages_are_closed(start_machine, data, count):
    """A file is no dmabuf: its pages could go while they are read."""
    machine = start_machine()
    display = machine.start()
    show(machine)
    files = descriptors(machine.qemu)
    fd = os.memfd_create('picture')
    os.ftruncate(fd, 64 * 64 * 4)
    wire.send_with_fds(display, data, *[fd] * count)
    os.close(fd)
    if data == UNKNOWN and count == 1:
        assert wire.ask(display, wire.GET_PROTOCOL_FEATURES)
    else:
        assert wire.is_cut_off(display)
    wait_descriptors(machine.qemu, files)
    assert is_shown(machine.qemu, gradient(320, 200))


@pytest.mark.parametrize('fields', (
    {'x': 1}, {'y': MAX_U32}, {'fd_width': 63}, {'fd_height': 0}, {'stride': 255}, {'stride': MAX_U32},
    {'fourcc': 0}, {'fd_height': MAX_U32}, {'fd_width': MAX_U32, 'stride': 0},
), ids=str)
def test_dmabufs_of_impossible_shape_are_refused(start_machine, fields):
    machine = start_machine()
    display = machine.start()
    with open('/dev/zero', 'rb') as zero:
        wire.send_with_fds(display, wire.dmabuf_scanout(64, 64, **fields), zero.fileno())
    assert wire.is_cut_off(display)


def test_an_update_of_a_dmabuf_that_is_not_there_is_answered(shown):
    assert wire.ask(shown.backend.display, wire.DMABUF_UPDATE, words(0, 0, 0, 64, 64)) == b''
    assert wire.ask(shown.backend.display, wire.DMABUF_UPDATE, words(5, 0, 0, 64, 64)) == b''


def test_what_is_sent_while_no_driver_runs_shows_nothing(shown):
    shown.gpu.virtio.reset()
    shown.backend.display.sendall(wire.scanout(320, 200) + wire.update(gradient(320, 200, 1)))
    assert wire.ask(shown.backend.display, wire.GET_PROTOCOL_FEATURES)
    assert not is_shown(shown.qemu, gradient(320, 200, 1))


def random_message(random: Random) -> bytes:
    """A message that is right in most of what it says, and about anything."""
    def number(*likely: int) -> int:
        return random.choice((*likely, *likely, 0, 1, MAX_U32, random.randrange(1 << random.randrange(1, 33))))

    kind = number(*range(1, 13))
    head = number(0, 0, 1, 2)
    width, height = number(320, 8, 64), number(200, 8, 16)
    if kind == wire.SCANOUT:
        return wire.scanout(width, height, head)
    if kind == wire.UPDATE:
        count = width * height if width * height < 1 << 16 else number(16)
        payload = words(head, number(0, 8), number(0, 9), width, height)
        return message(kind, payload + bytes(4 * min(count, 1 << 16)))
    if kind == wire.CURSOR_UPDATE:
        return wire.cursor(number(5), number(5), (number(3), number(3)), head=head)
    size = {wire.SET_PROTOCOL_FEATURES: 2, wire.CURSOR_POS: 3, wire.CURSOR_POS_HIDE: 3, wire.DMABUF_SCANOUT: 10,
            wire.DMABUF_UPDATE: 5, wire.GET_EDID: 1, wire.DMABUF_SCANOUT2: 12}.get(kind, 0)
    return message(kind, words(*(number(head, width, height) for _ in range(size))))


def drain(display: socket.socket) -> None:
    """Takes the replies that are there."""
    display.setblocking(False)
    try:
        while display.recv(1 << 16):
            pass
    except BlockingIOError:
        pass
    display.settimeout(20)


@pytest.mark.parametrize('seed', range(4))
def test_anything_at_all_leaves_the_device_working(start_machine, seed):
    random = Random(seed)
    machine = start_machine('vhost-user-vga,max_outputs=3')
    memory = machine.gpu.memory
    fresh = memory.position()
    machine.start()
    for _ in range(400):
        display = machine.backend.display
        try:
            display.sendall(random_message(random))
            drain(display)
        except OSError:
            memory.rewind(fresh)
            restart(machine)
        if random.random() < 0.02:
            machine.qemu.qmp.command('stop')
            machine.qemu.qmp.command('cont')
        if random.random() < 0.02:
            memory.rewind(fresh)
            start_anew(machine)
    machine.gpu.virtio.reset()
    machine.qemu.qmp.command('query-status')


def start_anew(machine: Machine) -> None:
    """The driver starts anew; the back end keeps its socket unless it was cut off."""
    machine.gpu.virtio.reset()
    machine.gpu.start(features=0)
    machine.backend.wait_display()


# ---- the vhost connection ---------------------------------------------------------------------

class WhileStopping:
    """Lets the back end say something on its display when QEMU waits for it to stop."""

    def __init__(self, say: Callable[[Backend], None]):
        self.say = say
        self.backend: Backend | None = None
        self.error: Exception | None = None
        self.done = False

    def __call__(self, request: int) -> None:
        if request == GET_VRING_BASE and self.backend and not self.done:
            self.done = True
            try:
                self.say(self.backend)
            except Exception as error:
                self.error = error


def send_nonsense(backend: Backend) -> None:
    backend.display.sendall(WRONG['update-without-pixels'])
    assert wire.is_cut_off(backend.display)


def ask_display(backend: Backend) -> None:
    assert len(wire.ask(backend.display, wire.GET_DISPLAY_INFO)) == wire.DISPLAY_INFO_SIZE
    assert wire.ask(backend.display, wire.DMABUF_UPDATE, words(0, 0, 0, 1, 1)) == b''


def draw_much(backend: Backend) -> None:
    backend.display.sendall(wire.scanout(1024, 768) + wire.update(gradient(1024, 768)) * 2)


@pytest.mark.parametrize('way', ('stop', 'reset'))
@pytest.mark.parametrize('say', (ask_display, draw_much, send_nonsense))
def test_a_back_end_that_needs_its_display_to_stop_has_it(start_machine, say, way):
    hook = WhileStopping(say)
    machine = start_machine(backend={'on_request': hook})
    machine.start()
    hook.backend = machine.backend
    if way == 'stop':
        machine.qemu.qmp.command('stop')
        if say is draw_much:
            wait_shown(machine.qemu, gradient(1024, 768))
    else:
        machine.gpu.virtio.reset()
        assert not is_shown(machine.qemu, gradient(1024, 768))
    assert hook.done and hook.error is None


def test_a_back_end_that_does_not_stop_is_cut_off(start_machine):
    machine = start_machine(backend={'silent_on': (GET_VRING_BASE,)})
    machine.start()
    show(machine)
    machine.qemu.qmp.command('stop')
    assert 'has not answered for 10 s' in machine.qemu.stderr()
    machine.qemu.qmp.command('cont')
    machine.gpu.virtio.reset()
    assert machine.qemu.qmp.command('query-status')['running']
