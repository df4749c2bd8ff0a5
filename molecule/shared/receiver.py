"""A mail server with TLS and log-in, and a server for webhooks, on a host of the scenario."""

from __future__ import annotations

import contextlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import testinfra

DIRECTORY = "/root/receiver"
PROGRAM = pathlib.Path(__file__).with_name("receiver_program.py")
INSTALL = f"""
apt-get install --yes --quiet --no-install-recommends python3-aiosmtpd >/dev/null
install --directory {DIRECTORY}
cd {DIRECTORY}
test -e key.pem || openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Receiver' -keyout key.pem \\
  -out certificate.pem -addext "subjectAltName = IP:$1" 2>/dev/null
"""
# Arguments: a text, such as a part of a subject, and what it is in. An alert comes after the failure that it is about.
WAIT = f"timeout 60 sh -c 'until grep --quiet --fixed-strings -- \"$1\" {DIRECTORY}/$2.jsonl; do :; done' wait"
START = f"""
systemctl stop receiver.service 2>/dev/null || true
rm -f {DIRECTORY}/*.jsonl
systemd-run --quiet --collect --unit=receiver --property=Type=notify --property=NotifyAccess=all \\
  python3 {DIRECTORY}/program.py {DIRECTORY}
"""
AUTHORITY = "/usr/local/share/ca-certificates/receiver.crt"


class Receiver:
    """Takes mails on port 587 with STARTTLS, and posts over HTTPS on port 8443. Each is kept as it came."""

    def __init__(self, host: testinfra.host.Host, address: str, user: str, password: str) -> None:
        self._host = host
        host.run_expect([0], "sh -euc %s install %s", INSTALL, address)
        host.run_expect([0], "printf %%s %s >%s", PROGRAM.read_text(encoding="utf-8"), f"{DIRECTORY}/program.py")
        # Not in the list of processes, which another test looks at.
        known = json.dumps([user, password])
        host.run_expect([0], "printf %%s %s >%s", known, f"{DIRECTORY}/known.json")
        host.run_expect([0], "sh -euc %s", START)

    def trusted_by(self, client: testinfra.host.Host) -> None:
        certificate = self._host.file(f"{DIRECTORY}/certificate.pem").content_string
        client.run_expect([0], "printf %%s %s >%s && update-ca-certificates", certificate, AUTHORITY)

    def forgotten_by(self, client: testinfra.host.Host) -> None:
        client.run_expect([0], "rm %s && update-ca-certificates --fresh", AUTHORITY)

    def mails(self, subject: str) -> list[dict[str, Any]]:
        return [mail for mail in self._received("mails") if subject in mail["subject"]]

    def wait_for(self, text: str, kind: str = "mails") -> None:
        self._host.run_expect([0], f"{WAIT} %s %s 2>/dev/null", text, kind)

    def forget(self) -> None:
        self._host.run_expect([0], f"rm -f {DIRECTORY}/*.jsonl")

    @contextlib.contextmanager
    def out_of_reach(self) -> Iterator[None]:
        self._host.run_expect([0], "systemctl stop receiver.service")
        try:
            yield
        finally:
            self._host.run_expect([0], "sh -euc %s", START)

    def posts(self) -> list[dict[str, Any]]:
        return self._received("posts")

    def _received(self, kind: str) -> list[dict[str, Any]]:
        kept = self._host.file(f"{DIRECTORY}/{kind}.jsonl")
        return [json.loads(line) for line in kept.content_string.splitlines()] if kept.exists else []
