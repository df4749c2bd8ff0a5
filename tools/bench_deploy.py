# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new release costs that changes one line of code: seconds, remote calls, disk."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import yaml
from bench import BenchError, run

ROUNDS = 3
MOST_SECONDS = 25
MOST_DISK = 1.5
SHOWN_TASKS = 12
SOURCE = Path(".cache/bench/guestbook")
CHANGED = SOURCE / "guestbook/templates/guestbook/base.html"


class Step(NamedTuple):
    """A task as it appears in the output of ansible-playbook, and when."""

    play: str
    task: str
    began: float


class Deployment(NamedTuple):
    """When the last host was switched, and where the time went."""

    switched: float
    ended: float
    plays: dict[str, float]
    tasks: dict[str, float]


def change(number: int) -> None:
    with CHANGED.open("a", encoding="utf-8") as file:
        file.write(f"<!-- change {number} -->\n")


def deploy(command: list[str]) -> Deployment:
    began = time.monotonic()
    steps: list[Step] = []
    lines: list[str] = []
    play = ""
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        if process.stdout is None:
            raise BenchError("ansible-playbook has no output")
        for line in process.stdout:
            lines.append(line)
            header = re.match(r"(PLAY|TASK|RUNNING HANDLER) (?:\[(.*)\]|RECAP) \*", line)
            if header:
                play = header[2] or "recap" if header[1] == "PLAY" else play
                steps.append(Step(play, header[2] if header[1] != "PLAY" else "", time.monotonic() - began))
    if process.returncode:
        raise BenchError("".join(lines))
    return measured(steps, time.monotonic() - began)


def measured(steps: list[Step], ended: float) -> Deployment:
    plays: dict[str, float] = defaultdict(float)
    tasks: dict[str, float] = defaultdict(float)
    plays["start of ansible-playbook"] = steps[0].began
    switched = 0.0
    for step, until in zip(steps, [*(step.began for step in steps[1:]), ended], strict=True):
        plays[step.play] += until - step.began
        tasks[step.task] += until - step.began
        if "switch | Switch to the release" in step.task:
            switched = until
    if not switched:
        raise BenchError("the run switched to no release")
    return Deployment(switched, ended, dict(plays), dict(tasks))


def hosts(inventory: str) -> dict[str, str]:
    everything = yaml.safe_load(Path(inventory, "hosts.yml").read_text(encoding="utf-8"))["all"]
    return {name: host["ansible_host"] for name, host in everything["children"]["app"]["hosts"].items()}


def ssh_configuration(inventory: str) -> str:
    everything = yaml.safe_load(Path(inventory, "hosts.yml").read_text(encoding="utf-8"))["all"]
    return f".cache/ssh/config-{everything['vars']['host_network']}"


def disk(inventory: str) -> dict[str, tuple[int, int, int]]:
    """For each host: how many releases there are, their KiB, and those of the releases and uv's cache."""
    script = "cd /srv; set -- guestbook/releases/*/; echo $#; du -s guestbook/releases; du -sc guestbook/releases uv"
    found = {}
    for name, address in hosts(inventory).items():
        output = run(["ssh", "-F", ssh_configuration(inventory), address, f"sudo sh -euc '{script}'"])[0].splitlines()
        found[name] = (int(output[0]), int(output[1].split()[0]), int(output[-1].split()[0]))
    return found


def medians(name: str, rounds: list[dict[str, float]], shown: int) -> None:
    middle = {key: statistics.median(each.get(key, 0.0) for each in rounds) for each in rounds for key in each}
    for key, seconds in sorted(middle.items(), key=lambda item: -item[1])[:shown]:
        print(f"  {name} {seconds:5.2f}s  {key}")


def main(inventory: str) -> int:
    playbook = ["ansible-playbook", "--inventory", inventory]
    ping = ["ansible", "app", "--inventory", inventory, "--module-name", "ansible.builtin.ping"]
    try:
        shutil.rmtree(SOURCE, ignore_errors=True)
        shutil.copytree("examples/guestbook", SOURCE)
        subprocess.run([sys.executable, "tools/hosts.py", "down", inventory], check=True)
        subprocess.run([sys.executable, "tools/hosts.py", "up", inventory], check=True)
        print(f"first run: {run([*playbook, 'playbooks/site.yml'])[1]:.1f}s", flush=True)
        alone = disk(inventory)
        pings, deployments = [], []
        for number in range(ROUNDS):
            change(number)
            pings.append(run(ping)[1])
            deployments.append(deploy([*playbook, "playbooks/deploy.yml"]))
        change(ROUNDS)
        output = run([*playbook, "playbooks/deploy.yml", "-vvv"])[0]
        kept = disk(inventory)
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    switched = [deployment.switched for deployment in deployments]
    ended = [deployment.ended for deployment in deployments]
    wanted = f"at most {MOST_SECONDS}s wanted with two cores"
    print(f"ping: median {statistics.median(pings):.2f}s ({min(pings):.2f} to {max(pings):.2f})")
    for name, seconds in ((f"deploy.yml to the last switch ({wanted})", switched), ("deploy.yml to the end", ended)):
        print(f"{name}: median {statistics.median(seconds):.2f}s ({min(seconds):.2f} to {max(seconds):.2f})")
    print(f"ratio to a ping: {statistics.median(end / ping for ping, end in zip(pings, ended, strict=True)):.1f}")
    medians("play", [deployment.plays for deployment in deployments], SHOWN_TASKS)
    medians("task", [deployment.tasks for deployment in deployments], SHOWN_TASKS)
    for name, address in hosts(inventory).items():
        print(f"remote calls to {name}: {output.count(f'<{address}> SSH: EXEC ')}")
        releases, size, with_cache = kept[name]
        share = size / alone[name][1]
        cached = with_cache / alone[name][2]
        print(f"disk of {releases} releases on {name}: {size} KiB, {share:.2f} times one (at most {MOST_DISK} wanted)")
        print(f"the same with uv's cache: {with_cache} KiB, {cached:.2f} times one")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
