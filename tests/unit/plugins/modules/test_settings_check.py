# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module with a real Django: its options, its result, and what it refuses."""

from __future__ import annotations

import getpass
import json
import os

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.hardened.django.plugins.modules import settings_check

SECRET = "s3cr3t-V4lue-that-n0body-may-see"
SETTINGS = f"""
import os
SECRET_KEY = os.environ.get("KEY", {SECRET!r})
ALLOWED_HOSTS = ["*"]
DEBUG = False
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.contenttypes"]
"""


@pytest.fixture
def run_module(tmp_path, one_django, capsys):
    """Run the module on a small project; return its result."""
    (tmp_path / "settings.py").write_text(SETTINGS)
    (tmp_path / "urls.py").write_text("urlpatterns = []\n")
    project = {
        "venv": str(one_django.parent.parent),
        "settings": "settings",
        "pythonpath": [str(tmp_path)],
        "chdir": str(tmp_path),
        "user": getpass.getuser(),
    }

    def run(without=(), **parameters):
        arguments = {**project, **parameters}
        for name in without:
            del arguments[name]
        with patch_module_args(arguments), pytest.raises(SystemExit):
            settings_check.main()
        return json.loads(capsys.readouterr().out)

    return run


def ids(findings):
    return [finding["id"] for finding in findings]


def test_findings_are_returned_with_all_that_a_reader_needs(run_module, tmp_path):
    result = run_module(fail_level="never")
    assert result["changed"] is False
    hosts = next(finding for finding in result["findings"] if finding["id"] == "hosts.E001")
    assert {key: hosts[key] for key in ("row", "level", "setting")} == {
        "row": "C06",
        "level": "ERROR",
        "setting": "ALLOWED_HOSTS",
    }
    assert "*" in hosts["message"]
    assert hosts["hint"]
    assert "security.W001" in ids(result["findings"])
    assert "debug.E003" in result["passed"] or len(result["passed"]) > 20
    assert result["not_applicable"]["service.E001"]
    assert result["facts"]["django"].startswith("5.2.")
    assert result["facts"]["secret_key"]["length"] == len(SECRET)
    assert result["report"][0].startswith("settings, Django 5.2.")
    assert SECRET not in json.dumps(result)
    assert f"{tmp_path}/settings.py" in json.dumps(result["findings"])


@pytest.mark.parametrize(
    ("fail_level", "failed"),
    [("critical", False), ("error", True), ("warning", True), ("never", False)],
)
def test_findings_fail_from_a_level_up(run_module, fail_level, failed):
    result = run_module(fail_level=fail_level)
    assert result.get("failed", False) is failed
    assert ("hosts.E001 ALLOWED_HOSTS: " in result.get("msg", "")) is failed


def test_waivers_take_findings_out_until_they_expire(run_module):
    lasting = {"id": "hosts.E001", "reason": "a catch-all host"}
    expired = {"id": "security.W001", "reason": "soon", "until": "2020-01-31"}
    result = run_module(waive=[lasting, expired], fail_level="never")
    assert [(waived["id"], waived["reason"]) for waived in result["waived"]] == [("hosts.E001", "a catch-all host")]
    assert "hosts.E001" not in ids(result["findings"])
    assert {"security.W001", "waiver.W001"} <= set(ids(result["findings"]))


def test_what_was_asked_for_is_compared(run_module):
    found = ids(run_module(expect={"domains": ["www.blog.example"], "static_root": "/srv/static"})["findings"])
    assert "static.E006" in found or any(id.startswith("static.E") for id in found)


def test_fingerprints_compare_hosts_only_with_the_same_salt(run_module):
    def key(**parameters):
        return run_module(fail_level="never", **parameters)["facts"]["secret_key"]["fingerprint"]

    assert key(salt="one") == key(salt="one")
    assert key(salt="one") != key(salt="two")
    assert key() != key()
    assert key(salt="one") != key(salt="one", environment={"KEY": "another"})


def test_django_s_checks_can_be_left_out(run_module):
    found = ids(run_module(django_checks=False)["findings"])
    assert "hosts.E001" in found
    assert "security.W001" not in found


def test_a_launcher_runs_the_project(run_module, one_django, tmp_path):
    command = ["env", f"PATH={one_django.parent}:{os.defpath}", f"PYTHONPATH={tmp_path}"]
    result = run_module(["venv", "chdir", "user"], launcher=command, fail_level="never")
    assert "hosts.E001" in ids(result["findings"])


def test_secrets_of_the_environment_are_not_shown_and_others_do_not_blur_the_result(run_module):
    result = run_module(
        environment={"SWITCH": "0"}, secret_environment={"KEY": "an0ther-s3cret-of-the-environment"}, fail_level="never"
    )
    assert result["facts"]["secret_key"]["length"] == len("an0ther-s3cret-of-the-environment")
    assert "hosts.E001" in ids(result["findings"])
    assert "an0ther-s3cret" not in json.dumps(result)


def test_only_root_runs_as_somebody_else(run_module, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert "Set become for the task" in run_module(user="nobody")["msg"]


def test_a_project_never_runs_as_root_by_accident(run_module, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "Set user to the user of its service" in run_module(["user"])["msg"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"venv": "/no/venv"}, "/no/venv is not a virtual environment: there is no bin/python. Set venv."),
        ({"settings": "no_such"}, "The settings cannot be loaded: ModuleNotFoundError: No module named 'no_such'"),
        ({"settings": ""}, "DJANGO_SETTINGS_MODULE is not set. Set settings"),
        ({"user": "no-such-user"}, "user no-such-user does not exist on this host."),
        ({"chdir": "/no/such"}, "chdir /no/such is not a directory."),
        ({"launcher": ["x"]}, "mutually exclusive"),
        ({"fail_level": "loud"}, "fail_level must be one of"),
        ({"waive": [{"id": "hosts.E999", "reason": "x"}]}, "hosts.E999"),
        ({"waive": [{"id": "hosts.E001", "reason": "x", "until": "soon"}]}, "soon"),
        ({"tags": ["nonsense"]}, "Django has no checks with the tag nonsense"),
        ({"databases": ["absent"]}, "The checks cannot be run"),
        ({"expect": {"colour": "red"}}, "colour"),
    ],
)
def test_bad_input_is_refused_with_the_remedy(run_module, parameters, message):
    result = run_module(**parameters)
    assert result["failed"]
    assert message in result["msg"]
    assert "findings" not in result


def test_something_to_check_is_required(run_module):
    assert "service, launcher, venv" in run_module(["venv"])["msg"]
