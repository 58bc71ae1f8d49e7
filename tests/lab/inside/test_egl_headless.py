# SPDX-License-Identifier: GPL-2.0-or-later
"""egl-headless where there are a render node and real dmabufs, beside that of stock QEMU."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest

from display.headless import Y_0_TOP, Texture
from vgpu.formats import Format, gradient
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.screendump import assert_same, screendump
from vgpu.vnc import surfaces_given
from vgpu.wire import Rect

from .blob import Blob
from .rfb import Viewer

RENDER_NODE = '/dev/dri/renderD128'
SIZE = (320, 240)
GL_TESTS = ('blit', 'device', 'import', 'painter', 'readback', 'refusal', 'texture')

pytestmark = pytest.mark.ours_only('there are no counters in its egl-headless')


class Watched:
    """A device under egl-headless, and what a viewer of its VNC server sees."""

    def __init__(self, qemu: Qemu, socket: Path):
        self.qemu = qemu
        self.gpu = Gpu(qemu, device='gpu0').start()
        self.viewer = Viewer(socket)

    def counters(self) -> tuple[int, int]:
        """Bytes that were read back and bytes that were copied."""
        return tuple(self.qemu.qmp.command('qom-get', path='/backend/console[0]',
                                           property=f'x-egl-headless-bytes-{how}')
                     for how in ('read', 'copied'))


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """Starts devices and looks at them."""
    started: list[Watched] = []

    def start(modules: Modules, device: str, *args: str, options: str = '',
              env: dict[str, str] | None = None) -> Watched:
        socket = tmp_path / f'vnc-{len(started)}'
        qemu = Qemu('-device', f'{device},id=gpu0', '-vnc', f'unix:{socket},display=gpu0', *args, modules=modules,
                    display=f'egl-headless{options}', timeout=120, env=env)
        started.append(Watched(qemu, socket))
        return started[-1]

    yield start
    for watched in started:
        watched.viewer.__exit__()
        watched.qemu.quit()


@pytest.fixture
def our_display(modules: Modules, tmp_path: Path) -> dict[str, str]:
    """The environment that loads our display for the distribution's devices."""
    folder = tmp_path / 'displays'
    folder.mkdir()
    (folder / 'ui-egl-headless.so').symlink_to(modules.home / 'ui-egl-headless.so')
    return {'QEMU_MODULE_DIR': str(folder)}


@pytest.mark.parametrize('options', ['', f',rendernode={RENDER_NODE}', ',gl=es'])
def test_render_node_is_used(watch, modules, options):
    watched = watch(modules, 'virtio-gpu-pci,blob=on', options=options)
    Blob(watched.gpu, *SIZE).create().show(gradient(*SIZE))
    watched.viewer.wait_for(gradient(*SIZE))
    fds = [path.readlink() for path in Path(f'/proc/{watched.qemu.pid}/fd').iterdir() if path.is_symlink()]
    assert Path(RENDER_NODE) in fds


@pytest.mark.parametrize('fmt', list(Format))
def test_dmabuf_of_every_format_has_the_right_colours(watch, modules, fmt):
    watched = watch(modules, 'virtio-gpu-pci,blob=on')
    blob = Blob(watched.gpu, *SIZE)
    blob.image.format = fmt
    blob.create().show(gradient(*SIZE))
    watched.viewer.wait_for(gradient(*SIZE))


def test_exactly_the_damage_of_a_dmabuf_is_copied(watch, modules):
    watched = watch(modules, 'virtio-gpu-pci,blob=on')
    blob = Blob(watched.gpu, *SIZE, scatter=1).create()
    blob.show(gradient(*SIZE))
    watched.viewer.wait_for(gradient(*SIZE))
    expected = gradient(*SIZE).copy()
    copied = []
    for turn in range(1, 4):
        blob.draw(gradient(*SIZE, turn))
        watched.gpu.flush(1, Rect(32, 16, 64, 64))
        expected[16:80, 32:96] = gradient(*SIZE, turn)[16:80, 32:96]
        watched.viewer.wait_for(expected)
        read, total = watched.counters()
        assert read == 0
        copied.append(total)
    # all of it was copied once, or twice where a refresh came before its first flush
    assert [later - copied[0] for later in copied] == [turn * 4 * 64 * 64 for turn in range(3)]


def test_flips_of_dmabufs_leave_the_surface_to_a_viewer(watch, modules):
    watched = watch(modules, 'virtio-gpu-pci,blob=on', '-trace', 'vnc_server_dpy*')
    blobs = [Blob(watched.gpu, *SIZE, resource_id=number, scatter=number).create() for number in (1, 2)]
    for turn in range(10):
        rgb = gradient(*SIZE, turn)
        blobs[turn % 2].show(rgb)
        assert_same(screendump(watched.qemu, 'gpu0'), rgb)
        watched.viewer.wait_for(rgb)
        if turn == 2:
            before = surfaces_given(watched.qemu), watched.counters()
    assert (surfaces_given(watched.qemu), watched.counters()) == before


@pytest.mark.parametrize('flags', [0, Y_0_TOP], ids=['top-down', 'bottom-up'])
def test_texture_looks_as_in_stock(watch, our_display, flags):
    pictures = []
    for env in (None, our_display):
        watched = watch(Modules(), 'virtio-gpu-gl-pci', env=env)
        texture = Texture(watched.gpu, 1, *SIZE, flags=flags)
        texture.fill(gradient(*SIZE))
        texture.show()
        texture.flush()
        watched.viewer.wait_for(gradient(*SIZE))
        pictures.append(watched.viewer.picture())
    assert_same(*pictures)


@pytest.mark.parametrize('noun', GL_TESTS)
def test_display_library_draws_right_on_a_render_node(modules, noun):
    program = modules.home.parent / 'tests/gl' / f'test-gl-{noun}'
    if not program.exists():
        pytest.skip(f'{program} is not built')
    result = subprocess.run([str(program)], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    skipped = [line for line in result.stdout.splitlines() if '# SKIP' in line]
    assert not skipped, skipped
