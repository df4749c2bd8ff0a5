"""Backups that fail loudly and come back whole."""

from __future__ import annotations

import json
import pathlib
import random
import re
import time

import pytest
from browser import CHECKOUT, PIXEL, Browser

RESTORE, DRILL = CHECKOUT / "playbooks/restore.yml", CHECKOUT / "playbooks/restore_drill.yml"
CONFIRMED = ("-e", "backup_restore_confirm=guestbook")
REPOSITORY = "/srv/backups/guestbook"
LOCAL = "/srv/backups"
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
WAITS = "until journalctl --unit guestbook-backup --output cat | grep --quiet 'waits for the host'; do :; done"
EVERY_DATABASE = "hostssl all guestbook 127.0.0.1/32 scram-sha-256"
MANAGED_FILES = ["backup.json", "backup.py", "database_password", "lock", "repository"]
# As the account of the site makes it.
LATER = """SET ROLE guestbook; CREATE SCHEMA apart; CREATE TYPE mood AS ENUM ('good');
CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
CREATE TABLE later (id serial PRIMARY KEY, entry bigint REFERENCES guestbook_entry, feels mood, n int DEFAULT answer());
INSERT INTO later (entry, feels) SELECT min(id), 'good' FROM guestbook_entry;
INSERT INTO guestbook_entry (author, text, picture, created) VALUES ('later', 'later', '', now())"""
AUTHORITY = "/usr/local/share/ca-certificates/rest-server.crt"
REST_SERVER = """
apt-get update --quiet >/dev/null
apt-get install --yes --quiet --no-install-recommends rclone >/dev/null
install --directory --mode=0700 /root/rest
cd /root/rest
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=REST' -keyout key.pem -out certificate.pem \\
  -addext "subjectAltName = IP:$1" 2>/dev/null
systemd-run --quiet --collect --unit=rest-server --working-directory=/root/rest rclone serve restic --addr ":8000" \\
  --cert certificate.pem --key key.pem --user backups --pass a-password-of-rest data
timeout 30 sh -c "until ss --listening --tcp --numeric | grep --quiet :8000; do :; done"
"""
AHEAD = """systemctl stop guestbook-backup.timer
touch --date '2 days' /var/lib/systemd/timers/stamp-guestbook-backup.timer
systemctl start guestbook-backup.timer"""
# Far more than the disk of one of the tests has; and it compresses badly.
FILL = """INSERT INTO guestbook_entry (author, text, picture, created)
SELECT 'author ' || n, (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 30) m), '', now()
FROM generate_series(1, 2000) n"""


def words(result) -> str:
    return " ".join(result.stdout.split())


@pytest.fixture(scope="module", autouse=True)
def filled(backups, scenario, app, receiver):
    """Entries and uploads that came through the site."""
    certificate = app.file("/etc/guestbook/certificate/fullchain.pem").content_string
    browser = Browser(scenario.addresses("app1")[0], "www.guestbook.example", certificate)
    for number in range(3):
        entry = {"author": f"visitor {number}", "text": f"entry {number} with é, ' and \\"}
        # Nobody looks at what follows the picture.
        picture = PIXEL + random.Random(number).randbytes(100_000)
        assert browser.submit("/", entry, {"picture": (f"{number}.png", picture)}).status == 302
    backups.sql(FILL)
    # The app host comes first, and waits for the host that makes the repository.
    backups.app.check_output("systemctl start --no-block guestbook-backup.service")
    backups.app.check_output("timeout 60 sh -c %s", WAITS)
    backups.everything()


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
    for host, debian in ((backups.app, ["nginx.service"]), (backups.db, ["postgresql@17-main.service"])):
        units = [unit for unit in host.check_output(own).split() if "@" not in unit] + debian
        assert len(units) > 4
        told = host.check_output(f"systemctl show --value --property=OnFailure {' '.join(units)}").split()
        assert told == [f"guestbook-alert@{unit}.service" for unit in units]
    password = backups.db.file(f"{SECRETS}/alerts_email_password")
    assert (password.user, password.mode) == ("root", 0o400)


def test_a_backup_is_known_to_the_check(backups):
    stamp = backups.stamp()["backup"]
    assert stamp["period"] == 24 * 60 * 60
    assert 0 <= int(backups.app.check_output("date +%s")) - stamp["finished"] < 600


def test_a_drill_restores_and_compares(scenario, backups):
    result = scenario.playbook(path=DRILL)
    assert result.returncode == 0, result.stdout
    assert re.search(r"restored and compared: \d{4,} rows of guestbook", words(result))
    uploads = backups.app.check_output("find /var/lib/guestbook/media -type f | wc -l")
    secrets = backups.app.check_output(f"ls {SECRETS} | wc -l")
    assert f"restored and compared: {uploads} files of media, {secrets} files of secrets" in words(result)
    stamp = backups.stamp()["restore_drill"]
    assert stamp["period"] == 7 * 24 * 60 * 60
    assert 0 <= int(backups.app.check_output("date +%s")) - stamp["finished"] < 600
    assert backups.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'guestbook%'") == "1"
    assert backups.db.check_output(f"ls {STATE}").split() == ["lock", "repository"]


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
        drills = [backups.start(host, "guestbook-backup-drill") for host in (backups.db, backups.app)]
    finally:
        backups.target.check_output(f"rm -r {REPOSITORY} && mv {REPOSITORY}.sound {REPOSITORY}")
    assert [good for good, _log in drills] == [False, False], drills
    assert backups.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'guestbook%'") == "1"
    for host in (backups.db, backups.app):
        good, log = backups.start(host, "guestbook-backup-drill")
        assert good, log


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
    result = scenario.playbook(*CONFIRMED, "-e", '{"backup_restore": ["database"]}', path=RESTORE)
    assert result.returncode == 0, result.stdout
    assert backups.rows() != rows
    (again,) = re.findall(r"what was there before is the snapshot (\w+)", words(result))
    assert again != before
    variables = json.dumps({"backup_restore": ["database"], "backup_restore_from": again})
    result = scenario.playbook(*CONFIRMED, "-e", variables, path=RESTORE)
    assert result.returncode == 0, result.stdout
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
def managed(backups):
    """The program as an app host has it where the database is a provider's: over TLS, with the password of the site."""
    wanted = json.loads(backups.db.check_output("cat /etc/guestbook/backup/backup.json"))
    wanted |= {
        "host": "managed",
        "state": "/root/managed",
        "managed": True,
        "keeper": False,
        "connection": {"host": "127.0.0.1", "port": "5432", "user": "guestbook", "sslmode": "require"},
        "credentials": wanted["credentials"] | {"database_password": "/root/managed/database_password"},
    }
    password = backups.app.check_output(f"cat {SECRETS}/database_password")
    backups.db.check_output("mkdir /root/managed && cp /etc/guestbook/backup/backup.py /root/managed")
    backups.db.check_output("printf %s %s >/root/managed/database_password", "%s", password)
    backups.db.check_output("printf %s %s >/root/managed/backup.json", "%s", json.dumps(wanted))
    # A provider's account may connect to all of its databases.
    rules = backups.sql("SHOW hba_file")
    backups.db.check_output(f"cp --preserve {rules} /root/rules && sed --in-place '1i {EVERY_DATABASE}' {rules}")
    backups.sql("SELECT pg_reload_conf()")
    yield lambda words: backups.db.run(f"python3 -B /root/managed/backup.py {words}")
    backups.db.check_output(f"mv /root/rules {rules}")
    backups.sql("SELECT pg_reload_conf()")
    listing = json.loads(backups.db.check_output("guestbook-backup restic snapshots --host managed --json"))
    made = " ".join(snapshot["id"] for snapshot in listing)
    backups.db.check_output(f"guestbook-backup restic forget {made} && rm -r /root/managed")


def test_a_managed_database_is_dumped_with_the_rights_of_the_site(backups, managed):
    done = managed("run")
    assert done.rc == 0, done.stderr
    listing = backups.db.check_output("guestbook-backup restic ls latest --host managed")
    found = {pathlib.PurePath(line).name for line in listing.splitlines()}
    assert found >= {"guestbook.dump", "guestbook.json"}
    assert "globals.sql" not in found
    assert not backups.db.file("/root/managed/pgpass").exists
    backups.db.check_output("echo wrong >/root/managed/database_password")
    refused = managed("run")
    assert refused.rc == 1
    assert re.search('the database guestbook: .*password authentication failed for user "guestbook"', refused.stderr)


def test_a_managed_database_is_tried_as_far_as_its_account_may(backups, managed):
    assert managed("run").rc == 0
    done = managed("drill")
    assert done.rc == 0, done.stderr
    assert re.search(r"\d{6,} bytes of guestbook \(only read: its account may create no database\)", done.stdout)
    backups.sql("ALTER ROLE guestbook CREATEDB")
    try:
        done = managed("drill")
        assert done.rc == 0, done.stderr
        assert re.search(r"restored and compared: \d{4,} rows of guestbook", done.stdout)
        done = managed("restore database --into beside")
        assert done.rc == 0, done.stderr
        assert backups.rows("beside") == backups.rows()
        backups.sql("DROP DATABASE beside")
    finally:
        backups.sql("ALTER ROLE guestbook NOCREATEDB")
    assert backups.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'guestbook%'") == "1"


def test_a_managed_database_is_restored_as_a_whole_or_not_at_all(backups, managed, browser):
    assert managed("run").rc == 0
    rows = backups.rows()
    # What came after the backup, and would be in the way.
    backups.sql(LATER)
    changed = backups.rows()
    assert managed("restore database").rc == 0
    count = "sed --in-place 's/\"public.guestbook_entry\": /&1/' /root/managed/restoring/guestbook.json"
    backups.db.check_output(count)
    refused = managed("exchange database")
    assert refused.rc == 1
    assert "the restored table public.guestbook_entry has other rows than were dumped" in refused.stderr
    assert backups.rows() == changed
    assert managed("restore database").rc == 0
    done = managed("exchange database")
    assert done.rc == 0, done.stderr
    assert backups.rows() == rows
    assert backups.sql("SELECT to_regclass('later'), to_regtype('mood'), to_regnamespace('apart')") == "||"
    assert browser.get("/").status == 200
    (before,) = re.findall(r"what was there before is the snapshot (\w+)", done.stdout)
    assert managed(f"restore database --from {before}").rc == 0
    assert managed("exchange database").rc == 0
    assert backups.rows() == changed
    assert backups.sql("SELECT feels FROM later") == "good"
    assert backups.db.check_output("ls /root/managed").split() == sorted(MANAGED_FILES)
    backups.sql("DROP SCHEMA apart; DROP TABLE later; DROP FUNCTION answer; DROP TYPE mood")


def test_a_rest_server_keeps_backups(backups, scenario):
    """One that wants TLS and a password, which is a part of the repository's address."""
    address = scenario.addresses("target")[0]
    backups.target.check_output("sh -euc %s install %s", REST_SERVER, address)
    certificate = backups.target.check_output("cat /root/rest/certificate.pem")
    backups.db.check_output(f"printf %s %s >{AUTHORITY} && update-ca-certificates", "%s", certificate)
    before = backups.db.check_output(f"cat {REPOSITORY_FILE}")
    write = f"printf 'rest:https://backups:%s@{address}:8000/guestbook/' %s >{REPOSITORY_FILE}"
    try:
        for unit in ("guestbook-backup", "guestbook-backup-drill"):
            backups.db.check_output(write, "%s", "a-password-of-rest")
            good, log = backups.start(backups.db, unit)
            assert good, log
        assert len(backups.snapshots("database")) == 1
        backups.db.check_output(write, "%s", "a-wrong-password")
        good, log = backups.start(backups.db)
        assert not good
        assert "401 Unauthorized" in log
        assert "a-wrong-password" not in log
    finally:
        backups.db.check_output(f"printf '%s\\n' %s >{REPOSITORY_FILE}", "%s", before)
        backups.target.check_output("systemctl stop rest-server")
    good, log = backups.start(backups.db)
    assert good, log


def test_no_secret_is_shown(backups, secrets):
    backups.db.check_output("systemctl start --no-block guestbook-backup.service")
    seen = ""
    while backups.db.check_output("systemctl show --property=ActiveState guestbook-backup.service").endswith("ing"):
        seen += backups.db.check_output(
            "runuser -u nobody -- ps axewww; ps axww; systemctl show guestbook-backup.service"
        )
    assert "restic" in seen
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
    result = scenario.playbook("--tags", "backup")
    assert result.returncode == 0, result.stdout
    assert set(re.findall(r"changed=(\d+)", result.stdout)) == {"0"}, result.stdout


def test_a_directory_of_the_host_is_a_repository_until_there_is_none(scenario, backups, secrets):
    result = scenario.playbook("-e", json.dumps({"backup_repository": LOCAL}), "--tags", "backup", "--limit", "db1")
    assert result.returncode == 0, result.stdout
    for unit in ("guestbook-backup", "guestbook-backup-drill"):
        good, log = backups.start(backups.db, unit)
        assert good, log
    assert backups.db.check_output(f"stat --format '%U %a' {LOCAL}") == "root 700"

    result = scenario.playbook("-e", "backup_repository=", "--tags", "backup", "--limit", "db1")
    assert result.returncode == 0, result.stdout
    assert backups.db.check_output("find /etc/systemd/system -name 'guestbook-backup*'") == ""
    assert not backups.db.file(PASSWORD).exists
    assert backups.db.file(f"{STATE}/repository").exists
    assert backups.target.file(f"{REPOSITORY}/config").exists
    # As on a new host.
    checked = scenario.playbook("--tags", "backup", "--limit", "db1", "--check", "--diff")
    assert checked.returncode == 0, checked.stdout
    assert "/etc/guestbook/backup/password" in checked.stdout
    assert [secret for secret in secrets if secret in checked.stdout] == []
    assert not backups.db.file(PASSWORD).exists
