# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parameters of a task as a configuration set."""

from __future__ import annotations

import os
import re
import shlex
from typing import Any

from ansible_collections.hardened.django.plugins.module_utils._config_set import paths
from ansible_collections.hardened.django.plugins.module_utils._config_set.transaction import ConfigSet
from ansible_collections.hardened.django.plugins.module_utils._config_set.units import Unit

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# A number without a leading zero is most likely a mode that YAML has read as decimal.
MODE = re.compile(r"0[0-7]{3,4}|[1-7][0-7]{3}")


def config_set(parameters: dict[str, Any]) -> ConfigSet:
    name = parameters["name"]
    if not NAME.fullmatch(name):
        raise paths.Refused(f"name '{name}' must be of letters, digits, '_', '.' and '-', the first a letter or digit")
    base = parameters["base"]
    wanted = [_directory(item) for item in parameters["directories"]]
    wanted += [_file(item) for item in parameters["files"]]
    wanted += [paths.Wanted(item["path"], paths.LINK, target=item["target"]) for item in parameters["links"]]
    wanted += [paths.Wanted(path, paths.ABSENT) for path in parameters["absent"]]
    return ConfigSet(
        name=name,
        paths=tuple(_based(item, base) for item in wanted),
        validate=tuple(_command(line) for line in parameters["validate"]),
        verify=tuple(_command(line) for line in parameters["verify"]),
        units=tuple(_unit(item, base) for item in parameters["units"]),
    )


def _based(item: paths.Wanted, base: str) -> paths.Wanted:
    fragments = os.path.join(base, item.fragments) if item.fragments else ""
    return item._replace(path=os.path.join(base, item.path), fragments=fragments)


def _directory(item: dict[str, Any]) -> paths.Wanted:
    return paths.Wanted(item["path"], paths.DIRECTORY, _mode(item), item["owner"], item["group"])


def _file(item: dict[str, Any]) -> paths.Wanted:
    secret = item["secret_content"] is not None
    content = item["secret_content"] if secret else item["content"]
    return paths.Wanted(
        item["path"],
        paths.FILE,
        _mode(item),
        item["owner"],
        item["group"],
        content.encode("utf-8"),
        secret,
        fragments=item["fragments"],
    )


def _mode(item: dict[str, Any]) -> int:
    if not MODE.fullmatch(item["mode"]):
        raise paths.Refused(f"mode '{item['mode']}' of '{item['path']}' must be a quoted octal number such as \"0644\"")
    return int(item["mode"], 8)


def _command(line: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise paths.Refused(f"command '{line}' cannot be split into words: {error}") from error
    if not words:
        raise paths.Refused("a command of validate or verify is empty")
    return words


def _unit(item: dict[str, Any], base: str) -> Unit:
    restart_on = tuple(os.path.join(base, path) for path in item["restart_on"])
    return Unit(item["name"], item["enabled"], item["state"], item["on_change"], restart_on)
