# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Django, and the private settings as the role renders them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[4]
RENDERER = Path(__file__).with_name("render_settings.py")
# Hostile to URLs, shells and placeholders; each holds its name, which stays readable however it is quoted.
SECRETS = {
    "secret_key_fallbacks": "[]",
    "secret_key": "the-secret-key-$-#-%-\\-'-\"-{database_password}-0123456789-abcdefghij",
    "database_password": "the-database-password: p@ss:w/rd?#%",
    "database_user": "blog.2",
    "cache_password": "the-cache-password: p@ss:w/rd?#%",
}

# The files of the role import each other by name.
sys.path.insert(0, str(CHECKOUT / "roles/settings/files"))


@pytest.fixture(scope="session")
def renderer() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(RENDERER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@pytest.fixture
def facts(renderer, tmp_path) -> Callable[..., dict[str, Any]]:
    """The facts that the role sets for an inventory."""

    def answer(**variables: Any) -> dict[str, Any]:
        inventory = tmp_path / "inventory.json"
        inventory.write_text(json.dumps(variables), encoding="utf-8")
        print(inventory, file=renderer.stdin, flush=True)
        found: dict[str, Any] = json.loads(renderer.stdout.readline())
        return found

    return answer


@pytest.fixture
def render(facts) -> Callable[..., dict[str, str]]:
    """Render the files of the private settings: from path to content."""

    def answer(**variables: Any) -> dict[str, str]:
        files = facts(**variables)["settings_rendered"]
        return {file["path"]: file.get("content", file.get("secret_content")) for file in files}

    return answer


@pytest.fixture
def secrets() -> dict[str, str]:
    return SECRETS


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """A directory as systemd hands it to a service."""
    directory = tmp_path / "credentials"
    directory.mkdir()
    for name, value in SECRETS.items():
        (directory / name).write_text(value, encoding="utf-8")
    return directory


@pytest.fixture(scope="session")
def parse_environment() -> Callable[[str], dict[str, str]]:
    return environment_of_systemd


def environment_of_systemd(text: str) -> dict[str, str]:
    """Read an EnvironmentFile= as systemd.exec(5) says, as far as one that quotes every value needs it.

    Inside double quotes a backslash takes the meaning from a double quote, a backslash, a dollar sign and a backtick;
    before a line break both go; before anything else it stays. Anything else outside the quotes is an error here.
    """
    found = {}
    rest = text
    while rest:
        line, after = rest.split("\n", 1) if "\n" in rest else (rest, "")
        if not line or line[0] in "#;":
            rest = after
            continue
        name, rest = rest.split('="', 1)
        assert name.isidentifier(), f"no assignment: {name!r}"
        value = ""
        while not rest.startswith('"'):
            pair = rest[:2]
            if pair[0] != "\\":
                value, rest = value + pair[0], rest[1:]
                continue
            value += pair[1] if pair[1] in '"\\$`' else "" if pair[1] == "\n" else pair
            rest = rest[2:]
        assert rest.startswith('"\n'), f"something behind the value of {name}: {rest[1:20]!r}"
        found[name] = value
        rest = rest[2:]
    return found
