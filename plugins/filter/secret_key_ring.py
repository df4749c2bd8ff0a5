# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret key of a site and the keys beside it, which Django accepts and does not sign with."""

from __future__ import annotations

import json
import typing as t

from ansible.errors import AnsibleFilterError

Reading = t.Mapping[str, t.Mapping[str, str]]
# From key to the time when it is to go, in seconds since 1970; None for the key that is to sign next.
Others = dict[str, t.Optional[int]]
PHASES = ("keep", "stage", "promote", "emergency")


class Ring(t.NamedTuple):
    """What one host has."""

    key: str
    others: Others


def _read(host: str, reading: Reading) -> Ring | None:
    current = reading["current"]
    if "secret_key" not in current:
        return None
    try:
        others = {entry["key"]: entry["until"] for entry in json.loads(current.get("secret_key_fallbacks", "[]"))}
    except (ValueError, KeyError, TypeError):
        raise AnsibleFilterError(
            f"The file secret_key_fallbacks of {host} is damaged. Take it from another app host, or remove it: "
            "what was signed with older keys is then refused."
        ) from None
    return Ring(current["secret_key"], others)


def _agree(rings: t.Mapping[str, Ring], given: str) -> Ring:
    """One ring of all hosts. Two keys may sign at a time only where all hosts accept the newer one."""
    keys = list(dict.fromkeys(ring.key for ring in rings.values()))
    # A host that stopped amid its files has its key among the others too: the newer one was staged there.
    promoted = [
        key
        for key in keys
        if all(key == ring.key or ring.others.get(key, 0) is None or ring.key in ring.others for ring in rings.values())
    ]
    if not promoted and given in keys:
        promoted = [given]
    if not promoted:
        raise AnsibleFilterError(
            f"The hosts {', '.join(rings)} have different secret keys. Set secrets_secret_key to the right one, "
            "or remove the file secret_key from the hosts that are wrong."
        )
    others: Others = {}
    for ring in rings.values():
        for key, until in ring.others.items():
            others[key] = max((time for time in (until, others.get(key)) if time is not None), default=None)
    others.pop(promoted[0], None)
    return Ring(promoted[0], others)


def _staged(ring: Ring) -> str:
    return next((key for key, until in ring.others.items() if until is None), "")


def _with_staged(ring: Ring, key: str) -> Ring:
    """The ring with this key as the next one; a key that nobody signed with yet may go."""
    if ring.others.get(key) is not None:
        raise AnsibleFilterError(
            "secrets_secret_key is a key that was replaced before. Set it to the one in use or a new one, or empty it."
        )
    return ring._replace(others={**{old: until for old, until in ring.others.items() if until is not None}, key: None})


def _promoted(ring: Ring, until: int) -> Ring:
    key = _staged(ring)
    if not key:
        raise AnsibleFilterError("No host has a next secret key yet: stage one first.")
    others = {old: time for old, time in ring.others.items() if old != key}
    return Ring(key, {**others, ring.key: until})


def secret_key_ring(
    readings: t.Mapping[str, Reading], given: str = "", phase: str = "keep", now: int = 0, until: int = 0
) -> dict[str, str]:
    """The secret files of each host after a phase of the rotation. Messages name hosts and files, never values."""
    if phase not in PHASES:
        raise AnsibleFilterError(f"{phase!r} is no phase of a rotation; there are {', '.join(PHASES)}.")
    found = {name: ring for name, reading in readings.items() if (ring := _read(name, reading))}
    candidates = [reading["candidates"] for reading in readings.values()]
    if not found:
        return {"secret_key": given or candidates[0]["secret_key"], "secret_key_fallbacks": "[]"}
    if phase == "emergency":
        keys = {ring.key for ring in found.values()}
        ring = Ring(given if given and given not in keys else candidates[0]["secret_key_next"], {})
    else:
        ring = _agree(found, given)
        ring = ring._replace(others={key: time for key, time in ring.others.items() if time is None or time > now})
        if phase == "promote":
            ring = _promoted(ring, until)
        elif given and given != ring.key:
            ring = _with_staged(ring, given)
        elif phase == "stage" and given and not _staged(ring):
            raise AnsibleFilterError(
                "secrets_secret_key is the key in use. Set it to the new key, or leave it empty to have one generated."
            )
        elif phase == "stage" and not _staged(ring):
            ring = _with_staged(ring, candidates[0]["secret_key_next"])
    entries = [{"key": key, "until": time} for key, time in sorted(ring.others.items(), key=lambda item: item[1] or 0)]
    return {"secret_key": ring.key, "secret_key_fallbacks": json.dumps(entries)}


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., dict[str, str]]]:
        return {"secret_key_ring": secret_key_ring}
