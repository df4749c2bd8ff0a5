"""Who gets into the database and the cache: app hosts with the right words, and nobody else."""

from __future__ import annotations

import json
import textwrap
import time

import pytest
from topology import (
    APPS,
    CLOSED,
    DATA_ROLES,
    GROWN,
    OTHER_PASSWORD,
    SERVERS,
    UNITS,
    connect,
    knock,
    other_project,
    psycopg,
)

each_app = pytest.mark.parametrize("name", APPS)
each_server = pytest.mark.parametrize("name", SERVERS)


def test_a_second_app_host_needs_one_line_and_interrupts_nothing(grown, visitors, apps):
    """Nor does the renewal of the database's certificate, which falls into the same run."""
    assert grown.run.returncode == 0, grown.run.stdout
    assert grown.failures == []
    assert grown.waiting_certificate_took_over
    assert [visitor.get("/health/").text for visitor in visitors] == ["ok\n"] * 2
    assert [connect(app).stdout for app in apps] == ["yes\n"] * 2


def test_a_run_without_changes_costs_few_calls(joined, scenario):
    """After the other project's run, so that the projects do not take turns in changing the servers."""
    result = scenario.playbook(*GROWN, "-vvv")
    assert result.returncode == 0, result.stdout
    assert result.stdout.count("changed=0 ") == 4, result.stdout
    for name in SERVERS:
        calls = result.stdout.count(f"<{scenario.addresses(name)[0]}> SSH: EXEC ")
        assert 0 < calls <= 12, (name, calls)


def test_a_run_for_one_host_agrees_with_those_that_it_leaves_out(apps, scenario):
    """Even for a host that has lost its secrets, one of which nobody but the other app host knows.

    Without the check, which tells that the service was started before they were written.
    """
    apps[1].run_expect([0], "rm -r /etc/guestbook/secrets")
    result = scenario.playbook(*GROWN, "--limit", "app2", "--skip-tags", "check")
    assert result.returncode == 0, result.stdout
    assert "changed=1 " in result.stdout
    first, second = (app.check_output("sha256sum /etc/guestbook/secrets/*") for app in apps)
    assert first == second


def test_the_site_verifies_both_servers(app):
    code = (
        "from django.conf import settings; from django.db import connection; cursor = connection.cursor()\n"
        "cursor.execute('select version from pg_stat_ssl where pid = pg_backend_pid()')\n"
        "print(settings.DATABASES['default']['OPTIONS']['sslmode'], cursor.fetchone()[0])\n"
        "print(settings.CACHES['default']['LOCATION'].partition(':')[0])"
    )
    answer = app.check_output("guestbook-manage shell --verbosity 0 -c %s", code)
    assert answer.splitlines() == ["verify-full TLSv1.3", "rediss"]


def test_passwords_of_any_characters_are_in_use(app):
    for name in ("database_password", "cache_password"):
        value = app.file(f"/etc/guestbook/secrets/{name}").content_string
        assert len(value) > 1000
        assert {"\\", "'", '"', "$", "%", "#", "{", "@", "é"} < set(value)


def test_the_key_of_a_server_is_for_the_server_only(scenario):
    for name, kind, user in (("db1", "postgresql", "postgres"), ("cache1", "valkey", "valkey")):
        host, path = scenario.host(name), f"/etc/hardened-django/{kind}.pem"
        host.run_expect([0], "runuser -u %s -- cat %s", user, path)
        assert host.run("runuser -u nobody -- cat %s", path).rc != 0
        assert host.run("runuser -u %s -- cat %s.next", user, path).rc != 0


@each_server
def test_the_site_refuses_a_server_with_another_certificate(apps, scenario, name):
    host, kind = scenario.host(name), {"db1": "postgresql", "cache1": "valkey"}[name]
    path = f"/etc/hardened-django/{kind}.pem"
    forge = (
        "cp --archive {0} {0}.kept && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 "
        "-subj /CN={1} -addext subjectAltName=IP:{1} -keyout /root/key -out /root/certificate && "
        "cat /root/certificate /root/key >{0} && rm /root/certificate /root/key && systemctl restart {2}"
    )
    try:
        host.run_expect([0], forge.format(path, scenario.addresses(name)[0], UNITS[name]))
        for app in apps:
            result = connect(app)
            assert result.rc != 0
            assert "certificate verify failed" in result.stderr, result.stderr
    finally:
        host.run_expect([0], f"mv {path}.kept {path} && systemctl restart {UNITS[name]}")
    assert connect(apps[0]).stdout == "yes\n"


@each_app
def test_the_database_serves_one_role_and_one_database_over_tls(scenario, database, name):
    app = scenario.host(name)
    assert psycopg(app, **database) == "guestbook\n"
    for change, words in (
        ({"sslmode": "disable"}, "pg_hba.conf rejects connection"),
        ({"password": "wrong"}, "password authentication failed"),
        ({"user": "postgres"}, "pg_hba.conf rejects connection"),
        ({"dbname": "postgres"}, "pg_hba.conf rejects connection"),
        ({"dbname": "template1"}, "pg_hba.conf rejects connection"),
        ({"dbname": "other"}, "pg_hba.conf rejects connection"),
        ({"user": "other"}, "pg_hba.conf rejects connection"),
    ):
        assert words in psycopg(app, **{**database, **change}), change


def test_each_project_gets_into_its_own_database_from_its_own_hosts(joined, scenario, database):
    assert joined.returncode == 0, joined.stdout
    its = {**database, "dbname": "other", "user": "other", "password": OTHER_PASSWORD}
    first, second = (scenario.host(name) for name in APPS)
    assert psycopg(first, **its) == "other\n"
    assert psycopg(first, **{**its, "dbname": "other_archive"}) == "other\n"
    assert "pg_hba.conf rejects connection" in psycopg(second, **its)
    assert "pg_hba.conf rejects connection" in psycopg(first, **{**its, "dbname": "guestbook"})


def test_only_the_role_may_connect_to_the_database(scenario):
    query = "select datname, datacl from pg_database where datname ~ '^(guestbook|other)' order by 1"
    answer = scenario.host("db1").check_output("psql --username postgres --no-align --tuples-only -c %s", query)
    assert answer.splitlines() == [
        "guestbook|{guestbook_owner=CTc/guestbook_owner,guestbook=Tc/guestbook_owner}",
        "other|{other=CTc/other}",
        "other_archive|{other=CTc/other}",
    ]


@pytest.mark.parametrize(
    ("variables", "messages"),
    [
        ({"postgresql_database": "guestbook"}, ['The project "guestbook" has the role "guestbook" and the databases']),
        ({"postgresql_user": "guestbook"}, ['The project "guestbook" has the role "guestbook" and the databases']),
        (
            {"redis_key_prefix": "guestbook.a", "redis_shared": False},
            ['keys that begin with "guestbook" in the cache on cache1', "Set redis_shared to true for both"],
        ),
    ],
)
def test_what_would_lock_others_out_is_refused_before_anything_changes(scenario, variables, messages):
    result = other_project(scenario, **variables)
    assert result.returncode != 0
    output = result.stdout.replace('\\"', '"')
    assert [message for message in messages if message not in output] == [], output
    assert "changed=0 " in output
    assert "changed=1" not in output


def test_access_rules_that_the_server_would_not_understand_are_refused(scenario):
    """By the query that each run asks before it has the server read them; a reload alone would only log the error."""
    host = scenario.host("db1")
    rules, query = "/etc/postgresql/15/main/pg_hba.conf", "/etc/hardened-django/postgresql_rules.sql"
    ask = f"runuser -u postgres -- psql --set databases=other --set user=other --set owner=other --file {query}"
    host.run_expect([0], ask)
    host.run_expect([0], f"cp --archive {rules} {rules}.kept && echo 'hostssl all all 10.0.0.300/32 scram' >>{rules}")
    try:
        result = host.run(ask)
        assert result.rc == 3
        assert "pg_hba.conf line" in result.stderr
    finally:
        host.run_expect([0], f"mv {rules}.kept {rules}")


def test_a_database_of_somebody_else_is_refused(scenario):
    """Also when no project of this collection has made it."""
    host = scenario.host("db1")
    rules = host.file("/etc/postgresql/15/main/pg_hba.conf").content_string
    host.run_expect([0], "runuser -u postgres -- psql -c 'CREATE ROLE legacy' -c 'CREATE DATABASE third OWNER legacy'")
    try:
        result = other_project(scenario, postgresql_more_databases=["third"])
        assert result.returncode != 0
        assert 'database "third" belongs to the role "legacy", not to "other"' in result.stdout.replace('\\"', '"')
        assert host.file("/etc/postgresql/15/main/pg_hba.conf").content_string == rules
    finally:
        host.run_expect([0], "runuser -u postgres -- psql -c 'DROP DATABASE third' -c 'DROP ROLE legacy'")


def test_the_cache_speaks_no_plain_text(app, scenario):
    code = (
        "import socket, sys; s = socket.create_connection((sys.argv[1], 6379), timeout=5)\n"
        "s.sendall(b'PING\\r\\n'); print(s.recv(99))"
    )
    for address in scenario.addresses("cache1"):
        result = app.run("python3 -c %s %s", code, address)
        assert "PONG" not in result.stdout
        assert "NOAUTH" not in result.stdout


REDIS = """
import os, sys, redis
password = open(os.environ["CREDENTIALS_DIRECTORY"] + "/cache_password").read()
tls = {"ssl": True, "ssl_ca_certs": "/srv/guestbook/app/settings/cache_servers.pem"}
wanted = ("guestbook", password), ("guestbook", "wrong"), ("guestbook", ""), ("default", password), ("other", password)
for user, word in (*wanted, ("other", sys.argv[2])):
    client = redis.Redis(host=sys.argv[1], username=user, password=word, **tls)
    for key in ("guestbook:1:own", "other:1:own"):
        try:
            print(user, client.set(key, "1"))
        except redis.RedisError as error:
            print(type(error).__name__)
"""


@each_app
def test_the_cache_takes_each_user_with_its_password_and_its_keys(scenario, name):
    answer = scenario.host(name).check_output(
        "guestbook-run python -c %s %s %s", REDIS, scenario.addresses("cache1")[0], OTHER_PASSWORD
    )
    refused, forbidden = "AuthenticationError", "NoPermissionError"
    assert answer.splitlines() == ["guestbook True", forbidden, *[refused] * 8, forbidden, "other True"]


def test_the_cache_refuses_keys_of_others_and_commands_of_administrators(app):
    code = """
        from django.core.cache import cache
        client = cache._cache.get_client()
        keys = "GET other:1:a", "SET other:1:a 1", "DEL other:1:a", "RENAME other:1:a guestbook:1:a"
        everything = "KEYS other:*", "SCAN 0", "RANDOMKEY", "DBSIZE", "FLUSHDB", "MIGRATE h 1 other 0 9"
        administration = "FLUSHALL", "CONFIG GET *", "ACL LIST", "MONITOR", "SAVE", "SHUTDOWN", "REPLICAOF a 1"
        for command in keys + everything + administration:
            try:
                print("allowed", command, client.execute_command(*command.split()))
            except Exception as error:
                print(command if type(error).__name__ != "NoPermissionError" else "refused")
        client.set("guestbook:1:mine", 1)
        print(client.get("guestbook:1:mine"))
    """
    answer = app.check_output("guestbook-manage shell --verbosity 0 -c %s", textwrap.dedent(code)).splitlines()
    assert answer[-1] == "b'1'"
    assert set(answer[:-1]) == {"refused"}, answer


@each_server
def test_the_servers_listen_on_their_own_addresses_only(scenario, name):
    lines = scenario.host(name).check_output(f"ss -Hltn sport = {SERVERS[name]}").splitlines()
    listening = {line.split()[3].rpartition(":")[0].strip("[]") for line in lines}
    assert listening == {"127.0.0.1", "::1", *scenario.addresses(name)}


def test_strangers_reach_no_data_port(reach):
    assert reach() == CLOSED


@pytest.mark.parametrize(("family", "address"), [("-4", "10.89.24.77/24"), ("-6", "fd12:3456:789a:24::77/64")])
def test_strangers_with_the_address_of_a_neighbour_reach_no_data_port(stranger, reach, family, address):
    stranger.run_expect([0], f"ip {family} address add {address} dev eth0{' nodad' * (family == '-6')}")
    try:
        assert reach(source=address.partition("/")[0]) == CLOSED
    finally:
        stranger.run_expect([0], f"ip {family} address del {address} dev eth0")


@each_server
def test_an_emptied_rule_set_is_loaded_again(scenario, reach, name):
    host = scenario.host(name)
    for command in (
        "systemctl restart nftables.service",
        "systemctl reload nftables.service",
        "nft flush ruleset && systemctl start hardened-django-firewall-guard.service",
    ):
        host.run_expect([0], command)
        assert reach(name) == CLOSED, command
    timer = host.check_output(
        "systemctl show --property=ActiveState,UnitFileState hardened-django-firewall-guard.timer"
    )
    assert timer.splitlines() == ["ActiveState=active", "UnitFileState=enabled"]
    # A look that finds nothing wrong, each minute, says nothing.
    host.run_expect([0], "systemctl start hardened-django-firewall-guard.service")
    words = host.check_output("journalctl --no-pager --output=cat --unit=hardened-django-firewall-guard.service")
    assert words == "The rule set was emptied; the rules of the data ports are loaded again."


def test_ports_that_containers_publish_are_closed_too(scenario, reach):
    """Container engines rewrite the destination before the rules for input are asked, in tables of their own."""
    host = scenario.host("cache1")
    chain = "chain pre { type nat hook prerouting priority dstnat; tcp dport 6379 redirect to :22; }"
    host.run_expect([0], "nft %s", f"table ip published {{ {chain}; }}")
    before = host.check_output("nft list table ip published")
    try:
        host.run_expect([0], "systemctl reload hardened-django-firewall.service")
        assert reach("cache1") == CLOSED
        assert host.check_output("nft list table ip published") == before
    finally:
        host.run_expect([0], "nft delete table ip published")


def test_many_clients_cost_no_time(scenario):
    host = scenario.host("db1")
    own = scenario.addresses("app1")[0]
    part = "/etc/hardened-django/firewall.d/guestbook.nft"
    rules = host.file(part).content_string
    many = ", ".join(f"5432 . 10.{90 + index // 250}.0.{index % 250}" for index in range(500))
    host.run_expect([0], f"cp --archive {part} {part}.kept")
    try:
        host.run_expect([0], f"printf %s %%s >{part}", rules.replace(f"5432 . {own}", f"5432 . {own}, {many}"))
        begin = time.monotonic()
        host.run_expect([0], "systemctl reload hardened-django-firewall.service")
        duration = time.monotonic() - begin
    finally:
        host.run_expect([0], f"mv {part}.kept {part} && systemctl reload hardened-django-firewall.service")
    assert duration < 1


HOLD = """
import os, sys, psycopg
password = open(os.environ["CREDENTIALS_DIRECTORY"] + "/database_password").read()
options = {"sslmode": "require", "tcp_user_timeout": 2000}
connection = psycopg.connect(host=sys.argv[1], dbname="guestbook", user="guestbook", password=password, **options)
connection.execute("select 1")
print("connected", flush=True)
sys.stdin.readline()
try:
    connection.execute("select 1")
    print("still connected")
except psycopg.OperationalError:
    print("cut")
"""


def test_a_retired_app_host_loses_its_access_and_its_connections(apps, visitors, scenario, database):
    retired = apps[1]
    retired.run_expect([0], "printf %%s %s >/var/lib/guestbook/hold.py && mkfifo /run/hold", HOLD)
    retired.run_expect(
        [0],
        "systemd-run --quiet --unit=hold sh -c %s",
        f"exec guestbook-run python /var/lib/guestbook/hold.py {database['host']} <>/run/hold >/run/hold.log",
    )
    address = scenario.addresses("app2")[0]
    try:
        retired.run_expect([0], "timeout 30 sh -c 'until grep -q connected /run/hold.log; do sleep 0.2; done'")
        # The inventory without the line that made it an app host. The other one is left out, and has the passwords.
        result = scenario.playbook("--limit", "database:cache")
        assert result.returncode == 0, result.stdout
        retired.run_expect([0], "echo >/run/hold")
        retired.run_expect([0], "timeout 30 sh -c 'while systemctl is-active --quiet hold; do sleep 0.2; done'")
        assert retired.file("/run/hold.log").content_string == "connected\ncut\n"
        targets = [(address, port) for name, port in SERVERS.items() for address in scenario.addresses(name)]
        assert set(knock(retired, targets)) == {"TimeoutError"}
        assert address not in scenario.host("db1").file("/etc/postgresql/15/main/pg_hba.conf").content_string
        assert visitors[0].get("/health/").text == "ok\n"
    finally:
        retired.run("systemctl stop hold; rm -f /run/hold /run/hold.log /var/lib/guestbook/hold.py")
        # The cache's certificate is due, for which the cache restarts.
        cache = scenario.host("cache1")
        cache.run_expect([0], "rm /etc/hardened-django/valkey.pem")
        waiting = cache.check_output("sha256sum </etc/hardened-django/valkey.pem.next")
        restored = scenario.playbook(*GROWN, *DATA_ROLES)
    assert restored.returncode == 0, restored.stdout
    assert cache.check_output("sha256sum </etc/hardened-django/valkey.pem") == waiting
    assert [connect(app).stdout for app in apps] == ["yes\n"] * 2
    assert visitors[1].get("/health/").text == "ok\n"


def test_closing_the_whole_host_keeps_ssh_and_the_site(app, visitors, scenario, stranger):
    """Also for ports that containers publish; SSH stays open whatever the rules would do to it."""
    addresses = scenario.addresses("app1")
    app.run_expect([0], "systemd-run --quiet --unit=listener python3 -m http.server 8000 --bind ::")
    app.run_expect([0], "timeout 30 sh -c 'until ss -Hltn sport = 8000 | grep -q .; do sleep 0.2; done'")
    chain = "chain pre { type nat hook prerouting priority dstnat; tcp dport 8080 redirect to :8000; }"
    ports = [(address, port) for address in addresses for port in (8000, 8080)]
    ssh = [(address, 22) for address in addresses]

    def run(closed, *sources):
        closing = {"firewall_default_deny": closed, "firewall_ssh_sources": sources, "firewall_confirm_seconds": 30}
        return scenario.playbook(*GROWN, "--tags", "firewall", "--extra-vars", json.dumps(closing))

    try:
        assert knock(stranger, ports) == ["open", "ConnectionRefusedError"] * 2
        result = run(True)
        assert result.returncode == 0, result.stdout
        app.run_expect([0], "nft %s", f"table inet published {{ {chain}; }}")
        assert set(knock(stranger, ports)) == {"TimeoutError"}
        assert set(knock(stranger, ssh)) == {"open"}
        assert [visitor.get("/health/").text for visitor in visitors] == ["ok\n"] * 2
        # Nobody is at this address of the documentation, whatever network it is in.
        result = run(True, "192.0.2.7", "192.0.2.0/24")
        assert result.returncode != 0
        assert "the host has taken them back by itself" in result.stdout
        servers = [(scenario.addresses(name)[0], 22) for name in (*APPS, *SERVERS)]
        assert set(knock(stranger, servers)) == {"open"}
        assert set(knock(stranger, ports)) == {"TimeoutError"}
        assert [visitor.get("/health/").text for visitor in visitors] == ["ok\n"] * 2
    finally:
        back = run(False)
        opened = knock(stranger, ports)
        app.run("systemctl stop listener; nft delete table inet published")
    assert back.returncode == 0, back.stdout
    assert set(opened) == {"open"}
    assert "chain host" not in app.check_output("nft list table inet hardened_django")
