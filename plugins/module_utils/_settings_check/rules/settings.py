# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings as a whole: whether they are those of a project, and those that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules import (
    cache,
    cookies,
    database,
    debug,
    hosts,
    https,
    media,
    secret,
    static,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import NotApplicable, agreement

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

# Every rule that compares a setting with what was asked for.
AGREEMENTS: tuple[Rule, ...] = (
    cache.other_host,
    cookies.csrf_domain,
    cookies.csrf_secure,
    cookies.session_domain,
    cookies.session_secure,
    database.other_host,
    database.other_name,
    database.other_password,
    database.other_port,
    database.other_user,
    debug.other_debug,
    hosts.missing_domain,
    hosts.unexpected_host,
    https.other_proxy_header,
    media.other_root,
    secret.other_credential,
    secret.other_key,
    static.other_root,
)


def no_apps(site: Site) -> Pairs:
    yield from _empty(site, "INSTALLED_APPS")


def no_urls(site: Site) -> Pairs:
    yield from _empty(site, "ROOT_URLCONF")


def replaced(site: Site) -> Pairs:
    if site["replaced"] and not _differs(site):
        yield "settings", "A library has put its own object in place of django.conf.settings."


def replaced_and_different(site: Site) -> Pairs:
    if not site["replaced"]:
        raise NotApplicable("django.conf.settings is Django's own")
    if _differs(site):
        yield (
            "settings",
            "A library has put its own object in place of django.conf.settings, and undone settings by it.",
        )


@agreement("DJANGO_SETTINGS_MODULE", "settings_module")
def other_module(site: Site) -> Pairs:
    module, wanted = site["settings_module"], site["expect"]["settings_module"]
    if module != wanted:
        yield "DJANGO_SETTINGS_MODULE", f"DJANGO_SETTINGS_MODULE is {module} and was to be {wanted}."


def _empty(site: Site, name: str) -> Pairs:
    if not site["settings"].get(name):
        yield name, f"{name} is empty: these are not the settings of a project."


def _differs(site: Site) -> bool:
    for rule in AGREEMENTS:
        try:
            if list(rule(site)):
                return True
        except NotApplicable:
            continue
    return False


RULES: dict[str, Rule] = {
    "settings.E001": no_apps,
    "settings.E002": no_urls,
    "settings.I003": replaced,
    "settings.W004": replaced_and_different,
    "settings.E005": other_module,
}
