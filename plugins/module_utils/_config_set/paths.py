# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths of a configuration set: what is there, what is wanted, and the steps between the two."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ABSENT = "absent"
FILE = "file"
DIRECTORY = "directory"
LINK = "link"
OTHER = "special file"

# What may be there when a kind is wanted. The rest would lose data, or is not ours to judge.
REPLACEABLE = {
    ABSENT: (ABSENT, FILE, DIRECTORY, LINK),
    FILE: (ABSENT, FILE, LINK),
    DIRECTORY: (ABSENT, DIRECTORY),
    LINK: (ABSENT, FILE, LINK),
}
# Both names start with a dot and are of no type that a program would include from a directory of configuration.
TEMPORARY = ".{0}.config_set.tmp"
ASIDE = ".{0}.config_set~"


class Refused(Exception):
    """The set cannot be installed, and nothing was changed."""


class Wanted(NamedTuple):
    """One path of the set, as the caller describes it."""

    path: str
    kind: str
    mode: int = 0
    owner: str = ""
    group: str = ""
    content: bytes = b""
    secret: bool = False
    target: str = ""
    fragments: str = ""


class State(NamedTuple):
    """A path at one moment. An owner or group of None is one that does not exist yet."""

    kind: str
    mode: int = 0
    uid: int | None = 0
    gid: int | None = 0
    content: bytes = b""
    target: str = ""
    mtime_ns: int | None = None

    def is_like(self, other: State) -> bool:
        """Whether the two differ in nothing that a set can ask for."""
        return self._replace(mtime_ns=None) == other._replace(mtime_ns=None)


class Change(NamedTuple):
    wanted: Wanted
    before: State
    after: State


def read_state(path: str) -> State:
    try:
        info = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return State(ABSENT)
    if stat.S_ISLNK(info.st_mode):
        return State(LINK, target=os.readlink(path), mtime_ns=info.st_mtime_ns)
    content = b""
    if stat.S_ISREG(info.st_mode):
        kind = FILE
        with open(path, "rb") as file:
            content = file.read()
    else:
        kind = DIRECTORY if stat.S_ISDIR(info.st_mode) else OTHER
    return State(kind, stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, content, mtime_ns=info.st_mtime_ns)


def plan(wanted: Sequence[Wanted], assume_prepared: bool = False) -> list[Change]:
    """The differences between what is there and what is wanted, in the order in which to make them.

    With assume_prepared, users, groups and parent directories that are missing count as still to come, as they are
    for a check of a host on which nothing is installed yet.
    """
    _refuse_contradictions(wanted)
    changes = []
    for item in sorted(wanted, key=_rank):
        before, after = read_state(item.path), _state_after(item, assume_prepared)
        _refuse_replacement(item, before)
        if not after.is_like(before):
            changes.append(Change(item, before, after))
    if not assume_prepared:
        _refuse_orphans(wanted)
    return changes


def _rank(item: Wanted) -> tuple[int, int]:
    """Directories first, parents before children; removals last, when what replaces them is there."""
    if item.kind == DIRECTORY:
        return (0, _depth(item.path))
    return (2 if item.kind == ABSENT else 1, 0)


def _depth(path: str) -> int:
    return path.count("/")


def _refuse_contradictions(wanted: Iterable[Wanted]) -> None:
    kinds: dict[str, str] = {}
    for item in wanted:
        if not _is_plain(item.path):
            raise Refused(f"path '{item.path}' must be absolute, below '/', without '.', '..', '//' or '/' at its end")
        if item.path in kinds:
            raise Refused(f"path '{item.path}' is listed twice")
        kinds[item.path] = item.kind
    for path in kinds:
        parent = os.path.dirname(path)
        while parent != "/":
            if kinds.get(parent, DIRECTORY) != DIRECTORY:
                raise Refused(f"path '{path}' lies below '{parent}', which the set wants to be of kind {kinds[parent]}")
            parent = os.path.dirname(parent)


def _is_plain(path: str) -> bool:
    return path.startswith("/") and not path.startswith("//") and path != "/" and os.path.normpath(path) == path


def _refuse_replacement(item: Wanted, before: State) -> None:
    if before.kind not in REPLACEABLE[item.kind]:
        raise Refused(f"path '{item.path}' is a {before.kind} on this host, but should be of kind {item.kind}")


def _refuse_orphans(wanted: Sequence[Wanted]) -> None:
    directories = {item.path for item in wanted if item.kind == DIRECTORY}
    for item in wanted:
        parent = os.path.dirname(item.path)
        if item.kind != ABSENT and parent not in directories and not os.path.isdir(parent):
            raise Refused(f"the parent directory of '{item.path}' does not exist: list '{parent}' in directories")


def _state_after(item: Wanted, assume_prepared: bool) -> State:
    if item.kind == ABSENT:
        return State(ABSENT)
    if item.kind == LINK:
        return State(LINK, target=item.target)
    uid, gid = _user_id(item.owner), _group_id(item.group)
    if not assume_prepared:
        if uid is None:
            raise Refused(f"owner '{item.owner}' of '{item.path}' does not exist on this host")
        if gid is None:
            raise Refused(f"group '{item.group}' of '{item.path}' does not exist on this host")
    return State(item.kind, item.mode, uid, gid, item.content)


def _user_id(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _group_id(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def put(path: str, state: State) -> None:
    """Bring path into the state. Whatever a program opens at path is either the old or the new, never a part.

    What an interrupted write has left is to be discarded first.
    """
    if state.kind == ABSENT:
        _remove(path)
    elif state.kind == DIRECTORY:
        _put_directory(path, state)
    elif state.kind == LINK:
        _put_link(path, state)
    else:
        _put_file(path, state)


def put_back(previous: Mapping[str, State]) -> None:
    """Return every path to its previous state, from whatever an interrupted or failed run made of it.

    A directory that the set created but that others have filled since is kept: their files are not ours to delete.
    """
    parents_first = sorted(previous, key=_depth)
    for path in reversed(parents_first):
        _clear(path, previous[path])
    for path in parents_first:
        was = previous[path]
        if was.kind == DIRECTORY and os.path.lexists(aside(path)):
            os.rename(aside(path), path)
        if was.kind != ABSENT:
            put(path, was)
    for path in reversed(parents_first):
        if previous[path].kind == DIRECTORY:
            _restore_time(path, previous[path])
    sync_parents(previous)


def aside(path: str) -> str:
    """Where a removed directory waits, on the same file system, until the run has succeeded."""
    return _beside(path, ASIDE)


def real_location(path: str) -> str:
    """Where path lies, whatever links lead to it; a link at path itself is not followed."""
    parent, base = os.path.split(path)
    return os.path.join(os.path.realpath(parent), base)


def discard(path: str) -> None:
    """Unlink a file or a link that may be missing."""
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return


def discard_temporary(path: str) -> None:
    """Unlink what an interrupted write to path has left."""
    discard(_beside(path, TEMPORARY))


def sync_parents(paths: Iterable[str]) -> None:
    for parent in sorted({os.path.dirname(path) for path in paths}):
        if os.path.isdir(parent):
            sync_directory(parent)


def sync_directory(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: str, content: bytes) -> None:
    """Write a file that was not there, readable by its owner only, and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _put_file(path: str, state: State) -> None:
    temporary = _beside(path, TEMPORARY)
    write_file(temporary, state.content)
    _own(temporary, state)
    _restore_time(temporary, state)
    os.replace(temporary, path)


def _put_link(path: str, state: State) -> None:
    temporary = _beside(path, TEMPORARY)
    os.symlink(state.target, temporary)
    _restore_time(temporary, state)
    os.replace(temporary, path)


def _put_directory(path: str, state: State) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        # Narrow before the owner changes: at no moment may the new owner do more than he will be allowed to.
        os.chmod(path, stat.S_IMODE(os.lstat(path).st_mode) & state.mode)
    _own(path, state)
    _restore_time(path, state)


def _own(path: str, state: State) -> None:
    if state.uid is None or state.gid is None:
        raise Refused(f"the owner or group of '{path}' does not exist on this host")
    # The mode comes second, because a change of owner clears the set-user-id and set-group-id bits.
    os.chown(path, state.uid, state.gid)
    os.chmod(path, state.mode)


def _restore_time(path: str, state: State) -> None:
    if state.mtime_ns is not None:
        os.utime(path, ns=(state.mtime_ns, state.mtime_ns), follow_symlinks=False)


def _remove(path: str) -> None:
    if not _is_directory(path):
        discard(path)
    elif os.path.lexists(aside(path)):
        # The former directory already waits aside; this one was made by a run that did not come to its end.
        shutil.rmtree(path)
    else:
        os.rename(path, aside(path))


def _clear(path: str, was: State) -> None:
    discard_temporary(path)
    if _is_directory(path):
        if was.kind != DIRECTORY or os.path.lexists(aside(path)):
            _remove_empty(path)
    elif was.kind in (ABSENT, DIRECTORY):
        discard(path)


def _remove_empty(path: str) -> None:
    if not os.listdir(path):
        os.rmdir(path)


def _is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _beside(path: str, pattern: str) -> str:
    parent, base = os.path.split(path)
    return os.path.join(parent, pattern.format(base))
