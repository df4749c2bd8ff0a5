# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
import sys

import pytest
from ansible_collections.hardened.django.plugins.lookup import controller_process


def test_a_run_is_the_process_that_forked_the_lookup():
    (run,) = controller_process.LookupModule().run([])
    assert run == controller_process.this_run()
    assert "@" in run["by"]
    assert controller_process.has_ended(run) is False


def test_a_run_ends_with_its_process():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    run = {**controller_process.this_run(), "pid": process.pid, "started": controller_process.started(process.pid)}
    assert run["started"]
    assert controller_process.has_ended(run) is False
    process.communicate()
    assert controller_process.has_ended(run) is True


def test_the_start_of_a_process_never_varies(monkeypatch, tmp_path):
    """Where ps computes it from the clock and the time since the boot, two answers may be a second apart."""
    program = tmp_path / "ps"
    program.write_text("#!/bin/sh\ndate +%N\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert controller_process.has_ended(controller_process.this_run()) is False


@pytest.mark.parametrize(
    ("changes", "ended"),
    [
        # Another process has its number by now.
        ({"started": "Thu Jan 1 00:00:00 2026"}, True),
        # Its processes have numbers of their own.
        ({"machine": "another one", "started": "Thu Jan 1 00:00:00 2026"}, False),
    ],
)
def test_of_another_machine_nobody_can_tell(changes, ended):
    assert controller_process.LookupModule().run([{**controller_process.this_run(), **changes}]) == [ended]
