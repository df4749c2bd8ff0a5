# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases and caches, as the settings describe them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    items,
    mapping,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.names import is_remote

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Site

LOCAL_MEMORY, DUMMY, FILES, MEMCACHED, REDIS = "local-memory", "dummy", "file-based", "memcached", "redis"
# Parts of the path of a backend class that tell its kind, for the classes of Django and of others.
KINDS = {
    "locmem": LOCAL_MEMORY,
    "dummy": DUMMY,
    "filebased": FILES,
    "memcache": MEMCACHED,
    "pylibmc": MEMCACHED,
    "redis": REDIS,
    "valkey": REDIS,
}


class Server(NamedTuple):
    """A server that a cache is spread over."""

    host: str
    password: bool
    tls: bool


def cache_kind(cache: dict[str, Any]) -> str:
    backend = str(cache.get("BACKEND", "")).lower()
    return next((kind for part, kind in KINDS.items() if part in backend), "")


def caches(site: Site) -> dict[str, dict[str, Any]]:
    return {alias: mapping(cache) for alias, cache in mapping(site["settings"].get("CACHES")).items()}


def cache_servers(cache: dict[str, Any]) -> list[Server]:
    """The servers that LOCATION names, with a password and TLS where the location or OPTIONS give them."""
    if cache_kind(cache) not in (MEMCACHED, REDIS):
        return []
    location = cache.get("LOCATION") or []
    places = [str(place) for place in items(location)] or re.split("[;,]", str(location or ""))
    return [_server(place.strip(), str(mapping(cache.get("OPTIONS"))).lower()) for place in places if place]


def _server(place: str, options: str) -> Server:
    if place.startswith(("/", "unix:")):
        return Server("", False, False)
    parts = urlsplit(place if "://" in place else f"//{place}")
    password = bool(parts.password) or "password" in parts.query or re.search(r"password|credential", options)
    tls = parts.scheme in ("rediss", "valkeys") or re.search(r"ssl|tls", options)
    return Server(parts.hostname or "", bool(password), bool(tls))


def databases(site: Site) -> dict[str, dict[str, Any]]:
    """The databases that the project really has; Django puts a dummy in place of a missing one."""
    found = {alias: mapping(database) for alias, database in mapping(site["settings"].get("DATABASES")).items()}
    found = {
        alias: database
        for alias, database in found.items()
        if database.get("ENGINE") and not str(database["ENGINE"]).endswith(".dummy")
    }
    if not found:
        raise NotApplicable("the project has no database")
    return found


def postgresql(site: Site) -> dict[str, dict[str, Any]]:
    found = {alias: database for alias, database in databases(site).items() if is_postgresql(database)}
    if not found:
        raise NotApplicable("no database is PostgreSQL")
    return found


def remote(found: dict[str, dict[str, Any]], site: Site) -> dict[str, dict[str, Any]]:
    found = {alias: database for alias, database in found.items() if is_far(database, site)}
    if not found:
        raise NotApplicable("no database is on another host")
    return found


def is_far(database: dict[str, Any], site: Site) -> bool:
    # libpq takes several hosts in a row.
    return any(is_remote(host.strip(), site) for host in str(database.get("HOST") or "").split(","))


def is_postgresql(database: dict[str, Any]) -> bool:
    engine = str(database.get("ENGINE"))
    return "postg" in engine or "timescale" in engine


def is_sqlite(database: dict[str, Any]) -> bool:
    engine = str(database.get("ENGINE"))
    return "sqlite" in engine or "spatialite" in engine


def options(database: dict[str, Any]) -> dict[str, Any]:
    return mapping(database.get("OPTIONS"))
