# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd units of a configuration set: their states, and the verbs that bring them where they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ansible_collections.hardened.django.plugins.module_utils._config_set.commands import CommandFailed, check

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ansible_collections.hardened.django.plugins.module_utils._config_set.commands import Runner

PROPERTIES = ("LoadState", "ActiveState", "SubState", "UnitFileState", "NeedDaemonReload")
ENABLED = ("enabled", "enabled-runtime")
# What `systemctl enable` would not alter (static, indirect, generated, alias...) counts as enabled enough.
TO_BE_ENABLED = ("disabled", "enabled-runtime", "linked", "linked-runtime", "masked", "masked-runtime", "bad")


class Unit(NamedTuple):
    """One unit of the set, as the caller describes it."""

    name: str
    enabled: bool | None = None
    state: str = "started"
    on_change: str = "restart"
    restart_on: tuple[str, ...] = ()
    # False for a unit that the set owns and the caller no longer describes.
    listed: bool = True


class Status(NamedTuple):
    """A unit as systemd knows it."""

    load: str
    active: str
    sub: str
    file: str
    stale: bool

    @property
    def broken(self) -> bool:
        """Whether it has failed, or fails again and again."""
        return self.active == "failed" or self.sub.startswith("auto-restart")

    @property
    def idle(self) -> bool:
        return self.active in ("inactive", "failed", "deactivating", "maintenance")

    @property
    def runs(self) -> bool:
        return not self.idle and not self.broken


def show(run: Runner, units: Sequence[Unit]) -> dict[str, Status]:
    """The status of every unit, from one call."""
    if not units:
        return {}
    blocks = _describe(run, PROPERTIES, [unit.name for unit in units])
    return {name: _status(block) for name, block in blocks.items()}


def identities(run: Runner, names: Sequence[str]) -> dict[str, str]:
    """The name that systemd itself uses for every unit, whatever its alias or missing suffix."""
    return {name: block.partition("=")[2] for name, block in _describe(run, ["Id"], names).items()}


def _describe(run: Runner, properties: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    command = ["systemctl", "show", "--property=" + ",".join(properties), "--", *names]
    blocks = check(run, command).strip("\n").split("\n\n")
    if len(blocks) != len(names):
        raise CommandFailed(f"'{' '.join(command)}' described {len(blocks)} of {len(names)} units")
    return dict(zip(names, blocks))


def _status(block: str) -> Status:
    values = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
    load, active, sub, file, stale = (values.get(name, "") for name in PROPERTIES)
    return Status(load, active, sub, file, stale == "yes")


def verbs(unit: Unit, status: Status, changed: Collection[str]) -> list[str]:
    """The systemctl verbs that the unit needs, now that these paths have changed."""
    wanted = []
    if unit.enabled is True and (status.file in TO_BE_ENABLED or status.load == "not-found"):
        wanted.append("enable")
    if unit.state == "stopped" and not status.idle:
        wanted.append("stop")
    # Afterwards, because a unit that was linked may be unknown once it is disabled.
    if unit.enabled is False and status.file in ENABLED:
        wanted.append("disable")
    if not unit.listed and status.active == "failed":
        # Otherwise systemd would go on to count a unit that is gone as failed.
        wanted.append("reset-failed")
    if unit.state == "started":
        wanted += _verbs_on_change(unit, status, changed) if status.runs else ["start"]
    return wanted


def _verbs_on_change(unit: Unit, status: Status, changed: Collection[str]) -> list[str]:
    if any(path in changed for path in unit.restart_on):
        return ["restart"]
    if not changed or unit.on_change == "none":
        return []
    # A unit that is still starting cannot be reloaded.
    return ["restart" if status.active == "activating" else unit.on_change]


def act(run: Runner, unit: Unit, verb: str) -> None:
    check(run, ["systemctl", verb, "--", unit.name])


def reload_definitions(run: Runner) -> None:
    check(run, ["systemctl", "daemon-reload"])


def check_running(run: Runner, units: Sequence[Unit]) -> None:
    """Fail when a unit has died right after systemctl called it started."""
    for name, status in show(run, units).items():
        if status.broken:
            raise CommandFailed(f"unit '{name}' does not run: it is {status.active} ({status.sub}); see its journal")


def withdraw(run: Runner, units: Sequence[Unit], before: dict[str, Status]) -> list[str]:
    """Before the new paths go: stop what did not run, disable what was not enabled; return the problems."""
    try:
        now = show(run, units)
    except CommandFailed as error:
        return [str(error)]
    problems: list[str] = []
    for unit in reversed(units):
        old, new = before[unit.name], now[unit.name]
        if unit.state == "started" and old.idle and not new.idle:
            problems += _attempt(run, unit, "stop")
        if new.active == "failed" and old.active != "failed":
            problems += _attempt(run, unit, "reset-failed")
        if unit.enabled is True and new.file == "enabled" and old.file in ("disabled", ""):
            problems += _attempt(run, unit, "disable")
    return problems


def reinstate(
    run: Runner, units: Sequence[Unit], before: dict[str, Status], changed: Collection[str], definitions: bool
) -> list[str]:
    """Once the old paths are back: run with them what ran, enable what was enabled; return the problems."""
    try:
        if definitions:
            reload_definitions(run)
        now = show(run, units)
    except CommandFailed as error:
        return [str(error)]
    problems: list[str] = []
    for unit in units:
        old, new = before[unit.name], now[unit.name]
        if unit.enabled is False and old.file == "enabled" and new.file != "enabled":
            problems += _attempt(run, unit, "enable")
        if old.runs and not new.runs:
            problems += _attempt(run, unit, "start")
        elif old.runs and unit.state == "started":
            for verb in _verbs_on_change(unit, new, changed):
                problems += _attempt(run, unit, verb)
    return problems


def _attempt(run: Runner, unit: Unit, verb: str) -> list[str]:
    try:
        act(run, unit, verb)
    except CommandFailed as error:
        return [str(error)]
    return []
