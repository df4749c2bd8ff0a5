# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ADMINS, MANAGERS, and reports of broken links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    error_tracker,
    expected_domains,
    has_middleware,
    items,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.names import is_placeholder

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

LISTS = ("ADMINS", "MANAGERS")
MIDDLEWARE = "BrokenLinkEmailsMiddleware"


def nobody_is_told(site: Site) -> Pairs:
    if error_tracker(site):
        raise NotApplicable("exceptions go to an error tracker")
    if not site["settings"].get("ADMINS"):
        yield "ADMINS", "ADMINS is empty: nobody is told of errors."


def wrong_form(site: Site) -> Pairs:
    pairs_only = tuple(site["django_version"]) < (6, 0)
    for name, people in _lists(site).items():
        pairs = [_is_pair(person) for person in people]
        strings = [isinstance(person, str) for person in people]
        if not all(pairs) and (pairs_only or not all(strings)):
            wanted = "pairs of name and address" if pairs_only else "addresses"
            yield name, f"{name} does not hold {wanted}, as Django {site['django']} wants: the first mail will fail."


def old_form(site: Site) -> Pairs:
    if tuple(site["django_version"]) < (6, 0):
        raise NotApplicable("Django before 6.0 wants pairs")
    for name, people in _lists(site).items():
        if people and all(_is_pair(person) for person in people):
            yield name, f"{name} holds pairs of name and address, which are deprecated since Django 6.0."


def placeholder(site: Site) -> Pairs:
    for name, people in _lists(site).items():
        for person in people:
            address = str(person[1] if _is_pair(person) else person)
            if is_placeholder(address, expected_domains(site)):
                yield name, f"{name} holds {address!r}, where no mail arrives."


def broken_links(site: Site) -> Pairs:
    middleware = has_middleware(site, MIDDLEWARE)
    if middleware and not site["settings"].get("MANAGERS"):
        yield "MANAGERS", f"MANAGERS is empty, so {MIDDLEWARE} tells nobody of broken links."
    for name in ("MANAGERS", "IGNORABLE_404_URLS"):
        if site["settings"].get(name) and not middleware:
            yield name, f"{name} is set without {MIDDLEWARE}: nobody is told of broken links."


def _lists(site: Site) -> dict[str, list[Any]]:
    found = {name: site["settings"].get(name) for name in LISTS}
    if not any(found.values()):
        raise NotApplicable("ADMINS and MANAGERS are empty")
    # A string is not a list of addresses, but of letters.
    return {name: items(people) or ([people] if people else []) for name, people in found.items()}


def _is_pair(person: Any) -> bool:
    return isinstance(person, (list, tuple)) and len(person) == 2


RULES: dict[str, Rule] = {
    "admins.I001": nobody_is_told,
    "admins.E002": wrong_form,
    "admins.I003": old_form,
    "admins.W004": placeholder,
    "admins.I005": broken_links,
}
