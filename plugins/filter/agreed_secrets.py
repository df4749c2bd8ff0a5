# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

Reading = t.Mapping[str, t.Mapping[str, str]]


def agreed_secrets(readings: t.Mapping[str, Reading], given: t.Mapping[str, str]) -> dict[str, str]:
    """Choose one value for each secret of `given`: that one, else the one the hosts have, else the first candidate.

    Messages name hosts and secrets, never values.
    """
    agreed: dict[str, str] = {}
    for name in sorted(given):
        held = {host: reading["current"][name] for host, reading in readings.items() if name in reading["current"]}
        if given[name]:
            agreed[name] = given[name]
        elif len(set(held.values())) > 1:
            raise AnsibleFilterError(
                f"The hosts {', '.join(held)} hold different values of the secret {name}. "
                f"Set secrets_{name} to the right one, or remove the file from the hosts that are wrong."
            )
        elif held:
            agreed[name] = next(iter(held.values()))
        else:
            agreed[name] = next(iter(readings.values()))["candidates"][name]
    return agreed


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., dict[str, str]]]:
        return {"agreed_secrets": agreed_secrets}
