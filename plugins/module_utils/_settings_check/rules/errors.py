# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import NotApplicable

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site


def broken(site: Site) -> Pairs:
    if not site["settings"].get("ROOT_URLCONF"):
        raise NotApplicable("ROOT_URLCONF is empty, of which another rule tells")
    for code, state in sorted(site["error_templates"].items()):
        if state.startswith("broken"):
            reason = state.partition(": ")[2]
            yield f"{code}.html", f"The page of error {code} fails with {reason} when it is rendered as Django does."


def bare(site: Site) -> Pairs:
    for code in ("404", "500"):
        if site["error_templates"].get(code) == "default":
            yield f"{code}.html", f"The project has no {code}.html: visitors see Django's bare answer."


RULES: dict[str, Rule] = {"errors.E001": broken, "errors.I002": bare}
