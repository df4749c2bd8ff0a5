# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole settings files: corpus/bad with the mistakes that people make, corpus/good without; and what each must give.

They are kept as text: specimens, not code of this project.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check.launch import LaunchError
from ansible_collections.hardened.django.plugins.module_utils._settings_check.report import evaluate

CORPUS = Path(__file__).parent / "corpus"
VERSIONS = ("4.2", "5.2", "6") if sys.version_info >= (3, 12) else ("4.2", "5.2")

PASSWORD = "Gu3Vq8-Ny5-Tz0-Ka7-Bw2"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "Xo4-Lh9-Fs1-Dk6-Rp3-" * 3,
    "DJANGO_SECRET_KEY": "Jm8-Ce2-Yt7-Wv0-Qb5-" * 3,
    "DEBUG": "False",
    "DATABASE_PASSWORD": PASSWORD,
    "REDIS_PASSWORD": PASSWORD,
    "EMAIL_PASSWORD": PASSWORD,
    "REDIS_URL": f"rediss://site:{PASSWORD}@10.0.0.3:6379/0",
    "EMAIL_URL": f"smtp+tls://site:{PASSWORD}@mail.provider.example:587",
    "SENTRY_DSN": "https://key@errors.provider.example/1",
}
PROJECT = {
    "config/settings/__init__.py": "",
    "config/settings/base.py": (CORPUS / "base.py.txt").read_text(encoding="utf-8"),
    "config/urls.py": "urlpatterns = []\n",
    "config/api_urls.py": "handler400 = handler403 = handler404 = handler500 = 'pages.views.error'\nurlpatterns = []\n",
    "pages/__init__.py": "",
    "pages/apps.py": "from django.apps import AppConfig\nclass PagesConfig(AppConfig):\n    name = 'pages'\n",
    "pages/views.py": "def error(request, exception=None):\n    raise NotImplementedError\n",
    "templates/404.html": "<p>{{ request_path }} is not here.\n",
    "templates/500.html": "<p>Something went wrong.\n",
    "assets/site.css": "",
    "theme/theme.css": "",
    "credentials/secret_key": "Ub1-Xj5-Mf9-Pd3-Hn7-" * 3,
    "credentials/database_password": f"{PASSWORD}\n",
    "credentials/cache_password": PASSWORD,
    # Stand-ins for packages that projects install.
    "debug_toolbar/__init__.py": "",
    "silk/__init__.py": "",
    "pymemcache/__init__.py": "Client = HashClient = None\n",
    "pymemcache/serde.py": "pickle_serde = None\n",
    "django_redis/__init__.py": "",
    "django_redis/cache.py": "from django.core.cache.backends.redis import RedisCache as RedisCache\n",
    "themes/sepia/500.html": "{% load sepia %}<p>{% sepia %}\n",
}
# What a host of the collection has, whatever the settings say.
PATHS = {
    "STATIC_ROOT": {"exists": True, "writable": False, "manifest": True},
    "MEDIA_ROOT": {"exists": True, "writable": True, "manifest": False},
}
NOW = 1_800_000_000.0
SERVICE = {
    "name": "site.service",
    "user": "site",
    "uid": 998,
    "active": True,
    "failed": False,
    "has_active_socket": True,
    "processes": 3,
    "interface": "wsgi",
    "runserver": False,
    "credentials": [],
    "drift": [],
    "local_addresses": ["127.0.0.1", "::1", "10.0.0.1"],
    "timer": {
        "name": "site-clearsessions.timer",
        "enabled": True,
        "active": True,
        "last_result": "success",
        "next_run": NOW + 3600,
    },
    "backups": {"path": "/var/lib/hardened.django/site/backups.json", "error": "", "times": {}},
    "rotated": ["/tmp/*.log"],
}
EXPECT: dict[str, Any] = {
    "debug": False,
    "secure_cookies": True,
    "proxy_header": ["HTTP_X_FORWARDED_PROTO", "https"],
    "processes": 6,
}


@dataclass(frozen=True)
class Case:
    """A file of the corpus: whose settings they are, and the ids that they give with Django 5.2 and other versions.

    A text in place of ids is how the refusal begins when the settings cannot be loaded.
    """

    project: str
    ids: set[str] | str
    others: dict[str, set[str] | str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


CASES: dict[str, Case] = {
    "good/configurations": Case("library", set(), environment={"DJANGO_CONFIGURATION": "Production"}),
    "good/credentials": Case("city", set(), environment={"CREDENTIALS_DIRECTORY": "credentials"}),
    "good/database_url": Case("weather", set()),
    "good/django6": Case(
        "newsletter",
        "The settings cannot be loaded: ModuleNotFoundError: No module named 'django.utils.csp'",
        {"6": set()},
    ),
    "good/environ_library": Case("intranet", set(), {"4.2": set(), "6": {"versions.I003"}}),
    "good/plain": Case("blog", set(), {"4.2": set(), "6": {"admins.I003", "versions.I003"}}),
    "good/star_import": Case("shop", set()),
    "bad/addresses_of_the_manual": Case("blog", {"admins.I005", "admins.W004", "email.W002"}),
    "bad/admins_as_strings": Case("library", {"admins.E002"}, {"4.2": {"admins.E002"}, "6": {"versions.I003"}}),
    "bad/admins_mixed": Case(
        "city",
        {"admins.E002", "admins.I005"},
        {"6": {"admins.E002", "admins.I003", "admins.I005", "versions.I003"}},
    ),
    "bad/age_beside_pool": Case("intranet", {"database.E009"}, {"4.2": {"database.E008"}}),
    "bad/age_inside_options": Case("weather", {"database.E008", "database.I011"}),
    "bad/broken_error_page": Case("blog", {"errors.E001"}),
    "bad/console_mail": Case("newsletter", {"email.E001"}),
    "bad/cookies_for_every_site": Case("weather", {"cookies.W001", "cookies.W002", "cookies.W003", "security.W019"}),
    "bad/cookies_not_secure": Case("library", {"cookies.I006", "security.W012", "security.W015", "security.W016"}),
    "bad/cookies_of_another_site": Case("shop", {"cookies.E004", "cookies.E005", "hosts.W003", "sessions.E002"}),
    "bad/database_without_tls": Case(
        "city", {"cache.I006", "database.E003", "database.I002", "database.W004", "database.W012"}
    ),
    "bad/debug_from_a_string": Case(
        "intranet", {"https.E001", "security.W008", "security.W012", "security.W016", "security.W018"}
    ),
    "bad/debug_silenced": Case("weather", {"debug.E001", "debug.W003"}),
    "bad/debug_toolbar": Case("blog", {"debug.I005", "debug.I006", "debug.W004"}),
    "bad/decimal_permissions": Case("intranet", {"admins.I005", "media.W001", "media.W005"}),
    "bad/default_cache": Case("library", {"cache.E001"}),
    "bad/dummy_cache_for_sessions": Case("blog", {"cache.W002", "sessions.E002"}),
    "bad/file_cache_and_sessions": Case("newsletter", {"cache.W003", "sessions.W001"}),
    "bad/hosts_empty": Case("intranet", {"security.W020"}),
    "bad/hosts_of_an_unset_variable": Case("weather", {"hosts.E002", "hosts.W005"}),
    "bad/hosts_of_development": Case("club", {"hosts.E002"}),
    "bad/hosts_with_scheme": Case("shop", {"hosts.E002", "hosts.W005"}),
    "bad/insecure_key": Case("city", {"secret.E001", "security.W009"}),
    "bad/key_in_source": Case("blog", {"secret.E001", "secret.E005", "secret.I006"}),
    "bad/log_that_cannot_be_written": Case("shop", {"logging.E002", "logging.I006", "logging.I007", "logging.W005"}),
    "bad/log_without_directory": Case(
        "intranet", "Django cannot be set up with the settings: ValueError: Unable to configure handler 'file'"
    ),
    "bad/lost_errors": Case("newsletter", {"admins.I001", "logging.W001"}),
    "bad/mail_from_localhost": Case("library", {"email.W002", "logging.I004"}),
    "bad/mail_with_tls_twice": Case("weather", {"email.E004"}),
    "bad/mail_without_tls": Case("club", {"email.W003"}),
    "bad/mailers_beside_email": Case(
        "newsletter",
        {"email.W003", "versions.W009"},
        {"6": "The settings cannot be loaded: ImproperlyConfigured: Deprecated email settings are not allowed"},
    ),
    "bad/mailers_of_development": Case(
        "shop",
        {"admins.E002", "database.W012", "versions.W001", "versions.W009"},
        {
            "6": {
                "database.W012",
                "email.E001",
                "email.W003",
                "mail.E001",
                "versions.I005",
                "versions.W001",
                "versions.W004",
                "versions.W006",
            }
        },
    ),
    "bad/mails_for_nobody": Case("club", {"admins.I001", "logging.I003", "logging.W001"}),
    "bad/media_in_the_code": Case("blog", {"media.E002"}),
    "bad/media_inside_static": Case("library", {"media.E003", "static.E002"}),
    "bad/memory_cache_for_sessions": Case("club", {"cache.I004", "sessions.E002", "sessions.I005"}),
    "bad/no_apps": Case("library", {"settings.E001", "settings.E002"}),
    "bad/no_cached_loader": Case("city", {"template.W001"}),
    "bad/no_redirect_to_https": Case("city", {"security.W006", "security.W008", "security.W022"}),
    "bad/no_security_middleware": Case("blog", {"cookies.E008", "security.W001", "security.W002", "security.W003"}),
    "bad/no_static_root": Case("newsletter", {"static.E001"}),
    "bad/origins_without_scheme": Case("intranet", {"4_0.E001", "versions.W008"}, {"4.2": {"4_0.E001"}}),
    "bad/other_proxy_header": Case("shop", {"cookies.I006", "https.E001", "https.E005", "https.W002", "https.W003"}),
    "bad/pickled_sessions": Case(
        "shop", {"sessions.E006", "sessions.W001"}, {"4.2": {"sessions.E006", "sessions.W001"}}
    ),
    "bad/preload_without_subdomains": Case("newsletter", {"https.W004"}),
    "bad/redis_without_password": Case(
        "library", {"cache.I004", "cache.I007", "cache.W005", "database.I005", "database.I011"}
    ),
    "bad/short_key": Case("weather", {"secret.E001", "security.W009"}),
    "bad/sqlite": Case("club", {"database.E001"}),
    "bad/sqlite_by_default_url": Case("shop", {"database.E001"}),
    "bad/startproject": Case(
        "club",
        {
            "admins.I001",
            "cache.E001",
            "database.E001",
            "email.W002",
            "errors.I002",
            "https.E001",
            "logging.W001",
            "media.W001",
            "secret.E001",
            "security.W004",
            "security.W008",
            "security.W009",
            "security.W012",
            "security.W016",
            "security.W018",
            "security.W020",
            "static.E001",
            "versions.I002",
        },
    ),
    "bad/static_inside_media": Case("club", {"static.E002"}),
    "bad/template_debug": Case("shop", {"debug.W002"}),
    "bad/uploads_for_everybody": Case("city", {"media.W005"}),
    "bad/wildcard_hosts": Case("blog", {"hosts.E001"}),
}


# What an inventory asked for beyond EXPECT, and the ids that a file then gives in addition.
CREDENTIALS = {"secret_key_credential": "secret_key", "database_password_credential": "database_password"}
AGAINST_AN_INVENTORY: dict[str, tuple[dict[str, Any], set[str]]] = {
    "good/credentials": (CREDENTIALS, set()),
    "good/environ_library": (
        {"database_host": "10.0.0.2", "database_name": "intranet", "static_root": "/srv/intranet/static"},
        set(),
    ),
    "good/plain": ({"cache_host": "10.0.0.3", "media_root": "/var/lib/blog/media", "minimum_django": "4.2"}, set()),
    "bad/default_cache": ({"cache_host": "10.0.0.3"}, {"cache.E008"}),
    "bad/key_in_source": (CREDENTIALS, {"database.E018", "secret.E007"}),
    "bad/media_in_the_code": (
        {"media_root": "/var/lib/blog/media", "static_root": "/srv/blog/static"},
        {"media.E004", "static.E006"},
    ),
    "bad/sqlite": ({"database_host": "10.0.0.2", "database_name": "club"}, {"database.E006", "database.E007"}),
}


def look_at(probe, python, name: str) -> dict[str, Any]:
    """What the probe says of one file, as the settings of its project on a host of the collection."""
    case = CASES[name]
    host = f"www.{case.project}.example"
    environment = {
        **ENVIRONMENT,
        "ALLOWED_HOSTS": host,
        "DATABASE_URL": f"postgres://{case.project}:{PASSWORD}@10.0.0.2:5432/{case.project}?sslmode=verify-full",
        **case.environment,
    }
    settings = (CORPUS / f"{name}.py.txt").read_text(encoding="utf-8")
    site = probe(python, {**PROJECT, "config/settings/production.py": settings}, environment, folder=name)
    return {
        **site,
        "paths": PATHS,
        "service": SERVICE,
        "edge": None,
        "now": NOW,
        "expect": {**EXPECT, "domains": [host]},
    }


def judge(site: dict[str, Any]) -> set[str]:
    findings = evaluate(site).findings
    assert PASSWORD not in json.dumps(findings)
    return {finding["id"] for finding in findings}


def differences(probe, python, name: str, expected: set[str] | str) -> list[str]:
    """What is not as expected: ids too many, ids too few, or another refusal."""
    try:
        site = look_at(probe, python, name)
    except LaunchError as refused:
        message = str(refused)
        assert PASSWORD not in message
        return [] if isinstance(expected, str) and message.startswith(expected) else [message]
    if isinstance(expected, str):
        return ["the settings can be loaded"]
    wrong = compare(judge(site), expected)
    if name in AGAINST_AN_INVENTORY:
        wanted, more = AGAINST_AN_INVENTORY[name]
        wrong += compare(judge({**site, "expect": {**site["expect"], **wanted}}), expected | more)
    if name.startswith("good/"):
        # Before the first start, when nothing is known of the host.
        wrong += compare(judge({**site, "service": None, "expect": {"domains": site["expect"]["domains"]}}), expected)
    return wrong


def compare(found: set[str], expected: set[str]) -> list[str]:
    return [f"{id} is {'missing' if id in expected else 'too much'}" for id in sorted(found ^ expected)]


@pytest.mark.parametrize(("every_django", "version"), [(v, v) for v in VERSIONS], indirect=["every_django"])
def test_each_file_gives_exactly_these_findings(probe, every_django, version):
    """The files side by side, because each probe is a process of its own."""
    expected = {name: case.ids if version == "5.2" else case.others.get(version) for name, case in CASES.items()}
    with ThreadPoolExecutor() as pool:
        running = {
            name: pool.submit(differences, probe, every_django, name, ids)
            for name, ids in expected.items()
            if ids is not None
        }
    assert {name: found.result() for name, found in running.items() if found.result()} == {}


def test_every_file_is_in_the_table():
    files = [str(path.relative_to(CORPUS)).removesuffix(".py.txt") for path in CORPUS.glob("*/*.py.txt")]
    assert sorted(files) == sorted(CASES)
    assert AGAINST_AN_INVENTORY.keys() <= CASES.keys()
