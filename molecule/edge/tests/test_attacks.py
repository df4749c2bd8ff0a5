"""Requests that try to be something else, files that try to run, and clients that take their time."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time

import pytest
from browser import parsed, raw

DOMAIN = "www.guestbook.example"
HOST = f"Host: {DOMAIN}"
MEDIA_HOST = "Host: uploads.example"
# Each is refused, or answered without what stands behind it being taken for a request of its own.
SMUGGLED = "GET /mirror/?smuggled HTTP/1.1\r\nHost: www.guestbook.example\r\n\r\n"
AMBIGUOUS = {
    "two lengths": f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nContent-Length: 0\r\nContent-Length: {len(SMUGGLED)}\r\n\r\n",
    "length and chunks": (
        f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "two codings": (
        f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"
        "\r\n0\r\n\r\n"
    ),
    "unknown coding": f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "space before the colon": f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "malformed chunk": f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n\r\n",
    "chunks of an old client": f"POST /mirror/ HTTP/1.0\r\n{HOST}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk without end": f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: chunked\r\n\r\n{'f' * 17}\r\n\r\n",
    "list of lengths": f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nContent-Length: 5, 5\r\n\r\n",
    "length with a sign": f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nContent-Length: +5\r\n\r\n",
    "negative length": f"POST /mirror/ HTTP/1.1\r\n{HOST}\r\nContent-Length: -1\r\n\r\n",
    "two hosts": f"GET /mirror/ HTTP/1.1\r\n{HOST}\r\nHost: evil.example\r\n\r\n",
    "no host": "GET /mirror/ HTTP/1.1\r\n\r\n",
    "folded header": f"GET /mirror/ HTTP/1.1\r\n{HOST}\r\n X: y\r\n\r\n",
    "zero byte": f"GET /mirror/ HTTP/1.1\r\n{HOST}\r\nX: a\0b\r\n\r\n",
    "tunnel": f"CONNECT {DOMAIN}:443 HTTP/1.1\r\n{HOST}\r\n\r\n",
    "trace": f"TRACE / HTTP/1.1\r\n{HOST}\r\n\r\n",
}
FORGED = {
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Protocol": "http",
    "X-Forwarded-Ssl": "off",
    "X-Forwarded-User": "admin",
    "X-Real-IP": "192.0.2.1",
    "X-Client-IP": "192.0.2.1",
    "True-Client-IP": "192.0.2.1",
    "CF-Connecting-IP": "192.0.2.1",
    "Forwarded": "for=192.0.2.1;host=evil.example;proto=http",
    "Remote-User": "admin",
    "Proxy": "http://evil.example",
    "X_Forwarded_Proto": "http",
    "X_Forwarded_For": "192.0.2.1",
    "REMOTE_USER": "admin",
    "SCRIPT_NAME": "/evil",
    "PATH_INFO": "/evil",
    "Upgrade": "h2c",
    "HTTP2-Settings": "AAMAAABkAAQAAP__",
}
UNKNOWN = {
    "no host": "GET / HTTP/1.0\r\n\r\n",
    "empty host": "GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "foreign host": "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "number": "GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n",
    "foreign target": f"GET http://evil.example/ HTTP/1.1\r\n{HOST}\r\n\r\n",
    "user and foreign host": f"GET / HTTP/1.1\r\nHost: {DOMAIN}@evil.example\r\n\r\n",
    "challenge of a foreign host": "GET /.well-known/acme-challenge/a HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "TLS": "\x16\x03\x01\x02\x00\x01",
    "words": "hello\r\n\r\n",
}
UPLOADS = ["a.php", "a.html", "a.svg", "a.js", "a.xhtml", "a.png.html", "a.html%00.png", ".htaccess", "a", "a.swf"]


@pytest.fixture
def mirror(ask):
    """What the application sees of a GET request with these headers."""

    def look(headers, target="/mirror/", host=DOMAIN):
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        answer = ask(f"GET {target} HTTP/1.0\r\nHost: {host}\r\n{lines}\r\n".encode())
        assert answer.status == 200, answer
        return json.loads(answer.body)

    return look


@pytest.mark.parametrize("family", [0, 1], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("kind", UNKNOWN)
def test_unknown_hosts_get_no_answer_on_port_80(scenario, name, family, kind):
    assert raw(scenario.addresses(name)[family], UNKNOWN[kind].encode("latin-1")) == b""


@pytest.mark.parametrize("name_of_request", AMBIGUOUS)
def test_an_ambiguous_request_is_refused_and_nothing_behind_it_is_answered(ask, address, name_of_request):
    request = (AMBIGUOUS[name_of_request] + SMUGGLED).encode()
    answer = raw(address, request, DOMAIN, 443)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 405", b"HTTP/1.1 501")), answer
    assert b"smuggled" not in answer
    assert answer.count(b"HTTP/1.1 ") <= 1


def test_a_body_is_not_taken_for_a_request(ask):
    body = SMUGGLED
    answer = ask(f"POST /mirror/ HTTP/1.0\r\n{HOST}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    seen = json.loads(answer.body)
    assert (seen["body"], seen["meta"]["QUERY_STRING"]) == (body, "")


def test_forged_headers_do_not_reach_the_application(mirror, address):
    seen = mirror(FORGED)
    meta = seen["meta"]
    assert seen["secure"] is True
    assert seen["host"] == DOMAIN
    assert (meta["PATH_INFO"], meta["SCRIPT_NAME"]) == ("/mirror/", "")
    assert "REMOTE_USER" not in meta
    client = meta.pop("HTTP_X_REAL_IP")
    assert meta.pop("HTTP_X_FORWARDED_FOR") == client
    assert client.rpartition(".")[0] == address.rpartition(".")[0]
    assert meta.pop("HTTP_X_FORWARDED_PROTO") == "https"
    forged = {f"HTTP_{name.upper().replace('-', '_')}" for name in FORGED} - {"HTTP_HTTP2_SETTINGS"}
    assert forged & set(meta) == set()


def test_the_request_line_decides_about_the_host(ask, mirror):
    assert mirror({}, f"https://{DOMAIN}/mirror/", host="evil.example")["host"] == DOMAIN
    foreign = ask(f"GET https://evil.example/mirror/ HTTP/1.1\r\n{HOST}\r\nConnection: close\r\n\r\n".encode())
    assert foreign.status == 421


def test_the_client_is_whom_a_trusted_proxy_says(scenario, name, mirror):
    chain = f"X-Forwarded-For: 203.0.113.9, 192.0.2.1, {scenario.addresses(name)[1]}"
    request = f"GET /mirror/ HTTP/1.0\r\n{HOST}\r\n{chain}\r\n\r\n".encode()
    meta = json.loads(parsed(raw(scenario.addresses(name)[1], request, DOMAIN, 443)).body)["meta"]
    assert (meta["HTTP_X_FORWARDED_FOR"], meta["HTTP_X_REAL_IP"]) == ("192.0.2.1", "192.0.2.1")


@pytest.mark.parametrize("file", UPLOADS)
def test_an_upload_is_inert_whatever_it_is(host, ask, file):
    path = f"/var/lib/guestbook/media/{file}"
    script = "printf '<?php phpinfo(); ?><script>alert(1)</script>' | install -m 0644 -o guestbook /dev/stdin %s"
    host.run_expect([0], script, path)
    answer = ask(f"GET /media/{file.replace('%', '%25')} HTTP/1.0\r\n{MEDIA_HOST}\r\n\r\n".encode())
    inert = "image/png" if file.endswith(".png") else "application/octet-stream"
    assert (answer.status, answer.headers["Content-Type"]) == (200, inert)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    if inert != "image/png":
        assert answer.headers["Content-Disposition"] == "attachment"


def test_parts_of_media_are_served(host, ask):
    path = "/var/lib/guestbook/media/film.mp4"
    host.run_expect([0], "printf 0123456789 | install -m 0644 -o guestbook /dev/stdin %s", path)
    answer = ask(f"GET /media/film.mp4 HTTP/1.0\r\n{MEDIA_HOST}\r\nRange: bytes=2-4\r\n\r\n".encode())
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (206, b"234", "video/mp4")
    answer = ask(f"GET /media/film.mp4 HTTP/1.0\r\n{MEDIA_HOST}\r\nRange: bytes=20-\r\n\r\n".encode())
    assert answer.status == 416


def test_a_link_among_the_media_leads_nowhere(host, ask):
    host.run_expect([0], "runuser -u guestbook -- ln -sfn /etc/passwd /var/lib/guestbook/media/link.png")
    host.run_expect([0], "runuser -u guestbook -- ln -sfn /etc /var/lib/guestbook/media/folder")
    for path in ("link.png", "folder/passwd"):
        assert ask(f"GET /media/{path} HTTP/1.0\r\n{MEDIA_HOST}\r\n\r\n".encode()).status in (403, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../etc/passwd",
        "/static/..%2f..%2f..%2fetc/passwd",
        "/static/%2e%2e/%2e%2e/releases/",
        "/static../current/settings/private_values.json",
        "/static/../current/settings/private_values.json",
        "/media/..%5c..%5cetc",
        "/media../media/film.mp4",
        "//media/film.mp4/..",
        "/media/%00",
        "/.nginx-error",
    ],
)
@pytest.mark.parametrize("of", [HOST, MEDIA_HOST])
def test_no_path_leads_out_of_the_public_files(ask, path, of):
    answer = ask(f"GET {path} HTTP/1.0\r\n{of}\r\n\r\n".encode())
    assert answer.status in (308, 400, 403, 404), answer
    assert b"root:" not in answer.body and b"database" not in answer.body


def test_guessing_passwords_is_slowed_down(ask):
    attempt = f"POST /accounts/login/ HTTP/1.0\r\n{HOST}\r\nContent-Length: 0\r\n\r\n".encode()
    statuses = [ask(attempt).status for _attempt in range(30)]
    assert statuses[:20] == [403] * 20
    assert statuses[-1] == 429
    refused = ask(attempt)
    assert refused.headers["Retry-After"] == "60"
    assert "Too many requests" in refused.text
    assert refused.has_each_security_header_once, refused.headers
    assert ask(f"GET /accounts/login/ HTTP/1.0\r\n{HOST}\r\n\r\n".encode()).status == 200


@pytest.mark.parametrize("name", ["app2"])
def test_one_address_does_not_take_all_connections(address):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    clients = [
        context.wrap_socket(socket.create_connection((address, 443), timeout=30), server_hostname=DOMAIN)
        for _number in range(60)
    ]
    for client in clients:
        client.sendall(f"GET /slow/?ms=500 HTTP/1.0\r\n{HOST}\r\n\r\n".encode())
    statuses = []
    for client in clients:
        with client:
            statuses.append(client.recv(4096).split()[1])
    assert statuses.count(b"429") == 10
    assert b"200" in statuses


def test_slow_clients_do_not_keep_others_waiting(address, visitor):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    clients = []
    for number in range(100):
        # One address may not have more than 50 requests with the application, and the tests have one address.
        body = number % 3 == 0
        client = context.wrap_socket(socket.create_connection((address, 443), timeout=30), server_hostname=DOMAIN)
        line = f"POST / HTTP/1.1\r\n{HOST}\r\nContent-Length: 9\r\n\r\n1" if body else "GET / HTTP/1.1\r\nX: "
        client.sendall(line.encode())
        clients.append(client)
    started = time.monotonic()
    for _number in range(5):
        assert visitor.get("/health/").text == "ok\n"
    assert time.monotonic() - started < 5
    # Both kinds are sent away.
    for client in clients:
        with client, contextlib.suppress(ConnectionResetError, ssl.SSLError):
            assert client.recv(4096) == b""
    assert time.monotonic() - started < 25
