"""The check of a running service: it sees what is wrong, changes nothing and shows no secret."""

from __future__ import annotations

import json

import pytest
from browser import CHECKOUT

CHECK = CHECKOUT / "playbooks/check.yml"
SECRETS = ("secret_key", "database_password", "cache_password")
BACKUPS = "/var/lib/hardened.django/guestbook"
OLD_BACKUP = '{"backup": {"finished": 0, "period": 86400}}'
BY_HAND = "/etc/nginx/conf.d/by-hand"
SERVER = f"""
server {{
    listen 127.0.0.1:8443 ssl;
    server_name www.guestbook.example forgotten.example;
    ssl_certificate {BY_HAND}.pem;
    ssl_certificate_key {BY_HAND}.key;
    location / {{ proxy_pass http://unix:/run/guestbook/app.sock; }}
}}
"""
MODULE = "hardened.django.settings_check"


def sql(app, statement):
    return app.check_output("runuser -u postgres -- psql --quiet --tuples-only guestbook --command %s", statement)


@pytest.fixture
def watched(app):
    """Everything that the process list shows while a test runs."""
    loop = "while :; do ps axww -o args= >>/run/watched; done"
    app.run_expect([0], f"systemd-run --unit=watched --collect sh -c '{loop}'")
    yield lambda: app.file("/run/watched").content_string
    app.run_expect([0], "systemctl stop watched.service; rm -f /run/watched")


def test_a_sound_service_gets_a_table_and_nothing_shows_a_secret(scenario, app, watched):
    since = app.check_output("date +%s")
    result = scenario.playbook("--diff", "-vvvv", path=CHECK)
    assert result.returncode == 0, result.stdout
    assert "rules passed" in result.stdout
    assert "changed=0 " in result.stdout
    shown = result.stdout + watched() + app.check_output("journalctl --no-pager --since=@%s", since)
    assert "python -B -" in shown
    for name in SECRETS:
        assert app.file(f"/etc/guestbook/secrets/{name}").content_string not in shown, name


def test_a_service_that_serves_nobody_fails_the_check(app, run_task):
    app.run_expect([0], "systemctl stop guestbook.socket guestbook.service")
    try:
        result = run_task(MODULE, {"service": "guestbook.service", "django_checks": False})
    finally:
        app.run_expect([0], "systemctl start guestbook.socket guestbook.service")
    assert result.returncode != 0
    assert "guestbook.service is stopped, and no socket starts it." in " ".join(result.stdout.split())


@pytest.fixture
def faults(app):
    """What somebody did by hand, and how it is undone."""
    sql(app, "ALTER ROLE guestbook CREATEDB")
    sql(app, "UPDATE django_migrations SET name = '0001_other' WHERE app = 'sessions'")
    app.run_expect([0], "touch /etc/guestbook/secrets/secret_key && chmod 0444 /etc/guestbook/secrets/secret_key")
    app.run_expect([0], "systemctl stop redis-server.service guestbook-clearsessions.timer")
    request = f"openssl req -newkey rsa:2048 -nodes -subj /CN=forgotten.example -keyout {BY_HAND}.key"
    sign = f"openssl x509 -req -in {BY_HAND}.csr -signkey {BY_HAND}.key -days -1 -out {BY_HAND}.pem"
    app.run_expect([0], f"{request} -out {BY_HAND}.csr && {sign}")
    app.run_expect([0], f"printf %s >{BY_HAND}.conf", SERVER)
    app.run_expect([0], "mv /etc/logrotate.d/nginx /root/nginx.logrotate")
    app.run_expect([0], f"mkdir -p {BACKUPS} && printf %s >{BACKUPS}/backups.json", OLD_BACKUP)
    yield
    app.run_expect([0], f"rm -r {BACKUPS}")
    app.run_expect([0], "mv /root/nginx.logrotate /etc/logrotate.d/nginx")
    app.run_expect([0], f"rm {BY_HAND}.*")
    sql(app, "ALTER ROLE guestbook NOCREATEDB")
    sql(app, "UPDATE django_migrations SET name = '0001_initial' WHERE app = 'sessions'")
    app.run_expect([0], "chmod 0400 /etc/guestbook/secrets/secret_key")
    app.run_expect([0], "systemctl start redis-server.service guestbook-clearsessions.timer")
    app.run_expect([0], "systemctl restart guestbook.service")


def test_what_was_changed_by_hand_is_found(scenario, faults):
    result = scenario.playbook(path=CHECK)
    assert result.returncode != 0
    report = " ".join(result.stdout.split())
    for message in (
        "createdb",
        "sessions.0001_initial",
        "/etc/guestbook/secrets/secret_key belongs to root and has the mode 0444",
        "file /etc/guestbook/secrets/secret_key",
        'CACHES["default"]',
        "guestbook-clearsessions.timer",
        "The socket 127.0.0.1:8443 has no default_server",
        "nginx serves 'forgotten.example', which ALLOWED_HOSTS does not let in",
        f"The certificate {BY_HAND}.pem ended one day ago",
        f"The certificate {BY_HAND}.pem is not for 'www.guestbook.example'",
        "there should be one every 24",
        "The last backup that was restored to try it is not known",
        "nginx writes to /var/log/nginx/access.log, which nothing rotates",
    ):
        assert message in report, message
    assert "Traceback" not in report


def test_environments_that_share_a_secret_are_told(scenario, tmp_path):
    """The same hosts, as if they belonged to another environment that was checked before."""
    file = tmp_path / "environments.json"
    result = scenario.playbook("-e", f"check_environments_file={file}", path=CHECK)
    assert result.returncode == 0, result.stdout
    known = json.loads(file.read_text())
    (environment,) = known["environments"].values()
    known["environments"] = {"staging": {"hosts": [], "domains": [], "secret_key": environment["database_password"]}}
    file.write_text(json.dumps(known))
    result = scenario.playbook("-e", f"check_environments_file={file}", path=CHECK)
    assert result.returncode != 0
    assert "This environment shares database_password with staging." in " ".join(result.stdout.split())
    assert file.stat().st_mode & 0o777 == 0o600
    for fingerprint in environment["database_password"]:
        assert fingerprint not in result.stdout


def test_a_credential_that_is_missing_is_told(app, run_task):
    path = "/etc/guestbook/secrets/cache_password"
    app.run_expect([0], f"mv {path} {path}.kept")
    try:
        result = run_task(MODULE, {"service": "guestbook.service"})
    finally:
        app.run_expect([0], f"mv {path}.kept {path}")
    assert result.returncode != 0
    assert "its credentials cannot be read" in " ".join(result.stdout.split()), result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"service": "no-such.service"}, "no-such.service is not a unit of this host"),
        ({"service": "nginx.service"}, "has no Django. Set venv"),
        ({"service": "guestbook.service", "settings": "no_such"}, "No module named 'no_such'"),
        ({"venv": "/srv/guestbook/current/.venv"}, "Set user to the user of its service"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_the_remedy(run_task, arguments, message):
    result = run_task(MODULE, arguments)
    assert result.returncode != 0
    assert message in " ".join(result.stdout.split()), result.stdout
