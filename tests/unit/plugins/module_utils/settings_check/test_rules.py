"""Every rule fails where it should, passes where it should, and says so where it does not apply."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check import rules
from ansible_collections.hardened.django.plugins.module_utils._settings_check.catalogue import CATALOGUE, ENTRIES
from ansible_collections.hardened.django.plugins.module_utils._settings_check.report import (
    EXPIRED,
    NOT_JUDGED,
    NOT_NEEDED,
    RULES,
    TOPICS,
    evaluate,
    worst,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import NotApplicable
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.settings import AGREEMENTS
from ansible_collections.hardened.django.tests.unit.plugins.module_utils.settings_check.cases import (
    FAILING,
    NOT_APPLICABLE,
    PASSING,
)
from ansible_collections.hardened.django.tests.unit.plugins.module_utils.settings_check.sites import (
    ABSENT,
    DEPLOYED,
    MAILERS,
    SOUND,
    site,
)

CHECKOUT = Path(__file__).resolve().parents[5]
HELPERS = {"__init__", "base", "names", "paths", "stores"}
STRANGE: list[Any] = [None, True, False, 0, -1, 3.5, "", "x", "://[", [], [None], [[]], [{}], {}, {"type": "x.Y"}]


@pytest.mark.parametrize("changes", [{}, MAILERS], ids=["SOUND", "Django 6.1"])
def test_a_sound_site_gives_no_finding(changes):
    assert evaluate(site(changes)).findings == []


def test_a_site_as_the_collection_deploys_it_gives_remarks_only():
    found = evaluate(DEPLOYED).findings
    assert worst(found, "warning") == []
    assert [finding["id"] for finding in found] == [
        "cache.I007",
        "database.I005",
        "backup.I001",
        "admins.I001",
        "errors.I002",
        "errors.I002",
    ]


def test_before_the_first_start_a_sound_site_gives_no_finding():
    """No service, no probe, and nothing asked for."""
    unknown: dict[str, Any] = {
        "service": None,
        "databases": {},
        "caches": {},
        "mail": None,
        "migrations": None,
        "expect": {},
    }
    assert evaluate(site(unknown)).findings == []


@pytest.mark.parametrize(("id", "changes", "setting", "piece"), FAILING)
def test_failing(id, changes, setting, piece):
    changed = site(changes)
    found = list(RULES[id](changed))
    assert any(name == setting and piece in message for name, message in found), found
    assert id in [finding["id"] for finding in evaluate(changed).findings]


@pytest.mark.parametrize(("id", "changes"), PASSING)
def test_passing(id, changes):
    report = evaluate(site(changes))
    assert id in report.passed, (report.not_applicable.get(id), report.findings)


@pytest.mark.parametrize(("id", "changes", "piece"), NOT_APPLICABLE)
def test_not_applicable(id, changes, piece):
    assert piece in evaluate(site(changes)).not_applicable.get(id, "it applies")


@pytest.mark.parametrize("id", RULES)
def test_every_rule_has_examples(id):
    assert id in {case[0] for case in FAILING}
    assert id in {case[0] for case in PASSING} or id in evaluate(SOUND).passed


@pytest.mark.parametrize("rule", AGREEMENTS, ids=lambda rule: f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}")
def test_nothing_is_compared_that_nobody_asked_for(rule):
    with pytest.raises(NotApplicable, match="nothing was asked for"):
        list(rule(site({"expect": {}})))


def test_nothing_is_compared_that_the_project_decides():
    unmanaged = [*SOUND["settings"], "DJANGO_SETTINGS_MODULE"]
    found = evaluate(site({"expect/unmanaged": unmanaged})).not_applicable
    left = {id for id, reason in found.items() if reason.endswith("is left to the project")}
    assert left == {id for id, rule in RULES.items() if rule in AGREEMENTS} | {"settings.E005"}


@pytest.mark.parametrize("name", [*SOUND["settings"], *(name[9:] for name in MAILERS if name.startswith("settings/"))])
@pytest.mark.parametrize("base", [{}, MAILERS], ids=["SOUND", "Django 6.1"])
def test_strange_settings_do_no_harm(base, name):
    for value in STRANGE:
        report = evaluate(site({**base, f"settings/{name}": value}))
        assert {finding["id"] for finding in report.findings} <= CATALOGUE.keys() - {NOT_JUDGED}, (name, value)


@pytest.mark.parametrize("path", ["CACHES/default", "DATABASES/default", "STORAGES/default", "STORAGES/staticfiles"])
def test_strange_parts_of_settings_do_no_harm(path):
    for key in ("", "/BACKEND", "/ENGINE", "/HOST", "/LOCATION", "/NAME", "/OPTIONS", "/PASSWORD", "/CONN_MAX_AGE"):
        for value in STRANGE:
            report = evaluate(site({f"settings/{path}{key}": value}))
            assert {finding["id"] for finding in report.findings} <= CATALOGUE.keys(), (path, key, value)


def test_missing_settings_do_no_harm():
    for name in SOUND["settings"]:
        evaluate(site({f"settings/{name}": ABSENT}))


def test_no_file_of_rules_is_forgotten():
    directory = Path(next(iter(rules.__path__)))
    files = {path.stem for path in directory.glob("*.py")} - HELPERS
    assert files == {topic.__name__.rpartition(".")[2] for topic in TOPICS}
    assert len(RULES) == sum(len(topic.RULES) for topic in TOPICS)


def test_catalogue_and_rules_have_the_same_ids():
    assert set(CATALOGUE) == set(RULES) | {EXPIRED, NOT_NEEDED, NOT_JUDGED}
    assert len(CATALOGUE) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_entries_of_the_catalogue_are_complete(entry):
    rows = re.findall(r"^\| (C\d\d) \|", (CHECKOUT / "docs/checklist.md").read_text(), re.MULTILINE)
    assert re.fullmatch(r"[a-z]+\.[IWE]\d{3}", entry.id)
    assert entry.row in rows
    assert all(text[0].isupper() and text.endswith(".") and "|" not in text for text in (entry.why, entry.hint))


def test_numbers_of_a_topic_have_no_gap():
    for topic in {entry.topic for entry in ENTRIES}:
        numbers = [int(entry.id[-3:]) for entry in ENTRIES if entry.topic == topic]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), topic
