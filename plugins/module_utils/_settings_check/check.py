# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One check of a project: look at it, judge what was seen, and put the result into words."""

from __future__ import annotations

import datetime
import os
import pwd
import secrets
import time
import typing as t

from ansible_collections.hardened.django.plugins.module_utils._settings_check import nginx, report
from ansible_collections.hardened.django.plugins.module_utils._settings_check.launch import Launcher, LaunchError, look
from ansible_collections.hardened.django.plugins.module_utils._settings_check.service import Service

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def check(parameters: dict[str, t.Any]) -> dict[str, t.Any]:
    """parameters: the options of the module. Raises LaunchError or ValueError; else returns what the module returns."""
    salt = parameters["salt"] or secrets.token_hex(16)
    options = {
        "seconds": parameters["timeout"],
        "salt": salt,
        "settings": parameters["settings"] or "",
        "pythonpath": parameters["pythonpath"],
        "django_checks": parameters["django_checks"],
        "tags": parameters["tags"],
        "databases": parameters["databases"],
        "probe": parameters["probe"],
    }
    service = Service(parameters["service"]) if parameters["service"] else None
    site = look(launcher(parameters, service), options)
    site["service"], site["edge"], site["now"] = None, None, time.time()
    if service:
        site["edge"] = nginx.look()
        name = service.name.rpartition(".")[0]
        timer = parameters["clearsessions_timer"] or f"{name}-clearsessions.timer"
        backups_file = parameters["backups_file"] or f"/var/lib/hardened.django/{name}/backups.json"
        site["service"] = service.describe(site, salt, timer, backups_file)
    site["expect"] = {name: value for name, value in parameters["expect"].items() if value is not None}
    judged = {**judge(site, parameters["waive"]), "facts": facts(site)}
    return {**judged, "report": table(judged)}


def uid(user: str) -> int:
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        raise LaunchError(f"user {user} does not exist on this host. Set user to the user of the service.") from None


def judge(site: dict[str, t.Any], waivers: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    judged = report.evaluate(site)
    today = datetime.date.today()
    findings, waived = report.apply_waivers(judged.findings, waivers, today)
    return {
        "findings": findings,
        "waived": waived,
        "silenced": judged.silenced,
        "passed": judged.passed,
        "not_applicable": judged.not_applicable,
    }


def launcher(parameters: dict[str, t.Any], service: Service | None) -> Launcher:
    python = os.path.join(parameters["venv"], "bin", "python") if parameters["venv"] else ""
    if service:
        return service.launcher(f"settings-check-{secrets.token_hex(8)}", parameters["timeout"] + 5, python)
    if parameters["launcher"]:
        return Launcher([*parameters["launcher"], "python", "-B", "-"])
    return own_launcher(python, parameters)


def own_launcher(python: str, parameters: dict[str, t.Any]) -> Launcher:
    if not os.path.exists(python):
        raise LaunchError(f"{parameters['venv']} is not a virtual environment: there is no bin/python. Set venv.")
    user = parameters["user"] or ""
    if not user and os.geteuid() == 0:
        raise LaunchError("user is not set: the project would run as root. Set user to the user of its service.")
    if user and os.geteuid() not in (0, uid(user)):
        raise LaunchError(f"Only root can run the project as {user}. Set become for the task.")
    home = pwd.getpwuid(uid(user)).pw_dir if user else os.path.expanduser("~")
    directory = parameters["chdir"]
    if directory and not os.path.isdir(directory):
        raise LaunchError(f"chdir {directory} is not a directory.")
    given = {**parameters["environment"], **parameters["secret_environment"]}
    own = {name: str(value) for name, value in given.items()}
    path = f"{os.path.dirname(python)}:{SYSTEM_PATH}"
    return Launcher(
        [python, "-B", "-"], user, directory or home, {"PATH": path, "HOME": home, "LANG": "C.UTF-8", **own}
    )


def table(result: dict[str, t.Any]) -> list[str]:
    """The result for people: a line about the whole, and one for each finding."""
    about = result["facts"]
    counts = {
        "rules passed": len(result["passed"]),
        "do not apply": len(result["not_applicable"]),
        "findings": len(result["findings"]),
        "waived": len(result["waived"]),
        "silenced": len(result["silenced"]),
    }
    numbers = ", ".join(f"{number} {name}" for name, number in counts.items())
    lines = [f"{about['settings_module']}, Django {about['django']}, Python {about['python']}: {numbers}"]
    for finding in result["findings"]:
        columns = f"{finding['row']} {finding['level']:<8} {finding['id']:<16}"
        lines.append(f"{columns} {finding['message']} {finding['hint'] or ''}".rstrip())
    return lines


def facts(site: dict[str, t.Any]) -> dict[str, t.Any]:
    """What may be shown of a project."""
    settings = site["settings"]
    shown = ("DEBUG", "ALLOWED_HOSTS", "STATIC_ROOT", "MEDIA_ROOT", "SESSION_ENGINE", "ROOT_URLCONF", "INSTALLED_APPS")
    flags = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    return {
        **{name: site[name] for name in ("django", "python", "settings_module", "replaced")},
        "settings": {name: settings.get(name) for name in shown + flags},
        "databases": {alias: values.get("ENGINE") for alias, values in (settings.get("DATABASES") or {}).items()},
        "caches": {alias: values.get("BACKEND") for alias, values in (settings.get("CACHES") or {}).items()},
        "secret_key": {name: site["secret_key"][name] for name in ("length", "fingerprint")},
        "secret_key_fallbacks": [
            {name: key[name] for name in ("length", "fingerprint")} for key in site["secret_key_fallbacks"]
        ],
        "service": site["service"],
        "certificates": (site["edge"] or {}).get("certificates", {}),
    }
