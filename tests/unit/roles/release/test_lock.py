# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).resolve().parents[4] / "roles/release/files/lock.py"
ADA, BOB = {"by": "ada@laptop", "pid": 1}, {"by": "bob@desk", "pid": 2}


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "deploy.lock"


def take(lock: Path, run: dict[str, Any], ended: dict[str, Any] | None = None) -> Any:
    """Who holds the lock once the run has asked for it."""
    command = [sys.executable, str(PROGRAM), str(lock), json.dumps(run), json.dumps(ended)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["run"]


def test_the_first_has_the_lock_until_it_is_removed(lock):
    assert take(lock, ADA) == ADA
    assert take(lock, BOB) == ADA
    assert take(lock, ADA) == ADA
    lock.unlink()
    assert take(lock, BOB) == BOB


def test_the_lock_of_a_run_that_ended_is_taken_over(lock):
    take(lock, ADA)
    assert take(lock, BOB, ended=ADA) == BOB


def test_the_lock_of_another_run_is_not_taken_over(lock):
    take(lock, ADA)
    assert take(lock, BOB, ended={**ADA, "pid": 3}) == ADA


def test_the_lock_says_since_when(lock):
    take(lock, ADA)
    assert json.loads(lock.read_text())["since"].endswith(" UTC")


def test_one_of_many_gets_the_lock(lock):
    runs = [{"by": "ada@laptop", "pid": number} for number in range(8)]
    with ThreadPoolExecutor(len(runs)) as pool:
        holders = list(pool.map(lambda run: take(lock, run), runs))
    assert all(holder == holders[0] for holder in holders)
