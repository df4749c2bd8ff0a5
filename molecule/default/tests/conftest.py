"""Fixtures of the scenario."""

from __future__ import annotations

import pytest
import yaml
from receiver import Receiver


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
