# SPDX-License-Identifier: GPL-2.0-or-later
"""Display information and EDID: what a guest driver learns about its heads."""

from __future__ import annotations

import pytest

from vgpu import edid
from vgpu.wire import HEADER, Rect, Resp, parse_display_info, parse_edid


def modes(gpu):
    """The modes of all heads."""
    return parse_display_info(gpu.ok('get_display_info'))


def test_first_head_is_enabled_at_the_default_size(gpu):
    first, *others = modes(gpu)
    assert first.enabled == 1 and first.rect == Rect(0, 0, 1280, 800)
    assert all(not mode.enabled for mode in others)


@pytest.mark.parametrize('xres, yres', ((640, 480), (1920, 1080), (3840, 2160)))
def test_first_head_has_the_size_of_the_properties(start_gpu, xres, yres):
    gpu = start_gpu(f'virtio-gpu-pci,xres={xres},yres={yres}')
    assert modes(gpu)[0].rect == Rect(0, 0, xres, yres)


def test_only_the_first_of_sixteen_heads_is_enabled_without_a_window(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=16')
    assert [mode.enabled for mode in modes(gpu)] == [1] + [0] * 15


def test_display_info_fills_its_response_and_tells_its_length(pci_gpu):
    response = pci_gpu.command('get_display_info')
    assert response.type == Resp.OK_DISPLAY_INFO
    assert response.used_length == HEADER.size + 16 * 24
    assert set(response.body[24:]) == {0}


@pytest.mark.parametrize('xres, yres', ((1024, 768), (1280, 800), (1920, 1080), (2560, 1440)))
def test_edid_prefers_the_mode_of_the_properties(start_gpu, xres, yres):
    gpu = start_gpu(f'virtio-gpu-pci,xres={xres},yres={yres}')
    found = edid.parse(parse_edid(gpu.ok('get_edid', scanout=0)))
    assert (found.preferred_width, found.preferred_height) == (xres, yres)
    assert found.checksums_right


def test_edid_of_a_mode_beyond_detailed_timings_is_still_well_formed(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,xres=5120,yres=2880')
    found = edid.parse(parse_edid(gpu.ok('get_edid', scanout=0)))
    assert found.checksums_right and found.extensions


@pytest.mark.parametrize('properties, blocks', (('', 2), (',xres=5120,yres=2880', 3)))
def test_extension_blocks_are_where_the_base_block_says(start_gpu, properties, blocks):
    gpu = start_gpu(f'virtio-gpu-pci{properties}')
    blob = parse_edid(gpu.ok('get_edid', scanout=0))
    assert edid.parse(blob).extensions == blocks - 1
    assert all(any(blob[start:start + edid.BLOCK]) for start in range(0, blocks * edid.BLOCK, edid.BLOCK))
    assert not any(blob[blocks * edid.BLOCK:])


def test_edid_states_a_physical_size_near_100_dpi(pci_gpu):
    found = edid.parse(parse_edid(pci_gpu.ok('get_edid', scanout=0)))
    assert 90 < found.preferred_width / (found.preferred_width_mm / 25.4) < 110
    assert abs(found.width_cm * 10 - found.preferred_width_mm) < 10


def test_edid_refresh_rate_is_a_usual_one(pci_gpu):
    found = edid.parse(parse_edid(pci_gpu.ok('get_edid', scanout=0)))
    assert 59_000 < found.refresh_millihertz < 76_000


def test_every_head_has_an_edid_of_its_own_number(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=16')
    blobs = [parse_edid(gpu.ok('get_edid', scanout=head)) for head in range(16)]
    assert all(edid.parse(blob).checksums_right for blob in blobs)


@pytest.mark.parametrize('scanout', (1, 15, 16, 0x80000000, 0xffffffff))
def test_edid_of_a_head_that_does_not_exist_is_refused(pci_gpu, scanout):
    response = pci_gpu.command('get_edid', scanout=scanout)
    assert response.type in (Resp.ERR_INVALID_PARAMETER, Resp.ERR_INVALID_SCANOUT_ID)
    assert response.used_length == HEADER.size


def test_bytes_after_the_edid_are_zero(pci_gpu):
    response = pci_gpu.ok('get_edid', scanout=0)
    size = len(parse_edid(response))
    assert response.used_length == HEADER.size + 8 + 1024
    assert set(response.body[8 + size:]) <= {0}
    assert response.body[4:8] == bytes(4)
