# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS behind a proxy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    items,
    reported,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.names import allows

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

# No pattern that means some pages only matches all of these; Django tests paths without their first slash.
PATHS = ("", "x", "accounts/login/", "0123456789/~~")
# What hstspreload.org asks for.
PRELOAD_SECONDS = 31536000


def other_proxy_header(site: Site) -> Pairs:
    """Not by the usual guard, because no proxy is something to expect, too."""
    name = "SECURE_PROXY_SSL_HEADER"
    if name in (site["expect"].get("unmanaged") or []):
        raise NotApplicable(f"{name} is left to the project")
    if "proxy_header" not in site["expect"]:
        raise NotApplicable("nothing was asked for: expect has no proxy_header")
    header, wanted = items(site["settings"].get(name)), items(site["expect"]["proxy_header"])
    if header == wanted:
        return
    if not wanted:
        yield name, f"{name} is {header} although no proxy sets it: every visitor can claim to use HTTPS."
    elif not header:
        yield name, f"{name} is not set and was to be {wanted}: Django takes each request for plain HTTP."
    else:
        yield name, f"{name} is {header} and was to be {wanted}."


def forwarded_host(site: Site) -> Pairs:
    for name in ("USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT"):
        if site["settings"].get(name):
            yield name, f"{name} is True: a visitor decides what Django builds its addresses from."


def everything_exempt(site: Site) -> Pairs:
    name = "SECURE_REDIRECT_EXEMPT"
    if not site["settings"].get("SECURE_SSL_REDIRECT"):
        raise NotApplicable("SECURE_SSL_REDIRECT is off")
    for pattern in items(site["settings"].get(name)):
        if _matches_everything(str(pattern)):
            yield name, f"{name} holds {pattern!r}, which matches every path: nothing is redirected to HTTPS."


def refused_preload(site: Site) -> Pairs:
    settings = site["settings"]
    seconds = settings.get("SECURE_HSTS_SECONDS")
    if not seconds or not settings.get("SECURE_HSTS_PRELOAD"):
        raise NotApplicable("Django does not ask browsers to preload HSTS")
    if not settings.get("SECURE_HSTS_INCLUDE_SUBDOMAINS") and not reported(site, "security.W005"):
        yield "SECURE_HSTS_PRELOAD", "SECURE_HSTS_PRELOAD is True without SECURE_HSTS_INCLUDE_SUBDOMAINS."
    if isinstance(seconds, int) and seconds < PRELOAD_SECONDS:
        yield "SECURE_HSTS_SECONDS", f"SECURE_HSTS_SECONDS is {seconds}, too short for SECURE_HSTS_PRELOAD."


def redirect_to_foreign_host(site: Site) -> Pairs:
    host = str(site["settings"].get("SECURE_SSL_HOST") or "").lower()
    if not host or not site["settings"].get("SECURE_SSL_REDIRECT"):
        raise NotApplicable("visitors are not redirected to another host")
    name = host.partition(":")[0]
    if not any(allows(str(pattern), name) for pattern in items(site["settings"].get("ALLOWED_HOSTS"))):
        yield "SECURE_SSL_HOST", f"SECURE_SSL_HOST is {host!r}, which ALLOWED_HOSTS does not let in."


def _matches_everything(pattern: str) -> bool:
    try:
        return all(re.search(pattern, path) for path in PATHS)
    except re.error:
        # Django fails over it at once, if it is wrong for the project's Python as well.
        return False


RULES: dict[str, Rule] = {
    "https.E001": other_proxy_header,
    "https.W002": forwarded_host,
    "https.W003": everything_exempt,
    "https.W004": refused_preload,
    "https.E005": redirect_to_foreign_host,
}
