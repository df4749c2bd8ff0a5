"""Targets side by side, in groups, up to the first failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

STEPS = Path(__file__).resolve().parents[3] / "tools/steps.py"
OUTPUT = r"much\n\033[31mFAILED\033[0m test_a - one\nE     assert 1 == 2\n  | fatal: [app1]: FAILED!\nmore\n"
MAKEFILE = f"""
good scenario:
\t@echo all is $@ $(S)
bad:
\t@printf '{OUTPUT}'; false
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


def test_the_summary_repeats_what_failed(steps):
    summary = steps("bad", "--", "good").stdout.partition(" short test summary info ")[2]
    assert "\n    FAILED test_a - one\n    E     assert 1 == 2\n      | fatal: [app1]: FAILED!\n" in summary
    assert "much" not in summary
