# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of tests that could not begin, or did not come to an end."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree


def write_outcome(path: Path, suite: str, kind: str, message: str, seconds: float) -> None:
    """Writes JUnit results that hold a single test, which was 'skipped' or an 'error'."""
    counts = {'errors': '0', 'failures': '0', 'skipped': '0', 'tests': '1'}
    counts['skipped' if kind == 'skipped' else 'errors'] = '1'
    suites = ElementTree.Element('testsuites')
    whole = ElementTree.SubElement(suites, 'testsuite', name=suite, time=f'{seconds:.3f}', **counts)
    case = ElementTree.SubElement(whole, 'testcase', classname=suite, name='boot', time='0')
    ElementTree.SubElement(case, kind, message=message)
    ElementTree.ElementTree(suites).write(path, encoding='utf-8', xml_declaration=True)
