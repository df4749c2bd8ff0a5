"""A rotation that is killed after any of its changes on any host: nobody is logged out, and the next completes it."""

from __future__ import annotations

import pytest
from browser import CHECKOUT
from kills import PAUSES, kill_after_a_change

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("pause", PAUSES)
def test_a_killed_rotation_is_completed(scenario, members, rings, pause):
    before = rings()[0][0]
    playbook = CHECKOUT / "playbooks/rotate_secret_key.yml"
    killed: list[str] = []
    with members:
        while not kill_after_a_change(scenario.start(path=playbook), pause, killed):
            pass
    assert len(killed) >= 8
    (key, others), second = rings()
    assert (key, others) == second
    assert key != before and before in others
    assert None not in others.values()


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
