"""A real ACME authority for the tests: Debian's Pebble on a host of the scenario, with a name server of its own."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import testinfra

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
openssl req -newkey rsa:2048 -nodes -subj /CN=Pebble -keyout server-key.pem -out server.csr 2>/dev/null
printf '%s\n' "subjectAltName = DNS:localhost, DNS:$(hostname)" 'subjectKeyIdentifier = hash' \
  'authorityKeyIdentifier = keyid' >extensions
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca-key.pem -days 2 -extfile extensions -out server.pem 2>/dev/null
"""
# Any name leads to the site. systemd starts programs before they listen.
START = f"""
systemd-run --quiet --collect --unit=pebble-challtestsrv \
  pebble-challtestsrv -defaultIPv4 "$1" -defaultIPv6 '' -http01 '' -https01 '' -tlsalpn01 ''
systemd-run --quiet --collect --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 \
  pebble -config {DIRECTORY}/pebble.json -dnsserver 127.0.0.1:8053
timeout 20 sh -c 'until openssl s_client -connect localhost:{PORT} </dev/null >/dev/null 2>&1; do :; done'
"""
READ_ROOT = f"""
import ssl, urllib.request
trust = ssl.create_default_context(cafile="{DIRECTORY}/ca.pem")
print(urllib.request.urlopen("https://localhost:15000/roots/0", context=trust).read().decode())
"""


class Authority:
    """Issues certificates for any name; the site that has to prove them is at `site`, an IPv4 address.

    The version of Debian 12 is meant: a later one wants more certificates for its name server.
    """

    def __init__(self, host: testinfra.host.Host, site: str) -> None:
        self._host = host
        self.name: str = host.check_output("hostname")
        self.directory_url = f"https://{self.name}:{PORT}/dir"
        host.run_expect([0], "sh -c %s", CERTIFICATES)
        host.run_expect([0], "echo %s >%s", json.dumps(CONFIGURATION), f"{DIRECTORY}/pebble.json")
        self.ca_bundle = host.file(f"{DIRECTORY}/ca.pem").content_string
        host.run_expect([0], "sh -euc %s start %s", START, site)

    def root(self) -> str:
        """The certificate that browsers would trust; it is another one at each start."""
        root: str = self._host.check_output("python3 -c %s", READ_ROOT)
        return root

    @contextlib.contextmanager
    def out_of_reach(self, client: testinfra.host.Host) -> Iterator[None]:
        """It forgets everything when it stops, so it stays and this client does not reach it."""
        chain = "add table inet acme; add chain inet acme output { type filter hook output priority 0; }"
        client.run_expect([0], "nft %s", f"{chain}; add rule inet acme output tcp dport {PORT} reject")
        try:
            yield
        finally:
            client.run_expect([0], "nft delete table inet acme")

    def remove(self) -> None:
        self._host.run_expect([0], "systemctl stop pebble.service pebble-challtestsrv.service && rm -r %s", DIRECTORY)
