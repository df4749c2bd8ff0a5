# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service on the host: its unit, its processes, its files, and whether it runs what is installed."""

from __future__ import annotations

import glob
import json
import os
import pwd
import re
import shlex
import stat
import subprocess
import typing as t

from ansible_collections.hardened.django.plugins.module_utils._settings_check import unit
from ansible_collections.hardened.django.plugins.module_utils._settings_check.launch import Launcher, LaunchError
from ansible_collections.hardened.django.plugins.module_utils._settings_check.probe import (
    PUBLIC_CREDENTIALS,
    fingerprint,
    read_environment,
)

# What systemd gives each process anew: systemd.exec(5), "Environment variables in spawned processes".
VOLATILE = {
    "CREDENTIALS_DIRECTORY",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "LISTEN_FDNAMES",
    "LISTEN_FDS",
    "LISTEN_PID",
    "MAINPID",
    "MANAGERPID",
    "MEMORY_PRESSURE_WATCH",
    "MEMORY_PRESSURE_WRITE",
    "NOTIFY_SOCKET",
    "PIDFILE",
    "PYTHONDONTWRITEBYTECODE",
    "REMOTE_ADDR",
    "REMOTE_PORT",
    "RUNTIME_DIRECTORY",
    "SYSTEMD_EXEC_PID",
    "TERM",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
    "_",
}


LOGROTATE = "/usr/sbin/logrotate"
LOGROTATE_FILES = ("/etc/logrotate.conf", "/etc/logrotate.d/*")
MICROSECONDS = 1_000_000


class Service:
    """A unit as systemd knows it."""

    def __init__(self, name: str) -> None:
        self.name = name if "." in name else f"{name}.service"
        self.text = self._output("systemctl", "cat", "--", self.name)
        self.state = self._state(self.name)

    def _output(self, *command: str) -> str:
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise LaunchError(
                f"{command[0]} cannot be run: {error.strerror}. service needs a host with systemd."
            ) from None
        if done.returncode:
            raise LaunchError(
                f"{self.name} is not a unit of this host ({done.stderr.strip()}). "
                "Set service to the unit of the application server, or use venv and settings before there is one."
            )
        return done.stdout

    def _state(self, name: str) -> dict[str, str]:
        wanted = (
            "ActiveState,UnitFileState,LoadState,MainPID,ControlGroup,ExecMainStartTimestamp,Result,TriggeredBy,Listen"
        )
        shown = self._output("systemctl", "show", "--timestamp=unix", f"--property={wanted}", "--", name)
        return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)

    def launcher(self, alias: str, seconds: float, python: str) -> Launcher:
        """Return the command that runs a program as this service runs. alias: name of the passing unit."""
        try:
            repeated = unit.properties(self.text, self.name, f"{alias}.service")
            program = python or unit.interpreter(self.text, self.name)
        except unit.UnitError as error:
            raise LaunchError(str(error)) from None
        command = ["systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--service-type=exec", f"--unit={alias}"]
        command += [f"--property={assignment}" for assignment in [*repeated, f"RuntimeMaxSec={seconds:g}"]]
        # Behind env, because systemd-run looks for the program outside of what the unit binds.
        command += ["/usr/bin/env", program, "-B", "-"]
        return Launcher(command, cleanup=["systemctl", "kill", "--signal=KILL", f"{alias}.service"])

    def describe(self, site: dict[str, t.Any], salt: str, timer: str, backups_file: str) -> dict[str, t.Any]:
        """Return what the rules know about the service."""
        values = dict(unit.directives(self.text))
        pid = int(self.state.get("MainPID") or 0)
        words = self._words(values, pid)
        name = values.get("User", "root")
        return {
            "name": self.name,
            "user": name,
            "uid": self._uid(name, pid),
            "active": self.state["ActiveState"] == "active",
            "failed": self.state["ActiveState"] == "failed",
            "has_active_socket": any(self._state(name).get("ActiveState") == "active" for name in self._socket_units()),
            "processes": self._processes(words),
            "sockets": self._sockets(words),
            "interface": interface(words),
            "runserver": "runserver" in words,
            "credentials": [credential(path, salt) for path in unit.credential_files(self.text)],
            "drift": self._drift(site, salt, pid) if pid else [],
            "local_addresses": local_addresses(),
            "timer": self._timer(timer),
            "rotated": rotated(),
            "backups": backups(backups_file),
        }

    def _words(self, values: dict[str, str], pid: int) -> list[str]:
        if pid:
            with open(f"/proc/{pid}/cmdline", "rb") as stream:
                return [word.decode(errors="replace") for word in stream.read().split(b"\0") if word]
        return shlex.split(values.get("ExecStart", ""))

    def _sockets(self, words: list[str]) -> list[str]:
        """Where the service takes requests: the sockets that systemd opens for it, or those it opens itself."""
        opened = [self._state(name).get("Listen", "").partition(" ")[0] for name in self._socket_units()]
        bound = re.findall(r"(?:^|\s)(?:-b|--bind|--uds)[ =](?:unix:)?(\S+)", " ".join(words))
        return sorted(filter(None, opened or bound))

    def _socket_units(self) -> list[str]:
        return [name for name in self.state.get("TriggeredBy", "").split() if name.endswith(".socket")]

    def _uid(self, name: str, pid: int) -> int | None:
        if pid:
            return os.stat(f"/proc/{pid}").st_uid
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            return None

    def _processes(self, words: list[str]) -> int:
        """Processes that answer requests: gunicorn's first one only watches the others."""
        try:
            with open(f"/sys/fs/cgroup{self.state['ControlGroup']}/cgroup.procs", encoding="ascii") as stream:
                number = len(stream.readlines())
        except OSError:
            number = 1
        return max(1, number - any("gunicorn" in word for word in words))

    def _drift(self, site: dict[str, t.Any], salt: str, pid: int) -> list[str]:
        """What has changed on disk since the process started, and is not yet in use."""
        running = {name: fingerprint(value, salt) for name, value in read_environment(str(pid)).items()}
        # A server that writes its title into its own process overwrites what it was started with.
        names = (running.keys() | site["environment"].keys()) - VOLATILE if "PATH" in running else set()
        changed = [name for name in sorted(names) if running.get(name) != site["environment"].get(name)]
        found = [f"environment variable {name}" for name in changed]
        started = float(self.state.get("ExecMainStartTimestamp", "").lstrip("@") or 0)
        seen = [(path, f"/proc/{pid}/root{path}") for path in site["files"]]
        kept = [(path, path) for path in unit.credential_files(self.text)]
        found += [f"file {path}" for path, place in seen + kept if modified(place) > started]
        return found + [
            f"directory {source}" for source, target in self._binds() if not same(source, f"/proc/{pid}/root{target}")
        ]

    def _binds(self) -> list[tuple[str, str]]:
        values = [value for name, value in unit.directives(self.text) if name in ("BindPaths", "BindReadOnlyPaths")]
        pairs = [pair.lstrip("-").split(":") for value in values for pair in value.split()]
        return [(pair[0], pair[1]) for pair in pairs if len(pair) > 1 and os.path.exists(pair[0])]

    def _timer(self, name: str) -> dict[str, t.Any] | None:
        timer, service = self._state(name), self._state(name.replace(".timer", ".service"))
        if timer["LoadState"] != "loaded":
            return None
        listed = json.loads(self._output("systemctl", "list-timers", "--all", "--output=json", "--", name) or "[]")
        times = listed[0] if listed else {}
        return {
            "name": name,
            "enabled": timer["UnitFileState"] == "enabled",
            "active": timer["ActiveState"] == "active",
            "last_result": service["Result"],
            "last_run": (times.get("last") or 0) / MICROSECONDS or None,
            "next_run": (times.get("next") or 0) / MICROSECONDS or None,
        }


def backups(path: str) -> dict[str, t.Any]:
    """When the newest good backup and the last restore drill finished, in seconds since 1970, and their periods."""
    try:
        with open(path, encoding="utf-8") as stream:
            told = json.load(stream)
        kinds = ["backup"] + ["restore_drill"] * ("restore_drill" in told)
        times = {kind: {name: float(told[kind][name]) for name in ("finished", "period")} for kind in kinds}
    except FileNotFoundError:
        return {"path": path, "error": "", "times": None}
    except (OSError, ValueError, TypeError, LookupError) as error:
        return {"path": path, "error": f"{type(error).__name__}: {error}", "times": {}}
    return {"path": path, "error": "", "times": times}


def rotated() -> list[str]:
    """The patterns of files that logrotate rotates; none where it is not installed."""
    if not os.path.exists(LOGROTATE):
        return []
    return [pattern for source in LOGROTATE_FILES for path in glob.glob(source) for pattern in rotated_by(path)]


def rotated_by(path: str) -> list[str]:
    """logrotate(8): the words in front of each brace are files, relative ones do not exist."""
    with open(path, encoding="utf-8", errors="replace") as stream:
        lines = [line for line in stream if not line.lstrip().startswith("#")]
    heads = re.findall(r"([^{}]*)\{", "".join(lines))
    words = [word for head in heads for word in re.findall(r"""\"[^\"]*\"|'[^']*'|\S+""", head)]
    return [path for path in (word.strip("\"'") for word in words) if path.startswith("/")]


def interface(words: list[str]) -> str | None:
    """WSGI or ASGI, from the command line of the server."""
    line = " ".join(words).lower()
    if any(server in line for server in ("uvicorn", "daphne", "hypercorn", "granian", "asgi")):
        return "asgi"
    return "wsgi" if any(server in line for server in ("gunicorn", "uwsgi", "waitress", "wsgi")) else None


def credential(path: str, salt: str) -> dict[str, t.Any]:
    """What may be told about a file of a secret; the fingerprint of one that is empty or no secret is empty."""
    try:
        found = os.stat(path)
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            value = stream.read()
    except OSError:
        return {"path": path, "mode": "", "owner": "", "modified": 0.0, "fingerprint": ""}
    try:
        owner = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        owner = str(found.st_uid)
    mode = f"{stat.S_IMODE(found.st_mode):04o}"
    kept = fingerprint(value, salt) if value and not path.endswith(PUBLIC_CREDENTIALS) else ""
    return {"path": path, "mode": mode, "owner": owner, "modified": found.st_mtime, "fingerprint": kept}


def local_addresses() -> list[str]:
    try:
        shown = subprocess.run(["ip", "-json", "address"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ["127.0.0.1", "::1"]
    return [
        address["local"]
        for device in json.loads(shown)
        for address in device.get("addr_info", ())
        if "local" in address
    ]


def modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
