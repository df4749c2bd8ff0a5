# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MEDIA_ROOT, MEDIA_URL, and the permissions of uploaded files."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    agreement,
    mapping,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.paths import differ, relation

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

FILE_STORAGE = "django.core.files.storage.FileSystemStorage"
FILE_STORAGES = (FILE_STORAGE, "django.core.files.storage.filesystem.FileSystemStorage")
# Of a file: execution, writing by everybody, and the special bits. Of a directory: writing by everybody.
DANGEROUS = {"FILE_UPLOAD_PERMISSIONS": 0o7113, "FILE_UPLOAD_DIRECTORY_PERMISSIONS": 0o0002}


def not_absolute(site: Site) -> Pairs:
    _needs_files(site)
    path = str(site["settings"].get("MEDIA_ROOT") or "")
    if not path and "MEDIA_ROOT" in (site["expect"].get("unmanaged") or []):
        raise NotApplicable("MEDIA_ROOT is left to the project")
    if not posixpath.isabs(path):
        shown = repr(path) if path else "not set"
        yield "MEDIA_ROOT", f"MEDIA_ROOT is {shown}: uploads go wherever the process happens to work."


def in_code(site: Site) -> Pairs:
    path = _root(site)
    how = relation(path, site["code"])
    if how:
        yield "MEDIA_ROOT", f"MEDIA_ROOT {path} {how} the code in {site['code']}: an upload can become part of it."


def within_static_url(site: Site) -> Pairs:
    media, static = (str(site["settings"].get(name) or "/") for name in ("MEDIA_URL", "STATIC_URL"))
    if "/" in (media, static):
        raise NotApplicable("MEDIA_URL or STATIC_URL is not set")
    if media.startswith(static):
        yield "MEDIA_URL", f"MEDIA_URL {media} lies within STATIC_URL {static}."


@agreement("MEDIA_ROOT", "media_root")
def other_root(site: Site) -> Pairs:
    path, wanted = site["settings"].get("MEDIA_ROOT"), site["expect"]["media_root"]
    if differ(path, wanted):
        yield "MEDIA_ROOT", f"MEDIA_ROOT is {path!r} and was to be {wanted!r}."


def dangerous_permissions(site: Site) -> Pairs:
    for name, bits in DANGEROUS.items():
        mode = site["settings"].get(name)
        if mode is None:
            continue
        if not isinstance(mode, int):
            yield name, f"{name} is {mode!r}, which is no number: uploads will fail."
        elif mode & bits:
            yield name, f"{name} is 0o{mode:o}, which lets others write, or the system execute uploads."


def not_writable(site: Site) -> Pairs:
    path, found = _root(site), site["paths"]["MEDIA_ROOT"]
    if not found["exists"]:
        raise NotApplicable("MEDIA_ROOT is not there yet")
    if not found["writable"]:
        yield "MEDIA_ROOT", f"MEDIA_ROOT {path} cannot be written by the service: uploads will fail."


def _needs_files(site: Site) -> None:
    storage = mapping(mapping(site["settings"].get("STORAGES")).get("default"))
    backend = str(storage.get("BACKEND", FILE_STORAGE))
    if backend not in FILE_STORAGES:
        raise NotApplicable(f"whether {backend} keeps uploads on this host is not known")
    if "location" in mapping(storage.get("OPTIONS")):
        raise NotApplicable("the default storage has a location of its own")


def _root(site: Site) -> str:
    _needs_files(site)
    path = str(site["settings"].get("MEDIA_ROOT") or "")
    if not posixpath.isabs(path):
        raise NotApplicable("MEDIA_ROOT is no absolute path")
    return path


RULES: dict[str, Rule] = {
    "media.W001": not_absolute,
    "media.E002": in_code,
    "media.E003": within_static_url,
    "media.E004": other_root,
    "media.W005": dangerous_permissions,
    "media.W006": not_writable,
}
