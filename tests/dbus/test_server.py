# SPDX-License-Identifier: GPL-2.0-or-later
"""The display as a whole: options, objects and interfaces, beside those of stock."""

from __future__ import annotations

import socket

import pytest
from gi.repository import Gio, GLib

from peer import PREFIX, connect, join_peer, wait_for
from vgpu.qemu import Qemu
from vgpu.qmp import QmpError

MACHINE = ('-device', 'virtio-gpu-pci,max_outputs=2', '-audiodev', 'dbus,id=sound', '-chardev', 'vc,id=serial0',
           '-chardev', 'dbus,id=port,name=org.test', '-name', 'the name',
           '-uuid', '3f4e5d6c-0000-4000-8000-0123456789ab')
DISPLAY = 'dbus,p2p=on,audiodev=sound'


@pytest.fixture
def pair(modules, stock):
    """The same machine with the modules under test and with stock ones, and a client of each."""
    if modules.is_stock:
        pytest.skip('compares with stock')
    machines = [Qemu(*MACHINE, display=DISPLAY, modules=each) for each in (modules, stock)]
    peers = [join_peer(machine) for machine in machines]
    yield peers
    for peer, machine in zip(peers, machines):
        peer.close()
        machine.quit()


def members(node):
    """Every method, signal and property of an object's interfaces, with its types."""
    found = set()
    for interface in node.interfaces:
        if interface.name.startswith('org.freedesktop'):
            continue
        for method in interface.methods:
            found.add((interface.name, method.name, tuple(arg.signature for arg in method.in_args),
                       tuple(arg.signature for arg in method.out_args)))
        for value in interface.properties:
            found.add((interface.name, value.name, value.signature, int(value.flags)))
    return found


def test_every_object_of_stock_is_there(pair):
    ours, stock = (set(peer.objects()) for peer in pair)
    assert ours == stock and 'Audio' in ours


def test_every_method_and_property_of_stock_is_there(pair):
    ours, stock = pair
    for path in stock.objects():
        assert members(stock.introspect(path)) <= members(ours.introspect(path)), path


def test_every_property_has_the_value_of_stock(pair):
    ours, stock = (peer.objects() for peer in pair)
    for path, interfaces in stock.items():
        for interface, properties in interfaces.items():
            for name, value in properties.items():
                assert ours[path][interface][name] == value, (path, interface, name)


def register_audio(peer):
    """Becomes a listener of what the guest plays, and leaves."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer.call('Audio', 'Audio', 'RegisterOutListener', '(h)', 0, fds=[theirs.fileno()])


def test_audio_clients_register_on_a_bus(bus, start_display):
    gpu = start_display('virtio-gpu-pci', *MACHINE[2:4], display=f'dbus,audiodev=sound,addr={bus.address}')
    peer = bus.join()
    register_audio(peer)
    peer.close()
    assert gpu.qemu.qmp.command('query-status')['running']


@pytest.mark.ours_only('the audio driver crashes on peers under the stock display')
def test_audio_clients_register_as_peers(start_display):
    gpu = start_display('virtio-gpu-pci', *MACHINE[2:4], display=DISPLAY)
    peer = join_peer(gpu.qemu)
    register_audio(peer)
    peer.close()
    assert gpu.qemu.qmp.command('query-status')['running']


AUDIO_XML = f'''<node><interface name="{PREFIX}.AudioOutListener">
<method name="Init"><arg type="t"/><arg type="y"/><arg type="b"/><arg type="b"/><arg type="u"/><arg type="y"/>
<arg type="u"/><arg type="u"/><arg type="b"/></method>
<method name="Fini"><arg type="t"/></method><method name="SetEnabled"><arg type="t"/><arg type="b"/></method>
<method name="SetVolume"><arg type="t"/><arg type="b"/><arg type="ay"/></method>
<method name="Write"><arg type="t"/><arg type="ay"/></method></interface></node>'''
TIMER_MODE, TIMER_2, SPEAKER = 0x43, 0x42, 0x61


@pytest.mark.parametrize('where', ('bus', pytest.param(
    'p2p', marks=pytest.mark.ours_only('the audio driver crashes on peers under the stock display'))))
def test_what_the_guest_plays_is_heard(bus, start_display, where):
    address = 'p2p=on' if where == 'p2p' else f'addr={bus.address}'
    gpu = start_display('virtio-gpu-pci', *MACHINE[2:4], '-machine', 'pcspk-audiodev=sound',
                        display=f'dbus,{address},audiodev=sound')
    peer = join_peer(gpu.qemu) if where == 'p2p' else bus.join()
    heard, samples = [], set()

    def called(_connection, _sender, _path, _interface, method, parameters, invocation):
        heard.append(method)
        if method == 'Write':
            samples.update(parameters.get_child_value(1).get_data_as_bytes().get_data() or b'')
        invocation.return_value(None)

    ours, theirs = socket.socketpair()
    with theirs:
        peer.call('Audio', 'Audio', 'RegisterOutListener', '(h)', 0, fds=[theirs.fileno()])
    flags = Gio.DBusConnectionFlags
    listener = connect(ours, flags.AUTHENTICATION_CLIENT | flags.DELAY_MESSAGE_PROCESSING)
    listener.register_object('/org/qemu/Display1/AudioOutListener', Gio.DBusNodeInfo.new_for_xml(AUDIO_XML).interfaces[0],
                             called, None, None)
    listener.start_message_processing()
    wait_for(lambda: iterate() or heard, 'the audio driver')
    for port, value in ((TIMER_MODE, 0xb6), (TIMER_2, 0x50), (TIMER_2, 0x04), (SPEAKER, 3)):
        gpu.qemu.qtest.outb(port, value)
    wait_for(lambda: iterate() or samples - {0}, 'a beep')
    assert heard[0] == 'Init'
    listener.close_sync(None)
    peer.close()


def iterate():
    """Takes some of what has come: more may come while it is taken."""
    for _ in range(10):
        GLib.MainContext.default().iteration(False)


@pytest.mark.parametrize('display, message', (
    ('dbus,p2p=on,audiodev=none', "Audiodev 'none' not found"),
    ('dbus,p2p=on,audiodev=silent', "Audiodev 'silent' is not compatible with DBus"),
    ('dbus,addr=unix:path=/nonexistent', 'failed to connect to DBus'),
))
def test_options_that_cannot_work_end_the_start(modules, display, message):
    qemu = Qemu('-device', 'virtio-gpu-pci', '-audiodev', 'none,id=silent', display=display, modules=modules)
    assert message in qemu.finish(status=1)


def test_the_object_shows_its_options(start_display):
    gpu = start_display()
    values = {name: gpu.qemu.qmp.command('qom-get', path='/objects/dbus-display', property=name)
              for name in ('addr', 'audiodev', 'gl-mode', 'p2p')}
    assert values == {'addr': '', 'audiodev': '', 'gl-mode': 'off', 'p2p': True}


def test_peers_are_refused_on_a_bus(bus, start_display):
    gpu = start_display(display=f'dbus,addr={bus.address}')
    ours, theirs = socket.socketpair()
    with ours, theirs:
        gpu.qemu.qmp.pass_fd('client', theirs.fileno())
        with pytest.raises(QmpError, match='p2p connections not accepted in bus mode'):
            gpu.qemu.qmp.command('add_client', protocol='@dbus-display', fdname='client')


def test_a_machine_outlives_its_bus(bus, start_display):
    gpu = start_display(display=f'dbus,addr={bus.address}')
    bus.join().close()
    bus.close()
    assert gpu.qemu.qmp.command('query-status')['running']


def test_two_machines_share_a_bus(bus, start_display):
    machines = [start_display('virtio-gpu-pci', '-name', name, display=f'dbus,addr={bus.address}')
                for name in ('one', 'two')]
    peer = bus.join()
    owners = peer.connection.call_sync(
        'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'ListQueuedOwners',
        variant('(s)', 'org.qemu'), None, 0, 5000, None).unpack()[0]
    names = set()
    for owner in owners:
        peer.name = owner
        names.add(peer.get('VM', 'VM', 'Name'))
    assert names == {'one', 'two'} and len(machines) == 2
    peer.close()


def variant(signature, *values):
    """A tuple for a call."""
    return GLib.Variant(signature, values)
