# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.hardened.django.plugins.filter.host_addresses import (
    FilterModule,
    host_addresses,
    invalid_addresses,
)


def facts(ipv4: str | None = None, ipv6: str | None = None) -> dict[str, Any]:
    """Variables of a host as fact gathering leaves them: a missing family is an empty mapping."""
    found = {"default_ipv4": ipv4, "default_ipv6": ipv6}
    return {"ansible_facts": {name: {"address": address} if address else {} for name, address in found.items()}}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param(facts("192.0.2.1"), ["192.0.2.1"], id="ipv4 fact"),
        pytest.param(facts(None, "2001:db8::1"), ["2001:db8::1"], id="ipv6 fact"),
        pytest.param(facts("192.0.2.1", "2001:db8::1"), ["192.0.2.1", "2001:db8::1"], id="both families"),
        pytest.param(facts("192.0.2.1", "fe80::1"), ["192.0.2.1"], id="link-local ipv6 left out"),
        pytest.param(facts("169.254.3.4", "2001:db8::1"), ["2001:db8::1"], id="link-local ipv4 left out"),
        pytest.param({"project_addresses": ["2001:DB8:0:0::1"]}, ["2001:db8::1"], id="ipv6 normalised"),
        pytest.param({"project_addresses": ["10.0.0.5"], **facts("192.0.2.1")}, ["10.0.0.5"], id="variable wins"),
        pytest.param({"project_addresses": [], **facts("192.0.2.1")}, ["192.0.2.1"], id="empty variable is unset"),
        pytest.param({"project_addresses": ["192.0.2.1", "192.0.2.1"]}, ["192.0.2.1"], id="each once"),
        pytest.param({"ansible_host": "192.0.2.1"}, ["192.0.2.1"], id="the host is down"),
        pytest.param({"ansible_host": "10.0.0.5", **facts("192.0.2.1")}, ["192.0.2.1"], id="facts win"),
    ],
)
def test_addresses_of_one_host(variables: dict[str, Any], expected: list[str]) -> None:
    assert host_addresses(["app1"], {"app1": variables}) == expected


def test_several_hosts_are_sorted_by_family_and_number() -> None:
    hostvars = {
        "a": facts("192.0.2.10", "2001:db8::a"),
        "b": facts("192.0.2.9"),
        "c": facts("192.0.2.10", "2001:db8::9"),
    }
    assert host_addresses(["a", "b", "c"], hostvars) == ["192.0.2.9", "192.0.2.10", "2001:db8::9", "2001:db8::a"]


def test_no_hosts_have_no_addresses() -> None:
    assert host_addresses([], {}) == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param({}, "app1 has no known address", id="no facts"),
        pytest.param({"ansible_host": "web1.example.org"}, "app1 has no known address", id="no facts and a name"),
        pytest.param({"ansible_host": "127.0.0.1"}, "app1 has no known address", id="no facts and a tunnel"),
        pytest.param({"ansible_host": "10.0.0.5", **facts()}, "app1 has no known address", id="no routes"),
        pytest.param(facts(), "set its variable project_addresses", id="no default route"),
        pytest.param(facts(None, "fe80::1"), "app1 has no known address", id="link-local only"),
        pytest.param({"project_addresses": ["www.example.com"]}, "'www.example.com' does not appear", id="a name"),
        pytest.param({"project_addresses": ["192.0.2.0/24"]}, "Correct its variable project_addresses", id="a network"),
        pytest.param({"project_addresses": ["fe80::1%eth0"]}, "has a zone", id="a zone"),
    ],
)
def test_error_names_host_and_variable(variables: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"Host app1") as caught:
        host_addresses(["app1"], {"app1": variables})
    assert words in str(caught.value)
    assert "project_addresses" in str(caught.value)


def test_unknown_host_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="Host app9 is not in the inventory"):
        host_addresses(["app9"], {"app1": facts("192.0.2.1")})


@pytest.mark.parametrize("address", ["192.0.2.1", "::1", "2001:DB8::1", "127.0.0.1"])
def test_address_is_valid(address: str) -> None:
    assert invalid_addresses([address]) == []


@pytest.mark.parametrize(
    "word", ["", "192.0.2.256", "192.0.2.1 ", "192.0.2.0/24", "www.example.com", "fe80::1%eth0", 5, None]
)
def test_word_is_no_address(word: object) -> None:
    assert invalid_addresses(["192.0.2.1", word]) == [word]


def test_networks_are_welcome_where_asked_for() -> None:
    words = ["192.0.2.1", "192.0.2.0/24", "2001:db8::/32"]
    assert invalid_addresses(words, networks=True) == []
    assert invalid_addresses(["192.0.2.1/24", "192.0.2.0/33", "all/8"], networks=True) == [
        "192.0.2.1/24",
        "192.0.2.0/33",
        "all/8",
    ]


def test_filters_are_published_by_name() -> None:
    assert FilterModule().filters() == {"host_addresses": host_addresses, "invalid_addresses": invalid_addresses}
