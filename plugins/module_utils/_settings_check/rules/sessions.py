# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions, and the removal of expired ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    has_sessions,
    key,
    several_processes,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.stores import (
    DUMMY,
    LOCAL_MEMORY,
    cache_kind,
    caches,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

ENGINES = "django.contrib.sessions.backends."
YEAR = 366 * 24 * 60 * 60


def weak_engine(site: Site) -> Pairs:
    engine = _engine(site)
    if engine == "signed_cookies":
        yield "SESSION_ENGINE", "SESSION_ENGINE is signed_cookies: a session cannot be ended before it expires."
    elif engine == "file":
        yield "SESSION_ENGINE", "SESSION_ENGINE is file: each host has sessions of its own."


def useless_cache(site: Site) -> Pairs:
    engine = _engine(site)
    if engine not in ("cache", "cached_db"):
        raise NotApplicable("sessions are not kept in a cache")
    alias = str(site["settings"].get("SESSION_CACHE_ALIAS", "default"))
    if alias not in caches(site):
        yield (
            "SESSION_CACHE_ALIAS",
            f"SESSION_CACHE_ALIAS is {alias!r}, which CACHES does not have: every request fails.",
        )
        return
    kind, name = cache_kind(caches(site)[alias]), key("CACHES", alias, "BACKEND")
    if kind == DUMMY and engine == "cache":
        yield "SESSION_ENGINE", f"SESSION_ENGINE is {engine}, and {name} keeps nothing: nobody can log in."
    elif kind == LOCAL_MEMORY and several_processes(site):
        yield "SESSION_ENGINE", f"SESSION_ENGINE is {engine}, and {name} is another cache in each process."


def no_timer(site: Site) -> Pairs:
    timer = _timer(site)
    if timer is None:
        yield "SESSION_ENGINE", "Expired sessions stay for ever: no timer of the service runs clearsessions."
    elif not timer["enabled"] or not timer["active"]:
        state = "is not enabled" if not timer["enabled"] else "does not run"
        yield timer["name"], f"Expired sessions stay for ever: {timer['name']} {state}."


def failed_timer(site: Site) -> Pairs:
    timer = _timer(site)
    if timer is None:
        raise NotApplicable("no timer of the service runs clearsessions")
    if timer["last_result"] not in ("success", "", None):
        yield timer["name"], f"The last run of {timer['name']} failed: {timer['last_result']}."


def timer_without_run(site: Site) -> Pairs:
    timer = _timer(site)
    if timer is None or not timer["active"]:
        raise NotApplicable("no timer that runs clearsessions is active")
    if not timer["next_run"]:
        yield timer["name"], f"{timer['name']} has no next run: its calendar holds no time to come."


def long_age(site: Site) -> Pairs:
    _engine(site)
    age = site["settings"].get("SESSION_COOKIE_AGE")
    if isinstance(age, int) and age > YEAR:
        yield "SESSION_COOKIE_AGE", f"SESSION_COOKIE_AGE is {age}, more than a year."


def pickled(site: Site) -> Pairs:
    _engine(site)
    serializer = str(site["settings"].get("SESSION_SERIALIZER", ""))
    if serializer.endswith("PickleSerializer"):
        yield "SESSION_SERIALIZER", f"SESSION_SERIALIZER is {serializer}: who can write a session can run code."


def _engine(site: Site) -> str:
    """The short name of Django's engine, or the path of another one."""
    if not has_sessions(site):
        raise NotApplicable("the project has no sessions")
    engine = str(site["settings"].get("SESSION_ENGINE", ""))
    return engine[len(ENGINES) :] if engine.startswith(ENGINES) else engine


def _timer(site: Site) -> dict[str, Any] | None:
    if _engine(site) not in ("db", "cached_db", "file"):
        raise NotApplicable("the session engine keeps no expired sessions, or has a command of its own")
    if not site["service"]:
        raise NotApplicable("no service was looked at")
    timer: dict[str, Any] | None = site["service"]["timer"]
    return timer


RULES: dict[str, Rule] = {
    "sessions.W001": weak_engine,
    "sessions.E002": useless_cache,
    "sessions.W003": no_timer,
    "sessions.E004": failed_timer,
    "sessions.I005": long_age,
    "sessions.E006": pickled,
    "sessions.W007": timer_without_run,
}
