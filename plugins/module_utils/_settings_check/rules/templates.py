# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TEMPLATES."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import NotApplicable, key

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site


def not_cached(site: Site) -> Pairs:
    engines = {number: engine for number, engine in enumerate(site["templates"]) if engine["cached"] is not None}
    if not engines:
        raise NotApplicable("no template engine is Django's")
    for number, engine in engines.items():
        if not engine["cached"]:
            name = key("TEMPLATES", number, "OPTIONS", "loaders")
            yield name, f"{name} is set without the cached loader: each request reads its templates again."


# Not "templates", which is the name of Django's own checks.
RULES: dict[str, Rule] = {"template.W001": not_cached}
