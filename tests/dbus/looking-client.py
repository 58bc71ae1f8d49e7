#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer in a process of its own, to be stopped and killed: looking-client.py FD."""

import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from viewer import Viewer  # noqa: E402: the path comes first

viewer = Viewer(None)
viewer.attach(socket.socket(fileno=int(sys.argv[1])))
viewer.wait(lambda: viewer.calls, 'a picture', 60)
print('looking', flush=True)
while True:
    viewer.pump(1)
    viewer.take_calls()
