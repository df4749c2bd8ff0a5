# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups, as the program that makes them has told about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import NotApplicable

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

HOUR = 60 * 60


def no_backup(site: Site) -> Pairs:
    if _backups(site)["times"] is None:
        yield _path(site), "No backup of the database is known: there is no file about one."


def unreadable(site: Site) -> Pairs:
    error = _backups(site)["error"]
    if error:
        yield _path(site), f"The file about backups cannot be read: {error}"


def old_backup(site: Site) -> Pairs:
    yield from _late(site, "backup", "The newest good backup")


def old_drill(site: Site) -> Pairs:
    yield from _late(site, "restore_drill", "The last backup that was restored to try it")


def _late(site: Site, kind: str, what: str) -> Pairs:
    times = _backups(site)["times"]
    if not times:
        raise NotApplicable("no backup is known")
    if kind not in times:
        yield _path(site), f"{what} is not known."
        return
    age, period = site["now"] - times[kind]["finished"], times[kind]["period"]
    if age > 2 * period:
        yield _path(site), f"{what} is {int(age // HOUR)} hours old, and there should be one every {period // HOUR:g}."


def _backups(site: Site) -> dict[str, Any]:
    if not site["service"]:
        raise NotApplicable("no service was looked at")
    return dict(site["service"]["backups"])


def _path(site: Site) -> str:
    return str(site["service"]["backups"]["path"])


RULES: dict[str, Rule] = {
    "backup.I001": no_backup,
    "backup.W002": unreadable,
    "backup.W003": old_backup,
    "backup.W004": old_drill,
}
