"""Data servers that die, and hosts that boot again."""

from __future__ import annotations

import json
import threading
import time

import pytest
from topology import CLOSED, LOG, SERVERS, UNITS, podman

# Tries to reach the ports without a pause for some seconds; prints how often that succeeded, and how often SSH did.
WATCH = """
import socket, sys, time
seconds, *addresses = sys.argv[1:]
counts = {"data": 0, "ssh": 0}
end = time.monotonic() + float(seconds)
while time.monotonic() < end:
    for target in addresses:
        address, port = target.split("|")
        for kind, port in (("data", int(port)), ("ssh", 22)):
            try:
                socket.create_connection((address, port), 0.2).close()
                counts[kind] += 1
            except OSError:
                pass
print(counts["data"], counts["ssh"] > 0)
"""


class Load:
    """Visitors that come all the time, and what the site answers them."""

    def __init__(self, visitors, path: str = "/health/") -> None:
        self.statuses: set[int] = set()
        self.pages = 0
        self._path = path
        self._latest = dict.fromkeys(range(len(visitors)), 0)
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._visit, args=(number, visitor)) for number, visitor in enumerate(visitors)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, status: int, pages: int = 0) -> bool:
        """Whether all visitors get this status within a time in which nobody would be called, and so many pages."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if set(self._latest.values()) == {status} and self.pages >= pages:
                return True
            self._done.wait(0.1)
        return False

    def _visit(self, number: int, visitor) -> None:
        while not self._done.wait(0.05):
            self._latest[number] = visitor.get(self._path).status
            self.statuses.add(self._latest[number])
            self.pages += 1


@pytest.mark.parametrize("name", SERVERS)
def test_the_site_recovers_by_itself_from_the_death_of_a_data_server(apps, visitors, scenario, name):
    host = scenario.host(name)
    processes = [app.check_output("systemctl show --property=MainPID,NRestarts guestbook.service") for app in apps]
    with Load(visitors * 2) as load:
        assert load.wait_for(200)
        host.run_expect([0], f"systemctl kill --signal=KILL {UNITS[name]} && systemctl stop {UNITS[name]}")
        try:
            assert load.wait_for(500)
        finally:
            host.run_expect([0], f"systemctl start {UNITS[name]}")
        assert load.wait_for(200)
    assert load.statuses == {200, 500}
    after = [app.check_output("systemctl show --property=MainPID,NRestarts guestbook.service") for app in apps]
    assert after == processes


def test_connections_are_used_again_under_load(visitors, scenario):
    """Each thread keeps its own; the server has counted on them, and on two more of each host."""
    host, threads = scenario.host("db1"), 2 * 4
    fact = host.file("/etc/ansible/facts.d/hardened_django_postgresql_guestbook.fact").content_string
    assert json.loads(fact)["needed_connections"] == len(visitors) * (threads + 2)
    count = f"grep --count 'connection authorized: user=guestbook ' {LOG}"
    before = int(host.check_output(count))
    with Load(visitors * 6, "/") as load:
        assert load.wait_for(200, pages=200)
    assert load.statuses == {200}
    assert int(host.check_output(count)) - before <= threads * len(visitors)


def test_data_ports_stay_closed_while_the_hosts_boot(scenario, stranger, visitors, reach):
    targets = " ".join(f"'{address}|{port}'" for name, port in SERVERS.items() for address in scenario.addresses(name))
    seen: list[str] = []
    watcher = threading.Thread(target=lambda: seen.append(stranger.check_output(f"python3 -c %s 20 {targets}", WATCH)))
    watcher.start()
    # Rules that nobody has confirmed when the host goes down: they would lock Ansible out.
    part = "/etc/hardened-django/firewall.d/guestbook.nft"
    closing = "table inet hardened_django { chain host { type filter hook prerouting priority mangle; policy drop; }; }"
    cache = scenario.host("cache1")
    kept = cache.file(part).content_string
    cache.run_expect([0], f"cp --archive {part} {part}.former && echo '{closing}' >>{part}")
    podman("restart", *(f"hardened-topology-{name}" for name in SERVERS))
    watcher.join()
    assert seen == ["0 True"]
    assert reach() == CLOSED
    assert cache.file(part).content_string == kept
    assert not cache.file(f"{part}.former").exists
    for name in SERVERS:
        host = scenario.host(name)
        server = host.check_output(f"systemctl show --value --property=ExecMainStartTimestampMonotonic {UNITS[name]}")
        rules = host.check_output(
            "systemctl show --value --property=ActiveEnterTimestampMonotonic hardened-django-firewall.service"
        )
        assert 0 < int(rules) < int(server), name
    with Load(visitors) as load:
        assert load.wait_for(200)
