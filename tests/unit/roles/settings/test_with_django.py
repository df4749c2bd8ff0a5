# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private settings over real projects with a real Django, as the processes of a release see them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check import report
from ansible_collections.hardened.django.plugins.module_utils._settings_check.launch import Launcher, LaunchError, look

SECRET_BEGINNINGS = ("the-secret-key", "the-database-password", "the-cache-password", "another-secret")
CHECKOUT = Path(__file__).resolve().parents[4]
PROJECTS = CHECKOUT / "tests/projects"
GUESTBOOK = CHECKOUT / "examples/guestbook"

# As an inventory has them, with a database and a cache host.
INVENTORY = {
    "project_name": "blog",
    "project_domain": "www.blog.example",
    "project_aliases": ["*.blog.example"],
    "project_database_address": "db.blog.example",
    "project_cache_address": "cache.blog.example",
    "settings_database_login": "blog.2",
}
COOKIES = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]

# A case is the working directory, its place in PYTHONPATH, and what the inventory says.
OVERLAYS: dict[str, tuple[Path, dict[str, Any]]] = {
    "guestbook": (GUESTBOOK, {"settings_modules": ["website.settings"]}),
    "guestbook with another cache": (
        GUESTBOOK,
        {
            "settings_modules": ["website.settings"],
            "settings_caches": {
                "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
            },
        },
    ),
    "pypi_like": (PROJECTS / "pypi_like", {"settings_modules": ["pinboard.settings"]}),
    "classes": (
        PROJECTS / "classes",
        {"settings_modules": ["shelf.settings"], "settings_configuration": "Production"},
    ),
    "replaced": (PROJECTS / "replaced", {"settings_modules": ["hub.settings"]}),
    "early": (PROJECTS / "early", {"settings_modules": ["diary.settings"], "settings_skip_package_code": True}),
    "split": (
        PROJECTS / "split/src",
        {
            "settings_modules": ["portal.settings.base", "portal.settings.production"],
            "settings_databases": {"replica": {"HOST": "replica.blog.example"}},
        },
    ),
    "inifile": (
        PROJECTS / "inifile",
        {
            "settings_modules": ["settings"],
            "settings_environment": {"LIBRARY_CONFIG": "{{ settings_directory }}/library.ini"},
            "settings_files": [
                {
                    "path": "library.ini",
                    "secret_content": (PROJECTS / "inifile/example.ini").read_text(encoding="utf-8"),
                }
            ],
        },
    ),
    "environ": (
        PROJECTS / "environ",
        {
            "settings_modules": ["shop.settings"],
            "settings_environment": {
                "EMAIL_HOST": "mail.blog.example",
                "DEFAULT_FROM_EMAIL": "Blog <blog@blog.example>",
            },
            "settings_secret_environment": {"SECRET_KEY": "{secret_key}", "DATABASE_URL": "sqlite://:memory:"},
        },
    ),
}
ENVIRONMENT_ONLY: dict[str, tuple[Path, dict[str, Any]]] = {
    "environ": (
        PROJECTS / "environ",
        {
            "settings_private_module": False,
            "settings_modules": ["shop.settings"],
            "settings_allowed_hosts": ["www.blog.example"],
            "settings_unmanaged": [*COOKIES, "MEDIA_ROOT", "STATIC_ROOT", "SECURE_PROXY_SSL_HEADER"],
            "settings_environment": {
                "SHOP_DEBUG": "no",
                "SITE_HOST": "{{ project_domain }}",
                "EMAIL_HOST": "mail.blog.example",
                "DEFAULT_FROM_EMAIL": "Blog <blog@blog.example>",
            },
            "settings_secret_environment": {
                "SECRET_KEY": "{secret_key}",
                "DATABASE_URL": (
                    "postgres://{database_user}:{database_password_quoted}@{{ project_database_host }}:5432/blog"
                ),
                "CACHE_URL": "rediscache://blog:{cache_password_quoted}@{{ project_cache_host }}:6379/0",
            },
        },
    ),
    "reads_settings": (
        PROJECTS / "reads_settings",
        {
            "settings_private_module": False,
            "settings_modules": ["site_pkg.settings"],
            "settings_unmanaged": [*COOKIES, "MEDIA_ROOT"],
            "settings_environment": {
                "SITE_HOSTS": "{{ settings_allowed_hosts | join(',') }}",
                "SITE_DATABASE_ENGINE": "django.db.backends.postgresql",
                "SITE_DATABASE_NAME": "blog",
                "SITE_DATABASE_HOST": "{{ project_database_host }}",
                "SITE_CACHE_BACKEND": "django.core.cache.backends.redis.RedisCache",
                "SITE_STATIC_ROOT": "{{ settings_static_root }}",
            },
            "settings_secret_environment": {
                "SITE_SECRET_KEY": "{secret_key}",
                "SITE_DATABASE_USER": "{database_user}",
                "SITE_DATABASE_PASSWORD": "{database_password}",
                "SITE_CACHE_LOCATION": "redis://blog:{cache_password_quoted}@{{ project_cache_host }}:6379/0",
            },
        },
    ),
}


class Installed:
    """A project with its private settings, and the ways to look at it."""

    def __init__(self, python: Path, directory: Path, environment: dict[str, str], expected: dict[str, Any]) -> None:
        self.python, self.directory, self.environment, self.expected = python, directory, environment, expected

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the project's Python as its service runs it."""
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def errors(self) -> list[str]:
        """What stops a release before its migrations: the settings, and their beginnings of the messages."""
        launcher = Launcher([str(self.python), "-B", "-"], "", str(self.directory), self.environment)
        options = {
            "seconds": 30,
            "salt": "",
            "settings": "",
            "pythonpath": [],
            "tags": [],
            "databases": [],
            "probe": [],
        }
        site = look(launcher, {**options, "django_checks": False})
        judged = report.evaluate({**site, "service": None, "now": 0.0, "expect": self.expected})
        found = report.worst(judged.findings, "error")
        assert not [name for name in SECRET_BEGINNINGS if name in json.dumps([found, site])]
        return [f"{finding['id']} {finding['setting']}" for finding in found]


@pytest.fixture
def install(facts, credentials, parse_environment, tmp_path) -> Callable[..., Installed]:
    """Install the private settings of a project."""

    def prepare(python: Path, project: tuple[Path, dict[str, Any]], **changes: Any) -> Installed:
        directory, variables = project
        settings, home = tmp_path / "settings", tmp_path / "home"
        home.mkdir()
        settings.mkdir()
        rendered = facts(**{**INVENTORY, "settings_directory": str(settings), **variables, **changes})
        for file in rendered["settings_rendered"]:
            content = file.get("content", file.get("secret_content"))
            (settings / file["path"]).write_text(content, encoding="utf-8")
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "PYTHONPATH": f"{settings}:{directory}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "CREDENTIALS_DIRECTORY": str(credentials),
            **parse_environment((settings / "environment").read_text(encoding="utf-8")),
        }
        return Installed(python, directory, environment, rendered["settings_expected"])

    return prepare


def assert_sound(project: Installed) -> None:
    assert project.errors() == []
    result = project("-m", "django", "check")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("System check identified no issues")


@pytest.mark.parametrize("project", OVERLAYS.values(), ids=OVERLAYS)
def test_a_project_gets_its_settings_from_the_private_module(install, every_django, project):
    assert_sound(install(every_django, project))


@pytest.mark.parametrize("project", ENVIRONMENT_ONLY.values(), ids=ENVIRONMENT_ONLY)
def test_a_project_gets_its_settings_from_its_environment(install, every_django, project):
    assert_sound(install(every_django, project))


def test_the_example_passes_the_deployment_checks(install, every_django):
    run = install(every_django, OVERLAYS["guestbook"])
    result = run("-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("module", ["private_wsgi", "private_asgi"])
@pytest.mark.parametrize(
    "project", [OVERLAYS["split"], ENVIRONMENT_ONLY["reads_settings"]], ids=["overlay", "environment"]
)
def test_the_application_uses_the_same_settings(install, one_django, module, project):
    code = f"import {module}; from django.conf import settings as s; print(s.DEBUG, s.DATABASES['default']['HOST'])"
    assert install(one_django, project)("-c", code).stdout == "False db.blog.example\n"


def test_the_owner_of_the_tables_is_the_user_of_those_who_have_its_password(install, one_django, credentials):
    replica = {"replica": {"HOST": "r", "USER": "reader"}}
    changes = {"settings_database_owner": "blog_owner", "settings_databases": replica}
    run = install(one_django, OVERLAYS["split"], **changes)
    code = (
        "from django.conf import settings as s; d = s.DATABASES;"
        "print(d['default']['USER'], d['default']['PASSWORD'][:6], d['replica']['USER'])"
    )
    assert run("-c", code).stdout == "blog.2 the-da reader\n"
    (credentials / "database_owner_password").write_text("owner's", encoding="utf-8")
    assert run("-c", code).stdout == "blog_owner owner' reader\n"


def test_values_of_a_project_stay(install, one_django):
    code = (
        "from django.conf import settings as s; d = s.DATABASES; c = s.CACHES;"
        "print(d['default']['ATOMIC_REQUESTS'], d['default']['OPTIONS'], d['replica']['HOST'], d['replica']['TEST'],"
        " c['default']['BACKEND'], c['default']['KEY_PREFIX'], c['sessions']['KEY_PREFIX'], s.SESSION_ENGINE,"
        " type(s.STATIC_ROOT).__name__, type(s.ALLOWED_HOSTS).__name__)"
    )
    expected = (
        "True {'application_name': 'portal', 'sslmode': 'require'} replica.blog.example {'MIRROR': 'default'}"
        " portal.cache.PingableRedisCache blog.portal blog.sessions django.contrib.sessions.backends.cache"
        " PosixPath tuple\n"
    )
    assert install(one_django, OVERLAYS["split"])("-c", code).stdout == expected


@pytest.mark.parametrize(
    "project", [OVERLAYS["guestbook"], *ENVIRONMENT_ONLY.values()], ids=["overlay", *ENVIRONMENT_ONLY]
)
def test_the_secrets_reach_the_settings_whole(install, one_django, secrets, project):
    code = (
        "import json; from django.conf import settings as s;"
        "print(json.dumps([s.SECRET_KEY, s.DATABASES['default']['PASSWORD'], s.CACHES['default']['LOCATION']]))"
    )
    key, password, location = json.loads(install(one_django, project)("-c", code).stdout)
    assert (key, password) == (secrets["secret_key"], secrets["database_password"])
    assert "the-cache-password%3A%20p%40ss%3Aw%2Frd%3F%23%25@cache.blog.example:6379" in location


LOGGED = r"""
import django, logging
django.setup()
logger = logging.getLogger("shop")
logger.info("nobody sees it")
logging.getLogger("django").info("nor this")
logger.warning("two\nlines", extra={"order": 7})
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("broken")
"""


def test_records_are_told_to_the_journal_with_their_level(install, every_django):
    project = install(every_django, OVERLAYS["environ"], settings_log_level="WARNING")
    shown = project("-c", LOGGED).stderr.splitlines()
    assert shown[:4] == ["WARNING shop: two", "lines", "ERROR shop: broken", "Traceback (most recent call last):"]
    project.environment["JOURNAL_STREAM"] = "8:1"
    lines = project("-c", LOGGED).stderr.splitlines()
    assert lines[:3] == ["<4>WARNING shop: two", "<4>lines", "<3>ERROR shop: broken"]
    assert lines[-1] == "<3>ZeroDivisionError: division by zero"


def test_records_are_lines_of_json(install, every_django):
    project = install(every_django, OVERLAYS["environ"], settings_log_level="WARNING", settings_log_format="json")
    warning, error = map(json.loads, project("-c", LOGGED).stderr.splitlines())
    assert warning.pop("time").endswith("Z")
    assert warning == {"level": "WARNING", "logger": "shop", "message": "two\nlines", "order": 7}
    assert (error["level"], error["message"]) == ("ERROR", "broken")
    assert "ZeroDivisionError: division by zero" in error["exception"]


def test_the_same_error_is_mailed_once_and_a_mail_that_fails_harms_nobody(install, every_django):
    code = """
import django, logging
django.setup()
from django.core import mail
logger = logging.getLogger("django.request")
for _time in range(3):
    logger.error("the same")
logger.error("another")
logger.warning("no error")
print(sorted(sent.subject for sent in mail.outbox))
from django.utils import log
log.AdminEmailHandler.send_mail = lambda *arguments, **keywords: 1 / 0
logger.error("no mail server")
print("served")
"""
    extra = "EMAIL_BACKEND = 'django.core.mail.backends.locmem.EmailBackend'"
    admins = ["Operations <ops@blog.example>"]
    project = install(every_django, OVERLAYS["environ"], settings_admins=admins, settings_extra=extra)
    done = project("-c", code)
    assert done.stdout == "['[Django] ERROR: another', '[Django] ERROR: the same']\nserved\n", done.stderr
    assert "ZeroDivisionError" in done.stderr


def test_a_project_reads_its_environment_as_it_was_written(install, one_django):
    value = "two\nlines $HOME 'a' \"b\" \\n"
    given = OVERLAYS["environ"][1]["settings_environment"]
    run = install(one_django, OVERLAYS["environ"], settings_environment={**given, "ODD_VALUE": value, "EMPTY": ""})
    assert json.loads(run("-m", "django", "show_environment", "ODD_VALUE").stdout) == value
    assert json.loads(run("-m", "django", "show_environment", "EMPTY").stdout) == ""


# Without applications or pages no page of errors can be made.
PAGES = [f"errors.E001 {code}.html" for code in (400, 403, 404, 500)]
# What is wrong, and what is found.
FAULTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "debug": ({"settings_extra": "DEBUG = True"}, ["debug.E001 DEBUG"]),
    "secret key": ({"settings_extra": "SECRET_KEY = 'the-secret-key-of-someone-else'"}, ["secret.E007 SECRET_KEY"]),
    "wildcard": ({"settings_extra": "ALLOWED_HOSTS.append('*')"}, ["hosts.E001 ALLOWED_HOSTS"]),
    "no applications": ({"settings_extra": "INSTALLED_APPS = []"}, ["settings.E001 INSTALLED_APPS", *PAGES]),
    "everything": (
        {
            "settings_extra": """
DATABASES["default"] |= {"HOST": "elsewhere", "NAME": "other", "PASSWORD": "another-secret"}
ALLOWED_HOSTS = ["localhost"]
CACHES["default"]["LOCATION"] = "redis://me:another-secret@elsewhere:6379"
STATIC_ROOT, MEDIA_ROOT = None, "/tmp/media"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SECURE_PROXY_SSL_HEADER = None
ROOT_URLCONF = ""
""",
        },
        [
            "settings.E002 ROOT_URLCONF",
            "hosts.E002 ALLOWED_HOSTS",
            "hosts.E002 ALLOWED_HOSTS",
            'cache.E008 CACHES["default"]["LOCATION"]',
            'database.E006 DATABASES["default"]["HOST"]',
            'database.E007 DATABASES["default"]["NAME"]',
            'database.E018 DATABASES["default"]["PASSWORD"]',
            "static.E001 STATIC_ROOT",
            "static.E006 STATIC_ROOT",
            "media.E004 MEDIA_ROOT",
            "https.E001 SECURE_PROXY_SSL_HEADER",
            "cookies.E008 CSRF_COOKIE_SECURE",
            "cookies.E007 SESSION_COOKIE_SECURE",
        ],
    ),
    "without what is left to the project": (
        {"settings_unmanaged": ["DEBUG", "MEDIA_ROOT", "CACHES"], "settings_extra": "ALLOWED_HOSTS = []"},
        ['cache.E001 CACHES["default"]["BACKEND"]', "media.E002 MEDIA_ROOT", "sessions.E002 SESSION_ENGINE"],
    ),
}
# Variables, those that hold secrets, and what is found.
ENVIRONMENT_FAULTS: dict[str, tuple[dict[str, str], dict[str, str], list[str]]] = {
    "wildcard": ({"SITE_HOSTS": "{{ settings_allowed_hosts | join(',') }},*"}, {}, ["hosts.E001 ALLOWED_HOSTS"]),
    "forgotten": (
        {"SITE_DEBUG": "yes", "SITE_DATABASE_HOST": "", "SITE_STATIC_ROOT": "static"},
        {},
        ["debug.E001 DEBUG", 'database.E006 DATABASES["default"]["HOST"]', "static.E006 STATIC_ROOT"],
    ),
    "secrets": (
        {},
        {"SITE_SECRET_KEY": "another-secret", "SITE_DATABASE_PASSWORD": "{cache_password}"},
        ["secret.E007 SECRET_KEY", 'database.E018 DATABASES["default"]["PASSWORD"]'],
    ),
}


@pytest.mark.parametrize(("changes", "found"), FAULTS.values(), ids=FAULTS)
def test_settings_that_are_not_as_asked_for_are_refused(install, one_django, changes, found):
    assert install(one_django, OVERLAYS["guestbook"], **changes).errors() == found


@pytest.mark.parametrize(("values", "secret_values", "found"), ENVIRONMENT_FAULTS.values(), ids=ENVIRONMENT_FAULTS)
def test_an_environment_that_is_not_as_asked_for_is_refused(install, one_django, values, secret_values, found):
    project = ENVIRONMENT_ONLY["reads_settings"]
    changes = {
        "settings_environment": {**project[1]["settings_environment"], **values},
        "settings_secret_environment": {**project[1]["settings_secret_environment"], **secret_values},
    }
    assert install(one_django, project, **changes).errors() == found


@pytest.mark.parametrize(
    ("project", "changes", "message"),
    [
        (
            OVERLAYS["guestbook"],
            {"settings_modules": ["website.settings.production"]},
            "ModuleNotFoundError: No module named 'website.settings.production'",
        ),
        # It reads its settings while it is imported, and its settings need what it then has.
        (ENVIRONMENT_ONLY["reads_settings"], {"settings_private_module": True}, "The settings cannot be loaded"),
    ],
)
def test_settings_that_do_not_load_are_refused_with_the_reason(install, one_django, project, changes, message):
    with pytest.raises(LaunchError, match=message):
        install(one_django, project, **changes).errors()


@pytest.mark.parametrize("project", ["classes", "replaced", "early"])
def test_every_entry_point_has_the_last_word_of_the_inventory(install, one_django, project):
    code = "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.TIME_ZONE, s.STATIC_URL)"
    run = install(one_django, OVERLAYS[project], settings_extra='TIME_ZONE = "Asia/Tokyo"')
    expected = "['www.blog.example', '.blog.example'] Asia/Tokyo /static/\n"
    assert run("-c", code).stdout == expected
    assert run("-c", f"import private_wsgi; {code}").stdout == expected
    assert run("-m", "django", "shell", "-c", f"{code}").stdout.endswith(expected)


def test_values_that_a_class_computes_are_kept(install, one_django):
    code = "from django.conf import settings; print(settings.SHELF_HEADING)"
    assert install(one_django, OVERLAYS["classes"])("-c", code).stdout == "Shelf of 3\n"


def test_the_code_of_a_package_runs_when_the_project_imports_it(install, one_django):
    run = install(one_django, OVERLAYS["early"])
    assert (
        run("-c", "import django; django.setup(); import diary; print(diary.HEADING)").stdout == "Diary, day by day\n"
    )
    assert run("-c", "import private_settings, sys; print('diary' in sys.modules)").stdout == "False\n"


def test_a_process_that_is_not_started_as_the_service_is_told_so(install, one_django):
    run = install(one_django, OVERLAYS["guestbook"])
    result = run("-c", "import os; del os.environ['CREDENTIALS_DIRECTORY']; import private_settings")
    assert result.returncode == 1
    assert "RuntimeError: CREDENTIALS_DIRECTORY is not set" in result.stderr.splitlines()[-1]


def test_the_projects_tell_their_settings_in_the_same_way():
    assert len({path.read_text(encoding="utf-8") for path in PROJECTS.rglob("effective.py")}) == 1
