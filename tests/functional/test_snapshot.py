# SPDX-License-Identifier: GPL-2.0-or-later
"""A snapshot brings back what the guest showed, and the guest goes on from there."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from functional.test_demo import MODE, wait_for_frame


@pytest.mark.skipif(not shutil.which('qemu-img'), reason='the package qemu-utils is not installed')
def test_loadvm_brings_the_picture_back(start_guest, tmp_path):
    disk = tmp_path / 'disk.qcow2'
    subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '1G'], check=True)
    guest = start_guest('-device', 'virtio-vga', '-drive', f'file={disk},if=none,id=disk,format=qcow2',
                        '-device', 'virtio-blk-pci,drive=disk')
    guest.send('kms-demo -n 5 -k -r 0 -c')
    guest.wait_for('hold frame 5')
    wait_for_frame(guest, *MODE, 5)
    assert not guest.qemu.qmp.human('savevm here')
    guest.send('\x03')
    guest.run('kms-demo -n 3 -r 0')
    assert not guest.qemu.qmp.human('loadvm here')
    wait_for_frame(guest, *MODE, 5)
    guest.send('\x03')
    guest.send('kms-demo -n 7 -k -r 0')
    guest.wait_for('hold frame 7')
    wait_for_frame(guest, *MODE, 7)
