# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that serves the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import NotApplicable

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site


def runs_as_root(site: Site) -> Pairs:
    service = _service(site)
    if service["uid"] == 0:
        yield service["name"], f"{service['name']} runs as root: a flaw in the project gives away the host."


def is_runserver(site: Site) -> Pairs:
    service = _service(site)
    if service["runserver"]:
        yield service["name"], f"{service['name']} is Django's runserver, which is made for development."


def drift(site: Site) -> Pairs:
    service = _service(site)
    for thing in service["drift"]:
        yield service["name"], f"{service['name']} was started before a change, and does not use it: {thing}."


def is_inactive(site: Site) -> Pairs:
    service = _service(site)
    if not service["active"]:
        yield service["name"], f"{service['name']} is not running."


def serves_nobody(site: Site) -> Pairs:
    service = _service(site)
    if service["failed"]:
        yield service["name"], f"{service['name']} has failed."
    elif not service["active"] and not service["has_active_socket"]:
        yield service["name"], f"{service['name']} is stopped, and no socket starts it."


def _service(site: Site) -> dict[str, Any]:
    if not site["service"]:
        raise NotApplicable("no service was looked at")
    return dict(site["service"])


RULES: dict[str, Rule] = {
    "service.E001": runs_as_root,
    "service.E002": is_runserver,
    "service.W003": drift,
    "service.I004": is_inactive,
    "service.E005": serves_nobody,
}
