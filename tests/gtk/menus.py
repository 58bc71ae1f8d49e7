# SPDX-License-Identifier: GPL-2.0-or-later
"""Walking the menus as a user does: a click on the bar, then arrow keys."""

from __future__ import annotations

from vgpu.wait import wait_for

from .hands import Hands

POPUP = '^qemu-system-x86_64$'                      # the title of open menus
BAR = {'Machine': (25, 12), 'View': (72, 12)}       # from the window's corner

MACHINE = ['Pause', 'Reset', 'Power Down', 'Quit']
ABOVE_CONSOLES = ['Fullscreen', 'Copy', 'Zoom In', 'Zoom Out', 'Best Fit', 'Zoom To Fit', 'Grab On Hover',
                  'Grab Input']
BELOW_CONSOLES = ['Show Tabs', 'Detach Tab', 'Show Menubar']


def steps_to(item: str, copy_works: bool) -> list[str]:
    """The keys from an open menu to an item; arrows leave out what is greyed."""
    if item in MACHINE:
        return ['Down'] * (MACHINE.index(item) + 1)
    if item in BELOW_CONSOLES:
        return ['Up'] * (len(BELOW_CONSOLES) - BELOW_CONSOLES.index(item))
    before = [name for name in ABOVE_CONSOLES if copy_works or name != 'Copy']
    return ['Down'] * (before.index(item) + 1)


def steps_to_console(number: int, copy_works: bool) -> list[str]:
    """The keys from the open menu "View" to a console, counted from 1."""
    greyed = ['Zoom To Fit', 'Grab Input'] if copy_works else ['Copy']
    return ['Down'] * (len(ABOVE_CONSOLES) - len(greyed) + number)


def open_menu(hands: Hands, item: str, x: int = 0, y: int = 0) -> None:
    """Opens the menu that an item is in; (x, y) is the corner of the window's inside."""
    left, top = BAR['Machine' if item in MACHINE else 'View']
    hands.do('mousemove', x + left, y + top, 'click', 1)
    wait_for(lambda: hands.windows(POPUP), 'the menu')


def choose(hands: Hands, item: str, x: int = 0, y: int = 0, copy_works: bool = False) -> None:
    """Chooses an item; `copy_works` when a terminal is shown."""
    _walk(hands, item, steps_to(item, copy_works), x, y)


def choose_console(hands: Hands, number: int, copy_works: bool = False) -> None:
    """Chooses a console of the menu "View"."""
    _walk(hands, '', steps_to_console(number, copy_works), 0, 0)


def _walk(hands: Hands, item: str, steps: list[str], x: int, y: int) -> None:
    open_menu(hands, item, x, y)
    hands.key(*steps, 'Return')
    wait_for(lambda: not hands.windows(POPUP), 'the menu to close')
