# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the site playbook costs that changes nothing: remote calls, seconds, and the ratio to a ping."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time

ROUNDS = 5
# Of a host that serves the site, with the data servers on it or not, and of a data server.
MOST_CALLS = {True: 16, False: 12}


class BenchError(Exception):
    """A command failed, or a run was not the one to measure."""


def run(command: list[str]) -> tuple[str, float]:
    began = time.monotonic()
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout, time.monotonic() - began


def unchanged(command: list[str]) -> tuple[str, float]:
    output, seconds = run(command)
    if set(re.findall(r"\bchanged=(\d+)", output)) != {"0"}:
        tasks = re.findall(r"^TASK \[(.*)\] \*+\n(?:(?!TASK|PLAY).*\n)*?changed:", output, re.MULTILINE)
        raise BenchError(f"the run changed something: {', '.join(tasks)}")
    return output, seconds


def remote_calls(output: str, inventory: str) -> list[str]:
    """A line for each host: how often the run went there."""
    listing = json.loads(run(["ansible-inventory", "--inventory", inventory, "--list"])[0])
    lines = []
    for name, variables in sorted(listing["_meta"]["hostvars"].items()):
        calls = output.count(f"<{variables['ansible_host']}> SSH: EXEC ")
        lines.append(f"remote calls to {name}: {calls} (at most {MOST_CALLS[name in listing['app']['hosts']]} wanted)")
    return lines


def main(inventory: str) -> int:
    site = ["ansible-playbook", "--inventory", inventory, "playbooks/site.yml"]
    ping = ["ansible", "all", "--inventory", inventory, "--module-name", "ansible.builtin.ping"]
    try:
        subprocess.run([sys.executable, "tools/hosts.py", "up", inventory], check=True)
        print(f"first run: {run(site)[1]:.1f}s", flush=True)
        calls = remote_calls(unchanged([*site, "-vvv"])[0], inventory)
        # In turn, so that other load on the machine meets both.
        rounds = [(run(ping)[1], unchanged(site)[1]) for number in range(ROUNDS)]
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    pings, sites = zip(*rounds, strict=True)
    for name, seconds in (("ping", pings), ("site.yml, no change", sites)):
        print(f"{name}: median {statistics.median(seconds):.2f}s ({min(seconds):.2f} to {max(seconds):.2f})")
    print(f"ratio to a ping: {statistics.median(site / ping for ping, site in rounds):.1f}")
    print("\n".join(calls))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
