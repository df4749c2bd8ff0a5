# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the settings reach the data servers: over TLS with pinned certificates, or over sockets of the same host."""

from __future__ import annotations

import json
from typing import Any

import pytest

INVENTORY = {
    "project_name": "blog",
    "project_domain": "blog.example",
    "project_settings_module": "blog.settings",
    "project_database_address": "10.0.0.5",
    "project_cache_address": "10.0.0.6",
}
PEM = "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
SETTINGS = "/srv/blog/app/settings"


@pytest.fixture
def values(render):
    """The values that the overlay lays over the project's settings, and all files."""

    def answer(**variables: Any) -> tuple[dict[str, Any], dict[str, str]]:
        files = render(**INVENTORY, **variables)
        return json.loads(files["private_values.json"]), files

    return answer


def test_certificates_of_the_servers_are_pinned(values):
    wanted, files = values(project_database_certificates=PEM % "YQ==", project_cache_certificates=PEM % "Yg==")
    assert files["database_servers.pem"] == PEM % "YQ=="
    assert files["cache_servers.pem"] == PEM % "Yg=="
    default = wanted["databases"]["default"]
    assert default["HOST"] == "10.0.0.5"
    assert default["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": f"{SETTINGS}/database_servers.pem"}
    assert wanted["cache_location"] == (
        f"rediss://blog:{{password}}@10.0.0.6:6379/0?ssl_ca_certs={SETTINGS}/cache_servers.pem&ssl_check_hostname=true"
    )


def test_without_certificates_the_connection_to_the_database_is_encrypted_at_least(values):
    wanted, files = values()
    assert not [path for path in files if path.endswith(".pem")]
    assert wanted["databases"]["default"]["OPTIONS"] == {"sslmode": "require"}
    assert wanted["cache_location"] == "redis://blog:{password}@10.0.0.6:6379/0"


def test_connections_are_kept_by_the_threads_of_wsgi_only(values):
    ages = [values(project_interface=name)[0]["databases"]["default"]["CONN_MAX_AGE"] for name in ("wsgi", "asgi")]
    assert ages == [60, 0]


def test_a_managed_service_is_verified_with_its_authority(values):
    wanted, files = values(
        project_database_host="database.provider.example",
        settings_database_certificates=PEM % "YQ==",
        project_cache_host="fd12::6",
        settings_cache_certificates=PEM % "Yg==",
    )
    assert wanted["databases"]["default"]["HOST"] == "database.provider.example"
    assert wanted["databases"]["default"]["OPTIONS"]["sslmode"] == "verify-full"
    assert wanted["cache_location"].startswith("rediss://blog:{password}@[fd12::6]:6379/0?")
    assert files["cache_servers.pem"] == PEM % "Yg=="


def test_servers_on_the_same_host_are_reached_over_sockets(values, facts):
    sockets = {"project_database_socket": "/run/postgresql", "project_cache_socket": "/run/redis/server.sock"}
    wanted = values(**sockets)[0]
    assert wanted["databases"]["default"]["HOST"] == "/run/postgresql"
    assert wanted["cache_location"] == "unix://blog:{password}@/run/redis/server.sock?db=0"
    expected = facts(**INVENTORY, **sockets)["settings_expected"]
    assert expected["database_host"] == "/run/postgresql"
    assert "cache_host" not in expected
    # A project without the private module has the addresses in its environment.
    expected = facts(**INVENTORY, **sockets, settings_private_module=False)["settings_expected"]
    assert (expected["database_host"], expected["cache_host"]) == ("10.0.0.5", "10.0.0.6")
