# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nginx in front of the project: unknown hosts, names, certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import (
    NotApplicable,
    is_rotated,
    items,
)
from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.names import allows, is_loopback

if TYPE_CHECKING:
    from ansible_collections.hardened.django.plugins.module_utils._settings_check.rules.base import Pairs, Rule, Site

DAY = 24 * 60 * 60
SOON = 14 * DAY
# Certificates that live for days only are renewed when a third of their time is left.
SHORT = 5


def refused_configuration(site: Site) -> Pairs:
    edge = site["edge"]
    if edge is None:
        raise NotApplicable("no nginx was looked at")
    if edge["error"]:
        yield "nginx", f"The configuration of nginx cannot be used: {edge['error']}"


def no_default_server(site: Site) -> Pairs:
    served = {listen["socket"] for server in _own(site) for listen in server["sockets"]}
    for socket in sorted(served - set(_defaults(site))):
        yield "nginx", f"The socket {socket} has no default_server: its first site answers to every unknown host."


def project_is_default(site: Site) -> Pairs:
    own = _own(site)
    for socket, server in sorted(_defaults(site).items()):
        if server in own:
            yield "nginx", f"The project is the default_server of the socket {socket}: unknown hosts reach it."


def name_not_allowed(site: Site) -> Pairs:
    for name in _names(_own(site)):
        if not any(allows(pattern, name) for pattern in _patterns(site)):
            yield "ALLOWED_HOSTS", f"nginx serves {name!r}, which ALLOWED_HOSTS does not let in: an answer 400."


def host_not_served(site: Site) -> Pairs:
    if any(server in _own(site) for server in _defaults(site).values()):
        raise NotApplicable("the project answers to every host")
    if any(name[:1] == "~" or "*" in name[1:] for server in _servers(site) for name in server["names"]):
        raise NotApplicable("a server of nginx has a pattern for a name")
    names = _names(_servers(site))
    for pattern in _patterns(site):
        known = pattern == "*" or is_loopback(pattern.lstrip("."))
        if not known and not any(allows(pattern, name) or allows(name, pattern) for name in names):
            yield "ALLOWED_HOSTS", f"ALLOWED_HOSTS lets in {pattern!r}, which no server of nginx has for a name."


def certificate_has_ended(site: Site) -> Pairs:
    for path, found in _certificates(site).items():
        if found["ends"] <= site["now"]:
            yield path, f"The certificate {path} ended {_days(site['now'] - found['ends'])} ago."
        elif found["begins"] > site["now"]:
            yield path, f"The certificate {path} begins in {_days(found['begins'] - site['now'])}."


def certificate_ends_soon(site: Site) -> Pairs:
    for path, found in _certificates(site).items():
        left, whole = found["ends"] - site["now"], found["ends"] - found["begins"]
        if 0 < left < min(SOON, whole / SHORT):
            yield path, f"The certificate {path} ends in {_days(left)}: nobody has renewed it."


def certificate_lacks_name(site: Site) -> Pairs:
    certificates = _certificates(site)
    for server in _ours(site):
        covered = [name for path in server["certificates"] for name in (certificates.get(path) or {}).get("names", ())]
        if not covered:
            continue
        for name in _names([server]):
            if not any(_covers(entry, name) for entry in covered):
                path = server["certificates"][0]
                yield path, f"The certificate {path} is not for {name!r}: browsers refuse the site."


def plain_http(site: Site) -> Pairs:
    for server in _own(site):
        for listen in server["sockets"]:
            if not listen["tls"] and not listen["socket"].startswith("unix:"):
                yield "nginx", f"nginx passes plain HTTP of the socket {listen['socket']} on to the project."


def log_not_rotated(site: Site) -> Pairs:
    if not _own(site) or not site["service"]:
        raise NotApplicable("no service was looked at")
    for path in site["edge"]["logs"]:
        if not is_rotated(path, site):
            yield path, f"nginx writes to {path}, which nothing rotates."


def _servers(site: Site) -> list[dict[str, Any]]:
    edge = site["edge"]
    if edge is None:
        raise NotApplicable("no nginx was looked at")
    if edge["error"]:
        raise NotApplicable("the configuration of nginx cannot be used")
    return list(edge["servers"])


def _own(site: Site) -> list[dict[str, Any]]:
    """The servers that pass requests on to the project: to its socket, or under a name that is allowed."""
    sockets = (site["service"] or {}).get("sockets") or []
    found = [
        server
        for server in _servers(site)
        if any(target in sockets for target in server["passes_to"])
        or (server["passes_to"] and not sockets and _is_allowed(server, site))
    ]
    if not found:
        raise NotApplicable("no server of nginx passes requests on to the project")
    return found


def _ours(site: Site) -> list[dict[str, Any]]:
    """Those, and the servers that have a name of the project and do something else, such as a redirect."""
    own = _own(site)
    return own + [server for server in _servers(site) if server not in own and _is_allowed(server, site)]


def _is_allowed(server: dict[str, Any], site: Site) -> bool:
    return any(allows(pattern, name) for pattern in _patterns(site) if pattern != "*" for name in _names([server]))


def _defaults(site: Site) -> dict[str, dict[str, Any]]:
    return {listen["socket"]: server for server in _servers(site) for listen in server["sockets"] if listen["default"]}


def _names(servers: list[dict[str, Any]]) -> list[str]:
    """Names of servers as in ALLOWED_HOSTS, a leading dot for sub-domains; without patterns and what is no name."""
    names = {name for server in servers for name in server["names"] if name.strip("_") and name[0] != "~"}
    plain = {name[1:] if name.startswith("*.") else name for name in names}
    return sorted(name for name in plain if "*" not in name)


def _patterns(site: Site) -> list[str]:
    return [str(pattern).lower() for pattern in items(site["settings"].get("ALLOWED_HOSTS"))]


def _certificates(site: Site) -> dict[str, dict[str, Any]]:
    paths = {path for server in _ours(site) for path in server["certificates"]}
    found = {path: site["edge"]["certificates"].get(path) for path in sorted(paths)}
    known = {path: certificate for path, certificate in found.items() if certificate}
    if not known:
        raise NotApplicable("no certificate of the project was looked at")
    return known


def _covers(entry: str, name: str) -> bool:
    """RFC 6125, section 6.4.3: a wildcard stands for one label."""
    if name.startswith("."):
        return entry == f"*{name}"
    return entry == name or (entry.startswith("*.") and name.partition(".")[2] == entry[2:])


def _days(seconds: float) -> str:
    days = int(seconds // DAY)
    return "less than a day" if days < 1 else "one day" if days == 1 else f"{days} days"


RULES: dict[str, Rule] = {
    "edge.E001": refused_configuration,
    "edge.W002": no_default_server,
    "edge.W003": project_is_default,
    "edge.E004": name_not_allowed,
    "edge.W005": host_not_served,
    "edge.E006": certificate_has_ended,
    "edge.W007": certificate_ends_soon,
    "edge.E008": certificate_lacks_name,
    "edge.I009": plain_http,
    "edge.W010": log_not_rotated,
}
