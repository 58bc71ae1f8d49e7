# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's own programs, run on the host: build, run and check."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Iterator
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).resolve().parent
CANNOT_BUILD, TIMED_OUT, NO_STATUS = 77, 124, 125


@pytest.fixture(scope='module', autouse=True)
def built_lab() -> None:
    """The kernel, built once; without it there is nothing to test."""
    result = subprocess.run([HERE / 'build'], capture_output=True, text=True, check=False)
    if result.returncode == CANNOT_BUILD:
        pytest.skip(result.stderr.strip().splitlines()[-1])
    assert result.returncode == 0, result.stderr


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Puts temporary files where this test can find them, and no other test's."""
    return {**os.environ, 'TMPDIR': str(tmp_path)}


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path):
    """Runs the program of that name to its end, and checks that it tidied up."""

    def call(*arguments: object, **options) -> subprocess.CompletedProcess:
        result = subprocess.run([HERE / 'run', *map(str, arguments)], env=environment,
                                capture_output=True, timeout=100, check=False, **options)
        assert not list(remains(tmp_path))
        return result

    return call


def remains(folder: Path) -> Iterator[str]:
    """What a boot with its temporary files in `folder` has left: files and processes."""
    yield from map(str, folder.glob('vgpu-lab-*'))
    for entry in Path('/proc').glob('[0-9]*/cmdline'):
        try:
            line = entry.read_bytes()
        except OSError:
            continue    # ended since
        if f'{folder}/vgpu-lab-'.encode() in line:
            yield line.decode()


def wait_until(condition, timeout: float = 20) -> None:
    """Fails unless the condition becomes true in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_status_of_the_command_is_given_back(run):
    assert run('sh', '-c', 'exit 23').returncode == 23


def test_output_and_errors_come_apart_and_unchanged(run):
    script = 'head -c 3000000 /dev/urandom | tee /tmp/data; md5sum < /tmp/data >&2'
    result = run('sh', '-c', script)
    assert len(result.stdout) == 3000000
    assert result.stderr.decode() == hashlib.md5(result.stdout).hexdigest() + '  -\n'


def test_arguments_and_environment_arrive_as_given(run):
    result = run('--env', "A=it's $HOME", '--', 'sh', '-c', 'printf "%s|" "$A" "$@"', 'sh', 'a b', '"$c"')
    assert result.stdout == b'it\'s $HOME|a b|"$c"|'


def test_output_arrives_while_the_command_runs(environment, tmp_path):
    with subprocess.Popen([HERE / 'run', '--', 'sh', '-c', 'echo now; sleep 60'], env=environment,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b'now\n'
        process.terminate()
    wait_until(lambda: not list(remains(tmp_path)))


def test_what_takes_too_long_is_killed(run):
    begin = time.monotonic()
    assert run('--timeout', 5, 'sleep', 60).returncode == TIMED_OUT
    assert time.monotonic() - begin < 20


def test_nothing_is_left_when_the_program_itself_is_killed(environment, tmp_path):
    with subprocess.Popen([HERE / 'run', '--', 'sh', '-c', 'echo now; sleep 60'], env=environment,
                          stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert list(remains(tmp_path))
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not list(remains(tmp_path)))


def test_a_lab_that_ends_without_a_status_is_an_error(run):
    result = run('sh', '-c', 'umount -l /run/lab; exit 0')
    assert result.returncode == NO_STATUS
    assert b'ended without a status' in result.stderr


def test_only_writable_folders_keep_what_is_written(run, tmp_path):
    kept, other = tmp_path / 'kept', Path('/var/tmp/lab-not-kept')
    kept.mkdir()
    result = run('--writable', kept, 'sh', '-c', f'echo x > {kept}/file; echo y > {other}; cat {kept}/file {other}')
    assert result.stdout == b'x\ny\n'
    assert (kept / 'file').read_text() == 'x\n'
    assert not other.exists()


def test_the_current_folder_is_visible_below_tmp(run, tmp_path):
    (tmp_path / 'file').write_text('here')
    assert run('cat', 'file', cwd=tmp_path).stdout == b'here'


def test_check_reports_a_skip_when_the_lab_cannot_be_built(environment, tmp_path):
    (tmp_path / 'apt-cache').write_text('#!/bin/sh\n')
    (tmp_path / 'apt-cache').chmod(0o755)
    environment |= {'PATH': f'{tmp_path}:{os.environ["PATH"]}', 'VGPU_CACHE': f'{tmp_path}/cache'}
    junit = tmp_path / 'junit.xml'
    result = subprocess.run([HERE / 'check', '--junit', junit], env=environment,
                            capture_output=True, check=False)
    assert result.returncode == CANNOT_BUILD
    skipped = ElementTree.parse(junit).find('.//skipped')
    assert 'apt knows no package' in skipped.get('message')


def test_check_reports_an_error_when_the_lab_does_not_finish(environment, tmp_path):
    junit = tmp_path / 'junit.xml'
    result = subprocess.run([HERE / 'check', '--timeout', '1', '--junit', junit], env=environment,
                            capture_output=True, check=False)
    assert result.returncode == TIMED_OUT
    assert ElementTree.parse(junit).find('.//testcase/error') is not None
