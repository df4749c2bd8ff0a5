# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells what is wrong with a certificate, its chain and its key, before a web server gets them."""

from __future__ import annotations

from collections.abc import Callable


def certificate_problems(chain: str, key: str, names: list[str]) -> list[str]:
    """What keeps a web server from proving these names with this chain and key; an empty list when nothing does."""
    if not chain:
        return ["the chain is empty"]
    # Ansible loads a filter in each process that only might use it, and cryptography takes long to load.
    from ansible_collections.hardened.django.plugins.plugin_utils import _certificate_problems

    return _certificate_problems.certificate_problems(chain, key, names)


class FilterModule:
    """Name under which roles find the filter."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"certificate_problems": certificate_problems}
