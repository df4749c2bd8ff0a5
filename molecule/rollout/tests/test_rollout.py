"""New releases, broken ones and the way back: visitors who come through the load balancer notice nothing."""

from __future__ import annotations

import json
import os
import re
import signal

import pytest
from browser import CHECKOUT
from guestbook import DEPLOY, LOCK, words
from topology import podman, wait_for

SOAK = pytest.mark.soak
ROLLBACK, RELEASES = CHECKOUT / "playbooks/rollback.yml", CHECKOUT / "playbooks/releases.yml"
DRAINED = "/run/guestbook-drained"
LEFT = "/var/lib/guestbook/deploy.lock"
RELEASE_DIRECTORY = "/srv/guestbook/releases"
AWAY = "Server site/{} is DOWN, reason: Layer7 wrong status, code: 503"
BACK = "Server site/{} is UP"
# Another migration of the example project, which its older release does not know.
RECORD = "INSERT INTO django_migrations (app, name, applied) VALUES ('guestbook', '0002_later', now())"
FORGET = "DELETE FROM django_migrations WHERE name = '0002_later'"


def sql(app, statement):
    app.check_output("runuser -u postgres -- psql --quiet guestbook --command %s", statement)


@pytest.fixture
def later_migration(apps):
    sql(apps[0], RECORD)
    yield
    sql(apps[0], FORGET)


def test_a_new_release_goes_live_host_by_host(scenario, apps, visitors, version, live, states, browser):
    before = live()
    keep_lock = f"test ! -e {LOCK} || cp {LOCK} {LEFT}"
    hook = json.dumps({"release_before_switch": ["touch /var/lib/guestbook/switching", keep_lock]})
    # As a run leaves it that was killed while the last host was drained.
    apps[1].check_output("touch %s", DRAINED)
    with visitors:
        result = scenario.playbook("-e", version("b"), "-e", hook, path=DEPLOY)
    assert result.returncode == 0, result.stdout
    assert all(app.file("/var/lib/guestbook/switching").exists for app in apps)
    assert list(visitors.styles) == ["a", "b"]
    assert browser.get("/").headers["Version"] == "b"
    first, second = live()
    assert first == second != before[0]
    order = ("app2", "app1", "app2")
    assert states() == [state.format(name) for name in order for state in (AWAY, BACK)]
    assert not apps[0].file(LOCK).exists


def test_the_lock_of_a_run_that_was_killed_at_its_end_goes_with_the_next(scenario, apps, visitors, version, live):
    before = live()
    apps[0].check_output(f"mv {LEFT} {LOCK}")
    with visitors:
        result = scenario.playbook("-e", version("b"), path=DEPLOY)
    assert result.returncode == 0, result.stdout
    assert not apps[0].file(LOCK).exists
    assert live() == before


def test_a_second_run_changes_nothing(scenario, version, states):
    result = scenario.playbook("-e", version("b"), path=DEPLOY)
    assert result.returncode == 0, result.stdout
    assert set(re.findall(r"changed=(\d+)", result.stdout)) == {"0"}, result.stdout
    assert states() == []


def test_the_releases_of_each_host_are_shown(scenario, live):
    result = scenario.playbook(path=RELEASES)
    assert result.returncode == 0, result.stdout
    release = live()[0]
    assert len([line for line in result.stdout.splitlines() if release in line]) == 2
    assert words(result).count("live, healthy") == 2


@pytest.mark.parametrize(
    ("name", "variables", "message"),
    [
        ("import-error", {}, "ModuleNotFoundError: No module named 'no_such_module'"),
        ("weak-setting", {}, "security.W019"),
        ("destructive-migration", {}, "guestbook.0002_remove, Delete model Entry, removes a table"),
        ("failing-migration", {"release_dump": True}, "RuntimeError: this migration always fails"),
        ("failing-health", {}, "/health/ answers 500"),
        # One of each phase is enough for every day.
        pytest.param("syntax-error", {}, "fails with SyntaxError: ", marks=SOAK),
        pytest.param(
            "application-error",
            {"app_server_application": "website.wsgi:application"},
            "AttributeError: 'WSGIHandler'",
            marks=SOAK,
        ),
        pytest.param("slow-start", {}, "/health/ does not answer: TimeoutError", marks=SOAK),
        pytest.param(
            "killed-at-start", {"app_server_threads": 5}, "was sent SIGKILL! Perhaps out of memory?", marks=SOAK
        ),
    ],
)
def test_a_broken_release_never_goes_live(scenario, apps, visitors, version, live, name, variables, message):
    before, units = live(), configuration(apps)
    with visitors:
        result = scenario.playbook("-e", version(name), "-e", json.dumps(variables), path=DEPLOY)
    assert result.returncode != 0
    assert message in words(result)
    assert len(visitors.styles) == 1
    assert live() == before
    assert configuration(apps) == units
    assert not any(app.file(path).exists for app in apps for path in (LOCK, DRAINED))


def test_the_database_was_dumped_before_the_migration_that_failed(apps):
    (dump,) = apps[0].check_output("find /var/backups/guestbook -type f -user root -perm 0600").splitlines()
    assert "TABLE DATA public guestbook_entry" in apps[0].check_output("pg_restore --list %s", dump)
    assert not apps[1].file("/var/backups/guestbook").exists


def test_a_full_disk_ends_the_build(scenario, apps, visitors, version, live):
    before = live()
    apps[0].check_output(
        "mkdir /srv/small && mount -t tmpfs small /srv/small && cp -a /srv/guestbook/. /srv/small"
        " && mount -o remount,size=$(($(df --output=used /srv/small | tail -1) + 5000))k /srv/small"
        # The service goes on with what it sees: the mount does not reach what runs already.
        " && mount --make-private / && mount --bind /srv/small /srv/guestbook && mount --make-shared /"
    )
    with visitors:
        result = scenario.playbook("-e", version("c"), path=DEPLOY)
    left = apps[0].check_output("ls %s", RELEASE_DIRECTORY).split()
    apps[0].check_output("umount --lazy /srv/guestbook && umount --lazy /srv/small && rmdir /srv/small")
    assert result.returncode != 0
    assert "No space left on device" in words(result)
    assert live() == before
    # What was half built takes no room either.
    assert set(left) == set(apps[0].check_output("ls %s", RELEASE_DIRECTORY).split())
    assert not any(app.file(path).exists for app in apps for path in (LOCK, DRAINED))


def test_hosts_of_a_batch_switch_at_the_same_time(scenario, visitors, version, live, states):
    """Nobody could stand in for them, so that load balancers are not sent away: requests wait in the sockets."""
    with visitors:
        result = scenario.playbook("-e", version("c"), "-e", "release_batch=2", path=DEPLOY)
    assert result.returncode == 0, result.stdout
    assert result.stdout.count("PLAY [Switch to the release, host by host]") == 1
    assert list(visitors.styles) == ["b", "c"]
    assert len(set(live())) == 1
    assert states() == []


def test_another_configuration_goes_live_host_by_host(scenario, apps, visitors, version, live, states):
    before = live()
    with visitors:
        result = scenario.playbook("-e", version("c"), "-e", "app_server_max_requests=20", path=DEPLOY)
        # Processes are replaced, and no visitor notices.
        for app in apps:
            wait_for(app, "journalctl --unit guestbook.service --grep 'Autorestarting worker'")
    assert result.returncode == 0, result.stdout
    assert live() == before
    assert states() == [AWAY.format("app1"), BACK.format("app1"), AWAY.format("app2"), BACK.format("app2")]


def test_a_release_that_the_hosts_do_not_have_is_refused(scenario, live):
    before = live()
    result = scenario.playbook("-e", "release_rollback_to=no-such", path=ROLLBACK)
    assert result.returncode != 0
    assert "There is no release no-such on app1, which has" in words(result)
    assert before[0] in words(result)
    assert live() == before


def test_the_release_before_comes_back(scenario, apps, visitors, later_migration, live, browser):
    """Without draining: requests wait in the socket of the host that switches."""
    newer = live()
    checked = scenario.playbook("--check", path=ROLLBACK)
    assert checked.returncode == 0, checked.stdout
    assert live() == newer
    with visitors:
        result = scenario.playbook("-e", '{"release_drain_seconds": 0}', path=ROLLBACK)
    assert result.returncode == 0, result.stdout
    first, second = live()
    assert f"the database has migrations that {first} does not know: guestbook.0002_later." in words(result)
    assert first == second != newer[0]
    assert browser.get("/").headers["Version"] == "b"
    assert list(visitors.styles) == ["c", "b"]
    assert not apps[0].file(LOCK).exists


def test_a_run_beside_another_is_refused_and_a_killed_one_is_completed(
    scenario, apps, visitors, version, live, states, browser
):
    before = live()
    switched = "/var/lib/guestbook/switched"
    hook = json.dumps({"release_after_switch": [f"touch {switched}; while test -e {switched}; do sleep 1; done"]})
    with visitors:
        with scenario.start("-e", version("c"), "-e", hook, path=DEPLOY) as run:
            wait_for(apps[0], f"test -e {switched}", run)
            other = scenario.playbook("-e", version("syntax-error"), path=DEPLOY)
            os.killpg(run.pid, signal.SIGKILL)
        left = live()
        assert apps[0].file(DRAINED).exists
        apps[0].check_output("rm %s", switched)
        result = scenario.playbook("-e", version("c"), path=DEPLOY)
    assert other.returncode != 0
    assert re.search(rf"deploys since 20\S+ \S+ UTC, as process {run.pid} on ", words(other)), other.stdout
    assert f"remove {LOCK} on app1 and run the playbook again" in words(other)
    assert left[0] != before[0] and left[1] == before[1]
    assert result.returncode == 0, result.stdout
    assert live() == [left[0], left[0]]
    assert browser.get("/").headers["Version"] == "c"
    assert not any(app.file(path).exists for app in apps for path in (LOCK, DRAINED))
    assert "has no server available" not in states()


def test_a_host_that_dies_is_left_out_and_catches_up(scenario, apps, balancer, visitors, version, live):
    """It dies while it is drained, comes back with the release that it had, and the next run brings it up to date."""
    before = live()
    hold, holding = "/var/lib/guestbook/hold", "/var/lib/guestbook/holding"
    apps[1].check_output("touch %s", hold)
    hook = json.dumps({"release_before_switch": [f"test ! -e {hold} || (touch {holding}; sleep 600)"]})
    with visitors:
        with scenario.start("-e", version("a"), "-e", hook, path=DEPLOY) as run:
            wait_for(apps[1], f"test -e {holding}", run)
            podman("stop", "--time", "5", "hardened-rollout-app2")
            output = run.communicate()[0]
        refused = scenario.playbook("-e", version("b"), path=DEPLOY)
        limited = scenario.playbook("-e", version("b"), "--limit", "all:!app2", path=DEPLOY)
        podman("start", "hardened-rollout-app2")
        wait_for(balancer, f"journalctl --unit haproxy.service --since=-5s | grep --quiet '{BACK.format('app2')}'")
        mixed = live()
        result = scenario.playbook("-e", version("b"), path=DEPLOY)
    assert run.returncode != 0
    assert "app2" in output and "unreachable=1" in output
    assert refused.returncode != 0
    assert "app2 cannot be reached, and nothing was changed." in words(refused)
    assert limited.returncode == 0, limited.stdout
    assert mixed[1] == before[1] != mixed[0]
    assert result.returncode == 0, result.stdout
    assert live() == [mixed[0], mixed[0]]
    assert not any(app.file(path).exists for app in apps for path in (LOCK, DRAINED))


def configuration(apps) -> list[str]:
    return [app.check_output("cat /etc/systemd/system/guestbook* /etc/guestbook/gunicorn.conf.py") for app in apps]
