# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web server of the collection beside a plain one with proxy_pass to gunicorn; bytes of compressed static files."""

from __future__ import annotations

import json
import re
import shlex
import statistics
import subprocess
import sys
from typing import NamedTuple

import yaml

ROUNDS = 5
SECONDS = 4
LEAST = 0.95
# One address sends everything here; the limits for an address are not what is measured. Names of files have a hash.
VARIABLES = {
    "nginx_requests_per_second": 1000000,
    "nginx_connections_per_address": 1000,
    "settings_extra": (
        'STORAGES = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},'
        ' "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}'
    ),
}
PLAIN_NGINX = """
worker_processes auto;
worker_rlimit_nofile 4096;
pid /run/plain-nginx.pid;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/plain.log combined;
    sendfile on;
    tcp_nopush on;
    upstream app_server { server unix:/run/guestbook-plain/app.sock fail_timeout=0; }
    server {
        listen 8443 ssl;
        server_name www.guestbook.example;
        ssl_certificate /etc/guestbook/certificate/fullchain.pem;
        ssl_certificate_key /etc/guestbook/certificate/privkey.pem;
        client_max_body_size 4G;
        keepalive_timeout 30;
        root /srv/guestbook/current;
        location / { try_files $uri @proxy_to_app; }
        location @proxy_to_app {
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header Host $http_host;
            proxy_redirect off;
            proxy_pass http://app_server;
        }
    }
}
"""
# The same code, settings and number of workers, without the sandbox and the socket of systemd.
START_PLAIN = r"""
set -eu
command -v wrk >/dev/null || { apt-get update -qq && apt-get install -yqq curl wrk >/dev/null; }
grep -q www.guestbook.example /etc/hosts || echo '127.0.0.1 www.guestbook.example' >>/etc/hosts
systemctl stop guestbook-plain.service plain-nginx.service 2>/dev/null || true
systemctl reset-failed guestbook-plain.service plain-nginx.service 2>/dev/null || true
cat >/root/plain-nginx.conf
systemctl cat guestbook.service | grep -E '^(User|Group|WorkingDirectory|Environment|LoadCredential|Bind)' >/run/plain
set --
while read -r property; do set -- "$@" "--property=$property"; done </run/plain
systemd-run --quiet --unit=guestbook-plain "$@" --property=RuntimeDirectory=guestbook-plain \
    --property=EnvironmentFile=/srv/guestbook/current/settings/environment --property=UMask=0000 \
    env gunicorn --config /etc/guestbook/gunicorn.conf.py \
    --bind unix:/run/guestbook-plain/app.sock private_wsgi:application
systemd-run --quiet --unit=plain-nginx nginx -c /root/plain-nginx.conf -g 'daemon off;'
timeout 30 sh -c 'until curl -fsk https://www.guestbook.example:8443/health/ >/dev/null; do sleep 0.2; done'
cd /srv/guestbook/current/static
find ./admin/css -name 'base.????????????.css' | sed 's/^\.//'
find . -type f ! -name '*.br' ! -name '*.gz' -printf '%s\n' | awk '{n += $1} END {print n}'
find . -type f ! -name '*.br' ! -name '*.gz' | while read -r f; do
    if [ -e "$f.br" ]; then stat -c %s "$f.br"; else stat -c %s "$f"; fi
done | awk '{n += $1} END {print n}'
"""


class Result(NamedTuple):
    """Requests a second, and the time in milliseconds that 99 of 100 requests stay below."""

    rate: float
    p99: float


def on_host(inventory: str, script: str, text: str = "") -> str:
    with open(f"{inventory}/hosts.yml", encoding="utf-8") as file:
        variables = yaml.safe_load(file)["all"]
    network = variables["vars"]["host_network"]
    address = next(iter(variables["children"]["app"]["hosts"].values()))["ansible_host"]
    command = ["ssh", "-F", f".cache/ssh/config-{network}", address, f"sudo sh -c {shlex.quote(script)}"]
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: on the host: {done.stderr}")
    return done.stdout


def load(inventory: str, port: int, path: str) -> Result:
    address = f"https://www.guestbook.example:{port}{path}"
    output = on_host(
        inventory, f"wrk --threads 1 --connections 16 --timeout 10s --duration {SECONDS}s --latency {address}"
    )
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"bench: {address}:\n{output}")
    ((number, unit),) = re.findall(r"99%\s+([\d.]+)(us|ms|s)", output)
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", output)
    return Result(float(rate), float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit])


def main(inventory: str) -> int:
    subprocess.run([sys.executable, "tools/hosts.py", "up", inventory], check=True)
    site = ["ansible-playbook", "--inventory", inventory, "playbooks/site.yml", "--extra-vars", json.dumps(VARIABLES)]
    subprocess.run(site, check=True, stdout=subprocess.DEVNULL)
    path, plain_bytes, brotli_bytes = on_host(inventory, START_PLAIN, PLAIN_NGINX).split()
    for name, target in (("static file", f"/static{path}"), ("page of Django", "/health/")):
        # In turn, so that other load on the machine meets both.
        rounds = [(load(inventory, 8443, target), load(inventory, 443, target)) for number in range(ROUNDS)]
        for kind, results in zip(("plain", "ours"), zip(*rounds, strict=True), strict=True):
            rate, p99 = (statistics.median(values) for values in zip(*results, strict=True))
            print(f"{name}, {kind}: {rate:.0f} requests/s, p99 {p99:.2f} ms")
        rate = statistics.median(ours.rate / plain.rate for plain, ours in rounds)
        p99 = statistics.median(plain.p99 / ours.p99 for plain, ours in rounds)
        wanted = f"at least {LEAST} wanted, more is better"
        print(f"{name}, ours to plain: rate {rate:.2f}, p99 {p99:.2f} ({wanted})", flush=True)
    share = int(brotli_bytes) / int(plain_bytes)
    print(f"static files with brotli: {brotli_bytes} of {plain_bytes} bytes ({share:.0%})")
    on_host(inventory, "systemctl stop guestbook-plain.service plain-nginx.service")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
