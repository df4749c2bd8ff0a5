"""Each test runs against both hosts: Debian 13 and Debian 12."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import yaml
from browser import Browser, Response, parsed, raw

DOMAIN = "www.guestbook.example"
# What no address of a public site has.
UNUSED = {"project_database_host": "unused.example", "project_cache_host": "unused.example"}

Ask = Callable[[bytes], Response]


@pytest.fixture(params=["app1", "app2"])
def name(request):
    return request.param


@pytest.fixture
def host(scenario, name):
    return scenario.host(name)


@pytest.fixture
def address(scenario, name):
    return scenario.addresses(name)[0]


@pytest.fixture
def authority(host):
    return host.file("/etc/guestbook/certificate/fullchain.pem").content_string


@pytest.fixture
def visitor(address, authority):
    return Browser(address, DOMAIN, authority)


@pytest.fixture
def ask(address) -> Ask:
    """Send the bytes of a request over TLS, as no client library would, and return the first answer."""
    return lambda request: parsed(raw(address, request, DOMAIN, 443))


@pytest.fixture
def configure(scenario, name, tmp_path):
    """Run the role nginx, or others, on the host with other variables, and the same again without them."""
    before: list[Sequence[str]] = []

    def run(roles=("hardened.django.nginx",), tasks=(), **variables):
        play = {
            "name": "Configure the web server",
            "hosts": name,
            "become": True,
            "gather_facts": False,
            "vars": {**UNUSED, **variables},
            "roles": list(roles),
            "tasks": list(tasks),
        }
        before[:] = [roles]
        path = tmp_path / "play.yml"
        path.write_text(yaml.safe_dump([play]))
        return scenario.playbook(path=path)

    yield run
    result = run(*before)
    assert result.returncode == 0, result.stdout
