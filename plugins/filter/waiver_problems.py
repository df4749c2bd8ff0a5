# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells which waivers the module settings_check would refuse, before a host is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def waiver_problems(waivers: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is wrong with each waiver; an empty list when nothing is."""
    waivers = list(waivers)
    if not waivers:
        return []
    # Ansible loads a filter in each process that only might use it, and the rules take long to load.
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.report import check_waiver

    problems = []
    seen: set[str] = set()
    for waiver in waivers:
        try:
            check_waiver(waiver, seen)
        except ValueError as error:
            problems.append(str(error))
    return problems


class FilterModule:
    """Name under which roles find the filter."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"waiver_problems": waiver_problems}
