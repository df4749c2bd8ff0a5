# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small projects, and the probe with a real Django."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check.launch import Launcher, look

OPTIONS: dict[str, Any] = {
    "seconds": 30,
    "salt": "salt",
    "settings": "",
    "pythonpath": [],
    "django_checks": True,
    "tags": [],
    "databases": [],
    "probe": [],
}


@pytest.fixture
def probe(tmp_path):
    """Look at a project: files by path, the interpreter, the environment; options of the probe by name.

    folder: where in tmp_path the project lies, for tests with several of them.
    """

    def run(
        python: Path, files: dict[str, str], environment: dict[str, str] | None = None, folder: str = "", **options: Any
    ):
        root = tmp_path / folder
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
        own = {"DJANGO_SETTINGS_MODULE": "settings", **(environment or {})}
        # Only what a service has: nothing of the test's own environment.
        whole = {"PATH": os.defpath, "HOME": str(root), **own}
        launcher = Launcher([str(python), "-B", "-"], "", str(root), whole)
        return look(launcher, {**OPTIONS, "pythonpath": [str(root)], **options})

    return run
