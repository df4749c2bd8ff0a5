"""Backups where the database is a provider's: the app host dumps it, with the account of the site."""

from __future__ import annotations

import pathlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from browser import CHECKOUT

ROLE, RESTORE = CHECKOUT / "molecule/backup/role.yml", CHECKOUT / "playbooks/restore.yml"
CONFIRMED = ("-e", "backup_restore_confirm=guestbook", "-e", '{"backup_restore": ["database"]}')
STATE = "/var/lib/guestbook-backup"
PASSWORD = "/etc/guestbook/secrets/database_password"
SERVERS = "/srv/guestbook/current/settings/database_servers.pem"
EVERY_DATABASE = "hostssl all guestbook {}/32 scram-sha-256"
# As the account of the site makes it.
LATER = """SET ROLE guestbook; CREATE SCHEMA apart; CREATE TYPE mood AS ENUM ('good');
CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
CREATE TABLE later (id serial PRIMARY KEY, entry bigint REFERENCES guestbook_entry, feels mood, n int DEFAULT answer());
INSERT INTO later (entry, feels) SELECT min(id), 'good' FROM guestbook_entry;
INSERT INTO guestbook_entry (author, text, picture, created) VALUES ('later', 'later', '', now())"""

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture(scope="module")
def managed(backups, scenario, tmp_path_factory):
    """The inventory of a team whose provider has the database, and lets the account connect to all databases."""
    directory = tmp_path_factory.mktemp("managed")
    everything = yaml.safe_load((scenario.inventory / "hosts.yml").read_text())
    del everything["all"]["children"]["database"]
    ssh = CHECKOUT / ".cache/ssh/config-hardened-backup"
    everything["all"]["vars"] |= {
        "ansible_ssh_common_args": f"-F {ssh}",
        "project_database_host": scenario.addresses("db1")[0],
        "settings_database_certificates": backups.app.check_output(f"cat {SERVERS}"),
    }
    (directory / "hosts.yml").write_text(yaml.safe_dump(everything))
    (directory / "group_vars").symlink_to(scenario.inventory / "group_vars")

    rules = backups.sql("SHOW hba_file")
    rule = EVERY_DATABASE.format(scenario.addresses("app1")[0])
    backups.db.check_output(f"cp --preserve {rules} /root/rules && sed --in-place '1i {rule}' {rules}")
    backups.sql("SELECT pg_reload_conf()")
    result = scenario.playbook("-i", str(directory), path=ROLE, inventory=False)
    assert result.returncode == 0, result.stdout
    yield directory
    backups.db.check_output(f"mv /root/rules {rules}")
    backups.sql("SELECT pg_reload_conf()")
    result = scenario.playbook(path=ROLE)
    assert result.returncode == 0, result.stdout


@pytest.fixture
def backed_up(backups, managed):
    good, log = backups.start(backups.app)
    assert good, log


def test_a_managed_database_is_dumped_with_the_rights_of_the_site(backups, backed_up):
    listing = backups.app.check_output("guestbook-backup restic ls latest --host app1 --tag database")
    found = {pathlib.PurePath(line).name for line in listing.splitlines()}
    assert found >= {"guestbook.dump", "guestbook.json"}
    assert "globals.sql" not in found
    assert not backups.app.file(f"{STATE}/pgpass").exists
    backups.app.check_output(f"cp --preserve {PASSWORD} /root/ && echo wrong >{PASSWORD}")
    try:
        good, log = backups.start(backups.app)
    finally:
        backups.app.check_output(f"mv /root/database_password {PASSWORD}")
    assert not good
    assert re.search('the database guestbook: .*password authentication failed for user "guestbook"', log)


def test_a_managed_database_is_tried_as_far_as_its_account_may(backups, backed_up):
    good, log = backups.start(backups.app, "guestbook-backup-drill")
    assert good, log
    assert re.search(r"\d{6,} bytes of guestbook \(only read: its account may create no database\)", log)
    backups.sql("ALTER ROLE guestbook CREATEDB")
    try:
        good, log = backups.start(backups.app, "guestbook-backup-drill")
        assert good, log
        assert re.search(r"restored and compared: \d{4,} rows of guestbook", log)
        backups.app.check_output("guestbook-backup restore database --into beside")
        assert backups.rows("beside") == backups.rows()
        backups.sql("DROP DATABASE beside")
    finally:
        backups.sql("ALTER ROLE guestbook NOCREATEDB")
    assert backups.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'guestbook%'") == "1"


def test_a_managed_database_is_restored_as_a_whole_or_not_at_all(scenario, backups, managed, backed_up, browser):
    """By the playbook, while visitors see the site or the maintenance page; then back to what was there before."""
    rows, kept = backups.rows(), backups.app.check_output(f"ls {STATE}")
    # What came after the backup, and would be in the way.
    backups.sql(LATER)
    changed = backups.rows()
    backups.app.check_output("guestbook-backup restore database")
    count = f"sed --in-place 's/\"public.guestbook_entry\": /&1/' {STATE}/restoring/guestbook.json"
    backups.app.check_output(count)
    refused = backups.app.run("guestbook-backup exchange database")
    assert refused.rc == 1
    assert "the restored table public.guestbook_entry has other rows than were dumped" in refused.stderr
    assert backups.rows() == changed

    answers = set()
    with ThreadPoolExecutor() as pool:
        arguments = ("-i", str(managed), *CONFIRMED)
        running = pool.submit(scenario.playbook, *arguments, path=RESTORE, inventory=False)
        while not running.done():
            answer = browser.get("/")
            answers.add((answer.status, "Down for maintenance" in answer.text))
    result = running.result()
    assert result.returncode == 0, result.stdout
    assert answers == {(200, False), (503, True)}
    assert backups.rows() == rows
    assert backups.sql("SELECT to_regclass('later'), to_regtype('mood'), to_regnamespace('apart')") == "||"
    assert browser.get("/").status == 200

    (before,) = re.findall(r"what was there before is the snapshot (\w+)", " ".join(result.stdout.split()))
    backups.app.check_output(f"guestbook-backup restore database --from {before}")
    backups.app.check_output("guestbook-backup exchange database")
    assert backups.rows() == changed
    assert backups.sql("SELECT feels FROM later") == "good"
    assert backups.app.check_output(f"ls {STATE}") == kept
    backups.sql("DROP SCHEMA apart; DROP TABLE later; DROP FUNCTION answer; DROP TYPE mood")
