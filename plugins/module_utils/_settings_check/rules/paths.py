# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of the deployed project, compared without a look at the disk."""

from __future__ import annotations

import posixpath


def relation(path: str, other: str) -> str:
    """How a path lies to another one, in a word of a sentence; empty when they have nothing to do with each other."""
    path, other = (posixpath.normpath(name) for name in (path, other))
    if path == other:
        return "is"
    if path.startswith(other.rstrip("/") + "/"):
        return "is inside"
    if other.startswith(path.rstrip("/") + "/"):
        return "contains"
    return ""


def differ(path: object, wanted: object) -> bool:
    return posixpath.normpath(str(path or "")) != posixpath.normpath(str(wanted))
