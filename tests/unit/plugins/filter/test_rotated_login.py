# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.hardened.django.plugins.filter.rotated_login import FilterModule, rotated_login

USERS = ["blog", "blog.2"]


def reading(**current: str) -> dict[str, Any]:
    candidates = {f"database_password{state}": f"candidate{state}" for state in ("", "_next")}
    return {"current": current, "candidates": candidates}


def login(user: str, password: str, state: str = "") -> dict[str, str]:
    return {f"database_user{state}": user, f"database_password{state}": password}


OLD, NEW = login("blog", "value-old"), login("blog.2", "value-new")
STAGED = {**OLD, **login("blog.2", "value-new", "_next")}
PROMOTED = {**NEW, **login("blog", "value-old", "_former")}


def database(*hosts: dict[str, str], **arguments: Any) -> dict[str, str]:
    readings = {f"app{number}": reading(**secrets) for number, secrets in enumerate(hosts, 1)}
    return rotated_login(readings, "database", users=USERS, **arguments)


def test_a_new_site_takes_the_first_user_and_a_candidate():
    assert database({}, {}) == login("blog", "candidate")
    assert database({}, {}, given="given") == login("blog", "given")


def test_what_a_host_has_is_kept_and_given_to_a_new_host():
    assert database({}, OLD) == database(OLD, {}) == OLD
    assert database({}, NEW) == NEW


def test_a_host_of_before_users_took_turns_has_the_first_one():
    assert database({"database_password": "value-old"}) == OLD


def test_a_whole_rotation_and_the_next_one():
    staged = database(OLD, OLD, phase="stage")
    assert staged == {**OLD, **login("blog.2", "candidate_next", "_next")}
    promoted = database(staged, staged, phase="promote")
    assert promoted == {**login("blog.2", "candidate_next"), **login("blog", "value-old", "_former")}
    finished = database(promoted, promoted, phase="finish")
    assert finished == login("blog.2", "candidate_next")
    again = database(finished, finished, phase="stage", given="third")
    assert again == {**finished, **login("blog", "third", "_next")}


@pytest.mark.parametrize("phase", ["keep", "stage"])
def test_what_is_staged_stays(phase):
    assert database(STAGED, STAGED, phase=phase) == database(OLD, STAGED, phase=phase) == STAGED


def test_another_given_password_replaces_what_is_staged():
    assert database(STAGED, STAGED, phase="stage", given="third") == {**OLD, **login("blog.2", "third", "_next")}


@pytest.mark.parametrize("hosts", [(PROMOTED, STAGED), (STAGED, PROMOTED), (PROMOTED, PROMOTED), (PROMOTED, {})])
def test_hosts_catch_up_with_the_one_that_went_furthest(hosts):
    assert database(*hosts) == PROMOTED


def test_a_phase_may_be_repeated():
    assert database(PROMOTED, PROMOTED, phase="promote") == PROMOTED


@pytest.mark.parametrize("hosts", [(NEW, PROMOTED), (PROMOTED, NEW), (NEW, NEW)])
def test_a_rotation_ends_on_all_hosts(hosts):
    assert database(*hosts, phase="finish") == NEW


def test_another_given_password_waits_for_a_rotation():
    assert database(OLD, OLD, given="given") == OLD
    assert database(OLD, OLD, given="given", phase="stage") == {**OLD, **login("blog.2", "given", "_next")}


def test_the_password_of_somebody_elses_server_is_used_at_once():
    assert database(OLD, OLD, given="given", ours=False) == login("blog", "given")
    assert database(OLD, OLD, ours=False) == OLD


@pytest.mark.parametrize(
    ("hosts", "given", "expected"),
    [
        (("staged", "staged"), "value-new", "staged"),
        (("staged", "promoted"), "value-new", "promoted"),
        (("promoted", "promoted"), "value-new", "promoted"),
        (("staged", "staged"), "value-old", "old"),
        (("half_promoted", "staged"), "value-new", "half_promoted"),
        (("half_promoted", "half_promoted"), "value-new", "new"),
    ],
)
def test_hosts_on_their_way_to_the_password_of_somebody_elses_server_go_on(hosts, given, expected):
    old, new = login("blog", "value-old"), login("blog", "value-new")
    following = login("blog", "value-new", "_next")
    states = {
        "old": old,
        "new": new,
        "staged": {**old, **following},
        "half_promoted": {**new, **following},
        "promoted": {**new, **login("blog", "value-old", "_former")},
    }
    assert database(*(states[name] for name in hosts), given=given, ours=False) == states[expected]


def test_a_given_password_tells_which_host_is_right():
    assert database(OLD, login("blog", "value-other"), given="value-other") == login("blog", "value-other")


def test_without_users_only_the_password_changes():
    readings = {
        "app1": {"current": {"cache_password": "value-old"}, "candidates": {"cache_password_next": "value-new"}}
    }
    staged = rotated_login(readings, "cache", phase="stage")
    assert staged == {"cache_password": "value-old", "cache_password_next": "value-new"}
    promoted = rotated_login({"app1": {"current": staged, "candidates": {}}}, "cache", phase="promote")
    assert promoted == {"cache_password": "value-new", "cache_password_former": "value-old"}


@pytest.mark.parametrize(
    ("hosts", "arguments", "message"),
    [
        (
            (OLD, login("blog", "value-other")),
            {},
            "The hosts app1, app2 hold different values of the secret database_password.",
        ),
        ((STAGED, {**OLD, **login("blog.2", "value-other", "_next")}), {}, "secret database_password_next"),
        ((OLD, OLD), {"phase": "stage", "given": "value-old"}, "secrets_database_password is the password in use."),
        ((OLD, OLD), {"phase": "promote"}, "No host has a next database password yet"),
        ((OLD, OLD), {"phase": "retire"}, "'retire' is no phase of a rotation"),
    ],
)
def test_refusals_name_hosts_and_no_value(hosts, arguments, message):
    with pytest.raises(AnsibleFilterError, match=message) as caught:
        database(*hosts, **arguments)
    assert "value-" not in str(caught.value)


def test_the_filter_is_published_by_name():
    assert FilterModule().filters() == {"rotated_login": rotated_login}
