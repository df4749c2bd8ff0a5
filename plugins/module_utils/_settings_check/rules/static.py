# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""STATIC_ROOT and STATIC_URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    agreement,
    has_app,
    mapping,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.paths import differ, relation

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

FILE_STORAGES = ("django.contrib.staticfiles.storage.", "whitenoise.storage.")
MANIFEST_STORAGES = ("ManifestStaticFilesStorage", "CompressedManifestStaticFilesStorage")


def unset(site: Site) -> Pairs:
    _needs_files(site)
    for name in ("STATIC_ROOT", "STATIC_URL"):
        if not site["settings"].get(name):
            yield name, f"{name} is not set: collectstatic will fail."


def mixed_with_media(site: Site) -> Pairs:
    static, media = (str(site["settings"].get(name) or "") for name in ("STATIC_ROOT", "MEDIA_ROOT"))
    if not static or not media:
        raise NotApplicable("STATIC_ROOT or MEDIA_ROOT is not set")
    how = relation(static, media)
    if how:
        yield "STATIC_ROOT", f"STATIC_ROOT {static} {how} MEDIA_ROOT {media}."


def missing(site: Site) -> Pairs:
    path = _collected(site)
    if not site["paths"]["STATIC_ROOT"]["exists"]:
        yield "STATIC_ROOT", f"STATIC_ROOT {path} is not there."


def writable(site: Site) -> Pairs:
    path = _collected(site)
    if site["paths"]["STATIC_ROOT"]["writable"]:
        yield "STATIC_ROOT", f"STATIC_ROOT {path} can be written by the service, so a flaw in it can change every page."


def no_manifest(site: Site) -> Pairs:
    path, storage = _collected(site), _storage(site)
    if str(storage.get("BACKEND", "")).rpartition(".")[2] not in MANIFEST_STORAGES:
        raise NotApplicable("the storage of static files writes no manifest")
    if storage.get("OPTIONS"):
        raise NotApplicable("the storage of static files has options, which may move its manifest")
    if not site["paths"]["STATIC_ROOT"]["manifest"]:
        yield (
            "STATIC_ROOT",
            f"STATIC_ROOT {path} has no staticfiles.json: every page with a static file is an error 500.",
        )


@agreement("STATIC_ROOT", "static_root")
def other_root(site: Site) -> Pairs:
    path, wanted = site["settings"].get("STATIC_ROOT"), site["expect"]["static_root"]
    if differ(path, wanted):
        yield "STATIC_ROOT", f"STATIC_ROOT is {path!r} and was to be {wanted!r}."


def _storage(site: Site) -> dict[str, Any]:
    return mapping(mapping(site["settings"].get("STORAGES")).get("staticfiles"))


def _needs_files(site: Site) -> None:
    if not has_app(site, "django.contrib.staticfiles"):
        raise NotApplicable("django.contrib.staticfiles is not installed")
    backend = str(_storage(site).get("BACKEND", ""))
    if backend and not backend.startswith(FILE_STORAGES):
        raise NotApplicable(f"whether {backend} keeps static files on this host is not known")


def _collected(site: Site) -> str:
    _needs_files(site)
    path = site["settings"].get("STATIC_ROOT")
    if not path:
        raise NotApplicable("STATIC_ROOT is not set")
    return str(path)


RULES: dict[str, Rule] = {
    "static.E001": unset,
    "static.E002": mixed_with_media,
    "static.W003": missing,
    "static.W004": writable,
    "static.E005": no_manifest,
    "static.E006": other_root,
}
