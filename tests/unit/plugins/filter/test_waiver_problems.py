# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waivers that the check would refuse are told before anything happens."""

from __future__ import annotations

import pytest
from ansible_collections.hardened.django.plugins.filter.waiver_problems import FilterModule, waiver_problems

GOOD = {"id": "hosts.W003", "reason": "one label", "until": "2027-01-31"}


def test_roles_find_the_filter():
    assert FilterModule().filters() == {"waiver_problems": waiver_problems}


def test_good_waivers_have_no_problem():
    of_django = {"id": "security.W019", "reason": "frames", "until": None}
    assert waiver_problems([GOOD, of_django, {"id": "shop.E001", "reason": "known"}]) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "hosts"}, "'hosts', which is no rule"),
        ({"id": "hosts.W999"}, "'hosts.W999', which is no rule"),
        ({"id": "waiver.W001"}, "which is about waivers"),
        ({"reason": " "}, "no reason"),
        ({"until": "31.1.2027"}, "'31.1.2027'"),
        ({"until": "2027-02-30"}, "'2027-02-30'"),
    ],
)
def test_each_problem_is_told(change, message):
    (problem,) = waiver_problems([{**GOOD, **change}])
    assert message in problem


def test_all_problems_are_told():
    assert len(waiver_problems([GOOD, GOOD, {**GOOD, "id": "x"}])) == 2
