# SPDX-License-Identifier: GPL-2.0-or-later
"""A domain: its XML, and what is asked of it while it runs."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any, Callable

import numpy
from PIL import Image

from daemon import Daemon
from vgpu.guest import demo_picture

VIDEO_2D = "<model type='virtio' heads='2'/>"
VIDEO_3D = "<model type='virtio' heads='2'><acceleration accel3d='yes'/></model>"
# What libvirt 9.0 has no words for.
BLOB = '''
  <qemu:override><qemu:device alias='video0'><qemu:frontend>
    <qemu:property name='blob' type='bool' value='true'/>
  </qemu:frontend></qemu:device></qemu:override>'''
# libvirt's own egl-headless takes a render node, which not every machine has.
DISPLAY = "<qemu:commandline><qemu:arg value='-display'/><qemu:arg value='{}'/></qemu:commandline>"
# What the guest draws: some frames, of which the last one stays.
FRAMES = 20
JOB = f'kms-demo,-n,{FRAMES},-k,-r,0'
BACKEND = '/machine/peripheral/video0/virtio-backend'


def domain_xml(daemon: Daemon, name: str, video: str = VIDEO_2D, graphics: str = '', extra: str = '',
               disk: str = '') -> str:
    """A q35 machine under TCG whose guest draws when it has booted."""
    return f'''
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>{name}</name>
  <memory unit='MiB'>256</memory>
  <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>{daemon.root}/vmlinuz</kernel>
    <initrd>{daemon.root}/initrd.gz</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 vgpu.job={JOB}</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <emulator>{daemon.installed.launcher}</emulator>
    {disk}
    <video>{video}</video>
    {graphics}
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
  {extra}
</domain>'''


class Domain:
    """A domain that has been started, by its name."""

    def __init__(self, daemon: Daemon, name: str, **how: str) -> None:
        """Defines and starts it; `how` is for domain_xml()."""
        self.daemon = daemon
        self.name = name
        daemon.virsh('define', daemon.write(f'{name}.xml', domain_xml(daemon, name, **how)))
        daemon.virsh('start', name)

    def virsh(self, command: str, *arguments: str | Path) -> str:
        """A command of virsh about this domain."""
        return self.daemon.virsh(command, self.name, *arguments)

    def qmp(self, command: str, **arguments: Any) -> Any:
        """A command to its QEMU."""
        answer = json.loads(self.virsh('qemu-monitor-command', json.dumps(
            {'execute': command, 'arguments': arguments})))
        assert 'return' in answer, answer
        return answer['return']

    def property(self, name: str) -> Any:
        """A property of the device."""
        return self.qmp('qom-get', path=BACKEND, property=name)

    def set_property(self, name: str, value: str) -> None:
        """Sets a property of the device."""
        self.qmp('qom-set', path=BACKEND, property=name, value=value)

    def state(self) -> str:
        """In libvirt's words."""
        return self.virsh('domstate')

    def modules(self) -> set[Path]:
        """The QEMU modules of displays and devices that its process has mapped."""
        maps = Path(f'/proc/{self.daemon.pid(self.name)}/maps').read_text()
        return {Path(path) for path in re.findall(r'(/\S+/(?:hw-display|ui)-[\w-]+\.so)', maps)}

    def device_modules(self) -> set[Path]:
        """The folders of its display device's modules."""
        return {path.parent for path in self.modules() if path.name.startswith('hw-display-virtio')}

    def screenshot(self, screen: int = 0) -> numpy.ndarray:
        """What `virsh screenshot` gives."""
        path = self.daemon.write('shot', '')
        path.chmod(0o666)
        self.virsh('screenshot', path, '--screen', str(screen))
        return numpy.asarray(Image.open(path).convert('RGB'))

    def shows(self, width: int = 1280, height: int = 800) -> bool:
        """Whether its first head shows the guest's last frame, to the last pixel."""
        return numpy.array_equal(self.screenshot(), demo_picture(width, height, FRAMES))

    def wait_for_picture(self, *mode: int, timeout: float = 400) -> None:
        """Waits until the first head shows the guest's last frame in a mode."""
        deadline = time.monotonic() + timeout
        while not self.shows(*mode):
            assert time.monotonic() < deadline, self.daemon.log(self.name)
            time.sleep(1)

    def wait_until(self, condition: Callable[[], bool], timeout: float = 120) -> None:
        """Waits for something, with a limit."""
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, self.daemon.log(self.name)
            time.sleep(0.3)

    def change_mode(self, width: int, height: int) -> None:
        """Plugs in another monitor, and sees whether the guest lives: it draws anew for it."""
        self.set_property('output[0]', f'{width}x{height}')
        self.wait_for_picture(width, height)

    def remove(self) -> None:
        """Ends and forgets it."""
        if self.state() not in ('shut off', ''):
            self.virsh('destroy')
        self.virsh('undefine', '--managed-save', '--snapshots-metadata')
