# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MAILERS or EMAIL_*, and the addresses that mail is sent from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    expected_domains,
    key,
    mapping,
    older_than,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.names import (
    is_placeholder,
    is_remote,
)

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

SMTP = "django.core.mail.backends.smtp.EmailBackend"
DEVELOPMENT_BACKENDS = tuple(
    f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("console", "dummy", "filebased", "locmem")
)


class Mailer(NamedTuple):
    """One way to send mail. setting, options: the names to show for the backend and for its options."""

    setting: str
    backend: str
    host: str
    tls: bool
    ssl: bool


def development_backend(site: Site) -> Pairs:
    # Django looks at the default mailer itself.
    told = key("MAILERS", "default", "BACKEND") if any(c["id"] == "mail.E001" for c in site["checks"]) else ""
    for mailer in _mailers(site):
        if mailer.backend in DEVELOPMENT_BACKENDS and mailer.setting != told:
            yield mailer.setting, f"{mailer.setting} is {mailer.backend}: no mail leaves the host."


def placeholder_sender(site: Site) -> Pairs:
    _mailers(site)
    told = any(site["settings"].get(name) for name in ("ADMINS", "MANAGERS"))
    for name in ("DEFAULT_FROM_EMAIL", "SERVER_EMAIL") if told else ("DEFAULT_FROM_EMAIL",):
        address = str(site["settings"].get(name) or "")
        if is_placeholder(address, expected_domains(site)):
            yield name, f"{name} is {address!r}, which no mail server takes as a sender."


def no_tls(site: Site) -> Pairs:
    for mailer in _smtp(site):
        if is_remote(mailer.host, site) and not mailer.tls and not mailer.ssl:
            yield (
                _option(mailer, "use_tls"),
                f"Mail goes to {mailer.host} without TLS, with the password if there is one.",
            )


def refused_options(site: Site) -> Pairs:
    for mailer in _smtp(site):
        if mailer.tls and mailer.ssl:
            names = f"{_option(mailer, 'use_tls')} and {_option(mailer, 'use_ssl')}"
            yield _option(mailer, "use_ssl"), f"{names} are both True: the first mail will fail."
        if not mailer.host:
            yield _option(mailer, "host"), f"{_option(mailer, 'host')} is not set: the first mail will fail."


def refused_probe(site: Site) -> Pairs:
    if site["mail"] is None:
        raise NotApplicable("the mail server was not probed")
    if not site["mail"]["accepts"]:
        name = "MAILERS" if _has_mailers(site) else "EMAIL_HOST"
        yield name, f"The mail server does not answer: {site['mail']['error']}"


def _mailers(site: Site) -> list[Mailer]:
    settings = site["settings"]
    if not _has_mailers(site):
        flags = (bool(settings.get(name)) for name in ("EMAIL_USE_TLS", "EMAIL_USE_SSL"))
        host = str(settings.get("EMAIL_HOST") or "")
        return [Mailer("EMAIL_BACKEND", str(settings.get("EMAIL_BACKEND") or ""), host, *flags)]
    if not settings["MAILERS"]:
        raise NotApplicable("MAILERS is empty: the project sends no mail")
    return [_mailer(alias, mapping(values)) for alias, values in mapping(settings["MAILERS"]).items()]


def _has_mailers(site: Site) -> bool:
    """Whether MAILERS counts. Older versions do not read it, and go by EMAIL_* alone."""
    return "MAILERS" in site["settings"] and not older_than(site, 6, 1)


def _mailer(alias: str, values: dict[str, Any]) -> Mailer:
    options = mapping(values.get("OPTIONS"))
    host, tls, ssl = options.get("host"), options.get("use_tls"), options.get("use_ssl")
    backend = str(values.get("BACKEND", SMTP))
    return Mailer(key("MAILERS", alias, "BACKEND"), backend, str(host or ""), bool(tls), bool(ssl))


def _smtp(site: Site) -> list[Mailer]:
    found = [mailer for mailer in _mailers(site) if mailer.backend == SMTP]
    if not found:
        raise NotApplicable("no mail is sent by Django's SMTP backend")
    return found


def _option(mailer: Mailer, option: str) -> str:
    if mailer.setting == "EMAIL_BACKEND":
        return f"EMAIL_{option.upper()}"
    return mailer.setting.replace('["BACKEND"]', f'["OPTIONS"]["{option}"]')


# Not "mail", which is the name of Django's own checks.
RULES: dict[str, Rule] = {
    "email.E001": development_backend,
    "email.W002": placeholder_sender,
    "email.W003": no_tls,
    "email.E004": refused_options,
    "email.E005": refused_probe,
}
