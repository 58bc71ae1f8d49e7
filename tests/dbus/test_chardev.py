# SPDX-License-Identifier: GPL-2.0-or-later
"""Character devices whose other end is a client."""

from __future__ import annotations

import os
import select
import socket

import pytest

from peer import Refused, join_peer, wait_for

UART = 0x3f8
UART_LINE_STATUS = UART + 5
HAS_INPUT, HAS_BREAK = 1, 0x10


@pytest.fixture
def serial(start_display):
    """A serial port on a device of the name org.test, and a client."""
    gpu = start_display('virtio-gpu-pci', '-chardev', 'dbus,id=test-port.1,name=org.test',
                        '-device', 'isa-serial,chardev=test-port.1', '-chardev', 'vc,id=compat_monitor0',
                        '-mon', 'compat_monitor0,mode=readline')
    peer = join_peer(gpu.qemu)
    yield gpu.qemu, peer
    peer.close()


def register(peer, path):
    """Becomes the other end of a device."""
    ours, theirs = socket.socketpair()
    with theirs:
        peer.call(path, 'Chardev', 'Register', '(h)', 0, fds=[theirs.fileno()])
    ours.settimeout(10)
    return ours


def find(peer, name):
    """The path of the device that has a name."""
    return next(path for path, interfaces in peer.objects().items()
                if interfaces.get('Chardev', {}).get('Name') == name)


def take_bytes(sock, wanted):
    """Reads until some bytes have come."""
    data = b''
    while wanted not in data:
        data += sock.recv(4096)
    return data


@pytest.mark.ours_only('stock crashes on such an id')
def test_bytes_pass_both_ways(serial):
    qemu, peer = serial
    with register(peer, find(peer, 'org.test')) as sock:
        for byte in b'to the client':
            qemu.qtest.outb(UART, byte)
        assert take_bytes(sock, b'client') == b'to the client'
        sock.sendall(b'hi')
        for byte in b'hi':
            wait_for(lambda: qemu.qtest.inb(UART_LINE_STATUS) & HAS_INPUT, 'input')
            assert qemu.qtest.inb(UART) == byte


@pytest.mark.ours_only('stock crashes on such an id')
def test_what_the_client_sent_before_it_left_is_not_lost(serial):
    qemu, peer = serial
    path = find(peer, 'org.test')
    text = bytes(range(1, 120))
    with register(peer, path) as sock:
        sock.sendall(text)
    got = bytearray()
    for _ in text:
        wait_for(lambda: qemu.qtest.inb(UART_LINE_STATUS) & HAS_INPUT, 'input')
        got.append(qemu.qtest.inb(UART))
    assert bytes(got) == text
    wait_for(lambda: reregistered(peer, path), 'the place of the client that left')


def reregistered(peer, path):
    """Whether a client can become the other end now."""
    try:
        register(peer, path).close()
    except Refused:
        return False
    return True


@pytest.mark.ours_only('stock crashes on such an id')
def test_one_client_at_a_time(serial):
    _, peer = serial
    path = find(peer, 'org.test')
    with register(peer, path):
        with pytest.raises(Refused):
            register(peer, path)
    wait_for(lambda: reregistered(peer, path), 'the place of the client that left')


@pytest.mark.ours_only('stock crashes on such an id')
def test_a_client_that_does_not_read_stops_nothing(serial):
    qemu, peer = serial
    with register(peer, find(peer, 'org.test')) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        for _ in range(2000):
            qemu.qtest.outb(UART, 65)
        assert qemu.qmp.command('query-status')['running']
        assert select.select([sock], [], [], 5)[0]


@pytest.mark.ours_only('stock crashes on such an id')
def test_a_break_reaches_the_guest(serial):
    qemu, peer = serial
    peer.call(find(peer, 'org.test'), 'Chardev', 'SendBreak')
    assert qemu.qtest.inb(UART_LINE_STATUS) & HAS_BREAK


@pytest.mark.ours_only('stock crashes on such an id')
def test_a_text_console_is_a_monitor_for_clients(serial):
    _, peer = serial
    path = find(peer, 'org.qemu.monitor.hmp.0')
    assert path == 'Chardev_compat_monitor0'
    with register(peer, path) as sock:
        take_bytes(sock, b'(qemu)')
        sock.sendall(b'info status\n')
        take_bytes(sock, b'VM status: running')


@pytest.mark.ours_only('stock crashes on such an id')
@pytest.mark.parametrize('what', ('null', 'datagram', 'listening', 'pipe'))
def test_descriptors_of_another_kind_are_refused(serial, what):
    _, peer = serial
    path = find(peer, 'org.test')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram, open(os.devnull, 'rb+') as null:
        reading, writing = os.pipe()
        fd = {'null': null.fileno(), 'datagram': datagram.fileno(), 'pipe': reading}.get(what)
        listening = socket.socket(socket.AF_UNIX)
        fd = listening.fileno() if fd is None else fd
        if what == 'listening':
            listening.bind('')
            listening.listen()
        with pytest.raises(Refused):
            peer.call(path, 'Chardev', 'Register', '(h)', 0, fds=[fd])
        for end in (reading, writing):
            os.close(end)
        listening.close()


@pytest.mark.ours_only('stock crashes on such an id')
def test_devices_come_and_go(serial):
    qemu, peer = serial
    backend = {'type': 'dbus', 'data': {'name': 'org.later'}}
    qemu.qmp.command('chardev-add', id='later', backend=backend)
    assert find(peer, 'org.later') == 'Chardev_later'
    sock = register(peer, 'Chardev_later')
    qemu.qmp.command('chardev-remove', id='later')
    assert 'Chardev_later' not in peer.objects()
    assert sock.recv(1) == b''
    sock.close()


@pytest.mark.parametrize('where', ('bus', 'p2p'))
def test_usb_redirection_speaks_through_a_device(bus, start_display, where):
    address = 'p2p=on' if where == 'p2p' else f'addr={bus.address}'
    gpu = start_display('virtio-gpu-pci', '-usb', '-chardev', 'dbus,id=usb,name=org.qemu.usbredir',
                        '-device', 'usb-redir,chardev=usb', display=f'dbus,{address}')
    peer = join_peer(gpu.qemu) if where == 'p2p' else bus.join()
    with register(peer, find(peer, 'org.qemu.usbredir')) as sock:
        assert b'qemu usb-redir guest' in take_bytes(sock, b'qemu')
    peer.close()


def test_a_device_says_who_is_at_its_other_end(bus, start_display):
    gpu = start_display('virtio-gpu-pci', '-chardev', 'dbus,id=c,name=org.test', '-device', 'isa-serial,chardev=c',
                        display=f'dbus,addr={bus.address}')
    first, second = bus.join(), bus.join()
    assert second.get('Chardev_c', 'Chardev', 'Owner') == '' and second.get('Chardev_c', 'Chardev', 'FEOpened')
    with register(first, 'Chardev_c'):
        assert second.get('Chardev_c', 'Chardev', 'Owner') == first.connection.get_unique_name()
        with pytest.raises(Refused):
            register(second, 'Chardev_c')
    wait_for(lambda: second.get('Chardev_c', 'Chardev', 'Owner') == '', 'the owner to go')
    assert gpu.qemu.qmp.command('query-status')['running']
    for peer in (first, second):
        peer.close()
