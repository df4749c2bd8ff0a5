"""What strangers, users of the site and local users must not reach."""

from __future__ import annotations

import socket
import ssl

import pytest
from browser import raw

DOMAIN = "www.wagtail.example"
SECRETS = ("secret_key", "database_password", "cache_password", "email_password")


@pytest.fixture(params=["IPv4", "IPv6"])
def address(request, scenario):
    return scenario.addresses("app1")[["IPv4", "IPv6"].index(request.param)]


def test_http_is_redirected(address):
    for request in (
        b"GET /a?b=c HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
        b"POST /a?b=c HTTP/1.0\r\nHost: %s\r\n\r\n",
    ):
        answer = raw(address, request % DOMAIN.encode()).decode()
        assert answer.startswith("HTTP/1.1 301")
        assert f"Location: https://{DOMAIN}/a?b=c\r\n" in answer


@pytest.mark.parametrize(
    "host", [b"", b"Host: 10.0.0.1\r\n", b"Host: evil.example\r\n", b"Host: x.%s\r\n" % DOMAIN.encode()]
)
def test_unknown_hosts_get_no_answer_on_port_80(address, host):
    assert raw(address, b"GET / HTTP/1.0\r\n" + host + b"\r\n") == b""


@pytest.mark.parametrize("name", ["evil.example", ""])
def test_unknown_names_get_no_handshake(address, name):
    with pytest.raises(ssl.SSLError):
        raw(address, b"", server_name=name, port=443)


def test_a_foreign_host_in_a_known_connection_is_misdirected(address):
    answer = raw(address, b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", DOMAIN, 443)
    assert answer.startswith(b"HTTP/1.1 421")


def test_old_tls_is_refused(app, scenario):
    for version, refused in (("-tls1_1", True), ("-tls1_2", False), ("-tls1_3", False)):
        for address in scenario.addresses("app1"):
            target = f"[{address}]:443" if ":" in address else f"{address}:443"
            command = (
                "openssl s_client -connect %s -servername %s -cipher DEFAULT@SECLEVEL=0 " + version + " </dev/null"
            )
            assert (app.run(command, target, DOMAIN).rc != 0) == refused, version


def test_the_application_refuses_a_foreign_host(app):
    ask = (
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/wagtail/app.sock'); "
        "s.sendall(b'GET / HTTP/1.0\\r\\nHost: evil.example\\r\\nX-Forwarded-Proto: https\\r\\n\\r\\n'); "
        "print(s.recv(99))"
    )
    assert "400 Bad Request" in app.check_output("python3 -c %s", ask)


def test_a_forged_scheme_is_ignored(browser):
    answer = raw(browser.address, f"GET / HTTP/1.0\r\nHost: {DOMAIN}\r\nX-Forwarded-Proto: https\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 301")
    assert browser.get("/", {"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "off"}).status == 200


@pytest.mark.parametrize(("name", "port"), [("db1", 5432), ("cache1", 6379)])
def test_data_servers_are_closed_to_strangers(scenario, name, port):
    for target in scenario.addresses(name):
        with pytest.raises(TimeoutError):
            socket.create_connection((target, port), timeout=2)
        connect = f"import socket; socket.create_connection(('{target}', {port}), timeout=5)"
        scenario.host("app1").run_expect([0], "python3 -c %s", connect)


def test_the_database_refuses_a_wrong_password_and_another_role(app, scenario):
    database = scenario.addresses("db1")[0]
    for role in ("wagtail", "postgres"):
        attempt = (
            f"import psycopg; psycopg.connect(host='{database}', user='{role}', password='wrong', dbname='wagtail')"
        )
        result = app.run("/usr/local/bin/wagtail-run python -c %s", attempt)
        assert result.rc != 0
        assert "authentication failed" in result.stderr or "pg_hba.conf rejects" in result.stderr, result.stderr


def test_the_cache_refuses_strangers_and_dangerous_commands(app, scenario):
    cache = scenario.addresses("cache1")[0]
    tls = "ssl=True, ssl_ca_certs='/srv/wagtail/app/settings/cache_servers.pem'"
    code = f"import redis; print(redis.Redis(host='{cache}', {tls}).ping())"
    assert "AuthenticationError" in app.run("/usr/local/bin/wagtail-run python -c %s", code).stderr
    code = (
        "from django.core.cache import cache; client = cache._cache.get_client()\n"
        "for command in (('CONFIG', 'GET', '*'), ('FLUSHALL',), ('GET', 'other:1:key')):\n"
        "    try:\n"
        "        client.execute_command(*command); print('allowed', command)\n"
        "    except Exception as error:\n"
        "        print(type(error).__name__)"
    )
    answer = app.check_output("wagtail-manage shell --verbosity 0 -c %s", code)
    assert answer.split() == ["NoPermissionError"] * 3


def test_the_database_role_has_no_more_rights_than_it_needs(scenario):
    rights = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
    query = f"select {rights} from pg_roles where rolname = 'wagtail'"
    answer = scenario.host("db1").check_output("psql --username postgres --no-align --tuples-only -c %s", query)
    assert answer == "f|f|f|f|f"


def test_only_the_web_server_listens(app):
    listening = {line.split()[3].rsplit(":", 1)[1] for line in app.check_output("ss -Hltn").splitlines()}
    assert listening == {"22", "80", "443"}


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_are_for_root_only(app, name):
    file = app.file(f"/etc/wagtail/secrets/{name}")
    assert (file.user, file.group, file.mode) == ("root", "root", 0o400)
    assert len(file.content_string) >= 50
    assert not file.content_string.endswith("\n")
    assert app.run("runuser -u nobody -- cat %s", file.path).rc != 0
    assert app.run("runuser -u wagtail -- cat %s", file.path).rc != 0


def test_secrets_are_shown_nowhere(app, scenario):
    places = [
        "journalctl --no-pager --output=export",
        "systemctl show 'wagtail*'",
        "ps axeww",
        "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline",
        "grep -rsaI '' /etc --exclude-dir=secrets",
        "grep -rsaI '' /srv/wagtail/releases/*/settings /var/log /tmp /var/lib/hardened.django",
    ]
    for name in SECRETS:
        secret = app.file(f"/etc/wagtail/secrets/{name}").content_string
        for place in places:
            count = app.run(f"{place} 2>/dev/null | grep --count --fixed-strings --file=/etc/wagtail/secrets/{name}")
            assert count.stdout.strip() == "0", f"{name} in: {place}"
        for data_server in ("db1", "cache1"):
            # Alerts of the data servers are mailed by themselves.
            everything = "journalctl --no-pager; ps axeww; grep -rsaI '' /etc --exclude=alerts_email_password"
            listing = scenario.host(data_server).check_output(everything)
            assert secret not in listing, f"{name} on {data_server}"


def test_the_service_is_sandboxed_and_cannot_change_its_code(app):
    assert app.run("systemd-analyze security --threshold=15 wagtail.service").rc == 0
    for path in ("/srv/wagtail/app/code/x", "/srv/wagtail/app/static/x", "/etc/x", "/srv/wagtail/app/.venv/x"):
        assert app.run("wagtail-run touch %s", path).rc != 0, path
    app.run_expect([0], "wagtail-run touch /var/lib/wagtail/x")
    assert app.check_output("wagtail-run id -un") == "wagtail"
