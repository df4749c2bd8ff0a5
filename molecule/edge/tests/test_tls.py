"""TLS as strangers see it."""

from __future__ import annotations

import json

import pytest

DOMAIN = "www.guestbook.example"
# Findings of testssl.sh that are none here, and why.
KNOWN = {
    "cert_extlifeSpan": "who was given a self-signed certificate trusts it for its whole life",
    "cert_revocation": "a self-signed certificate has nobody who could revoke it",
    "cipher_order": "all ciphers are sound, and Mozilla's guideline lets the client choose",
    "BREACH": "Django masks its CSRF token anew in each response",
}
LOOK = """
set -eu
command -v testssl >/dev/null || apt-get install --yes --quiet --no-install-recommends testssl.sh bsdextrautils dnsutils
rm --force /tmp/testssl.json
testssl --quiet --warnings off --color 0 --add-ca /tmp/authority.pem --ip {address} --jsonfile /tmp/testssl.json \\
    {domain} || true
"""


@pytest.fixture
def look(scenario, address, authority):
    """Look at the host with the newer testssl.sh, which trusts the certificate; return the findings by their ids."""

    def run():
        tester = scenario.host("app1")
        tester.run_expect([0], "printf %%s %s >/tmp/authority.pem", authority)
        tester.run_expect([0], LOOK.format(address=address, domain=DOMAIN))
        findings = json.loads(tester.file("/tmp/testssl.json").content_string)
        return {finding["id"]: finding for finding in findings}

    return run


@pytest.mark.parametrize(
    ("name", "exchange"),
    [("app1", "Negotiated TLS1.3 group: X25519MLKEM768\n"), ("app2", "Peer Temp Key: X25519, 253 bits\n")],
)
def test_the_exchange_of_keys_withstands_quantum_computers_where_openssl_can(scenario, address, exchange):
    """Asked with the OpenSSL of Debian 13, which can."""
    tester = scenario.host("app1")
    shown = tester.check_output("openssl s_client -connect %s:443 -servername %s </dev/null 2>&1", address, DOMAIN)
    assert exchange in shown


def test_strangers_find_no_weakness(look, configure, name):
    # The certificate is trusted here, as that of an authority is.
    result = configure(nginx_certificate_kind="provided", nginx_hsts_seconds=31536000)
    assert result.returncode == 0, result.stdout
    findings = look()
    assert {"TLS1_2", "TLS1_3", "heartbleed"} <= set(findings)
    serious = [found for found in findings.values() if found["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL")]
    assert [found for found in serious if found["id"] not in KNOWN] == []
    assert findings["overall_grade"]["finding"] == "A+"
