# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that read nothing, and those that ask for more than they read: QEMU keeps little for them."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from gi.repository import Gio, GLib

from mute import MutePeer
from peer import PREFIX, PROPERTIES, Refused, join_peer, wait_for
from test_picture import wait_same
from vgpu.formats import Format, gradient
from vgpu.procfs import memory_use
from vgpu.vdagent import ARGUMENTS, VdAgent
from vgpu.wire import Rect
from viewer import Viewer

pytestmark = pytest.mark.ours_only('stock queues without a limit')

HERE = Path(__file__).parent
SIZE = (640, 480)
TEXT = 'text/plain;charset=utf-8'
KEYBOARD, SET_LIGHTS = 0x60, 0xed
MIB = 1 << 20
HUNG_UP = 'a D-Bus client was hung up on'


@pytest.fixture
def live(gpu, peer):
    """A viewer that goes on looking while somebody else takes the place of its peer."""
    gpu.show(1, gradient(*SIZE))
    viewer = Viewer(peer).open()
    viewer.wait_picture()
    viewer.pump(0.2)
    yield viewer
    viewer.close()


def assert_well(gpu, viewer):
    """The machine answers, and shows the next picture."""
    assert gpu.qemu.qmp.command('query-status')['running']
    gpu.show(9, gradient(320, 200, 5))
    wait_same(viewer, gradient(320, 200, 5))


class Growth:
    """What the memory of QEMU's own grows by in a block."""

    def __init__(self, gpu, most):
        """Most is in bytes."""
        self.gpu, self.most = gpu, most

    def __enter__(self):
        self.before = memory_use(self.gpu.qemu.pid).private

    def __exit__(self, kind, *_):
        grown = memory_use(self.gpu.qemu.pid).private - self.before
        if not kind and not self.gpu.qemu.modules.sanitized():
            assert grown < self.most, f'{grown / MIB:.1f} MiB'


def changes(mute, interface):
    """The announcements of an interface's properties, one after the other, as they are read."""
    while message := mute.read():
        if message.get_member() == 'PropertiesChanged':
            name, values, _ = message.get_body().unpack()
            if name == f'{PREFIX}.{interface}':
                yield values


def read_until(mute, interface, values):
    """Reads announcements until one has values; returns how many there were."""
    for count, changed in enumerate(changes(mute, interface), 1):
        if values.items() <= changed.items():
            return count
    raise AssertionError('QEMU has hung up')


def test_a_client_that_reads_late_hears_of_the_last_modes_only(gpu, live):
    with MutePeer(gpu.qemu) as mute:
        for turn in range(1500):
            gpu.set_scanout(0, 1, Rect(0, 0, 500 + turn % 2, 400 + turn % 2))
            live.pump()
        gpu.set_scanout(0, 1, Rect(0, 0, 333, 222))
        live.wait(lambda: live.picture.width == 333, 'the last mode')
        assert read_until(mute, 'Console', {'Width': 333, 'Height': 222}) < 1000
        assert_well(gpu, live)


def test_the_lights_of_a_keyboard_pile_up_for_nobody(gpu, live):
    with MutePeer(gpu.qemu) as mute:
        with Growth(gpu, 4 * MIB):
            for turn in range(6001):
                gpu.qemu.qtest.outb(KEYBOARD, SET_LIGHTS)
                gpu.qemu.qtest.outb(KEYBOARD, 1 + turn % 2)
        gpu.qemu.qtest.outb(KEYBOARD, SET_LIGHTS)
        gpu.qemu.qtest.outb(KEYBOARD, 6)
        assert read_until(mute, 'Keyboard', {'Modifiers': 6}) < 1000
        assert_well(gpu, live)


def test_properties_are_up_to_date_while_their_announcement_waits(gpu, live):
    with MutePeer(gpu.qemu) as mute:
        for turn in range(1500):
            gpu.set_scanout(0, 1, Rect(0, 0, 500 + turn % 2, 400))
        mute.say(mute.call('Console_0', PROPERTIES, 'Get', '(ss)', f'{PREFIX}.Console', 'Width'))
        gpu.set_scanout(0, 1, Rect(0, 0, 321, 400))
        wait_for(lambda: live.pump() or live.picture.width == 321, 'the last mode')
        mute.say(mute.call('Console_0', PROPERTIES, 'Get', '(ss)', f'{PREFIX}.Console', 'Width'))
        answers = []
        while len(answers) < 2:
            message = mute.read()
            if message.get_message_type() == Gio.DBusMessageType.METHOD_RETURN:
                answers.append(message.get_body().unpack()[0])
        assert answers[-1] == 321


def test_changes_are_announced_together(gpu, peer):
    """A client that lays out its window by them must not see a size that there never was."""
    gpu.show(1, gradient(*SIZE))
    with MutePeer(gpu.qemu) as mute:
        mute.say(mute.call('Console_0', PROPERTIES, 'Get', '(ss)', f'{PREFIX}.Console', 'Width'))
        assert next_answer(mute).get_body().unpack() == (SIZE[0],)
        seen = changes(mute, 'Console')
        for size in ((300, 200), (500, 400), (300, 200)):
            gpu.set_scanout(0, 1, Rect(0, 0, *size))
            assert next(seen) == {'Width': size[0], 'Height': size[1]}


@pytest.fixture
def agent(start_display):
    """A machine with a guest's agent, whose clipboard a mute peer has registered for."""
    gpu = start_display('virtio-gpu-pci', *ARGUMENTS)
    found = VdAgent(gpu.qemu.qtest)
    with MutePeer(gpu.qemu) as mute:
        mute.say(mute.call('Clipboard', 'Clipboard', 'Register'))
        assert mute.calls() == [('Register', ())]
        yield found, mute


def test_a_client_that_answers_late_hears_of_the_last_text_only(agent):
    agent, mute = agent
    for _ in range(60):
        agent.grab()
    agent.grab(1)
    agent.release(1)
    assert mute.calls() == []
    mute.answer_last()
    assert mute.calls() == [('Grab', (0, 60, [TEXT]))]
    agent.release()
    agent.grab()
    mute.answer_last()
    assert mute.calls() == [('Grab', (0, 62, [TEXT]))]
    agent.release()
    mute.answer_last()
    assert mute.calls() == [('Release', (0,))]


def test_the_guest_asks_a_client_that_never_answers_a_few_times_only(agent):
    agent, mute = agent
    mute.answer_last()
    for serial in range(20):
        mute.say(mute.call('Clipboard', 'Clipboard', 'Grab', '(uuas)', 0, serial, [TEXT]))
        agent.expect(7)
        agent.ask()
    assert 1 <= len([call for call in mute.calls() if call[0] == 'Request']) <= 8


def test_registering_again_is_told_once(gpu, live):
    """A client that reads, but never answers, and so would be called anew for each registration."""
    with MutePeer(gpu.qemu) as mute:
        told = 0
        for method in 300 * ('Register', 'Unregister') + ('Register',):
            mute.say(mute.call('Clipboard', 'Clipboard', method))
            message = mute.read()
            while message.get_message_type() == Gio.DBusMessageType.METHOD_CALL:
                mute.last_call = message
                told += 1
                message = mute.read()
            assert message.get_message_type() == Gio.DBusMessageType.METHOD_RETURN
        assert told <= 1
        while not told:
            mute.last_call, told = mute.read(), 1
        mute.answer_last()
        assert mute.read().get_member() == 'Register'
        assert_well(gpu, live)


def test_long_texts_do_not_pile_up(start_display, tmp_path):
    gpu = start_display('virtio-gpu-pci', '-vnc', f'unix:{tmp_path / "vnc"}')
    text = b'x' * (MIB - 100)
    with socket.socket(socket.AF_UNIX) as vnc, MutePeer(gpu.qemu) as mute:
        vnc.connect(str(tmp_path / 'vnc'))
        vnc.settimeout(20)
        for answer in (b'RFB 003.008\n', b'\1', b'\1'):
            vnc.recv(12)
            vnc.sendall(answer)
        vnc.sendall(struct.pack('>BxxxI', 6, len(text)) + text)
        mute.say(mute.call('Clipboard', 'Clipboard', 'Register'))
        assert next_answer(mute).get_body() is None
        ask = [mute.call('Clipboard', 'Clipboard', 'Request', '(uas)', 0, [TEXT]) for _ in range(100)]
        mute.say(ask[0])
        assert len(next_answer(mute).get_body().unpack()[1]) == len(text)
        with Growth(gpu, 24 * MIB):
            mute.say(*ask[1:])
            assert gpu.qemu.qmp.command('query-status')['running']
            mute.say(mute.call('VM', PROPERTIES, 'Get', '(ss)', f'{PREFIX}.VM', 'Name'))
            assert gpu.qemu.qmp.command('query-status')['running']
        kinds = [next_answer(mute).get_message_type() for _ in ask]
        # one, one that waited, the name, and what was asked only when the first had been read
    assert 3 <= kinds.count(Gio.DBusMessageType.METHOD_RETURN) <= 10


def next_answer(mute):
    """The next answer of QEMU's."""
    while message := mute.read():
        if message.get_message_type() in (Gio.DBusMessageType.METHOD_RETURN, Gio.DBusMessageType.ERROR):
            return message
    raise AssertionError('QEMU has hung up')


FLOODS = {
    'objects': ('', 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects'),
    'introspection': ('Console_0', 'org.freedesktop.DBus.Introspectable', 'Introspect'),
    'property': ('VM', PROPERTIES, 'Get', '(ss)', f'{PREFIX}.VM', 'Name'),
    'input': ('Console_0', 'Mouse', 'RelMotion', '(ii)', 1, 1),
    'nowhere': ('Nowhere', 'Mouse', 'RelMotion'),
}


@pytest.mark.parametrize('call', FLOODS.values(), ids=FLOODS)
def test_a_peer_that_asks_and_never_reads_is_hung_up_on(gpu, live, call):
    with MutePeer(gpu.qemu) as mute, Growth(gpu, 24 * MIB):
        calls = [mute.call(*call)] * 500
        assert not all(mute.say(*calls) for _ in range(100))
    assert_well(gpu, live)
    wait_for(lambda: HUNG_UP in gpu.qemu.stderr(), 'a warning')
    with MutePeer(gpu.qemu) as again:
        again.say(again.call('VM', PROPERTIES, 'Get', '(ss)', f'{PREFIX}.VM', 'Name'))
        assert next_answer(again).get_message_type() == Gio.DBusMessageType.METHOD_RETURN


@pytest.mark.parametrize('call', FLOODS.values(), ids=FLOODS)
def test_calls_that_want_no_answer_pile_up_for_nobody(gpu, live, call):
    with MutePeer(gpu.qemu) as mute, Growth(gpu, 16 * MIB):
        calls = [mute.call(*call, answer=False)] * 500
        for _ in range(40):
            assert mute.say(*calls)
        assert gpu.qemu.qmp.command('query-status')['running']
    assert_well(gpu, live)


def test_a_burst_of_input_is_taken_as_a_whole(gpu, live):
    """As from a client that types a text for its user, and reads the answers."""
    with MutePeer(gpu.qemu) as mute:
        mute.say(*(mute.call('Console_0', 'Mouse', 'RelMotion', '(ii)', 1, 1) for _ in range(3000)))
        for _ in range(3000):
            assert next_answer(mute).get_message_type() == Gio.DBusMessageType.METHOD_RETURN


def test_announcements_are_not_too_much_for_who_reads_late(gpu, live):
    """Its calls are as many as it may have under way, and signals, which cannot be refused, come on top."""
    with MutePeer(gpu.qemu) as mute:
        mute.say(*(mute.call(*FLOODS['input']) for _ in range(4200)))
        for turn in range(40):
            gpu.qemu.qmp.command('chardev-add', id=f'c{turn}', backend={'type': 'dbus', 'data': {'name': 'org.test'}})
        answers = announcements = 0
        while answers < 4200 or announcements < 40:
            message = mute.read()
            assert message, f'hung up on after {answers} answers and {announcements} announcements'
            answers += message.get_message_type() in (Gio.DBusMessageType.METHOD_RETURN, Gio.DBusMessageType.ERROR)
            announcements += message.get_member() == 'InterfacesAdded'
        assert_well(gpu, live)


def test_a_peer_that_reads_may_ask_for_ever(gpu, live):
    with MutePeer(gpu.qemu) as mute:
        calls = [mute.call(*FLOODS['property'])] * 50
        for _ in range(200):
            mute.say(*calls)
            for _ in calls:
                assert next_answer(mute).get_message_type() == Gio.DBusMessageType.METHOD_RETURN


def test_calls_that_are_too_large_end_the_peer(gpu, live):
    with MutePeer(gpu.qemu) as mute:
        mute.say(mute.call('Clipboard', 'Clipboard', 'Grab', '(uuas)', 0, 0, ['x' * 1000] * 100))
        assert mute.read() is None
    assert_well(gpu, live)


def test_what_is_too_much_on_a_bus_is_refused(bus, start_display):
    gpu = start_display(display=f'dbus,addr={bus.address}')
    hostile, other = bus.join(), bus.join()
    with pytest.raises(Refused) as refused:
        hostile.call('Clipboard', 'Clipboard', 'Grab', '(uuas)', 0, 0, ['x' * 1000] * 100)
    assert refused.value.name == 'org.freedesktop.DBus.Error.LimitsExceeded'
    with open(os.devnull, 'rb+') as null, pytest.raises(Refused) as refused:
        hostile.call('Console_0', 'Console', 'RegisterListener', '(h)', 0, fds=[null.fileno()] * 9)
    assert refused.value.name == 'org.freedesktop.DBus.Error.LimitsExceeded'
    with Growth(gpu, 24 * MIB):
        for _ in range(5000):
            hostile.connection.call('org.qemu', '/org/qemu/Display1', 'org.freedesktop.DBus.ObjectManager',
                                    'GetManagedObjects', None, None, 0, -1, None)
        hostile.connection.flush_sync(None)
        wait_for(lambda: answers(other), 'an answer beside the flood', timeout=60)
    for peer in (hostile, other):
        peer.close()


def answers(peer):
    """Whether QEMU answers now."""
    try:
        return peer.get('VM', 'VM', 'ConsoleIDs') == [0]
    except Refused:
        return False


@pytest.mark.parametrize('sender', (':1.5', 'org.test', 'no name at all'))
def test_peers_have_no_names(gpu, peer, sender):
    """Whatever they say of themselves."""
    with MutePeer(gpu.qemu) as mute:
        for method in ('Register', 'Unregister', 'Register'):
            mute.say(mute.call('Clipboard', 'Clipboard', method, sender=sender))
            assert next_answer(mute).get_message_type() == Gio.DBusMessageType.METHOD_RETURN
        mute.say(mute.call('Clipboard', 'Clipboard', 'Register'))
        assert next_answer(mute).get_message_type() == Gio.DBusMessageType.ERROR
    assert 'CRITICAL' not in gpu.qemu.stderr()


def test_devices_that_come_and_go_pile_up_for_nobody(gpu, live):
    with MutePeer(gpu.qemu) as mute, Growth(gpu, 8 * MIB):
        for turn in range(600):
            gpu.qemu.qmp.command('chardev-add', id=f'c{turn}',
                                 backend={'type': 'dbus', 'data': {'name': 'org.test'}})
            gpu.qemu.qmp.command('chardev-remove', id=f'c{turn}')
        while mute.read():
            pass
    assert_well(gpu, live)


def test_the_cursor_piles_up_for_nobody(gpu, peer, live):
    gpu.create_image(50, 64, 64, Format.B8G8R8A8)
    ours, theirs = socket.socketpair()
    with theirs:
        peer.call('Console_0', 'Console', 'RegisterListener', '(h)', 0, fds=[theirs.fileno()])
    client = subprocess.Popen([sys.executable, str(HERE / 'silent-client.py'), str(ours.fileno())],
                              pass_fds=[ours.fileno()], stdout=subprocess.PIPE, text=True)
    ours.close()
    assert client.stdout and client.stdout.readline() == 'connected\n'
    client.send_signal(signal.SIGSTOP)
    with Growth(gpu, 4 * MIB):
        for turn in range(1000):
            gpu.set_cursor(50, turn % 300, 20)
            gpu.move_cursor(turn % 200, turn % 100)
            live.pump()
        live.wait(lambda: live.cursor.position == (199, 99, 1), 'the last position')
    client.kill()
    client.wait()
    client.stdout.close()
    assert_well(gpu, live)


def test_a_client_that_is_stopped_is_replaced_at_once(gpu, live):
    """Its connection ends although it never reads what is on the way."""
    with MutePeer(gpu.qemu) as mute:
        mute.say(*[mute.call(*FLOODS['property'])] * 100)
        for turn in range(600):
            gpu.set_scanout(0, 1, Rect(0, 0, 500 + turn % 2, 400))
        second = join_peer(gpu.qemu)
        assert second.get('Console_0', 'Console', 'Width') == 501
        second.close()
        while mute.read():
            pass
    assert_well(gpu, live)


def test_a_machine_quits_beside_a_client_that_is_stopped(gpu, live):
    with MutePeer(gpu.qemu) as mute:
        for turn in range(1500):
            gpu.set_scanout(0, 1, Rect(0, 0, 500 + turn % 2, 400))
        mute.say(mute.call('Clipboard', 'Clipboard', 'Register'))
        gpu.qemu.quit()


def test_announcements_go_on_after_a_client_has_read(gpu, live):
    with MutePeer(gpu.qemu) as mute:
        for turn in range(1500):
            gpu.set_scanout(0, 1, Rect(0, 0, 500 + turn % 2, 400))
        for width in (111, 222, 333):
            gpu.set_scanout(0, 1, Rect(0, 0, width, 400))
            read_until(mute, 'Console', {'Width': width})


def test_calls_with_several_descriptors_end_the_peer(gpu, peer, live):
    with open(os.devnull, 'rb+') as null, pytest.raises((Refused, GLib.Error)):
        peer.call('Console_0', 'Console', 'RegisterListener', '(h)', 0, fds=[null.fileno()] * 9)
    wait_for(peer.connection.is_closed, 'QEMU to hang up')
    assert_well(gpu, live)
