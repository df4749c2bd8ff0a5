# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print docs/settings_check.md, which lists every rule of settings_check, from their catalogue."""

from __future__ import annotations

import runpy
from pathlib import Path

CATALOGUE = Path(__file__).parent.parent / "plugins/module_utils/_settings_check/catalogue.py"
HEAD = """\
# Rules of settings_check

`hardened.django.settings_check` runs Django's own checks, those of `check --deploy` included, and these rules for what
they do not see. A rule never repeats a finding of Django; it compares only what the inventory asks for (`expect`), and
judges live servers only where it was told to `probe` them. What does not apply to a project is returned with the
reason.

The id of a rule tells its level: `I` for INFO, `W` for WARNING, `E` for ERROR. From WARNING up a finding fails the
module, unless `fail_level` says otherwise. A finding that you accept for a while goes to `waive`, by its id; so does
one of Django's:

```yaml
waive:
  - {id: email.W003, reason: "The relay gets TLS in March", until: "2027-03-31"}
```

The row is that of [Django's deployment checklist](checklist.md). This page is made from the catalogue of the rules;
`python tools/rules.py` prints it.
"""
TITLES = {
    "secret": "SECRET_KEY and other secrets",
    "debug": "DEBUG and tools for development",
    "hosts": "ALLOWED_HOSTS",
    "cache": "CACHES",
    "database": "DATABASES",
    "backup": "Backups",
    "email": "MAILERS, EMAIL_* and senders",
    "static": "STATIC_ROOT and STATIC_URL",
    "media": "MEDIA_ROOT, MEDIA_URL and uploads",
    "https": "HTTPS behind a proxy",
    "cookies": "Cookies and trusted origins",
    "sessions": "Sessions",
    "template": "TEMPLATES",
    "logging": "LOGGING",
    "admins": "ADMINS, MANAGERS and broken links",
    "errors": "Pages of errors",
    "versions": "Versions of Django and what came with them",
    "service": "The service",
    "edge": "nginx in front of the project",
    "settings": "The settings as a whole",
    "waiver": "Waivers",
}
COLUMNS = "| Id | Row | Level | Why | How to mend |\n|---|---|---|---|---|\n"


def page() -> str:
    entries = runpy.run_path(str(CATALOGUE))["ENTRIES"]
    sections = []
    for topic in dict.fromkeys(entry.topic for entry in entries):
        lines = [
            f"| `{entry.id}` | {entry.row} | {entry.level} | {entry.why} | {entry.hint} |\n"
            for entry in entries
            if entry.topic == topic
        ]
        sections.append(f"\n## {TITLES[topic]}\n\n{COLUMNS}{''.join(lines)}")
    return HEAD + "".join(sections).replace("*", "\\*")


if __name__ == "__main__":
    print(page(), end="")
