# SPDX-License-Identifier: GPL-2.0-or-later
"""Blobs in the window: without GL it draws from the guest's memory, and the device copies nothing."""

from __future__ import annotations

from vgpu import wire
from vgpu.formats import Format, gradient
from vgpu.image import GuestImage
from vgpu.wire import MemEntry, Rect

SIZE = (320, 200)
PAGE = 4096


def test_what_the_guest_draws_into_a_blob_is_shown_without_a_copy(start_machine):
    machine = start_machine('virtio-gpu-pci,blob=on', options=',gl=off')
    gpu = machine.gpu
    image = GuestImage(gpu.memory, *SIZE, Format.B8G8R8X8, scatter=1)
    entries = [MemEntry(entry.address, -(-entry.length // PAGE) * PAGE) for entry in image.backing.entries]
    gpu.ok('resource_create_blob', resource_id=1, blob_mem=wire.BLOB_MEM_GUEST,
           blob_flags=wire.BLOB_FLAG_SHAREABLE, nr_entries=len(entries),
           size=sum(entry.length for entry in entries), tail=wire.pack_entries(entries))
    gpu.ok('set_scanout_blob', r=Rect(0, 0, *SIZE), scanout_id=0, resource_id=1, width=SIZE[0], height=SIZE[1],
           format=Format.B8G8R8X8, strides=[4 * SIZE[0], 0, 0, 0], offsets=[0] * 4)
    for turn in range(3):
        image.draw(gradient(*SIZE, turn))
        gpu.flush(1, Rect(0, 0, *SIZE))
        machine.assert_shows(gradient(*SIZE, turn))
    stats = machine.qemu.qmp.command('qom-get', path='/machine/peripheral/gpu0/virtio-backend',
                                     property='scanout-stats')[0]
    assert (stats['bytes-copied'], stats['bytes-copied-for-vnc']) == (0, 0)
