# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.hardened.django.plugins.modules import secret_files

PROGRAM = Path(__file__).resolve().parents[4] / "roles/app_server/files/retire_secret_keys.py"
OLD, KEPT, STAGED = {"key": "a", "until": 1}, {"key": "b", "until": 2**40}, {"key": "c", "until": None}
NAME = "secret_key_fallbacks"


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_text(json.dumps([OLD, KEPT, STAGED]))
    return path


@pytest.fixture
def retire(tmp_path: Path, ring: Path, monkeypatch: pytest.MonkeyPatch):
    """Start the program with a systemctl that only notes what it is asked for."""
    systemctl = tmp_path / "bin/systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", str(systemctl.parent), prepend=os.pathsep)
    return lambda: subprocess.Popen([sys.executable, str(PROGRAM), str(ring), "blog.service"])


def test_keys_go_when_their_time_is_over(retire, ring, tmp_path):
    assert retire().wait() == 0
    assert json.loads(ring.read_text()) == [KEPT, STAGED]
    assert (tmp_path / "asked").read_text() == "try-restart blog.service\n"
    assert retire().wait() == 0
    assert (tmp_path / "asked").read_text() == "try-restart blog.service\n"


def test_a_rotation_that_writes_meanwhile_is_waited_for(retire, ring, tmp_path):
    lock = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with retire() as program:
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(1)
        newer = {"key": "d", "until": None}
        ring.write_text(json.dumps([OLD, newer]))
        os.close(lock)
    assert json.loads(ring.read_text()) == [newer]


def test_a_rotation_waits_for_the_program(ring, tmp_path):
    """Here the program is this process, which goes on holding the lock."""
    lock = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    values = {NAME: json.dumps([STAGED])}
    writer = os.fork()
    if writer == 0:
        # A lock is held until nobody has it open.
        os.close(lock)
        with patch_module_args({"directory": str(tmp_path), "names": [NAME], "values": values}):
            try:
                secret_files.main()
            finally:
                os._exit(0)
    assert subprocess.run(["timeout", "1", "tail", f"--pid={writer}", "--follow", "/dev/null"], check=False).returncode
    assert json.loads(ring.read_text()) == [OLD, KEPT, STAGED]
    os.close(lock)
    os.waitpid(writer, 0)
    assert json.loads(ring.read_text()) == [STAGED]
