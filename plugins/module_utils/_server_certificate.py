# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server's certificate that its clients pin, and the one that follows it. Private to this collection.

Each file holds a certificate that signs itself and its key, so that a rename replaces both at once. Clients trust the
certificate in use and the waiting one: the waiting one can take over at any time.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import re
import secrets
import ssl
import tempfile
import typing as t

DAY = 24 * 60 * 60
PEM_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
# Of a certificate's time; what is left then is time for the runs that bring its successor to the clients.
RENEWAL = 2 / 3
CONFIGURATION = """\
[req]
distinguished_name = name
x509_extensions = leaf
prompt = no
[name]
CN = {name}
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {alternatives}
"""

# Runs a command, raises where it fails, returns its standard output.
Run = t.Callable[[t.List[str]], str]


class Unfit(Exception):
    """A name that no certificate can have."""


class Certificate(t.NamedTuple):
    pem: str
    names: frozenset[str]
    begin: float
    end: float

    def is_valid(self, names: t.Iterable[str], now: float) -> bool:
        return self.begin <= now < self.end and self.names >= set(names)

    def is_fresh(self, names: t.Iterable[str], now: float) -> bool:
        return self.is_valid(names, now) and now < self.begin + (self.end - self.begin) * RENEWAL

    @property
    def fingerprint(self) -> str:
        body = "".join(self.pem.splitlines()[1:-1])
        return hashlib.sha256(base64.b64decode(body)).hexdigest()


def normalise(name: str) -> str:
    """Write an address in its one short form, and a host name in lower case."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        if not NAME.fullmatch(name):
            raise Unfit(f"{name!r} is neither an address nor a host name") from None
        return name.lower()


def steps(current: Certificate | None, waiting: Certificate | None, names: t.Iterable[str], now: float) -> list[str]:
    """What is to be done, in this order: "make current", "promote", "make waiting"."""
    names = list(names)
    waits = waiting is not None and waiting.is_fresh(names, now)
    if current is not None and current.is_fresh(names, now):
        return [] if waits else ["make waiting"]
    if waits:
        return ["promote", "make waiting"]
    if current is not None and current.is_valid(names, now):
        # The clients get to know the new one in this run; it takes over in the next.
        return ["make waiting"]
    return ["make current", "make waiting"]


def read(path: str, run: Run) -> Certificate | None:
    try:
        with open(path, encoding="ascii") as file:
            found = PEM_CERTIFICATE.search(file.read())
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    if found is None:
        return None
    text = run(["openssl", "x509", "-in", path, "-noout", "-dates", "-ext", "subjectAltName"])
    dates = dict(re.findall("^not(Before|After)=(.*)$", text, re.MULTILINE))
    names = re.findall("(?:DNS|IP Address):([^,\\s]+)", text)
    return Certificate(
        found[0],
        frozenset(normalise(name) for name in names),
        ssl.cert_time_to_seconds(dates["Before"]),
        ssl.cert_time_to_seconds(dates["After"]),
    )


def make(path: str, names: t.Iterable[str], days: int, run: Run) -> None:
    """Write a new key and its certificate, readable for the owner only."""
    names = list(names)
    alternatives = [f"{'IP' if _is_address(name) else 'DNS'}:{name}" for name in names]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path), prefix=".certificate.") as work:
        configuration, key, certificate = (os.path.join(work, name) for name in ("configuration", "key", "certificate"))
        with open(configuration, "w", encoding="ascii") as file:
            # OpenSSL looks issuers up by name: certificates that stand side by side need different ones.
            name = f"{names[0][:40]} {secrets.token_hex(8)}"
            file.write(CONFIGURATION.format(name=name, alternatives=", ".join(alternatives)))
        run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", key])
        request = ["openssl", "req", "-x509", "-new", "-config", configuration, "-key", key]
        run([*request, "-days", str(days), "-out", certificate])
        whole = os.path.join(work, "whole")
        with open(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            for part in (certificate, key):
                with open(part, encoding="ascii") as source:
                    file.write(source.read())
            file.flush()
            os.fsync(file.fileno())
        os.replace(whole, path)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
