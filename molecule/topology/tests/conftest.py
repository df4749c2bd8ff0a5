"""Two app hosts, a database, a cache, and a stranger in one network with them."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from typing import NamedTuple

import pytest
from browser import Browser
from topology import APPS, GROWN, ROOTS, SERVERS, knock, other_project, psycopg


class Growth(NamedTuple):
    run: subprocess.CompletedProcess[str]
    # What visitors of the first app host got meanwhile, but for the pages and connections that they wanted.
    failures: list[str]
    waiting_certificate_took_over: bool


@pytest.fixture
def database(scenario):
    return {"host": scenario.addresses("db1")[0], "dbname": "guestbook", "user": "guestbook", "sslmode": "require"}


@pytest.fixture
def stranger(scenario):
    return scenario.host("stranger")


@pytest.fixture
def reach(scenario, stranger) -> Callable[..., tuple[set[str], set[str]]]:
    """How a stranger's attempts to connect end: to SSH and to the data ports of the servers, from a given address."""

    def ask(*names: str, source: str = "") -> tuple[set[str], set[str]]:
        targets = [
            (address, SERVERS[name])
            for name in names or SERVERS
            for address in scenario.addresses(name)
            if not source or (":" in address) == (":" in source)
        ]
        ways = knock(stranger, [(address, 22) for address, _port in targets], source)
        return set(ways), set(knock(stranger, targets, source))

    return ask


@pytest.fixture(scope="session", autouse=True)
def joined(scenario):
    """The run of another project that has its database and its cache on the same servers."""
    return other_project(scenario, postgresql_more_databases=["other_archive"])


@pytest.fixture(scope="session", autouse=True)
def grown(app, scenario, joined):
    """The run that makes app2 an app host, while the site is in use and the database's certificate is due."""
    server = scenario.host("db1")
    server.run_expect([0], "rm /etc/hardened-django/postgresql.pem")
    waiting = server.check_output("sha256sum </etc/hardened-django/postgresql.pem.next")
    database = {"host": scenario.addresses("db1")[0], "dbname": "guestbook", "user": "guestbook"}
    certificate = app.file("/etc/guestbook/certificate/fullchain.pem").content_string
    browser = Browser(scenario.addresses("app1")[0], "www.guestbook.example", certificate)
    failures: list[str] = []
    done = threading.Event()

    def visit() -> None:
        while not done.wait(0.2):
            answer = psycopg(app, **database, sslmode="verify-full", sslrootcert=ROOTS)
            page = browser.get("/")
            if (answer, page.status) != ("guestbook\n", 200):
                failures.append(f"{page.status} {answer}")

    visitor = threading.Thread(target=visit)
    visitor.start()
    result = scenario.playbook(*GROWN)
    done.set()
    visitor.join()
    in_use = server.check_output("sha256sum </etc/hardened-django/postgresql.pem")
    return Growth(result, failures, in_use == waiting)


@pytest.fixture
def apps(scenario):
    return [scenario.host(name) for name in APPS]


@pytest.fixture
def visitors(app, scenario):
    """A browser for each app host."""
    certificates = {
        name: scenario.host(name).file("/etc/guestbook/certificate/fullchain.pem").content_string for name in APPS
    }
    return [Browser(scenario.addresses(name)[0], "www.guestbook.example", certificates[name]) for name in APPS]
