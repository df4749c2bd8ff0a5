"""Two app hosts, and visitors who come through a load balancer."""

from __future__ import annotations

import itertools
import json
import pathlib
import re

import pytest
from balanced import apps, balancer, browser, certificate, site, visitors
from browser import CHECKOUT

STATE = r"Server site/app\d is (?:UP|DOWN, reason: [^,]+(?:, code: \d+)?)|has no server available"

__all__ = ["apps", "balancer", "browser", "certificate", "site", "visitors"]


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
        found = re.findall(STATE, log)
        # HAProxy says each twice: as a log and as a warning.
        return [state for state, _same in itertools.groupby(found)]

    return tell


@pytest.fixture
def version():
    """Variables that deploy a version."""

    def choose(name: str) -> str:
        return json.dumps({"project_source": {"type": "directory", "path": f"{CHECKOUT}/.cache/rollout/{name}"}})

    return choose
