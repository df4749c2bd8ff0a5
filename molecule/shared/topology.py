"""The scenario topology: its hosts, another project on its data servers, and ways to reach them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from browser import CHECKOUT

if TYPE_CHECKING:
    import testinfra

APPS = ("app1", "app2")
SERVERS = {"db1": 5432, "cache1": 6379}
UNITS = {"db1": "postgresql@15-main.service", "cache1": "valkey-server.service"}
# The inventory line that makes app2 an app host.
GROWN = ("--inventory", str(CHECKOUT / "molecule/topology/grown"))
DATA_ROLES = ("--tags", "firewall,postgresql,redis")
# Of the ports that are asked for: SSH shows that the way is open, the data port that it is closed.
CLOSED = ({"open"}, {"TimeoutError"})
OTHER_PASSWORD = "the password of another project"
ROOTS = "/srv/guestbook/app/settings/database_servers.pem"

# Tries to connect, from one of the host's addresses where it is given; prints for each target how that went.
KNOCK = """
import socket, sys
source, *targets = sys.argv[1:]
for target in targets:
    address, port = target.split("|")
    try:
        socket.create_connection((address, int(port)), 1, (source, 0) if source else None).close()
        print("open")
    except OSError as error:
        print(type(error).__name__)
"""
LOG = "/var/log/postgresql/postgresql-15-main.log"
PSYCOPG = """
import json, os, sys, psycopg
parameters = json.loads(sys.argv[1])
parameters.setdefault("password", open(os.environ["CREDENTIALS_DIRECTORY"] + "/database_password").read())
query = parameters.pop("query", "select current_user")
with psycopg.connect(**parameters) as connection:
    cursor = connection.execute(query)
    print(cursor.fetchone()[0] if cursor.description else cursor.statusmessage)
"""
CONNECT = """
from django.db import connection
from django.core.cache import cache
connection.ensure_connection()
cache.set("connected", "yes")
print(cache.get("connected"))
"""


def knock(host: testinfra.host.Host, targets: list[tuple[str, int]], source: str = "") -> list[str]:
    """How the host's attempts to connect to (address, port) end."""
    words = " ".join(f"'{address}|{port}'" for address, port in targets)
    answers: list[str] = host.check_output(f"python3 -c %s '{source}' {words}", KNOCK).splitlines()
    return answers


def psycopg(app: testinfra.host.Host, **parameters: str) -> str:
    """Connect with the password of the site, where nothing else is given; return what was said."""
    result = app.run("guestbook-run python -c %s %s", PSYCOPG, json.dumps(parameters))
    return f"{result.stdout}{result.stderr}"


def connect(app: testinfra.host.Host) -> Any:
    """Use both data servers as the site does."""
    return app.run("guestbook-manage shell --verbosity 0 -c %s", CONNECT)


def podman(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, CHECKOUT / "tools/hosts.py", "podman", *arguments], check=True, stdout=subprocess.PIPE
    )


def wait_for(host: testinfra.host.Host, condition: str, run: subprocess.Popen[str] | None = None) -> None:
    """Wait until a command succeeds on a host that may still boot; with a run, as long as that goes on."""
    deadline = time.monotonic() + 120
    while not succeeds(host, condition):
        assert run or time.monotonic() < deadline
        assert run is None or run.poll() is None, run.stdout and run.stdout.read()


def succeeds(host: testinfra.host.Host, command: str) -> bool:
    try:
        return bool(host.run(command).rc == 0)
    except RuntimeError:
        # No answer by SSH.
        return False


def other_project(scenario: Any, **variables: Any) -> subprocess.CompletedProcess[str]:
    """The data servers' part of a run of another project, whose app host is app1."""
    its = {
        "project_name": "other",
        "project_database_owner": "",
        "project_app_addresses": list(scenario.addresses("app1")),
        "secrets_database_password": OTHER_PASSWORD,
        "secrets_cache_password": OTHER_PASSWORD,
        **variables,
    }
    result: subprocess.CompletedProcess[str] = scenario.playbook(
        "--limit", "database:cache", "--extra-vars", json.dumps(its)
    )
    return result
