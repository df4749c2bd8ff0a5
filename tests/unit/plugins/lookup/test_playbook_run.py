# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import sys

import pytest
from ansible_collections.hardened.django.plugins.lookup import playbook_run


def test_a_run_is_the_process_that_forked_the_lookup():
    (run,) = playbook_run.LookupModule().run([])
    assert run == playbook_run.this_run()
    assert "@" in run["by"]
    assert playbook_run.has_ended(run) is False


def test_a_run_ends_with_its_process():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    run = {**playbook_run.this_run(), "pid": process.pid, "started": playbook_run.started(process.pid)}
    assert run["started"]
    assert playbook_run.has_ended(run) is False
    process.communicate()
    assert playbook_run.has_ended(run) is True


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
    assert playbook_run.LookupModule().run([{**playbook_run.this_run(), **changes}]) == [ended]
