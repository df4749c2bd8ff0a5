# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Staging and production, the examples of environments, as Ansible reads them."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[3]
ENVIRONMENTS = ("staging", "production")

each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


@functools.cache
def inventory(environment: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "ansible.cli.inventory", "--list", "-i", f"inventories/{environment}"]
    done = subprocess.run(command, cwd=CHECKOUT, text=True, capture_output=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def variables(environment: str) -> dict[str, Any]:
    """What an app host knows, which is all that the environment sets."""
    found: dict[str, Any] = inventory(environment)["_meta"]["hostvars"][inventory(environment)["app"]["hosts"][0]]
    return found


def options() -> set[str]:
    specifications = [yaml.safe_load(path.read_text()) for path in CHECKOUT.glob("roles/*/meta/argument_specs.yml")]
    return {name for item in specifications for name in item["argument_specs"]["preflight"]["options"]}


def identity(environment: str) -> set[str]:
    """What an environment must have for itself: hosts, domains, and secrets that are filled in."""
    known = variables(environment)
    secrets = {value for name, value in known.items() if name.startswith("vault_") and value}
    return {*inventory(environment)["_meta"]["hostvars"], known["project_domain"], *known["project_aliases"], *secrets}


@each_environment
def test_it_is_complete(environment):
    hosts = {group: len(inventory(environment)[group]["hosts"]) for group in ("app", "database", "cache")}
    assert hosts == {"app": 2, "database": 1, "cache": 1}
    needed = {"project_name", "project_domain", "project_source", "project_settings_module"}
    assert needed <= set(variables(environment))


@each_environment
def test_every_variable_is_one_of_a_role(environment):
    others = ("vault_", "ansible_")
    assert {name for name in variables(environment) if not name.startswith(others)} <= options()


@each_environment
def test_secrets_are_in_the_vault_and_are_used(environment):
    files = {path: path.read_text() for path in (CHECKOUT / "inventories" / environment).rglob("*.yml")}
    uses = "".join(text for path, text in files.items() if path.name != "vault.yml")
    secrets = [name for name in variables(environment) if name.startswith("vault_")]
    assert {name: uses.count(f'"{{{{ {name} }}}}"') for name in secrets} == dict.fromkeys(secrets, 1)


def test_the_environments_share_no_secret_host_or_domain():
    first, second = (identity(environment) for environment in ENVIRONMENTS)
    assert first & second == set()


def test_the_environments_set_the_same_variables():
    first, second = (set(variables(environment)) for environment in ENVIRONMENTS)
    assert first == second


def test_staging_goes_ahead_with_hsts():
    assert variables("staging")["nginx_hsts_seconds"] > variables("production")["nginx_hsts_seconds"] > 0
