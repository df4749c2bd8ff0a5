# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One configuration set as one transaction: all of it is in force afterwards, or nothing has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ansible_collections.hardened.django.plugins.module_utils._config_set import fragments, ownership, paths, units
from ansible_collections.hardened.django.plugins.module_utils._config_set import journal as journals
from ansible_collections.hardened.django.plugins.module_utils._config_set.commands import check

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._config_set.commands import Runner
    from ansible_collections.hardened.django.plugins.module_utils._config_set.paths import Change, Wanted

JOURNALS = "/var/lib/hardened.django/config_set"
UNIT_DIRECTORIES = ("/etc/systemd/", "/run/systemd/", "/usr/lib/systemd/", "/lib/systemd/")
HIDDEN = "********"
SHORTEST_HIDDEN_WORD = 8


class ConfigSet(NamedTuple):
    name: str
    paths: tuple[Wanted, ...] = ()
    validate: tuple[tuple[str, ...], ...] = ()
    units: tuple[units.Unit, ...] = ()
    verify: tuple[tuple[str, ...], ...] = ()


class Host(NamedTuple):
    """The ways to reach the host apart from its files."""

    run: Runner
    journals: str = JOURNALS
    unit_directories: tuple[str, ...] = UNIT_DIRECTORIES


class Outcome(NamedTuple):
    """What was done; in check mode, what would be done."""

    paths: list[str]
    units: dict[str, list[str]]
    daemon_reload: bool
    changes: list[Change]
    recovered: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.paths or self.units or self.daemon_reload or self.recovered)


class Failed(Exception):
    """The set could not be put in force."""

    def __init__(self, message: str, restored: bool) -> None:
        super().__init__(message)
        self.restored = restored


def preview(config: ConfigSet, host: Host) -> Outcome:
    """What apply() would do, from reading only."""
    _refuse_contradictions(config)
    pending = journals.load(host.journals, config.name)
    config = _on_host(config, host, pending)
    changes = paths.plan(config.paths, assume_prepared=True)
    return _expected(config, host, changes, pending, units.show(host.run, config.units))


def apply(config: ConfigSet, host: Host) -> Outcome:
    """Put the set in force, or put everything back and raise Failed."""
    _refuse_contradictions(config)
    with journals.lock(host.journals):
        journals.sweep(host.journals, config.name)
        pending = journals.load(host.journals, config.name)
        manifest = ownership.manifest_of(config.paths, config.units)
        config = _on_host(config, host, pending)
        changes = paths.plan(config.paths)
        before = units.show(host.run, config.units)
        expected = _expected(config, host, changes, pending, before)
        if not expected.changed:
            ownership.record(host.journals, config.name, manifest)
            return expected
        previous = {change.wanted.path: change.before for change in changes}
        record = ownership.location(host.journals, config.name)
        previous[record] = paths.read_state(record)
        journal = journals.Journal(previous, before).extended(pending)
        journals.save(host.journals, config.name, journal)
        done: dict[str, list[str]] = {}
        try:
            _put_in_force(config, host, expected, journal, done)
            ownership.record(host.journals, config.name, manifest)
        except Exception as error:
            touched = [unit for unit in config.units if expected.recovered or unit.name in done]
            raise _restored(config, host, journal, touched, expected, error) from error
        journals.close(host.journals, config.name)
        return expected._replace(units=done)


def _refuse_contradictions(config: ConfigSet) -> None:
    known = {wanted.path for wanted in config.paths}
    names = set()
    for unit in config.units:
        if unit.name in names:
            raise paths.Refused(f"unit '{unit.name}' is listed twice")
        names.add(unit.name)
        for path in unit.restart_on:
            if path not in known:
                raise paths.Refused(f"unit '{unit.name}' is to restart on '{path}', which is not a path of the set")


def _on_host(config: ConfigSet, host: Host, pending: journals.Journal | None) -> ConfigSet:
    """The set as it is to be on this host: with what it owns but no longer lists, and with the fragments of others."""
    old_paths, old_units = ownership.dropped(host.run, host.journals, config.name, config.paths, config.units, pending)
    return config._replace(paths=fragments.filled((*config.paths, *old_paths)), units=(*old_units, *config.units))


def _expected(
    config: ConfigSet,
    host: Host,
    changes: list[Change],
    pending: journals.Journal | None,
    before: dict[str, units.Status],
) -> Outcome:
    changed = [change.wanted.path for change in changes]
    if pending is not None:
        # The interrupted run may have written these without telling any service.
        known = [*changed, ownership.location(host.journals, config.name)]
        changed += [path for path in pending.paths if path not in known]
    actions = {unit.name: units.verbs(unit, before[unit.name], changed) for unit in config.units}
    stale = any(status.stale for status in before.values())
    return Outcome(
        paths=changed,
        units={name: verbs for name, verbs in actions.items() if verbs},
        daemon_reload=stale or any(path.startswith(host.unit_directories) for path in changed),
        changes=changes,
        recovered=pending is not None,
    )


def _put_in_force(
    config: ConfigSet, host: Host, expected: Outcome, journal: journals.Journal, done: dict[str, list[str]]
) -> None:
    for path in journal.paths:
        paths.discard_temporary(path)
    # While their definitions are still there.
    _bring_in_line(host, [unit for unit in config.units if not unit.listed], expected.paths, done)
    for change in expected.changes:
        paths.put(change.wanted.path, change.after)
    paths.sync_parents(expected.paths)
    if expected.paths:
        for command in config.validate:
            check(host.run, command)
    if expected.daemon_reload:
        units.reload_definitions(host.run)
    _bring_in_line(host, [unit for unit in config.units if unit.listed], expected.paths, done)
    units.check_running(host.run, [unit for unit in config.units if unit.name in done and unit.state == "started"])
    for command in config.verify:
        check(host.run, command)


def _bring_in_line(host: Host, members: list[units.Unit], changed: list[str], done: dict[str, list[str]]) -> None:
    status = units.show(host.run, members)
    for unit in members:
        for verb in units.verbs(unit, status[unit.name], changed):
            done.setdefault(unit.name, []).append(verb)
            units.act(host.run, unit, verb)


def _restored(
    config: ConfigSet,
    host: Host,
    journal: journals.Journal,
    touched: list[units.Unit],
    expected: Outcome,
    cause: Exception,
) -> Failed:
    """Put everything back; the exception tells the cause and how that went."""
    message = f"config set '{config.name}': {cause}"
    problems = units.withdraw(host.run, touched, journal.units)
    back = False
    try:
        paths.put_back(journal.paths)
        back = True
    except Exception as error:
        problems.append(f"{error} (what to go back to is kept in {journals.location(host.journals, config.name)})")
    problems += units.reinstate(host.run, touched, journal.units, expected.paths, expected.daemon_reload)
    if back:
        journals.close(host.journals, config.name)
    if problems:
        message += "\nPutting everything back failed too: " + "\n".join(problems)
    else:
        message += "\nEverything was put back as it was."
    return Failed(_without_secrets(message, config), restored=not problems)


def _without_secrets(message: str, config: ConfigSet) -> str:
    """The message without the secrets of the set, should a command have repeated one."""
    for wanted in config.paths:
        if wanted.secret:
            text = wanted.content.decode("utf-8").strip()
            words = [word for word in text.split() if len(word) >= SHORTEST_HIDDEN_WORD]
            for secret in sorted({text, *words} - {""}, key=len, reverse=True):
                message = message.replace(secret, HIDDEN)
    return message
