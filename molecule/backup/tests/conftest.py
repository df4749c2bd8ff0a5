"""An app host, a database host, and a third one with the cache, which keeps their backups."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from browser import PIXEL, Browser
from receiver import Receiver

ALERTS = "/var/lib/private/guestbook-alerts"
# Arguments: the address, and what rclone is to serve. pgBackRest knows names of hosts only.
STORAGE = """
address=$1
shift
install --directory --mode=0700 /root/keeper
cd /root/keeper
test -e key.pem || openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Keeper' -keyout key.pem \\
  -out certificate.pem -addext "subjectAltName = IP:$address, DNS:$address" 2>/dev/null
mkdir --parents data/guestbook
systemd-run --quiet --collect --unit=keeper --working-directory=/root/keeper \\
  rclone serve "$@" --addr :8000 --cert certificate.pem --key key.pem data
timeout 30 sh -c "until ss --listening --tcp --numeric | grep --quiet :8000; do :; done"
"""
AUTHORITY = "/usr/local/share/ca-certificates/keeper.crt"
WAITS = "until journalctl --unit guestbook-backup --output cat | grep --quiet 'waits for the host'; do :; done"
SEEN = "runuser -u nobody -- ps axewww; ps axww; systemctl show guestbook-backup.service"
# Far more than the disk of one of the tests has; and it compresses badly.
FILL = """INSERT INTO guestbook_entry (author, text, picture, created)
SELECT 'author ' || n, (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(1, 30) m), '', now()
FROM generate_series(1, 2000) n"""


class Backups:
    """What administrators do with the backups of the site."""

    def __init__(self, scenario) -> None:
        self.app, self.db, self.target = (scenario.host(name) for name in ("app1", "db1", "target"))
        self.storage = f"{scenario.addresses('target')[0]}:8000"

    def start(self, host, unit="guestbook-backup"):
        """Start a unit; return whether it succeeded, and what it said."""
        begin = host.check_output("date +%s.%N")
        result = host.run(f"systemctl start {unit}.service")
        words = host.check_output(f"journalctl --unit {unit}.service --since @{begin} --output cat --no-pager")
        return result.rc == 0, words

    def serve_storage(self, *options):
        """Let the target serve storage over TLS, as a provider does, and both hosts trust it."""
        address = self.storage.partition(":")[0]
        self.target.check_output("sh -euc %s keeper %s " + "%s " * len(options), STORAGE, address, *options)
        certificate = self.target.check_output("cat /root/keeper/certificate.pem")
        for host in (self.db, self.app):
            host.check_output(f"printf %s %s >{AUTHORITY} && update-ca-certificates", "%s", certificate)

    def end_storage(self):
        self.target.check_output("systemctl stop keeper && rm -r /root/keeper/data")

    def seen_during_a_backup(self):
        """Back up the database; return what anybody sees meanwhile: processes with variables, the unit, the journal."""
        self.db.check_output("systemctl start --no-block guestbook-backup.service")
        seen = ""
        while self.db.check_output("systemctl show --property=ActiveState guestbook-backup.service").endswith("ing"):
            seen += self.db.check_output(SEEN)
        assert "restic" in seen
        assert self.db.check_output("systemctl show --value --property=Result guestbook-backup.service") == "success"
        return seen + self.db.check_output("journalctl --no-pager --all --since -5min")

    def start_both(self, unit="guestbook-backup"):
        """Start a unit on both hosts at the same time: one removes old backups while the other makes new ones."""
        with ThreadPoolExecutor() as pool:
            return list(pool.map(lambda host: self.start(host, unit), (self.db, self.app)))

    def everything(self, unit="guestbook-backup"):
        """Start a unit on both hosts; return what they said."""
        started = self.start_both(unit)
        assert all(good for good, _words in started), started
        return "".join(words for _good, words in started)

    def nothing_told(self, host):
        """Let the next alert of a host go out, also within the hour after one about the same unit."""
        host.check_output(f"rm -f {ALERTS}/*.json")

    def snapshots(self, tag):
        listing = self.db.check_output(f"guestbook-backup restic snapshots --json --tag {tag}")
        return [snapshot["short_id"] for snapshot in json.loads(listing) or []]

    def sql(self, statement, database="guestbook"):
        command = (
            "runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 %s -c %s"
        )
        return self.db.check_output(command, database, statement)

    def rows(self, database="guestbook"):
        """Every row of the entries, users and migrations."""
        tables = ("guestbook_entry", "auth_user", "django_migrations", "django_content_type", "auth_permission")
        return {table: self.sql(f"SELECT * FROM {table} ORDER BY id", database) for table in tables}

    def media(self, directory="/var/lib/guestbook/media"):
        """The checksum, the owner and the mode of every upload."""
        find = "find . -type f -exec sha256sum {} + -exec stat --format '%n %U %a' {} + | sort"
        return self.app.check_output(f"cd {directory} && {find}")

    def stamp(self):
        return json.loads(self.app.check_output("cat /var/lib/hardened.django/guestbook/backups.json"))


@pytest.fixture(scope="session")
def backups(scenario):
    return Backups(scenario)


@pytest.fixture(scope="session")
def mail_variables(scenario):
    return yaml.safe_load((scenario.inventory / "group_vars/all/mail.yml").read_text())


@pytest.fixture(scope="session")
def receiver(scenario, backups, mail_variables):
    """The mail server that all hosts trust."""
    user, password = (mail_variables[name] for name in ("settings_email_user", "secrets_email_password"))
    found = Receiver(backups.app, scenario.addresses("app1")[0], user, password)
    for host in (backups.app, backups.db, backups.target):
        found.trusted_by(host)
    return found


@pytest.fixture
def alert(backups, receiver):
    """Nothing was told of the database host before; return the alert about its backup once it is there."""
    backups.nothing_told(backups.db)
    receiver.forget()

    def wait(unit="guestbook-backup"):
        receiver.wait_for(f"[guestbook] {unit}.service failed on db1")
        (mail,) = receiver.mails("failed on db1")
        return mail

    return wait


@pytest.fixture(scope="session")
def secrets(scenario, mail_variables):
    """What nobody may see: the secrets of the inventory, and a line of the key."""
    key = (scenario.inventory.parents[2] / ".cache/backup/key").read_text().splitlines()[2]
    mail = mail_variables["secrets_email_password"]
    return ["a-password-of-the-repository", "a-key-of-a-storage-provider", key, mail]


@pytest.fixture(scope="session")
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
