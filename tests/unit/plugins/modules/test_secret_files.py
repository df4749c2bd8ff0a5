# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import re
import resource
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.hardened.django.plugins.modules import secret_files

SECRET = "s3cret-value-of-the-key"
NAMES = ["secret_key", "database_password"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "blog" / "secrets"


@pytest.fixture
def run_module(directory, capsys):
    """Run the module; return its result."""

    def run(check_mode: bool = False, **parameters: Any) -> dict[str, Any]:
        arguments = {"directory": str(directory), "names": NAMES, "_ansible_check_mode": check_mode, **parameters}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            secret_files.main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def snapshot(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """Mode, inode and content of every file: what an unchanged run must leave."""
    found = [path for path in directory.rglob("*") if path.is_file()]
    return {path.name: (mode(path), path.lstat().st_ino, path.read_bytes()) for path in found}


def test_a_host_without_secrets_offers_candidates(run_module, directory):
    first, second = run_module(), run_module()
    assert (first["changed"], first["current"], first["written"]) == (False, {}, [])
    assert sorted(first["candidates"]) == sorted(NAMES)
    candidates = [*first["candidates"].values(), *second["candidates"].values()]
    assert len(set(candidates)) == 4
    for candidate in candidates:
        assert re.fullmatch(r"[A-Za-z0-9_-]{86}", candidate)
    assert not directory.exists()


def test_secrets_are_installed_for_root_alone(run_module, directory):
    result = run_module(values={"secret_key": SECRET})
    assert (result["changed"], result["written"]) == (True, ["secret_key"])
    assert sorted(result["candidates"]) == ["database_password"]
    assert (directory / "secret_key").read_bytes() == SECRET.encode()
    assert mode(directory / "secret_key") == 0o400
    assert mode(directory) == 0o700
    assert [path.name for path in directory.iterdir()] == ["secret_key"]


def test_the_umask_does_not_matter(run_module, directory):
    before = os.umask(0o277)
    try:
        directory.parent.mkdir(mode=0o755, parents=True)
        run_module(values={"secret_key": SECRET})
    finally:
        os.umask(before)
    assert (mode(directory / "secret_key"), mode(directory)) == (0o400, 0o700)


def test_what_is_there_is_read(run_module, directory):
    run_module(values={"secret_key": SECRET, "database_password": "p\u00e4ss \"$'\\"})
    before = snapshot(directory)
    result = run_module()
    assert (result["changed"], result["candidates"], result["written"]) == (False, {}, [])
    assert result["current"] == {"secret_key": SECRET, "database_password": "p\u00e4ss \"$'\\"}
    assert snapshot(directory) == before


def test_the_same_values_change_nothing(run_module, directory):
    values = {"secret_key": SECRET, "database_password": "another secret"}
    run_module(values=values)
    before = snapshot(directory)
    result = run_module(values=values)
    assert (result["changed"], result["written"]) == (False, [])
    assert snapshot(directory) == before


def test_another_value_replaces_the_file_whole(run_module, directory):
    run_module(values={"secret_key": "the old value"})
    with (directory / "secret_key").open() as reader:
        assert run_module(values={"secret_key": SECRET})["written"] == ["secret_key"]
        assert reader.read() == "the old value"
    assert (directory / "secret_key").read_text() == SECRET


def test_only_what_is_given_stays_where_that_is_asked_for(run_module, directory):
    run_module(values={"secret_key": SECRET, "database_password": "old"})
    (directory / "of_others").write_text("theirs", encoding="utf-8")
    kept = run_module(values={"secret_key": SECRET})
    assert (kept["changed"], kept["removed"]) == (False, [])
    predicted = run_module(check_mode=True, values={"secret_key": SECRET}, exclusive=True)
    assert (predicted["changed"], predicted["removed"]) == (True, ["database_password"])
    assert (directory / "database_password").exists()
    removed = run_module(values={"secret_key": SECRET}, exclusive=True)
    assert (removed["changed"], removed["removed"]) == (True, ["database_password"])
    assert sorted(removed["current"]) == ["secret_key"]
    assert sorted(path.name for path in directory.iterdir()) == ["of_others", "secret_key"]
    assert not run_module(values={"secret_key": SECRET}, exclusive=True)["changed"]


def test_a_failed_write_leaves_the_old_value_and_no_trace(run_module, directory, monkeypatch):
    run_module(values={"secret_key": "the old value"})
    before = snapshot(directory)

    def refuse(source: str, target: str) -> None:
        raise OSError(28, "No space left on device", target)

    monkeypatch.setattr(secret_files.os, "replace", refuse)
    result = run_module(values={"secret_key": SECRET})
    assert result["failed"]
    assert "No space left on device" in result["msg"]
    assert SECRET not in json.dumps(result)
    assert snapshot(directory) == before


@pytest.fixture
def full_disk():
    """A disk that takes the first files of a test, which are short, and not its long one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("too_long", NAMES)
def test_no_secret_is_replaced_where_another_cannot_be_written(run_module, directory, full_disk, too_long):
    run_module(values=dict.fromkeys(NAMES, "the old value"))
    before = snapshot(directory)
    result = run_module(values={**dict.fromkeys(NAMES, SECRET), too_long: "x" * 5000})
    assert result["failed"] and "File too large" in result["msg"]
    assert snapshot(directory) == before


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]])
def test_secrets_are_replaced_in_the_order_of_their_names(run_module, directory, monkeypatch, names):
    """A host that stops in between leaves what one failure leaves here."""
    run_module(values=dict.fromkeys(NAMES, "the old value"))
    replace = os.replace

    def stop_at_the_last(source: str, target: str) -> None:
        if target.endswith(names[-1]):
            raise OSError("the host stops")
        replace(source, target)

    monkeypatch.setattr(secret_files.os, "replace", stop_at_the_last)
    assert run_module(names=names, values=dict.fromkeys(NAMES, SECRET))["failed"]
    assert {path.name: path.read_text() for path in directory.iterdir()} == {
        names[0]: SECRET,
        names[1]: "the old value",
    }


@pytest.fixture
def encrypted(directory):
    """Make the directory of encrypted copies, whose key no systemd-creds(1) knows."""
    path = directory.with_name("secrets.encrypted")
    path.mkdir(parents=True)
    (path / ".with-key").write_text("no-such-key")
    return path


@pytest.mark.parametrize("values", [{}, {"secret_key": SECRET}], ids=["reading", "installing"])
def test_a_secret_that_the_host_did_not_decrypt_is_never_replaced(run_module, directory, encrypted, values):
    (encrypted / "secret_key").write_text("what only the host can decrypt")
    result = run_module(values=values)
    assert result["failed"]
    assert result["msg"].startswith(f"secret_key in {directory} were not decrypted when the host booted")
    assert str(encrypted) in result["msg"]
    assert not directory.exists()


def test_a_secret_that_cannot_be_encrypted_is_not_written(run_module, directory, encrypted):
    directory.mkdir()
    (directory / "secret_key").write_text("the old value")
    before = snapshot(directory.parent)
    result = run_module(values={"secret_key": SECRET})
    assert result["failed"]
    assert SECRET not in json.dumps(result)
    assert {name: content for name, (_mode, _inode, content) in snapshot(directory.parent).items()} == {
        name: content for name, (_mode, _inode, content) in before.items()
    }


def test_the_last_copy_of_a_secret_goes_with_it(run_module, directory, encrypted):
    directory.mkdir()
    for path in (directory, encrypted):
        (path / "secret_key").write_text("the old value")
    assert run_module(exclusive=True)["removed"] == ["secret_key"]
    assert [path.name for path in encrypted.iterdir()] == [".with-key"]


@pytest.mark.parametrize("loosened", ["secret_key", "."])
@pytest.mark.parametrize("values", [{}, {"secret_key": SECRET}], ids=["reading", "installing"])
def test_a_loosened_mode_is_repaired(run_module, directory, loosened, values):
    run_module(values={"secret_key": SECRET})
    (directory / loosened).chmod(0o755)
    assert run_module(check_mode=True, values=values)["changed"]
    assert mode(directory / loosened) == 0o755
    result = run_module(values=values)
    assert (result["changed"], result["written"]) == (True, [])
    assert (mode(directory / "secret_key"), mode(directory)) == (0o400, 0o700)
    assert not run_module(values=values)["changed"]


def test_check_mode_tells_and_writes_nothing(run_module, directory, tmp_path):
    result = run_module(check_mode=True, values={"secret_key": SECRET})
    assert (result["changed"], result["written"]) == (True, ["secret_key"])
    assert list(tmp_path.iterdir()) == []


def test_given_values_are_in_no_result(run_module, directory):
    for values in ({"secret_key": SECRET}, {"secret_key": SECRET}, {"secret_key": SECRET, "unknown": "x"}):
        result = run_module(values=values)
        assert SECRET not in json.dumps(result)
    assert result["failed"]


@pytest.mark.parametrize("name", ["", ".", "..", "../secret_key", "/etc/passwd", "a/b", ".secret_key.x1", "a\n", "a b"])
def test_a_name_that_is_no_plain_file_name_is_refused(run_module, tmp_path, name):
    for parameters in ({"names": ["key", name]}, {"names": ["key", name], "values": {name: SECRET}}):
        result = run_module(**parameters)
        assert result["failed"]
        assert result["msg"].startswith("names holds ")
        assert repr(name) in result["msg"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["", 5, None, [SECRET], {"a": SECRET}])
def test_a_value_that_is_no_text_is_refused(run_module, tmp_path, value):
    result = run_module(values={"secret_key": value})
    assert result["failed"]
    assert result["msg"] == "values holds unknown names or values that are not text: secret_key"
    assert list(tmp_path.iterdir()) == []


def test_a_value_without_its_name_is_refused(run_module, tmp_path):
    result = run_module(names=["secret_key"], values={"other": SECRET})
    assert result["msg"] == "values holds unknown names or values that are not text: other"
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_read_is_told(run_module, directory):
    directory.parent.mkdir(parents=True)
    directory.write_text("no directory")
    for values in ({}, {"secret_key": SECRET}):
        result = run_module(values=values)
        assert result["failed"]
        assert result["msg"].startswith(f"The secret files in {directory} cannot be read or written: ")
        assert "Not a directory" in result["msg"]
        assert SECRET not in json.dumps(result)


def test_a_file_that_is_no_text_is_told(run_module, directory):
    directory.mkdir(parents=True)
    (directory / "secret_key").write_bytes(b"\xff\xfe")
    result = run_module()
    assert result["failed"]
    assert "cannot be read or written" in result["msg"]


def test_results_are_documented(run_module):
    assert set(yaml.safe_load(secret_files.RETURN)) == set(run_module()) - {"changed", "invocation"}
