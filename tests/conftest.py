# SPDX-License-Identifier: GPL-2.0-or-later
"""Options and fixtures that all tests driving QEMU share."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Callable, Iterator

import pytest
from _pytest.terminal import TerminalReporter

from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.qemu import Qemu

if os.environ.get('VGPU_LAB') == '1' and find_spec('pytest_rerunfailures'):
    # For workers that crash it wants an Internet socket, which the lab's kernel does not have.
    import pytest_rerunfailures
    pytest_rerunfailures.HAS_PYTEST_HANDLECRASHITEM = False

DEVICES = ('virtio-gpu-pci', 'virtio-vga')
DIRECTIONS = ('here-here', 'here-stock', 'stock-here', 'stock-stock')


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the choice of modules."""
    parser.addoption('--modules', default='stock', metavar='DIR|stock',
                     help='folder of the device modules to test, or "stock" (the default)')


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With stock modules: what stock gets wrong must fail, what only we have is skipped."""
    if not Modules.parse(config.getoption('--modules')).is_stock:
        return
    for item in items:
        wrong = item.get_closest_marker('stock_wrong')
        if wrong:
            item.add_marker(pytest.mark.xfail(reason=wrong.args[0], strict=True))
        ours = item.get_closest_marker('ours_only')
        if ours:
            item.add_marker(pytest.mark.skip(reason=f'stock modules: {ours.args[0]}'))


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Notes in the results that a test had failed and was run again."""
    if getattr(item, 'execution_count', 1) > 1:
        item.user_properties.append(('again', item.execution_count))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Shows why tests had failed that were run again."""
    for report in terminalreporter.stats.get('rerun', []):
        terminalreporter.section(f'run again: {report.nodeid}')
        terminalreporter.line(report.longreprtext)


def pytest_report_header(config: pytest.Config) -> str:
    """Says which modules are tested."""
    return f'device modules: {Modules.parse(config.getoption("--modules")).home}'


@pytest.fixture(scope='session')
def modules(request: pytest.FixtureRequest) -> Modules:
    """The modules under test."""
    return Modules.parse(request.config.getoption('--modules'))


@pytest.fixture(scope='session')
def stock() -> Modules:
    """The distribution's modules, to compare with."""
    return Modules()


@pytest.fixture(params=DIRECTIONS)
def direction(request: pytest.FixtureRequest, modules: Modules,
              stock: Modules) -> tuple[Modules, ...]:
    """The modules of both sides of a migration; with stock modules there is one direction."""
    if modules.is_stock and request.param != 'stock-stock':
        pytest.skip('stock modules: there is only stock to stock')
    return tuple(modules if side == 'here' else stock for side in request.param.split('-'))


@pytest.fixture
def start_qemu(modules: Modules) -> Iterator[Callable[..., Qemu]]:
    """Starts QEMU processes; those that still run after the test must quit cleanly."""
    started: list[Qemu] = []

    def start(*args: str, **options) -> Qemu:
        options.setdefault('modules', modules)
        qemu = Qemu(*args, **options)
        started.append(qemu)
        return qemu

    yield start
    try:
        for qemu in started:
            if qemu.process.poll() is None:
                qemu.quit()
            elif not qemu.accounted:
                qemu.finish()
    finally:
        for qemu in started:
            qemu.kill()


@pytest.fixture
def start_gpu(start_qemu: Callable[..., Qemu]) -> Callable[..., Gpu]:
    """Starts QEMU with one device, checks where its modules came from, and drives it."""

    def start(device: str = 'virtio-gpu-pci', *args: str, features: int | None = None,
              size: int | None = None, vectors: bool = False, **options) -> Gpu:
        name, _, properties = device.partition(',')
        properties = f',{properties}' if properties else ''
        qemu = start_qemu('-device', f'{name},id=gpu0{properties}', *args, **options)
        gpu = Gpu(qemu, device='gpu0')
        qemu.check_modules()
        wanted = {} if features is None else {'features': features}
        return gpu.start(size=size, vectors=vectors, **wanted)

    return start


@pytest.fixture(params=DEVICES)
def gpu(request: pytest.FixtureRequest, start_gpu: Callable[..., Gpu]) -> Gpu:
    """A started device of each variant."""
    return start_gpu(request.param)


@pytest.fixture
def pci_gpu(start_gpu: Callable[..., Gpu]) -> Gpu:
    """A started virtio-gpu-pci, for what does not depend on the variant."""
    return start_gpu()


@pytest.fixture(scope='session')
def kept_gpus() -> Iterator[dict[str, Gpu]]:
    """Devices that live for many tests, by the words of their -device option."""
    kept: dict[str, Gpu] = {}
    yield kept
    for gpu in kept.values():
        gpu.qemu.quit()


@pytest.fixture
def shared_gpu(request: pytest.FixtureRequest, modules: Modules, kept_gpus: dict[str, Gpu]) -> Iterator[Gpu]:
    """A virtio-gpu-pci as after a reset; its QEMU is kept for the next test unless this one fails.

    A parameter adds properties.
    """
    device = 'virtio-gpu-pci,id=gpu0,max_outputs=2' + getattr(request, 'param', '')
    gpu = kept_gpus.get(device)
    if gpu is None:
        qemu = Qemu('-device', device, modules=modules)
        gpu = Gpu(qemu, device='gpu0')
        qemu.check_modules()
    kept_gpus.pop(device, None)
    position = gpu.memory.position()
    failures = request.session.testsfailed
    yield gpu.start()
    if request.session.testsfailed > failures or not is_usable(gpu):
        gpu.qemu.kill()
    else:
        gpu.memory.rewind(position)
        kept_gpus[device] = gpu


def is_usable(gpu: Gpu) -> bool:
    """Whether a device can serve the next test: alive, nothing outstanding."""
    return gpu.qemu.process.poll() is None and not any(queue.outstanding for queue in gpu.virtio.queues)
