# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.hardened.django.plugins.filter.secret_key_ring import FilterModule, secret_key_ring

NOW, LATER = 1000, 2000


def reading(host: str, key: str = "", **others: int | None) -> dict[str, Any]:
    """What a host answers; `others` are its fallbacks, with the time when each is to go."""
    entries = [{"key": name, "until": until} for name, until in others.items()]
    current = {"secret_key": key, "secret_key_fallbacks": json.dumps(entries)} if key else {}
    names = {"secret_key", "secret_key_fallbacks", "secret_key_next"} - set(current)
    return {"current": current, "candidates": {name: f"{name}-of-{host}" for name in names}}


def readings(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Of two hosts, from the arguments of each."""
    return {name: reading(name, **ring) for name, ring in (("app1", first), ("app2", second))}


def ring(hosts: dict[str, Any], **arguments: Any) -> tuple[str, dict[str, int | None]]:
    values = secret_key_ring(hosts, now=NOW, until=LATER, **arguments)
    return values["secret_key"], {entry["key"]: entry["until"] for entry in json.loads(values["secret_key_fallbacks"])}


@pytest.mark.parametrize(
    ("first", "second", "arguments", "expected"),
    [
        pytest.param({}, {}, {}, ("secret_key-of-app1", {}), id="generated"),
        pytest.param({}, {}, {"given": "new"}, ("new", {}), id="given"),
        pytest.param({"key": "a"}, {}, {}, ("a", {}), id="a new host"),
        pytest.param({}, {"key": "a", "z": 1500}, {}, ("a", {"z": 1500}), id="a new host gets the whole ring"),
        pytest.param({"key": "a"}, {"key": "a"}, {"given": "a"}, ("a", {}), id="the given key is in use"),
        pytest.param({"key": "a"}, {"key": "a"}, {"given": "b"}, ("a", {"b": None}), id="a given key is staged"),
        pytest.param(
            {"key": "a"}, {"key": "a"}, {"phase": "stage"}, ("a", {"secret_key_next-of-app1": None}), id="stage"
        ),
        pytest.param({"key": "a", "b": None}, {"key": "a"}, {}, ("a", {"b": None}), id="killed while staging"),
        pytest.param(
            {"key": "a", "b": None}, {"key": "a"}, {"phase": "stage"}, ("a", {"b": None}), id="staged already"
        ),
        pytest.param(
            {"key": "a", "b": None},
            {"key": "a", "b": None},
            {"phase": "stage", "given": "c"},
            ("a", {"c": None}),
            id="another given key",
        ),
        pytest.param(
            {"key": "a", "b": None}, {"key": "a", "b": None}, {"phase": "promote"}, ("b", {"a": LATER}), id="promote"
        ),
        pytest.param(
            {"key": "a", "a": LATER}, {"key": "b", "a": LATER}, {}, ("b", {"a": LATER}), id="stopped amid its files"
        ),
        pytest.param(
            {"key": "a", "a": LATER}, {"key": "a", "b": None}, {}, ("a", {"b": None}), id="stopped before the others"
        ),
        pytest.param({"key": "a", "a": LATER}, {}, {}, ("a", {}), id="the only host stopped amid its files"),
        pytest.param(
            {"key": "a", "b": None, "z": 1500},
            {"key": "a", "b": None, "z": 1500},
            {"phase": "promote", "given": "b"},
            ("b", {"a": LATER, "z": 1500}),
            id="promote with an older key",
        ),
        pytest.param(
            {"key": "b", "a": LATER}, {"key": "a", "b": None}, {}, ("b", {"a": LATER}), id="killed while promoting"
        ),
        pytest.param(
            {"key": "a", "b": None}, {"key": "b", "a": LATER}, {}, ("b", {"a": LATER}), id="killed on the first host"
        ),
        pytest.param({"key": "b", "a": 900}, {"key": "b"}, {}, ("b", {}), id="a key that is over"),
        pytest.param({"key": "a"}, {"key": "b"}, {"given": "b"}, ("b", {}), id="the given key decides"),
        pytest.param(
            {"key": "a", "z": 1500},
            {"key": "b"},
            {"phase": "emergency"},
            ("secret_key_next-of-app1", {}),
            id="emergency",
        ),
        pytest.param(
            {"key": "a"}, {"key": "a"}, {"phase": "emergency", "given": "c"}, ("c", {}), id="emergency with a given key"
        ),
    ],
)
def test_ring(first, second, arguments, expected):
    assert ring(readings(first, second), **arguments) == expected


@pytest.mark.parametrize(
    ("first", "second", "arguments", "message"),
    [
        ({"key": "a"}, {"key": "b"}, {}, "The hosts app1, app2 have different secret keys. Set secrets_secret_key"),
        ({"key": "a", "b": 1500}, {"key": "b"}, {}, "have different secret keys"),
        ({"key": "b", "a": 1500}, {"key": "b"}, {"given": "a"}, "secrets_secret_key is a key that was replaced before"),
        ({"key": "a"}, {"key": "a"}, {"given": "a", "phase": "stage"}, "secrets_secret_key is the key in use"),
        ({"key": "a"}, {"key": "a"}, {"phase": "promote"}, "stage one first"),
        ({"key": "a"}, {"key": "a"}, {"phase": "retire"}, "'retire' is no phase of a rotation"),
    ],
)
def test_what_cannot_be_done_is_told_without_a_value(first, second, arguments, message):
    with pytest.raises(AnsibleFilterError) as caught:
        ring(readings(first, second), **arguments)
    assert message in str(caught.value)


def test_a_damaged_file_is_named():
    hosts = {"app1": {"current": {"secret_key": "a", "secret_key_fallbacks": "[{]"}, "candidates": {}}}
    with pytest.raises(AnsibleFilterError, match="The file secret_key_fallbacks of app1 is damaged"):
        secret_key_ring(hosts)


def test_filter_is_registered():
    assert FilterModule().filters() == {"secret_key_ring": secret_key_ring}
