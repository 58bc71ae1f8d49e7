# SPDX-License-Identifier: GPL-2.0-or-later
"""Text goes from the guest to the client and back."""

from __future__ import annotations

import threading

import pytest
from gi.repository import Gio, GLib

from peer import PREFIX, ROOT, Refused, join_peer, wait_for
from vgpu.vdagent import ARGUMENTS, RELEASE, VdAgent

TEXT = 'text/plain;charset=utf-8'
XML = f'''<node><interface name="{PREFIX}.Clipboard">
<method name="Register"/><method name="Unregister"/>
<method name="Grab"><arg type="u"/><arg type="u"/><arg type="as"/></method>
<method name="Release"><arg type="u"/></method>
<method name="Request"><arg type="u"/><arg type="as"/>
<arg type="s" direction="out"/><arg type="ay" direction="out"/></method>
</interface></node>'''


class Clipboard:
    """The client's side. Its calls are answered on a thread, as the client itself waits for QEMU."""

    def __init__(self, peer):
        self.peer = peer
        self.calls = []
        self.text = (TEXT, b'')
        self.answers = True
        self.context = GLib.MainContext.new()
        self.loop = GLib.MainLoop.new(self.context, False)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.ready = threading.Event()
        self.thread.start()
        self.ready.wait()

    def _serve(self):
        self.context.push_thread_default()
        info = Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0]
        self.peer.connection.register_object(f'{ROOT}/Clipboard', info, self._called, None, None)
        self.ready.set()
        self.loop.run()

    def _called(self, _connection, _sender, _path, _interface, method, parameters, invocation):
        self.calls.append((method, *parameters.unpack()))
        if method != 'Request':
            invocation.return_value(None)
        elif self.answers:
            mime, data = self.text
            invocation.return_value(GLib.Variant.new_tuple(
                GLib.Variant('s', mime), GLib.Variant.new_from_bytes(
                    GLib.VariantType('ay'), GLib.Bytes.new(data), True)))

    def close(self):
        """Stops to answer."""
        GLib.idle_add(self.loop.quit)
        self.context.invoke_full(0, self.loop.quit)
        self.thread.join(5)

    def call(self, method, signature='()', *arguments):
        """Calls QEMU's side."""
        return self.peer.call('Clipboard', 'Clipboard', method, signature, *arguments)

    def expect(self, *call):
        """Waits for a call from QEMU."""
        wait_for(lambda: call in self.calls, f'{call} among {self.calls}')


@pytest.fixture
def both(start_display):
    """The guest's agent and the client's clipboard, registered."""
    gpu = start_display('virtio-gpu-pci', *ARGUMENTS)
    peer = join_peer(gpu.qemu)
    agent = VdAgent(gpu.qemu.qtest)
    agent.qemu = gpu.qemu
    clipboard = Clipboard(peer)
    clipboard.call('Register')
    yield agent, clipboard
    clipboard.close()
    clipboard.peer.close()


@pytest.mark.parametrize('selection', range(3))
def test_text_of_the_guest_reaches_the_client(both, selection):
    agent, clipboard = both
    agent.grab(selection)
    wait_for(lambda: [call for call in clipboard.calls if call[0] == 'Grab'], 'a grab')
    assert [(call[1], call[3]) for call in clipboard.calls if call[0] == 'Grab'] == [(selection, [TEXT])]
    answer = []
    asking = threading.Thread(target=lambda: answer.append(
        clipboard.call('Request', '(uas)', selection, [TEXT])))
    asking.start()
    agent.expect(8)
    agent.give('Grüße'.encode(), selection)
    asking.join(10)
    mime, data = answer[0]
    assert (mime, bytes(data)) == (TEXT, 'Grüße'.encode())


@pytest.mark.parametrize('selection', range(3))
def test_text_of_the_client_reaches_the_guest(both, selection):
    agent, clipboard = both
    clipboard.text = (TEXT, b'from the client')
    clipboard.call('Grab', '(uuas)', selection, 0, [TEXT])
    agent.expect(7)
    assert agent.paste(selection) == b'from the client'


@pytest.mark.ours_only('stock says nothing of agents that do not count')
def test_agents_that_do_not_count_are_heard(start_display):
    gpu = start_display('virtio-gpu-pci', *ARGUMENTS)
    peer = join_peer(gpu.qemu)
    agent = VdAgent(gpu.qemu.qtest, counts=False)
    clipboard = Clipboard(peer)
    clipboard.call('Register')
    for serial in range(1, 4):
        agent.grab()
        clipboard.expect('Grab', 0, serial, [TEXT])
    clipboard.close()
    peer.close()


@pytest.mark.ours_only('stock hands on the numbers of the agent, of which some clients ignore the first')
def test_the_higher_number_owns_the_clipboard(both):
    """A client that has not heard of the guest's grab yet will take it for the newer one: so it is."""
    agent, clipboard = both
    agent.grab()
    clipboard.expect('Grab', 0, 1, [TEXT])
    clipboard.call('Grab', '(uuas)', 0, 0, [TEXT])
    assert agent.paste() == b''
    clipboard.call('Grab', '(uuas)', 0, 1, [TEXT])
    agent.expect(7)
    clipboard.text = (TEXT, b'newer')
    assert agent.paste() == b'newer'
    agent.serial = 2
    agent.grab()
    clipboard.expect('Grab', 0, 3, [TEXT])


def test_the_client_hears_when_the_guest_releases(both):
    agent, clipboard = both
    agent.grab()
    wait_for(lambda: [call for call in clipboard.calls if call[0] == 'Grab'], 'a grab')
    agent.release()
    clipboard.expect('Release', 0)
    with pytest.raises(Refused, match='Empty clipboard'):
        clipboard.call('Request', '(uas)', 0, [TEXT])


def test_the_guest_hears_when_the_client_releases(both):
    agent, clipboard = both
    clipboard.call('Grab', '(uuas)', 0, 0, [TEXT])
    agent.expect(7)
    clipboard.call('Release', '(u)', 0)
    agent.expect(RELEASE)


@pytest.mark.stock_wrong('stock does not tell')
def test_the_guest_hears_when_the_client_leaves(both):
    agent, clipboard = both
    clipboard.call('Grab', '(uuas)', 0, 0, [TEXT])
    agent.expect(7)
    clipboard.call('Unregister')
    agent.expect(RELEASE)
    clipboard.call('Register')


def test_a_guest_that_does_not_answer_is_waited_for_in_vain(both):
    agent, clipboard = both
    agent.grab()
    wait_for(lambda: [call for call in clipboard.calls if call[0] == 'Grab'], 'a grab')
    with pytest.raises(Refused):
        clipboard.call('Request', '(uas)', 0, [TEXT])
    assert clipboard.peer.get('VM', 'VM', 'Name')


@pytest.mark.ours_only('stock checks neither type nor size')
@pytest.mark.parametrize('text', (('image/png', b'png'), (TEXT, bytes(17 << 20)), (TEXT, b'')),
                         ids=('another type', 'too large', 'empty'))
def test_senseless_answers_do_not_reach_the_guest(both, text):
    agent, clipboard = both
    clipboard.text = text
    clipboard.call('Grab', '(uuas)', 0, 0, [TEXT])
    agent.expect(7)
    agent.ask()
    wait_for(lambda: [call for call in clipboard.calls if call[0] == 'Request'], 'a request')
    clipboard.text = (TEXT, b'sense')
    clipboard.call('Grab', '(uuas)', 0, 1, [TEXT])
    agent.expect(7)
    assert agent.paste() == b'sense'


@pytest.mark.parametrize('mimes', ((), ('image/png',), ('',)), ids=('none', 'another', 'empty'))
def test_a_grab_of_no_text_is_an_empty_clipboard(both, mimes):
    """Neither side gets anything of it by asking: CVE-2023-6683 was an owner without text that was asked."""
    agent, clipboard = both
    clipboard.call('Grab', '(uuas)', 0, 0, mimes)
    assert agent.paste() == b''
    with pytest.raises(Refused, match='Empty clipboard'):
        clipboard.call('Request', '(uas)', 0, [TEXT])
    clipboard.call('Grab', '(uuas)', 0, 1, [TEXT])
    clipboard.text = (TEXT, b'something')
    agent.expect(7)
    assert agent.paste() == b'something'
    assert [call[0] for call in clipboard.calls].count('Request') == 1


@pytest.mark.parametrize('selection', range(3))
def test_asking_for_what_nobody_has_ever_had_is_refused(both, selection):
    agent, clipboard = both
    assert agent.paste(selection) == b''
    for mimes in ([TEXT], [], ['image/png']):
        with pytest.raises(Refused, match='Empty clipboard'):
            clipboard.call('Request', '(uas)', selection, mimes)
    clipboard.call('Release', '(u)', selection)
    assert clipboard.peer.get('VM', 'VM', 'Name')


def test_types_that_the_guest_has_not_are_refused(both):
    agent, clipboard = both
    agent.grab()
    wait_for(lambda: [call for call in clipboard.calls if call[0] == 'Grab'], 'a grab')
    for mimes in ([], ['image/png'], ['']):
        with pytest.raises(Refused, match='Unhandled MIME types'):
            clipboard.call('Request', '(uas)', 0, mimes)


@pytest.mark.ours_only('stock neither tells nor forgets')
@pytest.mark.parametrize('leave', ('Unregister', 'Release', 'close'))
def test_a_client_that_goes_while_the_guest_waits_for_it_leaves_nothing(both, leave):
    agent, clipboard = both
    clipboard.answers = False
    clipboard.call('Grab', '(uuas)', 0, 0, [TEXT])
    agent.expect(7)
    agent.ask()
    wait_for(lambda: [call for call in clipboard.calls if call[0] == 'Request'], 'a request')
    if leave == 'close':
        clipboard.peer.close()
        clipboard.peer = join_peer(agent.qemu)
        clipboard.peer.call('Clipboard', 'Clipboard', 'Register')
    else:
        clipboard.call(leave, *(('(u)', 0) if leave == 'Release' else ()))
        agent.expect(RELEASE)
    assert clipboard.peer.get('VM', 'VM', 'Name')


@pytest.mark.parametrize('what', ('the guest releases', 'the client grabs', 'the client leaves'))
def test_a_request_ends_with_what_it_asks_for(both, what):
    agent, clipboard = both
    agent.grab()
    wait_for(lambda: [call for call in clipboard.calls if call[0] == 'Grab'], 'a grab')
    errors = []

    def ask():
        try:
            clipboard.call('Request', '(uas)', 0, [TEXT])
        except Refused as error:
            errors.append(str(error))

    asking = threading.Thread(target=ask)
    asking.start()
    agent.expect(8)
    if what == 'the guest releases':
        agent.release()
    elif what == 'the client grabs':
        clipboard.call('Grab', '(uuas)', 0, 5, [TEXT])
    else:
        clipboard.call('Unregister')
    asking.join(15)
    assert errors and 'did not answer' not in errors[0]
    agent.give(b'late')
    assert clipboard.peer.get('VM', 'VM', 'Name')


@pytest.mark.stock_wrong('stock never forgets a peer that has gone')
def test_a_client_that_dies_frees_the_place(start_display):
    gpu = start_display('virtio-gpu-pci', *ARGUMENTS)
    first = join_peer(gpu.qemu)
    first.call('Clipboard', 'Clipboard', 'Register')
    first.close()
    second = join_peer(gpu.qemu)
    second.call('Clipboard', 'Clipboard', 'Register')
    second.close()


def test_a_bus_client_that_dies_frees_the_place(bus, start_display):
    gpu = start_display(display=f'dbus,addr={bus.address}')
    first, second = bus.join(), bus.join()
    first.call('Clipboard', 'Clipboard', 'Register')
    with pytest.raises(Refused):
        second.call('Clipboard', 'Clipboard', 'Register')
    with pytest.raises(Refused, match='Unregistered caller'):
        second.call('Clipboard', 'Clipboard', 'Grab', '(uuas)', 0, 0, [TEXT])
    first.close()
    wait_for(lambda: registered(second), 'the place of the client that died')
    second.close()
    assert gpu.qemu.qmp.command('query-status')['running']


def registered(peer):
    """Whether the clipboard could be registered now."""
    try:
        peer.call('Clipboard', 'Clipboard', 'Register')
    except Refused:
        return False
    return True
