# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to databases: how long they are kept, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    key,
    mapping,
    older_than,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.stores import (
    databases,
    is_sqlite,
    options,
    postgresql,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

# psycopg_pool's own minimum, which is its maximum too unless that is set.
POOL_SIZE = 4
# Kept by PostgreSQL for superusers: superuser_reserved_connections.
RESERVED = 3


def pool_and_age(site: Site) -> Pairs:
    for alias, database in _pooled(site).items():
        if _age(database) != 0:
            name = key("DATABASES", alias, "CONN_MAX_AGE")
            yield name, f"{name} is {_age(database)} beside a pool: Django refuses the first connection."


def kept_under_asgi(site: Site) -> Pairs:
    _needs_interface(site, "asgi")
    for alias, database in databases(site).items():
        if _age(database) != 0 and not is_sqlite(database):
            name = key("DATABASES", alias, "CONN_MAX_AGE")
            yield name, f"{name} is {_age(database)} under ASGI: connections are kept by threads that come and go."


def not_kept_under_wsgi(site: Site) -> Pairs:
    _needs_interface(site, "wsgi")
    for alias, database in databases(site).items():
        if _age(database) == 0 and not _pool(database, site) and not is_sqlite(database):
            name = key("DATABASES", alias, "CONN_MAX_AGE")
            yield name, f"{name} is 0: each request opens a connection of its own."


def no_health_checks(site: Site) -> Pairs:
    kept = {
        alias: database
        for alias, database in databases(site).items()
        if not is_sqlite(database) and (_age(database) != 0 or _pool(database, site))
    }
    if not kept:
        raise NotApplicable("no connection is kept")
    for alias, database in kept.items():
        # A pool may bring a check of its own.
        if not database.get("CONN_HEALTH_CHECKS") and "check" not in mapping(_pool(database, site)):
            name = key("DATABASES", alias, "CONN_HEALTH_CHECKS")
            yield name, f"{name} is False: a request gets a kept connection that the server may have closed."


def too_many(site: Site) -> Pairs:
    """With the most connections that the threads of all processes can have; a pool belongs to a process."""
    processes = _processes(site)
    if not processes:
        raise NotApplicable("no running service was seen, and expect has no processes")
    threads = site["expect"].get("threads") or 1
    limits = {alias: probe.get("max_connections") for alias, probe in site["databases"].items()}
    if not any(limits.values()):
        raise NotApplicable("the databases were not probed")
    for alias, database in postgresql(site).items():
        limit, pool = limits.get(alias), _pool(database, site)
        sizes = mapping(pool)
        each = int(sizes.get("max_size") or sizes.get("min_size") or POOL_SIZE) if pool else threads
        if limit and processes * each > limit - RESERVED:
            yield (
                key("DATABASES", alias),
                f"{processes} processes with {each} connection{'s' if each > 1 else ''} each need more than the "
                f"{limit - RESERVED} that max_connections = {limit} leaves them.",
            )


def _processes(site: Site) -> int:
    """Processes on all hosts: as was asked for, or as many on each host as on this one."""
    service = site["service"] or {}
    running = service.get("processes", 0) if service.get("active") else 0
    return int(site["expect"].get("processes") or running * (site["expect"].get("hosts") or 1))


def _age(database: dict[str, Any]) -> Any:
    """Seconds that a connection is kept; None stands for ever."""
    return database.get("CONN_MAX_AGE", 0)


def _pool(database: dict[str, Any], site: Site) -> Any:
    """The pool in OPTIONS, where Django has one; in older versions it is only a mistake there."""
    return None if older_than(site, 5, 1) else options(database).get("pool")


def _pooled(site: Site) -> dict[str, dict[str, Any]]:
    found = {alias: database for alias, database in postgresql(site).items() if _pool(database, site)}
    if not found:
        raise NotApplicable("no database has a pool")
    return found


def _needs_interface(site: Site, wanted: str) -> None:
    if (site["service"] or {}).get("interface") != wanted:
        raise NotApplicable(f"no service was seen that speaks {wanted.upper()}")


RULES: dict[str, Rule] = {
    "database.E009": pool_and_age,
    "database.W010": kept_under_asgi,
    "database.I011": not_kept_under_wsgi,
    "database.W012": no_health_checks,
    "database.W013": too_many,
}
