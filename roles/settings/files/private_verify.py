"""Compare the settings that Django really uses with what was asked for. Prints one line for each difference.

Exit codes of Django's commands are no proof: a settings library may replace the settings object, and settings without
any application pass every check. No value of a secret is printed.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import django
from django.conf import settings
from private_credentials import credential


def differences(wanted: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that is not as wanted, and what it must be."""
    if settings.DEBUG:
        yield "DEBUG", "must be False"
    if credential("secret_key") != settings.SECRET_KEY:
        yield "SECRET_KEY", "must be the secret key of this environment"
    if not set(wanted["allowed_hosts"]) <= set(settings.ALLOWED_HOSTS) or "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS", f"must hold {wanted['allowed_hosts']} and no wildcard, is {settings.ALLOWED_HOSTS}"
    for alias, values in wanted["databases"].items():
        database = settings.DATABASES.get(alias, {})
        for key, standard in (("HOST", ""), ("NAME", ""), ("PORT", 5432), ("USER", "")):
            if key in values and str(database.get(key) or standard) != str(values[key]):
                yield "DATABASES", f'["{alias}"]["{key}"] must be {values[key]!r}, is {database.get(key)!r}'
        if "PASSWORD" not in values and database.get("PASSWORD") != credential("database_password"):
            yield "DATABASES", f'["{alias}"]["PASSWORD"] must be the database password of this environment'
    host = wanted["cache_location"].rpartition("@")[2].partition("/")[0]
    own_cache = {"BACKEND", "LOCATION"} & wanted["caches"].get("default", {}).keys()
    if not own_cache and host not in str(settings.CACHES.get("default", {}).get("LOCATION")):
        yield "CACHES", f'["default"]["LOCATION"] must name {host}'
    for name, value in (("STATIC_ROOT", wanted["static_root"]), ("MEDIA_ROOT", wanted["media_root"])):
        if pathlib.PurePath(getattr(settings, name) or "") != pathlib.PurePath(value):
            yield name, f"must be {value}, is {getattr(settings, name)!r}"
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        if getattr(settings, name) is not True:
            yield name, "must be True"
    for name in ("INSTALLED_APPS", "ROOT_URLCONF"):
        if not getattr(settings, name, None):
            yield name, "is empty: these are not the settings of a project"


def main() -> int:
    wanted = json.loads(pathlib.Path(__file__).with_name("private_values.json").read_text(encoding="utf-8"))
    django.setup()
    found = [(name, text) for name, text in differences(wanted) if name not in wanted["unmanaged"]]
    for name, text in found:
        print(f"{name} {text} ({os.environ['DJANGO_SETTINGS_MODULE']})", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
