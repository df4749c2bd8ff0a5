# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read from the host about a service; the scenarios look at real ones."""

from __future__ import annotations

import getpass
import os

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check import service
from ansible_collections.hardened.django.plugins.module_utils._settings_check.launch import LaunchError

UNIT = """\
[Service]
User=blog
BindReadOnlyPaths={source}:/srv/blog/app
LoadCredential=key:{credential}
ExecStart=/srv/blog/app/.venv/bin/gunicorn blog.wsgi
"""


@pytest.fixture
def blog(tmp_path, monkeypatch):
    """A service whose process is this one."""
    credential = tmp_path / "key"
    credential.write_text("secret")
    text = UNIT.format(source=tmp_path, credential=credential)
    monkeypatch.setattr(service.Service, "_output", lambda self, *command: text)
    found = service.Service("blog")
    found.state = {"ActiveState": "active", "MainPID": str(os.getpid()), "ControlGroup": "/no/such"}
    return found


def site(**environment):
    return {"environment": environment, "files": []}


def test_a_name_without_a_suffix_is_a_service(blog):
    assert blog.name == "blog.service"


def test_a_program_runs_as_the_service_runs(blog, tmp_path):
    launcher = blog.launcher("check", 30, "")
    assert launcher.command[-4:] == ["/usr/bin/env", "/srv/blog/app/.venv/bin/python", "-B", "-"]
    assert "--property=User=blog" in launcher.command
    assert f"--property=BindReadOnlyPaths={tmp_path}:/srv/blog/app" in launcher.command
    assert "--property=RuntimeMaxSec=30" in launcher.command
    assert blog.launcher("check", 30, "/opt/venv/bin/python").command[-3] == "/opt/venv/bin/python"


def test_variables_that_differ_are_drift(blog):
    salt = "salt"
    started = service.read_environment("self")
    running = {name: service.fingerprint(value, salt) for name, value in started.items()}
    blog.state["ExecMainStartTimestamp"] = "@99999999999"
    assert [entry for entry in blog._drift(site(**running), salt, os.getpid()) if entry.startswith("environment")] == []
    drift = blog._drift(site(**{**running, "PATH": "other", "NEW": "x"}), salt, os.getpid())
    assert [entry for entry in drift if entry.startswith("environment")] == [
        "environment variable NEW",
        "environment variable PATH",
    ]


def test_files_and_directories_that_are_newer_are_drift(blog, tmp_path):
    blog.state["ExecMainStartTimestamp"] = "@1"
    drift = blog._drift(site(), "salt", os.getpid())
    assert f"file {tmp_path}/key" in drift
    assert f"directory {tmp_path}" in drift


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["/v/bin/python", "/v/bin/gunicorn", "blog.wsgi"], "wsgi"),
        (["gunicorn", "--worker-class", "uvicorn_worker.UvicornWorker", "blog.asgi"], "asgi"),
        (["daphne", "blog.asgi:application"], "asgi"),
        (["python", "manage.py", "runserver"], None),
    ],
)
def test_the_interface_of_a_server(words, expected):
    assert service.interface(words) == expected


def test_a_credential_is_described_without_its_content(tmp_path):
    path = tmp_path / "key"
    path.write_text("secret")
    path.chmod(0o440)
    found = service.credential(str(path), "salt")
    assert (found["mode"], found["owner"]) == ("0440", getpass.getuser())
    assert found["modified"] == path.stat().st_mtime
    assert len(found["fingerprint"]) == 16
    assert found["fingerprint"] != service.credential(str(path), "pepper")["fingerprint"]
    path.write_text("")
    assert service.credential(str(path), "salt")["fingerprint"] == ""
    assert service.credential(f"{tmp_path}/absent", "salt")["mode"] == ""


def test_a_host_without_systemd_is_told_so(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LaunchError, match="service needs a host with systemd"):
        service.Service("blog.service")


def test_the_times_of_backups_are_read(tmp_path):
    path = tmp_path / "backups.json"
    assert service.backups(str(path)) == {"path": str(path), "error": "", "times": None}
    path.write_text('{"backup": {"finished": 1795388208, "period": 86400}, "other": 1}')
    found = service.backups(str(path))
    assert (found["error"], found["times"]) == ("", {"backup": {"finished": 1795388208.0, "period": 86400.0}})


@pytest.mark.parametrize(
    "text", ["", "[]", "1", '{"backup": 1}', '{"backup": {"finished": 1}}', '{"backup": {"finished": "x"}}']
)
def test_what_does_not_tell_of_backups_is_an_error(tmp_path, text):
    path = tmp_path / "backups.json"
    path.write_text(text)
    found = service.backups(str(path))
    assert found["times"] == {}
    assert found["error"]


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        (
            '/var/log/a.log "/var/log/b c.log"\n/srv/*.log {\n daily\n}\n',
            ["/var/log/a.log", "/var/log/b c.log", "/srv/*.log"],
        ),
        ("# /var/log/no.log {\nweekly\ninclude /etc/logrotate.d\n", []),
        ("weekly\n/a.log {\n postrotate\n kill\n endscript\n}\n/b.log{\n}\n", ["/a.log", "/b.log"]),
    ],
)
def test_files_that_are_rotated_are_read(tmp_path, text, patterns):
    path = tmp_path / "site"
    path.write_text(text)
    assert service.rotated_by(str(path)) == patterns


def test_this_host_has_addresses():
    assert "127.0.0.1" in service.local_addresses()
