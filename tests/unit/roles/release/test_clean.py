# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[4] / "roles/release/files/clean.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Releases a to e, of which the later ones are newer, and what is remembered of their settings."""
    for number, name in enumerate("abcde"):
        release = tmp_path / "releases" / name
        release.mkdir(parents=True)
        (release / ".built").touch()
        (tmp_path / "remembered" / f"blog-release-{name}").mkdir(parents=True)
        os.utime(release, (number, number))
    return tmp_path


def was_live(project: Path, *names: str) -> None:
    for name in names:
        release = project / "releases" / name
        times = (release.stat().st_atime, release.stat().st_mtime)
        (release / ".live").touch()
        os.utime(release, times)


def clean(project: Path, live: str, keep: int) -> tuple[list[str], list[str]]:
    """The releases that stay, and those that the program says it removed."""
    command = [sys.executable, str(PROGRAM), str(project), live, str(keep), f"{project}/remembered/blog-release-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    removed = [line.removesuffix(": removed") for line in said if line != f"{live}: is live"]
    return sorted(path.name for path in (project / "releases").iterdir()), removed


def test_the_newest_stay(project):
    was_live(project, *"abcde")
    assert clean(project, "e", 3) == (["c", "d", "e"], ["b", "a"])


def test_the_live_one_stays_however_old_it_is(project):
    was_live(project, *"abcde")
    assert clean(project, "a", 2) == (["a", "e"], ["d", "c", "b"])


def test_one_that_was_live_stays_before_newer_ones_that_were_not(project):
    was_live(project, "a", "b")
    assert clean(project, "e", 3) == (["a", "b", "e"], ["d", "c"])


def test_the_live_one_is_known_as_such_afterwards(project):
    clean(project, "c", 5)
    was_live(project, "e")
    assert clean(project, "e", 2) == (["c", "e"], ["d", "b", "a"])


def test_what_is_remembered_of_a_release_goes_with_it(project):
    clean(project, "e", 2)
    assert sorted(path.name for path in (project / "remembered").iterdir()) == ["blog-release-d", "blog-release-e"]


def test_fewer_than_are_kept_stay(project):
    assert clean(project, "e", 9) == (list("abcde"), [])


def test_nothing_is_said_where_there_is_nothing_to_do(project):
    program = [sys.executable, str(PROGRAM), str(project), "e", "2", f"{project}/remembered/blog-release-"]
    said = [subprocess.run(program, check=True, capture_output=True, text=True).stdout for _run in range(2)]
    assert said == ["e: is live\nc: removed\nb: removed\na: removed\n", ""]
