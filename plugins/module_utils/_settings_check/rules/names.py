# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of hosts and domains."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Site

LOOPBACK = re.compile(r"(.+\.)?localhost(\.localdomain)?|127(\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0|\[?::\]?")
# Second-level names below which registries of countries sell domains.
REGISTRY_LABELS = ("ac", "co", "com", "edu", "gov", "net", "org")
# Below these names everybody can have a sub-domain.
HOSTING_SUFFIXES = (
    "amazonaws.com",
    "appspot.com",
    "azurewebsites.net",
    "cloudfront.net",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "ngrok-free.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "pythonanywhere.com",
    "trycloudflare.com",
    "vercel.app",
    "web.app",
    "workers.dev",
)
# RFC 2606 and RFC 6761: names that nobody can have.
RESERVED = re.compile(r"(.+\.)?(example\.(com|net|org)|example|invalid|test|localhost|localdomain)")


def is_loopback(host: str) -> bool:
    return LOOPBACK.fullmatch(host.lower()) is not None


def is_remote(host: str, site: Site) -> bool:
    """Whether traffic to this host leaves the machine; no host, or a path, is a Unix socket."""
    local = (site["service"] or {}).get("local_addresses") or []
    return bool(host) and host[0] not in "/@" and not is_loopback(host) and host.strip("[]") not in local


def allows(pattern: str, domain: str) -> bool:
    """Whether a pattern of ALLOWED_HOSTS lets in the domain; a leading dot stands for every sub-domain."""
    pattern = pattern.lower()
    if pattern in ("*", domain):
        return True
    return pattern.startswith(".") and (domain.endswith(pattern) or domain == pattern[1:])


def is_public_suffix(name: str) -> bool:
    """Whether domains directly below this one belong to different people, as far as that shows without a list."""
    labels = name.lower().strip(".").split(".")
    of_a_country = len(labels) == 2 and len(labels[1]) == 2 and labels[0] in REGISTRY_LABELS
    return len(labels) < 2 or of_a_country or ".".join(labels) in HOSTING_SUFFIXES


def is_placeholder(address: str, domains: Iterable[str]) -> bool:
    """Whether mail to or from the address gets nowhere: it has no domain, or one that nobody has."""
    domain = parseaddr(address)[1].rpartition("@")[2].lower()
    own = [name.strip(".") for name in domains]
    if any(domain == name or domain.endswith(f".{name}") or name.endswith(f".{domain}") for name in own if domain):
        return False
    return "@" not in address or not domain or RESERVED.fullmatch(domain) is not None
