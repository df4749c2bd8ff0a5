# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment file, and the secrets that processes put into their own environment."""

from __future__ import annotations

import importlib
import json
from types import ModuleType

import pytest

INVENTORY = {"project_name": "blog", "project_domain": "www.blog.example", "settings_modules": ["site.settings"]}
PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"
HOSTILE = {
    "EMPTY": "",
    "SPACES": "  leading, inner  and trailing  ",
    "HASH": "# not a comment; nor this",
    "SEMICOLON": "; no comment",
    "DOLLAR": "$x ${HOME} $$ $(id) `id`",
    "PERCENT": "%i %% %n",
    "SINGLE": "it's",
    "DOUBLE": 'say "hello"',
    "BOTH": "\"'\"'",
    "BACKSLASH": "C:\\new\\table",
    "BACKSLASH_AT_THE_END": "end\\",
    "BACKSLASHES": "\\\\ \\\\\\",
    "BACKSLASH_BEFORE_QUOTE": '\\" \\$x \\`',
    "BACKSLASH_BEFORE_LINE_BREAK": "one\\\ntwo",
    "GROUP": "\\1 \\g<0>",
    "JSON": json.dumps({"a": [1, "two", {"b": 'c\\d\n"e"'}]}),
    "PEM": PEM,
    "LINE_BREAK": "\n",
    "TRAILING_LINE_BREAK": "value\n",
    "LOOKS_LIKE_A_LINE": 'x"\nOTHER="y',
    "TAB": "a\tb",
    "UNICODE": "\u00fc \u2026 \U0001f40d",
    "EQUALS": "a=b=c",
}


@pytest.fixture
def environment() -> ModuleType:
    return importlib.import_module("private_environment")


def test_hostile_values_survive_the_environment_file(render, parse_environment):
    found = parse_environment(render(**INVENTORY, settings_environment=HOSTILE)["environment"])
    assert found == {**HOSTILE, "DJANGO_SETTINGS_MODULE": "private_settings"}


def test_values_that_are_no_text_are_written_as_text(render, parse_environment):
    found = parse_environment(render(**INVENTORY, settings_environment={"NUMBER": 5, "TRUTH": True})["environment"])
    assert (found["NUMBER"], found["TRUTH"]) == ("5", "True")


def test_without_the_private_module_the_last_settings_module_is_used(render, parse_environment):
    found = parse_environment(render(**INVENTORY, settings_private_module=False)["environment"])
    assert found == {"DJANGO_SETTINGS_MODULE": "site.settings"}


def test_the_inventory_cannot_name_another_settings_module(render, parse_environment):
    given = {"DJANGO_SETTINGS_MODULE": "site.development"}
    found = parse_environment(render(**INVENTORY, settings_environment=given)["environment"])
    assert found["DJANGO_SETTINGS_MODULE"] == "private_settings"


def test_a_configuration_file_is_rendered_beside_the_settings(render):
    files = render(**INVENTORY, settings_files=[{"path": "site.ini", "secret_content": "name = {{ project_name }}\n"}])
    assert files["site.ini"] == "name = blog\n"
    assert {"private_settings.py", "private_overlay.py", "environment", "secret_environment.json"} < set(files)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{secret_key}", "the-secret-key"),
        ("redis://blog:{cache_password_quoted}@cache/0", "redis://blog:p%40ss%2Fw%20rd@cache/0"),
        ("{database_password} {database_password_quoted}", "{secret_key}%1 %7Bsecret_key%7D%251"),
        ("{sentry_dsn}", "https://key@sentry.example/1"),
        ("{secret_key}{secret_key}", "the-secret-keythe-secret-key"),
        ("{secret_key_fallbacks}", "a,b"),
        ("nothing", "nothing"),
        ("", ""),
        ("{unknown} {} {secret_key_quote} $secret_key", "{unknown} {} {secret_key_quote} $secret_key"),
        ('{"key": "{secret_key}"}', '{"key": "the-secret-key"}'),
    ],
)
def test_secrets_are_filled_in_once(environment, monkeypatch, template, expected):
    held = {"secret_key": "the-secret-key", "database_password": "{secret_key}%1", "cache_password": "p@ss/w rd"}
    held["sentry_dsn"] = "https://key@sentry.example/1"
    held["secret_key_fallbacks"] = '[{"key": "a", "until": 1}, {"key": "b", "until": null}]'
    monkeypatch.setattr(environment, "credential", held.__getitem__)
    assert environment.fill(template) == expected


def test_a_secret_that_is_not_asked_for_is_not_read(environment, monkeypatch):
    monkeypatch.setattr(environment, "credential", {}.__getitem__)
    assert environment.fill("{SECRET_KEY} secret_key") == "{SECRET_KEY} secret_key"


def test_a_credential_is_read_whole(credentials, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    (credentials / "secret_key").write_text(" with spaces \u00fc ", encoding="utf-8")
    assert importlib.import_module("private_credentials").credential("secret_key") == " with spaces \u00fc "


@pytest.mark.parametrize("directory", [None, ""])
def test_without_credentials_the_way_to_start_a_process_is_told(directory, monkeypatch):
    if directory is None:
        monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    else:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", directory)
    credential = importlib.import_module("private_credentials").credential
    with pytest.raises(RuntimeError, match=r"^CREDENTIALS_DIRECTORY is not set: .* Use the project's -manage or -run "):
        credential("secret_key")
