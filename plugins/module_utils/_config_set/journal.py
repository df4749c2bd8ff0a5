# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a configuration set: what to go back to, on the disk before the first change."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.hardened.django.plugins.module_utils._config_set import paths, units

if TYPE_CHECKING:
    from collections.abc import Iterator

# The journal counts from the moment at which it has this name, and no longer from the moment at which it loses it.
PENDING = "journal.json"
WRITING = "journal.writing"
DONE = "journal.done"


class Journal(NamedTuple):
    """The states of the paths and units before the first change."""

    paths: dict[str, paths.State]
    units: dict[str, units.Status]

    def extended(self, earlier: Journal | None) -> Journal:
        """This journal on top of an earlier one, whose states stay the ones to go back to."""
        if earlier is None:
            return self
        return Journal({**self.paths, **earlier.paths}, {**self.units, **earlier.units})


@contextlib.contextmanager
def lock(root: str) -> Iterator[None]:
    """Wait until no other run changes configuration sets on this host."""
    os.makedirs(os.path.dirname(root), mode=0o755, exist_ok=True)
    os.makedirs(root, mode=0o700, exist_ok=True)
    descriptor = os.open(os.path.join(root, ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def location(root: str, name: str) -> str:
    return os.path.join(root, name)


def load(root: str, name: str) -> Journal | None:
    """The journal that an unfinished run has left, if there is one."""
    path = os.path.join(location(root, name), PENDING)
    if not os.path.exists(path):
        return None
    return _read(path)


def save(root: str, name: str, journal: Journal) -> None:
    directory = location(root, name)
    os.makedirs(directory, mode=0o700, exist_ok=True)
    writing = os.path.join(directory, WRITING)
    paths.discard(writing)
    paths.write_file(writing, _encode(journal))
    os.replace(writing, os.path.join(directory, PENDING))
    paths.sync_directory(directory)
    paths.sync_directory(root)


def close(root: str, name: str) -> None:
    """Declare the run finished: from here on there is nothing to go back to."""
    directory = location(root, name)
    os.replace(os.path.join(directory, PENDING), os.path.join(directory, DONE))
    paths.sync_directory(directory)
    sweep(root, name)


def sweep(root: str, name: str) -> None:
    """Remove what a finished run, or one that ended before its first change, has left."""
    directory = location(root, name)
    if not os.path.isdir(directory):
        return
    paths.discard(os.path.join(directory, WRITING))
    done = os.path.join(directory, DONE)
    if os.path.exists(done):
        for path in _read(done).paths:
            if os.path.lexists(paths.aside(path)):
                shutil.rmtree(paths.aside(path))
        os.unlink(done)
    if not os.listdir(directory):
        os.rmdir(directory)


def _read(path: str) -> Journal:
    try:
        with open(path, encoding="ascii") as file:
            return _decode(json.load(file))
    except (ValueError, KeyError, TypeError) as error:
        message = f"the journal '{path}' is damaged; check the paths of the set by hand, then remove it"
        raise paths.Refused(message) from error


def _encode(journal: Journal) -> bytes:
    entries = {}
    for path, state in journal.paths.items():
        entries[path] = state._replace(content=b"")._asdict()
        entries[path]["content"] = base64.b64encode(state.content).decode("ascii")
    document = {"paths": entries, "units": {name: status._asdict() for name, status in journal.units.items()}}
    return json.dumps(document).encode("ascii")


def _decode(document: dict[str, dict[str, dict[str, Any]]]) -> Journal:
    states = {}
    for path, entry in document["paths"].items():
        content = base64.b64decode(entry.pop("content"))
        states[path] = paths.State(content=content, **entry)
    return Journal(states, {name: units.Status(**entry) for name, entry in document["units"].items()})
