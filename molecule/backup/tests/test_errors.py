"""Errors of the site are reported to Sentry."""

from __future__ import annotations

import json

import pytest

# What a visitor sends, and what the site keeps to itself.
COOKIE = "a-cookie-of-a-visitor"

OWN = "https://a-key-of-the-project@sentry.example/1"
# As settings of a project do it; those of the collection come after them.
INITIALIZED = f"""
import sentry_sdk
sentry_sdk.init("{OWN}")
from django.conf import settings
print(settings.DEBUG, sentry_sdk.get_client().dsn)
"""


@pytest.fixture
def envelopes(receiver):
    """Return the errors that were reported: for each, the lines of its envelope."""
    receiver.forget()

    def found():
        receiver.wait_for("The page /error/ always fails", "posts")
        return [
            [json.loads(line) for line in post["body"].splitlines()]
            for post in receiver.posts()
            if post["path"] == "/api/42/envelope/"
        ]

    return found


def test_an_error_of_a_page_is_reported_without_secrets(backups, browser, envelopes, secrets):
    assert browser.get("/error/?page=7", headers={"Cookie": f"sessionid={COOKIE}"}).status == 500
    sent = envelopes()
    (reported,) = (entry for envelope in sent for entry in envelope if "exception" in entry)
    assert reported["environment"] == "testing"
    assert reported["request"]["url"] == "https://www.guestbook.example/error/"
    (exception,) = reported["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("RuntimeError", "The page /error/ always fails.")
    assert exception["stacktrace"]["frames"][-1]["function"] == "error"
    assert all("vars" not in frame for frame in exception["stacktrace"]["frames"])
    told = json.dumps(sent)
    kept = set(backups.app.check_output("ls /etc/guestbook/secrets").split())
    assert kept >= {"secret_key", "sentry_dsn", "email_password", "database_password"}
    # Of former keys there are none, and the name of the role is no secret.
    for name in kept - {"secret_key_fallbacks", "database_user"}:
        assert backups.app.file(f"/etc/guestbook/secrets/{name}").content_string not in told, name
    assert [secret for secret in (*secrets, COOKIE) if secret in told] == []


def test_a_project_that_reports_its_errors_itself_goes_on_doing_so(backups):
    assert backups.app.check_output("guestbook-run python -c %s", INITIALIZED) == f"False {OWN}"
