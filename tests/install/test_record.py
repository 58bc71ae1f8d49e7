# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/record: what a guest draws is in the pictures and in the video, without GPU, display or window."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable

import numpy
import pytest
from PIL import Image

from vgpu.guest import demo_picture, guest_folder

RECORD = Path(__file__).resolve().parents[2] / 'scripts/record'
FRAMES = 20


def record(out: Path, *arguments: str | Path, timeout: float = 400) -> subprocess.CompletedProcess[str]:
    """Runs it to its end."""
    return subprocess.run([RECORD, '--out', out, '--accel', 'tcg', *arguments], capture_output=True, text=True,
                          timeout=timeout)


def machine(device: str, then: str = '-k') -> list[str]:
    """A guest that draws some frames and holds the last one, or ends the machine."""
    folder = guest_folder()
    return ['--', '-m', '512', '-nodefaults', '-no-reboot', '-kernel', f'{folder}/vmlinuz',
            '-initrd', f'{folder}/initrd.gz', '-device', device,
            '-append', f'console=ttyS0 quiet panic=-1 vgpu.job=kms-demo,-n,{FRAMES},-r,10,{then}']


def read_picture(path: Path) -> numpy.ndarray:
    """The pixels of a file."""
    return numpy.asarray(Image.open(path).convert('RGB')).astype(int)


def is_same(path: Path, expected: numpy.ndarray) -> bool:
    """Whether a file, which may still be written, is that picture."""
    try:
        return numpy.array_equal(read_picture(path), expected)
    except OSError:
        return False


def has_many_colours(path: Path) -> bool:
    """Whether a file, which may still be written, is more than text."""
    try:
        return len(numpy.unique(read_picture(path)[::8, ::8] @ (65536, 256, 1))) > 100
    except OSError:
        return False


def read_frames(video: Path, out: Path) -> list[numpy.ndarray]:
    """A frame of each second, and the last one."""
    subprocess.run(['ffmpeg', '-loglevel', 'error', '-i', video, '-vf', 'fps=1', out / 'second-%03d.png'],
                   check=True, timeout=120)
    return [read_picture(path) for path in sorted(out.glob('second-*.png'))]


def video_facts(video: Path) -> tuple[int, int, float]:
    """Width, height, seconds."""
    run = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-show_entries', 'stream=width,height,duration',
                          video], capture_output=True, text=True, check=True, timeout=60)
    stream, = json.loads(run.stdout)['streams']
    return stream['width'], stream['height'], float(stream['duration'])


def difference(one: numpy.ndarray, other: numpy.ndarray) -> float:
    """Mean difference of the channels, 0 to 255."""
    return float(numpy.abs(one - other).mean())


def record_until(wanted: Callable[[Path], bool], out: Path, *arguments: str | Path) -> None:
    """Stops it by Ctrl-C a while after one of its pictures was as wanted."""
    process = subprocess.Popen([RECORD, '--out', out, '--accel', 'tcg', '--seconds', '600', '--every', '1', *arguments])
    try:
        deadline = time.monotonic() + 400
        while not any(wanted(path) for path in sorted(out.glob('picture-*.png'))[-3:]):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.5)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize('device, options', [('virtio-vga', []), ('virtio-vga-gl', ['--3d'])])
def test_video_and_pictures_show_what_the_guest_drew(installed, tmp_path, device, options):
    expected = demo_picture(1280, 800, FRAMES)
    record_until(lambda path: is_same(path, expected), tmp_path, '--qemu', installed.launcher, *options, *machine(device))
    assert is_same(sorted(tmp_path.glob('picture-*.png'))[-1], expected)
    width, height, seconds = video_facts(tmp_path / 'video.mp4')
    assert (width, height) == (1280, 800) and seconds > 3
    frames = read_frames(tmp_path / 'video.mp4', tmp_path)
    # lossy, with half the resolution in colour
    assert difference(frames[-1], expected) < 6
    assert difference(frames[0], expected) > 30


def test_without_a_machine_a_guest_that_draws_is_recorded(tmp_path):
    record_until(has_many_colours, tmp_path)
    assert video_facts(tmp_path / 'video.mp4')[:2] == (1280, 800)
    frames = read_frames(tmp_path / 'video.mp4', tmp_path)
    assert difference(frames[-1], frames[0]) > 30


def test_other_sizes_lie_in_the_middle_of_the_video(installed, tmp_path):
    run = record(tmp_path, '--seconds', '3', '--size', '1000x600', '--qemu', installed.launcher,
                 '--', '-nodefaults', '-device', 'virtio-vga')
    assert run.returncode == 0, run.stderr
    assert video_facts(tmp_path / 'video.mp4')[:2] == (1000, 600)
    frame = read_frames(tmp_path / 'video.mp4', tmp_path)[-1]
    bright = numpy.argwhere(frame.max(axis=2) > 100)
    # text of the firmware, 720x400
    assert len(bright) and bright[:, 1].min() >= 138 and bright[:, 0].min() >= 98


def test_pictures_are_taken_in_between(installed, tmp_path):
    run = record(tmp_path, '--seconds', '4', '--every', '1', '--qemu', installed.launcher,
                 '--', '-nodefaults', '-device', 'virtio-vga')
    assert run.returncode == 0, run.stderr
    assert 3 <= len(list(tmp_path.glob('picture-*.png'))) <= 5


def test_recording_ends_with_the_machine(installed, tmp_path):
    run = record(tmp_path, '--seconds', '600', '--qemu', installed.launcher, *machine('virtio-vga', then='-c'))
    assert run.returncode == 0 and 'the machine has ended' in run.stderr
    assert video_facts(tmp_path / 'video.mp4')[2] < 150


@pytest.mark.parametrize('arguments, said', [
    (['--', '-no-such-option'], 'QEMU did not start'),
    (['--seconds', '1', '--', '-nodefaults'], 'no console'),
    (['--qemu', '/nonexistent', '--', '-nodefaults'], 'No such file or directory')])
def test_what_cannot_be_recorded_is_explained(installed, tmp_path, arguments, said):
    run = record(tmp_path, '--qemu', installed.launcher, *arguments)
    assert run.returncode == 1 and said in run.stderr and 'Traceback' not in run.stderr


def test_help_tells_how_to_record_a_machine():
    run = subprocess.run([RECORD, '--help'], capture_output=True, text=True, timeout=60, check=True)
    assert '-- ARGUMENT' in run.stdout and '--every' in run.stdout
