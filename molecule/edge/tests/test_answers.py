"""What the web server adds to answers, and what it answers itself."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from browser import CHECKOUT, Browser

DOMAIN = "www.guestbook.example"
MEDIA_DOMAIN = "uploads.example"
ANSWERS = {
    "page": ("GET / HTTP/1.1", 200),
    "redirect": ("GET /accounts/login HTTP/1.1", 301),
    "missing page": ("GET /no-such-page/ HTTP/1.1", 404),
    "error": ("GET /error/ HTTP/1.1", 500),
    "own headers": ("GET /own-headers/ HTTP/1.1", 200),
    "slow page": ("GET /slow/?ms=4000 HTTP/1.1", 504),
    "static file": ("GET /static/guestbook/style.css HTTP/1.1", 200),
    "missing static file": ("GET /static/none.css HTTP/1.1", 404),
    "directory": ("GET /static/guestbook/ HTTP/1.1", 404),
    "post to a static file": ("POST /static/guestbook/style.css HTTP/1.1\r\nContent-Length: 0", 405),
    "medium": ("GET /media/note.html HTTP/1.1", 200),
    "missing medium": ("GET /media/none.png HTTP/1.1", 404),
    "large form": ("POST / HTTP/1.1\r\nContent-Length: 99999999", 413),
    "long address": (f"GET /{'a' * 9000} HTTP/1.1", 414),
    "long header": (f"GET / HTTP/1.1\r\nCookie: {'a' * 9000}", 431),
    "malformed header": ("GET / HTTP/1.1\r\nA header: 1", 400),
    "unknown coding": ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip", 501),
}
# Django's pages of 404 and 500 are the project's own.
OF_DJANGO = ("missing page",)
OF_NGINX = [
    name for name, (_line, status) in ANSWERS.items() if status not in (200, 301, 500) and name not in OF_DJANGO
]


def request(line, host=None):
    host = host or (MEDIA_DOMAIN if " /media/" in line else DOMAIN)
    return f"{line}\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()


MEDIA_URL = "from django.conf import settings; print(settings.MEDIA_URL)"


def faults(configuration, directory):
    """What a stranger's eye finds in the configuration."""
    path = directory / "nginx.conf"
    path.write_text(configuration)
    # Files that are kept open would be those of the release before for a while; and HSTS is looked for where it would
    # be lost, at the server and not at its locations.
    skips = "try_files_is_evil_too,hsts_header"
    command = [sys.executable, "-m", "gixy", "-ll", "--format", "json", "--skips", skips, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)


@pytest.fixture(autouse=True)
def medium(host):
    host.run_expect([0], "install -m 0644 -o guestbook /etc/hostname /var/lib/guestbook/media/note.html")


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_has_each_security_header_once(ask, answer):
    line, status = ANSWERS[answer]
    response = ask(request(line))
    assert response.status == status
    assert response.has_each_security_header_once, response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers.get_all("Strict-Transport-Security") is None
    assert response.headers["Server"] == "nginx"


@pytest.mark.parametrize("answer", OF_NGINX)
def test_no_page_of_nginx_itself_is_shown(ask, answer):
    response = ask(request(ANSWERS[answer][0]))
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"<small>{DOMAIN}</small>" in response.text
    assert "<center>" not in response.text


def test_headers_of_the_application_win(visitor):
    answer = visitor.get("/own-headers/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Permissions-Policy"] == "camera=(self)"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert answer.headers.get_all("Content-Security-Policy") == ["default-src 'self'"]


@pytest.mark.parametrize("name", ["app1"])
def test_hsts_and_a_content_security_policy_on_every_answer(ask, configure, address, authority, host, tmp_path):
    result = configure(
        nginx_certificate_kind="provided",
        nginx_hsts_seconds=31536000,
        nginx_hsts_include_subdomains=True,
        nginx_hsts_preload=True,
        nginx_content_security_policy="default-src 'self'; img-src 'self' data:",
        nginx_redirect_aliases=False,
        nginx_extra_locations="location = /robots.txt { include snippets/guestbook-headers.conf; return 200 mine; }",
    )
    assert result.returncode == 0, result.stdout
    for line, _status in ANSWERS.values():
        headers = ask(request(line)).headers
        assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains; preload"], line[
            :40
        ]
        assert len(headers.get_all("Content-Security-Policy", [])) == 1, line[:40]
    assert Browser(address, "guestbook.example", authority).get("/health/").text == "ok\n"
    added = ask(request("GET /robots.txt HTTP/1.1"))
    assert (added.text, added.headers["X-Content-Type-Options"]) == ("mine", "nosniff")
    assert faults(host.check_output("nginx -T 2>/dev/null"), tmp_path) == []


def test_uploads_have_a_domain_of_their_own(host, ask, address, authority):
    assert Browser(address, MEDIA_DOMAIN, authority).get("/media/note.html").status == 200
    moved = ask(request("GET /media/note.html?x=1 HTTP/1.1", DOMAIN))
    assert (moved.status, moved.headers["Location"]) == (308, f"https://{MEDIA_DOMAIN}/media/note.html?x=1")
    assert moved.has_each_security_header_once, moved.headers
    for path in ("/", "/mirror/", "/static/guestbook/style.css", "/media/"):
        assert ask(request(f"GET {path} HTTP/1.1", MEDIA_DOMAIN)).status in (403, 404), path
    shown = host.check_output("guestbook-manage shell --verbosity 0 -c %s", MEDIA_URL)
    assert shown == f"https://{MEDIA_DOMAIN}/media/"


def test_a_stopped_application_gives_a_page_of_the_site(host, ask):
    host.run_expect([0], "systemctl stop guestbook.socket guestbook.service")
    try:
        answer = ask(request("GET / HTTP/1.1"))
    finally:
        host.run_expect([0], "systemctl start guestbook.socket guestbook.service")
    assert answer.status == 502
    assert f"<small>{DOMAIN}</small>" in answer.text
    assert answer.has_each_security_header_once, answer.headers


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/no-such-page/", 404, "<title>Page not found · Guestbook</title>"),
        ("/error/", 500, "<title>Something went wrong · Guestbook</title>"),
        ("/refuse/", 403, "You are not allowed to see this page."),
        ("/suspicious/", 400, "something that the site does not understand"),
    ],
)
def test_pages_that_the_project_lacks_are_supplied(visitor, path, status, text):
    """The example project has pages for 404 and 500."""
    answer = visitor.get(path)
    assert answer.status == status
    assert text in answer.text


def test_aliases_are_redirected_and_sub_domains_served(address, authority):
    answer = Browser(address, "guestbook.example", authority).get("/a/?b=c")
    assert (answer.status, answer.headers["Location"]) == (308, f"https://{DOMAIN}/a/?b=c")
    assert answer.has_each_security_header_once, answer.headers
    assert Browser(address, "other.guestbook.example", authority).get("/health/").text == "ok\n"


def test_one_default_server_for_each_socket(host):
    configuration = host.check_output("nginx -T 2>/dev/null")
    listening = [line.split() for line in configuration.splitlines() if line.strip().startswith("listen ")]
    defaults = [words[1] for words in listening if "default_server;" in words]
    assert sorted(defaults) == ["443", "80", "[::]:443", "[::]:80"]


@pytest.mark.parametrize("name", ["app2"])
def test_maintenance_lets_chosen_visitors_pass(scenario, name, ask, authority):
    playbook = CHECKOUT / "playbooks/maintenance.yml"
    result = scenario.playbook("-e", "nginx_maintenance=true", path=playbook)
    assert result.returncode == 0, result.stdout
    try:
        for line in ("GET / HTTP/1.1", "GET /static/none.css HTTP/1.1", "POST /media/note.html HTTP/1.0"):
            answer = ask(request(line))
            assert (answer.status, answer.headers["Retry-After"]) == (503, "300")
            assert "Down for maintenance" in answer.text
            assert answer.has_each_security_header_once, answer.headers
        assert ask(request(ANSWERS["long address"][0])).status == 414
        assert Browser(scenario.addresses(name)[1], DOMAIN, authority).get("/health/").text == "ok\n"
    finally:
        result = scenario.playbook("-e", "nginx_maintenance=false", path=playbook)
    assert result.returncode == 0, result.stdout
    assert ask(request("GET /health/ HTTP/1.1")).text == "ok\n"


@pytest.mark.parametrize("name", ["app1"])
@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"nginx_extra_locations": "location = /a { return 200 }"}, "unexpected"),
        ({"nginx_name": "other"}, f'conflicting server name "{DOMAIN}"'),
    ],
)
def test_a_configuration_that_does_not_work_is_put_back(configure, visitor, host, variables, message):
    files = "find /etc/nginx -type f -o -type l | sort | xargs sha256sum"
    before = host.check_output(files)
    result = configure(**variables)
    assert result.returncode != 0
    assert message in " ".join(result.stdout.replace("\\", "").split()), result.stdout
    assert host.check_output(files) == before
    assert visitor.get("/health/").text == "ok\n"


def test_static_files_are_sent_compressed(ask, host):
    path = "/static/guestbook/style.css"
    plain = ask(request(f"GET {path} HTTP/1.1"))
    for coding in ("br", "gzip"):
        answer = ask(request(f"GET {path} HTTP/1.1\r\nAccept-Encoding: {coding}"))
        assert answer.headers["Content-Encoding"] == coding
        assert answer.headers["Content-Type"] == plain.headers["Content-Type"] == "text/css"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert len(answer.body) < len(plain.body) / 2
    assert host.file(f"/srv/guestbook/current{path}.br").size < host.file(f"/srv/guestbook/current{path}.gz").size


def test_pages_are_not_compressed(ask):
    """Their length would tell what is secret in them."""
    answer = ask(request("GET / HTTP/1.1\r\nAccept-Encoding: br, gzip"))
    assert "Content-Encoding" not in answer.headers
