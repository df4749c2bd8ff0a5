# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cookies, and the origins that forms may come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    agreement,
    expected_domains,
    has_middleware,
    has_sessions,
    items,
    reported,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.names import is_public_suffix

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site


def session_same_site(site: Site) -> Pairs:
    _needs_sessions(site)
    yield from _same_site(site, "SESSION_COOKIE_SAMESITE")


def csrf_same_site(site: Site) -> Pairs:
    _needs_csrf_cookie(site)
    yield from _same_site(site, "CSRF_COOKIE_SAMESITE")


def weak_origin(site: Site) -> Pairs:
    name = "CSRF_TRUSTED_ORIGINS"
    for origin in items(site["settings"].get(name)):
        scheme, _separator, host = str(origin).lower().partition("://")
        if scheme == "http":
            yield name, f"{name} holds {origin!r}: whoever can change plain HTTP can send forms to the site."
        elif host.startswith("*") and is_public_suffix(host.lstrip("*").partition(":")[0]):
            yield name, f"{name} holds {origin!r}, below which everybody can have a domain."


@agreement("SESSION_COOKIE_DOMAIN", "domains")
def session_domain(site: Site) -> Pairs:
    _needs_sessions(site)
    yield from _refused_on(site, "SESSION_COOKIE_DOMAIN")


@agreement("CSRF_COOKIE_DOMAIN", "domains")
def csrf_domain(site: Site) -> Pairs:
    _needs_csrf_cookie(site)
    yield from _refused_on(site, "CSRF_COOKIE_DOMAIN")


def language_cookie(site: Site) -> Pairs:
    if not has_middleware(site, "LocaleMiddleware"):
        raise NotApplicable("LocaleMiddleware is not installed")
    if not site["settings"].get("LANGUAGE_COOKIE_SECURE"):
        yield "LANGUAGE_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE is not True: the cookie goes over plain HTTP, too."


@agreement("SESSION_COOKIE_SECURE", "secure_cookies")
def session_secure(site: Site) -> Pairs:
    _needs_sessions(site)
    yield from _not_secure(site, "SESSION_COOKIE_SECURE", "security.W010", "security.W011", "security.W012")


@agreement("CSRF_COOKIE_SECURE", "secure_cookies")
def csrf_secure(site: Site) -> Pairs:
    _needs_csrf_cookie(site)
    yield from _not_secure(site, "CSRF_COOKIE_SECURE", "security.W016")


def _needs_sessions(site: Site) -> None:
    if not has_sessions(site):
        raise NotApplicable("the project has no sessions")


def _needs_csrf_cookie(site: Site) -> None:
    if site["settings"].get("CSRF_USE_SESSIONS"):
        raise NotApplicable("CSRF_USE_SESSIONS is True: there is no CSRF cookie")


def _same_site(site: Site, name: str) -> Pairs:
    value: Any = site["settings"].get(name, "Lax")
    if not value or str(value).lower() == "none":
        yield name, f"{name} is {value!r}: requests that other sites start carry the cookie."


def _refused_on(site: Site, name: str) -> Pairs:
    domain = str(site["settings"].get(name) or "").lower()
    if not domain:
        raise NotApplicable(f"{name} is not set: the cookie belongs to the host that set it")
    wide = domain.strip(".")
    for expected in expected_domains(site):
        host = expected.strip(".")
        if host != wide and not host.endswith(f".{wide}"):
            yield name, f"{name} is {domain!r}: on {host} browsers refuse the cookie."


def _not_secure(site: Site, name: str, *ids: str) -> Pairs:
    """Only where Django is silent: it looks for its own applications and middleware, and can be silenced."""
    if site["expect"]["secure_cookies"] and site["settings"].get(name) is not True and not reported(site, *ids):
        yield name, f"{name} is {site['settings'].get(name)!r} and was to be True."


RULES: dict[str, Rule] = {
    "cookies.W001": session_same_site,
    "cookies.W002": csrf_same_site,
    "cookies.W003": weak_origin,
    "cookies.E004": session_domain,
    "cookies.E005": csrf_domain,
    "cookies.I006": language_cookie,
    "cookies.E007": session_secure,
    "cookies.E008": csrf_secure,
}
