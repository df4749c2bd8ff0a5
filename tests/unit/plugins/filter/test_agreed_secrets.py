# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.hardened.django.plugins.filter.agreed_secrets import FilterModule, agreed_secrets

NAMES = ("key", "password")
NOTHING_GIVEN = {"key": "", "password": ""}


def reading(host: str, **current: str) -> dict[str, Any]:
    """What a host answers: candidates for what it does not hold, and the rest of a module's result."""
    candidates = {name: f"candidate-{name}-{host}" for name in NAMES if name not in current}
    return {"current": current, "candidates": candidates, "changed": False, "written": []}


def test_a_given_value_wins_over_what_the_hosts_hold():
    readings = {"app1": reading("app1", key="old-1"), "app2": reading("app2", key="old-2")}
    given = {"key": "given-key", "password": "given-password"}
    assert agreed_secrets(readings, given) == given


@pytest.mark.parametrize("holder", ["app1", "app2", "app3"])
def test_the_value_that_a_host_holds_is_kept(holder):
    hosts = ("app1", "app2", "app3")
    readings = {host: reading(host, **({"key": "held"} if host == holder else {})) for host in hosts}
    assert agreed_secrets(readings, NOTHING_GIVEN)["key"] == "held"


def test_hosts_that_hold_the_same_value_agree():
    readings = {host: reading(host, key="held") for host in ("app1", "app2")}
    assert agreed_secrets(readings, NOTHING_GIVEN)["key"] == "held"


def test_without_any_value_all_take_the_candidate_of_the_first_host():
    readings = {host: reading(host) for host in ("web", "app1", "app2")}
    assert agreed_secrets(readings, NOTHING_GIVEN) == {"key": "candidate-key-web", "password": "candidate-password-web"}


def test_each_secret_is_decided_on_its_own():
    readings = {"app1": reading("app1", password="held"), "app2": reading("app2")}
    assert agreed_secrets(readings, {"key": "given", "password": ""}) == {"key": "given", "password": "held"}
    assert agreed_secrets(readings, NOTHING_GIVEN) == {"key": "candidate-key-app1", "password": "held"}


def test_only_the_secrets_of_the_inventory_are_decided_on():
    readings = {"app1": reading("app1", key="held")}
    assert agreed_secrets(readings, {"password": ""}) == {"password": "candidate-password-app1"}


def test_a_disagreement_names_hosts_and_variable_and_no_value():
    readings = {
        "app1": reading("app1", key="value-one", password="value-same"),
        "app2": reading("app2"),
        "app3": reading("app3", key="value-two", password="value-same"),
    }
    with pytest.raises(
        AnsibleFilterError, match="The hosts app1, app3 hold different values of the secret key"
    ) as caught:
        agreed_secrets(readings, NOTHING_GIVEN)
    assert "Set secrets_key to the right one, or remove the file" in str(caught.value)
    for word in ("app2", "value-", "candidate-"):
        assert word not in str(caught.value)


def test_the_filter_is_published_by_name():
    assert FilterModule().filters() == {"agreed_secrets": agreed_secrets}
