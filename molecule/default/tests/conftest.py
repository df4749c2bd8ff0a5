"""Fixtures of the scenario."""

from __future__ import annotations

import pytest
import yaml
from receiver import Receiver


@pytest.fixture
def leak(app):
    """Start the job that writes the secret key into the journal, which forgets it afterwards."""
    yield lambda: app.run_expect([1], "systemctl start wagtail-leak.service")
    app.run_expect([0], "journalctl --rotate --vacuum-time=1s")


@pytest.fixture(scope="session")
def mail_variables(scenario):
    return yaml.safe_load((scenario.inventory / "group_vars/all/mail.yml").read_text())


@pytest.fixture(scope="session")
def receiver(scenario, app, mail_variables):
    """A mail server and a server for webhooks, which the app host trusts."""
    user, password = (mail_variables[name] for name in ("settings_email_user", "secrets_email_password"))
    found = Receiver(scenario.host("cache1"), scenario.addresses("cache1")[0], user, password)
    found.trusted_by(app)
    return found
