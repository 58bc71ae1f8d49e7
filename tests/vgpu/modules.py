# SPDX-License-Identifier: GPL-2.0-or-later
"""The device modules a QEMU process is to load: the stock ones or a folder of ours."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

STOCK_DIR = Path('/usr/lib/x86_64-linux-gnu/qemu')

DEVICE_MODULES = (
    'hw-display-virtio-gpu.so',
    'hw-display-virtio-gpu-gl.so',
    'hw-display-virtio-gpu-pci.so',
    'hw-display-virtio-gpu-pci-gl.so',
    'hw-display-virtio-vga.so',
    'hw-display-virtio-vga-gl.so',
)


class ModulesError(Exception):
    """A folder of modules cannot be used."""


@dataclass(frozen=True)
class Modules:
    """Where QEMU finds its device modules; `folder` None means the stock ones."""

    folder: Path | None = None

    @classmethod
    def parse(cls, text: str | None) -> 'Modules':
        """Reads the value of --modules: 'stock' or a folder."""
        if text in (None, '', 'stock'):
            return cls()
        folder = Path(text).resolve()
        missing = [name for name in DEVICE_MODULES if not (folder / name).exists()]
        if missing:
            raise ModulesError(f'{folder} lacks {", ".join(missing)}')
        return cls(folder)

    @property
    def is_stock(self) -> bool:
        """Whether these are the distribution's modules."""
        return self.folder is None

    @property
    def name(self) -> str:
        """A short word for tables and test ids."""
        return 'stock' if self.is_stock else 'ours'

    @property
    def home(self) -> Path:
        """The folder that device modules must be loaded from."""
        return self.folder or STOCK_DIR

    def environment(self) -> dict[str, str]:
        """The environment variables that make QEMU load these modules."""
        env = dict(os.environ)
        env.pop('QEMU_MODULE_DIR', None)
        if self.folder is None:
            return env
        env['QEMU_MODULE_DIR'] = str(self.folder)
        runtime = sanitizer_runtime(self.folder)
        if runtime:
            env['LD_PRELOAD'] = runtime
            env['ASAN_OPTIONS'] = ':'.join(filter(None, (
                'detect_leaks=0:abort_on_error=1:handle_segv=1:detect_stack_use_after_return=0',
                env.get('ASAN_OPTIONS'))))
            env['UBSAN_OPTIONS'] = ':'.join(filter(None, (
                'print_stacktrace=1:halt_on_error=1', env.get('UBSAN_OPTIONS'))))
        return env

    def sanitized(self) -> bool:
        """Whether these modules were built with AddressSanitizer."""
        return self.folder is not None and sanitizer_runtime(self.folder) is not None


@lru_cache
def sanitizer_runtime(folder: Path) -> str | None:
    """The AddressSanitizer library to preload for the modules in `folder`, None for a plain build."""
    module = folder / DEVICE_MODULES[0]
    dynamic = subprocess.run(['readelf', '--wide', '--dynamic', '--dyn-syms', str(module)],
                             capture_output=True, text=True, check=True).stdout
    if '__asan_init' not in dynamic:
        return None
    needed = re.search(r'NEEDED.*\[(libasan\.so[^]]*)\]', dynamic)
    if needed:
        query = ['gcc', f'-print-file-name={needed[1]}']
    else:
        query = ['clang', '-print-file-name=libclang_rt.asan-x86_64.so']
    path = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    if not os.path.isabs(path):
        raise ModulesError(f'no sanitizer runtime for {module}')
    return path
