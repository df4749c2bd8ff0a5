"""Back to a release that was live before, and what the host has."""

from __future__ import annotations

import json
import pathlib
import re

import pytest
from browser import CHECKOUT

ROLLBACK, RELEASES = CHECKOUT / "playbooks/rollback.yml", CHECKOUT / "playbooks/releases.yml"
# Another migration of the example project, which its older release does not know.
RECORD = "INSERT INTO django_migrations (app, name, applied) VALUES ('guestbook', '0002_later', now())"
FORGET = "DELETE FROM django_migrations WHERE name = '0002_later'"


def live(app) -> str:
    return pathlib.Path(app.check_output("readlink /srv/guestbook/current")).name


def sql(app, statement):
    app.check_output("runuser -u postgres -- psql --quiet guestbook --command %s", statement)


def words(result) -> str:
    return " ".join(result.stdout.split())


NEXT = {"project_source": {"type": "git", "url": f"file://{CHECKOUT}/.cache/guestbook.git", "version": "next"}}


@pytest.fixture
def before(scenario, app, browser):
    """The release before the one that is live now, and knows a migration more."""
    before = live(app)
    result = scenario.playbook("-e", json.dumps(NEXT))
    assert result.returncode == 0, result.stdout
    assert "the next release" in browser.get("/").text
    again = scenario.playbook("-e", json.dumps(NEXT))
    assert re.search(r"changed=0 +unreachable=0 +failed=0", again.stdout), again.stdout
    sql(app, RECORD)
    yield before
    sql(app, FORGET)


def test_a_new_release_goes_live_and_the_one_before_comes_back(scenario, app, browser, before):
    newer = live(app)
    shown = scenario.playbook(path=RELEASES)
    assert shown.returncode == 0, shown.stdout
    (line,) = [line for line in shown.stdout.splitlines() if newer in line]
    assert "live, healthy" in words(shown)
    assert line.count("built") == 1

    checked = scenario.playbook("--check", path=ROLLBACK)
    assert checked.returncode == 0, checked.stdout
    assert live(app) == newer

    result = scenario.playbook(path=ROLLBACK)
    assert result.returncode == 0, result.stdout
    assert f"the database has migrations that {before} does not know: guestbook.0002_later." in words(result)
    assert live(app) == before
    assert browser.get("/").status == 200
    assert "the next release" not in browser.get("/").text


def test_a_release_that_the_host_does_not_have_is_refused(scenario, app):
    before = live(app)
    result = scenario.playbook("-e", "release_rollback_to=no-such", path=ROLLBACK)
    assert result.returncode != 0
    assert "There is no release no-such on app1, which has" in words(result)
    assert before in words(result)
    assert live(app) == before
