# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a configuration set changes, as Ansible's --diff shows it."""

from __future__ import annotations

import grp
import pwd
from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._config_set import paths

if TYPE_CHECKING:
    from collections.abc import Iterable

READABLE_BY_ALL = 0o004


def describe(changes: Iterable[paths.Change]) -> list[dict[str, str]]:
    """One entry for what a path is, and one for what a file contains, wherever the two sides differ."""
    entries = []
    for change in changes:
        entries.append(_entry(change, _attributes(change.before), _wanted_attributes(change)))
        entries.append(_entry(change, _content_before(change), _content_after(change)))
    return [entry for entry in entries if entry["before"] != entry["after"]]


def _entry(change: paths.Change, before: str, after: str) -> dict[str, str]:
    path = change.wanted.path
    return {"before_header": path, "after_header": path, "before": before, "after": after}


def _attributes(state: paths.State) -> str:
    if state.kind == paths.LINK:
        return f"kind: link\ntarget: {state.target}\n"
    if state.kind == paths.ABSENT:
        return "kind: absent\n"
    return _owned(state.kind, _user_name(state.uid), _group_name(state.gid), state.mode)


def _wanted_attributes(change: paths.Change) -> str:
    wanted = change.wanted
    if wanted.kind in (paths.FILE, paths.DIRECTORY):
        return _owned(wanted.kind, wanted.owner, wanted.group, wanted.mode)
    return _attributes(change.after)


def _owned(kind: str, owner: str, group: str, mode: int) -> str:
    return f"kind: {kind}\nowner: {owner}\ngroup: {group}\nmode: {mode:04o}\n"


def _content_before(change: paths.Change) -> str:
    before = change.before
    if before.kind != paths.FILE or before.content == change.after.content:
        return ""
    if change.wanted.secret or not before.mode & READABLE_BY_ALL:
        # A file that not everybody may read can hold a secret, whatever takes its place now.
        return "(the old content is not shown)\n"
    return _text(before.content)


def _content_after(change: paths.Change) -> str:
    after = change.after
    if after.kind != paths.FILE or after.content == change.before.content:
        return ""
    return "(the new content is not shown)\n" if change.wanted.secret else _text(after.content)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return "(the content is not text)\n"


def _user_name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(-1 if uid is None else uid).pw_name
    except KeyError:
        return str(uid)


def _group_name(gid: int | None) -> str:
    try:
        return grp.getgrgid(-1 if gid is None else gid).gr_name
    except KeyError:
        return str(gid)
