# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe with real projects: every way to write settings, and settings that do harm."""

from __future__ import annotations

import json
import time

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check import probe as program
from ansible_collections.hardened.django.plugins.module_utils._settings_check.launch import Launcher, LaunchError, look

SECRET = "s3cr3t-V4lue-that-n0body-may-see"
PASSWORD = "p4ssw0rd-of-the-d4tabase"
URL = f"postgres://blog:{PASSWORD}@db.blog.example:5432/blog"
PLAIN = f"""
SECRET_KEY = {SECRET!r}
ALLOWED_HOSTS = ["www.blog.example"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {{
    "default": {{
        "ENGINE": "django.db.backends.postgresql", "NAME": "blog", "HOST": "db.blog.example", "PASSWORD": {PASSWORD!r}
    }}
}}
"""
URLS = {"urls.py": "urlpatterns = []\n"}

# A style is its files, and its environment.
STYLES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "a module": ({"settings.py": PLAIN}, {}),
    "a package": (
        {
            "settings/__init__.py": "",
            "settings/base.py": PLAIN,
            "settings/production.py": "from .base import *\n",
        },
        {"DJANGO_SETTINGS_MODULE": "settings.production"},
    ),
    "django-environ": (
        {
            "settings.py": """
import environ
env = environ.Env()
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("HOSTS")
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": env.db()}
"""
        },
        {"SECRET_KEY": SECRET, "HOSTS": "www.blog.example", "DATABASE_URL": URL},
    ),
    "django-configurations": (
        {
            "settings.py": """
import dj_database_url
from configurations import Configuration, values
class Production(Configuration):
    SECRET_KEY = values.SecretValue()
    ALLOWED_HOSTS = ["www.blog.example"]
    ROOT_URLCONF = "urls"
    INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
    @property
    def DATABASES(self):
        return {"default": dj_database_url.config()}
"""
        },
        {"DJANGO_CONFIGURATION": "Production", "DJANGO_SECRET_KEY": SECRET, "DATABASE_URL": URL},
    ),
    "django-split-settings": (
        {
            "settings/__init__.py": "from split_settings.tools import include\ninclude('parts/*.py')\n",
            "settings/parts/base.py": PLAIN,
        },
        {},
    ),
    "dj-database-url": (
        {"settings.py": PLAIN + "import dj_database_url\nDATABASES = {'default': dj_database_url.config()}\n"},
        {"DATABASE_URL": URL},
    ),
    "pydantic-settings": (
        {
            "settings.py": """
from pydantic import SecretStr
from pydantic_settings import BaseSettings
class Environment(BaseSettings):
    secret_key: SecretStr
    database_password: SecretStr
environment = Environment()
SECRET_KEY = environment.secret_key.get_secret_value()
ALLOWED_HOSTS = ["www.blog.example"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "blog", "HOST": "db.blog.example",
                         "PASSWORD": environment.database_password.get_secret_value()}}
"""
        },
        {"SECRET_KEY": SECRET, "DATABASE_PASSWORD": PASSWORD},
    ),
    "dynaconf": (
        {"settings.py": PLAIN + "import dynaconf\ndynaconf.DjangoDynaconf(__name__, environments=False)\n"},
        {},
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_every_style_of_settings_is_seen_as_django_sees_it(probe, every_django, style):
    files, environment = STYLES[style]
    site = probe(every_django, {**files, **URLS}, environment)
    settings = site["settings"]
    assert settings["ALLOWED_HOSTS"] == ["www.blog.example"]
    assert settings["DATABASES"]["default"]["HOST"] == "db.blog.example"
    assert settings["DATABASES"]["default"]["PASSWORD"] == {
        "secret": True,
        "length": len(PASSWORD),
        "credential": None,
    }
    assert site["secret_key"]["length"] == len(SECRET)
    assert site["secret_key"]["fingerprint"] == program.fingerprint(SECRET, "salt")
    assert site["replaced"] == (style == "dynaconf")
    assert "security.W001" in [message["id"] for message in site["checks"]]
    assert SECRET not in json.dumps(site)
    assert PASSWORD not in json.dumps(site)


def test_nothing_is_written(probe, one_django, tmp_path):
    probe(one_django, {"settings.py": PLAIN, **URLS})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["settings.py", "urls.py"]


def test_secrets_that_are_credentials_are_told_by_their_names(probe, one_django, tmp_path):
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials/secret_key").write_text(f"{SECRET}\n")
    (tmp_path / "credentials/database_password").write_text(PASSWORD)
    site = probe(one_django, {"settings.py": PLAIN, **URLS}, {"CREDENTIALS_DIRECTORY": f"{tmp_path}/credentials"})
    assert site["secret_key"]["credential"] == "secret_key"
    assert site["settings"]["DATABASES"]["default"]["PASSWORD"]["credential"] == "database_password"


def test_a_key_in_the_code_is_found_there(probe, one_django, tmp_path):
    assert probe(one_django, {"settings.py": PLAIN, **URLS})["secret_key"]["in_source"] == f"{tmp_path}/settings.py"


HARMLESS = {
    "prints its secrets": "import sys\nprint(SECRET_KEY)\nprint(SECRET_KEY, file=sys.stderr)\n",
    "prints ten megabytes": "print('x' * 10_000_000, flush=True)\n",
    "prints at its end": "import atexit\natexit.register(lambda: print(SECRET_KEY, flush=True))\n",
    "replaces json": "import json\njson.dumps = json.loads = json.encoder.c_make_encoder = None\n",
    "replaces repr": "import builtins\nbuiltins.repr = lambda value: SECRET_KEY\n",
    "replaces os": "import os\nos.write = os._exit = lambda *arguments: print(SECRET_KEY)\n",
    "leaves a process": "import subprocess\nsubprocess.Popen(['sleep', '60'], close_fds=False)\n",
    "leaves a thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n",
    "warns": "import warnings\nwarnings.warn(SECRET_KEY)\n",
    "holds odd objects": "ODD = [object(), float('nan'), (lambda: 1), range(3), {1: {2: b'x'}}]\nODD.append(ODD)\n",
}


@pytest.mark.parametrize("harm", HARMLESS)
def test_settings_that_do_harm_are_seen_all_the_same(probe, one_django, harm):
    began = time.monotonic()
    site = probe(one_django, {"settings.py": PLAIN + HARMLESS[harm], **URLS})
    assert site["settings"]["ALLOWED_HOSTS"] == ["www.blog.example"]
    assert SECRET not in json.dumps(site)
    assert time.monotonic() - began < 20


REFUSED = {
    "raise RuntimeError(f'cannot use {SECRET_KEY}')": "RuntimeError: cannot use ***",
    "raise SystemExit(SECRET_KEY)": "SystemExit: ***",
    "HIDDEN = 'Zx81' * 6; raise ValueError('it is ' + HIDDEN)": "ValueError: it is ***",
    "import os; os._exit(3)": "the project ended the process with exit code 3 while it was loaded",
    "import os; os.kill(os.getpid(), 9)": "the project ended the process with exit code 137 while it was loaded",
    "import no_such_module": "ModuleNotFoundError: No module named 'no_such_module'",
    "SECRET_KEY_FALLBACKS = ['correct-horse-battery']; raise ValueError(f'bad {SECRET_KEY_FALLBACKS[0]}')": (
        "ValueError: bad ***"
    ),
    "SERVERS = [{'PASSWORD': 'pa-ss wo.rd'}]; raise ValueError(f'bad {SERVERS[0]}')": "'PASSWORD': '***'}",
    "PASSWORD = 'first half\\nsecond half'; raise ValueError(f'bad {PASSWORD}')": "ValueError: bad ***",
    "PASSWORD = 'one\\ntwo\\\\three'; raise KeyError(PASSWORD)": "KeyError: '***'",
    "raise ValueError('no server at postgres://user:pa@ss@db/blog')": "postgres://user:***@db/blog",
    "SENTRY_DSN = 'not-an-address'; raise ValueError(f'bad {SENTRY_DSN}')": "ValueError: bad ***",
    "import types; mail = types.SimpleNamespace(password='hun-ter2'); raise ValueError(f'bad {mail.password}')": (
        "ValueError: bad ***"
    ),
    "x = = 1": "SyntaxError: invalid syntax",
    "raise KeyError('DATABASE_URL')": "KeyError: 'DATABASE_URL'",
    "from django.core.exceptions import ImproperlyConfigured as I; raise I('Set the SITE_HOST environment variable')": (
        "ImproperlyConfigured: Set the SITE_HOST environment variable"
    ),
    "import os\nfor number in range(3, 30):\n    try: os.write(number, b'{1: 2}\\n')\n    except OSError: pass": (
        "the project wrote into the answer"
    ),
    "import os\nfor number in range(3, 30):\n    try: os.write(number, b'{}{')\n    except OSError: pass": (
        "the project wrote into the answer"
    ),
}


@pytest.mark.parametrize("code", REFUSED)
def test_settings_that_cannot_be_loaded_are_told_without_secrets(probe, one_django, code):
    with pytest.raises(LaunchError) as refused:
        probe(one_django, {"settings.py": f"{PLAIN}{code}\n", **URLS})
    assert REFUSED[code] in str(refused.value)
    assert SECRET not in str(refused.value)


def test_the_place_of_an_error_is_told(probe, one_django, tmp_path):
    with pytest.raises(LaunchError, match=f"ModuleNotFoundError: .*{tmp_path}/settings.py:2"):
        probe(one_django, {"settings.py": "\nimport no_such_module\n"})


def test_the_place_of_an_error_behind_the_addresses_is_told(probe, one_django, tmp_path):
    files = {"settings.py": PLAIN, "urls.py": "import views\n", "views.py": "\nx = = 1\n"}
    site = probe(one_django, files, django_checks=False)
    expected = f"broken: SyntaxError: invalid syntax ({tmp_path}/views.py:2)"
    assert set(site["error_templates"].values()) == {expected}


def test_endless_settings_are_ended(probe, one_django):
    with pytest.raises(LaunchError, match="the project took longer than 1 seconds"):
        probe(one_django, {"settings.py": "while True: pass\n"}, seconds=1)


def test_missing_parts_are_named(probe, one_django, tmp_path):
    with pytest.raises(LaunchError, match="Set settings"):
        probe(one_django, {}, {"DJANGO_SETTINGS_MODULE": ""})
    with pytest.raises(LaunchError, match="No module named 'absent'"):
        probe(one_django, {}, settings="absent")
    with pytest.raises(LaunchError, match="Django has no checks with the tag nonsense"):
        probe(one_django, {"settings.py": PLAIN, **URLS}, tags=["nonsense"])
    with pytest.raises(LaunchError, match="/no/python cannot be run: No such file"):
        look(Launcher(["/no/python", "-"]), {"seconds": 1})


def test_an_old_django_is_refused(probe, one_django):
    old = "VERSION = (4, 1, 13, 'final', 0)\n\ndef get_version():\n    return '4.1.13'\n"
    with pytest.raises(LaunchError, match=r"runs Django 4\.1\.13; settings_check knows Django 4\.2 and newer\. Update"):
        probe(one_django, {"django/__init__.py": old})


def test_an_interpreter_without_django_is_refused(probe):
    with pytest.raises(LaunchError, match=r"/usr/bin/python3.* has no Django. Set venv"):
        probe("/usr/bin/python3", {})


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("no such file: /srv/blog/app/.venv/lib/python3.13/site-packages/x.py", None),
        ("migration blog.0001_initial_with_a_long_name", None),
        ("django.core.exceptions.ImproperlyConfigured", None),
        ("the key aB3dE5fG7hI9jK1lM3nO5 is bad", "the key *** is bad"),
        ("redis://user:pw@host/0", "redis://user:***@host/0"),
        ("aBcDeFgHiJkLmNoPqRsTuVwXyZ", "***"),
    ],
)
def test_what_looks_like_a_secret_is_not_shown(message, expected):
    assert program.redact(message, set()) == (expected or message)
