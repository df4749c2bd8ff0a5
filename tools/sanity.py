# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` on a copy of the checkout at the path that it asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_test._internal.host_configs import VirtualPythonConfig
from ansible_test._internal.python_requirements import get_venv_packages

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "sanity"
COLLECTION = CACHE / "ansible_collections" / "hardened" / "django"
# ansible-test keeps its environments below the home folder.
HOME = CACHE / "home"
BOOTSTRAP = "import ensurepip\n\nensurepip.bootstrap(upgrade=True, default_pip=True)\n"


def copy_collection() -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    shutil.rmtree(COLLECTION, ignore_errors=True)
    for name in filter(None, names):
        source, target = ROOT / name, COLLECTION / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    # Without a repository of its own ansible-test would ask the checkout's, which ignores this folder.
    subprocess.run(["git", "init", "--quiet"], cwd=COLLECTION, check=True)


def prepare_home(version: str) -> None:
    """Let pip come from Python itself instead of a download, and keep the user's package indexes."""
    pip = get_venv_packages(VirtualPythonConfig(version=version, path=sys.executable))["pip"]
    bootstrap = HOME / ".ansible" / "test" / "cache" / f"get_pip_{pip.replace('.', '_')}.py"
    bootstrap.parent.mkdir(parents=True, exist_ok=True)
    bootstrap.write_text(BOOTSTRAP, encoding="utf-8")
    settings, link = Path.home() / ".config" / "pip", HOME / ".config" / "pip"
    if settings.is_dir() and not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(settings)


def main() -> int:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    copy_collection()
    prepare_home(version)
    command = [str(Path(sys.executable).with_name("ansible-test")), "sanity", "--local", "--python", version]
    environment = {**os.environ, "HOME": str(HOME)}
    return subprocess.run([*command, *sys.argv[1:]], cwd=COLLECTION, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
