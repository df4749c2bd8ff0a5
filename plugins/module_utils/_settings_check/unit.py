# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of systemd as text: what must be repeated to run another program as a service runs."""

from __future__ import annotations

import os
import re
import shlex

# systemd.exec(5): the identity, files, environment, credentials and sandbox of a process. What starts, stops, watches
# or limits the unit itself stays out.
REPEATED = {
    "AmbientCapabilities",
    "BindPaths",
    "BindReadOnlyPaths",
    "CacheDirectory",
    "CapabilityBoundingSet",
    "ConfigurationDirectory",
    "DynamicUser",
    "Environment",
    "EnvironmentFile",
    "ExecPaths",
    "Group",
    "IPAddressAllow",
    "IPAddressDeny",
    "ImportCredential",
    "InaccessiblePaths",
    "LoadCredential",
    "LoadCredentialEncrypted",
    "LockPersonality",
    "LogsDirectory",
    "MemoryDenyWriteExecute",
    "NoExecPaths",
    "NoNewPrivileges",
    "PassEnvironment",
    "PrivateDevices",
    "PrivateMounts",
    "PrivateNetwork",
    "PrivateTmp",
    "PrivateUsers",
    "ProtectHome",
    "ProtectSystem",
    "ReadOnlyPaths",
    "ReadWritePaths",
    "RestrictAddressFamilies",
    "RootDirectory",
    "RuntimeDirectory",
    "SetCredential",
    "SetCredentialEncrypted",
    "StateDirectory",
    "SupplementaryGroups",
    "SystemCallArchitectures",
    "SystemCallErrorNumber",
    "SystemCallFilter",
    "TemporaryFileSystem",
    "UMask",
    "UnsetEnvironment",
    "User",
    "WorkingDirectory",
}
INTERPRETERS = re.compile(r"python[\d.]*$")
SYSTEM_DIRECTORIES = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")


class UnitError(Exception):
    """The unit cannot be repeated; the message says what to do instead."""


def directives(text: str, section: str = "Service") -> list[tuple[str, str]]:
    """Return the directives of a section of `systemctl cat`, in order; an empty assignment drops those before it."""
    found: list[tuple[str, str]] = []
    current, pending = "", ""
    for raw in text.splitlines():
        line = pending + raw.strip()
        pending = ""
        if not line or line[0] in "#;":
            continue
        if line.endswith("\\"):
            pending = line[:-1].rstrip() + " "
            continue
        if line.startswith("["):
            current = line.strip("[]")
        elif current == section and "=" in line:
            name, _equals, value = (part.strip() for part in line.partition("="))
            if not value:
                found = [(other, kept) for other, kept in found if other != name]
            else:
                found.append((name, value))
    return found


def expand(value: str, unit: str, alias: str) -> str:
    """Replace the specifiers of systemd.unit(5). alias: the unit that runs the value, and has its own credentials."""
    name = unit.rpartition(".")[0]
    prefix, _at, instance = name.partition("@")
    known = {
        "%": "%",
        "n": unit,
        "N": name,
        "p": prefix,
        "P": _unescape(prefix),
        "i": instance,
        "I": _unescape(instance),
        "j": prefix.rpartition("-")[2],
        "d": f"/run/credentials/{alias}",
        "t": "/run",
        "S": "/var/lib",
        "C": "/var/cache",
        "L": "/var/log",
        "E": "/etc",
        "T": "/tmp",
        "V": "/var/tmp",
        "H": os.uname().nodename,
    }

    def specifier(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise UnitError(
                f"{unit} uses the specifier %{found[1]}, which is known to systemd only. "
                "Give a command that runs a program as the service does, in launcher."
            )
        return known[found[1]]

    return re.sub("%(.)", specifier, value)


def _unescape(text: str) -> str:
    plain = text.replace("-", "/")
    return re.sub(r"\\x([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), plain)


def properties(text: str, unit: str, alias: str) -> list[str]:
    """Return what `systemd-run --property=` takes to run a program as the unit runs."""
    found = [(name, expand(value, unit, alias)) for name, value in directives(text) if name in REPEATED]
    names = {name for name, _value in found}
    if "RuntimeDirectory" in names:
        # Else the directory of the service would go away with the program that shares it.
        found.append(("RuntimeDirectoryPreserve", "yes"))
    if "DynamicUser" in names and "User" not in names:
        found.append(("User", unit.rpartition(".")[0]))
    return [f"{name}={value}" for name, value in found]


def interpreter(text: str, unit: str) -> str:
    """Return the Python that the service runs with: the program itself, or the one beside it."""
    commands = [value for name, value in directives(text) if name == "ExecStart"]
    if not commands:
        raise UnitError(f"{unit} has no ExecStart. Set service to the unit of the application server.")
    words = shlex.split(commands[0].lstrip("@-:+!"))
    program = expand(words[0], unit, unit)
    if INTERPRETERS.search(program):
        return program
    directory = os.path.dirname(program)
    return "/usr/bin/python3" if directory in SYSTEM_DIRECTORIES or not directory else f"{directory}/python"


def credential_files(text: str) -> list[str]:
    """Return the files on the host that become credentials of the service."""
    values = [value for name, value in directives(text) if name in ("LoadCredential", "LoadCredentialEncrypted")]
    paths = [value.partition(":")[2] for value in values]
    return [path for path in paths if path.startswith("/")]
