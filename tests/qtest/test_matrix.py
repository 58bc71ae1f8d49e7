# SPDX-License-Identifier: GPL-2.0-or-later
"""Every state of a resource x every command on it x well-formed and malformed requests.

Each request is answered exactly once (the queue of vgpu.virtqueue checks that), by the right type, with
nothing behind the header, and the device still works afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from vgpu import wire
from vgpu.formats import gradient
from vgpu.gpu import Gpu, answer
from vgpu.screendump import assert_same, screendump
from vgpu.wire import COMMANDS, HEADER, Rect, Resp

ID = 1
SIZE = 64
WHOLE = Rect(0, 0, SIZE, SIZE)
TOP = 1 << 32
ROOM = 64

STATES = ('absent', 'freed', 'unbacked', 'backed', 'shown', 'shown-unbacked', 'cursor')
EXISTING = STATES[2:]
BACKED = ('backed', 'shown', 'cursor')

OK = Resp.OK_NODATA
UNSPEC = Resp.ERR_UNSPEC
NO_MEMORY = Resp.ERR_OUT_OF_MEMORY
NO_SCANOUT = Resp.ERR_INVALID_SCANOUT_ID
NO_RESOURCE = Resp.ERR_INVALID_RESOURCE_ID
WRONG = Resp.ERR_INVALID_PARAMETER

VALID: dict[str, dict[str, Any]] = {
    'resource_create_2d': {'format': 1, 'width': SIZE, 'height': SIZE},
    'resource_unref': {},
    'set_scanout': {'r': WHOLE},
    'resource_flush': {'r': WHOLE},
    'transfer_to_host_2d': {'r': WHOLE},
    'resource_attach_backing': {'nr_entries': 1},
    'resource_detach_backing': {},
    'update_cursor': {},
}


@dataclass(frozen=True)
class Mistake:
    """Fields that make a command wrong, and how that is answered when the resource is fine."""

    name: str
    fields: dict[str, Any]
    response: Resp
    stock: Resp | None = None       # where stock answers something else
    before_resource: bool = False   # found before the resource is looked up
    stock_aborts: bool = False      # stock ends with an assertion instead of answering


RECTANGLES = {
    'x-outside': Rect(1, 0, SIZE, SIZE), 'y-outside': Rect(0, 1, SIZE, SIZE),
    'right-of-it': Rect(SIZE + 1, 0, 1, 1), 'x-wraps': Rect(TOP - 1, 0, 2, 16),
    'y-wraps': Rect(0, TOP - SIZE, SIZE, SIZE + 1), 'width-negative': Rect(16, 0, TOP - 16, 16),
    'all-ones': Rect(TOP - 1, TOP - 1, TOP - 1, TOP - 1), 'sign': Rect(1 << 31, 1 << 31, 1 << 31, 1 << 31),
}


def bad_rectangles(response: Resp = WRONG) -> list[Mistake]:
    """A mistake for every rectangle that is not inside the resource."""
    return [Mistake(name, {'r': rect}, response) for name, rect in RECTANGLES.items()]


def bad_scanouts() -> list[Mistake]:
    """A mistake for every kind of scanout number that does not exist."""
    return [Mistake(f'scanout-{number:#x}', {'scanout_id': number}, NO_SCANOUT, before_resource=True)
            for number in (2, 15, 16, 0x7fffffff, 0x80000000, 0xffffffff)]


MISTAKES: dict[str, list[Mistake]] = {
    'resource_create_2d': [
        Mistake('format-0', {'format': 0}, WRONG),
        Mistake('format-unknown', {'format': 5}, WRONG),
        Mistake('format-all-ones', {'format': TOP - 1}, WRONG),
        Mistake('width-0', {'width': 0}, WRONG, NO_MEMORY),
        Mistake('height-0', {'height': 0}, WRONG, NO_MEMORY),
        Mistake('stride-overflows', {'width': 0x40000001, 'height': 1}, WRONG, NO_MEMORY),
        Mistake('stride-negative', {'width': 0x20000001, 'height': 1}, WRONG, NO_MEMORY),
        Mistake('size-overflows', {'width': 0x10000, 'height': 0x40000001}, NO_MEMORY),
        Mistake('all-ones', {'width': TOP - 1, 'height': TOP - 1}, WRONG, NO_MEMORY),
        Mistake('beyond-max-hostmem', {'width': 16384, 'height': 16384}, NO_MEMORY),
    ],
    'resource_unref': [],
    'set_scanout': [
        *bad_rectangles(), *bad_scanouts(),
        Mistake('width-0', {'r': Rect(0, 0, 0, SIZE)}, WRONG),
        Mistake('height-0', {'r': Rect(0, 0, SIZE, 0)}, WRONG),
    ],
    'resource_flush': bad_rectangles(),
    'transfer_to_host_2d': [
        *bad_rectangles(),
        Mistake('offset-beyond', {'offset': SIZE * SIZE * 4}, WRONG, stock_aborts=True),
        Mistake('offset-partly-beyond', {'offset': 4}, WRONG, OK),
        Mistake('offset-wraps', {'offset': (1 << 64) - SIZE * SIZE * 4}, WRONG, stock_aborts=True),
        Mistake('offset-all-ones', {'offset': (1 << 64) - 1}, WRONG, stock_aborts=True),
    ],
    'resource_attach_backing': [
        Mistake('entries-0', {'nr_entries': 0}, WRONG, OK),
        Mistake('entries-missing', {'nr_entries': 2}, WRONG, UNSPEC),
        Mistake('entries-wrap', {'nr_entries': 0x10000001}, WRONG, UNSPEC),
        Mistake('entries-all-ones', {'nr_entries': TOP - 1}, WRONG, UNSPEC),
    ],
    'resource_detach_backing': [],
    'update_cursor': [
        Mistake(f'scanout-{number:#x}', {'pos': (number, 0, 0)}, NO_SCANOUT, before_resource=True)
        for number in (2, 16, 0xffffffff)
    ],
}


def prepare(gpu: Gpu, state: str) -> int:
    """Brings resource ID into a state; returns the address of pages for a backing."""
    if state == 'absent':
        return gpu.memory.alloc_pages(4)
    image = gpu.create_image(ID, SIZE, SIZE)
    image.draw(gradient(SIZE, SIZE))
    gpu.transfer(ID, WHOLE)
    if state == 'freed':
        gpu.ok('resource_unref', resource_id=ID)
    if state.startswith('shown'):
        gpu.set_scanout(0, ID, WHOLE)
        gpu.flush(ID, WHOLE)
    if state == 'cursor':
        gpu.set_cursor(ID)
    if state.endswith('unbacked'):
        gpu.ok('resource_detach_backing', resource_id=ID)
    return image.backing.entries[0].address


def expected(state: str, command: str) -> Resp:
    """The answer to a well-formed command."""
    if command == 'resource_create_2d':
        return NO_RESOURCE if state in EXISTING else OK
    if state not in EXISTING:
        return NO_RESOURCE
    if command in ('transfer_to_host_2d', 'resource_detach_backing'):
        return OK if state in BACKED else UNSPEC
    if command == 'resource_attach_backing':
        return UNSPEC if state in BACKED else OK
    return OK


def stock_expected(state: str, command: str) -> Resp:
    """The same for stock."""
    if command == 'set_scanout' and state in EXISTING and state not in BACKED:
        return UNSPEC
    return expected(state, command)


def expected_of_mistake(state: str, command: str, mistake: Mistake) -> Resp:
    """The answer to a malformed command: the first thing that is wrong counts."""
    base = expected(state, command)
    return mistake.response if mistake.before_resource or base == OK else base


def request_bytes(command: str, pages: int, fields: dict[str, Any]) -> bytes:
    """A command on resource ID with the list of pages that an attach needs."""
    fields = {'resource_id': ID, **VALID.get(command, {}), **fields}
    tail = wire.pack_entries([(pages, SIZE * SIZE * 4)]) if 'nr_entries' in fields else b''
    return wire.encode(command, tail=tail, **fields)


def send(gpu: Gpu, command: str, data: bytes) -> wire.Response:
    """Sends bytes on the queue of a command and checks what holds for every answer."""
    request = gpu.raw([data], [ROOM], queue=COMMANDS[command].queue,
                      timeout=3 if gpu.qemu.modules.is_stock else 20)
    response = answer(request)
    size = wire.response_size(command) if response.type < UNSPEC else HEADER.size
    assert request.used_length == size
    assert (response.flags, response.fence_id, response.ctx_id, response.ring_idx) == (0, 0, 0, 0)
    assert response.data[size:] == bytes([0xaa]) * (ROOM - size)
    assert gpu.control.settle(3) == []
    return response


def still_works(gpu: Gpu) -> None:
    """A picture on a new resource."""
    rgb = gradient(80, 60, seed=1)
    gpu.show(1000, rgb, scatter=1)
    assert_same(screendump(gpu.qemu, gpu.device), rgb)


def check(gpu: Gpu, state: str, command: str, data: bytes, allowed: set[Resp]) -> None:
    """Sends one request to a device that is prepared already."""
    response = send(gpu, command, data)
    assert response.type in allowed, f'{response.type_name}, not {[resp.name for resp in allowed]}'
    still_works(gpu)


def check_short(gpu: Gpu, command: str, data: bytes) -> None:
    """Sends less and less of a request."""
    size = COMMANDS[command].size
    for length in (size - 1, (size + HEADER.size) // 2, HEADER.size):
        assert send(gpu, command, data[:length]).type == WRONG
    for length in (HEADER.size - 1, 8, 4, 1):
        assert send(gpu, command, data[:length]).type == UNSPEC


@pytest.fixture
def is_stock(modules) -> bool:
    """Whether stock modules are tested."""
    return modules.is_stock


@pytest.fixture(autouse=True)
def stock_leaves_the_cursor_queue_alone(request, is_stock):
    """Stock never writes an answer on the cursor queue: there is nothing to compare."""
    if is_stock and 'update_cursor' in request.node.name:
        pytest.skip('stock does not answer on the cursor queue')


@pytest.mark.parametrize('command', VALID)
@pytest.mark.parametrize('state', STATES)
def test_valid(shared_gpu, is_stock, state, command):
    pages = prepare(shared_gpu, state)
    response = stock_expected(state, command) if is_stock else expected(state, command)
    check(shared_gpu, state, command, request_bytes(command, pages, {}), {response})


@pytest.mark.parametrize('command', VALID)
@pytest.mark.parametrize('state', STATES)
def test_oversized_is_as_valid(shared_gpu, is_stock, state, command):
    pages = prepare(shared_gpu, state)
    data = request_bytes(command, pages, {}) + bytes([0x5a]) * 300
    response = stock_expected(state, command) if is_stock else expected(state, command)
    check(shared_gpu, state, command, data, {response})


@pytest.mark.stock_wrong('stock ignores short commands but says OK, or never answers')
@pytest.mark.parametrize('command', VALID)
@pytest.mark.parametrize('state', STATES)
def test_short(shared_gpu, is_stock, state, command):
    if is_stock and (command == 'update_cursor' or state != 'backed'):
        pytest.xfail('the same for every state')
    data = request_bytes(command, prepare(shared_gpu, state), {})
    check_short(shared_gpu, command, data)
    still_works(shared_gpu)


@pytest.mark.parametrize('command, mistake', [(command, mistake) for command, mistakes in MISTAKES.items()
                                              for mistake in mistakes],
                         ids=lambda value: value if isinstance(value, str) else value.name)
@pytest.mark.parametrize('state', STATES)
def test_wrong(shared_gpu, is_stock, state, command, mistake):
    if is_stock and mistake.stock_aborts and state in BACKED:
        pytest.skip('stock ends with an assertion')
    pages = prepare(shared_gpu, state)
    allowed = {expected_of_mistake(state, command, mistake)}
    if is_stock:
        allowed |= {stock_expected(state, command), mistake.stock or mistake.response}
    check(shared_gpu, state, command, request_bytes(command, pages, mistake.fields), allowed)


@pytest.mark.parametrize('opcode', (0, 1, 0xff, 0x10e, 0x1ff, 0x20a, 0x2ff, 0x302, 0x1100, 0x7fffffff, 0xffffffff))
@pytest.mark.parametrize('queue', (wire.QUEUE_CONTROL, wire.QUEUE_CURSOR), ids=('control', 'cursor'))
def test_unknown_commands_are_refused(shared_gpu, is_stock, opcode, queue):
    if is_stock and queue == wire.QUEUE_CURSOR:
        pytest.skip('stock does not answer on the cursor queue')
    request = shared_gpu.raw([wire.header(opcode) + bytes(100)], [ROOM], queue=queue)
    assert answer(request).type == UNSPEC
    assert request.response()[HEADER.size:] == bytes([0xaa]) * (ROOM - HEADER.size)
    still_works(shared_gpu)


@pytest.mark.parametrize('command', [name for name in wire.COMMANDS if name not in VALID and name not in (
    'get_display_info', 'get_edid', 'move_cursor')])
@pytest.mark.parametrize('state', ('absent', 'shown'))
def test_commands_of_features_that_are_off_are_refused(shared_gpu, is_stock, state, command):
    allowed = {UNSPEC, WRONG} if is_stock and 'blob' in command else {UNSPEC}
    prepare(shared_gpu, state)
    fields = {'resource_id': ID} if any(name == 'resource_id' for name, _ in COMMANDS[command].fields) else {}
    response = shared_gpu.command(command, room=ROOM, **fields)
    assert response.type in allowed and response.used_length == HEADER.size
    still_works(shared_gpu)


@pytest.mark.parametrize('command', VALID)
def test_a_command_on_the_wrong_queue_is_refused(shared_gpu, is_stock, command):
    pages = prepare(shared_gpu, 'shown')
    queue = 1 - COMMANDS[command].queue
    if is_stock and queue == wire.QUEUE_CURSOR:
        pytest.skip('stock does not answer on the cursor queue')
    request = shared_gpu.raw([request_bytes(command, pages, {})], [ROOM], queue=queue)
    assert answer(request).type == UNSPEC
    assert shared_gpu.command('resource_flush', resource_id=ID, r=WHOLE).type == OK
    still_works(shared_gpu)


def test_no_resource_has_id_zero(shared_gpu):
    for command in ('resource_unref', 'resource_flush', 'transfer_to_host_2d', 'resource_attach_backing',
                    'resource_detach_backing', 'resource_create_2d'):
        data = request_bytes(command, shared_gpu.memory.alloc_pages(4), {'resource_id': 0})
        assert send(shared_gpu, command, data).type == NO_RESOURCE, command
    still_works(shared_gpu)
