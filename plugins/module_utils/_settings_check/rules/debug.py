# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DEBUG, and what else shows the inside of a project to visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    agreement,
    has_app,
    items,
    key,
    mapping,
    reported,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

# They show nothing unless DEBUG is on.
DEVELOPMENT_APPS = ("debug_toolbar", "django_browser_reload", "livereload", "silk", "template_profiler_panel")


@agreement("DEBUG", "debug")
def other_debug(site: Site) -> Pairs:
    """Only where Django is silent about it: it calls DEBUG a warning, unless that is silenced."""
    debug, wanted = bool(site["settings"].get("DEBUG")), site["expect"]["debug"]
    if debug != wanted and not reported(site, "security.W018"):
        yield "DEBUG", f"DEBUG is {debug} and was to be {wanted}."


def template_debug(site: Site) -> Pairs:
    if site["settings"].get("DEBUG"):
        raise NotApplicable("DEBUG is on, and template debugging with it")
    for number, engine in enumerate(site["templates"]):
        if engine["debug"]:
            name = key("TEMPLATES", number, "OPTIONS", "debug")
            yield name, f"{name} is True although DEBUG is off: error reports hold the source of templates."


def propagated_exceptions(site: Site) -> Pairs:
    if site["settings"].get("DEBUG_PROPAGATE_EXCEPTIONS"):
        yield (
            "DEBUG_PROPAGATE_EXCEPTIONS",
            "DEBUG_PROPAGATE_EXCEPTIONS is True: an exception reaches the application server, not handler500.",
        )


def open_profiler(site: Site) -> Pairs:
    """Applications that show what goes on inside even when DEBUG is off."""
    settings = site["settings"]
    guarded = settings.get("SILKY_AUTHENTICATION") and settings.get("SILKY_AUTHORISATION")
    if has_app(site, "silk") and not guarded:
        yield "INSTALLED_APPS", "silk is installed: it records requests and shows them to everybody, DEBUG or not."
    callback = str(mapping(settings.get("DEBUG_TOOLBAR_CONFIG")).get("SHOW_TOOLBAR_CALLBACK", ""))
    if has_app(site, "debug_toolbar") and callback and not callback.startswith("debug_toolbar."):
        name = key("DEBUG_TOOLBAR_CONFIG", "SHOW_TOOLBAR_CALLBACK")
        yield name, f"{name} is {callback}, which may show the debug toolbar although DEBUG is off."


def development_apps(site: Site) -> Pairs:
    for app in DEVELOPMENT_APPS:
        if has_app(site, app):
            yield "INSTALLED_APPS", f"{app} is installed, which is made for development."


def internal_ips(site: Site) -> Pairs:
    addresses = items(site["settings"].get("INTERNAL_IPS"))
    if addresses:
        yield "INTERNAL_IPS", f"INTERNAL_IPS is {addresses}: tools for development trust requests from there."


RULES: dict[str, Rule] = {
    "debug.E001": other_debug,
    "debug.W002": template_debug,
    "debug.W003": propagated_exceptions,
    "debug.W004": open_profiler,
    "debug.I005": development_apps,
    "debug.I006": internal_ips,
}
