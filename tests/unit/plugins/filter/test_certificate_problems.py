# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
from typing import NamedTuple

import pytest
from ansible_collections.hardened.django.plugins.filter.certificate_problems import certificate_problems
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

NAMES = ["blog.example.org", "example.org"]
TODAY = datetime.datetime.now(datetime.UTC)


class Identity(NamedTuple):
    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key(self) -> str:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def make(subject: str, names: list[str], issuer: Identity | None = None, first: int = -1, last: int = 30) -> Identity:
    """A certificate that is valid from and to so many days from today."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(TODAY + datetime.timedelta(days=first))
        .not_valid_after(TODAY + datetime.timedelta(days=last))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
    return Identity(builder.sign(issuer.private if issuer else private, hashes.SHA256()), private)


ROOT = make("root", [])
INTERMEDIATE = make("intermediate", [], ROOT)
LEAF = make("leaf", NAMES, INTERMEDIATE)


def test_a_sound_certificate_has_no_problem() -> None:
    assert certificate_problems(LEAF.pem, LEAF.key, NAMES) == []
    assert certificate_problems(LEAF.pem + INTERMEDIATE.pem + ROOT.pem, LEAF.key, NAMES) == []
    assert certificate_problems("# comment\n" + LEAF.pem, LEAF.key, ["BLOG.example.org"]) == []


@pytest.mark.parametrize(
    ("certified", "names", "missing"),
    [
        (["*.example.org"], ["blog.example.org"], ""),
        (["*.example.org"], ["*.example.org"], ""),
        (["*.example.org"], ["example.org"], "example.org"),
        (["*.example.org"], ["a.b.example.org"], "a.b.example.org"),
        (["*.example.org"], ["*.b.example.org"], "*.b.example.org"),
        (["blog.example.org"], ["*.example.org"], "*.example.org"),
        (["blog.example.org"], NAMES, "example.org"),
        ([], ["example.org"], "example.org"),
    ],
)
def test_every_name_must_be_covered(certified: list[str], names: list[str], missing: str) -> None:
    identity = make("leaf", certified)
    found = certificate_problems(identity.pem, identity.key, names)
    expected = f"the certificate is for {', '.join(certified) or 'no name'} and not for {missing}"
    assert found == ([expected] if missing else [])


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        (-30, -1, f"certificate 1 of the chain expired on {TODAY - datetime.timedelta(days=1):%Y-%m-%d}"),
        (1, 30, f"certificate 1 of the chain is valid from {TODAY + datetime.timedelta(days=1):%Y-%m-%d} only"),
    ],
)
def test_it_must_be_valid_today(first: int, last: int, problem: str) -> None:
    identity = make("leaf", NAMES, first=first, last=last)
    assert certificate_problems(identity.pem, identity.key, NAMES) == [problem]


def test_an_intermediate_certificate_must_be_valid_too() -> None:
    expired = make("intermediate", [], ROOT, -30, -1)
    leaf = make("leaf", NAMES, expired)
    assert certificate_problems(leaf.pem + expired.pem, leaf.key, NAMES) == [
        f"certificate 2 of the chain expired on {TODAY - datetime.timedelta(days=1):%Y-%m-%d}"
    ]


def test_the_chain_must_be_in_order() -> None:
    not_issued = "certificate {} of the chain was not issued by certificate {}"
    assert certificate_problems(LEAF.pem + ROOT.pem + INTERMEDIATE.pem, LEAF.key, NAMES) == [
        not_issued.format(1, 2),
        not_issued.format(2, 3),
    ]
    namesake = make("intermediate", [], ROOT)
    assert certificate_problems(LEAF.pem + namesake.pem, LEAF.key, NAMES) == [not_issued.format(1, 2)]


def test_the_key_must_belong_to_the_certificate() -> None:
    problem = "the key does not belong to the first certificate of the chain"
    assert certificate_problems(LEAF.pem, INTERMEDIATE.key, NAMES) == [problem]


def encrypted() -> str:
    form = BestAvailableEncryption(b"passphrase")
    return LEAF.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, form).decode()


@pytest.mark.parametrize(
    ("chain", "key", "problem"),
    [
        pytest.param("", LEAF.key, "the chain is empty", id="no chain"),
        pytest.param(LEAF.key, LEAF.key, "the chain is no list of certificates in PEM form", id="a key as chain"),
        pytest.param(LEAF.pem, "", "the key is no private key in PEM form", id="no key"),
        pytest.param(LEAF.pem, LEAF.pem, "the key is no private key in PEM form", id="a certificate as key"),
        pytest.param(LEAF.pem, LEAF.key[:90], "the key is no private key in PEM form", id="half a key"),
        pytest.param(
            LEAF.pem, encrypted(), "the key is encrypted: give it without a passphrase, in a vault", id="encrypted"
        ),
    ],
)
def test_what_is_no_certificate_or_key_is_named(chain: str, key: str, problem: str) -> None:
    assert certificate_problems(chain, key, NAMES) == [problem]
