# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).resolve().parents[3] / "tools/bench_deploy.py"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PROGRAM.parent)
    specification = importlib.util.spec_from_file_location("bench_deploy", PROGRAM)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "bench_deploy", module)
    specification.loader.exec_module(module)
    return module


def test_the_last_switch_counts_and_each_second_has_a_place(bench: ModuleType) -> None:
    switch = "hardened.django.release : switch | Switch to the release, restart behind the socket"
    steps = [
        bench.Step("Build", "", 1.0),
        bench.Step("Build", switch, 2.0),
        bench.Step("Build", "collect", 4.0),
        bench.Step("Switch", switch, 7.0),
        bench.Step("Switch", switch, 11.0),
        bench.Step("recap", "", 16.0),
    ]
    found = bench.measured(steps, 17.0)
    assert (found.switched, found.ended) == (16.0, 17.0)
    assert found.plays == {"start of ansible-playbook": 1.0, "Build": 6.0, "Switch": 9.0, "recap": 1.0}
    assert found.tasks[switch] == 11.0


def test_a_run_without_switch_is_not_measured(bench: ModuleType) -> None:
    with pytest.raises(bench.BenchError, match="switched to no release"):
        bench.measured([bench.Step("Build", "collect", 1.0)], 2.0)


def test_output_is_read_as_ansible_prints_it(bench: ModuleType, tmp_path: Path) -> None:
    program = tmp_path / "playbook"
    program.write_text(
        "#!/bin/sh\n"
        "echo 'PLAY [Build it] ****'; echo 'TASK [Gather [all] facts] ****'; echo 'ok: [web1]'\n"
        "echo 'TASK [switch | Switch to the release, now] ****'; echo 'PLAY RECAP ****'\n"
    )
    program.chmod(0o755)
    found = bench.deploy([str(program)])
    assert set(found.plays) == {"start of ansible-playbook", "Build it", "recap"}
    assert {"Gather [all] facts", "switch | Switch to the release, now"} <= set(found.tasks)
    assert found.switched <= found.ended
