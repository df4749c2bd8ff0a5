"""Backups that fail loudly and come back whole."""

from __future__ import annotations

import json
import re
import time

import pytest
from browser import CHECKOUT
from guestbook import words

ROLE = CHECKOUT / "molecule/backup/role.yml"
RESTORE, DRILL = CHECKOUT / "playbooks/restore.yml", CHECKOUT / "playbooks/restore_drill.yml"
CONFIRMED = ("-e", "backup_restore_confirm=guestbook")
REPOSITORY = "/srv/backups/guestbook"
LOCAL = "/srv/backups"
RULES = "/etc/hardened-django/firewall.nft"
STATE = "/var/lib/guestbook-backup"
PASSWORD = "/etc/guestbook/backup/password"
REPOSITORY_FILE = "/etc/guestbook/backup/repository"
SECRETS = "/etc/guestbook/secrets"
# Each transaction writes the same text twice.
WRITER = """while :; do
  echo "BEGIN; INSERT INTO guestbook_entry (author, text, picture, created) SELECT 'writer', t, '', now()
        FROM (SELECT md5(random()::text) AS t) one, generate_series(1, 2); COMMIT;"
done | runuser -u postgres -- psql --no-psqlrc --quiet guestbook"""
WRITTEN_TEXTS = "SELECT text, count(*) FROM guestbook_entry WHERE author = 'writer' GROUP BY text"
# Changes a byte of each 20 kB of the larger files.
DAMAGE = """
import pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*"):
    if path.is_file() and path.stat().st_size > 20000:
        content = bytearray(path.read_bytes())
        content[9000::20000] = bytes(value ^ 255 for value in content[9000::20000])
        path.write_bytes(content)
"""
# Does what pg_dump does, and loses half of it.
HALF_DUMP = """#!/bin/sh
"$0.real" "$@" || exit
for word; do
  case $word in --file=*) truncate --size=100K "${word#--file=}" ;; esac
done
"""
REPLACED = r"what was there before is the snapshot (\w+)"
REST_PASSWORD, S3_KEY, WRONG = "a-password-of-rest", "a-key-of-a-storage-provider", "another-word"
AHEAD = """systemctl stop guestbook-backup.timer
touch --date '2 days' /var/lib/systemd/timers/stamp-guestbook-backup.timer
systemctl start guestbook-backup.timer"""


pytestmark = pytest.mark.usefixtures("filled")


def test_every_unit_of_ours_is_sandboxed(backups):
    """At most 1.5 points of exposure out of 10; 1.8 for root who reads what others own, on app hosts."""
    services = "$(ls /etc/systemd/system | grep -E '^(guestbook|hardened).*[.]service$' | sed 's/@/@a-test/')"
    rate = "for unit in {}; do systemd-analyze security --threshold={} $unit >/dev/null || echo $unit; done"
    units = ["guestbook-backup-drill.service", "guestbook-backup.service"]
    for host, above in ((backups.app, units), (backups.db, [])):
        assert host.check_output(rate.format(services, 15)).split() == above
        assert host.check_output(rate.format(" ".join(units), 18)) == ""
        assert all(host.service(unit.replace(".service", ".timer")).is_enabled for unit in units)


def test_every_unit_of_ours_tells_of_its_failure(backups):
    """Also those that several projects may share, and Debian's own."""
    own = "ls /etc/systemd/system | grep -E '^(guestbook|hardened).*[.](service|timer|socket)$'"
    debian = {
        backups.app: ["nginx.service"],
        backups.db: ["postgresql@15-main.service"],
        backups.target: ["redis-server.service"],
    }
    for host, shared in debian.items():
        units = [unit for unit in host.check_output(own).split() if "@" not in unit] + shared
        assert len(units) > 4
        told = host.check_output(f"systemctl show --value --property=OnFailure {' '.join(units)}").split()
        assert told == [f"guestbook-alert@{unit}.service" for unit in units]
    for host in (backups.db, backups.target):
        password = host.file(f"{SECRETS}/alerts_email_password")
        assert (password.user, password.mode) == ("root", 0o400)


def test_a_firewall_that_fails_is_told_by_the_cache_host(backups, receiver):
    """Its rules cannot be loaded again."""
    backups.nothing_told(backups.target)
    backups.target.check_output(f"mv {RULES} /root/rules && echo nonsense >{RULES}")
    try:
        backups.target.check_output("nft delete table inet hardened_django")
        assert backups.target.run("systemctl start hardened-django-firewall-guard.service").rc != 0
    finally:
        backups.target.check_output(f"mv /root/rules {RULES}")
    subject = "[guestbook] hardened-django-firewall-guard.service failed on target"
    receiver.wait_for(subject)
    (mail,) = receiver.mails(subject)
    assert (mail["receivers"], mail["encrypted"]) == (["oncall@guestbook.example"], True)
    assert "nonsense" in mail["text"]
    backups.target.check_output("systemctl start hardened-django-firewall-guard.service")
    assert "dport" in backups.target.check_output("nft list table inet hardened_django")


def test_a_backup_is_known_to_the_check(backups):
    stamp = backups.stamp()["backup"]
    assert stamp["period"] == 24 * 60 * 60
    assert 0 <= int(backups.app.check_output("date +%s")) - stamp["finished"] < 600


def test_a_drill_restores_and_compares(scenario, backups):
    result = scenario.playbook(path=DRILL)
    assert result.returncode == 0, result.stdout
    assert re.search(r"restored and compared: \d{4,} rows of guestbook, \d\d migrations of guestbook\b", words(result))
    uploads = backups.app.check_output("find /var/lib/guestbook/media -type f | wc -l")
    secrets = backups.app.check_output(f"ls {SECRETS} | wc -l")
    assert f"restored and compared: {uploads} files of media, {secrets} files of secrets" in words(result)
    stamp = backups.stamp()["restore_drill"]
    assert stamp["period"] == 7 * 24 * 60 * 60
    assert 0 <= int(backups.app.check_output("date +%s")) - stamp["finished"] < 600
    assert backups.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'guestbook%'") == "1"
    assert backups.db.check_output(f"ls {STATE}").split() == ["lock", "repository"]


def test_a_drill_knows_the_migrations_of_the_site(backups):
    """Of one that came after the backup it tells; one from before it must be there."""
    add = "INSERT INTO django_migrations (id, app, name, applied) VALUES (%s, 'guestbook', 'of_a_test', now())"
    for number, fails, message in (
        (10_000, False, "1 later migrations of guestbook (to be run after a restore)"),
        (0, True, "the restored database guestbook lacks migrations: guestbook.of_a_test"),
    ):
        backups.sql(add % number)
        good, log = backups.start(backups.db, "guestbook-backup-drill")
        backups.sql("DELETE FROM django_migrations WHERE name = 'of_a_test'")
        assert (not good, message in log) == (fails, True), log


def test_a_backup_under_load_is_of_one_moment(backups):
    written = "SELECT count(*) FROM guestbook_entry WHERE author = 'writer'"
    backups.db.check_output("systemd-run --unit=writer --collect sh -c %s", WRITER)
    try:
        before = int(backups.sql(written))
        good, log = backups.start(backups.db)
    finally:
        backups.db.run("systemctl stop writer")
    assert good, log
    said = backups.db.check_output("guestbook-backup restore database --into copy")
    assert "into copy" in said
    assert before < int(backups.sql(written, "copy")) < int(backups.sql(written))
    assert backups.sql(f"SELECT text FROM ({WRITTEN_TEXTS}) texts WHERE count <> 2", "copy") == ""
    refused = backups.db.run("guestbook-backup restore database --into copy")
    assert refused.rc != 0 and "there is a database copy already" in refused.stderr
    backups.sql("DROP DATABASE copy")


@pytest.mark.parametrize(
    ("broken", "mended", "message"),
    [
        (
            f"cp --preserve {PASSWORD} /root/ && echo another-password >{PASSWORD}",
            f"mv /root/password {PASSWORD}",
            "wrong password or no key found",
        ),
        (
            f"mount -t tmpfs -o size=256k tmpfs {STATE} && date >{STATE}/repository",
            f"umount {STATE}",
            "No space left on device",
        ),
        (
            "ip route add unreachable 10.89.40.5",
            "ip route delete unreachable 10.89.40.5",
            "No route to host",
        ),
    ],
    ids=["wrong password", "full disk", "target down"],
)
def test_a_failed_backup_is_told_and_harms_nothing(backups, alert, secrets, broken, mended, message):
    before = backups.snapshots("database")
    backups.db.check_output(broken)
    try:
        good, log = backups.start(backups.db)
    finally:
        backups.db.check_output(mended)
    assert not good
    assert message in log
    mail = alert()
    assert (mail["receivers"], mail["encrypted"]) == (["oncall@guestbook.example"], True)
    assert message in mail["text"]
    assert [secret for secret in secrets if secret in mail["text"]] == []
    assert backups.snapshots("database") == before
    good, log = backups.start(backups.db)
    assert good, log
    assert backups.db.check_output(f"ls {STATE}").split() == ["lock", "repository"]


def test_a_killed_dump_is_told_and_leaves_nothing_behind(backups, alert):
    before = backups.snapshots("database")
    lock = "BEGIN; LOCK TABLE guestbook_entry IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60);"
    backups.db.check_output("systemd-run --unit=holder --collect runuser -u postgres -- psql guestbook -c %s", lock)
    backups.db.check_output("systemctl start --no-block guestbook-backup.service")
    deadline = time.monotonic() + 30
    while not backups.db.check_output(f"find {STATE} -name guestbook.dump"):
        assert time.monotonic() < deadline
    backups.db.check_output("systemctl kill --kill-whom=main --signal=KILL guestbook-backup.service")
    while backups.db.check_output("systemctl show --property=ActiveState guestbook-backup.service").endswith("ing"):
        assert time.monotonic() < deadline
    backups.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'")
    assert "status=9/KILL" in alert()["text"]
    assert backups.db.check_output(f"ls {STATE}").split() == ["lock", "repository"]
    assert backups.snapshots("database") == before
    good, log = backups.start(backups.db)
    assert good, log


def test_a_damaged_dump_never_reaches_the_repository(backups):
    """A pg_dump that says it succeeded, and wrote half a dump."""
    before = backups.snapshots("database")
    dump = backups.db.check_output("ls /usr/lib/postgresql/*/bin/pg_dump")
    backups.db.check_output(f"mv {dump} {dump}.real && printf %s %s >{dump} && chmod 0755 {dump}", "%s", HALF_DUMP)
    try:
        good, log = backups.start(backups.db)
    finally:
        backups.db.check_output(f"mv {dump}.real {dump}")
    assert not good
    assert "pg_restore ended with 1" in log
    assert backups.snapshots("database") == before


def test_a_clock_that_was_ahead_leaves_good_backups(backups):
    """What it left: a snapshot of tomorrow without a dump, and a run of the timer two days from now."""
    before = backups.snapshots("database")
    tomorrow = backups.db.check_output("date --date '1 day' '+%F %T'")
    make = f"guestbook-backup restic backup --host db1 --tag database --time '{tomorrow}' /etc/hostname"
    backups.db.check_output(make)
    (ahead,) = set(backups.snapshots("database")) - set(before)
    backups.db.check_output(AHEAD)
    for unit in ("guestbook-backup", "guestbook-backup-drill"):
        good, log = backups.start(backups.db, unit)
        assert good, log
    good, log = backups.start(backups.app)
    assert good, log
    now = int(backups.db.check_output("date +%s"))
    assert now - 600 < backups.stamp()["backup"]["finished"] <= now
    assert set(before) < set(backups.snapshots("database"))
    shown = "systemctl show --value --property=NextElapseUSecRealtime guestbook-backup.timer"
    assert 0 < int(backups.db.check_output(f'date --date "$({shown})" +%s')) - now < 26 * 60 * 60
    backups.db.check_output(f"guestbook-backup restic forget {ahead}")


def test_old_backups_are_removed_by_the_day(backups):
    for day in range(1, 6):
        options = f"--host db1 --tag database --time '$(date -d '{day} days ago' '+%F %T')'".replace(
            "'$", '"$'
        ).replace(")'", ')"')
        backups.db.check_output(f"guestbook-backup restic backup {options} /etc/hostname")
    good, log = backups.start(backups.db)
    assert good, log
    listing = json.loads(backups.db.check_output("guestbook-backup restic snapshots --json --tag database"))
    today = backups.db.check_output("date +%F")
    days = sorted({snapshot["time"][:10] for snapshot in listing})
    assert len(days) == 3
    assert days[-1] == today


def test_a_drill_finds_a_damaged_repository(backups):
    backups.target.check_output(f"cp --archive {REPOSITORY} {REPOSITORY}.sound")
    try:
        backups.target.check_output(f"python3 -c %s {REPOSITORY}/data", DAMAGE)
        drills = backups.start_both("guestbook-backup-drill")
    finally:
        backups.target.check_output(f"rm -r {REPOSITORY} && mv {REPOSITORY}.sound {REPOSITORY}")
    assert [good for good, _log in drills] == [False, False], drills
    assert backups.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'guestbook%'") == "1"
    backups.everything("guestbook-backup-drill")


def test_what_was_lost_comes_back(scenario, backups, secrets, browser):
    """Of the hosts nothing is left but their packages: database, media, secrets, and what the role installed."""
    backups.everything()
    rows, media = backups.rows(), backups.media()
    key = backups.app.check_output(f"sha256sum {SECRETS}/secret_key")
    lost = f"{SECRETS} /var/lib/guestbook/media/* {STATE} /etc/guestbook/backup"
    backups.app.check_output(f"systemctl stop guestbook.socket guestbook.service && rm -r {lost}")
    backups.db.check_output(f"rm -r {STATE} /etc/guestbook/backup")
    backups.sql("DROP DATABASE guestbook WITH (FORCE)", "postgres")

    checked = scenario.playbook(*CONFIRMED, "--check", path=RESTORE)
    assert checked.returncode == 0, checked.stdout
    assert not backups.app.file("/etc/guestbook/backup").exists
    only_secrets = scenario.playbook(
        *CONFIRMED, "-e", '{"backup_restore": ["secrets"]}', "-vvvv", "--diff", path=RESTORE
    )
    assert only_secrets.returncode == 0, only_secrets.stdout
    assert backups.app.check_output(f"sha256sum {SECRETS}/secret_key") == key
    # The app host has its release still, so that nothing migrates.
    site = scenario.playbook("--tags", "postgresql,app_server,backup")
    assert site.returncode == 0, site.stdout
    result = scenario.playbook(*CONFIRMED, "-vvvv", "--diff", path=RESTORE)
    assert result.returncode == 0, result.stdout
    assert backups.rows() == rows
    assert backups.media() == media
    assert backups.app.check_output(f"sha256sum {SECRETS}/secret_key") == key
    newest = backups.sql("SELECT author FROM guestbook_entry ORDER BY created DESC, id DESC LIMIT 1")
    assert f"<b>{newest}</b>" in browser.get("/").text
    for secret in secrets:
        assert secret not in only_secrets.stdout and secret not in result.stdout


def test_a_failed_restore_leaves_what_was_there(scenario, backups, browser):
    rows = backups.rows()
    result = scenario.playbook(
        *CONFIRMED, "-e", '{"backup_restore": ["database"], "backup_restore_from": "2020-01-01"}', path=RESTORE
    )
    assert result.returncode != 0
    assert "the repository has no backup of the database up to 2020-01-01" in words(result)
    assert browser.get("/").status == 200
    assert backups.rows() == rows


def test_what_a_restore_replaced_comes_back(scenario, backups, browser):
    """Back to the backup, and to what was there before: that is a snapshot of its own."""
    backups.sql(
        "INSERT INTO guestbook_entry (author, text, picture, created) VALUES ('late', 'after the backup', '', now())"
    )
    rows = backups.rows()
    (before,) = backups.snapshots("before-restore-database")
    said = backups.db.check_output("guestbook-backup restore database >/dev/null && guestbook-backup exchange database")
    assert backups.rows() != rows
    (again,) = re.findall(REPLACED, said)
    assert again != before
    variables = json.dumps({"backup_restore": ["database"], "backup_restore_from": again})
    result = scenario.playbook(*CONFIRMED, "-e", variables, path=RESTORE)
    assert result.returncode == 0, result.stdout
    assert len(re.findall(REPLACED, words(result))) == 1
    assert backups.rows() == rows
    assert browser.get("/").status == 200


def test_a_point_in_time_comes_back_beside_the_site(scenario, backups):
    rows = backups.rows()
    good, log = backups.start(backups.db)
    assert good, log
    point = backups.db.check_output("date --utc '+%F %T'")
    backups.sql("UPDATE guestbook_entry SET text = 'overwritten'")
    good, log = backups.start(backups.db)
    assert good, log
    changed = backups.rows()
    into = {"backup_restore": ["database"], "backup_restore_into": "then", "backup_restore_from": point}
    result = scenario.playbook("-e", json.dumps(into), path=RESTORE)
    assert result.returncode == 0, result.stdout
    assert backups.rows("then") == rows
    assert backups.rows() == changed
    backups.sql('DROP DATABASE "then"')


@pytest.fixture
def keeper(backups):
    """Start a server of backups over TLS, which both hosts trust, and let them use it."""
    before = [(host, host.check_output(f"cat {REPOSITORY_FILE}")) for host in (backups.db, backups.app)]

    def start(repository, *options):
        backups.serve_storage(*options)
        for host, _repository in before:
            host.check_output(f"printf %s %s >{REPOSITORY_FILE}", "%s", repository.format(backups.storage))

    yield start
    for host, repository in before:
        host.check_output(f"printf '%s\\n' %s >{REPOSITORY_FILE}", "%s", repository)
    backups.end_storage()


@pytest.mark.parametrize(
    ("options", "repository", "file", "password", "message"),
    [
        (
            ["restic", "--user=backups", f"--pass={REST_PASSWORD}"],
            f"rest:https://backups:{REST_PASSWORD}@{{}}/guestbook/",
            "repository",
            REST_PASSWORD,
            "401 Unauthorized",
        ),
        (
            ["s3", f"--auth-key=an-id-of-the-key,{S3_KEY}"],
            "s3:https://{}/guestbook/of-the-site",
            "environment.json",
            S3_KEY,
            "The request signature we calculated does not match",
        ),
    ],
    ids=["REST", "S3"],
)
def test_a_server_keeps_backups(backups, keeper, alert, options, repository, file, password, message):
    """One that wants TLS and a password: of REST, it is a part of the address; of S3, it is in the environment."""
    keeper(repository, *options)
    seen = backups.seen_during_a_backup()
    good, log = backups.start(backups.app)
    assert good, log
    (snapshot,) = backups.snapshots("media")
    seen += log + backups.everything("guestbook-backup-drill")
    assert "into copy" in backups.db.check_output("guestbook-backup restore database --into copy")
    assert backups.rows("copy") == backups.rows()
    backups.sql("DROP DATABASE copy")
    said = backups.app.check_output("guestbook-backup restore media --into /root/media")
    assert snapshot in said
    assert backups.media("/root/media") == backups.media()
    backups.app.check_output("rm -r /root/media")
    path = f"/etc/guestbook/backup/{file}"
    backups.db.check_output(f"cp --preserve {path} /root/ && sed --in-place s/{password}/{WRONG}/ {path}")
    try:
        good, log = backups.start(backups.db)
    finally:
        backups.db.check_output(f"mv /root/{file} {path}")
    assert not good
    assert message in log
    mail = alert()["text"]
    assert message in mail
    assert not any(word in seen + log + mail for word in (password, WRONG))


@pytest.fixture
def other(backups):
    """The program as other app hosts have it, which have the same paths; the media of one of them."""
    wanted = json.loads(backups.app.check_output("cat /etc/guestbook/backup/backup.json"))
    wanted |= {"state": "/root/other/state", "stamp": "/root/other/stamp"}
    backups.app.check_output("mkdir -p /root/other/media /root/other/state && echo of-the-other >/root/other/media/one")
    backups.app.check_output("chown --reference=/var/lib/guestbook/media -R /root/other/media")

    def act(words, host):
        backups.app.check_output("cp /etc/guestbook/backup/backup.py /root/other/")
        backups.app.check_output("printf %s %s >/root/other/backup.json", "%s", json.dumps(wanted | {"host": host}))
        bound = "--property=BindReadOnlyPaths=/root/other/media:/var/lib/guestbook/media"
        return backups.app.run(f"systemd-run --quiet --wait --pipe {bound} python3 -B /root/other/backup.py {words}")

    yield act
    listing = json.loads(backups.app.check_output("guestbook-backup restic snapshots --host app2 --json"))
    made = " ".join(snapshot["id"] for snapshot in listing)
    backups.app.check_output(f"guestbook-backup restic forget {made} && rm -r /root/other")


def test_each_app_host_gets_its_own_media(backups, other):
    """Where the other one was backed up later, from the same paths; a new host gets the newest."""
    good, log = backups.start(backups.app)
    assert good, log
    done = other("run", "app2")
    assert done.rc == 0, done.stderr
    places = {host: f"/root/other/{host}" for host in ("app1", "app2", "app3")}
    for host, place in places.items():
        done = other(f"restore media --into {place}", host)
        assert done.rc == 0, done.stderr
    assert backups.media(places["app1"]) == backups.media()
    assert backups.media(places["app2"]) == backups.media(places["app3"]) == backups.media("/root/other/media")


def test_no_secret_is_shown(backups, secrets):
    seen = backups.seen_during_a_backup()
    for host in (backups.app, backups.db):
        seen += host.check_output("journalctl --no-pager --all; systemctl show 'guestbook-backup*'")
        seen += host.check_output("cat /etc/guestbook/backup/backup.json /etc/systemd/system/guestbook-backup*")
        assert host.check_output("stat --format %a /etc/guestbook/backup/password") == "400"
    for secret in secrets:
        assert secret not in seen


def test_bad_input_is_refused(scenario):
    bad = {
        "backup_repository": "sftp: host",
        "backup_password": "short",
        "backup_environment": {"RESTIC_PASSWORD": "x"},
        "backup_ssh_key": "",
        "backup_calendar": "a\nb",
        "backup_timeout": "never",
        "backup_keep_daily": -1,
        "backup_check_subset": "all",
    }
    result = scenario.playbook("-e", json.dumps(bad))
    assert result.returncode != 0
    for name in bad:
        assert name in result.stdout


def test_a_restore_without_confirmation_is_refused(scenario):
    bad = {"backup_restore": ["data"], "backup_restore_from": "yesterday", "backup_restore_into": "no/path"}
    result = scenario.playbook("-e", json.dumps(bad), path=RESTORE)
    assert result.returncode != 0
    assert all(f"{name} " in words(result) for name in bad)
    result = scenario.playbook(path=RESTORE)
    assert result.returncode != 0
    assert "set backup_restore_confirm to guestbook" in words(result)


def test_a_second_run_changes_nothing(scenario):
    result = scenario.playbook(path=ROLE)
    assert result.returncode == 0, result.stdout
    assert set(re.findall(r"changed=(\d+)", result.stdout)) == {"0"}, result.stdout


def test_a_directory_of_the_host_is_a_repository_until_there_is_none(scenario, backups, secrets):
    result = scenario.playbook("-e", json.dumps({"backup_repository": LOCAL}), "--limit", "db1", path=ROLE)
    assert result.returncode == 0, result.stdout
    for unit in ("guestbook-backup", "guestbook-backup-drill"):
        good, log = backups.start(backups.db, unit)
        assert good, log
    assert backups.db.check_output(f"stat --format '%U %a' {LOCAL}") == "root 700"

    result = scenario.playbook("-e", "backup_repository=", "--limit", "db1", path=ROLE)
    assert result.returncode == 0, result.stdout
    assert backups.db.check_output("find /etc/systemd/system -name 'guestbook-backup*'") == ""
    assert not backups.db.file(PASSWORD).exists
    assert backups.db.file(f"{STATE}/repository").exists
    assert backups.target.file(f"{REPOSITORY}/config").exists
    # As on a new host.
    checked = scenario.playbook("--limit", "db1", "--check", "--diff", path=ROLE)
    assert checked.returncode == 0, checked.stdout
    assert "/etc/guestbook/backup/password" in checked.stdout
    assert [secret for secret in secrets if secret in checked.stdout] == []
    assert not backups.db.file(PASSWORD).exists


@pytest.mark.parametrize(
    ("name", "repository"), [("backup_repository", "/srv"), ("pgbackrest_repository", {"path": "/var/lib/"})]
)
def test_a_directory_of_the_system_is_no_repository(scenario, name, repository):
    refused = scenario.playbook("-e", json.dumps({name: repository}), "--limit", "db1", path=ROLE)
    assert refused.returncode != 0
    assert re.search(f"{name} (is|has the path) /[a-z/]+, a directory that the host itself needs", words(refused))
