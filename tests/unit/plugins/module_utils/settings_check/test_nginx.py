# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read from nginx; the scenarios look at real ones."""

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check import nginx

DUMP = r"""# configuration file /etc/nginx/nginx.conf:
user www-data; # a remark; with signs { }
http {
    log_format main '$remote_addr "{$request}" \'';
    access_log /var/log/nginx/access.log main;
    error_log stderr;
    ssl_certificate /etc/ssl/shared.pem;
    include sites-enabled/*.conf;
    include /etc/nginx/none/*;
}
stream { server { listen 5432; proxy_pass db:5432; } }

# configuration file /etc/nginx/sites-enabled/a.conf:
upstream blog { server unix:/run/blog/app.sock fail_timeout=0; server 10.0.0.9:8000; }
server {
    listen 443 ssl default_server;
    listen [::]:443 ssl;
    listen 443 quic;
    server_name WWW.blog.org "~^(?<sub>\w{2})\.blog\.org$" .blog.org;
    ssl_certificate /etc/blog/fullchain.pem;
    access_log off;
    location ~ \.php$ { return 404; }
    location / { if ($request_method = POST) { proxy_pass http://blog; } error_log /var/log/blog.log; }
}

# configuration file /etc/nginx/sites-enabled/b.conf:
server { server_name b.org; location / { uwsgi_pass unix:/run/b.sock:; } }
server {
    listen 127.0.0.1; listen [::1]; listen unix:/run/n.sock; listen 8.8.8.8:81;
    location / { proxy_pass http://127.0.0.1:8000/x/; }
}
server { listen 444 ssl; ssl_certificate $ssl_server_name.pem; }
"""


def test_servers_are_read_from_a_configuration():
    first, second, third, fourth = nginx.read_servers(nginx.parse_dump(DUMP))
    assert first["names"] == ["www.blog.org", "~^(?<sub>\\w{2})\\.blog\\.org$", ".blog.org"]
    assert first["sockets"] == [
        {"socket": "*:443", "default": True, "tls": True},
        {"socket": "[::]:443", "default": False, "tls": True},
        {"socket": "*:443 (QUIC)", "default": False, "tls": True},
    ]
    assert first["passes_to"] == ["/run/blog/app.sock", "10.0.0.9:8000"]
    assert first["certificates"] == ["/etc/blog/fullchain.pem"]
    assert second["sockets"] == [{"socket": "*:80", "default": False, "tls": False}]
    assert (second["passes_to"], second["certificates"]) == (["/run/b.sock"], [])
    assert [entry["socket"] for entry in third["sockets"]] == [
        "127.0.0.1:80",
        "[::1]:80",
        "unix:/run/n.sock",
        "8.8.8.8:81",
    ]
    assert third["passes_to"] == ["127.0.0.1:8000"]
    assert fourth["certificates"] == []


def test_logs_are_read_from_a_configuration():
    assert nginx.read_logs(nginx.parse_dump(DUMP)) == {"/var/log/nginx/access.log", "/var/log/blog.log"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("http { ", "x ends within"),
        ("listen 80", "x ends within"),
        ("}", "x has a brace"),
        ("listen 80 }", "x has a brace"),
        ("; ", "x has a ; without a directive"),
        ("a 'b", 'x cannot be read at "\'b"'),
    ],
)
def test_what_is_no_configuration_is_refused(text, message):
    with pytest.raises(nginx.ConfigurationError) as refused:
        nginx.parse(text, "x")
    assert message in str(refused.value)


def test_a_file_that_includes_itself_is_refused():
    with pytest.raises(nginx.ConfigurationError, match="includes itself"):
        nginx.parse_dump("# configuration file /n/a.conf:\ninclude a.conf;\n")


def test_a_host_without_nginx_has_no_edge():
    assert nginx.look(("/nowhere/nginx",)) is None


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (
            "echo '[warn] x' >&2; echo 'nginx: [emerg] unknown directive' >&2; exit 1",
            "nginx: [emerg] unknown directive",
        ),
        ("echo nothing", "nginx -T shows no file"),
    ],
)
def test_a_configuration_that_nginx_refuses_is_told(script, error):
    assert nginx.look(("sh", "-c", script)) == {"error": error, "servers": [], "certificates": {}, "logs": []}


@pytest.mark.parametrize("names", [["www.blog.org", "*.blog.org"], []])
def test_a_certificate_is_read(tmp_path, names):
    path = tmp_path / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-subj",
        "/O=x, y/CN=Blog.org",
    ]
    command += ["-keyout", str(tmp_path / "key.pem"), "-out", str(path)]
    if names:
        command += ["-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)]
    subprocess.run(command, check=True, capture_output=True)
    found = nginx.certificate(str(path))
    assert found is not None
    assert found["names"] == (names or ["blog.org"])
    assert found["ends"] - found["begins"] == 30 * 24 * 60 * 60


def test_a_file_that_is_no_certificate_is_left_out(tmp_path):
    path = tmp_path / "certificate.pem"
    path.write_text("x")
    assert nginx.certificate(str(path)) is None
