"""Findings of rules and of Django in one report; waivers; the level that fails."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check.catalogue import CATALOGUE
from ansible_collections.hardened.django.plugins.module_utils._settings_check.report import (
    DJANGO_CHECKS,
    apply_waivers,
    evaluate,
    finding,
    worst,
)
from ansible_collections.hardened.django.tests.unit.plugins.module_utils.settings_check.sites import SOUND, site

CHECKOUT = Path(__file__).resolve().parents[5]
TODAY = datetime.date(2027, 3, 31)
WEAK = [finding("hosts.E001", "ALLOWED_HOSTS", "wild"), finding("cache.W005", "CACHES", "open")]


def check(id: str, **more: Any) -> dict[str, Any]:
    """A message of Django."""
    return {**SOUND["checks"][0], "id": id, "silenced": False, "message": "It is weak.", **more}


def waiver(id: str, reason: str = "because", **more: Any) -> dict[str, Any]:
    return {"id": id, "reason": reason, "until": None, **more}


def ids(findings):
    return [item["id"] for item in findings]


def test_a_finding_is_complete():
    [found] = evaluate(site({"settings/ALLOWED_HOSTS": [".blog.org", "*"]})).findings
    assert found == {
        "id": "hosts.E001",
        "row": "C06",
        "level": "ERROR",
        "setting": "ALLOWED_HOSTS",
        "message": "ALLOWED_HOSTS holds '*', which lets in hosts that are not yours.",
        "hint": "Set ALLOWED_HOSTS to the domains of your site.",
    }


def test_a_rule_has_findings_or_passes_or_does_not_apply():
    report = evaluate(site({"settings/ALLOWED_HOSTS": ["*"], "service": None}))
    places = [*report.passed, *report.not_applicable, *set(ids(report.findings))]
    assert sorted(places) == sorted(set(CATALOGUE) - {"settings.W006", "waiver.W001", "waiver.I002"})


def test_findings_are_sorted_by_row_and_id():
    report = evaluate(
        site(
            {
                "checks": [check("security.W019"), check("auth.W004")],
                "settings/USE_X_FORWARDED_HOST": True,
                "mail": None,
            }
        )
    )
    assert [(item["row"], item["id"]) for item in report.findings] == [
        ("C01", "auth.W004"),
        ("C01", "security.W019"),
        ("C15", "https.W002"),
    ]


@pytest.mark.parametrize(
    ("id", "row", "setting"),
    [
        ("security.W009", "C03", "SECRET_KEY"),
        ("security.W025", "C04", "SECRET_KEY_FALLBACKS"),
        ("security.W018", "C05", "DEBUG"),
        ("security.W020", "C06", "ALLOWED_HOSTS"),
        ("security.W016", "C16", "CSRF_COOKIE_SECURE"),
        ("security.W010", "C17", "SESSION_COOKIE_SECURE"),
        ("security.W012", "C17", "SESSION_COOKIE_SECURE"),
        ("caches.W002", "C08", "CACHES"),
        ("mail.E001", "C11", "MAILERS"),
        ("staticfiles.E002", "C12", "STATICFILES_DIRS"),
        ("models.W042", "C01", ""),
    ],
)
def test_messages_of_django_are_findings(id, row, setting):
    [found] = evaluate(site({"checks": [check(id, hint="Mend it.")]})).findings
    assert found == {
        "id": id,
        "row": row,
        "level": "WARNING",
        "setting": setting,
        "message": "It is weak.",
        "hint": "Mend it.",
    }


def test_a_message_of_django_about_an_object_names_it():
    [found] = evaluate(site({"checks": [check("models.W042", object="blog.Entry", level="CRITICAL")]})).findings
    assert (found["setting"], found["level"]) == ("blog.Entry", "CRITICAL")


def test_a_message_of_django_may_lack_an_id_and_a_usual_level():
    [found] = evaluate(site({"checks": [check("", level="Level 35")]})).findings
    assert (found["id"], found["level"], found["hint"]) == ("unnamed", "ERROR", "")


def test_silenced_messages_are_no_findings():
    report = evaluate(SOUND)
    assert (report.findings, ids(report.silenced)) == ([], ["security.W004"])


def test_no_check_of_django_is_listed_after_one_that_hides_it():
    starts = [start for start, _row, _setting in DJANGO_CHECKS]
    assert not [(a, b) for number, a in enumerate(starts) for b in starts[number + 1 :] if b.startswith(a)]


def test_settings_that_a_rule_cannot_read_are_a_finding_without_their_values():
    report = evaluate(site({"settings/CACHES/default/LOCATION": ["rediss://[hidden-value"]}))
    found = [item for item in report.findings if item["id"] == "settings.W006"]
    assert "cache.W005" in "".join(item["message"] for item in found)
    assert "hidden-value" not in str(report)
    assert "cache.W005" not in [*report.passed, *report.not_applicable]


def test_a_waived_finding_is_set_apart():
    remaining, waived = apply_waivers(WEAK, [waiver("cache.W005", "firewall", until="2027-12-31")], TODAY)
    assert ids(remaining) == ["hosts.E001"]
    assert waived == [{**WEAK[1], "reason": "firewall", "until": "2027-12-31"}]


def test_a_waiver_goes_for_every_finding_of_its_id_and_for_messages_of_django():
    weak = [*WEAK, WEAK[0], *evaluate(site({"checks": [check("4_0.E001")]})).findings]
    remaining, waived = apply_waivers(weak, [waiver("hosts.E001"), waiver("4_0.E001")], TODAY)
    assert ids(remaining) == ["cache.W005"]
    assert ids(waived) == ["hosts.E001", "hosts.E001", "4_0.E001"]


@pytest.mark.parametrize(("until", "expired"), [("2027-03-30", True), ("2027-03-31", False), ("2028-01-01", False)])
def test_a_waiver_ends_with_its_last_day(until, expired):
    remaining, waived = apply_waivers(WEAK, [waiver("hosts.E001", until=until)], TODAY)
    assert ids(waived) == ([] if expired else ["hosts.E001"])
    assert ids(remaining) == (["waiver.W001", "hosts.E001", "cache.W005"] if expired else ["cache.W005"])


def test_an_expired_waiver_is_named():
    remaining, _waived = apply_waivers([], [waiver("hosts.E001", "the move", until="2027-01-01")], TODAY)
    assert [(item["setting"], item["message"]) for item in remaining] == [
        ("waive", "The waiver of hosts.E001 ended on 2027-01-01: the move")
    ]


def test_a_waiver_that_is_not_needed_is_named():
    [found], waived = apply_waivers([], [waiver("app-x.W123")], TODAY)
    assert (found["id"], found["level"], waived) == ("waiver.I002", "INFO", [])
    assert "app-x.W123" in found["message"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (waiver("hosts.E999"), "waive names the id 'hosts.E999', which is no rule"),
        (waiver("hosts"), "waive names the id 'hosts', which is no rule"),
        (waiver("security.X004"), "waive names the id 'security.X004', which is no rule"),
        (waiver("security.W004\n"), "which is no rule"),
        (waiver("waiver.W001"), "waive names the id 'waiver.W001', which is about waivers"),
        (waiver("hosts.E001", reason="  "), "waive has no reason for 'hosts.E001'"),
        (waiver("hosts.E001", until="31.3.2027"), "waive has the date '31.3.2027' for 'hosts.E001'"),
        (waiver("hosts.E001", until="2027-02-30"), "waive has the date '2027-02-30' for 'hosts.E001'"),
        (waiver("hosts.E001", until="20270230"), "waive has the date '20270230' for 'hosts.E001'"),
    ],
)
def test_a_waiver_that_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        apply_waivers(WEAK, [wrong], TODAY)


def test_an_id_cannot_be_waived_twice():
    with pytest.raises(ValueError, match=r"waive names the id 'hosts\.E001' twice"):
        apply_waivers(WEAK, [waiver("hosts.E001"), waiver("hosts.E001", until="2027-01-01")], TODAY)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["sessions.I005", "cache.W005", "hosts.E001"]),
        ("info", ["sessions.I005", "cache.W005", "hosts.E001"]),
        ("warning", ["cache.W005", "hosts.E001"]),
        ("error", ["hosts.E001"]),
        ("critical", []),
        ("never", []),
    ],
)
def test_the_level_that_fails(level, expected):
    found = [finding(id, "x", "y") for id in ("sessions.I005", "cache.W005", "hosts.E001")]
    assert ids(worst(found, level)) == expected


def test_the_list_of_rules_in_the_documentation_is_the_catalogue():
    done = subprocess.run(
        [sys.executable, "-B", CHECKOUT / "tools/rules.py"], text=True, capture_output=True, check=True
    )
    assert (CHECKOUT / "docs/settings_check.md").read_text() == done.stdout
    assert all(f"| `{id}` | {entry.row} | {entry.level} |" in done.stdout for id, entry in CATALOGUE.items())
