"""Two app hosts, and members who are logged in and come through a load balancer."""

from __future__ import annotations

import json

import pytest
from balanced import apps, balancer, browser, certificate, site
from browser import Browser
from guestbook import SECRETS
from members import Members

__all__ = ["apps", "balancer", "browser", "certificate", "site"]

# Exit code 0 when the server accepts the login; both servers are on the first app host.
WHO = "SELECT session_user, current_user"
LOG_IN = {
    "database": f"PGPASSWORD=%s psql --host 127.0.0.1 --username %s guestbook --command '{WHO}'",
    "cache": "REDISCLI_AUTH=%s redis-cli --no-auth-warning --user %s -s /run/redis/server.sock GET guestbook:",
}
PASSWORD = "a long password of a member"
LINK = """
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
user = User.objects.get(username="member")
print(f"/accounts/reset/{urlsafe_base64_encode(force_bytes(user.pk))}/{default_token_generator.make_token(user)}/")
"""
CREATE = """
from django.contrib.auth.models import User
User.objects.filter(username="member").exists() or User.objects.create_superuser("member", "", %r)
"""


@pytest.fixture(scope="session")
def account(apps):
    apps[0].check_output("guestbook-manage shell --verbosity 0 -c %s", CREATE % PASSWORD)


@pytest.fixture
def log_in(account, site):
    """Return somebody who has just logged in."""

    def come():
        member = Browser(*site)
        answer = member.submit("/admin/login/?next=/admin/", {"username": "member", "password": PASSWORD})
        assert answer.status == 302, answer.text
        return member

    return come


@pytest.fixture
def make_link(apps, account):
    """Make a link that resets the password; it ends when the member logs in."""
    return lambda: apps[0].check_output("guestbook-manage shell --verbosity 0 -c %s", LINK).splitlines()[-1]


@pytest.fixture
def members(site, log_in, make_link):
    """Members of this test; nothing of theirs may fail or end."""
    members = Members(site, log_in, make_link)
    yield members
    assert members.failures == []
    assert members.answers > 50


@pytest.fixture
def rings(apps):
    """Tells what each app host has: the key that signs, and the others with the time when each is to go."""

    def tell() -> list[tuple[str, dict[str, int | None]]]:
        found = []
        for app in apps:
            entries = json.loads(app.file("/etc/guestbook/secrets/secret_key_fallbacks").content_string)
            others = {entry["key"]: entry["until"] for entry in entries}
            found.append((app.file("/etc/guestbook/secrets/secret_key").content_string, others))
        return found

    return tell


@pytest.fixture
def held(apps):
    """Tells what each app host has of a login, from the name of the file to its content."""

    def tell(kind):
        found = []
        for app in apps:
            names = app.check_output(f"ls {SECRETS}").split()
            paths = [name for name in names if name.startswith(f"{kind}_") and "owner" not in name]
            found.append({name: app.file(f"{SECRETS}/{name}").content_string for name in paths})
        assert found[0] == found[1]
        return found[0]

    return tell


@pytest.fixture
def log_in_to(apps):
    return lambda kind, user, password: apps[0].run(LOG_IN[kind], password, user)
