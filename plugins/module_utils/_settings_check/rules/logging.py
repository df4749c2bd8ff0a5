# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LOGGING, as it has come out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    error_tracker,
    is_rotated,
    key,
    mapping,
    several_processes,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

MAIL = "AdminEmailHandler"
# Levels of handlers at which an error of a request is lost.
ABOVE_ERROR = ("CRITICAL", "FATAL")
ALL_LEVELS = ("NOTSET", "DEBUG")
# Handlers that each write a file in their own way: plain ones never let go of it, rotating ones not all at once.
PLAIN_HANDLERS = ("FileHandler", "WatchedFileHandler")
FILE_HANDLERS = ("FileHandler", "RotatingFileHandler", "TimedRotatingFileHandler")


def errors_are_lost(site: Site) -> Pairs:
    if error_tracker(site):
        raise NotApplicable("exceptions go to an error tracker")
    chain = site["handlers"].get("django.request", [])
    if not any(_takes_errors(handler, site) for handler in chain):
        yield "LOGGING", "LOGGING leaves no handler for errors of django.request while DEBUG is off: they are lost."


def file_not_writable(site: Site) -> Pairs:
    for path, handler in _files(site).items():
        if not handler.get("writable"):
            yield "LOGGING", f"LOGGING writes to {path}, which the service cannot write."


def mail_in_debug(site: Site) -> Pairs:
    chains = site["handlers"].values()
    if any(_name(handler) == MAIL and "RequireDebugFalse" not in handler["filters"] for c in chains for handler in c):
        yield "LOGGING", "LOGGING mails errors to the admins without the filter RequireDebugFalse."


def mail_for_wrong_hosts(site: Site) -> Pairs:
    if not site["settings"].get("ADMINS"):
        raise NotApplicable("ADMINS is empty")
    chain = site["handlers"].get("django.security.DisallowedHost", [])
    if any(_name(handler) == MAIL and _takes_errors(handler, site) for handler in chain):
        yield "LOGGING", "LOGGING mails every request with a wrong host name to the admins."


def debug_at_the_root(site: Site) -> Pairs:
    logging = mapping(site["settings"].get("LOGGING"))
    roots = (logging.get("root"), mapping(logging.get("loggers")).get(""))
    is_debug = any(mapping(root).get("level") in ("DEBUG", "NOTSET", 10, 0) for root in roots)
    if is_debug and any(handler["level"] in ALL_LEVELS for handler in site["handlers"].get("", [])):
        name = key("LOGGING", "root", "level")
        yield name, f"{name} is DEBUG: libraries may log what is secret, and fill the disk."


def debug_of_queries(site: Site) -> Pairs:
    loggers = mapping(mapping(site["settings"].get("LOGGING")).get("loggers"))
    for name in ("django", "django.db", "django.db.backends"):
        if mapping(loggers.get(name)).get("level") in ("DEBUG", 10):
            yield (
                key("LOGGING", "loggers", name, "level"),
                f"LOGGING sets {name} to DEBUG, which is made for development.",
            )


def rotation(site: Site) -> Pairs:
    for path, handler in _files(site).items():
        kind = _name(handler)
        if kind in FILE_HANDLERS and (kind == "FileHandler" or several_processes(site)):
            yield "LOGGING", f"LOGGING writes to {path} with {kind}, which loses lines when the file is rotated."


def not_rotated(site: Site) -> Pairs:
    if not site["service"]:
        raise NotApplicable("no service was looked at")
    for path, handler in _files(site).items():
        if _name(handler) in PLAIN_HANDLERS and not is_rotated(path, site):
            yield "LOGGING", f"LOGGING writes to {path}, which nothing rotates: it fills the disk."


def _takes_errors(handler: dict[str, Any], site: Site) -> bool:
    kind = _name(handler)
    if kind == "NullHandler" or (kind == MAIL and not site["settings"].get("ADMINS")):
        return False
    return handler["level"] not in ABOVE_ERROR and "RequireDebugTrue" not in handler["filters"]


def _name(handler: dict[str, Any]) -> str:
    return str(handler["class"]).rpartition(".")[2]


def _files(site: Site) -> dict[str, dict[str, Any]]:
    found = {handler["path"]: handler for chain in site["handlers"].values() for handler in chain if "path" in handler}
    if not found:
        raise NotApplicable("nothing is logged to a file")
    return found


RULES: dict[str, Rule] = {
    "logging.W001": errors_are_lost,
    "logging.E002": file_not_writable,
    "logging.I003": mail_in_debug,
    "logging.I004": mail_for_wrong_hosts,
    "logging.W005": debug_at_the_root,
    "logging.I006": debug_of_queries,
    "logging.I007": rotation,
    "logging.W008": not_rotated,
}
