# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter that tells what two environments of a project have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

# Values by what they are, such as {"hosts": ["10.0.0.1"], "secret_key": ["<fingerprint>"]}.
Environment = Mapping[str, Iterable[str]]


def shared_with(environment: Environment, others: Mapping[str, Environment]) -> list[str]:
    """Name each kind of value that an environment shares with others; values that are no fingerprints are shown.

    Secrets are compared whatever they are called: the database password of one may be the cache password of another.
    """
    return [
        f"{kind}{_shown(kind, shared)} with {name}"
        for name, other in sorted(others.items())
        for kind, values in environment.items()
        if (shared := sorted(set(values) & _comparable(kind, other)))
    ]


def _comparable(kind: str, other: Environment) -> set[str]:
    if kind in PUBLIC:
        return set(other.get(kind, ()))
    return {value for name, values in other.items() if name not in PUBLIC for value in values}


def _shown(kind: str, shared: list[str]) -> str:
    return f" ({', '.join(shared)})" if kind in PUBLIC else ""


PUBLIC = ("hosts", "domains")


class FilterModule:
    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"shared_with": shared_with}
