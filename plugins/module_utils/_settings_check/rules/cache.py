# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CACHES."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    agreement,
    key,
    mapping,
    several_processes,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.names import is_remote
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.stores import (
    DUMMY,
    FILES,
    LOCAL_MEMORY,
    MEMCACHED,
    REDIS,
    Server,
    cache_kind,
    cache_servers,
    caches,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

BACKEND = key("CACHES", "default", "BACKEND")
ONE_PROCESS = "one process serves the site"


def default_in_memory(site: Site) -> Pairs:
    if not several_processes(site):
        raise NotApplicable(ONE_PROCESS)
    if cache_kind(_default(site)) == LOCAL_MEMORY:
        yield BACKEND, f"{BACKEND} is {_default(site)['BACKEND']}: each process has a cache of its own."


def default_is_dummy(site: Site) -> Pairs:
    if cache_kind(_default(site)) == DUMMY:
        yield BACKEND, f"{BACKEND} is {_default(site)['BACKEND']}, which keeps nothing."


def default_in_files(site: Site) -> Pairs:
    if cache_kind(_default(site)) == FILES:
        yield BACKEND, f"{BACKEND} is {_default(site)['BACKEND']}: slow, and each host has a cache of its own."


def other_in_memory(site: Site) -> Pairs:
    if not several_processes(site):
        raise NotApplicable(ONE_PROCESS)
    for alias, cache in caches(site).items():
        if alias != "default" and cache_kind(cache) in (LOCAL_MEMORY, DUMMY):
            name = key("CACHES", alias, "BACKEND")
            yield name, f"{name} is {cache['BACKEND']}, which shares nothing between processes."


def no_password(site: Site) -> Pairs:
    for alias, server in _remote_servers(site, REDIS):
        if not server.password:
            yield key("CACHES", alias, "LOCATION"), f"The cache {alias!r} on {server.host} is used without a password."


def memcached_is_open(site: Site) -> Pairs:
    for alias, server in _remote_servers(site, MEMCACHED):
        if not server.password:
            yield (
                key("CACHES", alias, "LOCATION"),
                f"The cache {alias!r} is a Memcached server on {server.host}, which asks nobody for a password.",
            )


def no_tls(site: Site) -> Pairs:
    for alias, server in _remote_servers(site, REDIS):
        if not server.tls:
            yield key("CACHES", alias, "LOCATION"), f"The cache {alias!r} on {server.host} is used without TLS."


@agreement("CACHES", "cache_host")
def other_host(site: Site) -> Pairs:
    wanted = site["expect"]["cache_host"]
    hosts = [server.host for server in cache_servers(_default(site))]
    if wanted.strip("[]").lower() not in hosts:
        name = key("CACHES", "default", "LOCATION")
        found = ", ".join(hosts) or str(_default(site).get("BACKEND"))
        yield name, f"The default cache is on {found} and was to be on {wanted}."


def no_round_trip(site: Site) -> Pairs:
    if not site["caches"]:
        raise NotApplicable("the caches were not probed")
    for alias, probe in site["caches"].items():
        # Other rules tell about these, which cannot pass.
        shared = cache_kind(mapping(caches(site).get(alias))) not in (LOCAL_MEMORY, DUMMY)
        if shared and not probe["round_trip"]:
            yield (
                key("CACHES", alias),
                f"The cache {alias!r} does not keep a value for another process: {probe['error']}",
            )


def _default(site: Site) -> dict[str, Any]:
    default = caches(site).get("default")
    if not default:
        raise NotApplicable("CACHES has no default, which Django reports")
    return default


def _remote_servers(site: Site, kind: str) -> list[tuple[str, Server]]:
    found = [
        (alias, server)
        for alias, cache in caches(site).items()
        if cache_kind(cache) == kind
        for server in cache_servers(cache)
        if is_remote(server.host, site)
    ]
    if not found:
        raise NotApplicable(f"no cache is a {kind} server on another host")
    return found


RULES: dict[str, Rule] = {
    "cache.E001": default_in_memory,
    "cache.W002": default_is_dummy,
    "cache.W003": default_in_files,
    "cache.I004": other_in_memory,
    "cache.W005": no_password,
    "cache.I006": memcached_is_open,
    "cache.I007": no_tls,
    "cache.E008": other_host,
    "cache.E009": no_round_trip,
}
