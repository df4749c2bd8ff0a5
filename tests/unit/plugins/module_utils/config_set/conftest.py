"""A host without systemd: what the configuration sets of the tests are installed on."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from ansible_collections.hardened.django.plugins.module_utils._config_set import paths
from ansible_collections.hardened.django.plugins.module_utils._config_set.transaction import Host
from ansible_collections.hardened.django.plugins.module_utils._config_set.units import Status

OWNER = pwd.getpwuid(os.geteuid()).pw_name
GROUP = grp.getgrgid(os.getegid()).gr_name


class FakeSystemd:
    """Answers systemctl, and every other command as a validator."""

    def __init__(self) -> None:
        self.status: dict[str, Status] = {}
        self.reads: dict[str, Path] = {}
        self.runs_with: dict[str, str] = {}
        self.definitions: dict[str, Path] = {}
        self.aliases: dict[str, str] = {}
        self.commands: list[str] = []
        self.failures: dict[str, tuple[int, str, str]] = {}
        self.refuses: Callable[[str], bool] = lambda content: False

    def add(
        self,
        name: str,
        active: str = "active",
        file: str = "enabled",
        reads: Path | None = None,
        definition: Path | None = None,
    ) -> None:
        self.status[name] = Status("loaded", active, "running", file, False)
        if definition is not None:
            self.definitions[name] = definition
        if reads is not None:
            self.reads[name] = reads
            self.runs_with[name] = reads.read_text()

    def __call__(self, command: Sequence[str]) -> tuple[int, str, str]:
        line = " ".join(command)
        self.commands.append(line)
        if line in self.failures:
            return self.failures[line]
        if command[0] != "systemctl" or command[1] == "daemon-reload":
            return 0, "", ""
        if command[1] == "show":
            blocks = [self._show(name) for name in command[command.index("--") + 1 :]]
            wanted = command[2].partition("=")[2].split(",")
            return 0, "\n".join(_only(wanted, block) for block in blocks), ""
        return self._act(command[1], command[-1])

    @property
    def actions(self) -> list[str]:
        return [line.replace(" -- ", " ") for line in self.commands if not line.startswith("systemctl show")]

    def _show(self, name: str) -> str:
        name = self.aliases.get(name, name if "." in name else f"{name}.service")
        status = self.status.get(name, Status("not-found", "inactive", "dead", "", False))
        if self._is_gone(name):
            status = status._replace(load="not-found", file="")
        return (
            f"Id={name}\nLoadState={status.load}\nActiveState={status.active}\nSubState={status.sub}\n"
            f"UnitFileState={status.file}\nNeedDaemonReload={'yes' if status.stale else 'no'}\n"
        )

    def _is_gone(self, name: str) -> bool:
        return name in self.definitions and not self.definitions[name].exists()

    def _act(self, verb: str, name: str) -> tuple[int, str, str]:
        status = self.status[name]
        if self._is_gone(name):
            return 1, "", f"Unit file {name} does not exist."
        if verb in ("start", "restart", "reload"):
            self.runs_with[name] = self.reads[name].read_text() if name in self.reads else ""
            if self.refuses(self.runs_with[name]):
                self.status[name] = status._replace(active="failed", sub="failed")
                return 1, "", f"Job for {name} failed."
            self.status[name] = status._replace(active="active", sub="running")
        elif verb in ("stop", "reset-failed"):
            self.status[name] = status._replace(active="inactive", sub="dead")
        else:
            self.status[name] = status._replace(file=f"{verb}d")
        return 0, "", ""


def _only(properties: Sequence[str], block: str) -> str:
    return "".join(line for line in block.splitlines(keepends=True) if line.split("=", 1)[0] in properties)


@pytest.fixture(autouse=True)
def skip_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests look at what is written, and there are thousands of writes."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def systemd() -> FakeSystemd:
    return FakeSystemd()


@pytest.fixture
def host(tmp_path: Path, systemd: FakeSystemd) -> Host:
    return Host(systemd, str(tmp_path / "var" / "config_set"), (f"{tmp_path}/etc/systemd/",))


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    (tmp_path / "etc").mkdir()
    return tmp_path / "etc"


class Wants:
    """Shorthand for wanted paths that the user who runs the tests may own."""

    @staticmethod
    def file(path: Path, content: str = "new\n", mode: int = 0o644, secret: bool = False) -> paths.Wanted:
        return paths.Wanted(str(path), paths.FILE, mode, OWNER, GROUP, content.encode(), secret)

    @staticmethod
    def directory(path: Path, mode: int = 0o755) -> paths.Wanted:
        return paths.Wanted(str(path), paths.DIRECTORY, mode, OWNER, GROUP)

    @staticmethod
    def link(path: Path, target: str) -> paths.Wanted:
        return paths.Wanted(str(path), paths.LINK, target=target)

    @staticmethod
    def absent(path: Path) -> paths.Wanted:
        return paths.Wanted(str(path), paths.ABSENT)


@pytest.fixture
def want() -> type[Wants]:
    return Wants
