"""Mail of the site, to a mail server with TLS and log-in."""

from __future__ import annotations

import pytest
from browser import CHECKOUT

SENDER = "webmaster@www.wagtail.example"


def send_test_mail(scenario):
    playbook = CHECKOUT / "playbooks/send_test_mail.yml"
    result = scenario.playbook("-e", "settings_test_mail_to=somebody@example.org", path=playbook)
    return result.returncode, " ".join(result.stdout.split())


def test_a_test_mail_says_where_it_went(scenario, receiver, mail_variables):
    code, shown = send_test_mail(scenario)
    assert code == 0, shown
    server = mail_variables["settings_email_host"]
    assert f"{server}:587 (STARTTLS, wagtail) took a mail from {SENDER} to somebody@example.org." in shown
    (mail,) = receiver.mails("Test email from app1")
    assert (mail["sender"], mail["receivers"]) == (SENDER, ["somebody@example.org"])
    assert (mail["encrypted"], mail["user"]) == (True, "wagtail")


def test_a_mail_server_with_another_certificate_gets_no_mail(scenario, app, receiver):
    receiver.forgotten_by(app)
    code, shown = send_test_mail(scenario)
    receiver.trusted_by(app)
    assert code != 0
    assert "No mail left app1: ssl.SSLCertVerificationError" in shown


@pytest.fixture
def broken_page(scenario, app):
    """Every page but those of the administration needs this table. A fresh process has mailed nothing yet."""
    database = scenario.host("db1")
    psql, rename = "psql --username postgres wagtail -c %s", "alter table %s rename to %s"
    app.run_expect([0], "systemctl restart wagtail.service")
    database.run_expect([0], psql, rename % ("wagtailcore_site", "hidden"))
    yield "/no-such-page/"
    database.run_expect([0], psql, rename % ("hidden", "wagtailcore_site"))


def test_an_error_of_the_site_is_mailed_to_its_admins(browser, receiver, broken_page):
    receiver.forget()
    assert browser.get(broken_page).status == 500
    (mail,) = receiver.mails("Internal Server Error: /no-such-page/")
    assert (mail["sender"], mail["receivers"]) == (SENDER, ["ops@wagtail.example"])
    assert (mail["encrypted"], mail["user"]) == (True, "wagtail")
    assert 'relation "wagtailcore_site" does not exist' in mail["text"]


def test_an_error_is_answered_when_the_mail_server_is_down(browser, receiver, broken_page):
    with receiver.out_of_reach():
        answer = browser.get(broken_page)
    assert (answer.status, "Temporarily unavailable" in answer.text) == (500, False)


def test_a_log_in_without_encryption_or_password_is_refused(scenario):
    result = scenario.playbook("-e", "settings_email_security=none", "-e", "secrets_email_password=")
    assert result.returncode != 0
    assert "changed=0" in result.stdout
    shown = " ".join(result.stdout.split())
    assert "which would send the password in plain text" in shown
    assert "nobody has its password" in shown
