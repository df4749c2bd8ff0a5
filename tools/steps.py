# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run make targets one after the other, with their durations, up to the first failure.

steps.py lint unit "scenario S=default"
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import time


def rule(text: str) -> None:
    print(f" {text} ".center(80, "="), flush=True)


def main(steps: list[str]) -> int:
    started = time.monotonic()
    report: list[str] = []
    for step in steps:
        rule(f"{step}: started after {time.monotonic() - started:.0f}s")
        began = time.monotonic()
        code = subprocess.run(["make", "--no-print-directory", *shlex.split(step)], check=False).returncode
        report.append(f"{'FAILED' if code else 'PASSED'} {step} ({time.monotonic() - began:.1f}s)")
        if code:
            break
    rule("short test summary info")
    print("\n".join(report))
    failed = report[-1].startswith("FAILED")
    passed = f"{len(report) - failed} passed in {time.monotonic() - started:.2f}s"
    rule(f"1 failed, {passed}" if failed else passed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
