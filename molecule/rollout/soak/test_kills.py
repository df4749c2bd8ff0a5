"""A deployment that is killed after any of its changes on any host: no visitor notices, and the next completes it."""

from __future__ import annotations

import itertools

import pytest
from browser import CHECKOUT
from kills import PAUSES, kill_after_a_change

pytestmark = pytest.mark.soak

VERSIONS = itertools.cycle(["b", "a"])


@pytest.mark.parametrize("pause", PAUSES)
def test_a_killed_deployment_is_completed_by_the_next(scenario, visitors, version, live, browser, apps, pause):
    name = next(VERSIONS)
    # Settings of its own: each test builds another release.
    variables = ["-e", version(name), "-e", f"settings_extra='PAUSE = {pause}'"]
    deploy = CHECKOUT / "playbooks/deploy.yml"
    killed: list[str] = []
    with visitors:
        while not kill_after_a_change(scenario.start(*variables, path=deploy), pause, killed):
            pass
        result = scenario.playbook(*variables, path=deploy)
    assert len(killed) > 10
    assert result.returncode == 0, result.stdout
    assert "changed=0 " in result.stdout
    assert len(set(live())) == 1
    assert browser.get("/").headers["Version"] == name
    left = ("/srv/guestbook/deploy.lock", "/run/guestbook-drained")
    assert not any(app.file(path).exists for app in apps for path in left)
