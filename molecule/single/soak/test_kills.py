"""A run that is killed after any of its changes leaves the old site serving, and the runs after it complete it."""

from __future__ import annotations

import itertools
import json
import subprocess

import pytest
from browser import CHECKOUT, Browser
from kills import PAUSES, kill_after_a_change

pytestmark = pytest.mark.soak

VERSIONS = itertools.cycle(["next", "main"])


def variables(version, pause):
    """The variables that deploy a version, with settings of its own: each test builds another release."""
    source = {"type": "git", "url": f"file://{CHECKOUT}/.cache/guestbook.git", "version": version}
    return json.dumps({"project_source": source, "settings_extra": f"PAUSE = {pause}"})


def run(scenario, version, pause):
    return scenario.start("-e", variables(version, pause), path=CHECKOUT / "playbooks/site.yml")


def assert_unchanged(scenario, version, pause):
    result = scenario.playbook("-e", variables(version, pause))
    assert result.returncode == 0, result.stdout
    assert "changed=0 " in result.stdout


@pytest.mark.parametrize("pause", PAUSES)
def test_a_first_deployment_is_completed(scenario, pause):
    for step in ("destroy", "create", "prepare"):
        subprocess.run(["molecule", step, "--scenario-name", "single"], cwd=CHECKOUT, check=True)
    killed: list[str] = []
    while not kill_after_a_change(run(scenario, "main", pause), pause, killed):
        pass
    # A task that was running at the kill comes to its end on the host, and changes nothing in the next run.
    assert len(killed) > 10
    assert_unchanged(scenario, "main", pause)
    certificate = scenario.host("app1").file("/etc/guestbook/certificate/fullchain.pem").content_string
    browser = Browser(scenario.addresses("app1")[0], scenario.project["project_domain"], certificate)
    assert browser.get("/health/").text == "ok\n"


@pytest.mark.parametrize("pause", PAUSES)
def test_the_old_release_serves_until_the_new_one_is_completed(scenario, browser, pause):
    version = next(VERSIONS)
    killed: list[str] = []
    while not kill_after_a_change(run(scenario, version, pause), pause, killed):
        assert browser.get("/health/").text == "ok\n", f"killed after {killed}"
    assert len(killed) > 3
    assert ("the next release" in browser.get("/").text) == (version == "next")
    assert_unchanged(scenario, version, pause)
