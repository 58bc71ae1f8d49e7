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

from daemon import GL_GUEST, GUEST, Daemon
from vgpu.glpicture import describe_unlikeness, gl_picture
from vgpu.guest import demo_picture
from vgpu.screendump import describe_difference

VIDEO_2D = "<model type='virtio' heads='2'/>"
VIDEO_3D = "<model type='virtio' heads='2'><acceleration accel3d='yes'/></model>"
VIDEO_VHOST = "<driver name='vhostuser'/><model type='virtio' heads='1'/>"
# What libvirt 9.0 has no words for.
BLOB = '''
  <qemu:override><qemu:device alias='video0'><qemu:frontend>
    <qemu:property name='blob' type='bool' value='true'/>
  </qemu:frontend></qemu:device></qemu:override>'''
# libvirt's own egl-headless takes a render node, which not every machine has.
DISPLAY = "<qemu:commandline><qemu:arg value='-display'/><qemu:arg value='{}'/></qemu:commandline>"
VNC = "<graphics type='vnc'><listen type='socket'/></graphics>"
# A disk that can hold snapshots; the guest has no driver for it.
DISK = '''<disk type='file' device='disk'>
  <driver name='qemu' type='qcow2'/><source file='{}'/><target dev='sda' bus='sata'/></disk>'''
GL_DISK = '''<disk type='file' device='disk'>
  <driver name='qemu' type='raw'/><source file='{}/usr.img'/><target dev='vda' bus='virtio'/><readonly/></disk>'''
# What the guest draws: some frames, of which the last one stays.
FRAMES = 20
JOB = f'kms-demo -n {FRAMES} -k -r 0'
JOB_GL = f'gl-demo -p -n {FRAMES} -k -r 0'
JOB_TWO_HEADS = f'{JOB} -a 2'
MODE, SECOND = (1280, 800), (640, 480)
BACKEND = '/machine/peripheral/video0/virtio-backend'


def domain_xml(daemon: Daemon, name: str, video: str = VIDEO_2D, graphics: str = '', extra: str = '',
               devices: str = '', job: str = JOB) -> str:
    """A q35 machine under TCG whose guest draws when it has booted."""
    folder = daemon.root / (GL_GUEST if job == JOB_GL else GUEST)
    disk = GL_DISK.format(folder) if job == JOB_GL else ''
    return f'''
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>{name}</name>
  <memory unit='MiB'>{512 if job == JOB_GL else 256}</memory>
  <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>{folder}/vmlinuz</kernel>
    <initrd>{folder}/initrd.gz</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 no_timer_check vgpu.job={job.replace(' ', ',')}</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <emulator>{daemon.installed.launcher}</emulator>
    {disk}
    {devices}
    <video>{video}</video>
    {graphics}
    <serial type='file'><source path='{daemon.root}/{name}.serial' append='on'/></serial>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
  {extra}
</domain>'''


class Domain:
    """A domain that has been started, by its name."""

    def __init__(self, daemon: Daemon, name: str, outputs: tuple[str, ...] = (), **how: str) -> None:
        """Defines and starts it.

        `how` is for domain_xml(); `outputs` are the modes of monitors that are plugged in before the guest begins.
        """
        self.daemon = daemon
        self.name = name
        self.job = how.get('job', JOB)
        daemon.virsh('define', daemon.write(f'{name}.xml', domain_xml(daemon, name, **how)))
        daemon.virsh('start', name, *(['--paused'] if outputs else []))
        for head, mode in enumerate(outputs):
            self.set_property(f'output[{head}]', mode)
        if outputs:
            self.virsh('resume')

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

    def vnc_socket(self) -> Path:
        """Where its VNC server listens."""
        path, = (self.daemon.root / 'home/.config/libvirt/qemu/lib').glob(f'domain-*-{self.name}/vnc.sock')
        return path

    def said(self) -> str:
        """What the guest has written to its serial port, in all its boots."""
        return (self.daemon.root / f'{self.name}.serial').read_text(errors='replace')

    def boots(self) -> int:
        """How often the guest has booted."""
        return self.said().count('guest: ready')

    def screenshot(self, screen: int = 0) -> numpy.ndarray:
        """What `virsh screenshot` gives."""
        path = self.daemon.write(f'{self.name}.shot', '')
        path.chmod(0o666)
        self.virsh('screenshot', path, '--screen', str(screen))
        return numpy.asarray(Image.open(path).convert('RGB'))

    def expected(self, mode: tuple[int, int] = MODE, head: int = 0) -> numpy.ndarray:
        """The guest's last frame on a head."""
        return gl_picture(*mode, FRAMES) if self.job == JOB_GL else demo_picture(*mode, FRAMES, head=head)

    def difference(self, mode: tuple[int, int] = MODE, head: int = 0) -> str:
        """How a head differs from the guest's last frame; nothing when it shows it."""
        describe = describe_unlikeness if self.job == JOB_GL else describe_difference
        return describe(self.screenshot(head), self.expected(mode, head))

    def wait_for_picture(self, mode: tuple[int, int] = MODE, head: int = 0) -> None:
        """Waits until a head shows the guest's last frame in a mode."""
        self.wait_until(lambda: not self.difference(mode, head), lambda: self.difference(mode, head), timeout=240)

    def wait_until(self, condition: Callable[[], bool], what: Callable[[], str] = str, timeout: float = 120) -> None:
        """Waits for something, with a limit; `what` says more about why it did not come."""
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, '\n'.join((what(), self.said(), self.daemon.log(self.name)))
            time.sleep(0.5)

    def change_mode(self, width: int, height: int) -> None:
        """Plugs in another monitor, and sees whether the guest lives: it draws anew for it."""
        self.set_property('output[0]', f'{width}x{height}')
        self.wait_for_picture((width, height))

    def remove(self) -> None:
        """Ends and forgets it."""
        if self.state() not in ('shut off', ''):
            self.virsh('destroy')
        self.virsh('undefine', '--managed-save', '--snapshots-metadata')
