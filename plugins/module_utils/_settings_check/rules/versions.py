# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that came with a version of Django or went with it, and the version itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    items,
    key,
    mapping,
    older_than,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

SALT_FALLBACK = "SIGNED_COOKIE_LEGACY_SALT_FALLBACK"
POLICIES = ("SECURE_CSP", "SECURE_CSP_REPORT_ONLY")
TASKS = "django.tasks.backends."
# Settings that Django reads since when, or no longer since when, without a word in other versions.
NEW = {"MAILERS": (6, 1), "SECURE_CSP": (6, 0), "SECURE_CSP_REPORT_ONLY": (6, 0)}
GONE = {"DEFAULT_FILE_STORAGE": (5, 1), "STATICFILES_STORAGE": (5, 1)}


def chosen_salt_fallback(site: Site) -> Pairs:
    if _salt_fallback(site) and SALT_FALLBACK in site["explicit"]:
        yield SALT_FALLBACK, f"{SALT_FALLBACK} is set to True: one signed cookie can be taken for another."


def default_salt_fallback(site: Site) -> Pairs:
    if _salt_fallback(site) and SALT_FALLBACK not in site["explicit"]:
        yield SALT_FALLBACK, f"{SALT_FALLBACK} has its default True: one signed cookie can be taken for another."


def no_policy(site: Site) -> Pairs:
    if not _policies(site) and not _has_policy_middleware(site):
        yield POLICIES[0], f"{' and '.join(POLICIES)} are empty: no Content-Security-Policy comes from Django."


def unused_policy(site: Site) -> Pairs:
    for name in _policies(site):
        if not _has_policy_middleware(site):
            yield name, f"{name} is set without ContentSecurityPolicyMiddleware: it has no effect."


def immediate_tasks(site: Site) -> Pairs:
    yield from _tasks(site, "immediate", "requests wait for their tasks")


def dummy_tasks(site: Site) -> Pairs:
    yield from _tasks(site, "dummy", "no task ever runs")


def old_django(site: Site) -> Pairs:
    wanted = site["expect"].get("minimum_django")
    if not wanted:
        raise NotApplicable("nothing was asked for: expect has no minimum_django")
    if list(site["django_version"]) < [int(number) for number in re.findall(r"\d+", str(wanted))[:3]]:
        yield "Django", f"Django is {site['django']} and was to be {wanted} or newer."


def gone_settings(site: Site) -> Pairs:
    for name, version in GONE.items():
        if name in site["explicit"] and "STORAGES" not in site["explicit"] and not older_than(site, *version):
            yield name, f"{name} is set, and Django {site['django']} does not read it."


def early_settings(site: Site) -> Pairs:
    for name, version in NEW.items():
        # That of django-csp is for older versions.
        replaced = name in POLICIES and _has_policy_middleware(site)
        if name in site["explicit"] and older_than(site, *version) and not replaced:
            yield name, f"{name} is set, and Django {site['django']} does not read it."


def _salt_fallback(site: Site) -> bool:
    if SALT_FALLBACK not in site["settings"]:
        raise NotApplicable(f"Django {site['django']} has no {SALT_FALLBACK}")
    return bool(site["settings"][SALT_FALLBACK])


def _policies(site: Site) -> list[str]:
    if older_than(site, 6, 0):
        raise NotApplicable(f"Django {site['django']} has no {POLICIES[0]}")
    return [name for name in POLICIES if site["settings"].get(name)]


def _has_policy_middleware(site: Site) -> bool:
    """Django's, a subclass of it, or that of django-csp."""
    classes = [str(name).rpartition(".")[2].lower() for name in items(site["settings"].get("MIDDLEWARE"))]
    return any("csp" in name or "contentsecuritypolicy" in name for name in classes)


def _tasks(site: Site, kind: str, effect: str) -> Pairs:
    if older_than(site, 6, 0):
        raise NotApplicable(f"Django {site['django']} has no TASKS")
    if "TASKS" not in site["explicit"]:
        raise NotApplicable("TASKS is not set, so that it seems not to be used")
    tasks: dict[str, Any] = mapping(site["settings"].get("TASKS"))
    for alias, values in tasks.items():
        backend = str(mapping(values).get("BACKEND", ""))
        if backend.startswith(f"{TASKS}{kind}."):
            name = key("TASKS", alias, "BACKEND")
            yield name, f"{name} is {backend}: {effect}."


RULES: dict[str, Rule] = {
    "versions.W001": chosen_salt_fallback,
    "versions.I002": default_salt_fallback,
    "versions.I003": no_policy,
    "versions.W004": unused_policy,
    "versions.I005": immediate_tasks,
    "versions.W006": dummy_tasks,
    "versions.W007": old_django,
    "versions.W008": gone_settings,
    "versions.W009": early_settings,
}
