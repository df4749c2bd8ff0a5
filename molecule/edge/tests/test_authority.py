"""A certificate of a real ACME authority on another host, for Debian 13.

The scenario single shows more of a certificate's life, on Debian 12.
"""

from __future__ import annotations

import socket
import ssl
import time

import pytest
from acme import Authority
from browser import Browser
from cryptography import x509

NAMES = ["www.guestbook.example", "guestbook.example", "uploads.example"]
ROLES = ["hardened.django.certificate", "hardened.django.nginx"]
ISSUE = {
    "name": "Get the certificate",
    "ansible.builtin.include_role": {"name": "hardened.django.certificate", "tasks_from": "issue"},
}
SERVICE = "guestbook-certificate.service"
RENEWAL = "/etc/guestbook/acme/*/renewal/guestbook.conf"


def await_served(address, certificate):
    """nginx loads a certificate after it was told to."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    deadline = time.monotonic() + 20
    while True:
        plain = socket.create_connection((address, 443), timeout=30)
        with context.wrap_socket(plain, server_hostname=NAMES[0]) as connection:
            shown = connection.getpeercert(binary_form=True)
        if shown and x509.load_der_x509_certificate(shown) == certificate:
            return
        assert time.monotonic() < deadline, "nginx shows another certificate"


@pytest.fixture
def acme(scenario, host, address):
    # An earlier run may have left certificates of another authority.
    host.run_expect([0], "rm -rf /etc/guestbook/acme")
    running = Authority(scenario.host("app2"), site=address)
    yield running
    running.remove()


@pytest.mark.parametrize("name", ["app1"])
def test_the_timer_renews_the_certificate_of_an_authority_and_tells_when_it_cannot(host, address, acme, configure):
    def certificate():
        return x509.load_pem_x509_certificate(host.file("/etc/guestbook/certificate/fullchain.pem").content)

    result = configure(
        roles=ROLES,
        tasks=[ISSUE],
        certificate_kind="acme",
        certificate_names=NAMES,
        certificate_acme_directory_url=acme.directory_url,
        certificate_acme_ca_bundle=acme.ca_bundle,
    )
    assert result.returncode == 0, result.stdout
    first = certificate()
    await_served(address, first)
    root = acme.root()
    for name in NAMES[:2]:
        assert Browser(address, name, root).get("/health/").status in (200, 308), name
    assert Browser(address, NAMES[2], root).get("/media/none.png").status == 404
    host.run_expect([0], f"sed -i '1i renew_before_expiry = 90 years' {RENEWAL}")
    host.run_expect([0], "systemctl start %s", SERVICE)
    renewed = certificate()
    assert renewed != first
    await_served(address, renewed)
    with acme.out_of_reach(host):
        assert host.run("systemctl start %s", SERVICE).rc != 0
    assert host.check_output("systemctl is-failed %s", SERVICE) == "failed"
    assert acme.name in host.check_output("journalctl --unit %s --grep 'Max retries|Connection' --output cat", SERVICE)
    assert certificate() == renewed
    await_served(address, renewed)
    assert Browser(address, NAMES[0], root).get("/health/").text == "ok\n"
