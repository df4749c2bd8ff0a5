# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SECRET_KEY, its fallbacks, and the files that secrets come from."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    agreement,
    key,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

# Everything but reading by the owner and his group, and writing by the owner, who is root.
TOO_OPEN = 0o7137
FALLBACKS_FILE = "secret_key_fallbacks"
DAY = 24 * 60 * 60


def key_in_source(site: Site) -> Pairs:
    file = site["secret_key"]["in_source"]
    if file:
        yield "SECRET_KEY", f"SECRET_KEY is written in {file}, so everybody who has the source code has it."


def fallback_in_source(site: Site) -> Pairs:
    for number, fallback in enumerate(_fallbacks(site)):
        if fallback["in_source"]:
            name = key("SECRET_KEY_FALLBACKS", number)
            yield name, f"{name} is written in {fallback['in_source']}; what was signed with it still counts."


def fallback_is_the_key(site: Site) -> Pairs:
    for number, fallback in enumerate(_fallbacks(site)):
        if fallback["fingerprint"] == site["secret_key"]["fingerprint"]:
            name = key("SECRET_KEY_FALLBACKS", number)
            yield name, f"{name} is the same as SECRET_KEY, so the key was not rotated."


def fallbacks_in_use(site: Site) -> Pairs:
    number = len(site["secret_key_fallbacks"])
    # Of those that are overdue another rule tells.
    if number and not any(_overdue(file, site) for file in _fallback_files(site)):
        yield "SECRET_KEY_FALLBACKS", f"SECRET_KEY_FALLBACKS holds {number} old key{'s' if number > 1 else ''}."


def overdue_fallbacks(site: Site) -> Pairs:
    _credentials(site)
    files = _fallback_files(site)
    if not files:
        raise NotApplicable(f"the service gets no fallbacks from a file {FALLBACKS_FILE}")
    _fallbacks(site)
    for file in files:
        if _overdue(file, site):
            yield (
                "SECRET_KEY_FALLBACKS",
                f"SECRET_KEY_FALLBACKS comes from {file['path']}, which is {_age(file, site) // DAY:.0f} days old, and "
                f"nothing that was signed before counts longer than {_validity(site) // DAY:.0f} days.",
            )


def open_credential(site: Site) -> Pairs:
    for file in _credentials(site):
        path, mode, owner = file["path"], file["mode"], file["owner"]
        if not mode:
            yield path, f"The secret in {path} cannot be looked at: there is no such file."
        elif owner != "root" or int(mode, 8) & TOO_OPEN:
            yield path, f"The secret in {path} belongs to {owner} and has the mode {mode}."


@agreement("SECRET_KEY", "secret_key_fingerprint")
def other_key(site: Site) -> Pairs:
    if site["secret_key"]["fingerprint"] != site["expect"]["secret_key_fingerprint"]:
        yield "SECRET_KEY", "SECRET_KEY is not the key of this environment: its fingerprint is another one."


@agreement("SECRET_KEY", "secret_key_credential")
def other_credential(site: Site) -> Pairs:
    wanted = site["expect"]["secret_key_credential"]
    if site["secret_key"]["credential"] != wanted:
        yield "SECRET_KEY", f"SECRET_KEY is not the value of the credential {wanted!r}."


def _credentials(site: Site) -> list[dict[str, Any]]:
    if not site["service"]:
        raise NotApplicable("no service was looked at")
    if not site["service"]["credentials"]:
        raise NotApplicable("the service gets no secret from a file")
    return list(site["service"]["credentials"])


def _fallback_files(site: Site) -> list[dict[str, Any]]:
    """The files that the service gets its fallbacks from, as far as they are there."""
    files = (site["service"] or {}).get("credentials") or []
    return [file for file in files if file["mode"] and posixpath.basename(file["path"]) == FALLBACKS_FILE]


def _overdue(file: dict[str, Any], site: Site) -> bool:
    return _age(file, site) > _validity(site)


def _age(file: dict[str, Any], site: Site) -> float:
    return float(site["now"] - file["modified"])


def _validity(site: Site) -> float:
    """Seconds after which Django accepts nothing any more that it has signed."""
    values = (site["settings"].get(name) for name in ("SESSION_COOKIE_AGE", "PASSWORD_RESET_TIMEOUT"))
    return max((float(value) for value in values if isinstance(value, (int, float))), default=0.0)


def _fallbacks(site: Site) -> list[dict[str, str]]:
    if not site["secret_key_fallbacks"]:
        raise NotApplicable("SECRET_KEY_FALLBACKS is empty")
    return list(site["secret_key_fallbacks"])


RULES: dict[str, Rule] = {
    "secret.E001": key_in_source,
    "secret.W002": fallback_is_the_key,
    "secret.E003": open_credential,
    "secret.E004": other_key,
    "secret.E005": fallback_in_source,
    "secret.I006": fallbacks_in_use,
    "secret.E007": other_credential,
    "secret.W008": overdue_fallbacks,
}
