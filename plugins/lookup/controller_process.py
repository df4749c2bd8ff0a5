# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lookup that describes this run of Ansible, and tells whether another run of this machine has ended."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
from typing import Any

from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=kwargs)
        return [has_ended(term) for term in terms] if terms else [this_run()]


def this_run() -> dict[str, Any]:
    # A lookup runs in a process that the playbook's own has forked for a task.
    pid = os.getppid()
    by = f"{getpass.getuser()}@{platform.node()}"
    return {"by": by, "machine": machine(), "pid": pid, "started": started(pid)}


def has_ended(run: dict[str, Any]) -> bool:
    # The start tells a run from a later process that was given its number.
    return bool(run["machine"] == machine() and run["started"] != started(run["pid"]))


def machine() -> str:
    """The controller since it was started; on Linux with the container, in which processes have their own numbers."""
    words = [platform.node()]
    if os.path.exists("/proc/self/ns/pid"):
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            words += [stream.read().strip(), os.readlink("/proc/self/ns/pid")]
    return " ".join(words)


def started(pid: int) -> str:
    """When a process started, in words that do not vary; empty when there is none."""
    if os.path.exists("/proc/self/stat"):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
                # proc_pid_stat(5): the 22nd field, in ticks since the boot. The name before them may hold anything.
                return stream.read().rpartition(")")[2].split()[19]
        except OSError:
            return ""
    # What ps shows on Linux is computed from the clock, and may be a second off; elsewhere the kernel keeps the time.
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return " ".join(done.stdout.split())
