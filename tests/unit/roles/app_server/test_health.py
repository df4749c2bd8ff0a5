"""The health check asks as nginx does, follows the site's own redirections, and names what is wrong."""

from __future__ import annotations

import http.server
import json
import pathlib
import shutil
import socketserver
import subprocess
import sys
import threading

import pytest

PROGRAM = pathlib.Path(__file__).parents[4] / "roles/app_server/files/health.py"
Page = tuple[int, dict[str, str], str]

GOOD: Page = (200, {}, "ok")


class Site(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers with a status, headers and text for each path; 404 for others."""

    daemon_threads = True

    def __init__(self, path: pathlib.Path, pages: dict[str, Page]) -> None:
        self.pages = pages
        self.asked: list[tuple[str, str | None, str | None]] = []
        super().__init__(str(path), Handler)


class Handler(http.server.BaseHTTPRequestHandler):
    server: Site

    def address_string(self) -> str:
        return "socket"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
        status, headers, text = self.server.pages.get(self.path, (404, {}, "no such page"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture
def check(tmp_path):
    """Run the health check against pages, and return its exit code, its words, and what it asked for."""

    def run(pages, journal="", **changes):
        wanted = {
            "unit": "blog.service",
            "domain": "blog.example",
            "socket": str(tmp_path / "app.sock"),
            # Nothing listens there, as before the web server serves the site.
            "web_server_port": 1,
            "static_directory": str(tmp_path),
            "maintenance_file": str(tmp_path / "maintenance"),
            "path": "/",
            "statuses": [200, 301, 302],
            "text": "",
            "timeout": 5,
        }
        shutil.copy(PROGRAM, tmp_path)
        (tmp_path / "journalctl").write_text("#!/bin/sh\ncat <<'END'\n" + journal + "\nEND\n")
        (tmp_path / "journalctl").chmod(0o755)
        (tmp_path / "health.json").write_text(json.dumps({**wanted, **changes}))
        with Site(tmp_path / "app.sock", pages) as site:
            threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
            done = subprocess.run(
                [sys.executable, tmp_path / "health.py", "1"],
                env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
                text=True,
                capture_output=True,
                check=False,
                timeout=60,
            )
            site.shutdown()
        (tmp_path / "app.sock").unlink()
        return done.returncode, done.stderr.strip(), site.asked

    return run


def test_a_page_is_asked_for_as_nginx_asks(check):
    assert check({"/": GOOD}) == (0, "", [("/", "blog.example", "https")])


@pytest.mark.parametrize(
    ("pages", "variables", "message"),
    [
        ({"/": (500, {}, "")}, {}, "/ answers 500, not one of [200, 301, 302] (app_server_health_statuses)"),
        ({"/": GOOD}, {"text": "fine"}, "/ does not hold the text 'fine' (app_server_health_text)"),
        (
            {"/": (302, {"Location": "/login/?next=/"}, ""), "/login/?next=/": (500, {}, "")},
            {},
            "/login/?next=/ answers 500, and / leads there",
        ),
        (
            {
                "/": (302, {"Location": "https://blog.example/de/"}, ""),
                "/de/": (200, {}, '<link href="/static/a.css">'),
            },
            {},
            "/de/ links static files that were not collected: a.css",
        ),
    ],
)
def test_what_is_wrong_is_named(check, pages, variables, message):
    code, words, _asked = check(pages, **variables)
    assert (code, words) == (1, message)


def test_what_gunicorn_complained_of_last_is_told(check):
    journal = """
Traceback (most recent call last):
RuntimeError: words of the project, with a password
[2026-11-27 12:00:00 +0000] [7] [INFO] Booting worker with pid: 9
[2026-11-27 12:00:00 +0000] [7] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?
[2026-11-27 12:00:01 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:9)
"""
    code, words, _asked = check({"/": (500, {}, "")}, journal)
    assert (code, words) == (
        1,
        "/ answers 500, not one of [200, 301, 302] (app_server_health_statuses); gunicorn: WORKER TIMEOUT (pid:9)",
    )


@pytest.mark.parametrize(
    ("pages", "paths"),
    [
        ({"/": (302, {"Location": "/login/"}, ""), "/login/": GOOD}, ["/", "/login/"]),
        # Another site's health is not this one's.
        ({"/": (302, {"Location": "https://sso.example/"}, "")}, ["/"]),
        ({"/": (302, {"Location": "https://blog.example.evil/"}, "")}, ["/"]),
        # A page that asks for a cookie leads to itself.
        ({"/": (302, {"Location": "/"}, "")}, ["/"]),
        ({"/": (302, {"Location": "/a"}, ""), "/a": (302, {"Location": "/"}, "")}, ["/", "/a"]),
        ({"/": (302, {"Location": "/a"}, "")}, ["/", "/a"]),
    ],
)
def test_redirections_of_the_site_are_followed(check, pages, paths):
    code, words, asked = check(pages)
    assert (code, words, [path for path, _host, _scheme in asked]) == (0, "", paths)


def test_a_site_that_does_not_answer_is_named(check, tmp_path):
    code, words, _asked = check({}, socket=str(tmp_path / "nothing"))
    assert code == 1
    assert words.startswith("/ does not answer: FileNotFoundError")
