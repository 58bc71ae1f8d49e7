# SPDX-License-Identifier: GPL-2.0-or-later
"""What a back end that keeps to the protocol can ask for, and what becomes of what it sends."""

from __future__ import annotations

import struct

import numpy
import pytest

from vgpu import vhost_wire as wire
from conftest import is_shown, wait_for, wait_shown
from vgpu.edid import parse
from vgpu.formats import gradient
from vgpu.vnc import VncClient
from vgpu.wire import EVENT_DISPLAY, Config, Feature
from vgpu.vhost_backend import FEATURES
from vgpu.vhost_wire import message, words

RESP_DISPLAY_INFO = 0x1101
RESP_EDID = 0x1104
RESP_INVALID_SCANOUT = 0x1202


def modes_of(payload: bytes) -> list[tuple[int, int, int]]:
    """Enabled, width and height of each head of a display info."""
    assert struct.unpack_from('<I', payload)[0] == RESP_DISPLAY_INFO
    found = []
    for head in range(16):
        _, _, width, height, enabled, _ = struct.unpack_from('<6I', payload, 24 + head * 24)
        found.append((enabled, width, height))
    return found


def edid_of(payload: bytes) -> tuple[int, bytes]:
    """The response's type and the EDID in it."""
    assert len(payload) == wire.EDID_SIZE
    size, = struct.unpack_from('<I', payload, 24)
    return struct.unpack_from('<I', payload)[0], payload[32:32 + size]


def test_the_channel_is_there_when_the_driver_starts_and_stays(start_machine):
    machine = start_machine()
    display = machine.start()
    for _ in range(3):
        machine.gpu.virtio.reset()
        machine.gpu.start(features=0)
    assert machine.backend.display is display
    assert wire.ask(display, wire.GET_PROTOCOL_FEATURES)


def test_what_the_protocol_can_is_told(machine):
    display = machine.start()
    features, = struct.unpack('<Q', wire.ask(display, wire.GET_PROTOCOL_FEATURES))
    assert features == wire.F_EDID | wire.F_DMABUF2
    display.sendall(message(wire.SET_PROTOCOL_FEATURES, struct.pack('<Q', features)))
    assert wire.ask(display, wire.GET_DISPLAY_INFO)


def test_the_outputs_are_those_of_the_options_and_then_of_the_display(start_machine, tmp_path):
    machine = start_machine('vhost-user-gpu-pci,max_outputs=2,xres=1440,yres=900', '-vnc',
                            f'unix:{tmp_path / "vnc"}')
    display = machine.start()
    assert modes_of(wire.ask(display, wire.GET_DISPLAY_INFO)) == [(1, 1440, 900)] + [(0, 0, 0)] * 15
    client = VncClient(str(tmp_path / 'vnc'))
    client.set_size(1000, 700)
    wait_for(lambda: machine.gpu.config(Config.EVENTS_READ) == EVENT_DISPLAY)
    machine.gpu.set_config(Config.EVENTS_CLEAR, EVENT_DISPLAY)
    assert machine.gpu.config(Config.EVENTS_READ) == 0
    assert modes_of(wire.ask(display, wire.GET_DISPLAY_INFO))[0] == (1, 1000, 700)
    client.close()


def test_edids_name_the_mode_of_their_output(start_machine):
    machine = start_machine('vhost-user-gpu-pci,xres=1440,yres=900,refresh_rate=75')
    display = machine.start()
    kind, edid = edid_of(wire.ask(display, wire.GET_EDID, words(0)))
    assert kind == RESP_EDID
    parsed = parse(edid)
    assert parsed.checksums_right
    assert (parsed.preferred_width, parsed.preferred_height) == (1440, 900)
    assert abs(parsed.refresh_millihertz - 75000) < 500
    kind, edid = edid_of(wire.ask(display, wire.GET_EDID, words(1)))
    assert (kind, edid) == (RESP_INVALID_SCANOUT, b'')


@pytest.mark.parametrize('edid', ('on', 'off'))
def test_the_guest_is_offered_what_the_back_end_offers(start_machine, edid):
    offered = Feature.VIRGL | Feature.EDID | Feature.CONTEXT_INIT
    machine = start_machine(f'vhost-user-gpu-pci,edid={edid}',
                            backend={'features': FEATURES | offered, 'config': struct.pack('<IIII', 9, 9, 9, 3)})
    machine.gpu.start()
    wanted = offered if edid == 'on' else offered & ~Feature.EDID
    assert machine.gpu.virtio.features & 0xffffffff == wanted, 'and neither indirect rings nor events'
    assert [machine.gpu.config(field) for field in Config] == [0, 0, 1, 3]


def test_updates_are_drawn_in_their_places(machine):
    display = machine.start()
    rgb = gradient(320, 200)
    display.sendall(wire.scanout(320, 200) + wire.update(rgb))
    rgb = rgb.copy()
    for x, y, width, height in ((0, 0, 1, 1), (319, 199, 1, 1), (7, 0, 300, 3), (0, 100, 320, 50), (100, 10, 5, 190)):
        rgb[y:y + height, x:x + width] = part = gradient(width, height, x + 1)
        display.sendall(wire.update(part, x, y))
    wait_shown(machine.qemu, rgb)


def test_a_disabled_scanout_shows_nothing(machine):
    display = machine.start()
    rgb = gradient(320, 200)
    display.sendall(wire.scanout(320, 200) + wire.update(rgb))
    wait_shown(machine.qemu, rgb)
    display.sendall(wire.scanout(0, 0))
    wire.ask(display, wire.GET_DISPLAY_INFO)
    assert not is_shown(machine.qemu, rgb)
    display.sendall(wire.scanout(320, 200))
    wire.ask(display, wire.GET_DISPLAY_INFO)
    assert is_shown(machine.qemu, numpy.zeros_like(rgb))


def test_heads_are_apart(start_machine):
    machine = start_machine('vhost-user-gpu-pci,max_outputs=16')
    display = machine.start()
    for head in range(16):
        display.sendall(wire.scanout(64 + head, 48, head) + wire.update(gradient(64 + head, 48, head), head=head))
    for head in range(16):
        wait_shown(machine.qemu, gradient(64 + head, 48, head), head)


def test_a_viewer_gets_the_damage_and_no_more(start_machine, tmp_path):
    machine = start_machine('vhost-user-gpu-pci', '-vnc', f'unix:{tmp_path / "vnc"}')
    display = machine.start()
    rgb = gradient(640, 480)
    display.sendall(wire.scanout(640, 480) + wire.update(rgb))
    client = VncClient(str(tmp_path / 'vnc'))
    assert client.shows(rgb)
    rgb = rgb.copy()
    for x in (64, 160):
        client.updates.clear()
        rgb[100:116, x:x + 32] = 255
        display.sendall(wire.update(rgb[100:116, x:x + 32], x, 100))
        assert client.shows(rgb)    # and with it all that was on its way
    assert all(width * height <= 64 * 64 for _, _, width, height in client.updates), client.updates
    client.close()


def test_cursors_reach_a_viewer(start_machine, tmp_path):
    machine = start_machine('vhost-user-gpu-pci', '-vnc', f'unix:{tmp_path / "vnc"}')
    display = machine.start()
    client = VncClient(str(tmp_path / 'vnc'))
    display.sendall(wire.scanout(640, 480) + wire.cursor(10, 20, hot=(3, 4), argb=0xff102030))
    assert client.wait_for(lambda vnc: vnc.cursor is not None and (vnc.cursor.hot_x, vnc.cursor.hot_y) == (3, 4))
    assert client.cursor.rgba[5, 5].tolist() == [0x10, 0x20, 0x30, 0xff]
    client.close()
