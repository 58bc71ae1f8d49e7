# SPDX-License-Identifier: GPL-2.0-or-later
"""What libvirt finds when it probes the launcher."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from vgpu.installed import QEMU

DEVICE_FLAGS = {'virtio-gpu', 'virtio-vga', 'virtio-gpu-gl-pci', 'virtio-vga-gl', 'vhost-user-gpu',
                'vhost-user-vga', 'egl-headless', 'egl-headless.rendernode', 'display-dbus', 'spice-gl'}


def domain_capabilities(daemon, qemu) -> ElementTree.Element:
    """`virsh domcapabilities` without the path of the executable."""
    tree = ElementTree.fromstring(daemon.virsh('domcapabilities', '--emulatorbin', qemu, '--virttype', 'qemu',
                                               '--machine', 'q35'))
    path = tree.find('path')
    assert path is not None
    tree.remove(path)
    return tree


def test_probing_finds_every_device_of_the_family_and_each_display(daemon):
    assert DEVICE_FLAGS <= daemon.capabilities(daemon.installed.launcher)


def test_probing_finds_all_that_it_finds_in_the_stock_executable(daemon):
    assert daemon.capabilities(QEMU) <= daemon.capabilities(daemon.installed.launcher)


def test_domain_capabilities_are_those_of_the_stock_executable(daemon):
    ours, stock = (domain_capabilities(daemon, qemu) for qemu in (daemon.installed.launcher, QEMU))
    assert ElementTree.tostring(ours) == ElementTree.tostring(stock)
    models = [value.text for value in ours.iterfind('.//video//value')]
    assert 'virtio' in models
