# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/top shows what happened, no more and no less, and says what is wrong when it cannot."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy
import pytest
from PIL import Image

from vgpu.wire import Rect

TOP = Path(__file__).resolve().parents[2] / 'scripts/top'
SIZE = (320, 200)
FLUSHES = 7


@pytest.fixture
def qmp(tmp_path: Path) -> Path:
    """Where the machine's QMP socket is."""
    return tmp_path / 'qmp'


def qmp_option(path: Path) -> list[str]:
    """The option that makes it."""
    return ['-qmp', f'unix:{path},server=on,wait=off']


def top(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs it to its end."""
    return subprocess.run([TOP, *arguments], capture_output=True, text=True, timeout=120)


def show_picture(gpu) -> None:
    """Gives the first head a resource."""
    gpu.create_image(1, *SIZE)
    gpu.set_scanout(0, 1, Rect(0, 0, *SIZE))
    gpu.transfer(1, Rect(0, 0, *SIZE))
    gpu.flush(1, Rect(0, 0, *SIZE))


def total(rows: list[dict[str, str]], column: str, head: int = 0) -> float:
    """What a column adds up to over the time watched."""
    sum_, last = 0.0, 0.0
    for row in rows:
        if int(row['head']) == head:
            sum_ += float(row[column]) * (float(row['seconds']) - last)
            last = float(row['seconds'])
    return sum_


def watch_flushes(gpu, qmp: Path, *arguments: str | Path) -> list[dict[str, str]]:
    """Flushes some times while it watches, and returns its rows once they tell of all."""
    watcher = subprocess.Popen([TOP, '--qmp', qmp, '--csv', '--interval', '0.2', *arguments],
                               stdout=subprocess.PIPE, text=True)
    try:
        rows: list[dict[str, str]] = []
        deadline = time.monotonic() + 60
        for row in csv.DictReader(watcher.stdout):
            if not rows:
                for _ in range(FLUSHES):
                    gpu.transfer(1, Rect(0, 0, 100, 100))
                    gpu.flush(1, Rect(0, 0, 100, 100))
            rows.append(row)
            if total(rows, 'flushes') > FLUSHES - 0.5 and len(rows) > 8 or time.monotonic() > deadline:
                break
        watcher.send_signal(signal.SIGINT)
        watcher.stdout.read()
        assert watcher.wait(60) == 0
        return rows
    finally:
        watcher.kill()
        watcher.wait()
        watcher.stdout.close()


def test_rates_add_up_to_what_the_guest_did_on_each_head(start_gpu, qmp):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=2', *qmp_option(qmp))
    show_picture(gpu)
    rows = watch_flushes(gpu, qmp)
    assert total(rows, 'flushes') == pytest.approx(FLUSHES, rel=0.05)
    assert total(rows, 'frames') == pytest.approx(FLUSHES, rel=0.05)
    assert total(rows, 'megapixels') == pytest.approx(FLUSHES * 0.01, rel=0.1)
    assert total(rows, 'megabytes') == pytest.approx(FLUSHES * 0.04, rel=0.1)
    assert 0 < max(float(row['latency_ms']) for row in rows) < 1000
    assert total(rows, 'flushes', head=1) == 0


def test_plot_is_a_picture_with_curves(start_gpu, qmp, tmp_path):
    gpu = start_gpu('virtio-gpu-pci', *qmp_option(qmp))
    show_picture(gpu)
    watch_flushes(gpu, qmp, '--plot', tmp_path / 'plot.png')
    picture = numpy.asarray(Image.open(tmp_path / 'plot.png').convert('RGB')).astype(int)
    assert min(picture.shape[:2]) > 300
    blue = (picture[:, :, 2] - picture[:, :, 0]) > 80
    assert blue.sum() > 200


def test_table_has_a_row_for_each_head_in_each_interval(start_qemu, qmp):
    qemu = start_qemu('-device', 'virtio-vga,max_outputs=3', *qmp_option(qmp))
    qemu.qmp.command('query-status')
    run = top('--qmp', qmp, '--interval', '0.1', '--count', '2')
    heading, *rows = run.stdout.splitlines()
    assert run.returncode == 0 and 'frames/s' in heading
    assert [row.split()[0] for row in rows] == ['0', '1', '2'] * 2


def test_end_of_the_machine_is_the_end_of_watching(start_qemu, qmp, tmp_path):
    qemu = start_qemu('-device', 'virtio-gpu-pci', *qmp_option(qmp))
    qemu.qmp.command('query-status')
    watcher = subprocess.Popen([TOP, '--qmp', qmp, '--interval', '0.1', '--plot', tmp_path / 'plot.png'],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert watcher.stdout
    watcher.stdout.readline(), watcher.stdout.readline()
    qemu.quit()
    _, said = watcher.communicate(timeout=60)
    assert (watcher.returncode, said) == (0, 'top: the machine has ended\n')
    assert (tmp_path / 'plot.png').stat().st_size > 1000


@pytest.mark.parametrize('device, reason', [
    ('virtio-vga', 'has no counters: the machine runs on the modules of the distribution'),
    ('VGA', 'the machine has no virtio-gpu')])
def test_machine_without_counters_is_told_from_one_without_the_device(start_qemu, stock, qmp, device, reason):
    qemu = start_qemu('-device', device, *qmp_option(qmp), modules=stock)
    qemu.qmp.command('query-status')
    run = top('--qmp', qmp, '--count', '1')
    assert run.returncode == 1 and reason in run.stderr and 'Traceback' not in run.stderr


def test_missing_socket_is_named(tmp_path):
    run = top('--qmp', tmp_path / 'none', '--count', '1')
    assert run.returncode == 1 and run.stderr == f'top: cannot connect to {tmp_path}/none: No such file or directory\n'


def test_missing_plot_library_is_told_before_watching(qmp):
    run = subprocess.run(['/usr/bin/python3', '-S', TOP, '--qmp', qmp, '--plot', 'x.png'], capture_output=True,
                         text=True, timeout=60, env={**os.environ, 'PYTHONPATH': ''})
    assert run.returncode == 1 and 'python3-matplotlib' in run.stderr


def test_help_explains_the_columns():
    text = top('--help').stdout
    assert all(column in text for column in ('frames/s', 'flushes/s', 'Mpixel/s', 'copied/s', 'latency', 'longest'))
