"""Kill a run of Ansible after one of its changes, as when a controller loses its power."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from browser import CHECKOUT

# Seconds from a change to the kill: it strikes between two tasks, early in the next one, or late in it.
PAUSES = [0, 0.6, 1.2]


def kill_after_a_change(command: list[str], pause: float, killed: list[str]) -> bool:
    """Start a run and kill its processes after the first change by a task and host that it was not yet killed after.

    The module of the next task may still be running on the host. Return whether the run came to its end.
    """
    task = ""
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as run:
        assert run.stdout
        output = ""
        for line in run.stdout:
            output += line
            if line.startswith("TASK ["):
                task = line
            elif line.startswith("changed:") and task + line not in killed:
                killed.append(task + line)
                time.sleep(pause)
                os.killpg(run.pid, signal.SIGKILL)
                return False
    assert run.returncode == 0, f"killed after {killed}: {output}"
    return True
