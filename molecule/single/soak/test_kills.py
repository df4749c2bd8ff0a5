"""A run that is killed at any of its tasks leaves the old site serving, and the next run completes it."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess

import pytest
from browser import CHECKOUT

pytestmark = pytest.mark.soak

VERSIONS = itertools.cycle(["next", "main"])


def deploy(scenario, version):
    """The command that deploys a version, and its environment."""
    source = {"type": "git", "url": f"file://{CHECKOUT}/.cache/guestbook.git", "version": version}
    playbook = str(CHECKOUT / "playbooks/site.yml")
    variables = json.dumps({"project_source": source})
    environment = {**os.environ, "MOLECULE_PROJECT_DIRECTORY": str(CHECKOUT)}
    return ["ansible-playbook", "-i", str(scenario.inventory), playbook, "-e", variables], environment


def kill_at_task(scenario, version, number):
    """Start a deployment and kill all its processes when it begins a task; tell whether it came that far."""
    command, environment = deploy(scenario, version)
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        assert run.stdout
        for line in run.stdout:
            number -= line.startswith("TASK [")
            if number < 0:
                os.killpg(run.pid, signal.SIGKILL)
                return True
    return False


def test_a_run_killed_at_any_task_is_completed_by_the_next(scenario, browser):
    for number in itertools.count():
        version = next(VERSIONS)
        killed = kill_at_task(scenario, version, number)
        assert browser.get("/health/").text == "ok\n", f"killed at task {number}"
        result = scenario.playbook("-e", deploy(scenario, version)[0][-1])
        assert result.returncode == 0, f"killed at task {number}: {result.stdout}"
        assert ("the next release" in browser.get("/").text) == (version == "next"), f"killed at task {number}"
        if not killed:
            return
