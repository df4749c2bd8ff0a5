# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judgement of a site: findings of the rules and of Django's own checks, less those that are waived."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.hardened.django.plugins.module_utils._settings_check.catalogue import CATALOGUE, LEVELS
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules import (
    admins,
    backup,
    cache,
    connections,
    cookies,
    database,
    database_live,
    debug,
    edge,
    errors,
    hosts,
    https,
    logging,
    mail,
    media,
    secret,
    service,
    sessions,
    settings,
    static,
    templates,
    versions,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import NotApplicable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Rule, Site

    # id, row, level, setting, message, hint; those that are waived have reason and until as well.
    Finding = dict[str, Any]

TOPICS = (
    secret,
    debug,
    hosts,
    cache,
    database,
    connections,
    database_live,
    backup,
    mail,
    static,
    media,
    https,
    cookies,
    sessions,
    templates,
    logging,
    admins,
    errors,
    versions,
    service,
    edge,
    settings,
)
RULES: dict[str, Rule] = {id: rule for topic in TOPICS for id, rule in topic.RULES.items()}

# Row and setting of Django's own checks, by their ids or the beginnings of them; the first that fits counts.
DJANGO_CHECKS = (
    ("security.W001", "C15", "MIDDLEWARE"),
    ("security.W002", "C01", "MIDDLEWARE"),
    ("security.W003", "C16", "MIDDLEWARE"),
    ("security.W004", "C15", "SECURE_HSTS_SECONDS"),
    ("security.W005", "C15", "SECURE_HSTS_INCLUDE_SUBDOMAINS"),
    ("security.W006", "C13", "SECURE_CONTENT_TYPE_NOSNIFF"),
    ("security.W008", "C15", "SECURE_SSL_REDIRECT"),
    ("security.W009", "C03", "SECRET_KEY"),
    ("security.W010", "C17", "SESSION_COOKIE_SECURE"),
    ("security.W011", "C17", "SESSION_COOKIE_SECURE"),
    ("security.W012", "C17", "SESSION_COOKIE_SECURE"),
    ("security.W013", "C17", "SESSION_COOKIE_HTTPONLY"),
    ("security.W014", "C17", "SESSION_COOKIE_HTTPONLY"),
    ("security.W015", "C17", "SESSION_COOKIE_HTTPONLY"),
    ("security.W016", "C16", "CSRF_COOKIE_SECURE"),
    ("security.W018", "C05", "DEBUG"),
    ("security.W019", "C01", "X_FRAME_OPTIONS"),
    ("security.W020", "C06", "ALLOWED_HOSTS"),
    ("security.W021", "C15", "SECURE_HSTS_PRELOAD"),
    ("security.W022", "C01", "SECURE_REFERRER_POLICY"),
    ("security.E023", "C01", "SECURE_REFERRER_POLICY"),
    ("security.E024", "C01", "SECURE_CROSS_ORIGIN_OPENER_POLICY"),
    ("security.W025", "C04", "SECRET_KEY_FALLBACKS"),
    ("security.E026", "C01", "SECURE_CSP"),
    ("security.W027", "C01", "SECURE_CSP"),
    ("security.E101", "C16", "CSRF_FAILURE_VIEW"),
    ("security.E102", "C16", "CSRF_FAILURE_VIEW"),
    ("4_0.E001", "C16", "CSRF_TRUSTED_ORIGINS"),
    ("async.E001", "C02", "DJANGO_ALLOW_ASYNC_UNSAFE"),
    ("caches.", "C08", "CACHES"),
    ("files.E001", "C13", "FILE_UPLOAD_TEMP_DIR"),
    ("mail.", "C11", "MAILERS"),
    ("mysql.", "C09", "DATABASES"),
    ("staticfiles.", "C12", "STATICFILES_DIRS"),
    ("templates.", "C20", "TEMPLATES"),
    ("urls.E006", "C12", "STATIC_URL, MEDIA_URL"),
    ("urls.E007", "C23", "ROOT_URLCONF"),
    ("urls.E008", "C23", "ROOT_URLCONF"),
)
OTHER_CHECKS = ["C01", ""]

FAIL_LEVELS = ("debug", "info", "warning", "error", "critical")
FORM_OF_ID = re.compile(r"[\w-]+\.[DIWEC]\d{3}", re.ASCII)
FORM_OF_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
EXPIRED, NOT_NEEDED = "waiver.W001", "waiver.I002"
NOT_JUDGED = "settings.W006"


class Report(NamedTuple):
    """What is wrong with a site, what is right, and what could not be judged."""

    findings: list[Finding]
    passed: list[str]
    not_applicable: dict[str, str]
    silenced: list[Finding]


def evaluate(site: Site) -> Report:
    report = Report([], [], {}, [])
    for id, rule in RULES.items():
        try:
            pairs = list(rule(site))
        except NotApplicable as reason:
            report.not_applicable[id] = str(reason)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # Settings hold what their authors like. The words of the error could hold it too.
            message = f"The rule {id} cannot read the settings that it is about ({type(error).__name__})."
            report.findings.append(finding(NOT_JUDGED, "settings", message))
        else:
            report.findings.extend(finding(id, setting, message) for setting, message in pairs)
            if not pairs:
                report.passed.append(id)
    for check in site["checks"]:
        (report.silenced if check["silenced"] else report.findings).append(_finding_of_django(check))
    return report._replace(findings=_sorted(report.findings), silenced=_sorted(report.silenced))


def apply_waivers(
    findings: Iterable[Finding], waivers: Iterable[Mapping[str, Any]], today: datetime.date
) -> tuple[list[Finding], list[Finding]]:
    """Return what remains, and what is waived. Raises ValueError for a waiver that makes no sense."""
    remaining, waived = list(findings), []
    seen: set[str] = set()
    for waiver in waivers:
        id, until = waiver["id"], waiver.get("until")
        check_waiver(waiver, seen)
        if until and today > _date(id, until):
            remaining.append(finding(EXPIRED, "waive", f"The waiver of {id} ended on {until}: {waiver['reason']}"))
            continue
        found = [item for item in remaining if item["id"] == id]
        remaining = [item for item in remaining if item["id"] != id]
        waived += [{**item, "reason": waiver["reason"], "until": until} for item in found]
        if not found:
            remaining.append(
                finding(NOT_NEEDED, "waive", f"The waiver of {id} is not needed: there is no such finding.")
            )
    return _sorted(remaining), _sorted(waived)


def check_waiver(waiver: Mapping[str, Any], seen: set[str]) -> None:
    """Raise ValueError for a waiver that makes no sense; `seen` has the ids of those before it, and gets its own."""
    id = waiver["id"]
    own_topics = {entry.topic for entry in CATALOGUE.values()}
    if id not in CATALOGUE and (not FORM_OF_ID.fullmatch(id) or id.partition(".")[0] in own_topics):
        raise ValueError(f"waive names the id {id!r}, which is no rule. Take ids from findings, such as hosts.W003.")
    if id in (EXPIRED, NOT_NEEDED):
        raise ValueError(f"waive names the id {id!r}, which is about waivers. Mend the waiver that it names.")
    if id in seen:
        raise ValueError(f"waive names the id {id!r} twice. Keep one of the two.")
    if not waiver["reason"].strip():
        raise ValueError(f"waive has no reason for {id!r}. Say why the finding is accepted.")
    if waiver.get("until"):
        _date(id, waiver["until"])
    seen.add(id)


def worst(findings: Iterable[Finding], fail_level: str) -> list[Finding]:
    """The findings at this level or above; none for "never"."""
    if fail_level == "never":
        return []
    lowest = FAIL_LEVELS.index(fail_level)
    return [item for item in findings if FAIL_LEVELS.index(item["level"].lower()) >= lowest]


def finding(id: str, setting: str, message: str) -> Finding:
    """A finding of a rule of the catalogue."""
    entry = CATALOGUE[id]
    return {
        "id": id,
        "row": entry.row,
        "level": entry.level,
        "setting": setting,
        "message": message,
        "hint": entry.hint,
    }


def _finding_of_django(check: Mapping[str, Any]) -> Finding:
    id = check["id"] or "unnamed"
    row, setting = next((about for start, *about in DJANGO_CHECKS if id.startswith(start)), OTHER_CHECKS)
    return {
        "id": id,
        "row": row,
        "level": check["level"] if check["level"] in LEVELS.values() else "ERROR",
        "setting": check["object"] or setting,
        "message": check["message"],
        "hint": check["hint"] or "",
    }


def _date(id: str, until: str) -> datetime.date:
    try:
        if FORM_OF_DATE.fullmatch(until):
            return datetime.date.fromisoformat(until)
    except ValueError:
        pass
    raise ValueError(f"waive has the date {until!r} for {id!r}, which is none. Write it as 2027-01-31.")


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    """By row, then by id; the findings of one rule stay in its order."""
    return sorted(findings, key=lambda item: (item["row"], item["id"]))
