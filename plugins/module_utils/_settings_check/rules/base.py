# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all rules share: the form of a rule, and questions that several of them ask of a site."""

from __future__ import annotations

import fnmatch
import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    # What the probe found out about a project.
    Site = Mapping[str, Any]
    # The settings that are not as they should be, each with a message.
    Pairs = Iterable[tuple[str, str]]
    Rule = Callable[[Site], Pairs]


class NotApplicable(Exception):
    """A rule has nothing to say about this site; the message tells why."""


def agreement(setting: str, key: str) -> Callable[[Rule], Rule]:
    """Let a rule compare a setting with a key of `expect`: where one was asked for, and the project does not decide."""

    def guard(rule: Rule) -> Rule:
        @functools.wraps(rule)
        def guarded(site: Site) -> Pairs:
            if setting in (site["expect"].get("unmanaged") or []):
                raise NotApplicable(f"{setting} is left to the project")
            if site["expect"].get(key) is None:
                raise NotApplicable(f"nothing was asked for: expect has no {key}")
            return rule(site)

        return guarded

    return guard


def key(setting: str, *keys: object) -> str:
    """The name of a value inside a setting, as one would write it in Python."""
    return setting + "".join(f"[{part}]" if isinstance(part, int) else f'["{part}"]' for part in keys)


def reported(site: Site, *ids: str) -> bool:
    """Whether Django's own checks report one of these ids, so that a rule would only repeat it."""
    return any(check["id"] in ids and not check["silenced"] for check in site["checks"])


def expected_domains(site: Site) -> list[str]:
    return [domain.lower() for domain in site["expect"].get("domains") or []]


def items(value: Any) -> list[Any]:
    """The elements of a setting that should be a list and may be anything."""
    return list(value) if isinstance(value, (list, tuple)) else []


def mapping(value: Any) -> dict[str, Any]:
    """The content of a setting that should be a dictionary and may be anything."""
    return dict(value) if isinstance(value, dict) else {}


def has_app(site: Site, app: str) -> bool:
    """Whether the app is installed, by its name or by its configuration class."""
    names = [str(name) for name in items(site["settings"].get("INSTALLED_APPS"))]
    return any(name == app or name.startswith(f"{app}.") for name in names)


def has_middleware(site: Site, *class_names: str) -> bool:
    """Whether a middleware class of this name is installed, wherever it comes from."""
    names = [str(name) for name in items(site["settings"].get("MIDDLEWARE"))]
    return any(name.rpartition(".")[2] in class_names for name in names)


def has_sessions(site: Site) -> bool:
    """Whether the project has sessions: Django's application for them, or a middleware of any name for sessions."""
    names = [str(name).rpartition(".")[2] for name in items(site["settings"].get("MIDDLEWARE"))]
    return has_app(site, "django.contrib.sessions") or any("session" in name.lower() for name in names)


def older_than(site: Site, *version: int) -> bool:
    """Whether the project's Django is older than a version."""
    return tuple(site["django_version"]) < version


def several_processes(site: Site) -> bool:
    """Whether more than one process serves the site; unless known, yes, as is usual for application servers."""
    service = site["service"] or {}
    counts = [site["expect"].get("processes"), service.get("processes") if service.get("active") else None]
    known = [count for count in counts if count]
    return not known or max(known) > 1


def is_rotated(path: str, site: Site) -> bool:
    """Whether a configuration of logrotate names the file."""
    patterns = (site["service"] or {}).get("rotated") or []
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def error_tracker(site: Site) -> bool:
    """Whether exceptions go to a service such as Sentry."""
    settings = site["settings"]
    named = any(settings.get(name) for name in ("SENTRY_DSN", "ROLLBAR", "BUGSNAG", "HONEYBADGER", "RAVEN_CONFIG"))
    apps = ("sentry_sdk", "raven", "rollbar", "bugsnag", "honeybadger", "elasticapm")
    handlers = [handler["class"] for chain in site["handlers"].values() for handler in chain]
    used = [*items(settings.get("INSTALLED_APPS")), *items(settings.get("MIDDLEWARE")), *handlers]
    return named or any(str(name).partition(".")[0] in apps for name in used)
