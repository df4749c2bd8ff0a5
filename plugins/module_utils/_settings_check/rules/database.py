# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DATABASES: what is connected to, and how it is protected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    agreement,
    key,
    mapping,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.stores import (
    databases,
    is_sqlite,
    options,
    postgresql,
    remote,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

POSTGRESQL_PORT = 5432
# Files and services of libpq that can bring a password.
OTHER_WAYS_TO_LOG_IN = ("passfile", "service", "sslcert", "sslkey", "krbsrvname", "gssencmode")
ENCRYPTED, VERIFIED = ("require", "verify-ca"), ("verify-full",)
# Keys of a database itself; in OPTIONS they would go to libpq, which knows none of them.
KEYS_OF_DJANGO = (
    "atomic_requests",
    "autocommit",
    "conn_health_checks",
    "conn_max_age",
    "disable_server_side_cursors",
    "engine",
    "ssl_require",
    "test_options",
    "time_zone",
)


def default_is_sqlite(site: Site) -> Pairs:
    default = databases(site).get("default", {})
    if is_sqlite(default):
        name = key("DATABASES", "default", "ENGINE")
        yield name, f"{name} is {default['ENGINE']}: a file on this host, locked as a whole by each write."


def other_is_sqlite(site: Site) -> Pairs:
    for alias, database in databases(site).items():
        if alias != "default" and is_sqlite(database):
            name = key("DATABASES", alias, "ENGINE")
            yield name, f"{name} is {database['ENGINE']}: a file on this host."


def no_password(site: Site) -> Pairs:
    for alias, database in remote(databases(site), site).items():
        if not database.get("PASSWORD") and not any(way in options(database) for way in OTHER_WAYS_TO_LOG_IN):
            name = key("DATABASES", alias, "PASSWORD")
            yield name, f"{name} is empty, although the database is on {database['HOST']}."


def plain_connection(site: Site) -> Pairs:
    for alias, mode in _modes(site).items():
        if mode not in ENCRYPTED + VERIFIED:
            name = key("DATABASES", alias, "OPTIONS", "sslmode")
            yield name, f"{name} is {mode or 'not set'}: libpq may send password and data in plain text."


def unverified_server(site: Site) -> Pairs:
    for alias, mode in _modes(site).items():
        if mode in ENCRYPTED:
            name = key("DATABASES", alias, "OPTIONS", "sslmode")
            yield name, f"{name} is {mode}: the connection is encrypted, but the server's name is not verified."


def unknown_options(site: Site) -> Pairs:
    pool = ("pool",) if tuple(site["django_version"]) < (5, 1) else ()
    for alias, database in postgresql(site).items():
        for option in options(database):
            if option.lower() in KEYS_OF_DJANGO + pool:
                name = key("DATABASES", alias, "OPTIONS", option)
                yield name, f"{name} is no option of a PostgreSQL connection: the first one will fail."


@agreement("DATABASES", "database_host")
def other_host(site: Site) -> Pairs:
    yield from _compare(site, "HOST", "database_host")


@agreement("DATABASES", "database_name")
def other_name(site: Site) -> Pairs:
    yield from _compare(site, "NAME", "database_name")


@agreement("DATABASES", "database_port")
def other_port(site: Site) -> Pairs:
    name, wanted = key("DATABASES", "default", "PORT"), site["expect"]["database_port"]
    # Without a port, and with an empty one, drivers take the standard port.
    value = databases(site).get("default", {}).get("PORT") or POSTGRESQL_PORT
    if str(value) != str(wanted):
        yield name, f"{name} is {value!r} and was to be {wanted!r}."


@agreement("DATABASES", "database_user")
def other_user(site: Site) -> Pairs:
    yield from _compare(site, "USER", "database_user")


@agreement("DATABASES", "database_password_credential")
def other_password(site: Site) -> Pairs:
    name, wanted = key("DATABASES", "default", "PASSWORD"), site["expect"]["database_password_credential"]
    if mapping(databases(site).get("default", {}).get("PASSWORD")).get("credential") != wanted:
        yield name, f"{name} is not the value of the credential {wanted!r}."


def _compare(site: Site, part: str, wanted: str) -> Pairs:
    name, value = key("DATABASES", "default", part), databases(site).get("default", {}).get(part)
    if str(value or "") != str(site["expect"][wanted]):
        yield name, f"{name} is {value!r} and was to be {site['expect'][wanted]!r}."


def _modes(site: Site) -> dict[str, str]:
    """The sslmode of each PostgreSQL database on another host, where the settings tell it."""
    modes = {}
    for alias, database in remote(postgresql(site), site).items():
        chosen = options(database)
        if chosen.get("sslrootcert") == "system":
            # libpq takes no weaker one then.
            chosen["sslmode"] = "verify-full"
        if "service" not in chosen:
            modes[alias] = str(chosen.get("sslmode") or "")
    return modes


RULES: dict[str, Rule] = {
    "database.E001": default_is_sqlite,
    "database.I002": other_is_sqlite,
    "database.E003": no_password,
    "database.W004": plain_connection,
    "database.I005": unverified_server,
    "database.E006": other_host,
    "database.E007": other_name,
    "database.E008": unknown_options,
    "database.E018": other_password,
    "database.E019": other_port,
    "database.E020": other_user,
}
