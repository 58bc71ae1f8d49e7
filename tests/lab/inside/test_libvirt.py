# SPDX-License-Identifier: GPL-2.0-or-later
"""What libvirt starts on a machine with a render node only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Iterator

import pytest

from vgpu.modules import Modules

sys.path.append(str(Path(__file__).resolve().parents[2] / 'libvirt'))

RENDER_NODE = Path('/dev/dri/renderD128')
BACKEND = '/usr/lib/qemu/vhost-user-gpu'

pytestmark = pytest.mark.ours_only('there is no launcher to start the stock modules')


@pytest.fixture
def daemon(modules: Modules, guest_files: None) -> Iterator['Daemon']:
    """A libvirtd whose user may use the render node."""
    from daemon import GUEST, Daemon, skip_without_libvirt
    skip_without_libvirt()
    # where there are groups, those of the render node's
    RENDER_NODE.chmod(0o666)
    daemon = Daemon(modules, guests=[GUEST])
    yield daemon
    daemon.close()


def test_domain_with_a_vhost_user_gpu_shows_what_its_guest_draws(daemon):
    from daemon import VirshFailed
    from domain import VIDEO_VHOST, VNC, Domain
    domain = Domain(daemon, 'vhost', video=VIDEO_VHOST, graphics=VNC)
    assert domain.device_modules() == {daemon.installed.modules}
    assert all(word in daemon.log(domain.name) for word in (BACKEND, 'vhost-user-vga'))
    domain.wait_for_picture()
    with pytest.raises(VirshFailed, match='vhost-user-gpu cannot migrate'):
        domain.virsh('save', daemon.root / 'never.save')
    assert domain.state() == 'running'
    domain.remove()
