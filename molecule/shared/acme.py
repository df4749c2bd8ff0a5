"""A real ACME authority for the tests: Debian's Pebble, on a host of the scenario, with certificates of its own."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence

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
        "domainBlocklist": ["refused.example"],
    }
}
CERTIFICATES = f"""
set -eu
apt-get install --yes --quiet --no-install-recommends pebble >/dev/null
install --directory {DIRECTORY}
cd {DIRECTORY}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Test authority' -keyout ca-key.pem -out ca.pem \
  -addext 'keyUsage = critical, keyCertSign, cRLSign' 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server-key.pem -out server.csr 2>/dev/null
printf '%s\n' 'subjectAltName = DNS:localhost' 'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid' \
  >extensions
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca-key.pem -days 2 -extfile extensions -out server.pem 2>/dev/null
"""
# systemd starts it before it listens.
START = f"""
systemd-run --quiet --collect --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 \
  pebble -config {DIRECTORY}/pebble.json
timeout 20 sh -c 'until openssl s_client -connect localhost:{PORT} </dev/null >/dev/null 2>&1; do :; done'
"""
READ_ROOT = f"""
import ssl, urllib.request
trust = ssl.create_default_context(cafile="{DIRECTORY}/ca.pem")
print(urllib.request.urlopen("https://localhost:15000/roots/0", context=trust).read().decode())
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
        host.run_expect([0], START)

    def root(self) -> str:
        """The certificate that browsers would trust; it is another one at each start."""
        root: str = self._host.check_output("python3 -c %s", READ_ROOT)
        return root

    @contextlib.contextmanager
    def out_of_reach(self) -> Iterator[None]:
        """It forgets everything when it stops, so it stays and nobody reaches it."""
        chain = "add table inet acme; add chain inet acme input { type filter hook input priority 0; }"
        self._host.run_expect([0], "nft %s", f"{chain}; add rule inet acme input tcp dport {PORT} reject")
        try:
            yield
        finally:
            self._host.run_expect([0], "nft delete table inet acme")

    def remove(self) -> None:
        self._host.run_expect([0], "systemctl stop pebble.service")
        self._host.run_expect([0], "cat %s/hosts >/etc/hosts && rm -r %s", DIRECTORY, DIRECTORY)
