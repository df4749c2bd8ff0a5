"""Set the secret environment variables of a project that takes its secrets from its environment only.

Imported by the interpreter itself at start, through a .pth file, so that it works for every process of the project.
The variables are set inside the process: neither the unit nor /proc/PID/environ shows them.
"""

from __future__ import annotations

import json
import os
import pathlib
from urllib.parse import quote

from private_credentials import credential


def fill(template: str) -> str:
    """Replace {name} by the secret of this name, and {name_quoted} by its percent-encoded form for URLs (RFC 3986)."""
    for name in ("secret_key", "database_password", "cache_password"):
        if f"{{{name}}}" in template:
            template = template.replace(f"{{{name}}}", credential(name))
        if f"{{{name}_quoted}}" in template:
            template = template.replace(f"{{{name}_quoted}}", quote(credential(name), safe=""))
    return template


if "CREDENTIALS_DIRECTORY" in os.environ:
    templates = json.loads(pathlib.Path(__file__).with_name("secret_environment.json").read_text(encoding="utf-8"))
    os.environ.update({name: fill(template) for name, template in templates.items()})
