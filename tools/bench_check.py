# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What settings_check costs for a Wagtail project, beside `manage.py check --deploy` of the same project."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".cache/bench-wagtail"
PYTHON = HOME / "venv/bin/python"
PROJECT = HOME / "site"
WAGTAIL = "wagtail>=7,<8"
ROUNDS = 7
MOST_TIME, MOST_MEMORY = 1.3, 1.2
# The module without Ansible around it: the same look, the same rules.
CHECK = f"""
import getpass, sys
sys.path.insert(0, {str(ROOT / ".cache/collections")!r})
from ansible_collections.hardened.django.plugins.module_utils._settings_check.check import check
names = ("service", "launcher", "clearsessions_timer", "salt")
lists = ("tags", "databases", "probe", "waive")
mappings = ("expect", "environment", "secret_environment")
print(len(check({{
    **dict.fromkeys(names), **{{name: [] for name in lists}}, **{{name: {{}} for name in mappings}}, "timeout": 60.0,
    "django_checks": True, "venv": {str(HOME / "venv")!r}, "settings": "site_.settings.production",
    "pythonpath": [{str(PROJECT)!r}], "chdir": {str(PROJECT)!r}, "user": getpass.getuser(),
}})["passed"]))
"""


def prepare() -> None:
    if (HOME / "ready").exists():
        return
    print("installing Wagtail (a minute)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", HOME / "venv"], check=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", WAGTAIL], check=True)
    PROJECT.mkdir(exist_ok=True)
    subprocess.run([HOME / "venv/bin/wagtail", "start", "site_", PROJECT], check=True, stdout=subprocess.DEVNULL)
    settings = PROJECT / "site_/settings/production.py"
    settings.write_text(
        settings.read_text() + '\nSECRET_KEY = "only for this measurement"\nALLOWED_HOSTS = ["localhost"]\n'
    )
    (HOME / "ready").touch()


def measure(command: list[str]) -> tuple[float, int]:
    """Seconds, and the memory in KiB of the largest process that ran."""
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "site_.settings.production"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    status, usage = os.wait4(process.pid, 0)[1:]
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"bench: {command[:3]} failed")
    return time.monotonic() - began, usage.ru_maxrss


def main() -> int:
    prepare()
    deploy = [str(PYTHON), "manage.py", "check", "--deploy", "--fail-level", "CRITICAL"]
    own = [sys.executable, "-c", CHECK]
    rounds = [(measure(deploy), measure(own)) for number in range(ROUNDS + 1)][1:]
    for name, results in zip(("manage.py check --deploy", "settings_check"), zip(*rounds, strict=True), strict=True):
        seconds, memory = (statistics.median(values) for values in zip(*results, strict=True))
        print(f"{name}: median {seconds:.2f}s, {memory / 1024:.0f} MiB")
    time_ratio = statistics.median(ours[0] / theirs[0] for theirs, ours in rounds)
    memory_ratio = statistics.median(ours[1] / theirs[1] for theirs, ours in rounds)
    print(f"ratio of time: {time_ratio:.2f} (at most {MOST_TIME} wanted)")
    print(f"ratio of memory: {memory_ratio:.2f} (at most {MOST_MEMORY} wanted)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
