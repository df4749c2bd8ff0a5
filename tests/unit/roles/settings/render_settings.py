# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render what the role `settings` hands to the role `release`.

Each line in is the path of a file of variables, as an inventory has them; each line out is JSON: the facts of the role.
A process of its own, because Ansible's plugin loader takes over the import of collections.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

ROLES = Path(__file__).resolve().parents[4] / "roles"
# As the inventory and the role `project` have them.
PARTS = ("project/defaults", "project/vars", "settings/defaults", "settings/vars")


def rendered(inventory: Path, loader: DataLoader) -> Any:
    variables: dict[str, Any] = {"ansible_search_path": [str(ROLES / "settings")]}
    for path in (*(ROLES / part / "main.yml" for part in PARTS), inventory):
        variables |= loader.load_from_file(str(path), cache="none", trusted_as_template=True)
    tasks = loader.load_from_file(str(ROLES / "settings/tasks/render.yml"), trusted_as_template=True)
    return Templar(loader=loader, variables=variables).template(tasks[0]["ansible.builtin.set_fact"])


def main() -> None:
    init_plugin_loader()
    loader = DataLoader()
    for line in sys.stdin:
        print(json.dumps(rendered(Path(line.rstrip("\n")), loader)), flush=True)


if __name__ == "__main__":
    main()
