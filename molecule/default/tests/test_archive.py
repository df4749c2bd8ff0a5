"""The database server archives its log into a directory of its host."""

from __future__ import annotations

REPOSITORY = "/srv/pgbackrest"
PASSWORD = "a-password-of-pgbackrest-that-no-other-text-of-the-tests-holds"


def test_the_log_of_the_database_is_archived_and_restored(scenario):
    db = scenario.host("db1")
    for unit in ("wagtail-pgbackrest", "wagtail-pgbackrest-drill"):
        assert db.run("systemctl start %s.service", unit).rc == 0
        assert db.run(f"systemd-analyze security --threshold=15 {unit}.service").rc == 0
    assert ", and read: wagtail\n" in db.check_output("journalctl --unit wagtail-pgbackrest-drill --output cat")
    assert "cipher: aes-256-cbc" in db.check_output("wagtail-pgbackrest pgbackrest info")
    assert db.check_output(f"stat --format '%U %a' {REPOSITORY}") == "postgres 700"
    # Nobody else on the host reads the keys, or what was archived.
    secret = "/etc/wagtail/pgbackrest/pgbackrest.conf"
    assert PASSWORD in db.file(secret).content_string
    for command in (f"cat {secret}", f"ls {REPOSITORY}", "wagtail-pgbackrest drill", "ls /var/lib/wagtail-pgbackrest"):
        assert "Permission denied" in db.run(f"runuser -u nobody -- {command}").stderr, command
    shown = "journalctl --no-pager --all; ps axeww; cat /var/log/postgresql/*; systemctl show '*pgbackrest*'"
    assert PASSWORD not in db.check_output(shown)
