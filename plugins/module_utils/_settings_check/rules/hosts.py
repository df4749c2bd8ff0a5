# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ALLOWED_HOSTS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    agreement,
    expected_domains,
    items,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.names import (
    allows,
    is_loopback,
    is_public_suffix,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

SETTING = "ALLOWED_HOSTS"


def any_host(site: Site) -> Pairs:
    for pattern in _patterns(site):
        if pattern == "*" or (_is_wide(pattern) and pattern not in expected_domains(site)):
            yield SETTING, f"{SETTING} holds {pattern!r}, which lets in hosts that are not yours."


@agreement(SETTING, "domains")
def missing_domain(site: Site) -> Pairs:
    for domain in expected_domains(site):
        if not any(allows(pattern, domain) for pattern in _patterns(site)):
            yield SETTING, f"{SETTING} does not let in {domain!r}: its visitors get an answer 400."


@agreement(SETTING, "domains")
def unexpected_host(site: Site) -> Pairs:
    for entry in _patterns(site):
        # Other rules tell about these.
        known = entry == "*" or _is_wide(entry) or is_loopback(entry.lstrip(".")) or _never_matches(entry)
        if not known and not any(allows(wanted, entry) for wanted in expected_domains(site)):
            yield SETTING, f"{SETTING} lets in {entry!r}, which is no domain of this site."


def only_loopback(site: Site) -> Pairs:
    if expected_domains(site):
        raise NotApplicable("the domains of the site are known, and compared")
    if all(is_loopback(pattern.lstrip(".")) for pattern in _patterns(site)):
        yield SETTING, f"{SETTING} is {_patterns(site)}: nobody outside of the host can reach the site."


def useless_pattern(site: Site) -> Pairs:
    for pattern in _patterns(site):
        if _never_matches(pattern):
            yield SETTING, f"{SETTING} holds {pattern!r}, which matches no host."


def _patterns(site: Site) -> list[str]:
    patterns = [str(pattern).lower() for pattern in items(site["settings"].get(SETTING))]
    if not patterns:
        raise NotApplicable(f"{SETTING} is empty, which Django reports")
    return patterns


def _is_wide(pattern: str) -> bool:
    name = pattern.strip(".")
    return pattern.startswith(".") and bool(name) and not is_loopback(name) and is_public_suffix(name)


def _never_matches(pattern: str) -> bool:
    """Django compares names without scheme, port and path; a leading dot is its only wildcard."""
    if pattern == "*" or pattern.startswith("["):
        return False
    return not pattern.strip(".") or any(sign in pattern for sign in "*/: ")


RULES: dict[str, Rule] = {
    "hosts.E001": any_host,
    "hosts.E002": missing_domain,
    "hosts.W003": unexpected_host,
    "hosts.E004": only_loopback,
    "hosts.W005": useless_pattern,
}
