"""Kill a run of Ansible after one of its changes, as when a controller loses its power."""

from __future__ import annotations

import os
import signal
import subprocess
import time

# Seconds from a change to the kill: it strikes between two tasks, early in the next one, or late in it.
PAUSES = [0, 0.6, 1.2]


def read_until(run: subprocess.Popen[str], play: str, task: str, host: str) -> None:
    """Read what a run prints until a task behind the start of a play has changed a host."""
    assert run.stdout
    seen = ""
    for line in run.stdout:
        seen += line
        current = seen.partition(f"PLAY [{play}")[2].rpartition("TASK [")[2]
        if current.startswith(task) and line.startswith(f"changed: [{host}]"):
            return
    raise AssertionError(seen)


def kill_where(run: subprocess.Popen[str], play: str, task: str, host: str) -> None:
    """Kill a run when a task behind the start of a play has changed a host."""
    with run:
        read_until(run, play, task, host)
        os.killpg(run.pid, signal.SIGKILL)


def kill_after_a_change(run: subprocess.Popen[str], pause: float, killed: list[str], done: str = "") -> bool:
    """Kill a run after the first change by a task and host that no run was yet killed after.

    The module of the next task may still be running on the host. Return whether the run came to its end, which it also
    does when it says, in the text done, that nothing is left to be done.
    """
    task = ""
    with run:
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
    finished = run.returncode == 0 or (done and done in " ".join(output.split()))
    assert finished, f"killed after {killed}: {output}"
    return True
