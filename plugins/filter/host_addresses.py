# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that tell roles which addresses hosts have, and which given words are no addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _parse(text: object) -> Address:
    """Read one address; a number or a network is refused although the ipaddress module knows them."""
    address = ipaddress.ip_address(str(text))
    if getattr(address, "scope_id", None):
        raise ValueError(f"{text!r} has a zone, which means nothing on another host")
    return address


def _family_and_number(address: Address) -> tuple[int, int]:
    return address.version, int(address)


def _given_addresses(variables: Mapping[str, Any]) -> list[object]:
    """The addresses set for a host, else those its default routes use, else the one Ansible connects to."""
    if variables.get("project_addresses"):
        return list(variables["project_addresses"])
    facts = variables.get("ansible_facts") or {}
    defaults = [facts.get(family) for family in ("default_ipv4", "default_ipv6")]
    if defaults == [None, None]:
        address = variables.get("ansible_host")
        return [] if address is None or invalid_addresses([address]) else [address]
    return [default["address"] for default in defaults if default and default.get("address")]


def _addresses_of(host: str, variables: Mapping[str, Any]) -> set[Address]:
    try:
        addresses = {_parse(text) for text in _given_addresses(variables)}
    except ValueError as error:
        raise AnsibleFilterError(f"Host {host}: {error}. Correct its variable project_addresses.") from None
    usable = {address for address in addresses if not address.is_link_local and not address.is_loopback}
    if not usable:
        raise AnsibleFilterError(
            f"Host {host} has no known address: its facts were not gathered or hold no default route. "
            "Gather facts of all hosts first (no --limit), or set its variable project_addresses to a list."
        )
    return usable


def host_addresses(hosts: Iterable[str], hostvars: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Sorted, unique, normalised addresses of the hosts."""
    found: set[Address] = set()
    for host in hosts:
        if host not in hostvars:
            raise AnsibleFilterError(f"Host {host} is not in the inventory.")
        found |= _addresses_of(host, hostvars[host])
    return [str(address) for address in sorted(found, key=_family_and_number)]


def _is_address(text: object, networks: bool) -> bool:
    try:
        if networks and "/" in str(text):
            ipaddress.ip_network(str(text))
        else:
            _parse(text)
    except ValueError:
        return False
    return True


def invalid_addresses(words: Iterable[object], networks: bool = False) -> list[object]:
    """The words that are no plain IPv4 or IPv6 address, nor, if these are welcome, a network."""
    return [word for word in words if not _is_address(word, networks)]


class FilterModule:
    """Names under which playbooks find the filters."""

    def filters(self) -> dict[str, Callable[..., list[Any]]]:
        return {"host_addresses": host_addresses, "invalid_addresses": invalid_addresses}
