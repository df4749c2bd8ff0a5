"""Look for secrets where none may be: in every file of a host, and in what Ansible leaves on the controller."""

from __future__ import annotations

import base64
import configparser
import subprocess
from collections.abc import Iterable
from pathlib import Path

import testinfra
from browser import CHECKOUT

# Where the secrets of the site are, and where systemd hands them to its processes. /proc is read apart.
THEIRS = "/etc/guestbook/secrets", "/run/credentials", "/proc", "/sys", "/dev"
WALK = """
umask 077
cat >/run/credentials/.looked-for
find / \\( {theirs} \\) -prune -o -type f -print0 | xargs --null grep --files-with-matches --text --fixed-strings \
    --file=/run/credentials/.looked-for
for process in /proc/[0-9]*; do
    cat "$process/environ" "$process/cmdline" 2>/dev/null | grep --quiet --text --fixed-strings \
        --file=/run/credentials/.looked-for && echo "$process"
done
journalctl --output cat | grep --quiet --text --fixed-strings --file=/run/credentials/.looked-for && echo journal
rm /run/credentials/.looked-for
"""
# Writes what every callback plugin gets of the results of tasks, as one that feeds a log does.
CALLBACK = """
import json
from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_NAME = "results"

    def v2_runner_on_ok(self, result, **_more):
        with open({path!r}, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(result._result, default=str) + "\\n")

    v2_runner_on_failed = v2_runner_item_on_ok = v2_runner_item_on_failed = v2_runner_on_ok
"""


def places_on(host: testinfra.host.Host, secrets: Iterable[str]) -> list[str]:
    """Files and processes of a host that hold one of the secrets."""
    theirs = " -o ".join(f"-path {path}" for path in THEIRS)
    script = WALK.format(theirs=theirs).strip()
    # In another form, since the walk meets the processes that it consists of.
    encoded = base64.b64encode("\n".join(secrets).encode()).decode()
    walk = f"mkdir --parents /run/credentials; echo {encoded} | base64 --decode | sh -c '{script}'"
    return str(host.run(walk).stdout).split()


def places_in(directories: Iterable[Path], secrets: Iterable[str]) -> list[str]:
    """Files of the controller that hold one of the secrets. Those that go meanwhile belong to other runs."""
    grep = ["grep", "--recursive", "--no-messages", "--files-with-matches", "--text", "--fixed-strings", "--file=-"]
    text = "\n".join(secrets)
    found = subprocess.run([*grep, *directories], input=text, stdout=subprocess.PIPE, text=True, check=False)
    return found.stdout.splitlines()


def watched(directory: Path) -> Path:
    """Make a directory for runs of Ansible that keep facts and write down all results of tasks."""
    configuration = configparser.ConfigParser()
    configuration.read(CHECKOUT / "ansible.cfg", encoding="utf-8")
    (directory / "callbacks").mkdir()
    (directory / "callbacks/results.py").write_text(CALLBACK.format(path=str(directory / "results")), encoding="utf-8")
    configuration["defaults"].update(
        home=str(directory / "home"),
        collections_path=str(CHECKOUT / ".cache/collections"),
        callback_plugins=str(directory / "callbacks"),
        fact_caching="ansible.builtin.jsonfile",
        fact_caching_connection=str(directory / "facts"),
    )
    with (directory / "ansible.cfg").open("w", encoding="utf-8") as file:
        configuration.write(file)
    return directory
