# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a certificate, its chain and its key."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from itertools import pairwise

from ansible.errors import AnsibleFilterError

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
except ImportError as error:
    MISSING = str(error)
else:
    MISSING = ""


def _public_part(key: str) -> bytes:
    """The public half of a private key."""
    try:
        private = load_pem_private_key(key.encode(), password=None)
    except TypeError:
        raise ValueError("the key is encrypted: give it without a passphrase, in a vault") from None
    # The words of the parser may hold parts of what it read.
    except Exception:
        raise ValueError("the key is no private key in PEM form") from None
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _parse(chain: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(chain.encode())
    except ValueError:
        raise ValueError("the chain is no list of certificates in PEM form") from None


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in extension.value.get_values_for_type(x509.DNSName)]


def _is_covered(name: str, certified: Iterable[str]) -> bool:
    """A wildcard stands for exactly one label, and another wildcard is no label."""
    wildcard = "*." + name.partition(".")[2]
    return any(entry in (name, wildcard) for entry in certified)


def _issued(child: x509.Certificate, parent: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _times(chain: list[x509.Certificate]) -> Iterable[str]:
    now = datetime.datetime.now(datetime.timezone.utc)
    for number, certificate in enumerate(chain, start=1):
        if certificate.not_valid_after_utc < now:
            yield f"certificate {number} of the chain expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
        if certificate.not_valid_before_utc > now:
            yield f"certificate {number} of the chain is valid from {certificate.not_valid_before_utc:%Y-%m-%d} only"


def certificate_problems(chain: str, key: str, names: list[str]) -> list[str]:
    """What keeps a web server from proving these names with this chain and key; an empty list when nothing does."""
    if MISSING:
        raise AnsibleFilterError(f"Install cryptography, a requirement of ansible-core, beside it: {MISSING}")
    try:
        certificates = _parse(chain)
        public = _public_part(key)
    except ValueError as error:
        return [str(error)]
    leaf = certificates[0]
    problems = []
    if leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != public:
        problems.append("the key does not belong to the first certificate of the chain")
    problems += _times(certificates)
    certified = _names(leaf)
    missing = [name for name in names if not _is_covered(name.lower(), certified)]
    if missing:
        problems.append(f"the certificate is for {', '.join(certified) or 'no name'} and not for {', '.join(missing)}")
    for number, (child, parent) in enumerate(pairwise(certificates), start=1):
        if not _issued(child, parent):
            problems.append(f"certificate {number} of the chain was not issued by certificate {number + 1}")
    return problems
