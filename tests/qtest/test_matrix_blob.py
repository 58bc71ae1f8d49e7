# SPDX-License-Identifier: GPL-2.0-or-later
"""The matrix of test_matrix.py with blobs: their commands in every state, every command on a blob."""

from __future__ import annotations

from typing import Any

import pytest

from qtest.test_matrix import (ID, MISTAKES, NO_RESOURCE, OK, SIZE, STATES, UNSPEC, VALID, WHOLE, WRONG, Mistake,
                               bad_rectangles, bad_scanouts, check, check_short, prepare, request_bytes, send)
from vgpu.formats import Format
from vgpu.gpu import Gpu
from vgpu.image import GuestImage
from vgpu.wire import BLOB_MEM_GUEST, BLOB_MEM_HOST3D, Resp, pack_entries

pytestmark = pytest.mark.ours_only('stock needs /dev/udmabuf for blobs')

STRIDE = SIZE * 4
BYTES = SIZE * STRIDE
ALL_ONES = 0xffffffff
BLOB_STATES = ('bare-blob', 'blob', 'shown-blob', 'cursor-blob')

BLOB_VALID: dict[str, dict[str, Any]] = {
    'resource_create_blob': {'blob_mem': BLOB_MEM_GUEST, 'nr_entries': 1, 'size': BYTES},
    'set_scanout_blob': {'r': WHOLE, 'width': SIZE, 'height': SIZE, 'format': Format.B8G8R8X8,
                         'strides': [STRIDE, 0, 0, 0], 'offsets': [0] * 4},
    'resource_assign_uuid': {},
}

BLOB_MISTAKES: dict[str, list[Mistake]] = {
    'resource_create_blob': [Mistake(str(fields), fields, WRONG) for fields in (
        {'blob_mem': 0}, {'blob_mem': BLOB_MEM_HOST3D}, {'blob_mem': ALL_ONES}, {'blob_flags': 8},
        {'size': 0}, {'size': BYTES + 1}, {'size': 1 << 63}, {'size': (1 << 64) - 1},
        {'nr_entries': 0}, {'nr_entries': 2}, {'nr_entries': 0x10000001}, {'nr_entries': ALL_ONES})],
    'set_scanout_blob': bad_rectangles() + bad_scanouts() + [Mistake(str(fields), fields, WRONG) for fields in (
        {'width': 0}, {'width': SIZE + 1}, {'width': 0x40000001}, {'height': 0}, {'height': SIZE + 1},
        {'height': ALL_ONES}, {'format': 0}, {'format': 5}, {'strides': [0] * 4}, {'strides': [STRIDE - 4, 0, 0, 0]},
        {'strides': [STRIDE + 2, 0, 0, 0]}, {'strides': [ALL_ONES - 3, 0, 0, 0]}, {'offsets': [4, 0, 0, 0]},
        {'offsets': [ALL_ONES - 3, 0, 0, 0]})],
    'resource_assign_uuid': [Mistake(f'id-{number:#x}', {'resource_id': number}, NO_RESOURCE, before_resource=True)
                             for number in (0, ID + 1, ALL_ONES)],
}

CELLS = [(state, command) for state in STATES + BLOB_STATES for command in VALID | BLOB_VALID
         if state in BLOB_STATES or command in BLOB_VALID]


def prepare_blob(gpu: Gpu, state: str) -> int:
    """Brings resource ID into a state; returns the address of pages for a backing."""
    if state not in BLOB_STATES:
        return prepare(gpu, state)
    entries = GuestImage(gpu.memory, SIZE, SIZE).backing.entries
    gpu.ok('resource_create_blob', resource_id=ID, tail=pack_entries(entries), **BLOB_VALID['resource_create_blob'])
    if state == 'bare-blob':
        gpu.ok('resource_detach_backing', resource_id=ID)
    elif state == 'shown-blob':
        gpu.ok('set_scanout_blob', resource_id=ID, **BLOB_VALID['set_scanout_blob'])
    elif state == 'cursor-blob':
        gpu.set_cursor(ID)
    return entries[0].address


def expected(state: str, command: str) -> Resp:
    """The answer to a well-formed command."""
    if command.startswith('resource_create'):
        return OK if state in ('absent', 'freed') else NO_RESOURCE
    if state in ('absent', 'freed'):
        return NO_RESOURCE
    if command == 'resource_assign_uuid':
        return Resp.OK_RESOURCE_UUID
    if command == ('set_scanout' if state in BLOB_STATES else 'set_scanout_blob'):
        return WRONG
    if command == 'resource_attach_backing':
        return OK if state == 'bare-blob' else UNSPEC
    if command in ('transfer_to_host_2d', 'resource_detach_backing', 'set_scanout_blob'):
        return UNSPEC if state == 'bare-blob' else OK
    return WRONG if (state, command) == ('bare-blob', 'update_cursor') else OK


def expected_of_mistake(state: str, command: str, mistake: Mistake) -> Resp:
    """The answer to a malformed command. A blob has no pixels but where it is shown: there are none outside."""
    base = expected(state, command)
    if mistake.before_resource or base != OK:
        return mistake.response if mistake.before_resource else base
    anywhere = command == 'transfer_to_host_2d' or command == 'resource_flush' and state != 'shown-blob'
    return OK if anywhere else mistake.response


def blob_request(command: str, pages: int, fields: dict[str, Any]) -> bytes:
    """A command on resource ID."""
    return request_bytes(command, pages, BLOB_VALID.get(command, {}) | fields)


with_blobs = pytest.mark.parametrize('shared_gpu', [',blob=on,resource_uuid=on'], indirect=True, ids=[''])


@with_blobs
@pytest.mark.parametrize('state, command', CELLS)
def test_what_is_wrong_is_refused_and_what_is_right_then_taken(shared_gpu, state, command):
    pages = prepare_blob(shared_gpu, state)
    right = blob_request(command, pages, {})
    check_short(shared_gpu, command, right)
    for mistake in (MISTAKES | BLOB_MISTAKES)[command]:
        response = send(shared_gpu, command, blob_request(command, pages, mistake.fields))
        assert response.type == expected_of_mistake(state, command, mistake), (mistake, response.type_name)
    check(shared_gpu, state, command, right, {expected(state, command)})


@with_blobs
@pytest.mark.parametrize('state, command', CELLS)
def test_oversized_is_as_valid(shared_gpu, state, command):
    pages = prepare_blob(shared_gpu, state)
    check(shared_gpu, state, command, blob_request(command, pages, {}) + bytes([0x5a]) * 300,
          {expected(state, command)})
