# SPDX-License-Identifier: GPL-2.0-or-later
"""When a flush with a fence is answered, behind displays that take their time.

The distribution's D-Bus display with GL sends an update at its next refresh, and holds later frames
until the client has answered it. A client that never answers is a display that never draws.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest

from vgpu import wire
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.qemu import Qemu
from vgpu.virtqueue import Request
from vgpu.wait import wait_for

from .blob import DEVICE, Blob

sys.path.append(str(Path(__file__).resolve().parents[2] / 'dbus'))

SIZE = (640, 480)
LATEST = 0.040
SLACK = 0.030
PATIENCE = 60

pytestmark = pytest.mark.ours_only('the stock device hangs with D-Bus and GL')


@pytest.fixture
def gpu(device_only) -> Iterator[Gpu]:
    """A device under the distribution's D-Bus display."""
    with Qemu('-device', f'{DEVICE},id=gpu0', modules=device_only, display='dbus,p2p=on,gl=on',
              timeout=120) as qemu:
        gpu = Gpu(qemu, device='gpu0')
        qemu.check_modules()
        yield gpu.start()


@pytest.fixture
def viewer(gpu) -> Iterator['Viewer']:
    """A client of the display, which answers only when it is pumped, and does not draw."""
    pytest.importorskip('gi', reason='python3-gi is not installed')
    from peer import join_peer
    from viewer import Call, Viewer

    class Answering(Viewer):
        """Counts calls."""

        def _called(self, *arguments) -> None:
            method, _, invocation = arguments[-3:]
            self.calls.append(Call(method, ()))
            passed = invocation.get_message().get_unix_fd_list()
            for fd in passed.steal_fds() if passed else ():
                os.close(fd)
            invocation.return_value(None)

    peer = join_peer(gpu.qemu)
    opened = Answering(peer).open()
    opened.wait(lambda: opened.calls)   # meanwhile QEMU asks, and does nothing else
    yield opened
    opened.close()
    peer.close()


def start_flush(blob: Blob) -> Request:
    """A flush with a fence, without waiting for it."""
    request = blob.gpu.submit('resource_flush', r=blob.whole, resource_id=blob.resource_id,
                              flags=wire.FLAG_FENCE, fence_id=7)
    blob.gpu.control.kick()
    return request


def seconds_of_flush(blob: Blob, viewer: 'Viewer | None' = None) -> float:
    """How long a flush takes; a viewer that is given answers meanwhile."""
    begin = time.monotonic()
    request = start_flush(blob)
    while not request.done:
        if viewer:
            viewer.pump()
        time.sleep(0.001)   # there is one CPU
        blob.gpu.control.collect()
        assert time.monotonic() - begin < PATIENCE
    return time.monotonic() - begin


def wait_for_flush_within(seconds: float, flush: Callable[[], float]) -> None:
    """Flushes until it took less: a busy machine makes all times longer, and none shorter."""
    wait_for(lambda: flush() < seconds, f'a flush of less than {seconds} s', PATIENCE)


def hold_up(blob: Blob) -> None:
    """Flushes until the display waits for its client: then every flush takes as long as it may."""
    wait_for(lambda: min(seconds_of_flush(blob) for _ in range(3)) > LATEST * 0.9, 'a display that waits', PATIENCE)


def show_to(viewer: 'Viewer', gpu: Gpu) -> Blob:
    """Shows a blob until the viewer has got it."""
    blob = Blob(gpu, *SIZE, scatter=1).create()
    blob.show(gradient(*SIZE))
    viewer.wait(lambda: any(call.method == 'ScanoutDMABUF' for call in viewer.take_calls()))
    return blob


def test_flush_is_answered_at_once_where_nobody_looks(gpu):
    blob = Blob(gpu, *SIZE, scatter=1).create()
    blob.show(gradient(*SIZE))
    wait_for_flush_within(LATEST / 2, lambda: seconds_of_flush(blob))


def test_flush_is_answered_when_the_display_has_drawn(gpu, viewer):
    blob = show_to(viewer, gpu)

    def flush() -> float:
        hold_up(blob)
        return seconds_of_flush(blob, viewer)

    wait_for_flush_within(LATEST * 0.8, flush)
    assert viewer.take_calls('UpdateDMABUF')


def test_flush_is_answered_in_time_behind_a_display_that_never_draws(gpu, viewer):
    blob = show_to(viewer, gpu)
    hold_up(blob)
    wait_for_flush_within(LATEST + SLACK, lambda: seconds_of_flush(blob))
