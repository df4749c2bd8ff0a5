"""Fixtures of scenarios with two app hosts, and visitors who come through a load balancer."""

from __future__ import annotations

import pytest
from browser import Browser
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
    assert visitors.failures == [], visitors.failures
    assert visitors.answers > 50
