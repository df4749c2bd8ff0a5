# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.hardened.django.plugins.filter.shared_with import FilterModule

shared_with = FilterModule().filters()["shared_with"]
PRODUCTION = {
    "hosts": ["10.0.0.1", "10.0.0.2"],
    "domains": ["www.blog.org"],
    "secret_key": ["aa"],
    "database_password": ["bb"],
}
STAGING = {
    "hosts": ["10.1.0.1"],
    "domains": ["staging.blog.org"],
    "secret_key": ["cc"],
    "database_password": ["dd"],
}


def test_environments_that_share_nothing():
    assert shared_with(PRODUCTION, {"staging": STAGING}) == []
    assert shared_with(PRODUCTION, {}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"hosts": ["10.1.0.1", "10.0.0.2"]}, ["hosts (10.0.0.2) with staging"]),
        ({"domains": ["www.blog.org"]}, ["domains (www.blog.org) with staging"]),
        ({"secret_key": ["aa"]}, ["secret_key with staging"]),
        ({"cache_password": ["bb"]}, ["database_password with staging"]),
        ({"hosts": ["aa"]}, []),
    ],
)
def test_what_is_shared_is_named(changes, expected):
    assert shared_with(PRODUCTION, {"staging": {**STAGING, **changes}}) == expected
