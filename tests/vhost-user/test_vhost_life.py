# SPDX-License-Identifier: GPL-2.0-or-later
"""Start, end, unplugging and loss of a back end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time

import pytest

from vgpu import vhost_wire as wire
from conftest import (DEBIAN_BACKEND, DEVICES, descriptors, is_listening, is_shown, wait_descriptors, wait_for,
                      wait_shown)
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.qemu import Qemu
from vgpu.qmp import QmpError
from vgpu.virtio import STATUS_NEEDS_RESET
from vgpu.vhost_backend import GET_FEATURES, Backend

ACPI_EJECT_PORT = 0xae08
ACPI_BUS_SELECT_PORT = 0xae10
SLOT = 5


def end_of(start_qemu, *args: str, **options) -> str:
    """What a machine writes that does not start."""
    qemu = start_qemu(*args, **options)
    return qemu.finish(status=1)


@pytest.mark.parametrize('device', DEVICES)
def test_without_a_chardev_there_is_one_clear_error(start_qemu, device):
    said = end_of(start_qemu, '-device', device)
    assert 'chardev= must name the character device of a back end' in said


def test_a_back_end_that_goes_at_once_is_an_error(start_qemu):
    ours, theirs = socket.socketpair()
    with ours:
        theirs.close()
        said = end_of(start_qemu, '-chardev', f'socket,id=vhost,fd={ours.fileno()}', '-device',
                      'vhost-user-gpu-pci,chardev=vhost', pass_fds=[ours.fileno()])
    assert 'vhost' in said


def test_a_back_end_that_says_nothing_is_an_error_after_a_while(start_qemu):
    ours, theirs = socket.socketpair()
    backend = Backend(theirs, silent_on=(GET_FEATURES,))
    with ours:
        said = end_of(start_qemu, '-chardev', f'socket,id=vhost,fd={ours.fileno()}', '-device',
                      'vhost-user-gpu-pci,chardev=vhost', pass_fds=[ours.fileno()])
    assert 'has not answered for 10 s' in said
    backend.close()


def test_a_wrong_number_of_outputs_is_an_error(start_qemu):
    ours, theirs = socket.socketpair()
    backend = Backend(theirs)
    with ours:
        said = end_of(start_qemu, '-chardev', f'socket,id=vhost,fd={ours.fileno()}', '-device',
                      'vhost-user-gpu-pci,chardev=vhost,max_outputs=17', pass_fds=[ours.fileno()])
    assert 'max_outputs must be from 1 to 16' in said
    backend.close()


def plug(qemu: Qemu) -> Backend:
    """Plugs a device with its back end."""
    ours, theirs = socket.socketpair()
    backend = Backend(theirs)
    with ours:
        qemu.qmp.pass_fd('vhost', ours.fileno())
        qemu.qmp.command('chardev-add', id='vhost', backend={
            'type': 'socket', 'data': {'addr': {'type': 'fd', 'data': {'str': 'vhost'}}, 'server': False}})
    qemu.qmp.command('device_add', driver='vhost-user-gpu-pci', id='gpu0', chardev='vhost', addr=str(SLOT))
    return backend


def unplug(qemu: Qemu) -> None:
    """What a guest's ACPI code does when it is asked to let a device go."""
    qemu.qmp.command('device_del', id='gpu0')
    qemu.qtest.outl(ACPI_BUS_SELECT_PORT, 0)
    qemu.qtest.outl(ACPI_EJECT_PORT, 1 << SLOT)
    qemu.qmp.wait_event('DEVICE_DELETED')
    qemu.qmp.wait_event('DEVICE_DELETED')


@pytest.mark.parametrize('state', ('unused', 'started', 'showing'))
def test_plugging_and_unplugging_leaves_nothing(start_qemu, state):
    qemu = start_qemu()
    files = 0
    for turn in range(4):
        backend = plug(qemu)
        if state != 'unused':
            gpu = Gpu(qemu, device='gpu0').start(features=0)
            display = backend.wait_started()
            if state == 'showing':
                display.sendall(wire.scanout(64, 48) + wire.update(gradient(64, 48, turn)))
                wait_shown(qemu, gradient(64, 48, turn))
                display.sendall(wire.update(gradient(64, 48))[:500])
            gpu.memory.rewind(1 << 20)
        unplug(qemu)
        backend.close()
        if turn:
            wait_descriptors(qemu, files)
        files = descriptors(qemu)
    assert qemu.qmp.command('query-chardev')


@pytest.mark.parametrize('device', DEVICES)
def test_a_lost_back_end_leaves_a_machine_that_shows_the_last_picture(start_machine, device):
    machine = start_machine(device)
    rgb = gradient(320, 200)
    machine.start().sendall(wire.scanout(320, 200) + wire.update(rgb))
    wait_shown(machine.qemu, rgb)
    machine.backend.close()
    wait_for_status(machine.gpu, STATUS_NEEDS_RESET)
    assert is_shown(machine.qemu, rgb)
    path = machine.qemu.qmp.command('x-query-virtio')[0]['path']
    assert not machine.qemu.qmp.command('x-query-virtio-status', path=path)['vhost-started']
    machine.qemu.qmp.command('stop')
    machine.qemu.qmp.command('cont')
    machine.gpu.virtio.reset()
    assert not is_shown(machine.qemu, rgb)
    machine.gpu.start(features=0)
    machine.qemu.qmp.command('system_reset')
    machine.qemu.qmp.wait_event('RESET')


def wait_for_status(gpu: Gpu, bit: int, timeout: float = 20) -> None:
    """Waits until the device's status has a bit."""
    deadline = time.monotonic() + timeout
    while not gpu.virtio.get('device_status') & bit:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def connected(start_qemu, debian):
    """A GPU whose back end can be started again."""
    qemu = start_qemu('-chardev', f'socket,id=vhost,path={debian.path},reconnect=1', '-device',
                      'vhost-user-gpu-pci,id=gpu0,chardev=vhost')
    return Gpu(qemu, device='gpu0')


def test_a_back_end_that_comes_back_serves_the_next_driver(connected, debian):
    gpu = connected
    for turn in range(3):
        gpu.start()
        rgb = gradient(320, 200, turn)
        gpu.show(1, rgb)
        wait_shown(gpu.qemu, rgb)
        debian.restart()
        wait_for_status(gpu, STATUS_NEEDS_RESET)
        assert is_shown(gpu.qemu, rgb)
        wait_for_connection(gpu.qemu)
        gpu.virtio.reset()


def test_a_driver_that_starts_without_a_back_end_is_served_when_it_comes(connected, debian):
    gpu = connected.start()
    debian.end()
    wait_for_status(gpu, STATUS_NEEDS_RESET)
    gpu.virtio.reset()
    gpu.start()
    request = gpu.submit('get_display_info')
    gpu.control.kick()
    debian.restart()
    gpu.control.wait(request)
    gpu.show(1, gradient(320, 200))
    wait_shown(gpu.qemu, gradient(320, 200))


def test_a_back_end_that_is_always_started_again_forgets_with_each_reset(start_qemu, tmp_path):
    """Debian's back end would refuse the numbers of resources that the driver before has used."""
    path = tmp_path / 'vhost'
    loop = f'while :; do rm -f {path}; {DEBIAN_BACKEND} -s {path} || exit; done'
    with subprocess.Popen(['sh', '-c', loop], start_new_session=True) as supervisor:
        wait_for(lambda: is_listening(path))
        qemu = start_qemu('-chardev', f'socket,id=vhost,path={path},reconnect=1', '-device',
                          'vhost-user-gpu-pci,id=gpu0,chardev=vhost,hangup_on_reset=on')
        gpu = Gpu(qemu, device='gpu0')
        try:
            for turn in range(3):
                gpu.start()
                gpu.show(1, gradient(320, 200, turn))
                wait_shown(qemu, gradient(320, 200, turn))
                gpu.virtio.reset()
            assert 'vhost' not in qemu.stderr(), 'nothing was lost but on purpose'
        finally:
            os.killpg(supervisor.pid, signal.SIGKILL)


def wait_for_connection(qemu: Qemu, timeout: float = 20) -> None:
    """Waits until the chardev is connected."""
    deadline = time.monotonic() + timeout
    while True:
        chardevs = qemu.qmp.command('query-chardev')
        found = next(entry for entry in chardevs if entry['label'] == 'vhost')
        if 'disconnected' not in found['filename']:
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def test_a_device_can_be_unplugged_after_its_back_end_is_lost(start_qemu):
    qemu = start_qemu()
    backend = plug(qemu)
    gpu = Gpu(qemu, device='gpu0').start(features=0)
    backend.wait_started()
    backend.close()
    wait_for_status(gpu, STATUS_NEEDS_RESET)
    unplug(qemu)
    with pytest.raises(QmpError):
        qemu.qmp.command('qom-get', path='/machine/peripheral/gpu0', property='realized')
