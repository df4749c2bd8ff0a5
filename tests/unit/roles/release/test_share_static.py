# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[4] / "roles/release/files/share_static.py"


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_equal_files_are_shared_and_others_are_not(tmp_path: Path) -> None:
    new, kept = tmp_path / "new", tmp_path / "kept"
    for name in ("admin/equal.css", "changed.css", "mode.css", "link.css"):
        write(new / name, "a {}")
        write(kept / name, "b {}" if name == "changed.css" else "a {}")
    (kept / "mode.css").chmod(0o600)
    (kept / "link.css").unlink()
    (kept / "link.css").symlink_to("admin/equal.css")
    write(new / "only_new.css", "a {}")
    write(kept / "only_kept.css", "a {}")
    subprocess.run([sys.executable, str(PROGRAM), str(new), str(kept)], check=True)
    files = sorted(path.relative_to(new) for path in new.rglob("*.css"))
    assert [str(path) for path in files if (kept / path).exists() and (new / path).samefile(kept / path)] == [
        "admin/equal.css"
    ]
    assert {(new / path).read_text() for path in files} == {"a {}"}
    assert (kept / "changed.css").read_text() == "b {}"
    assert not (new / "only_kept.css").exists()
    subprocess.run([sys.executable, str(PROGRAM), str(new), str(kept)], check=True)
    assert sorted(path.relative_to(new) for path in new.rglob("*.css")) == files
