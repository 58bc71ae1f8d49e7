# SPDX-License-Identifier: GPL-2.0-or-later
"""The X server's cursor as XFixes shows it."""

from __future__ import annotations

import ctypes

import numpy

from .screen import Screen


class _Image(ctypes.Structure):
    _fields_ = [('x', ctypes.c_short), ('y', ctypes.c_short),
                ('width', ctypes.c_ushort), ('height', ctypes.c_ushort),
                ('hot_x', ctypes.c_ushort), ('hot_y', ctypes.c_ushort),
                ('serial', ctypes.c_ulong), ('pixels', ctypes.POINTER(ctypes.c_ulong))]


class Cursor:
    """What the cursor looks like now: premultiplied ARGB, a pixel each, and its hot spot."""

    def __init__(self, pixels: numpy.ndarray, hot_spot: tuple[int, int]):
        self.pixels = pixels
        self.hot_spot = hot_spot

    @property
    def is_hidden(self) -> bool:
        """Whether nobody can see it."""
        return not (self.pixels >> 24).any()


def read_cursor(screen: Screen) -> Cursor:
    """Asks the server."""
    xlib, xfixes = ctypes.CDLL('libX11.so.6'), ctypes.CDLL('libXfixes.so.3')
    xlib.XOpenDisplay.restype = ctypes.c_void_p
    xfixes.XFixesGetCursorImage.restype = ctypes.POINTER(_Image)
    display = ctypes.c_void_p(xlib.XOpenDisplay(screen.display.encode()))
    event, error = ctypes.c_int(), ctypes.c_int()
    xfixes.XFixesQueryExtension(display, ctypes.byref(event), ctypes.byref(error))
    image = xfixes.XFixesGetCursorImage(display).contents
    pixels = numpy.ctypeslib.as_array(image.pixels, (image.height, image.width)).astype(numpy.uint32)
    cursor = Cursor(pixels, (image.hot_x, image.hot_y))
    xlib.XCloseDisplay(display)
    return cursor
