# SPDX-License-Identifier: GPL-2.0-or-later
"""The sequences of calls of clients that people use: libmks (GNOME) and the qemu-display crate (RDW)."""

from __future__ import annotations

import random
import socket
import threading

import pytest
from gi.repository import Gio, GLib

from mute import HANDSHAKE
from peer import PREFIX, PROPERTIES, ROOT, Refused, join_peer, wait_for
from test_clipboard import TEXT, Clipboard
from test_picture import draw, noise, wait_same
from vgpu.formats import gradient
from vgpu.input import BTN_LEFT, EV_ABS, EV_KEY, InputDevice
from vgpu.vdagent import ARGUMENTS, VdAgent
from vgpu.wire import Rect
from viewer import DMABUF2, MAP, Viewer

pytestmark = pytest.mark.ours_only('7.2 has neither MultiTouch nor several listeners of a client')

SIZE = (320, 200)
TOO_LARGE = (4096, 4097)    # for a message
UNKNOWN_METHOD = 'org.freedesktop.DBus.Error.UnknownMethod'


class Mks:
    """What libmks does: an object manager's client, with proxies that keep properties, and two listeners."""

    def __init__(self, peer):
        """Finds what there is, once a listener of each graphical console is on its way."""
        self.peer = peer
        self.manager = Gio.DBusObjectManagerClient.new_sync(
            peer.connection, Gio.DBusObjectManagerClientFlags.DO_NOT_AUTO_START, peer.name, ROOT, None, None, None)
        self.activity = self.attach()

    def proxy(self, path, interface):
        """The proxy of an object's interface, which is there without another call."""
        return self.manager.get_interface(f'{ROOT}/{path}', f'{PREFIX}.{interface}')

    def cached(self, path, interface, name):
        """The value of a property as it was announced last."""
        while GLib.MainContext.default().iteration(False):
            pass
        return self.proxy(path, interface).get_cached_property(name).unpack()

    def attach(self):
        """A listener that begins to authenticate before its console is told, and no answer of which is awaited."""
        ours, theirs = socket.socketpair()
        viewer = Viewer(self.peer, interfaces=(MAP, DMABUF2))
        connecting = threading.Thread(target=viewer.attach, args=(ours,))
        connecting.start()
        with theirs:
            self.peer.connection.call_with_unix_fd_list(
                self.peer.name, f'{ROOT}/Console_0', f'{PREFIX}.Console', 'RegisterListener',
                GLib.Variant('(h)', (0,)), None, Gio.DBusCallFlags.NONE, -1,
                Gio.UnixFDList.new_from_array([theirs.detach()]), None, None)
        connecting.join(20)
        return viewer


@pytest.fixture(params=('bus', 'peer'))
def machine(request, bus, start_display):
    """A machine with a tablet, and a client of its display."""
    where = f'addr={bus.address}' if request.param == 'bus' else 'p2p=on'
    gpu = start_display('virtio-gpu-pci', '-device', 'virtio-tablet-pci', display=f'dbus,{where}', memory=256)
    peer = bus.join() if request.param == 'bus' else join_peer(gpu.qemu)
    yield gpu, peer
    peer.close()


def test_libmks_is_shown_the_picture_by_the_second_of_its_listeners(machine):
    gpu, peer = machine
    image = gpu.show(1, gradient(*SIZE))
    mks = Mks(peer)
    shown = mks.attach()
    assert mks.cached('VM', 'VM', 'ConsoleIDs') == [0]
    assert mks.cached('Console_0', 'Console', 'Type') == 'Graphic' and mks.proxy('Clipboard', 'Clipboard')
    for viewer in (mks.activity, shown):
        viewer.wait(lambda: viewer.map_fd >= 0, 'a map')
        wait_same(viewer, gradient(*SIZE))
        viewer.take_calls()
    draw(gpu, image, 10, 20, noise(random.Random(1), 30, 40))
    for viewer in (mks.activity, shown):
        viewer.wait(lambda: viewer.calls)
        assert [(call.method, call.arguments) for call in viewer.take_calls()] == [('UpdateMap', (10, 20, 30, 40))]
        viewer.close()


def test_libmks_hears_of_sizes_and_goes_on_when_its_newest_call_is_unknown(machine):
    gpu, peer = machine
    gpu.show(1, gradient(*SIZE))
    mks = Mks(peer)
    wait_for(lambda: mks.cached('Console_0', 'Console', 'Width') == SIZE[0], 'the size')
    with pytest.raises(Refused) as refused:
        peer.call('Console_0', 'Console', 'SetUIInfo2', '(qqiiuuu)', 300, 200, 0, 0, 800, 600, 60000)
    assert refused.value.name == UNKNOWN_METHOD
    peer.call('Console_0', 'Console', 'SetUIInfo', '(qqiiuu)', 300, 200, 0, 0, 800, 600)
    gpu.show(2, gradient(640, 400))
    wait_same(mks.activity, gradient(640, 400))
    wait_for(lambda: mks.cached('Console_0', 'Console', 'Width') == 640, 'the new size')
    assert mks.cached('Console_0', 'Console', 'Height') == 400
    mks.activity.close()


def test_libmks_finds_its_devices(machine):
    gpu, peer = machine
    gpu.show(1, gradient(*SIZE))
    mks = Mks(peer)
    assert mks.cached('Console_0', 'Keyboard', 'Modifiers') == 0 and not mks.cached('Console_0', 'Mouse', 'IsAbsolute')
    device = InputDevice(gpu.pci.pci, gpu.memory)
    wait_for(lambda: mks.cached('Console_0', 'Mouse', 'IsAbsolute'), 'the tablet')
    assert mks.cached('Console_0', 'MultiTouch', 'MaxSlots') == 1
    for interface, method, arguments in (
            ('Mouse', 'SetAbsPosition', GLib.Variant('(uu)', (5, 6))), ('Mouse', 'Press', GLib.Variant('(u)', (0,))),
            ('Mouse', 'Release', GLib.Variant('(u)', (0,))),
            ('MultiTouch', 'SendEvent', GLib.Variant('(utdd)', (0, 0, 7.0, 8.0))),
            ('MultiTouch', 'SendEvent', GLib.Variant('(utdd)', (2, 0, 7.0, 8.0)))):
        mks.proxy('Console_0', interface).call_sync(method, arguments, Gio.DBusCallFlags.NONE, 10000, None)
    assert [event[:2] for event in device.take(8)] == 2 * [
        (EV_ABS, 0), (EV_ABS, 1), (EV_KEY, BTN_LEFT), (EV_KEY, BTN_LEFT)]
    mks.activity.close()


def test_an_object_manager_is_told_of_devices_that_come_and_go(machine):
    gpu, peer = machine
    mks = Mks(peer)
    gpu.qemu.qmp.command('chardev-add', id='late', backend={'type': 'dbus', 'data': {'name': 'org.test'}})
    wait_for(lambda: iterate() or mks.proxy('Chardev_late', 'Chardev'), 'the device')
    assert mks.cached('Chardev_late', 'Chardev', 'Name') == 'org.test'
    gpu.qemu.qmp.command('chardev-remove', id='late')
    wait_for(lambda: iterate() or not mks.proxy('Chardev_late', 'Chardev'), 'the device to go')
    mks.activity.close()


def iterate():
    """Takes what has come for the proxies."""
    while GLib.MainContext.default().iteration(False):
        pass


class Text:
    """A clipboard by the rules of one library: when it believes a grab, and how it numbers its own."""

    def __init__(self, clipboard, is_mks):
        self.clipboard, self.is_mks = clipboard, is_mks
        self.serial, self.seen = 0, 0

    def grab(self):
        """The user has copied something."""
        self.serial += self.is_mks
        self.clipboard.call('Grab', '(uuas)', 0, self.serial, [TEXT])
        self.serial += not self.is_mks

    def believes_a_grab(self):
        """Whether a grab has come since the last time that it takes for new."""
        calls = [call for call in self.clipboard.calls if call[0] == 'Grab'][self.seen:]
        self.seen += len(calls)
        believed = [call[2] for call in calls if (call[2] > self.serial if self.is_mks else call[2] >= self.serial)]
        self.serial = max([self.serial, *believed])
        return bool(believed)


@pytest.mark.parametrize('counts', (False, True), ids=('an agent that does not count', 'one that does'))
@pytest.mark.parametrize('is_mks', (True, False), ids=('libmks', 'RDW'))
def test_texts_go_to_and_fro(start_display, is_mks, counts):
    gpu = start_display('virtio-gpu-pci', *ARGUMENTS)
    peer = join_peer(gpu.qemu)
    agent = VdAgent(gpu.qemu.qtest, counts=counts)
    clipboard = Clipboard(peer)
    text = Text(clipboard, is_mks)
    clipboard.call('Register')
    for turn in range(3):
        agent.grab()
        wait_for(text.believes_a_grab, 'a grab that counts')
        clipboard.text = (TEXT, b'%d' % turn)
        text.grab()
        agent.expect(7)
        assert agent.paste() == b'%d' % turn
        agent.serial = text.serial + is_mks
    clipboard.close()
    peer.close()


def test_the_crate_reads_all_properties_and_connects_after_the_answer(machine):
    """And its oldest listener has neither Disable nor a word of what it knows."""
    gpu, peer = machine
    gpu.show(1, gradient(*SIZE))
    for interface in ('Console', 'Keyboard', 'Mouse', 'MultiTouch'):
        assert peer.call('Console_0', PROPERTIES, 'GetAll', '(s)', f'{PREFIX}.{interface}')[0]
    viewer = Viewer(peer, refuse=('Disable',)).open()
    wait_same(viewer, gradient(*SIZE))
    gpu.create_image(2, *TOO_LARGE)
    gpu.set_scanout(0, 2, Rect(0, 0, *TOO_LARGE))
    viewer.wait(lambda: viewer.take_calls('Disable'), 'the picture to go')
    gpu.show(3, gradient(400, 300))
    wait_same(viewer, gradient(400, 300))
    viewer.close()


def test_a_handshake_may_come_in_one_piece(gpu, peer):
    """As from zbus, which waits for no line of it."""
    gpu.show(1, gradient(*SIZE))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer.call('Console_0', 'Console', 'RegisterListener', '(h)', 0, fds=[theirs.fileno()])
        ours.sendall(HANDSHAKE + b'NEGOTIATE_UNIX_FD\r\nBEGIN\r\n')
        ours.settimeout(20)
        got = b''
        while b'GetAll' not in got:
            data = ours.recv(4096)
            assert data, got
            got += data
        assert got.startswith(b'OK ') and b'AGREE_UNIX_FD' in got
