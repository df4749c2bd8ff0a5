# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

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
