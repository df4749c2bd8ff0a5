"""Management commands on timers: what they run as, when they end, where they run, and what is refused."""

from __future__ import annotations

import json

import pytest
import yaml
from browser import CHECKOUT

UNIT_FILES = "ls -d /etc/systemd/system/wagtail*.service /etc/systemd/system/hardened-django-*.service 2>/dev/null"
BAD_JOBS = [
    {"name": "twice", "command": "check"},
    {"name": "twice", "command": "check"},
    {"name": "Up", "command": "check"},
    {"name": "worker", "command": "check"},
    {"name": "program", "command": "/bin/true"},
    {"name": "two", "command": "check ; migrate"},
    {"name": "lines", "command": "check\nExecStart=/bin/true"},
    {"name": "never", "command": "check", "timeout": 0},
]


def show(app, unit, *properties):
    return app.check_output("systemctl show --value --property=%s %s", ",".join(properties), unit).splitlines()


@pytest.mark.parametrize("name", ["app1", "db1", "cache1"])
def test_every_unit_of_the_project_is_in_a_sandbox(scenario, name):
    host = scenario.host(name)
    files = host.check_output(f"{UNIT_FILES}; true").split()
    assert len(files) >= 2
    for file in files:
        result = host.run("systemd-analyze security --no-pager --offline=true --threshold=15 %s", file)
        assert result.rc == 0, result.stdout


def test_a_job_runs_as_the_service_does(app, leak):
    key = app.file("/etc/wagtail/secrets/secret_key").content_string
    leak()
    journal = app.check_output("journalctl --output=cat _SYSTEMD_UNIT=wagtail-leak.service")
    # It has the secret key, and nothing in its command was taken for a variable or a specifier.
    assert f"key: {key}" in journal
    assert "50% of $HOME" in journal
    assert show(app, "wagtail-leak.service", "Result", "ExecMainStatus", "User") == ["exit-code", "3", "wagtail"]


def test_a_job_that_hangs_is_ended(app):
    assert app.run("systemctl start wagtail-hang.service").rc != 0
    assert show(app, "wagtail-hang.service", "Result", "ActiveState") == ["timeout", "failed"]


def test_sessions_are_cleared_where_the_settings_keep_them(app):
    program = "/etc/wagtail/clear_sessions.py"
    code = (
        "import runpy; from django.conf import settings\n"
        "settings.SESSION_ENGINE = 'django.contrib.sessions.backends.%s'\n"
        f"runpy.run_path('{program}')"
    )
    nothing = "The settings keep no expired sessions; there is nothing to remove."
    for engine in ("cache", "signed_cookies"):
        assert app.check_output("wagtail-run python -c %s", code % engine).strip() == nothing
    assert app.check_output("wagtail-run python -c %s", code % "db") == ""
    # An engine that cannot be loaded is an error, not a reason to do nothing.
    assert "ModuleNotFoundError" in app.run("wagtail-run python -c %s", code % "no_such_engine").stderr


def test_the_jobs_are_shown(scenario, app, leak):
    app.run_expect([0], "systemctl start wagtail-clearsessions.service")
    leak()
    result = scenario.playbook(path=CHECKOUT / "playbooks/jobs.yml")
    assert result.returncode == 0, result.stdout
    assert "changed=0" in result.stdout
    shown = " ".join(result.stdout.split())
    for line in ("clearsessions app1 last 20", " UTC, success; next 20", "leak app1 last ", ", exit-code; next 2"):
        assert line in shown, shown


def test_unfit_jobs_are_refused_before_anything_changes(scenario):
    result = scenario.playbook("-e", json.dumps({"scheduled_jobs_commands": BAD_JOBS}))
    assert result.returncode != 0
    assert "changed=0" in result.stdout
    shown = " ".join(result.stdout.split())
    for message in (
        'the name "Up"',
        'the name "worker"',
        'the name "twice" 2 times',
        'the command "/bin/true" of program',
        'the command "check ; migrate" of two',
        "of lines: it is the name of a management command",
        "The job never has",
    ):
        assert message in shown, message


def test_a_job_is_gone_from_its_host_before_it_is_on_the_next_one(scenario, app, tmp_path):
    """With the role alone, and a job that needs no site: it runs until it is ended."""
    role = {"role": "hardened.django.scheduled_jobs"}
    play = {"name": "Test", "hosts": "app1:db1", "become": True, "gather_facts": False, "roles": [role]}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    job = {"name": "tick", "command": "check", "calendar": "yearly"}
    variables = {
        "project_database_host": "db1",
        "project_cache_host": "cache1",
        "scheduled_jobs_name": "moving",
        "scheduled_jobs_clearsessions": False,
        "scheduled_jobs_directives": ["ExecStart=", "ExecStart=/bin/sleep 600"],
        "scheduled_jobs_commands": [job],
    }

    def run(**changes):
        return scenario.playbook("-e", json.dumps({**variables, **changes}), path=tmp_path / "play.yml")

    def told(host, message):
        words = "journalctl --unit=moving-tick.timer --grep=%s --output=short-unix --lines=1 --quiet"
        return float(host.check_output(words, message).split()[0])

    database = scenario.host("db1")
    assert "jobs would run as root, without a sandbox" in " ".join(run(scheduled_jobs_directives=[]).stdout.split())
    assert run(scheduled_jobs_host="app1").returncode == 0
    app.run_expect([0], "systemctl start --no-block moving-tick.service")
    assert show(app, "moving-tick.service", "ActiveState") == ["activating"]
    assert run(scheduled_jobs_host="db1").returncode == 0
    assert told(app, "Stopped") < told(database, "Started")
    assert show(app, "moving-tick.service", "LoadState", "ActiveState") == ["not-found", "inactive"]
    assert app.run("systemctl is-active moving-tick.timer").stdout.strip() == "inactive"
    assert database.check_output("systemctl is-active moving-tick.timer") == "active"

    before = database.check_output("sha256sum /etc/systemd/system/moving-*")
    refused = run(scheduled_jobs_host="db1", scheduled_jobs_commands=[{**job, "calendar": "Sunsday"}])
    assert refused.returncode != 0
    assert "Failed to parse calendar specification" in refused.stdout
    assert database.check_output("sha256sum /etc/systemd/system/moving-*") == before
    assert database.check_output("systemctl is-active moving-tick.timer") == "active"

    assert run(scheduled_jobs_host="db1", scheduled_jobs_commands=[]).returncode == 0
    assert not database.file("/etc/systemd/system/moving-tick.timer").exists
