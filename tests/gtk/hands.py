# SPDX-License-Identifier: GPL-2.0-or-later
"""A user in front of the screen: keys, pointer and focus through xdotool, selections through xclip."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess

from vgpu.wait import wait_for

from .screen import Screen

TITLE = '^QEMU'


class Hands:
    """Where the pointer goes is in the screen's pixels; the window is in its corner."""

    def __init__(self, screen: Screen):
        self.env = os.environ | screen.environment()
        self._owners: list[subprocess.Popen[bytes]] = []

    def do(self, *words: str | int) -> str:
        """Runs xdotool and returns what it prints."""
        run = subprocess.run(['xdotool', *map(str, words)], env=self.env, check=True, timeout=30,
                             capture_output=True, text=True)
        return run.stdout

    def search(self, *words: str) -> list[str]:
        """The visible windows that xdotool finds by some words, e.g. --class NAME."""
        run = subprocess.run(['xdotool', 'search', '--onlyvisible', *words], env=self.env, timeout=30,
                             capture_output=True, text=True)
        return run.stdout.split()

    def windows(self, title: str = TITLE) -> list[str]:
        """The windows on the screen with such a title."""
        return self.search('--name', title)

    def window(self, title: str = TITLE) -> str:
        """The one with such a title, once it is there."""
        return wait_for(lambda: self.windows(title), f'a window {title}')[0]

    def title(self, window: str) -> str:
        """What stands above a window."""
        return self.do('getwindowname', window).strip()

    def expect_title(self, wanted: str) -> None:
        """Waits until the window's title contains some words."""
        window = self.window()
        wait_for(lambda: wanted in self.title(window), f'the title "{wanted}"')

    def focus(self, title: str = TITLE) -> 'Hands':
        """Gives the keyboard to a window."""
        self.do('windowfocus', '--sync', self.window(title))
        return self

    def active_window(self) -> int:
        """The window whose keys a window manager listens to; 0 when there is none."""
        run = subprocess.run(['xprop', '-root', '_NET_ACTIVE_WINDOW'], env=self.env, check=True, timeout=30,
                             capture_output=True, text=True)
        found = re.search('0x[0-9a-f]+', run.stdout)
        return int(found[0], 16) if found else 0

    def look_away(self) -> None:
        """Takes the keyboard away from all windows."""
        self.do('mousemove', 1270, 1010)
        root = dict(line.split('=') for line in self.do('getmouselocation', '--shell').split())['WINDOW']
        self.do('windowfocus', root)

    def key(self, *keys: str | int) -> None:
        """Presses and releases keys, by name ("ctrl+alt+g") or key code."""
        self.do('key', *keys)

    def move(self, x: int, y: int) -> None:
        """Moves the pointer to a place."""
        self.do('mousemove', x, y)

    def inject(self, x: int, y: int) -> None:
        """Moves the pointer to a place as remote desktops do: as a device, where xdotool only warps."""
        xlib, xtest = ctypes.CDLL('libX11.so.6'), ctypes.CDLL('libXtst.so.6')
        xlib.XOpenDisplay.restype = ctypes.c_void_p
        display = ctypes.c_void_p(xlib.XOpenDisplay(self.env['DISPLAY'].encode()))
        xtest.XTestFakeMotionEvent(display, -1, x, y, ctypes.c_ulong(0))
        xlib.XCloseDisplay(display)

    def push(self, x: int, y: int) -> None:
        """Moves the pointer by a distance."""
        self.do('mousemove_relative', '--', x, y)

    def pointer(self) -> tuple[int, int]:
        """Where the pointer is."""
        words = dict(line.split('=') for line in self.do('getmouselocation', '--shell').split())
        return int(words['X']), int(words['Y'])

    def click(self, button: int = 1) -> None:
        """Clicks a button, or turns the wheel by a step (4 up, 5 down, 6 left, 7 right)."""
        self.do('click', button)

    def copy(self, text: str, selection: str = 'clipboard') -> None:
        """Puts text into a selection, as a program does that stays to serve it."""
        owner = subprocess.Popen(['xclip', '-quiet', '-selection', selection], env=self.env,
                                 stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        owner.stdin.write(text.encode())
        owner.stdin.close()
        self._owners.append(owner)
        wait_for(lambda: self.paste(selection) == text, f'"{text[:20]}" in the {selection}')

    def end_copies(self) -> None:
        """Ends the programs that serve copied text."""
        for owner in self._owners:
            owner.terminate()
            owner.wait(10)
        self._owners.clear()

    def paste(self, selection: str = 'clipboard') -> str:
        """What a selection holds now; nothing where there is no text."""
        run = subprocess.run(['xclip', '-selection', selection, '-out'], env=self.env, timeout=30,
                             capture_output=True)
        return run.stdout.decode()
