# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run make targets, as many at a time as the machine has cores, each line of output marked with its target.

The summary at the end repeats, for each target that failed, the lines that name a cause.

Targets behind a `--` begin when all before it have passed:

steps.py lint images -- "scenario S=default" "scenario S=single"
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

STARTED = time.monotonic()
FAILED = threading.Event()
# How pytest, Ansible and Molecule begin a line that names what failed, behind colours and Molecule's frame.
CAUSE = re.compile(r"^\W*(?:FAILED |ERROR |E  +|fatal: |\[ERROR\]|CRITICAL )")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CAUSES = 20


def say(name: str, text: str) -> None:
    # One write for each line: lines of targets that run side by side never mix.
    sys.stdout.write(f"{time.monotonic() - STARTED:5.0f}s {name:<18} | {text}\n")
    sys.stdout.flush()


def run(step: str) -> str:
    """Run a target unless another has failed; return its part of the summary."""
    name = step.removeprefix("scenario S=")
    if FAILED.is_set():
        return f"SKIPPED {name}"
    say(name, "started")
    began = time.monotonic()
    causes: list[str] = []
    command = ["make", "--no-print-directory", *shlex.split(step)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            say(name, line.rstrip())
            if CAUSE.match(plain := COLOUR.sub("", line.rstrip())):
                causes.append(plain[:300])
    passed = process.returncode == 0
    if not passed:
        FAILED.set()
    result = f"{'PASSED' if passed else 'FAILED'} {name} ({time.monotonic() - began:.0f}s)"
    say(name, result)
    return result if passed else "\n    ".join([result, *causes[-CAUSES:]])


def main(arguments: list[str]) -> int:
    report: list[str] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for separator, steps in itertools.groupby(arguments, "--".__eq__):
            if not separator:
                report += pool.map(run, steps)
    print(" short test summary info ".center(80, "="))
    print("\n".join(report))
    counts = {word: sum(line.startswith(word) for line in report) for word in ("FAILED", "SKIPPED", "PASSED")}
    totals = ", ".join(f"{count} {word.lower()}" for word, count in counts.items() if count)
    print(f" {totals} in {time.monotonic() - STARTED:.2f}s ".center(80, "="))
    return 1 if FAILED.is_set() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
