from __future__ import annotations

import pytest
from ansible_collections.hardened.django.plugins.module_utils._config_set.commands import CommandFailed
from ansible_collections.hardened.django.plugins.module_utils._config_set.units import Status, Unit, show, verbs

NAME = "app.service"


def status(active="active", file="enabled", load="loaded", sub="running"):
    return Status(load, active, sub, file, False)


@pytest.mark.parametrize(
    ("enabled", "file", "expected"),
    [
        (True, "enabled", []),
        (True, "disabled", ["enable"]),
        (True, "enabled-runtime", ["enable"]),
        (True, "linked", ["enable"]),
        (True, "masked", ["enable"]),
        (True, "static", []),
        (True, "indirect", []),
        (True, "generated", []),
        (True, "transient", []),
        (True, "alias", []),
        (False, "enabled", ["disable"]),
        (False, "enabled-runtime", ["disable"]),
        (False, "disabled", []),
        (False, "static", []),
        (False, "masked", []),
        (None, "enabled", []),
        (None, "disabled", []),
    ],
)
def test_enablement(enabled, file, expected):
    assert verbs(Unit(NAME, enabled, "none"), status(file=file), []) == expected


@pytest.mark.parametrize(
    ("state", "active", "sub", "unchanged", "changed"),
    [
        ("started", "active", "running", [], ["reload"]),
        ("started", "reloading", "reload", [], ["reload"]),
        ("started", "inactive", "dead", ["start"], ["start"]),
        ("started", "failed", "failed", ["start"], ["start"]),
        ("started", "deactivating", "stop", ["start"], ["start"]),
        ("started", "activating", "start", [], ["restart"]),
        ("started", "activating", "auto-restart", ["start"], ["start"]),
        ("stopped", "active", "running", ["stop"], ["stop"]),
        ("stopped", "activating", "auto-restart", ["stop"], ["stop"]),
        ("stopped", "inactive", "dead", [], []),
        ("stopped", "failed", "failed", [], []),
        ("none", "active", "running", [], []),
        ("none", "inactive", "dead", [], []),
    ],
)
def test_running_state(state, active, sub, unchanged, changed):
    unit = Unit(NAME, state=state, on_change="reload")
    assert verbs(unit, status(active, sub=sub), []) == unchanged
    assert verbs(unit, status(active, sub=sub), ["/etc/x"]) == changed


@pytest.mark.parametrize(
    ("on_change", "changed", "expected"),
    [
        ("restart", ["/etc/x"], ["restart"]),
        ("reload", ["/etc/x"], ["reload"]),
        ("none", ["/etc/x"], []),
        ("reload", ["/etc/x", "/etc/key"], ["restart"]),
        ("none", ["/etc/key"], ["restart"]),
        ("restart", [], []),
    ],
)
def test_action_on_a_change(on_change, changed, expected):
    assert verbs(Unit(NAME, on_change=on_change, restart_on=("/etc/key",)), status(), changed) == expected


def test_a_unit_that_does_not_exist_yet_is_to_be_enabled_and_started():
    assert verbs(Unit(NAME, True), status("inactive", "", "not-found", "dead"), ["/etc/x"]) == ["enable", "start"]


def test_a_unit_that_does_not_exist_is_disabled_and_stopped():
    assert verbs(Unit(NAME, False, "stopped"), status("inactive", "", "not-found", "dead"), []) == []


def test_the_answers_belong_to_the_units_in_order_whatever_their_names(systemd):
    systemd.add("alias.service", "active", "enabled")
    systemd.add("b.timer", "inactive", "disabled")
    answer = show(systemd, [Unit("alias.service"), Unit("missing.service"), Unit("b.timer")])
    assert [(name, unit.load, unit.active, unit.file) for name, unit in answer.items()] == [
        ("alias.service", "loaded", "active", "enabled"),
        ("missing.service", "not-found", "inactive", ""),
        ("b.timer", "loaded", "inactive", "disabled"),
    ]
    assert len(systemd.commands) == 1


def test_an_answer_for_too_few_units_is_an_error():
    with pytest.raises(CommandFailed, match="described 1 of 2 units"):
        show(lambda command: (0, "LoadState=loaded\n", ""), [Unit("a"), Unit("b")])
