# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices with 3D, on whatever EGL there is; llvmpipe where there is no GPU."""

from __future__ import annotations

from typing import Callable, Iterator

import pytest

from hosts import make_host
from vgpu.gpu import Gpu
from vgpu.gpu3d import Gpu3d
from vgpu.hostmem import FILE, MEMORY, HostBlobs
from vgpu.modules import Modules
from vgpu.qemu import Qemu

# A shader that was compiled once would not be slow again.
ENVIRONMENT = {'MESA_SHADER_CACHE_DISABLE': 'true'}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Stock refuses to start such a device without a display that has GL."""
    if Modules.parse(config.getoption('--modules')).is_stock:
        for item in items:
            item.add_marker(pytest.mark.skip(reason='stock modules: no 3D without a display that has GL'))


@pytest.fixture
def start_gl(start_gpu: Callable[..., Gpu]) -> Callable[..., Gpu]:
    """Starts QEMU with a GL device and drives it."""

    def start(device: str = 'virtio-gpu-gl-pci', *args: str, env: dict[str, str] | None = None,
              **options) -> Gpu:
        return start_gpu(device, *args, env=ENVIRONMENT | (env or {}), **options)

    return start


@pytest.fixture(scope='module')
def kept(modules: Modules) -> Iterator[list[Gpu]]:
    """The device that the tests of a module share, while it is fit for that."""
    gpus: list[Gpu] = []
    yield gpus
    for gpu in gpus:
        gpu.qemu.quit()


@pytest.fixture
def gpu(request: pytest.FixtureRequest, modules: Modules, kept: list[Gpu]) -> Iterator[Gpu]:
    """A GL device as after a reset, with two heads and the module's options; kept unless the test fails."""
    if kept:
        gpu = kept.pop()
    else:
        extra = getattr(request.module, 'GPU_OPTIONS', '')
        qemu = Qemu('-device', f'virtio-gpu-gl-pci,id=gpu0,max_outputs=2{extra}', modules=modules,
                    env=ENVIRONMENT)
        gpu = Gpu(qemu, device='gpu0')
    position = gpu.memory.position()
    failures = request.session.testsfailed
    yield gpu.start()
    if request.session.testsfailed > failures or any(queue.outstanding for queue in gpu.virtio.queues):
        gpu.qemu.kill()
    else:
        gpu.memory.rewind(position)
        kept.append(gpu)


@pytest.fixture
def gl(gpu: Gpu) -> Gpu3d:
    """A context on it."""
    return Gpu3d(gpu)


@pytest.fixture(params=(MEMORY, FILE))
def kind(request: pytest.FixtureRequest) -> str:
    """What a blob is made of."""
    return request.param


@pytest.fixture
def host(gpu: Gpu, kind: str) -> HostBlobs:
    """A driver of blobs, of that kind at least."""
    return make_host(gpu, kind)
