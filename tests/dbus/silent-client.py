#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A listener of a D-Bus display that reads and answers nothing: silent-client.py FD."""

import os
import socket
import sys
import time

with socket.socket(fileno=int(sys.argv[1])) as sock:
    sock.sendall(b'\0AUTH EXTERNAL ' + str(os.getuid()).encode().hex().encode() + b'\r\n')
    answer = sock.recv(4096)
    if not answer.startswith(b'OK'):
        sys.exit(f'not authenticated: {answer!r}')
    sock.sendall(b'NEGOTIATE_UNIX_FD\r\nBEGIN\r\n')
    print('connected', flush=True)
    time.sleep(600)
