# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of a configuration set, and how their failure is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # Runs a command without a shell; returns its exit code, stdout and stderr.
    Runner = Callable[[Sequence[str]], tuple[int, str, str]]

LAST_LINES = 15


class CommandFailed(Exception):
    """A command ended with an error; the message holds the command, its exit code and its last words."""


def check(run: Runner, command: Sequence[str]) -> str:
    """Run the command and return what it prints."""
    line = " ".join(command)
    try:
        rc, stdout, stderr = run(command)
    except OSError as error:
        raise CommandFailed(f"'{line}' could not be run: {error.strerror}") from error
    if rc != 0:
        raise CommandFailed(f"'{line}' ended with exit code {rc}: {_last_words(stdout, stderr)}")
    return stdout


def _last_words(stdout: str, stderr: str) -> str:
    lines = stderr.strip().splitlines()[-LAST_LINES:] + stdout.strip().splitlines()[-LAST_LINES:]
    return "\n".join(lines) or "it printed nothing"
