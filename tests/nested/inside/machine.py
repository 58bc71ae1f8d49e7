# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU in the guest: a device with 3D behind a display, and what is known of the dmabufs between them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy

from display.headless import Texture
from lab.inside.udmabuf import count_fds, dmabuf_fds
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.screendump import describe_difference, screendump
from vgpu.vnc import VncClient
from vgpu.wait import wait_for

SIZE = (320, 240)
GUEST = Path(os.environ.get('VGPU_NESTED_GUEST', '/nonexistent'))
DISPLAYS = {'headless': 'egl-headless', 'dbus': 'dbus,p2p=on,gl=on',
            'stock headless': 'egl-headless,rendernode=/dev/dri/renderD128'}
# Emulated, and on a machine that has other things to do.
PATIENCE = 60


class Machine:
    """One process; it serves many tests, since GL takes long to start here."""

    def __init__(self, modules: Modules, folder: Path, display: str, alone: bool):
        """alone keeps the device out of the display's share group: nothing but dmabufs can be shared then.

        A stock display is what QEMU finds when the folder of the modules has none.
        """
        self._exports = folder / 'exports'
        self._vnc = folder / 'vnc'
        env = {'LD_LIBRARY_PATH': str(GUEST / 'egl'), 'WATCHED_EXPORTS': str(self._exports)}
        if alone:
            env['WATCHED_ALONE'] = '1'
        self.qemu = Qemu('-device', 'virtio-gpu-gl-pci,id=gpu0,require_3d=on', '-vnc', f'unix:{self._vnc}',
                         modules=modules, display=DISPLAYS[display], env=env, timeout=PATIENCE)
        self.gpu = Gpu(self.qemu, device='gpu0')
        self._viewers: list[VncClient] = []
        self.qemu.check_modules()

    def start(self) -> 'Machine':
        """Resets the device."""
        self.gpu.start()
        return self

    def rest(self) -> None:
        """Lets go of everything that a test has made."""
        for viewer in self._viewers:
            viewer.close()
        self._viewers.clear()
        self.gpu.virtio.reset()

    def texture(self, resource_id: int, rgb: numpy.ndarray | None = None, flags: int = 0) -> Texture:
        """A new texture, filled if there is a picture."""
        texture = Texture(self.gpu, resource_id, *SIZE, flags=flags)
        if rgb is not None:
            texture.fill(rgb)
        return texture

    def show(self, resource_id: int, rgb: numpy.ndarray) -> Texture:
        """Shows a new texture with a picture."""
        texture = self.texture(resource_id, rgb)
        texture.show()
        texture.flush()
        return texture

    def look(self) -> VncClient:
        """A viewer of the VNC server, which ends with the test."""
        self._viewers.append(VncClient(str(self._vnc), PATIENCE))
        return self._viewers[-1]

    def wait_shown(self, rgb: numpy.ndarray) -> None:
        """Takes screendumps until they have the picture."""
        wait_for(lambda: not describe_difference(screendump(self.qemu, 'gpu0'), rgb), 'the picture', PATIENCE)

    def exports(self) -> int:
        """How many textures this process has exported so far."""
        return self._exports.stat().st_size if self._exports.exists() else 0

    def dmabufs(self) -> int:
        """How many dmabufs it has open, by whatever number of descriptors."""
        return len({os.stat(f'/proc/{self.qemu.pid}/fd/{fd}').st_ino for fd in dmabuf_fds(self.qemu.pid)})

    def fds(self) -> int:
        """How many descriptors of any kind it has open."""
        return count_fds(self.qemu.pid)

    def stats(self) -> dict[str, int]:
        """The counters of the head."""
        return self.qemu.qmp.command('qom-get', path='/machine/peripheral/gpu0/virtio-backend',
                                     property='scanout-stats')[0]

    def bytes_read_back(self) -> int:
        """What egl-headless has read of its pictures so far."""
        return self.qemu.qmp.command('qom-get', path='/backend/console[0]', property='x-egl-headless-bytes-read')
