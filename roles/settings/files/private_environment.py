"""What every process of the project needs before it imports anything; run by the interpreter itself at its start.

The secret environment variables of a project that takes its secrets from its environment: set inside the process, so
that neither the unit nor /proc/PID/environ shows them. And the importer of django-configurations, where the settings
are classes: with it Django's own commands and applications work, and no program needs another entry point.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
from urllib.parse import quote

from private_credentials import credential

PLACEHOLDER = re.compile(
    r"\{(secret_key|secret_key_fallbacks|database_user|database_password|cache_password|email_password|sentry_dsn)"
    r"(_quoted)?\}"
)


def fill(template: str) -> str:
    """Replace {name} by the secret of this name, and {name_quoted} by its percent-encoded form for URLs (RFC 3986).

    Fallbacks of the secret key are joined by commas, as libraries that read lists from the environment want them.
    """

    def value(found: re.Match[str]) -> str:
        secret = credential(found[1])
        if found[1] == "secret_key_fallbacks":
            secret = ",".join(entry["key"] for entry in json.loads(secret))
        return quote(secret, safe="") if found[2] else secret

    return PLACEHOLDER.sub(value, template)


def prepare() -> None:
    templates = json.loads(pathlib.Path(__file__).with_name("secret_environment.json").read_text(encoding="utf-8"))
    os.environ.update({name: fill(template) for name, template in templates.items()})
    if "DJANGO_CONFIGURATION" in os.environ:
        from configurations import importer

        importer.install()
