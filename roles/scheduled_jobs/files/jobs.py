# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the timers of a project, a line each: job, host, last run, result, next run. Arguments: project, host."""

import datetime
import json
import subprocess
import sys

WANTED = "ActiveState,ExecMainStartTimestamp,InactiveEnterTimestampMonotonic,OnFailure,Result"


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def when(microseconds):
    if not microseconds:
        return "never"
    return f"{datetime.datetime.fromtimestamp(microseconds / 1_000_000, datetime.UTC):%Y-%m-%d %H:%M} UTC"


def result(state):
    if state["ActiveState"] == "activating":
        return "runs"
    # systemd forgets results when the host goes down.
    return state["Result"] if int(state["InactiveEnterTimestampMonotonic"]) else "result not known"


project, host = sys.argv[1:]
for timer in json.loads(output("systemctl", "list-timers", "--all", "--output=json", f"{project}-*.timer") or "[]"):
    shown = output("systemctl", "show", "--timestamp=unix", f"--property={WANTED}", timer["activates"])
    state = dict(line.split("=", 1) for line in shown.splitlines())
    # A name may begin with that of another project.
    if f"{project}-alert@" in state["OnFailure"]:
        job = timer["activates"].removesuffix(".service").removeprefix(f"{project}-")
        # Somebody may have started it without the timer.
        last = max(timer["last"] or 0, int(state["ExecMainStartTimestamp"].lstrip("@") or 0) * 1_000_000)
        print(f"{job:<20} {host:<24} last {when(last)}, {result(state)}; next {when(timer['next'])}")
