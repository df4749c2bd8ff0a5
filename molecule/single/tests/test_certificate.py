"""Certificates of every kind, from a real ACME authority too.

The tests follow the life of a site: each begins with the certificate that the one before has left.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import threading
import time

import pytest
import yaml
from acme import Authority
from browser import CHECKOUT, Browser
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

MAIN, SECOND = "www.guestbook.example", "shop.guestbook.example"
COMMAND = "/usr/local/sbin/guestbook-certificate"
PAIR = "/etc/guestbook/certificate"
STATE = "/etc/guestbook/acme"
# Seconds between two visits: fewer than nginx_requests_per_second.
PAUSE = 0.02


def changes(output):
    return [int(number) for number in re.findall(r"changed=(\d+) +unreachable=", output)]


def strange():
    """A client that trusts everybody."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def speaks_tls_1_2(address):
    context = strange()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        with context.wrap_socket(socket.create_connection((address, 443), timeout=30), server_hostname=MAIN):
            return True
    except ssl.SSLError:
        return False


class Visitors:
    """Asks for the site again and again, over new connections, slower than its limit, and counts what goes wrong."""

    def __init__(self, address):
        self._address = address
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._visit)
        self.answers = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        self._thread.join()

    def _visit(self):
        request = f"GET /health/ HTTP/1.1\r\nHost: {MAIN}\r\nConnection: close\r\n\r\n".encode()
        while not self._end.wait(PAUSE):
            try:
                plain = socket.create_connection((self._address, 443), timeout=30)
                with strange().wrap_socket(plain, server_hostname=MAIN) as connection:
                    connection.sendall(request)
                    self.answers.append(connection.recv(12))
            except OSError as error:
                self.answers.append(error)

    @property
    def failures(self):
        return [answer for answer in self.answers if answer != b"HTTP/1.1 200"]


@pytest.fixture
def address(scenario):
    return scenario.addresses("app1")[0]


@pytest.fixture
def served(address):
    """Reads the certificate that nginx shows."""

    def read(name=MAIN):
        plain = socket.create_connection((address, 443), timeout=30)
        with strange().wrap_socket(plain, server_hostname=name) as connection:
            return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True))

    return read


@pytest.fixture
def loaded(served):
    """Waits for another certificate than the one before: after a reload the former workers answer for a moment, too."""

    def read(before, name=MAIN):
        deadline = time.monotonic() + 20
        answers = [before]
        while before in answers:
            assert time.monotonic() < deadline, "nginx shows the certificate of before"
            answers = [served(name) for _reading in range(20)]
        return answers[-1]

    return read


@pytest.fixture(scope="module")
def authority(scenario, app):
    # An earlier run may have left certificates of another authority.
    app.run_expect([0], f"rm -rf {STATE}")
    running = Authority(app, site=scenario.addresses("app1")[0])
    yield running
    running.remove()


@pytest.fixture(scope="module")
def deploy(scenario, authority, tmp_path_factory):
    """Publish the site with a certificate of the authority, unless the variables say something else.

    It is the part of the playbook that has to do with certificates, unless the whole playbook is asked for.
    """
    issue = {"name": "hardened.django.certificate", "tasks_from": "issue"}
    play = {
        "name": "Publish the site",
        "hosts": "app",
        "become": True,
        "gather_facts": True,
        "gather_subset": ["!all", "!min", "distribution", "network"],
        "vars_files": [str(CHECKOUT / "playbooks/vars/site.yml")],
        "roles": ["hardened.django.certificate", "hardened.django.nginx"],
        "tasks": [{"name": "Get the certificate", "ansible.builtin.include_role": issue}],
    }
    folder = tmp_path_factory.mktemp("play")
    part = folder / "play.yml"
    part.write_text(yaml.safe_dump([play]))
    given = folder / "variables.json"

    def run(*arguments, whole=False, **variables):
        acme = {
            "certificate_kind": "acme",
            "certificate_names": [MAIN],
            "certificate_acme_directory_url": authority.directory_url,
            "certificate_acme_ca_bundle": authority.ca_bundle,
        }
        playbook = {} if whole else {"path": part}
        # The site has sub-domains, which this authority does not certify.
        acme["release_waive"] = [{"id": "edge.E008", "reason": "The authority certifies no wildcard"}]
        # In a file, because Ansible shows its command line.
        given.write_text(json.dumps({**acme, **variables}))
        return scenario.playbook("-e", f"@{given}", *arguments, **playbook)

    return run


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A certificate of somebody's own authority, with its key: for the main name and every sub-domain."""
    folder = tmp_path_factory.mktemp("own")
    script = f"""
set -eu
openssl req -x509 -newkey rsa:2048 -nodes -days 40 -subj '/CN=Own authority' -keyout ca-key.pem -out ca.pem
openssl req -newkey rsa:2048 -nodes -subj /CN=site -keyout key.pem -out site.csr
echo 'subjectAltName = DNS:{MAIN}, DNS:*.guestbook.example' >extensions
openssl x509 -req -in site.csr -CA ca.pem -CAkey ca-key.pem -days 30 -extfile extensions -out site.pem
openssl x509 -req -in site.csr -CA ca.pem -CAkey ca-key.pem -days -1 -out expired.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out other-key.pem
"""
    subprocess.run(["sh", "-c", script], cwd=folder, check=True, capture_output=True)
    return {path.stem: path.read_text() for path in folder.glob("*.pem")}


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"certificate_names": ["*.guestbook.example"]}, "certificate_names holds *.guestbook.example: an ACME"),
        ({"certificate_acme_directory_url": "http://ca"}, 'certificate_acme_directory_url "http://ca" is not an https'),
    ],
)
def test_what_an_authority_cannot_prove_is_refused_before_anything_changes(deploy, variables, message):
    result = deploy(**variables)
    assert result.returncode != 0
    assert message in " ".join(result.stdout.split())
    assert changes(result.stdout) == [0]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"certificate_acme_directory_url": "https://app1:14000/none"}, "404"),
        ({"certificate_names": ["www.refused.example"]}, "acme:error:rejectedIdentifier"),
    ],
)
def test_an_authority_that_refuses_leaves_the_site_serving(deploy, served, variables, message):
    before = served()
    result = deploy(**variables)
    assert result.returncode != 0
    output = " ".join(result.stdout.split())
    assert "gave no certificate, and the site serves the one that it had. certbot says" in output
    assert message in output
    assert served() == before


def test_the_first_certificate_comes_without_a_failed_request(deploy, app, address, served, loaded):
    before = served()
    with Visitors(address) as visitors:
        result = deploy(whole=True)
    assert result.returncode == 0, result.stdout
    assert visitors.failures == []
    assert len(visitors.answers) > 10
    certificate = loaded(before)
    assert "Pebble" in certificate.issuer.rfc4514_string()
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert app.file(f"{PAIR}/privkey.pem").is_symlink
    mode = app.check_output(f"stat --dereference --format %a,%U {PAIR}/privkey.pem")
    assert mode == "600,root"


def test_a_browser_that_trusts_the_authority_gets_the_whole_chain(authority, address):
    root = authority.root()
    assert Browser(address, MAIN, root).get("/health/").status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        Browser(address, SECOND, root).get("/health/")


def test_another_run_changes_nothing_even_without_the_authority(deploy, app, authority, served):
    before = served()
    with authority.out_of_reach(app):
        result = deploy()
    assert result.returncode == 0, result.stdout
    assert changes(result.stdout) == [0], result.stdout
    assert served() == before


def test_another_name_brings_another_certificate(deploy, served, loaded):
    before = served()
    result = deploy(certificate_names=[MAIN, SECOND])
    assert result.returncode == 0, result.stdout
    names = loaded(before, SECOND).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert sorted(names.get_values_for_type(x509.DNSName)) == [SECOND, MAIN]


def test_the_timer_renews_what_is_due(app, address, served, loaded):
    """In its sandbox: the certificate is made due by certbot's own setting."""
    before = served()
    assert app.service("guestbook-certificate.timer").is_enabled
    assert app.service("guestbook-certificate.timer").is_running
    app.run_expect([0], f"sed -i '1i renew_before_expiry = 90 years' {STATE}/*/renewal/guestbook.conf")
    with Visitors(address) as visitors:
        app.run_expect([0], "systemctl start guestbook-certificate.service")
    app.run_expect([0], f"sed -i '/^renew_before_expiry/d' {STATE}/*/renewal/guestbook.conf")
    assert loaded(before).issuer == before.issuer
    assert visitors.failures == []


def test_a_broken_configuration_does_not_cost_the_renewed_certificate(app, served, loaded):
    before = served()
    app.run_expect([0], "echo 'no_such_directive;' >/etc/nginx/conf.d/broken.conf")
    result = app.run(f"{COMMAND} --force-renewal")
    app.run_expect([0], "rm /etc/nginx/conf.d/broken.conf")
    assert result.rc != 0
    assert "no_such_directive" in result.stderr
    assert served() == before
    app.run_expect([0], "systemctl start guestbook-certificate.service")
    assert loaded(before).issuer == before.issuer


def test_an_authority_that_is_down_leaves_the_certificate(app, authority, served):
    before = served()
    with authority.out_of_reach(app):
        result = app.run(f"{COMMAND} --force-renewal")
    assert result.rc != 0
    assert served() == before


def test_a_certificate_that_cannot_serve_is_refused_before_anything_changes(deploy, own, served):
    before = served()
    result = deploy(
        certificate_kind="provided",
        certificate_provided_chain=own["expired"],
        certificate_provided_key=own["other-key"],
    )
    assert result.returncode != 0
    output = " ".join(result.stdout.split())
    assert "certificate_provided_key do not serve this site: the key does not belong to" in output
    assert "certificate 1 of the chain expired on" in output
    assert f"the certificate is for no name and not for {MAIN}" in output
    assert changes(result.stdout) == [0]
    assert served() == before


def test_a_provided_certificate_replaces_it_without_a_failed_request(deploy, app, own, address, served, loaded):
    before = served()
    provided = {
        "certificate_kind": "provided",
        "certificate_provided_chain": own["site"] + own["ca"],
        "certificate_provided_key": own["key"],
        "nginx_tls_policy": "modern",
    }
    assert speaks_tls_1_2(address)
    with Visitors(address) as visitors:
        result = deploy("--diff", "-vvvv", **provided)
    assert result.returncode == 0, result.stdout
    assert visitors.failures == []
    assert loaded(before) == x509.load_pem_x509_certificate(own["site"].encode())
    assert Browser(address, MAIN, own["ca"]).get("/health/").status == 200
    deadline = time.monotonic() + 20
    while speaks_tls_1_2(address):
        assert time.monotonic() < deadline, "the modern policy is TLS 1.3 only"
    secret = own["key"].splitlines()[5]
    assert secret not in result.stdout.replace("\\n", "\n")
    assert not app.service("guestbook-certificate.timer").is_running
    assert not app.file(COMMAND).exists


def test_back_to_a_self_signed_certificate(scenario, app, address, served, loaded):
    before = served()
    with Visitors(address) as visitors:
        result = scenario.playbook()
    assert result.returncode == 0, result.stdout
    assert visitors.failures == []
    certificate = loaded(before)
    assert certificate.issuer == certificate.subject
    assert not app.file(f"{PAIR}/provided/privkey.pem").exists
    assert changes(scenario.playbook().stdout) == [0]
