"""A rotation that is killed after any of its changes, or loses a host: nobody is logged out, the next completes it."""

from __future__ import annotations

import copy
import json
import shutil

import pytest
import yaml
from browser import CHECKOUT
from guestbook import DEPLOY, LOCK, words
from kills import PAUSES, kill_after_a_change, kill_where, read_until
from topology import podman, wait_for

pytestmark = pytest.mark.soak

ROTATE = CHECKOUT / "playbooks/rotate_secret_key.yml"
IN_USE = "secrets_database_password is the password in use."


@pytest.mark.parametrize("pause", PAUSES)
def test_a_killed_rotation_is_completed(scenario, members, rings, pause):
    before = rings()[0][0]
    killed: list[str] = []
    with members:
        while not kill_after_a_change(scenario.start(path=ROTATE), pause, killed):
            pass
    assert len(killed) >= 8
    (key, others), second = rings()
    assert (key, others) == second
    assert key != before and before in others
    assert None not in others.values()


@pytest.mark.parametrize(
    ("play", "task"),
    [
        ("Change the secrets of all hosts", "hardened.django.secrets : install | Install the secrets"),
        ("Prove that all hosts accept the new key", "hardened.django.release : switch"),
    ],
    ids=["accept", "sign"],
)
def test_a_host_that_goes_offline_is_waited_for(scenario, apps, log_in, rings, play, task):
    before, member = rings()[0][0], log_in()
    with scenario.start(path=ROTATE) as run:
        read_until(run, play, task, "app1")
        podman("stop", "--time", "5", "hardened-secrets-app2")
        output = run.communicate()[0]
    refused = scenario.playbook(path=ROTATE)
    podman("start", "hardened-secrets-app2")
    wait_for(apps[1], "systemctl is-active guestbook.service")
    result = scenario.playbook(path=ROTATE)
    assert "unreachable=1" in output
    assert "app2 cannot be reached, and nothing was changed." in words(refused)
    assert result.returncode == 0, result.stdout
    (key, others), second = rings()
    assert (key, others) == second
    assert key != before and before in others
    assert member.get("/admin/").status == 200


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("kind", ["database", "cache"])
def test_a_killed_change_of_a_password_is_completed(scenario, members, held, kind, pause):
    before = held(kind)
    playbook = CHECKOUT / f"playbooks/rotate_{kind}_password.yml"
    killed: list[str] = []
    with members:
        while not kill_after_a_change(scenario.start(path=playbook), pause, killed):
            pass
    assert len(killed) >= 6
    after = held(kind)
    assert list(after) == list(before)
    assert after[f"{kind}_password"] != before[f"{kind}_password"]


def test_a_deployment_lives_with_a_killed_change_of_a_password(scenario, members, held, log_in_to):
    """Killed when the first host uses the new password."""
    before = held("database")
    playbook = CHECKOUT / "playbooks/rotate_database_password.yml"
    with members:
        kill_where(
            scenario.start(path=playbook),
            play="Restart what has other secrets",
            task="hardened.django.release : switch",
            host="app1",
        )
        deployed = scenario.playbook(path=DEPLOY)
        result = scenario.playbook(path=playbook)
    assert deployed.returncode == 0, deployed.stdout
    assert result.returncode == 0, result.stdout
    assert "was killed, and is completed now" in words(result)
    after = held("database")
    assert list(after) == list(before)
    assert log_in_to("database", after["database_user"], after["database_password"]).rc == 0
    assert log_in_to("database", before["database_user"], before["database_password"]).rc == 2


@pytest.fixture
def managed(scenario, tmp_path):
    """The same hosts by an inventory that knows no database server: it is a provider's, who gave the site one user."""
    managed = copy.copy(scenario)
    managed.inventory = shutil.copytree(scenario.inventory, tmp_path / "inventory")
    hosts = yaml.safe_load((managed.inventory / "hosts.yml").read_text())
    hosts["all"]["vars"]["ansible_ssh_common_args"] = f"-F {CHECKOUT}/.cache/ssh/config-hardened-secrets"
    hosts["all"]["children"]["database"] = {}
    (managed.inventory / "hosts.yml").write_text(yaml.safe_dump(hosts))
    return managed


@pytest.mark.parametrize("pause", PAUSES)
def test_a_killed_change_at_a_managed_database_is_completed(managed, apps, members, held, log_in_to, pause):
    before, password = held("database"), f"of the provider after {pause} s"
    variables = {
        "project_database_host": managed.addresses("app1")[0],
        "project_database_user": before["database_user"],
        "secrets_database_password": password,
    }
    playbook = CHECKOUT / "playbooks/rotate_database_password.yml"
    killed: list[str] = []
    with members:
        # Killed behind its last change, it is told that the given password is the one in use.
        while not kill_after_a_change(
            managed.start("-e", json.dumps(variables), path=playbook), pause, killed, done=IN_USE
        ):
            pass
    assert len(killed) >= 6
    assert held("database") == {**before, "database_password": password}
    assert log_in_to("database", before["database_user"], password).rc == 0
    assert log_in_to("database", before["database_user"], before["database_password"]).rc == 2
    assert not any(app.file(path).exists for app in apps for path in ("/run/guestbook-exchange", LOCK))
