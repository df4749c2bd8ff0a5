# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: three local hosts, the site playbook, and how to open what it serves."""

from __future__ import annotations

import argparse
import json
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

INVENTORY = "inventories/demo"
CERTIFICATE = Path(".cache/demo/certificate.pem")


def hosts(command: str) -> None:
    subprocess.run([sys.executable, "tools/hosts.py", command, INVENTORY], check=True)


def app_host() -> dict[str, str]:
    command = ["ansible-inventory", "--inventory", INVENTORY, "--host", "app1"]
    variables: dict[str, str] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return variables


def connect(address: str, domain: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    return context.wrap_socket(socket.create_connection((address, 443), timeout=10), server_hostname=domain)


def fetch_certificate(address: str, domain: str) -> None:
    """Keep the self-signed certificate; from here on it is what the site is verified with."""
    unverified = ssl.create_default_context()
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    with connect(address, domain, unverified) as connection:
        certificate = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True) or b"")
    CERTIFICATE.parent.mkdir(parents=True, exist_ok=True)
    CERTIFICATE.write_text(certificate, encoding="ascii")


def first_answer(address: str, domain: str) -> str:
    with connect(address, domain, ssl.create_default_context(cafile=str(CERTIFICATE))) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {domain}\r\nConnection: close\r\n\r\n".encode())
        return connection.makefile("r", encoding="latin-1").readline().strip()


def up() -> None:
    started = time.monotonic()
    hosts("up")
    began = time.monotonic()
    subprocess.run(["ansible-playbook", "--inventory", INVENTORY, "playbooks/site.yml"], check=True)
    print(f"[{time.monotonic() - began:.1f}s] playbooks/site.yml done")
    variables = app_host()
    address, domain = variables["ansible_host"], variables["project_domain"]
    fetch_certificate(address, domain)
    print(
        f"""[{time.monotonic() - started:.1f}s] https://{domain}/ answers: {first_answer(address, domain)}

    curl --resolve {domain}:443:{address} --cacert {CERTIFICATE} https://{domain}/

Browser on this machine: https://{domain}:8443/
    (a name that does not end in .localhost needs the line "127.0.0.1 {domain}" in /etc/hosts)
Stop: make demo-down"""
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="The demo.")
    parser.add_argument("command", choices=["up", "down"])
    try:
        if parser.parse_args().command == "up":
            up()
        else:
            hosts("down")
            CERTIFICATE.unlink(missing_ok=True)
    except subprocess.CalledProcessError as error:
        print(f"demo: {' '.join(map(str, error.cmd))} failed", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"demo: the site does not answer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
