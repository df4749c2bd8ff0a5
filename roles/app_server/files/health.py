# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a site through its socket and through nginx until it is healthy. Exit code 0 when it is.

Argument: the seconds that it gets. Beside this file lies health.json, which says what is asked and what counts.
A site that is not healthy is told with what gunicorn last complained of meanwhile.
"""

import http.client
import json
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import time
from urllib.parse import urljoin

WANTED = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
DOMAIN = WANTED["domain"]
SITE = f"https://{DOMAIN}"
STATIC = pathlib.Path(WANTED["static_directory"])
MAINTENANCE = pathlib.Path(WANTED["maintenance_file"])
PATH = WANTED["path"]
STATUSES = WANTED["statuses"]
TEXT = WANTED["text"]
TIMEOUT = float(sys.argv[1]) if len(sys.argv) > 1 else WANTED["timeout"]
MOST_PAGES = 5
COMPLAINT = re.compile(r"\[(?:ERROR|CRITICAL)\] (.*)")


def ask(connected, path, headers):
    """Return the status, the address of a redirection or None, and the text of a page, over a connection."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = connected
    with connected:
        connection.request("GET", path, headers={"Host": DOMAIN, **headers})
        response = connection.getresponse()
        return response.status, response.getheader("Location"), response.read().decode(errors="replace")


def fault(path, status, page):
    """Return what is wrong with a page, or an empty text."""
    if path == PATH and status not in STATUSES:
        return f"answers {status}, not one of {STATUSES} (app_server_health_statuses)"
    if path == PATH and TEXT not in page:
        return f"does not hold the text {TEXT!r} (app_server_health_text)"
    if status >= 500:
        return f"answers {status}, and {PATH} leads there"
    assets = set(re.findall(r"""(?:href|src)=["']?/static/([^"'?#\s>]+)""", page))
    missing = sorted(name for name in assets if not (STATIC / name).is_file())
    return f"links static files that were not collected: {', '.join(missing[:5])}" if missing else ""


def problem_of_the_application():
    """Return what is wrong with the page, or with those of the site that it leads to; else an empty text."""
    path, seen = PATH, []
    while path and path not in seen and len(seen) < MOST_PAGES:
        connected = socket.socket(socket.AF_UNIX)
        connected.settimeout(TIMEOUT)
        connected.connect(WANTED["socket"])
        status, location, page = ask(connected, path, {"X-Forwarded-Proto": "https"})
        if found := fault(path, status, page):
            return f"{path} {found}"
        seen.append(path)
        target = urljoin(SITE + path, location or "")
        path = target.removeprefix(SITE) if target.startswith(f"{SITE}/") else ""
    return ""


def problem_of_the_web_server():
    """Return what is wrong, or an empty text. Which certificate a browser trusts is not asked here."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        plain = socket.create_connection(("127.0.0.1", WANTED["web_server_port"]), TIMEOUT)
        connected = context.wrap_socket(plain, server_hostname=DOMAIN)
    except (ConnectionRefusedError, ssl.SSLError):
        # It does not serve this domain yet: it comes after the release.
        return ""
    status = ask(connected, PATH, {})[0]
    # It may keep strangers out, or show the maintenance page.
    expected = [*STATUSES, 401, 403, *([503] if MAINTENANCE.exists() else [])]
    return "" if status in expected else f"{PATH} comes through nginx with status {status}, unlike through the socket"


def problem():
    """Return what is wrong, or an empty text."""
    try:
        return problem_of_the_application() or problem_of_the_web_server()
    except (OSError, http.client.HTTPException) as error:
        return f"{PATH} does not answer: {error!r}"


def complaint():
    """Return the last error of gunicorn since the question, or an empty text. What the project writes stays out."""
    command = ["journalctl", f"--unit={WANTED['unit']}", f"--since=@{BEGIN}", "--output=cat", "--no-pager", "--quiet"]
    journal = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout
    return (COMPLAINT.findall(journal) or [""])[-1]


BEGIN = time.time()
deadline = time.monotonic() + TIMEOUT
while found := problem():
    if time.monotonic() >= deadline:
        sys.exit("; gunicorn: ".join(filter(None, (found, complaint()))))
    time.sleep(0.5)
