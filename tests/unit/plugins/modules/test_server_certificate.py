# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import grp
import json
import os
import socket
import ssl
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.hardened.django.plugins.module_utils import _server_certificate as logic
from ansible_collections.hardened.django.plugins.modules import server_certificate

GROUP = grp.getgrgid(os.getegid()).gr_name
NAMES = ["10.0.0.5", "FD12:0::5", "DB.example.org"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "server.pem"


@pytest.fixture
def run_module(path, capsys):
    """Run the module; return its result."""

    def run(check_mode: bool = False, **parameters: Any) -> dict[str, Any]:
        arguments = {"path": str(path), "group": GROUP, "names": NAMES, **parameters}
        with (
            patch_module_args({**arguments, "_ansible_check_mode": check_mode}),
            pytest.raises(SystemExit),
        ):
            server_certificate.main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run


def waiting(path: Path) -> Path:
    return path.with_name("server.pem.next")


def certificate_of(path: Path) -> str:
    found = logic.PEM_CERTIFICATE.search(path.read_text())
    assert found
    return found[0]


def age(monkeypatch, years: float) -> None:
    """Let the time pass for the module."""
    now = server_certificate.time.time()
    monkeypatch.setattr(server_certificate.time, "time", lambda: now + years * 365 * logic.DAY)


def handshake(path: Path, trusted: str, name: str) -> str:
    """Connect to a server with this file, as a client that trusts only these certificates; return the TLS version."""
    offer = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    offer.load_cert_chain(path)
    client = ssl.create_default_context(cadata=trusted)
    near, far = socket.socketpair()

    def serve() -> None:
        try:
            offer.wrap_socket(far, server_side=True).close()
        except OSError:
            far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(near, server_hostname=name) as connection:
            return str(connection.version())
    finally:
        near.close()
        thread.join()


def test_the_first_run_makes_the_certificate_and_the_one_that_follows(run_module, path):
    result = run_module()
    assert result["changed"]
    assert result["certificates"] == certificate_of(path) + certificate_of(waiting(path))
    assert "PRIVATE" not in json.dumps(result)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(waiting(path).stat().st_mode) == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == ["server.pem", "server.pem.next"]
    again = run_module()
    assert again == {**result, "changed": False}


@pytest.mark.parametrize("name", ["10.0.0.5", "fd12::5", "db.example.org"])
def test_clients_that_trust_only_these_get_a_connection(run_module, path, name):
    trusted = run_module()["certificates"]
    assert handshake(path, trusted, name) == "TLSv1.3"
    assert handshake(waiting(path), trusted, name) == "TLSv1.3"


def test_clients_refuse_another_name_and_another_certificate(run_module, path, tmp_path):
    trusted = run_module()["certificates"]
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(path, trusted, "10.0.0.6")
    stranger = tmp_path / "stranger.pem"
    run_module(path=str(stranger))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(stranger, trusted, "10.0.0.5")


def test_a_renewal_takes_what_the_clients_know_already(run_module, path, monkeypatch):
    trusted = run_module()["certificates"]
    follower = certificate_of(waiting(path))
    age(monkeypatch, years=1.3)
    assert not run_module()["changed"]
    age(monkeypatch, years=0.1)
    result = run_module()
    assert result["changed"]
    assert certificate_of(path) == follower
    for known in (trusted, result["certificates"]):
        assert handshake(path, known, "10.0.0.5") == "TLSv1.3"
    assert not run_module()["changed"]


def test_a_missing_follower_gets_a_run_to_be_known(run_module, path, monkeypatch):
    run_module()
    before = certificate_of(path)
    waiting(path).unlink()
    age(monkeypatch, years=1.9)
    trusted = run_module()["certificates"]
    assert certificate_of(path) == before
    assert trusted == before + certificate_of(waiting(path))


@pytest.mark.parametrize(
    ("current", "follower", "expected"),
    [
        (None, None, ["make current", "make waiting"]),
        (None, 0, ["promote", "make waiting"]),
        (0, None, ["make waiting"]),
        (0, 0, []),
        (65, 0, []),
        (67, 0, ["promote", "make waiting"]),
        (67, 67, ["make waiting"]),
        (101, 67, ["make current", "make waiting"]),
        (-1, -1, ["make current", "make waiting"]),
    ],
)
def test_steps(current, follower, expected):
    """Ages in percent of a life."""

    def certificate(percent):
        return None if percent is None else logic.Certificate("", frozenset({"a", "b"}), -percent, 100 - percent)

    assert logic.steps(certificate(current), certificate(follower), ["a"], 0) == expected


def test_a_name_that_is_missing_makes_new_ones_at_once(run_module, path):
    before = run_module(names=["10.0.0.5"], other_names=["db.example.org"])
    assert not run_module(names=["db.example.org"])["changed"]
    after = run_module(names=["10.0.0.6"])
    assert after["changed"]
    assert after["fingerprint"] != before["fingerprint"]
    for name in ("10.0.0.6", "10.0.0.5", "db.example.org"):
        assert handshake(path, after["certificates"], name) == "TLSv1.3"
    # Two projects that know the server by different names do not take turns.
    assert not run_module(names=["10.0.0.5"])["changed"]


def test_check_mode_changes_nothing(run_module, path):
    result = run_module(check_mode=True, group="a-group-that-comes-later")
    assert (result["changed"], result["certificates"], result["fingerprint"]) == (True, "", "")
    assert not path.parent.exists()
    made = run_module()
    assert run_module(check_mode=True) == {**made, "changed": False}


def test_a_key_that_everybody_may_read_is_closed(run_module, path):
    run_module()
    path.chmod(0o644)
    assert run_module()["changed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_damaged_file_is_replaced(run_module, path):
    run_module()
    path.write_text("nothing")
    waiting(path).write_bytes(b"\xff")
    assert run_module()["changed"]
    assert certificate_of(path) != certificate_of(waiting(path))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"names": ["no name"]}, "'no name'"),
        ({"names": ["a\nCN = b"]}, "neither an address nor a host name"),
        ({"names": []}, "names is empty"),
        ({"days": 1}, "at least 30"),
        ({"group": "no-such-group"}, "group is 'no-such-group'"),
    ],
)
def test_unfit_parameters_are_refused(run_module, path, parameters, message):
    result = run_module(**parameters)
    assert result["failed"]
    assert message in result["msg"]
    assert not path.exists()


def test_the_server_programs_get_a_key_that_fits(run_module, path):
    run_module()
    for command in ("openssl pkey -in %s -pubout", "openssl x509 -in %s -pubkey -noout"):
        answer = subprocess.run((command % path).split(), capture_output=True, check=True)
        assert b"BEGIN PUBLIC KEY" in answer.stdout
