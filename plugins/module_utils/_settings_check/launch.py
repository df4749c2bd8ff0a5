# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the probe as the service runs, and take its answer."""

from __future__ import annotations

import inspect
import json
import os
import pwd
import secrets
import subprocess
import typing as t
from dataclasses import dataclass, field

from ansible_collections.hardened.django.plugins.module_utils._settings_check import probe

# The probe itself ends the project's process in time; this is for what is around it.
GRACE_SECONDS = 20
MOST_MESSAGE = 500

REMEDIES = {
    "NoDjango": "{message} has no Django. Set venv to the virtual environment of the project.",
    "OldDjango": "The project runs Django {message}; settings_check knows Django 4.2 and newer. Update Django.",
    "NoSettings": "DJANGO_SETTINGS_MODULE is not set. Set settings, or the variable in the environment of the service.",
}


# env(1), and systemd.exec(5), "Process Exit Codes": what could not be prepared, and where to look.
EXIT_CODES = {
    127: "there is no Python beside the program of the service: set venv",
    200: "its working directory cannot be entered: look at WorkingDirectory of the unit",
    217: "its user cannot be taken: look at User and Group of the unit",
    226: "its sandbox cannot be set up: look at the paths of the unit",
    243: "its credentials cannot be read: look at the files of LoadCredential of the unit",
}


class LaunchError(Exception):
    """The project could not be looked at; the message says why and what to do."""


@dataclass(frozen=True)
class Launcher:
    """A command that takes a Python program on its standard input.

    user: the name of the user to run as; empty for who runs the module, or when the command sees to that.
    environment: the whole environment; None for that of the module.
    """

    command: list[str]
    user: str = ""
    directory: str | None = None
    environment: dict[str, str] | None = None
    cleanup: list[str] = field(default_factory=list)


def look(launcher: Launcher, options: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the site (probe.py); raise LaunchError when there is none."""
    mark = secrets.token_hex(16)
    arguments = {**options, "mark": mark}
    program = f"{inspect.getsource(probe)}\n\nmain({arguments!r})\n"
    output, errors, code = _run(launcher, program, options["seconds"] + GRACE_SECONDS)
    parts = output.split(mark)
    if len(parts) != 3:
        raise LaunchError(
            f"The project's Python did not run as the service does (exit code {code}): "
            f"{EXIT_CODES.get(code) or errors.strip()[-MOST_MESSAGE:] or 'no message'}"
        )
    site: dict[str, t.Any] = json.loads(parts[1])
    if "error" in site:
        raise LaunchError(explain(site["error"]))
    return site


def explain(error: dict[str, str]) -> str:
    if error["type"] in REMEDIES:
        return REMEDIES[error["type"]].format(**error)
    begin = {
        "loading": "The project cannot be loaded",
        "settings": "The settings cannot be loaded",
        "setup": "Django cannot be set up with the settings",
        "checks": "The checks cannot be run",
        "probes": "The probes cannot be run",
    }[error["stage"]]
    place = f" ({error['place']})" if error["place"] else ""
    return f"{begin}: {error['type']}: {error['message']}{place}"


def _run(launcher: Launcher, program: str, seconds: float) -> tuple[str, str, int]:
    identity: dict[str, t.Any] = {}
    if launcher.user and os.geteuid() == 0:
        account = pwd.getpwnam(launcher.user)
        groups = os.getgrouplist(launcher.user, account.pw_gid)
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": groups}
    try:
        done = subprocess.run(
            launcher.command,
            input=program,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=launcher.directory,
            env=launcher.environment,
            timeout=seconds,
            **identity,
        )
    except subprocess.TimeoutExpired:
        raise LaunchError(f"{launcher.command[0]} did not end within {seconds:g} seconds.") from None
    except OSError as error:
        raise LaunchError(f"{error.filename or launcher.command[0]} cannot be run: {error.strerror}.") from None
    finally:
        if launcher.cleanup:
            subprocess.run(launcher.cleanup, capture_output=True, check=False)
    return done.stdout, done.stderr, done.returncode
