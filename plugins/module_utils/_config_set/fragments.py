# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that hold what several sets have to say: each set owns a fragment in a directory, all own the whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._config_set import paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.hardened.django.plugins.module_utils._config_set.paths import Wanted

MARK = b"@fragments@\n"


def filled(wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """The paths of a set, with the fragments of all sets in the place of the marks."""
    return tuple(_filled(item, wanted) if item.fragments else item for item in wanted)


def _filled(item: Wanted, wanted: Sequence[Wanted]) -> Wanted:
    if item.content.count(MARK) != 1:
        raise paths.Refused(f"the content of '{item.path}' must hold the line '{MARK.decode().strip()}' once")
    contents = _installed(item.fragments)
    for other in wanted:
        if os.path.dirname(other.path) == item.fragments:
            contents.pop(os.path.basename(other.path), None)
            if other.kind == paths.FILE:
                contents[os.path.basename(other.path)] = other.content
    whole = b"".join(contents[name] for name in sorted(contents))
    return item._replace(content=item.content.replace(MARK, whole))


def _installed(directory: str) -> dict[str, bytes]:
    """The fragments on this host. Names with a dot in front are of files that are being written."""
    names = os.listdir(directory) if os.path.isdir(directory) else []
    states = {name: paths.read_state(os.path.join(directory, name)) for name in names if not name.startswith(".")}
    return {name: state.content for name, state in states.items() if state.kind == paths.FILE}
