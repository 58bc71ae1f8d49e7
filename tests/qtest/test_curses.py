# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of the VGA on a terminal: there before a driver is, and again after it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios
import threading
import time
from typing import Callable, Iterator

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.modules import STOCK_DIR
from vgpu.qemu import Qemu
from vgpu.screendump import assert_same, screendump
from vgpu.wait import wait_for

ESCAPE = re.compile(rb'\x1b(\[[0-9;?]*[@-~]|[()][0-9A-B]|[=>78M])|[\x00-\x1f]')
ROWS, COLUMNS = 40, 120
FIRST_TEXT, LAST_TEXT = 'SeaBIOS (version', 'No bootable device'
TEXT_MEMORY = 0xb8000
WHITE = 0x0700
SEVERAL_FRAMES_SECONDS = 0.5

pytestmark = pytest.mark.skipif(not (STOCK_DIR / 'ui-curses.so').exists(), reason='ui-curses.so is not installed')


class Terminal:
    """A terminal, and what was written on it, without where and how."""

    def __init__(self) -> None:
        self._master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack('4H', ROWS, COLUMNS, 0, 0))
        self._data = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self._master, 65536):
                self._data += data
        except OSError:
            pass    # the last writer has closed it

    def position(self) -> int:
        """How much was written so far."""
        return len(self._data)

    def text(self, since: int = 0) -> str:
        """What was written since then."""
        return ESCAPE.sub(b'', bytes(self._data[since:])).decode(errors='replace')

    def close(self) -> None:
        """Nobody writes any more."""
        os.close(self.slave)
        self._reader.join(10)
        os.close(self._master)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A terminal; to be asked for before QEMU, so that it goes last."""
    terminal = Terminal()
    yield terminal
    terminal.close()


def boot(terminal: Terminal, start_qemu: Callable[..., Qemu]) -> Gpu:
    """A machine whose firmware has written all that it writes."""
    qemu = start_qemu('-device', 'virtio-vga,id=gpu0', display='curses', firmware=True, terminal=terminal.slave,
                      env={'TERM': 'xterm', 'LC_ALL': 'C.UTF-8'})
    wait_for(lambda: LAST_TEXT in terminal.text(), 'the firmware to write', 30)
    assert FIRST_TEXT in terminal.text()
    return Gpu(qemu, device='gpu0')


def write_text(gpu: Gpu, text: str) -> None:
    """Puts letters into the memory of the VGA, in the first row, all at once: parts may reach the terminal apart."""
    gpu.qemu.qtest.write_bytes(TEXT_MEMORY, b''.join(struct.pack('<H', WHITE | letter) for letter in text.encode()))


def drive(gpu: Gpu) -> None:
    """A driver takes over: the text is not what is shown."""
    gpu.start()
    gpu.show(1, gradient(320, 200))
    assert_same(screendump(gpu.qemu, 'gpu0'), gradient(320, 200))


def test_text_is_back_after_a_reset_of_the_device(terminal, start_qemu):
    gpu = boot(terminal, start_qemu)
    # None of these letters stands where it stood: that would not be written on the terminal again.
    write_text(gpu, 'UPFRONT')
    wait_for(lambda: 'UPFRONT' in terminal.text(), 'what was written before the driver came')
    drive(gpu)
    write_text(gpu, 'BEHIND')
    screendump(gpu.qemu, 'gpu0')
    gpu.virtio.reset()
    wait_for(lambda: 'BEHIND' in terminal.text(), 'what was written meanwhile')


def test_text_is_not_shown_while_a_driver_drives(terminal, start_qemu):
    gpu = boot(terminal, start_qemu)
    drive(gpu)
    write_text(gpu, 'BEHIND')
    time.sleep(SEVERAL_FRAMES_SECONDS)
    assert 'BEHIND' not in terminal.text()


def test_firmware_writes_again_after_a_reset_of_the_machine(terminal, start_qemu):
    gpu = boot(terminal, start_qemu)
    # Only what differs is written on the terminal: let all of it differ.
    gpu.qemu.qtest.write_bytes(TEXT_MEMORY, struct.pack('<H', WHITE | ord('X')) * 80 * 25)
    wait_for(lambda: 25 * 'X' in terminal.text(), 'a screen of other letters')
    drive(gpu)
    before = terminal.position()
    gpu.qemu.qmp.command('system_reset')
    wait_for(lambda: LAST_TEXT in terminal.text(before), 'the text to be back', 30)
    assert FIRST_TEXT in terminal.text(before)
