"""Database and cache under attack: other servers in their place, plain text, other users, an emptied firewall."""

from __future__ import annotations

import json
import socket
import textwrap
import threading
import time

import pytest

SERVERS = {"db1": ("postgresql", 5432), "cache1": ("redis", 6379)}
CONNECT = """
from django.db import connection
from django.core.cache import cache
connection.ensure_connection()
cache.set("connected", "yes")
print(cache.get("connected"))
"""

ROOTS = "/srv/wagtail/app/settings/database_servers.pem"

each_server = pytest.mark.parametrize("name", SERVERS)


def connect(app):
    return app.run("wagtail-manage shell --verbosity 0 -c %s", CONNECT)


def psycopg(app, **parameters):
    """Connect from the app host with the password of the site, where nothing else is given; return what was said."""
    code = (
        "import sys, json, os, psycopg; p = json.loads(sys.argv[1])\n"
        "p.setdefault('password', open(os.environ['CREDENTIALS_DIRECTORY'] + '/database_password').read())\n"
        "with psycopg.connect(**p) as c: print(c.execute('select current_user').fetchone()[0])"
    )
    result = app.run("wagtail-run python -c %s %s", code, json.dumps(parameters))
    return result.stdout + result.stderr


def answers(address, port):
    """Whether a stranger's connection to the port is taken."""
    try:
        socket.create_connection((address, port), timeout=2).close()
    except TimeoutError:
        return False
    return True


def closed(scenario, name):
    return not any(answers(address, SERVERS[name][1]) for address in scenario.addresses(name))


@pytest.fixture
def database(scenario):
    return {"host": scenario.addresses("db1")[0], "dbname": "wagtail", "user": "wagtail"}


def test_the_site_verifies_both_servers(app):
    code = (
        "from django.conf import settings; from django.db import connection; cursor = connection.cursor()\n"
        "cursor.execute('select version from pg_stat_ssl where pid = pg_backend_pid()')\n"
        "print(settings.DATABASES['default']['OPTIONS']['sslmode'], cursor.fetchone()[0])\n"
        "print(settings.CACHES['default']['LOCATION'].partition(':')[0])"
    )
    answer = app.check_output("wagtail-manage shell --verbosity 0 -c %s", code)
    assert answer.splitlines() == ["verify-full TLSv1.3", "rediss"]


def test_the_key_of_a_server_is_for_the_server_only(scenario):
    for name, user in (("db1", "postgres"), ("cache1", "redis")):
        host, path = scenario.host(name), f"/etc/hardened-django/{SERVERS[name][0]}.pem"
        host.run_expect([0], "runuser -u %s -- cat %s", user, path)
        assert host.run("runuser -u nobody -- cat %s", path).rc != 0
        assert host.run("runuser -u %s -- cat %s.next", user, path).rc != 0


@each_server
def test_the_site_refuses_a_server_with_another_certificate(app, scenario, name):
    host, (kind, _port) = scenario.host(name), SERVERS[name]
    path, unit = f"/etc/hardened-django/{kind}.pem", {"db1": "postgresql@17-main", "cache1": "redis-server"}[name]
    forge = (
        "cp --archive {0} {0}.kept && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 "
        "-subj /CN={1} -addext subjectAltName=IP:{1} -keyout /root/key -out /root/certificate && "
        "cat /root/certificate /root/key >{0} && rm /root/certificate /root/key && systemctl restart {2}"
    )
    try:
        host.run_expect([0], forge.format(path, scenario.addresses(name)[0], unit))
        result = connect(app)
        assert result.rc != 0
        assert "certificate verify failed" in result.stderr, result.stderr
    finally:
        host.run_expect([0], f"mv {path}.kept {path} && systemctl restart {unit}")
    assert connect(app).stdout == "yes\n"


def test_the_database_serves_one_role_and_one_database_over_tls(app, database):
    assert psycopg(app, **database, sslmode="require") == "wagtail\n"
    for change, words in (
        ({"sslmode": "disable"}, "pg_hba.conf rejects connection"),
        ({"password": "wrong"}, "password authentication failed"),
        ({"user": "postgres"}, "pg_hba.conf rejects connection"),
        ({"dbname": "postgres"}, "pg_hba.conf rejects connection"),
        ({"dbname": "template1"}, "pg_hba.conf rejects connection"),
    ):
        assert words in psycopg(app, **{**database, "sslmode": "require", **change}), change


def test_only_the_role_may_connect_to_the_database(scenario):
    query = "select datacl from pg_database where datname = 'wagtail'"
    answer = scenario.host("db1").check_output("psql --username postgres --no-align --tuples-only -c %s", query)
    assert answer == "{wagtail=CTc/wagtail}"


def test_the_cache_speaks_no_plain_text(app, scenario):
    code = (
        "import socket, sys; s = socket.create_connection((sys.argv[1], 6379), timeout=5)\n"
        "s.sendall(b'PING\\r\\n'); print(s.recv(99))"
    )
    for address in scenario.addresses("cache1"):
        result = app.run("python3 -c %s %s", code, address)
        assert "PONG" not in result.stdout
        assert "NOAUTH" not in result.stdout


def test_the_cache_refuses_keys_of_others_and_commands_of_administrators(app):
    code = """
        from django.core.cache import cache
        client = cache._cache.get_client()
        keys = "GET other", "SET other 1", "DEL other", "RENAME other wagtail:1:other", "MIGRATE h 1 other 0 9"
        administration = "FLUSHALL", "CONFIG GET *", "ACL LIST", "MONITOR", "SAVE", "SHUTDOWN", "REPLICAOF a 1"
        for command in keys + administration:
            try:
                print("allowed", command, client.execute_command(*command.split()))
            except Exception as error:
                print(command if type(error).__name__ != "NoPermissionError" else "refused")
        cache.set("mine", 1)
        print([key.decode() for key in client.keys("wagtail:*") if key.endswith(b"mine")])
    """
    answer = app.check_output("wagtail-manage shell --verbosity 0 -c %s", textwrap.dedent(code)).splitlines()
    assert answer[-1] == "['wagtail:1:mine']"
    assert set(answer[:-1]) == {"refused"}, answer


@each_server
def test_an_emptied_rule_set_is_loaded_again(scenario, name):
    host = scenario.host(name)
    for command in (
        "systemctl restart nftables.service",
        "systemctl reload nftables.service",
        "nft flush ruleset && systemctl start hardened-django-firewall-guard.service",
    ):
        host.run_expect([0], command)
        assert closed(scenario, name), command
    timer = host.check_output(
        "systemctl show --property=ActiveState,UnitFileState hardened-django-firewall-guard.timer"
    )
    assert timer.splitlines() == ["ActiveState=active", "UnitFileState=enabled"]


def test_ports_that_containers_publish_are_closed_too(scenario):
    """Container engines rewrite the destination before the rules for input are asked."""
    host = scenario.host("cache1")
    chain = "chain pre { type nat hook prerouting priority dstnat; tcp dport 6379 redirect to :22; }"
    host.run_expect([0], "nft %s", f"table ip published {{ {chain}; }}")
    try:
        host.run_expect([0], "systemctl reload hardened-django-firewall.service")
        assert closed(scenario, "cache1")
        assert "redirect to :22" in host.check_output("nft list table ip published")
    finally:
        host.run_expect([0], "nft delete table ip published")


def test_many_clients_cost_no_time(scenario):
    host = scenario.host("db1")
    rules = host.file("/etc/hardened-django/firewall.nft").content_string
    own = scenario.addresses("app1")[0]
    many = ", ".join(f"10.{90 + index // 250}.0.{index % 250}" for index in range(500))
    begin = time.monotonic()
    host.run_expect([0], "printf %%s %s | nft --file -", rules.replace(own, f"{own}, {many}"))
    duration = time.monotonic() - begin
    host.run_expect([0], "systemctl reload hardened-django-firewall.service")
    assert duration < 1


HOLD = """
import os, sys, psycopg
password = open(os.environ["CREDENTIALS_DIRECTORY"] + "/database_password").read()
options = {"sslmode": "require", "tcp_user_timeout": 2000}
connection = psycopg.connect(host=sys.argv[1], dbname="wagtail", user="wagtail", password=password, **options)
connection.execute("select 1")
print("connected", flush=True)
sys.stdin.readline()
try:
    connection.execute("select 1")
    print("still connected")
except psycopg.OperationalError:
    print("cut")
"""


def test_a_retired_app_host_loses_its_access_and_its_connections(app, scenario, database):
    """The data servers' part of a run with an inventory that has another app host in the place of this one."""
    secrets = {
        name: app.file(f"/etc/wagtail/secrets/{name}").content_string
        for name in ("database_password", "cache_password")
    }
    others = {
        "project_app_addresses": [scenario.addresses("app1")[0] + "9"],
        "postgresql_password": secrets["database_password"],
        "redis_password": secrets["cache_password"],
    }
    app.run_expect([0], "printf %%s %s >/var/lib/wagtail/hold.py && mkfifo /run/hold", HOLD)
    app.run_expect(
        [0],
        "systemd-run --quiet --unit=hold sh -c %s",
        f"exec wagtail-run python /var/lib/wagtail/hold.py {database['host']} <>/run/hold >/run/hold.log",
    )
    try:
        app.run_expect([0], "timeout 30 sh -c 'until grep -q connected /run/hold.log; do sleep 0.2; done'")
        result = scenario.playbook("--limit", "database:cache", "--extra-vars", json.dumps(others))
        assert result.returncode == 0, result.stdout
        app.run_expect([0], "echo >/run/hold")
        app.run_expect([0], "timeout 30 sh -c 'while systemctl is-active --quiet hold; do sleep 0.2; done'")
        assert app.file("/run/hold.log").content_string == "connected\ncut\n"
        for name, (_kind, port) in SERVERS.items():
            for address in scenario.addresses(name):
                code = f"import socket; socket.create_connection(('{address}', {port}), timeout=2)"
                assert "TimeoutError" in app.run("python3 -c %s", code).stderr
        rules = scenario.host("db1").file("/etc/postgresql/17/main/pg_hba.conf").content_string
        assert scenario.addresses("app1")[0] + "/32" not in rules
    finally:
        app.run("systemctl stop hold; rm -f /run/hold /run/hold.log /var/lib/wagtail/hold.py")
        restored = scenario.playbook()
    assert restored.returncode == 0, restored.stdout
    assert connect(app).stdout == "yes\n"


def test_a_renewal_interrupts_nothing(app, browser, scenario, database):
    """As if the certificates in use were old: the ones that wait take over, which the site has trusted all the time."""
    for name, (kind, _port) in SERVERS.items():
        scenario.host(name).run_expect([0], f"rm /etc/hardened-django/{kind}.pem")
    before = {
        name: scenario.host(name).check_output("sha256sum /etc/hardened-django/%s.pem.next", kind)
        for name, (kind, _certificate) in SERVERS.items()
    }
    failed: list[str] = []
    done = threading.Event()

    def visit():
        while not done.wait(0.2):
            answer = psycopg(app, **database, sslmode="verify-full", sslrootcert=ROOTS)
            if answer != "wagtail\n":
                failed.append(answer)

    visitor = threading.Thread(target=visit)
    visitor.start()
    result = scenario.playbook()
    done.set()
    visitor.join()
    assert result.returncode == 0, result.stdout
    for name, (kind, _port) in SERVERS.items():
        after = scenario.host(name).check_output("sha256sum /etc/hardened-django/%s.pem", kind)
        assert after.split()[0] == before[name].split()[0], name
    assert failed == []
    assert browser.get("/").status == 200


def test_closing_the_whole_host_keeps_ssh_and_the_site(app, browser, scenario):
    target = scenario.addresses("app1")[0]
    app.run_expect([0], "systemd-run --quiet --unit=listener python3 -m http.server 8000 --bind ::")
    app.run_expect([0], "timeout 30 sh -c 'until ss -Hltn sport = 8000 | grep -q .; do sleep 0.2; done'")
    closing = '{"firewall_default_deny": %s, "firewall_ssh_sources": %s, "firewall_confirm_seconds": 30}'
    try:
        assert answers(target, 8000)
        result = scenario.playbook("--tags", "firewall", "--extra-vars", closing % ("true", "[]"))
        assert result.returncode == 0, result.stdout
        for address in scenario.addresses("app1"):
            assert not answers(address, 8000)
            assert answers(address, 22)
        assert browser.get("/").status == 200
        assert connect(app).stdout == "yes\n"
        # Nobody is at this address of the documentation.
        result = scenario.playbook("--tags", "firewall", "--extra-vars", closing % ("true", '["192.0.2.7"]'))
        assert result.returncode != 0
        assert "the host has taken them back by itself" in result.stdout
        for name in ("app1", *SERVERS):
            assert answers(scenario.addresses(name)[0], 22)
        assert not answers(target, 8000)
    finally:
        app.run("systemctl stop listener")
        back = scenario.playbook("--tags", "firewall", "--extra-vars", closing % ("false", "[]"))
    assert back.returncode == 0, back.stdout
    assert "chain host" not in app.check_output("nft list table inet hardened_django")
