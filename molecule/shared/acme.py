"""A real ACME authority for the tests: Debian's Pebble, on a host of the scenario, with certificates of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence

import testinfra

# Pebble's own HTTPS, and the answers to the challenges that it asks for.
PORT = 14000
DIRECTORY = "/etc/pebble"
CONFIGURATION = {
    "pebble": {
        "listenAddress": f"0.0.0.0:{PORT}",
        "managementListenAddress": "127.0.0.1:15000",
        "certificate": f"{DIRECTORY}/server.pem",
        "privateKey": f"{DIRECTORY}/server-key.pem",
        "httpPort": 80,
        "tlsPort": 443,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
    }
}
CERTIFICATES = f"""
set -eu
apt-get install --yes --quiet --no-install-recommends pebble >/dev/null
install --directory {DIRECTORY}
cd {DIRECTORY}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Test authority' -keyout ca-key.pem -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server-key.pem -out server.csr 2>/dev/null
echo 'subjectAltName = DNS:localhost' >extensions
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca-key.pem -days 2 -extfile extensions -out server.pem 2>/dev/null
"""
# systemd starts it before it listens.
START = f"""
systemd-run --quiet --collect --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 \
  pebble -config {DIRECTORY}/pebble.json
timeout 20 sh -c 'until openssl s_client -connect localhost:{PORT} </dev/null >/dev/null 2>&1; do :; done'
"""


class Authority:
    """Issues certificates for any name that leads to the host itself."""

    directory_url = f"https://localhost:{PORT}/dir"

    def __init__(self, host: testinfra.host.Host, names: Sequence[str]) -> None:
        self._host = host
        host.run_expect([0], "sh -c %s", CERTIFICATES)
        host.run_expect([0], "echo %s >%s", json.dumps(CONFIGURATION), f"{DIRECTORY}/pebble.json")
        host.run_expect(
            [0], "cp /etc/hosts %s && echo %s >>/etc/hosts", f"{DIRECTORY}/hosts", f"127.0.0.1 {' '.join(names)}"
        )
        self.ca_bundle = host.file(f"{DIRECTORY}/ca.pem").content_string
        self.start()

    def start(self) -> None:
        self._host.run_expect([0], START)

    def stop(self) -> None:
        self._host.run_expect([0], "systemctl stop pebble.service")

    def remove(self) -> None:
        self.stop()
        self._host.run_expect([0], "cat %s/hosts >/etc/hosts && rm -r %s", DIRECTORY, DIRECTORY)
