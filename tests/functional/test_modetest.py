# SPDX-License-Identifier: GPL-2.0-or-later
"""modetest of libdrm on Debian's own driver: connectors, modes, page flips, cursors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from vgpu.screendump import screendump
from vgpu.vnc import VncClient
from vgpu.wait import ticks, wait_for

DEVICES = ('virtio-gpu-pci', 'virtio-vga')
SECONDS = 60
SMPTE_BARS = [(192, 192, 192), (192, 192, 0), (0, 192, 192), (0, 192, 0), (192, 0, 192), (192, 0, 0), (0, 0, 192)]
PLAIN = (0x77, 0x77, 0x77)      # how modetest fills what is not its pattern
CURSOR_ALPHA = 0x77


@dataclass
class Connector:
    """What modetest lists of a connector."""

    number: int
    connected: bool
    modes: list[tuple[int, int]] = field(default_factory=list)
    preferred: tuple[int, int] | None = None


def list_connectors(guest) -> list[Connector]:
    """All connectors of the device."""
    connectors: list[Connector] = []
    for line in guest.run('modetest -M virtio_gpu -c').splitlines():
        found = re.match(r'(\d+)\t\d+\t(\w+)\t', line)
        if found:
            connectors.append(Connector(int(found.group(1)), found.group(2) == 'connected'))
        found = re.match(r'\s+#\d+ \S+ \S+ (\d+) \d+ \d+ \d+ (\d+) .*type: (.*)', line)
        if found:
            mode = int(found.group(1)), int(found.group(2))
            connectors[-1].modes.append(mode)
            if 'preferred' in found.group(3) and not connectors[-1].preferred:
                connectors[-1].preferred = mode
    return connectors


def crtc_of(guest) -> int:
    """The first CRTC."""
    text = guest.run('modetest -M virtio_gpu -p')
    return int(re.search(r'^CRTCs:\n.*\n(\d+)\t', text, re.M).group(1))


def show(guest, connector: Connector, mode: tuple[int, int], *options: str) -> None:
    """Has modetest put its pattern on the screen until its standard input closes."""
    size = f'{mode[0]}x{mode[1]}'
    guest.send(f'sleep 100 | modetest -M virtio_gpu -s {connector.number}@{crtc_of(guest)}:{size} {" ".join(options)} '
               '> /modetest.log 2>&1 &')


def bars_of(dump) -> list[tuple[int, ...]]:
    """The colours along a line in the upper half."""
    height, width, _ = dump.shape
    return [tuple(int(value) for value in dump[height // 4, width * (2 * bar + 1) // 14]) for bar in range(7)]


def wait_for_pattern(guest, mode: tuple[int, int]) -> None:
    """Waits until modetest's pattern is on the screen in that size."""
    for _ in ticks(SECONDS, 0.1):
        dump = screendump(guest.qemu)
        if dump.shape == (mode[1], mode[0], 3) and bars_of(dump) == SMPTE_BARS:
            return
    raise TimeoutError(f'no pattern of {mode[0]} x {mode[1]} but {bars_of(dump)} in {dump.shape}; modetest said:\n'
                       f'{guest.run("cat /modetest.log")}')


def test_connectors_and_modes_are_those_of_the_device(start_guest):
    guest = start_guest('-device', 'virtio-gpu-pci,max_outputs=3,xres=1440,yres=900')
    connectors = list_connectors(guest)
    assert [connector.connected for connector in connectors] == [True, False, False]
    assert connectors[0].preferred == (1440, 900)
    assert (1024, 768) in connectors[0].modes


@pytest.mark.parametrize('ioeventfd', ('off', 'on'))
@pytest.mark.parametrize('device', DEVICES)
def test_modetest_sets_modes_and_draws_its_pattern(start_guest, device, ioeventfd):
    guest = start_guest('-device', f'{device},ioeventfd={ioeventfd}')
    connector = list_connectors(guest)[0]
    for mode in (connector.preferred, (800, 600)):
        show(guest, connector, mode)
        wait_for_pattern(guest, mode)
        guest.run('killall sleep modetest; true')


def test_modetest_flips_pages(start_guest):
    guest = start_guest('-device', 'virtio-gpu-pci')
    connector = list_connectors(guest)[0]
    show(guest, connector, (800, 600), '-v')
    # It says a rate after every 60 flips that have been completed.
    wait_for(lambda: guest.run('cat /modetest.log').count('freq:') >= 2, 'flips', SECONDS, 0.1)
    wait_for_pattern(guest, (800, 600))
    wait_for(lambda: bars_of(screendump(guest.qemu)) == [PLAIN] * 7, 'the page between the patterns',
             SECONDS, 0.1)


def test_modetest_shows_a_cursor(start_guest, tmp_path):
    guest = start_guest('-device', 'virtio-gpu-pci', '-vnc', f'unix:{tmp_path / "vnc"}')
    client = VncClient(str(tmp_path / 'vnc'))
    connector = list_connectors(guest)[0]
    show(guest, connector, (800, 600), '-C')
    wait_for_pattern(guest, (800, 600))
    assert client.wait_for(lambda client: client.cursor, SECONDS)
    assert client.cursor.rgba.shape == (64, 64, 4) and (client.cursor.rgba == (*PLAIN, CURSOR_ALPHA)).all()
    assert 'cursor' not in guest.run('cat /modetest.log')
    client.close()
