from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import stat
from pathlib import Path

import pytest
from ansible_collections.hardened.django.plugins.module_utils._config_set import paths
from ansible_collections.hardened.django.plugins.module_utils._config_set.transaction import (
    ConfigSet,
    Failed,
    apply,
    preview,
)
from ansible_collections.hardened.django.plugins.module_utils._config_set.units import Unit

LONG_AGO = 1_000_000_000 * 10**9
VALIDATOR = ("validator", "--strict")
# What changes the disk, and where a partly written file can come from.
OPERATIONS = (
    "open", "fdopen", "fsync", "replace", "rename", "mkdir", "rmdir", "unlink", "symlink", "chmod", "chown", "utime",
)  # fmt: skip


class Killed(BaseException):
    """Stands for a SIGKILL: no handler of the code under test may see it."""


class Reaper:
    """Kills the run at one of its steps: a change of the disk or a command."""

    def __init__(self, monkeypatch, host, step):
        self.left = step
        self.host = host._replace(run=self._before(host.run))
        for name in OPERATIONS:
            monkeypatch.setattr(os, name, self._before(getattr(os, name)))

    def _before(self, function):
        def step(*args, **kwargs):
            if self.left == 0:
                raise Killed
            self.left -= 1
            return function(*args, **kwargs)

        return step


def killed(config, host, step):
    """Run the set, killed at that step; False when it ends before."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        reaper = Reaper(monkeypatch, host, step)
        try:
            apply(config, reaper.host)
        except Killed:
            return True
        except Failed:
            return False
    return False


def snapshot(directory: Path):
    """Everything below the directory that a set may change."""
    tree = {}
    for path in sorted(directory.rglob("*")):
        info = path.lstat()
        state = paths.read_state(str(path))
        mtime = None if state.kind == paths.DIRECTORY else info.st_mtime_ns
        tree[str(path.relative_to(directory))] = (stat.S_IFMT(info.st_mode), state._replace(mtime_ns=mtime))
    return tree


def kept_files(host):
    """What is left where the journals are: a lock, the manifests, and no journal."""
    root = Path(host.journals)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def furnish(etc, systemd):
    """A host on which most of the set looks different."""
    for name in ("site.conf", "default", "shared", "obsolete.conf"):
        (etc / name).write_text(f"{name}\n")
        (etc / name).chmod(0o644)
    (etc / "enabled").symlink_to("default")
    (etc / "conf.d").mkdir()
    (etc / "conf.d").chmod(0o700)
    (etc / "legacy" / "deep").mkdir(parents=True)
    (etc / "legacy" / "deep" / "file").write_text("legacy\n")
    for path in etc.rglob("*"):
        os.utime(path, ns=(LONG_AGO, LONG_AGO), follow_symlinks=False)
    systemd.add("site.service", reads=etc / "site.conf")
    systemd.add("helper.timer", "inactive", "disabled")


@pytest.fixture
def site(etc, want, systemd) -> ConfigSet:
    """A set that does everything a set can do."""
    furnish(etc, systemd)
    return ConfigSet(
        "site",
        (
            want.directory(etc / "conf.d"),
            want.directory(etc / "new"),
            want.file(etc / "site.conf"),
            want.file(etc / "new" / "key", "s3cret-value\n", 0o400, secret=True),
            want.file(etc / "shared", "shared\n", 0o600),
            want.link(etc / "enabled", "site.conf"),
            want.link(etc / "default", "site.conf"),
            want.absent(etc / "legacy"),
            want.absent(etc / "obsolete.conf"),
            want.absent(etc / "never-there"),
        ),
        (VALIDATOR,),
        (Unit("site.service", True, on_change="reload"), Unit("helper.timer", True)),
    )


@pytest.fixture
def renew(site, etc, systemd, host):
    """Bring the host back to the state in which the fixture site left it; return that state."""

    def renew():
        shutil.rmtree(etc)
        shutil.rmtree(host.journals, ignore_errors=True)
        etc.mkdir()
        systemd.__init__()
        furnish(etc, systemd)
        return snapshot(etc)

    return renew


def assert_in_force(config, host, systemd, etc):
    assert paths.plan(config.paths) == []
    assert systemd.runs_with["site.service"] == "new\n"
    assert systemd.status["helper.timer"].active == "active"
    assert systemd.status["helper.timer"].file == "enabled"
    assert kept_files(host) == [".lock", "site/manifest.json"]
    assert not [path for path in etc.rglob("*") if ".config_set" in path.name]


def assert_as_before(host, systemd, etc, before):
    assert snapshot(etc) == before
    assert systemd.runs_with["site.service"] == "site.conf\n"
    assert systemd.status["site.service"].active == "active"
    assert systemd.status["helper.timer"].active == "inactive"
    assert systemd.status["helper.timer"].file == "disabled"
    assert kept_files(host) == [".lock"]


def test_a_set_is_installed_proved_and_told_to_its_units(site, host, systemd, etc):
    outcome = apply(site, host)
    assert outcome.changed
    assert outcome.paths == [
        str(etc / name)
        for name in ("conf.d", "new", "site.conf", "new/key", "shared", "enabled", "default", "legacy", "obsolete.conf")
    ]
    assert outcome.units == {"site.service": ["reload"], "helper.timer": ["enable", "start"]}
    assert not outcome.daemon_reload
    assert not outcome.recovered
    assert systemd.actions == [
        "validator --strict",
        "systemctl reload site.service",
        "systemctl enable helper.timer",
        "systemctl start helper.timer",
    ]
    assert_in_force(site, host, systemd, etc)


def test_a_second_run_writes_nothing_and_asks_systemd_once(site, host, systemd, etc, monkeypatch):
    apply(site, host)
    systemd.commands.clear()
    before = snapshot(etc), snapshot(Path(host.journals))
    written = []
    for name in ("fdopen", "fsync", "replace", "rename", "rmdir", "symlink", "chmod", "chown", "utime"):
        monkeypatch.setattr(os, name, lambda *arguments, **options: written.append(arguments))
    assert not apply(site, host).changed
    assert written == []
    assert (snapshot(etc), snapshot(Path(host.journals))) == before
    assert len(systemd.commands) == 1


def test_check_mode_tells_the_same_and_changes_nothing(site, host, systemd, etc):
    before = snapshot(etc)
    expected = preview(site, host)
    assert snapshot(etc) == before
    assert systemd.actions == []
    assert not Path(host.journals).exists()
    assert apply(site, host) == expected


def test_a_failing_validator_leaves_everything_as_it_was(site, host, systemd, etc):
    before = snapshot(etc)
    systemd.failures["validator --strict"] = (3, "told on stdout\n", "line 7: s3cret-value is bad\n")
    with pytest.raises(Failed) as failure:
        apply(site, host)
    assert failure.value.restored
    assert str(failure.value) == (
        "config set 'site': 'validator --strict' ended with exit code 3: line 7: ******** is bad\ntold on stdout\n"
        "Everything was put back as it was."
    )
    assert systemd.actions == ["validator --strict"]
    assert_as_before(host, systemd, etc, before)


def test_a_validator_that_does_not_exist_is_named(site, host, systemd, etc):
    before = snapshot(etc)

    def run(command):
        if command == VALIDATOR:
            raise FileNotFoundError(2, "No such file or directory")
        return systemd(command)

    with pytest.raises(Failed, match="'validator --strict' could not be run: No such file or directory"):
        apply(site, host._replace(run=run))
    assert_as_before(host, systemd, etc, before)


def test_only_the_last_lines_of_a_long_complaint_are_told(site, host, systemd):
    lines = "\n".join(f"line {number}" for number in range(1000))
    systemd.failures["validator --strict"] = (1, lines, lines)
    with pytest.raises(Failed) as failure:
        apply(site, host)
    assert "line 999" in str(failure.value)
    assert len(str(failure.value).splitlines()) < 40


def test_a_service_that_refuses_the_new_configuration_runs_with_the_old_one(site, host, systemd, etc):
    before = snapshot(etc)
    systemd.refuses = lambda content: content == "new\n"
    with pytest.raises(Failed, match=r"'systemctl reload -- site.service' ended with exit code 1: Job for") as failure:
        apply(site, host)
    assert failure.value.restored
    assert_as_before(host, systemd, etc, before)


def test_a_service_that_dies_right_after_its_start_is_a_failure(site, host, systemd, etc):
    before = snapshot(etc)

    def run(command):
        answer = systemd(command)
        if command[1:] == ["reload", "--", "site.service"] and systemd.runs_with["site.service"] == "new\n":
            systemd.status["site.service"] = systemd.status["site.service"]._replace(
                active="activating", sub="auto-restart"
            )
        return answer

    with pytest.raises(Failed, match=r"unit 'site.service' does not run: it is activating \(auto-restart\)"):
        apply(site, host._replace(run=run))
    assert_as_before(host, systemd, etc, before)


def test_units_that_the_failed_run_started_and_enabled_are_stopped_and_disabled(site, host, systemd, etc):
    before = snapshot(etc)
    systemd.failures["systemctl start -- last.service"] = (1, "", "no")
    systemd.add("last.service", "inactive", "static")
    config = site._replace(units=(*site.units, Unit("last.service")))
    with pytest.raises(Failed) as failure:
        apply(config, host)
    assert failure.value.restored
    assert systemd.actions[-4:] == [
        "systemctl start last.service",
        "systemctl stop helper.timer",
        "systemctl disable helper.timer",
        "systemctl reload site.service",
    ]
    assert_as_before(host, systemd, etc, before)


def test_a_unit_that_the_failed_run_stopped_and_disabled_runs_again(host, systemd, etc, want):
    systemd.add("old.service")
    systemd.failures["systemctl start -- new.service"] = (1, "", "no")
    config = ConfigSet(
        "swap", (want.file(etc / "f"),), (), (Unit("old.service", False, "stopped"), Unit("new.service"))
    )
    with pytest.raises(Failed) as failure:
        apply(config, host)
    assert failure.value.restored
    assert (systemd.status["old.service"].active, systemd.status["old.service"].file) == ("active", "enabled")


def test_definitions_are_read_again_before_and_after_a_failure(host, systemd, etc, want):
    (etc / "systemd").mkdir()
    config = ConfigSet("unit", (want.file(etc / "systemd" / "app.service"),), (), (Unit("app.service", True),))
    systemd.add("app.service", "inactive", "disabled")
    systemd.failures["systemctl start -- app.service"] = (1, "", "no")
    with pytest.raises(Failed):
        apply(config, host)
    assert systemd.actions == [
        "systemctl daemon-reload",
        "systemctl enable app.service",
        "systemctl start app.service",
        "systemctl disable app.service",
        "systemctl daemon-reload",
    ]


def test_definitions_that_systemd_calls_stale_are_read_again(host, systemd):
    systemd.add("app.service")
    systemd.status["app.service"] = systemd.status["app.service"]._replace(stale=True)
    outcome = apply(ConfigSet("stale", units=(Unit("app.service", True),)), host)
    assert outcome.changed
    assert outcome.daemon_reload
    assert systemd.actions == ["systemctl daemon-reload"]


def test_nothing_is_changed_when_the_set_is_refused(site, host, systemd, etc, want):
    (etc / "conf.d" / "other").mkdir()
    before = snapshot(etc)
    config = site._replace(paths=(*site.paths, want.file(etc / "conf.d" / "other")))
    with pytest.raises(paths.Refused, match=r"conf\.d/other' is a directory"):
        apply(config, host)
    assert snapshot(etc) == before
    assert kept_files(host) == [".lock"]


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ((Unit("a"), Unit("a")), "unit 'a' is listed twice"),
        (
            (Unit("a", restart_on=("/etc/typo",)),),
            "unit 'a' is to restart on '/etc/typo', which is not a path of the set",
        ),
    ],
)
def test_contradictory_units_are_refused(host, systemd, units, message):
    for run in (apply, preview):
        with pytest.raises(paths.Refused, match=message):
            run(ConfigSet("x", units=units), host)
    assert systemd.commands == []


def test_when_putting_back_fails_the_journal_stays_and_serves_the_next_run(site, host, systemd, etc, monkeypatch):
    before = snapshot(etc)
    systemd.failures["validator --strict"] = (1, "", "no")

    def put_back(previous):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as broken:
        broken.setattr(paths, "put_back", put_back)
        with pytest.raises(Failed) as failure:
            apply(site, host)
    assert not failure.value.restored
    assert f"Read-only file system (what to go back to is kept in {host.journals}/site)" in str(failure.value)
    with pytest.raises(Failed) as failure:
        apply(site, host)
    assert failure.value.restored
    assert_as_before(host, systemd, etc, before)


def test_a_run_killed_at_any_step_is_completed_by_the_next(site, host, systemd, etc, renew):
    for step in itertools.count():
        renew()
        if not killed(site, host, step):
            break
        apply(site, host)
        assert_in_force(site, host, systemd, etc)
    assert step > 60


def test_a_run_killed_after_its_last_write_counts_as_changed(site, host, systemd, etc, renew):
    for step in itertools.count():
        renew()
        assert killed(site, host, step)
        if paths.plan(site.paths) == [] and systemd.actions == []:
            break
    outcome = apply(site, host)
    assert outcome.changed
    assert outcome.recovered
    assert str(etc / "site.conf") in outcome.paths
    assert all(path.startswith(str(etc)) for path in outcome.paths)
    assert systemd.actions[:2] == ["validator --strict", "systemctl reload site.service"]


def test_a_run_killed_at_any_step_can_still_be_taken_back(site, host, systemd, etc, renew):
    for step in itertools.count():
        before = renew()
        if not killed(site, host, step):
            break
        systemd.failures["validator --strict"] = (1, "", "no")
        if paths.plan(site.paths) == [] and not (Path(host.journals) / "site" / "journal.json").exists():
            assert not apply(site, host).changed
            continue
        with pytest.raises(Failed) as failure:
            apply(site, host)
        assert failure.value.restored
        assert_as_before(host, systemd, etc, before)
    assert step > 60


def test_a_failing_run_killed_at_any_step_can_be_repeated_or_repaired(site, host, systemd, etc, renew):
    for step in itertools.count():
        for repaired in (False, True):
            before = renew()
            systemd.refuses = lambda content: content == "new\n"
            if not killed(site, host, step):
                assert step > 100
                return
            if repaired:
                systemd.refuses = lambda content: False
                apply(site, host)
                assert_in_force(site, host, systemd, etc)
            else:
                with pytest.raises(Failed) as failure:
                    apply(site, host)
                assert failure.value.restored
                assert_as_before(host, systemd, etc, before)


def test_another_set_of_the_same_name_takes_over_what_a_killed_run_began(site, host, systemd, etc, want, renew):
    for step in itertools.count():
        before = renew()
        if not killed(site, host, step):
            break
        other = ConfigSet(
            "site",
            (
                want.directory(etc / "legacy"),
                want.file(etc / "legacy" / "file"),
                want.absent(etc / "conf.d"),
                want.link(etc / "site.conf", "default"),
            ),
            (VALIDATOR,),
        )
        pending = (Path(host.journals) / "site" / "journal.json").exists()
        systemd.failures["validator --strict"] = (1, "", "no")
        with pytest.raises(Failed) as failure:
            apply(other, host)
        assert failure.value.restored
        if pending:
            assert snapshot(etc) == before
        systemd.failures.clear()
        apply(other, host)
        assert paths.plan(other.paths) == []
        assert not [path for path in etc.rglob("*") if ".config_set" in path.name]


def test_a_damaged_journal_is_named_and_nothing_is_changed(site, host, etc):
    directory = Path(host.journals) / "site"
    directory.mkdir(parents=True)
    (directory / "journal.json").write_text("{")
    before = snapshot(etc)
    with pytest.raises(paths.Refused, match=f"the journal '{directory}/journal.json' is damaged"):
        apply(site, host)
    assert snapshot(etc) == before


def test_the_journal_is_for_root_only(site, host, systemd):
    seen: list[int] = []

    def run(command):
        if command == VALIDATOR:
            directory = Path(host.journals)
            inside = (directory, directory / "site", directory / "site" / "journal.json")
            seen.extend(stat.S_IMODE(path.stat().st_mode) for path in inside)
        return systemd(command)

    apply(site, host._replace(run=run))
    assert seen == [0o700, 0o700, 0o600]


def test_two_runs_wait_for_each_other(site, host, systemd):
    attempts = []

    def run(command):
        if command == VALIDATOR:
            with open(Path(host.journals) / ".lock") as lock, pytest.raises(BlockingIOError):
                attempts.append(command)
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return systemd(command)

    apply(site, host._replace(run=run))
    assert attempts == [VALIDATOR]


def test_a_failing_proof_of_the_running_units_puts_everything_back(site, host, systemd, etc):
    before = snapshot(etc)
    systemd.failures["health check"] = (22, "", "503")
    with pytest.raises(Failed, match="'health check' ended with exit code 22: 503") as failure:
        apply(site._replace(verify=(("health", "check"),)), host)
    assert failure.value.restored
    assert systemd.actions.index("health check") > systemd.actions.index("systemctl start helper.timer")
    assert_as_before(host, systemd, etc, before)


def test_an_unchanged_set_is_not_proved_again(site, host, systemd):
    config = site._replace(verify=(("health", "check"),))
    apply(config, host)
    systemd.commands.clear()
    apply(config, host)
    assert systemd.actions == []


def test_a_unit_that_failed_to_start_is_not_left_as_failed(site, host, systemd, etc):
    systemd.add("new.service", "inactive", "static", reads=etc / "site.conf")
    systemd.refuses = lambda content: content == "new\n"
    with pytest.raises(Failed):
        apply(site._replace(units=(Unit("new.service"),)), host)
    assert systemd.status["new.service"].active == "inactive"
    assert "systemctl reset-failed new.service" in systemd.actions


def assert_dropped(config, host, systemd, etc):
    assert_in_force(config, host, systemd, etc)
    assert not [name for name in DROPPED if os.path.lexists(etc / name)]
    assert (systemd.status["worker.service"].active, systemd.status["worker.service"].file) == ("inactive", "disabled")
    assert "worker" not in (Path(host.journals) / "site" / "manifest.json").read_text()


def assert_not_dropped(host, systemd, etc, before):
    assert (snapshot(etc), snapshot(Path(host.journals))) == before
    assert systemd.runs_with["site.service"] == "new\n"
    assert (systemd.status["worker.service"].active, systemd.status["worker.service"].file) == ("active", "enabled")


DROPPED = ("systemd/worker.service", "systemd/worker.key", "alias.conf")


@pytest.fixture
def larger(site, etc, want):
    """The set site when it also ran a worker."""
    extra = (
        want.directory(etc / "systemd"),
        want.file(etc / "systemd" / "worker.service", "[Service]\n"),
        want.file(etc / "systemd" / "worker.key", "s3cret-value\n", 0o400, secret=True),
        want.link(etc / "alias.conf", "site.conf"),
    )
    return site._replace(paths=site.paths + extra, units=(*site.units, Unit("worker.service", True)))


@pytest.fixture
def install_larger(larger, host, systemd, etc, renew):
    """Bring the host to the state in which the larger set leaves it; return that state."""

    def install():
        renew()
        systemd.add("worker.service", "inactive", "disabled", definition=etc / "systemd" / "worker.service")
        apply(larger, host)
        systemd.commands.clear()
        return snapshot(etc), snapshot(Path(host.journals))

    return install


def test_what_a_set_no_longer_lists_goes(site, host, systemd, etc, install_larger):
    before = install_larger()
    expected = preview(site, host)
    assert systemd.actions == []
    assert (snapshot(etc), snapshot(Path(host.journals))) == before
    outcome = apply(site, host)
    assert outcome == expected
    assert outcome.paths == [str(etc / name) for name in DROPPED]
    assert outcome.units == {
        "worker.service": ["stop", "disable"],
        "site.service": ["reload"],
        "helper.timer": ["restart"],
    }
    assert systemd.actions == [
        "systemctl stop worker.service",
        "systemctl disable worker.service",
        "validator --strict",
        "systemctl daemon-reload",
        "systemctl reload site.service",
        "systemctl restart helper.timer",
    ]
    assert_dropped(site, host, systemd, etc)
    assert (etc / "systemd").is_dir()
    assert not apply(site, host).changed


def test_a_failing_validator_brings_back_what_the_set_no_longer_lists(site, host, systemd, etc, install_larger):
    before = install_larger()
    systemd.failures["validator --strict"] = (1, "", "no")
    with pytest.raises(Failed) as failure:
        apply(site, host)
    assert failure.value.restored
    assert_not_dropped(host, systemd, etc, before)


def test_a_unit_that_cannot_be_stopped_keeps_its_definition(site, host, systemd, etc, install_larger):
    before = install_larger()
    systemd.failures["systemctl stop -- worker.service"] = (1, "", "no")
    with pytest.raises(Failed) as failure:
        apply(site, host)
    assert failure.value.restored
    assert_not_dropped(host, systemd, etc, before)


@pytest.mark.parametrize("ending", ["completed", "taken back", "given up"])
def test_a_removal_killed_at_any_step_can_be_ended(ending, site, larger, host, systemd, etc, install_larger):
    for step in itertools.count():
        before = install_larger()
        if not killed(site, host, step):
            break
        if ending == "given up":
            apply(larger, host)
            assert_in_force(larger, host, systemd, etc)
            assert systemd.status["worker.service"].active == "active"
            assert systemd.status["worker.service"].file == "enabled"
        elif ending == "taken back" and "site/journal.json" in kept_files(host):
            systemd.failures["validator --strict"] = (1, "", "no")
            with pytest.raises(Failed) as failure:
                apply(site, host)
            assert failure.value.restored
            assert_not_dropped(host, systemd, etc, before)
        else:
            apply(site, host)
            assert_dropped(site, host, systemd, etc)
    assert step > 40


def test_what_only_a_killed_run_has_installed_goes_too(site, larger, host, systemd, etc, renew):
    for step in itertools.count():
        renew()
        systemd.add("worker.service", "inactive", "disabled", definition=etc / "systemd" / "worker.service")
        if not killed(larger, host, step):
            break
        apply(site, host)
        assert_dropped(site, host, systemd, etc)
    assert step > 80


def test_an_unchanged_run_killed_while_it_writes_the_first_manifest_is_repeated(site, host, etc):
    apply(site, host)
    manifest = Path(host.journals) / "site" / "manifest.json"
    before = manifest.read_text()
    for step in itertools.count():
        manifest.unlink()
        if not killed(site, host, step):
            break
        assert not apply(site, host).changed
        assert manifest.read_text() == before
        assert kept_files(host) == [".lock", "site/manifest.json"]
    assert step > 8
