"""With pgBackRest, the database comes back as it was at any moment."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from browser import CHECKOUT
from guestbook import words

ROLE, RESTORE = CHECKOUT / "molecule/backup/role.yml", CHECKOUT / "playbooks/restore.yml"
UNIT, DRILL = "guestbook-pgbackrest", "guestbook-pgbackrest-drill"
CONFIGURATION = "/etc/guestbook/pgbackrest/pgbackrest.conf"
PASSWORD, KEY, WRONG = "a-password-of-pgbackrest", "a-key-of-a-storage-provider", "another-word"
NOW = "sleep 1; date --utc +%Y-%m-%dT%H:%M:%S; sleep 1"
STARTED = "systemctl show --property=ExecMainStartTimestampMonotonic postgresql@15-main.service"
FAILED = f"until systemctl is-failed --quiet {DRILL}; do :; done"
# Another server of PostgreSQL, with a repository of its own in the same storage.
OTHER = f"""pg_createcluster --port 5433 --start 15 other
runuser --user postgres -- pgbackrest --config={CONFIGURATION} --stanza=guestbook --repo1-path=/of-the-other \\
  --pg1-path=/var/lib/postgresql/15/other --pg1-port=5433 stanza-create
pg_dropcluster --stop 15 other"""

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture(scope="module")
def configure(scenario, backups, tmp_path_factory):
    """Run the role with variables of pgBackRest, in a file: Ansible shows those of its command."""
    file = tmp_path_factory.mktemp("variables") / "pgbackrest.json"

    def run(*options, path="/of-the-site", key=KEY, **variables):
        storage = {"s3-bucket": "guestbook", "s3-endpoint": backups.storage, "s3-region": "us-east-1"}
        login = {"s3-uri-style": "path", "s3-key": "an-id-of-the-key", "s3-key-secret": key}
        wanted: dict[str, Any] = {"pgbackrest_repository": {"type": "s3", "path": path, **storage, **login}}
        wanted |= {"pgbackrest_password": PASSWORD, **variables}
        file.write_text(json.dumps(wanted))
        return scenario.playbook("-e", f"@{file}", "--limit", "db1", "-vvvv", "--diff", *options, path=ROLE)

    return run


@pytest.fixture(scope="module")
def archive(backups, configure):
    """A server that archives its log, and one base backup."""
    backups.serve_storage("s3", f"--auth-key=an-id-of-the-key,{KEY}")
    checked = configure("--check")
    assert checked.returncode == 0, checked.stdout
    assert not backups.db.file(CONFIGURATION).exists
    result = configure()
    assert result.returncode == 0, result.stdout
    assert not [secret for secret in (PASSWORD, KEY) if secret in result.stdout + checked.stdout]
    good, log = backups.start(backups.db, UNIT)
    assert good, log
    assert re.search(r"base backup [\w-]+F: \d+ bytes", log)
    yield
    result = configure(pgbackrest_repository={})
    assert result.returncode == 0, result.stdout
    assert backups.sql("SHOW archive_mode") == "off"
    assert backups.db.check_output(f"find /etc/systemd/system /etc/guestbook -name '*{UNIT}*'") == ""
    assert not backups.db.file(CONFIGURATION).exists
    backups.end_storage()


@pytest.mark.usefixtures("archive")
def test_the_database_comes_back_as_it_was_at_any_moment(scenario, backups, browser):
    backups.sql("INSERT INTO guestbook_entry (author, text, picture, created) VALUES ('a', 'before', '', now())")
    rows, moment = backups.rows(), backups.db.check_output(NOW)
    backups.sql("DELETE FROM guestbook_entry")
    before = backups.db.check_output(NOW)
    good, log = backups.start(backups.db, UNIT)
    assert good and re.search(r"base backup [\w-]+I: \d+ bytes", log), log
    variables = {"backup_restore": ["database"], "backup_restore_confirm": "guestbook", "backup_restore_from": moment}
    result = scenario.playbook("-e", json.dumps(variables | {"pgbackrest_repository": {"path": "/"}}), path=RESTORE)
    assert result.returncode == 0, result.stdout
    assert f"database: restored as it was at {moment}" in words(result)
    assert backups.rows() == rows
    assert "<b>a</b>" in browser.get("/").text
    # What was replaced is a moment too, of the same server.
    said = backups.db.check_output(f"guestbook-backup restore database --into copy --from {before}")
    assert f"restored as it was at {before}, into copy" in said
    assert backups.sql("SELECT count(*) FROM guestbook_entry", "copy") == "0"
    backups.sql("DROP DATABASE copy")
    early = backups.db.run("guestbook-backup restore database --into copy --from 2099-01-01")
    assert early.rc != 0 and "2099-01-01 00:00:00+00:00 has not come yet" in early.stderr
    assert backups.db.check_output("ls /var/lib/guestbook-pgbackrest") == "copy.lock"


@pytest.mark.usefixtures("archive")
def test_what_is_restored_is_read_each_week(backups):
    good, log = backups.start(backups.db, DRILL)
    assert good, log
    assert re.search(r"restored as of [\d-]+ [\d:.]+\+00, and read: guestbook\n", log)
    for unit in (UNIT, DRILL):
        assert backups.db.run(f"systemd-analyze security --threshold=15 {unit}.service").rc == 0
        assert backups.db.service(f"{unit}.timer").is_enabled
    backups.db.check_output(f"systemctl start --no-block {DRILL}")
    backups.db.check_output("timeout 60 sh -c 'until test -e /var/lib/guestbook-pgbackrest/copy/data; do :; done'")
    backups.db.check_output(f"systemctl kill --signal=KILL {DRILL} && timeout 60 sh -c '{FAILED}'")
    backups.db.check_output(f"systemctl reset-failed {DRILL}")
    assert backups.db.check_output("ls /var/lib/guestbook-pgbackrest") == "copy.lock"
    assert backups.db.check_output("pgrep --full --list-full [g]uestbook-pgbackrest/copy || true") == ""


@pytest.mark.usefixtures("archive")
def test_storage_that_refuses_is_told_and_nothing_older_is_restored(backups, alert):
    moment = backups.db.check_output(NOW)
    backups.db.check_output(f"cp --preserve {CONFIGURATION} /root/ && sed --in-place s/{KEY}/{WRONG}/ {CONFIGURATION}")
    try:
        good, log = backups.start(backups.db, UNIT)
        restored = backups.db.run(f"guestbook-backup restore database --into copy --from {moment}")
    finally:
        backups.db.check_output(f"mv /root/pgbackrest.conf {CONFIGURATION}")
    assert not good
    mail = alert(UNIT)["text"]
    assert "SignatureDoesNotMatch" in mail
    assert restored.rc != 0 and "SignatureDoesNotMatch" in restored.stderr
    assert not any(secret in text for secret in (PASSWORD, WRONG) for text in (log, mail, restored.stderr))


@pytest.mark.usefixtures("archive")
def test_a_repository_that_cannot_be_used_changes_nothing(backups, configure):
    backups.db.check_output(OTHER)
    before = backups.db.check_output(f"sha256sum {CONFIGURATION}; {STARTED}")
    for variables, message in (
        ({"key": WRONG}, "HTTP request failed with 403 (Forbidden)"),
        # What it decrypts to is noise, of any number of lines.
        ({"pgbackrest_password": "another-password"}, "archive.info cannot be opened"),
        ({"path": "/of-the-other"}, "backup and archive info files exist but do not match the database"),
    ):
        refused = configure(**variables)
        assert refused.returncode != 0
        assert message in words(refused)
        assert "Everything was put back as it was." in words(refused)
        assert backups.db.check_output(f"sha256sum {CONFIGURATION}; {STARTED}") == before
    # The server that took the place of the other one.
    result = configure(path="/of-the-other", pgbackrest_stanza_upgrade=True)
    assert result.returncode == 0, result.stdout
    good, log = backups.start(backups.db, UNIT)
    assert good, log


@pytest.mark.usefixtures("archive")
def test_bad_input_is_refused(backups, configure):
    bad: dict[str, Any] = {
        "pgbackrest_repository": {"repo1-path": "/x", "cipher-type": "none", "s3-key": 7},
        "pgbackrest_password": "short",
        "pgbackrest_calendar": "a\nb",
        "pgbackrest_timeout": "never",
        "pgbackrest_full_days": 0,
        "pgbackrest_archive_timeout": 0,
        "pgbackrest_archive_push_queue_max": "much",
    }
    fact = "/etc/ansible/facts.d/hardened_django_pgbackrest_shop.fact"
    backups.db.check_output(f"echo true >{fact}")
    refused = configure(**bad)
    backups.db.check_output(f"rm {fact}")
    assert refused.returncode != 0
    assert all(f"{name} " in words(refused) for name in bad), refused.stdout
    assert all(f"holds {name}, which is no option" in words(refused) for name in bad["pgbackrest_repository"])
    assert "The project shop archives the log of the database server on db1 already" in words(refused)
