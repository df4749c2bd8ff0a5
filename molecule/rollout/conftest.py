"""Two app hosts, and visitors who come through a load balancer."""

from __future__ import annotations

import itertools
import json
import pathlib
import re

import pytest
from browser import CHECKOUT, Browser
from visitors import Visitors

APPS = ("app1", "app2")


@pytest.fixture(scope="session")
def apps(scenario):
    return [scenario.host(name) for name in APPS]


@pytest.fixture(scope="session")
def balancer(scenario):
    return scenario.host("balancer")


@pytest.fixture(scope="session")
def certificate(apps):
    """The one certificate of the site: visitors may not notice which app host answers."""
    first, second = apps
    directory = "/etc/guestbook/certificate"
    for name in ("fullchain.pem", "privkey.pem"):
        content = first.file(f"{directory}/{name}").content_string
        second.run_expect([0], f"cat >{directory}/{name} <<'END'\n{content}\nEND")
    second.run_expect([0], "systemctl reload nginx.service")
    return first.file(f"{directory}/fullchain.pem").content_string


@pytest.fixture
def site(scenario, certificate):
    """How visitors reach the site: the load balancer, the domain, and its certificate."""
    return scenario.addresses("balancer")[0], "www.guestbook.example", certificate


@pytest.fixture
def browser(site):
    return Browser(*site)


@pytest.fixture
def visitors(site):
    """Visitors of this test; no request of theirs may fail."""
    visitors = Visitors(*site)
    yield visitors
    assert visitors.failures == []
    assert visitors.answers > 50


@pytest.fixture
def live(apps):
    """Tells which release each app host serves."""
    return lambda: [pathlib.Path(app.check_output("readlink /srv/guestbook/current")).name for app in apps]


@pytest.fixture
def states(balancer):
    """Tells what the load balancer has thought of the app hosts since the test began, in order."""
    begin = balancer.check_output("date +%s.%N")

    def tell() -> list[str]:
        log = balancer.check_output(f"journalctl --unit haproxy.service --since @{begin} --output cat --no-pager")
        found = re.findall(r"Server site/app\d is (?:UP|DOWN, reason: [^,]+, code: \d+)|has no server available", log)
        # HAProxy says each twice: as a log and as a warning.
        return [state for state, _same in itertools.groupby(found)]

    return tell


@pytest.fixture
def version():
    """Variables that deploy a version."""

    def choose(name: str) -> str:
        return json.dumps({"project_source": {"type": "directory", "path": f"{CHECKOUT}/.cache/rollout/{name}"}})

    return choose
