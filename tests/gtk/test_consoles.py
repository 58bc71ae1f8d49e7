# SPDX-License-Identifier: GPL-2.0-or-later
"""Text consoles in tabs: what is typed goes in, what comes out can be copied."""

from __future__ import annotations

import os
import subprocess

import pytest

from vgpu.formats import gradient
from vgpu.wait import wait_for

from .menus import choose, choose_console
from .screen import find

SIZE = (400, 300)
UART, UART_LINE_STATUS = 0x3f8, 0x3fd
HAS_INPUT = 1
LPT, LPT_CONTROL = 0x378, 0x37a
LPT_STROBE, LPT_READY = 1, 0xc      # initialized, selected
MENU_AND_TABS = 60
LINE_HEIGHT = 17


@pytest.fixture
def start_consoles(start_machine, hands):
    """Starts a machine with a picture and text consoles; the second tab is shown."""

    def start(*args, picture=True, **settings):
        machine = start_machine('virtio-gpu-pci', *args, bare=False, options=',show-tabs=on', **settings)
        if picture:
            machine.gpu.show(1, gradient(*SIZE))
        hands.focus().key('ctrl+alt+2')
        return machine

    return start


@pytest.fixture
def serial(start_consoles):
    """A machine whose serial port is a console."""
    return start_consoles('-serial', 'vc')


def receive(machine, count):
    """Takes bytes from the serial port."""
    data = bytearray()
    for _ in range(count):
        wait_for(lambda: machine.qemu.qtest.inb(UART_LINE_STATUS) & HAS_INPUT, f'input after {bytes(data)}')
        data.append(machine.qemu.qtest.inb(UART))
    return bytes(data)


def send(machine, data):
    """Writes bytes to the serial port."""
    for byte in data:
        machine.qemu.qtest.outb(UART, byte)


def copy_all(hands):
    """Selects the first lines of the terminal with the pointer, copies them and returns them."""
    hands.do('mousemove', 1, MENU_AND_TABS + 10, 'mousedown', 1, 'mousemove', 300, MENU_AND_TABS + 90,
             'mousemove', 600, MENU_AND_TABS + 200, 'mouseup', 1)
    hands.key('ctrl+alt+c')
    return hands.paste()


def expect_text(hands, text):
    """The terminal shows a text, or will."""
    wait_for(lambda: text in copy_all(hands), f'"{text}" in the terminal')


def test_what_is_typed_reaches_the_serial_port(serial, hands):
    hands.do('type', 'echo Hello')
    hands.key('Return', 'ctrl+c', 'Tab')
    assert receive(serial, 13) == b'echo Hello\r\x03\t'


def test_what_the_port_sends_is_shown(serial, hands):
    send(serial, b'one line\r\nanother line\r\n')
    expect_text(hands, 'one line\nanother line')


def test_much_text_goes_in_when_the_port_can_take_it(serial, hands):
    text = ''.join(chr(ord('a') + number % 26) for number in range(200))
    hands.do('type', '--delay', 1, text)
    assert receive(serial, len(text)).decode() == text


def test_selected_text_is_pasted(serial, hands):
    hands.copy('typed by nobody', 'primary')
    hands.key('shift+Insert')
    assert receive(serial, 15) == b'typed by nobody'
    hands.do('mousemove', 100, MENU_AND_TABS + 50, 'click', 2)
    assert receive(serial, 15) == b'typed by nobody'


def test_keys_without_letters_are_those_of_terminals(serial, hands):
    for key, code in (('BackSpace', b'\b'), ('Delete', b'\x1b[3~'), ('Up', b'\x1b[A'), ('Home', b'\x1b[H'),
                      ('F1', b'\x1bOP'), ('alt+x', b'\x1bx'), ('Escape', b'\x1b')):
        hands.key(key)
        assert (key, receive(serial, len(code))) == (key, code)


def test_a_serial_console_echoes(serial, hands):
    hands.do('type', 'abc')
    send(serial, receive(serial, 3).upper())
    expect_text(hands, 'ABC')


def test_a_monitor_answers(start_consoles, hands):
    start_consoles('-monitor', 'vc')
    hands.do('type', 'info version')
    hands.key('Return')
    expect_text(hands, '7.2')


def test_the_greeting_from_before_the_window_is_there(start_consoles, hands):
    start_consoles('-monitor', 'vc')
    expect_text(hands, 'type \'help\' for more information')


def test_the_menu_copies_too(serial, hands):
    send(serial, b'copied by the menu\r\n')
    expect_text(hands, 'copied by the menu')
    hands.copy('something else')
    choose(hands, 'Copy', copy_works=True)
    wait_for(lambda: 'copied by the menu' in hands.paste(), 'the copy')


def test_what_the_parallel_port_prints_is_shown(start_consoles, hands):
    machine = start_consoles('-parallel', 'vc')
    for byte in b'printed\r\n':
        machine.qemu.qtest.outb(LPT, byte)
        machine.qemu.qtest.outb(LPT_CONTROL, LPT_STROBE | LPT_READY)
        machine.qemu.qtest.outb(LPT_CONTROL, LPT_READY)
    expect_text(hands, 'printed')


def test_a_console_of_a_name_is_the_device_s_that_uses_it(start_consoles, hands):
    machine = start_consoles('-chardev', 'vc,id=debug', '-device', 'isa-debugcon,chardev=debug,iobase=0xe9')
    for byte in b'debugging':
        machine.qemu.qtest.outb(0xe9, byte)
    expect_text(hands, 'debugging')


def test_consoles_are_chosen_in_the_menu(start_consoles, hands):
    machine = start_consoles('-serial', 'vc')
    choose_console(hands, 1, copy_works=True)
    wait_for(lambda: find(machine.screen.picture, gradient(*SIZE)), 'the picture')
    choose_console(hands, 2)
    hands.do('type', 'typed')
    assert receive(machine, 5) == b'typed'


def test_lines_that_have_gone_can_be_scrolled_back(serial, hands):
    send(serial, b''.join(b'line %d\r\n' % number for number in range(80)))
    wait_for(lambda: 'line' in copy_all(hands) and 'line 1\n' not in copy_all(hands), 'the last lines')
    hands.key('shift+Home')
    expect_text(hands, 'line 0\nline 1\n')


def test_zooming_changes_the_size_of_letters(serial, hands):
    send(serial, b'MMMMMMMMMMMMMMMMMMMM\r\nEND')
    wait_for(lambda: width_of_text(serial, line=1), 'the second line')
    width = width_of_text(serial)
    hands.key(*['ctrl+alt+plus'] * 4)
    wait_for(lambda: width_of_text(serial) > 1.5 * width, 'larger letters')
    hands.key('ctrl+alt+0')
    wait_for(lambda: width_of_text(serial) == width, 'letters as before')


def width_of_text(machine, line: int = 0) -> int:
    """How far a line of the terminal goes to the right."""
    top = MENU_AND_TABS + 5 + line * LINE_HEIGHT
    pixels = machine.screen.picture[top:top + LINE_HEIGHT - 7, :SIZE[0] - 30]
    return int((pixels > 100).any(axis=(0, 2)).nonzero()[0].max(initial=0))


def test_keys_of_the_terminal_do_not_reach_the_guest(start_consoles, hands):
    from vgpu.input import InputDevice
    machine = start_consoles('-serial', 'vc', '-device', 'virtio-keyboard-pci')
    device = InputDevice(machine.gpu.pci.pci, machine.gpu.memory)
    hands.do('type', 'abc')
    assert receive(machine, 3) == b'abc'
    assert device.events() == []


def test_consoles_have_numbers(start_consoles, hands):
    machine = start_consoles('-serial', 'vc', '-serial', 'vc', '-parallel', 'vc')
    hands.key('ctrl+alt+3')
    hands.key('ctrl+alt+2')
    hands.do('type', 'first')
    assert receive(machine, 5) == b'first'


def test_terminals_come_and_go(start_consoles, hands):
    machine = start_consoles()
    qmp = machine.qemu.qmp
    for round_trip in range(3):
        qmp.command('chardev-add', id='later', backend={'type': 'vc', 'data': {}})
        qmp.command('chardev-remove', id='later')
    qmp.command('chardev-add', id='later', backend={'type': 'vc', 'data': {}})
    qmp.command('device_add', driver='pci-serial', chardev='later')
    assert 'later' in [chardev['label'] for chardev in qmp.command('query-chardev')]


def test_machines_have_consoles_for_monitor_and_ports_of_their_own(gtk_modules, screen, hands):
    """As long as nobody says -nodefaults, -monitor or -qmp; the tests' own machines do."""
    process = subprocess.Popen(['qemu-system-x86_64', '-S', '-display', 'gtk,show-tabs=on'],
                               env=os.environ | gtk_modules.environment() | screen.environment())
    try:
        hands.window()
        wait_for(lambda: hands.focus().key('ctrl+alt+2') or 'monitor' in copy_all(hands), 'the monitor')
        hands.do('type', 'info chardev')
        hands.key('Return')
        wait_for(lambda: {'serial0: filename=vc', 'parallel0: filename=vc'} <= set(copy_all(hands).splitlines()),
                 'the consoles')
        hands.key('ctrl+alt+q')
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
