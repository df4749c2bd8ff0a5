"""Who is told what, and how often, when a unit fails or a job does not run."""

from __future__ import annotations

import json
import urllib.parse

import pytest

STATE = "/var/lib/private/wagtail-alerts"
LEAK = "[wagtail] wagtail-leak.service failed on app1"
# Hostile to addresses, JSON and Python.
HOSTILE = "p@ss: w/rd?#%\"\\'äöü"


@pytest.fixture(autouse=True)
def nothing_was_told(app, receiver):
    app.run_expect([0], f"rm -f {STATE}/*.json")
    receiver.forget()


def alter(app, name, **values):
    """Change what the alerts remember."""
    path = f"{STATE}/{name}.json"
    state = json.loads(app.file(path).content_string)
    app.run_expect([0], "printf %%s %s >%s", json.dumps({**state, **values}), path)


def remembered(app, name):
    return json.loads(app.file(f"{STATE}/{name}.json").content_string)


def alert(app, unit):
    return app.run("systemctl start %s", f"wagtail-alert@{unit}.service")


def test_a_failed_job_is_told_by_mail_and_webhook_without_its_secrets(app, receiver, leak):
    leak()
    receiver.wait_for(LEAK)
    alert(app, "wagtail-leak.service")
    (mail,) = receiver.mails(LEAK)
    assert (mail["sender"], mail["receivers"]) == ("webmaster@www.wagtail.example", ["oncall@wagtail.example"])
    assert (mail["encrypted"], mail["user"]) == (True, "wagtail")
    assert "key: [hidden]" in mail["text"]
    assert "status=3" in mail["text"]
    (post,) = receiver.posts()
    assert post["type"] == "application/json"
    text = json.loads(post["body"])["text"]
    assert text.startswith(LEAK)
    assert "key: [hidden]" in text
    told = json.dumps([mail, post["body"]])
    # The name of the database's role is that of the project.
    for name in app.check_output("ls --ignore=database_user /etc/wagtail/secrets").split():
        assert app.file(f"/etc/wagtail/secrets/{name}").content_string not in told, name


def test_a_secret_is_hidden_in_every_form_that_logs_have(app, receiver):
    secret = "/etc/wagtail/secrets/hostile"
    app.run_expect([0], "install --mode=0400 /dev/null %s && printf %%s %s >%s", secret, HOSTILE, secret)
    forms = [HOSTILE, json.dumps(HOSTILE), repr(HOSTILE), urllib.parse.quote(HOSTILE)]
    printed = "systemd-run --quiet --wait --unit=wagtail-hostile --description=Hostile printf 'form %%s.\\n' %s"
    for form in forms:
        app.run_expect([0], printed, form)
    assert alert(app, "wagtail-hostile.service").rc == 0
    app.run_expect([0], "rm %s", secret)
    (mail,) = receiver.mails("wagtail-hostile.service failed")
    assert mail["text"].count("[hidden]") == 4
    assert "w/rd" not in mail["text"] and "w%2Frd" not in mail["text"]


def test_a_unit_that_fails_again_is_told_once_an_hour_with_the_number_left_out(app, receiver):
    for _time in range(4):
        assert alert(app, "wagtail-hang.service").rc == 0
    assert len(receiver.mails("wagtail-hang.service failed")) == 1
    assert remembered(app, "wagtail-hang.service")["left_out"] == 3
    # Other units are told of all the same.
    assert alert(app, "wagtail-worker@celery.service").rc == 0
    assert len(receiver.mails("wagtail-worker@celery.service failed")) == 1
    alter(app, "wagtail-hang.service", told=0)
    assert alert(app, "wagtail-hang.service").rc == 0
    last = receiver.mails("wagtail-hang.service failed")[-1]
    assert "Left out since the last alert about it: 3." in last["text"]
    assert remembered(app, "wagtail-hang.service")["left_out"] == 0
    # A clock that was set back silences nothing.
    alter(app, "wagtail-hang.service", told=4102444800)
    assert alert(app, "wagtail-hang.service").rc == 0
    assert len(receiver.mails("wagtail-hang.service failed")) == 3


def test_what_could_not_be_told_is_told_later(app, receiver):
    with receiver.out_of_reach():
        assert alert(app, "wagtail-hang.service").rc != 0
        said = app.check_output("journalctl --output=cat --unit='wagtail-alert@wagtail-hang.service.service'")
        assert "No alert by mail: " in said
        assert "No alert by webhook: " in said
    app.run_expect([0], "systemctl start wagtail-alerts.service")
    (mail,) = receiver.mails("wagtail-hang.service failed")
    assert "Left out since the last alert about it: 1." in mail["text"]
    app.run_expect([0], "systemctl start wagtail-alerts.service")
    assert len(receiver.mails("wagtail-hang.service failed")) == 1


def test_a_job_without_success_for_twice_its_period_is_told_once_a_day(app, receiver):
    watch = "systemctl start wagtail-clearsessions.service && systemctl start wagtail-alerts.service"
    app.run_expect([0], watch)
    assert receiver.mails("has not succeeded") == []
    # As after a long time without the host: the yearly one is two years and a month old, the other has just succeeded.
    for job, days in (("wagtail-leak", 760), ("wagtail-hang", 700), ("wagtail-clearsessions", 3)):
        succeeded = remembered(app, f"{job}.service.stale")["succeeded"]
        alter(app, f"{job}.service.stale", succeeded=succeeded - days * 86400)
    # Also where somebody has stopped its timer.
    app.run_expect([0], "systemctl disable --now wagtail-leak.timer")
    app.run_expect([0], watch)
    app.run_expect([0], watch)
    app.run_expect([0], "systemctl enable --now wagtail-leak.timer")
    (mail,) = receiver.mails("has not succeeded")
    assert mail["subject"] == "[wagtail] wagtail-leak.service has not succeeded for 18240 hours on app1"
    timer = app.check_output("systemctl show --property=TimersMonotonic,UnitFileState wagtail-alerts.timer")
    assert "OnBootUSec=15min" in timer
    assert "UnitFileState=enabled" in timer


def test_a_service_that_dies_is_told(app, receiver, browser):
    app.run_expect([0], "systemctl kill --kill-whom=main --signal=KILL wagtail.service")
    receiver.wait_for("[wagtail] wagtail.service failed on app1")
    assert browser.get("/").status == 200


def test_every_unit_of_the_project_tells_of_its_failure(app):
    lacking = app.run(
        "grep --files-without-match '^OnFailure=wagtail-alert@%n.service$' /etc/systemd/system/wagtail*.*"
    )
    assert lacking.stdout.split() == ["/etc/systemd/system/wagtail-alert@.service"]


def test_without_address_and_webhook_an_alert_is_a_line_in_the_journal(app, receiver):
    """As alerts.json is in an inventory that names neither."""
    path = "/etc/wagtail/alerts.json"
    before = app.file(path).content_string
    app.run_expect([0], "printf %%s %s >%s", json.dumps({**json.loads(before), "mail": {}, "webhook": {}}), path)
    assert alert(app, "wagtail-nothing.service").rc == 0
    app.run_expect([0], "printf %%s %s >%s", before, path)
    journal = "journalctl --output=cat --priority=err --lines=1 --unit='wagtail-alert@wagtail-nothing.service.service'"
    assert app.check_output(journal) == "wagtail-nothing.service failed."
    assert receiver.mails("") == []
    assert receiver.posts() == []


def test_the_address_of_the_webhook_is_a_secret(app):
    url = app.file("/etc/wagtail/secrets/alerts_webhook_url")
    assert (url.user, url.mode) == ("root", 0o400)
    assert app.run("grep --recursive --fixed-strings %s /etc --exclude-dir=secrets", url.content_string).stdout == ""


def test_unfit_alerts_are_refused_before_anything_changes(scenario):
    url = "http://10.0.0.1/plain"
    unfit = {
        "alerts_mail_to": ["nobody"],
        "alerts_webhook_url": url,
        "alerts_webhook_body": {"text": "an alert"},
        "alerts_interval": -1,
    }
    result = scenario.playbook("-e", json.dumps(unfit))
    assert result.returncode != 0
    assert "changed=0" in result.stdout
    shown = " ".join(result.stdout.split())
    for message in ('"nobody"', "is not an https address", "neither {text} nor {subject}", "must be at least 0"):
        assert message in shown, message
    assert url not in shown
