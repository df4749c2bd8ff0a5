"""Targets side by side, in groups, up to the first failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

STEPS = Path(__file__).resolve().parents[3] / "tools/steps.py"
MAKEFILE = """
good scenario:
\t@echo all is $@ $(S)
bad:
\t@false
later: ; touch later
"""


@pytest.fixture
def steps(tmp_path):
    (tmp_path / "Makefile").write_text(MAKEFILE)

    def run(*arguments):
        return subprocess.run(
            [sys.executable, STEPS, *arguments], cwd=tmp_path, text=True, capture_output=True, check=False
        )

    return run


def test_every_line_is_marked_with_its_target(steps):
    done = steps("good", "--", "scenario S=single")
    assert done.returncode == 0
    assert "s good               | all is good" in done.stdout
    assert "s single             | all is scenario single" in done.stdout
    assert " 2 passed in " in done.stdout


def test_nothing_begins_behind_a_failure(steps, tmp_path):
    done = steps("good", "bad", "--", "later")
    assert done.returncode == 1
    assert "FAILED bad" in done.stdout
    assert "SKIPPED later" in done.stdout
    assert " 1 failed, 1 skipped, 1 passed in " in done.stdout
    assert not (tmp_path / "later").exists()
