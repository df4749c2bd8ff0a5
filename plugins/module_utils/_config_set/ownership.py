# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the configuration sets of a host own: their manifests, and what a set owns but no longer lists."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from ansible_collections.hardened.django.plugins.module_utils._config_set import journal as journals
from ansible_collections.hardened.django.plugins.module_utils._config_set import paths
from ansible_collections.hardened.django.plugins.module_utils._config_set.units import Unit, identities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.hardened.django.plugins.module_utils._config_set.commands import Runner
    from ansible_collections.hardened.django.plugins.module_utils._config_set.journal import Journal
    from ansible_collections.hardened.django.plugins.module_utils._config_set.paths import Wanted

MANIFEST = "manifest.json"


class Manifest(NamedTuple):
    """The files and links of a set, and its units. Directories are never owned: others may fill them."""

    paths: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def joined(self, other: Manifest) -> Manifest:
        return Manifest(
            tuple(dict.fromkeys(self.paths + other.paths)),
            tuple(dict.fromkeys(self.units + other.units)),
        )


def manifest_of(wanted: Sequence[Wanted], units: Sequence[Unit]) -> Manifest:
    return Manifest(
        tuple(item.path for item in wanted if item.kind in (paths.FILE, paths.LINK)),
        tuple(unit.name for unit in units),
    )


def location(root: str, name: str) -> str:
    return os.path.join(journals.location(root, name), MANIFEST)


def record(root: str, name: str, manifest: Manifest) -> None:
    """Keep the manifest for the next run; a set that owns nothing has none."""
    after = paths.State(paths.ABSENT)
    if manifest != Manifest():
        content = json.dumps(manifest._asdict(), indent=1).encode("ascii")
        after = paths.State(paths.FILE, 0o600, os.geteuid(), os.getegid(), content)
    path = location(root, name)
    if after.is_like(paths.read_state(path)):
        return
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    paths.discard_temporary(path)
    paths.put(path, after)
    paths.sync_parents([path])


def dropped(
    run: Runner, root: str, name: str, wanted: Sequence[Wanted], units: Sequence[Unit], pending: Journal | None
) -> tuple[list[Wanted], list[Unit]]:
    """What the set owns, no longer lists and shares with no other set: paths to be absent, units to be stopped."""
    owned = _owned(root, name, pending)
    listed_paths = [item.path for item in wanted]
    listed_units = [unit.name for unit in units]
    old_paths = [path for path in owned.paths if path not in listed_paths]
    old_units = [unit for unit in owned.units if unit not in listed_units]
    if not old_paths and not old_units:
        return [], []
    others = _others(root, name)
    old_paths = _removable(old_paths, wanted, [*listed_paths, *others.paths])
    old_units = _without_namesakes(run, old_units, [*listed_units, *others.units])
    return (
        # The content may once have been given as a secret, so it is treated as one.
        [paths.Wanted(path, paths.ABSENT, secret=True) for path in old_paths],
        [Unit(unit, enabled=False, state="stopped", listed=False) for unit in old_units],
    )


def _owned(root: str, name: str, pending: Journal | None) -> Manifest:
    """What the set has installed, be it in a run that did not come to its end."""
    path = location(root, name)
    owned = _decode(path, paths.read_state(path))
    if pending is None:
        return owned
    earlier = _decode(path, pending.paths.get(path, paths.State(paths.ABSENT)))
    created = Manifest(
        tuple(item for item, state in pending.paths.items() if state.kind == paths.ABSENT and item != path),
        tuple(unit for unit, status in pending.units.items() if status.load == "not-found"),
    )
    return owned.joined(earlier).joined(created)


def _others(root: str, name: str) -> Manifest:
    manifest = Manifest()
    for other in sorted(os.listdir(root)):
        path = location(root, other)
        if other != name:
            manifest = manifest.joined(_decode(path, paths.read_state(path)))
    return manifest


def _removable(old: Sequence[str], wanted: Sequence[Wanted], kept: Sequence[str]) -> list[str]:
    # One file can have two paths, for instance below /lib and /usr/lib.
    taken = {paths.real_location(path) for path in kept}
    # What lies below these goes with them, or cannot be there.
    covered = tuple(f"{item.path}/" for item in wanted if item.kind != paths.DIRECTORY)
    return [
        path
        for path in old
        if paths.real_location(path) not in taken
        and not path.startswith(covered)
        and paths.read_state(path).kind in (paths.FILE, paths.LINK)
    ]


def _without_namesakes(run: Runner, old: Sequence[str], kept: Sequence[str]) -> list[str]:
    """The old units, each by its own name, without those that are kept under another name, such as an alias."""
    if not old:
        return []
    known = identities(run, sorted({*old, *kept}))
    taken = {known[unit] for unit in kept}
    return [name for name in dict.fromkeys(known[unit] for unit in old) if name not in taken]


def _decode(path: str, state: paths.State) -> Manifest:
    if state.kind == paths.ABSENT:
        return Manifest()
    try:
        document = json.loads(state.content)
        return Manifest(tuple(document["paths"]), tuple(document["units"]))
    except (ValueError, KeyError, TypeError) as error:
        message = f"the manifest '{path}' is damaged; remove it, and by hand what its set is no longer to install"
        raise paths.Refused(message) from error
