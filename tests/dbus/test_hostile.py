# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that break the rules are refused, and the machine goes on."""

from __future__ import annotations

import os
import random
import socket
import time

import pytest
from gi.repository import GLib

from peer import PREFIX, Refused, join_peer, wait_for
from vgpu.formats import gradient
from viewer import Viewer

pytestmark = pytest.mark.ours_only('stock aborts on some of these')

FAILED = f'{PREFIX}.Error.Failed'


def is_well(gpu, peer):
    """The machine still answers on every way."""
    assert gpu.qemu.qmp.command('query-status')['running']
    assert peer.get('VM', 'VM', 'ConsoleIDs') == [0]


def open_fds(gpu):
    """The number of descriptors that QEMU has open."""
    return len(os.listdir(f'/proc/{gpu.qemu.pid}/fd'))


def usual_fds(gpu, peer):
    """That number, once all is there that the first calls of a client make: GDBus has a thread with an eventfd."""
    is_well(gpu, peer)
    with open(os.devnull, 'rb+') as null, pytest.raises(Refused):
        registered_sockets(peer, [null])
    return open_fds(gpu)


def registered_sockets(peer, sockets):
    """Registers the other ends of sockets as listeners."""
    for sock in sockets:
        peer.call('Console_0', 'Console', 'RegisterListener', '(h)', 0, fds=[sock.fileno()])


@pytest.mark.parametrize('handle', (1, 7, 0x7fffffff, -1))
@pytest.mark.parametrize('target', (('Console_0', 'Console', 'RegisterListener'), ('Chardev_c', 'Chardev', 'Register')),
                         ids=('listener', 'chardev'))
def test_handles_without_a_descriptor_are_refused(start_display, handle, target):
    gpu = start_display('virtio-gpu-pci', '-chardev', 'dbus,id=c,name=c')
    peer = join_peer(gpu.qemu)
    path, interface, method = target
    for fds in ((), (0,)):
        with pytest.raises(Refused):
            peer.call(path, interface, method, '(h)', handle, fds=fds)
    is_well(gpu, peer)
    peer.close()


def test_descriptors_that_are_no_sockets_are_refused(gpu, peer):
    before = usual_fds(gpu, peer)
    with open(os.devnull, 'rb+') as null, socket.socket(socket.AF_INET) as inet, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram:
        for file in 5 * (null, inet, datagram):
            with pytest.raises(Refused) as refused:
                registered_sockets(peer, [file])
            assert refused.value.name == f'{PREFIX}.Error.Invalid'
    is_well(gpu, peer)
    wait_for(lambda: open_fds(gpu) <= before, 'descriptors to be closed')


def test_clients_that_never_authenticate_are_dropped(gpu, peer):
    gpu.show(1, gradient(100, 100))
    before = usual_fds(gpu, peer)
    pairs = [socket.socketpair() for _ in range(6)]
    registered_sockets(peer, [theirs for _, theirs in pairs])
    for _, theirs in pairs:
        theirs.close()
    viewer = Viewer(peer).open()
    viewer.wait_picture()
    is_well(gpu, peer)
    viewer.close()
    wait_for(lambda: open_fds(gpu) <= before, 'QEMU to hang up', timeout=12)
    for ours, _ in pairs:
        ours.close()


def test_the_number_of_listeners_is_limited(gpu, peer):
    viewers = []
    with pytest.raises(Refused) as refused:
        for _ in range(100):
            viewers.append(Viewer(peer).open())
    assert refused.value.name == FAILED and len(viewers) >= 8
    for viewer in viewers:
        viewer.close()
    is_well(gpu, peer)


@pytest.mark.parametrize('seed', range(3))
def test_noise_on_a_listener_ends_that_listener_only(gpu, peer, seed):
    rng = random.Random(seed)
    gpu.show(1, gradient(100, 100))
    viewer = Viewer(peer).open()
    viewer.wait_picture()
    ours, theirs = socket.socketpair()
    registered_sockets(peer, [theirs])
    theirs.close()
    authentication = b'\0AUTH EXTERNAL ' + str(os.getuid()).encode().hex().encode() + b'\r\n'
    ours.sendall(authentication + b'BEGIN\r\n' if seed else b'')
    time.sleep(0.1)
    try:
        for _ in range(20):
            ours.sendall(rng.randbytes(4096))
    except OSError:
        pass
    ours.close()
    is_well(gpu, peer)
    gpu.show(2, gradient(50, 60))
    viewer.wait(lambda: viewer.picture.width == 50, 'the next picture')
    viewer.close()


def test_calls_on_a_listener_get_no_answer_and_no_room(gpu, peer):
    """Answers that nobody reads must not pile up."""
    gpu.show(1, gradient(100, 100))
    viewer = Viewer(peer).open()
    viewer.wait_picture()
    for _ in range(300):
        viewer.connection.call(None, '/', 'org.freedesktop.DBus.Introspectable', 'Introspect', None, None, 0, 1, None)
    viewer.connection.flush_sync(None)
    with pytest.raises(GLib.Error):
        viewer.connection.call_sync(None, '/', 'a.b', 'C', None, None, 0, 200, None)
    is_well(gpu, peer)
    gpu.show(2, gradient(50, 60))
    viewer.wait(lambda: viewer.picture.width == 50, 'the next picture')
    viewer.close()


@pytest.mark.parametrize('call', (
    ('Console_0', 'Console', 'SetUIInfo', '(qqiiuu)', 0, 0, 0, 0, 0xffffffff, 0xffffffff),
    ('Console_0', 'Console', 'SetUIInfo', '(qqiiuu)', 0, 0, 0, 0, 32768, 100),
    ('Console_0', 'Mouse', 'RelMotion', '(ii)', 0x7fffffff, 0),
    ('Console_0', 'Mouse', 'RelMotion', '(ii)', 0, -0x80000000),
    ('Console_0', 'MultiTouch', 'SendEvent', '(utdd)', 0, 0, 1.0, 1.0),
    ('Clipboard', 'Clipboard', 'Release', '(u)', 9),
    ('Clipboard', 'Clipboard', 'Grab', '(uuas)', 3, 0, ['text/plain;charset=utf-8']),
    ('Clipboard', 'Clipboard', 'Request', '(uas)', 0xffffffff, ['text/plain;charset=utf-8']),
    ('Clipboard', 'Clipboard', 'Unregister'),
), ids=lambda call: f'{call[2]}')
def test_numbers_out_of_range_are_refused(gpu, peer, call):
    gpu.show(1, gradient(100, 100))
    if call[2] in ('Release', 'Grab', 'Request'):
        peer.call('Clipboard', 'Clipboard', 'Register')
    with pytest.raises(Refused) as refused:
        peer.call(*call)
    assert refused.value.name.startswith(f'{PREFIX}.Error.')
    is_well(gpu, peer)


def test_properties_cannot_be_set(gpu, peer):
    with pytest.raises(Refused):
        peer.call('Console_0', 'org.freedesktop.DBus.Properties', 'Set', '(ssv)', f'{PREFIX}.Console', 'Width',
                  GLib.Variant('u', 5))
    is_well(gpu, peer)
