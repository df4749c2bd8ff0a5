# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the live databases show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import NotApplicable, key
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.stores import databases, is_far

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site


def unreachable(site: Site) -> Pairs:
    for alias, probe in _probed(site).items():
        if not probe["reachable"]:
            yield key("DATABASES", alias), f"The database {alias!r} cannot be reached: {probe['error']}"


def no_tls(site: Site) -> Pairs:
    for alias, probe in _probed(site).items():
        if probe.get("tls") is False and is_far(databases(site).get(alias, {}), site):
            yield key("DATABASES", alias), f"The connection to the database {alias!r} on another host has no TLS."


def mighty_role(site: Site) -> Pairs:
    for alias, probe in _probed(site).items():
        rights = [right for right in ("superuser", "createdb", "createrole") if probe.get(right)]
        if rights:
            name = key("DATABASES", alias, "USER")
            yield name, f"The role of the database {alias!r} has rights that a site does not need: {', '.join(rights)}."


def unapplied_migrations(site: Site) -> Pairs:
    if site["migrations"] is None:
        raise NotApplicable("the migrations were not looked at")
    waiting = site["migrations"]
    if waiting:
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
        yield "DATABASES", f"Migrations are not applied: {', '.join(waiting[:3])}{more}."


def _probed(site: Site) -> dict[str, dict[str, Any]]:
    if not site["databases"]:
        raise NotApplicable("the databases were not probed")
    return dict(site["databases"])


RULES: dict[str, Rule] = {
    "database.E014": unreachable,
    "database.W015": no_tls,
    "database.W016": mighty_role,
    "database.E017": unapplied_migrations,
}
