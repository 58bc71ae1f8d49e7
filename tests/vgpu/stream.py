# SPDX-License-Identifier: GPL-2.0-or-later
"""Random streams of commands: what a seed produces depends on nothing but the seed.

The streams are valid, apart from some mistakes that the specification has one answer for. They keep away
from what stock QEMU 7.2 gets wrong: see the list in tests/qtest/test_differential.py.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from .formats import BYTES_PER_PIXEL, Format, gradient
from .gpu import Gpu
from .image import GuestImage
from .virtqueue import Request
from .wire import FLAG_FENCE, Rect, pack_entries

MIN_SIZE = 16
MAX_SIZE = 320
MAX_RESOURCES = 12


@dataclass
class Model:
    """What the driver knows of a resource."""

    image: GuestImage
    attached: bool = False


class CommandStream:
    """Drives a device by random commands; remembers every answer."""

    def __init__(self, gpu: Gpu, seed: int, outputs: int):
        self.gpu = gpu
        self.random = random.Random(seed)
        self.outputs = outputs
        self.resources: dict[int, Model] = {}
        self.answers: list[tuple[str, int, bytes]] = []
        self._queued: list[tuple[str, Request]] = []
        self._fence = 0

    def run(self, count: int) -> None:
        """Sends about `count` commands in batches of random length."""
        for _ in range(count):
            self._step()
            if self.random.random() < 0.3 or self.gpu.control.free_descriptors < 8:
                self._finish()
        self._finish()

    def _finish(self) -> None:
        self.gpu.control.kick()
        self.gpu.control.wait()
        for name, request in self._queued:
            self.answers.append((name, request.used_length or 0, request.response()))
        self._queued = []

    def _send(self, name: str, tail: bytes = b'', **fields: Any) -> None:
        if self.random.random() < 0.3:
            self._fence += self.random.randrange(1, 1 << 40)
            fields.update(flags=FLAG_FENCE, fence_id=self._fence, ctx_id=self.random.randrange(9))
        self._queued.append((name, self.gpu.submit(name, tail=tail, **fields)))

    def _step(self) -> None:
        steps = [(self._create, 10), (self._attach, 12), (self._transfer, 30), (self._flush, 15),
                 (self._set_scanout, 12), (self._detach, 3), (self._unref, 4), (self._disable, 2),
                 (self._query, 4), (self._mistake, 6), (self._draw, 10)]
        step, = self.random.choices([step for step, _ in steps], [weight for _, weight in steps])
        step()

    def _pick(self, attached: bool | None = None) -> int | None:
        ids = [number for number, model in self.resources.items()
               if attached is None or model.attached == attached]
        return self.random.choice(ids) if ids else None

    def _rect(self, image: GuestImage, least: int = 1) -> Rect:
        width = self.random.randint(least, image.width)
        height = self.random.randint(least, image.height)
        return Rect(self.random.randint(0, image.width - width),
                    self.random.randint(0, image.height - height), width, height)

    def _create(self) -> None:
        if len(self.resources) == MAX_RESOURCES:
            return
        number = self.random.choice((self.random.randrange(1, 20), self.random.randrange(1, 1 << 32)))
        if number in self.resources:
            return
        fmt = self.random.choice(list(Format))
        width, height = (self.random.randint(MIN_SIZE, MAX_SIZE) for _ in range(2))
        scatter = self.random.choice((None, self.random.randrange(100)))
        image = GuestImage(self.gpu.memory, width, height, fmt, scatter)
        self.resources[number] = Model(image)
        self._paint(image)
        self._send('resource_create_2d', resource_id=number, format=fmt, width=width, height=height)

    def _paint(self, image: GuestImage) -> None:
        image.draw(gradient(image.width, image.height, self.random.randrange(256)), self.random.randrange(256))

    def _draw(self) -> None:
        """New pixels in the guest's memory; nothing may still be reading it."""
        number = self._pick()
        if number is not None:
            self._finish()
            self._paint(self.resources[number].image)

    def _attach(self) -> None:
        number = self._pick(attached=False)
        if number is not None:
            entries = self.resources[number].image.backing.entries
            self.resources[number].attached = True
            self._send('resource_attach_backing', resource_id=number, nr_entries=len(entries),
                       tail=pack_entries(entries))

    def _detach(self) -> None:
        number = self._pick(attached=True)
        if number is not None:
            self.resources[number].attached = False
            self._send('resource_detach_backing', resource_id=number)

    def _unref(self) -> None:
        number = self._pick()
        if number is not None:
            del self.resources[number]
            self._send('resource_unref', resource_id=number)

    def _transfer(self) -> None:
        number = self._pick(attached=True)
        if number is None:
            return
        image = self.resources[number].image
        rect = self._rect(image)
        offset = image.offset(rect.x, rect.y)
        if self.random.random() < 0.2:
            last = image.stride * (image.height - rect.height) + (image.width - rect.width) * BYTES_PER_PIXEL
            offset = self.random.randint(0, last)
        if offset == 0 and rect.x == rect.y == 0 and rect.width == image.width:
            rect = Rect(0, 0, image.width, image.height)
        self._send('transfer_to_host_2d', r=rect, offset=offset, resource_id=number)

    def _flush(self) -> None:
        number = self._pick()
        if number is not None:
            self._send('resource_flush', r=self._rect(self.resources[number].image), resource_id=number)

    def _set_scanout(self) -> None:
        number = self._pick(attached=True)
        if number is not None:
            image = self.resources[number].image
            rect = self._rect(image, MIN_SIZE)
            if self.random.random() < 0.5:
                rect = Rect(0, 0, image.width, image.height)
            self._send('set_scanout', r=rect, scanout_id=self.random.randrange(self.outputs), resource_id=number)

    def _disable(self) -> None:
        self._send('set_scanout', scanout_id=self.random.randrange(self.outputs))

    def _query(self) -> None:
        if self.random.random() < 0.5:
            self._send('get_display_info')
        else:
            self._send('get_edid', scanout=self.random.randrange(self.outputs))

    def _mistake(self) -> None:
        """One of the mistakes that have one right answer."""
        absent = 0xdead0000 + self.random.randrange(100)
        present = self._pick()
        mistakes = [
            ('resource_unref', {'resource_id': absent}),
            ('resource_flush', {'resource_id': absent, 'r': Rect(0, 0, 1, 1)}),
            ('set_scanout', {'resource_id': absent, 'r': Rect(0, 0, 16, 16)}),
            ('set_scanout', {'scanout_id': self.outputs, 'resource_id': absent, 'r': Rect(0, 0, 16, 16)}),
            ('resource_create_2d', {'resource_id': 0, 'format': 1, 'width': 16, 'height': 16}),
            ('get_capset_info', {'capset_index': absent}),
        ]
        if present is not None:
            image = self.resources[present].image
            outside = Rect(1, 0, image.width, image.height)
            mistakes += [
                ('resource_create_2d', {'resource_id': present, 'format': 1, 'width': 16, 'height': 16}),
                ('resource_flush', {'resource_id': present, 'r': outside}),
            ]
            if self.resources[present].attached:
                mistakes += [('transfer_to_host_2d', {'resource_id': present, 'r': outside}),
                             ('set_scanout', {'resource_id': present, 'r': outside})]
        name, fields = self.random.choice(mistakes)
        self._send(name, **fields)
