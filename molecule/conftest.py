"""Fixtures of every scenario: its hosts over SSH, its site over HTTPS, and its playbooks."""

from __future__ import annotations

import os
import pathlib
import subprocess
from typing import Any

import pytest
import testinfra
import yaml
from browser import CHECKOUT, Browser


class Scenario:
    """One scenario: its inventory as data, and the ways to reach its hosts."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.inventory = directory / "inventory"
        self.project = yaml.safe_load((self.inventory / "group_vars/all/project.yml").read_text())
        self._network = f"hardened-{directory.name}"
        everything = yaml.safe_load((self.inventory / "hosts.yml").read_text())["all"]
        self.hosts: dict[str, dict[str, Any]] = {}
        for group in (everything, *everything["children"].values()):
            self.hosts.update({name: values for name, values in group.get("hosts", {}).items() if values})

    def host(self, name: str) -> testinfra.host.Host:
        config = CHECKOUT / f".cache/ssh/config-{self._network}"
        return testinfra.get_host(f"ssh://root@{name}", ssh_config=str(config), controlpersist=60)

    def addresses(self, name: str) -> tuple[str, str]:
        """IPv4 and IPv6 of a host."""
        return self.hosts[name]["ansible_host"], self.hosts[name]["host_ipv6"]

    def playbook(
        self,
        *arguments: str,
        path: pathlib.Path | str = CHECKOUT / "playbooks/site.yml",
        inventory: bool = True,
        tools: pathlib.Path | None = None,
        directory: pathlib.Path = CHECKOUT,
    ) -> subprocess.CompletedProcess[str]:
        """Run a playbook on the scenario's hosts, in a directory with an ansible.cfg; stdout holds all it printed."""
        program = str(tools / "ansible-playbook") if tools else "ansible-playbook"
        hosts = ["-i", str(self.inventory)] if inventory else []
        return subprocess.run(
            [program, *hosts, str(path), *arguments],
            cwd=directory,
            env=shell(directory),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def start(self, *arguments: str, path: pathlib.Path) -> subprocess.Popen[str]:
        """Start a playbook on the scenario's hosts, in a process group that a test may kill."""
        return subprocess.Popen(
            ["ansible-playbook", "-i", str(self.inventory), str(path), *arguments],
            cwd=CHECKOUT,
            env=shell(CHECKOUT),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def shell(directory: pathlib.Path) -> dict[str, str]:
    """The environment of a user's shell, which lacks the variables that Molecule steers its own Ansible by."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return {**environment, "ANSIBLE_CONFIG": str(directory / "ansible.cfg")}


@pytest.fixture
def run_task(scenario, tmp_path):
    """Run one task on the app hosts; stdout holds its result as YAML."""

    def run(module, arguments):
        task = {"name": "Run the module", module: arguments, "register": "result"}
        show = {"name": "Show the result", "ansible.builtin.debug": {"var": "result"}}
        play = {"name": "Test", "hosts": "app", "become": True, "gather_facts": False, "tasks": [task, show]}
        (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
        return scenario.playbook(path=tmp_path / "play.yml")

    return run


@pytest.fixture(scope="session")
def scenario():
    return Scenario(pathlib.Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]))


@pytest.fixture(scope="session")
def app(scenario):
    return scenario.host("app1")


@pytest.fixture
def certificate(app, scenario):
    return app.file(f"/etc/{scenario.project['project_name']}/certificate/fullchain.pem").content_string


@pytest.fixture
def browser(scenario, certificate):
    return Browser(scenario.addresses("app1")[0], scenario.project["project_domain"], certificate)
