"""Five unlike projects, unchanged, side by side on one host."""

from __future__ import annotations

import json
import re
import ssl
import tomllib

import pytest
import yaml
from browser import CHECKOUT, Browser, raw
from guestbook import words
from kills import kill_where
from topology import wait_for
from visitors import Visitors

HEALTH = "/.nginx-health"
UV = "/usr/local/lib/hardened.django/uv/bin/uv"
PROJECTS = ["environ", "split", "inifile", "reads_settings", "pypi_like"]
ENVIRONMENT = {
    "EMPTY": "",
    "JSON": '{"a": ["b", "c\\"d"]}',
    "SIGNS": " # $HOME ${HOME} %h %% ` \\ ' \" ",
    "PEM": "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n",
}


def browse(app, scenario, project):
    certificate = app.file(f"/etc/{project}/certificate/fullchain.pem").content_string
    return Browser(scenario.addresses("app1")[0], f"{project.replace('_', '-')}.example", certificate)


@pytest.mark.parametrize("project", PROJECTS)
def test_the_effective_settings_are_those_of_production(app, scenario, project):
    effective = json.loads(browse(app, scenario, project).get("/").text)
    assert effective["DEBUG"] is False
    assert effective["ALLOWED_HOSTS"] == [f"{project.replace('_', '-')}.example"]
    assert effective["DATABASE_ENGINE"] == "django.db.backends.postgresql"
    assert (effective["DATABASE_HOST"], effective["DATABASE_NAME"]) == ("10.89.22.21", project)
    assert effective["SECRET_KEY_LENGTH"] == 86
    assert effective["CACHE_BACKEND"].endswith("RedisCache")


@pytest.mark.parametrize("project", PROJECTS)
def test_the_database_and_the_cache_of_the_provider_are_in_use(app, project):
    code = "from django.core.cache import cache; from django.db import connection; cache.set('a', 1); "
    code += "connection.ensure_connection(); print(connection.vendor, cache.get('a'))"
    assert app.check_output(f"{project}-run python -c %s", f"import django; django.setup(); {code}") == "postgresql 1"


def test_the_journal_shows_no_secret_that_a_file_of_the_project_holds(app):
    key = app.file("/etc/inifile/secrets/secret_key").content_string
    assert key in app.file("/srv/inifile/current/settings/library.ini").content_string
    assert key not in app.check_output("journalctl --all --no-pager")


def test_a_database_of_a_provider_is_dumped_before_migrations(app):
    (dump,) = app.check_output("find /var/backups/split -type f -user root -perm 0600").splitlines()
    assert "dbname: split" in app.check_output("pg_restore --list %s", dump)


def test_servers_of_a_provider_are_verified_with_its_authority(app):
    """With the public authorities in its place, neither would be trusted."""
    code = """
import django, redis
django.setup()
from django.conf import settings
from django.db import connection
location = settings.CACHES["default"]["LOCATION"]
with connection.cursor() as cursor:
    cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    print(connection.settings_dict["OPTIONS"]["sslmode"], cursor.fetchone()[0])
print(location.partition(":")[0], redis.Redis.from_url(location).ping())
public = "/etc/ssl/certs/ca-certificates.crt"
connection.close()
connection.settings_dict["OPTIONS"]["sslrootcert"] = public
cache = redis.Redis.from_url(location.replace("/srv/split/app/settings/cache_servers.pem", public))
for connect in (connection.ensure_connection, cache.ping):
    try:
        print("trusted", connect())
    except Exception as error:
        print("certificate verify failed" in str(error))
"""
    assert app.check_output("split-run python -c %s", code).splitlines() == [
        "verify-full True",
        "rediss True",
        "True",
        "True",
    ]


@pytest.mark.parametrize("project", PROJECTS)
def test_every_project_has_the_security_headers(app, scenario, project):
    """Some have no SecurityMiddleware, which sends them where it is."""
    answer = browse(app, scenario, project).get("/")
    assert answer.has_each_security_header_once, answer.headers


def test_the_projects_share_one_answer_to_unknown_hosts(app, scenario):
    """One default server for each socket, whichever project came first."""
    listening = re.findall(r"^ *listen (\S+).* default_server;", app.check_output("nginx -T 2>/dev/null"), re.MULTILINE)
    assert sorted(listening) == ["443", "80", "[::]:443", "[::]:80"]
    foreign = b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    for address in scenario.addresses("app1"):
        assert raw(address, foreign) == b""
        with pytest.raises(ssl.SSLError):
            raw(address, b"", "evil.example", 443)
        for project in PROJECTS:
            domain = f"{project.replace('_', '-')}.example"
            assert raw(address, foreign, domain, 443).startswith(b"HTTP/1.1 421"), domain


def test_nothing_of_ours_is_installed_on_a_host_for_managed_services(app):
    assert app.run("dpkg --status postgresql redis-server 2>/dev/null | grep 'Status: install'").stdout == ""


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_every_process_gets_the_environment_unharmed(app, name):
    assert json.loads(app.check_output("environ-manage show_environment %s", name)) == ENVIRONMENT[name]


def test_secret_environment_variables_are_set_but_shown_nowhere(app):
    secret = app.file("/etc/environ/secrets/secret_key").content_string
    code = "import os; print(os.environ['SECRET_KEY'])"
    assert app.check_output("environ-run python -c %s", code) == secret
    shown = app.check_output("systemctl show environ.service; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'")
    assert secret not in shown


def test_split_keeps_what_the_project_needs(app, scenario):
    effective = json.loads(browse(app, scenario, "split").get("/").text)
    assert effective["DATABASES"] == ["default", "replica"]
    assert effective["CACHES"] == ["default", "sessions"]
    assert effective["CACHE_BACKEND"] == "portal.cache.PingableRedisCache"
    assert effective["DATABASE_ATOMIC_REQUESTS"] is True
    assert effective["STATIC_ROOT_TYPE"].endswith("Path")


def test_split_finds_its_templates_and_its_committed_static_file(app, scenario):
    browser = browse(app, scenario, "split")
    assert browser.get("/greeting/").status == 200
    assert browser.get("/static/legacy.css").status == 200
    assert app.file("/var/lib/split/portal-logs/portal.log").user == "split"


def test_a_command_of_the_project_may_write_to_the_code_while_it_is_built(app):
    made = app.file("/srv/split/current/code/src/built-by-a-command.txt")
    assert made.content_string == "built\n"
    assert made.user == "root"


def test_a_configuration_file_is_for_the_project_only(app):
    file = app.file("/srv/inifile/current/settings/library.ini")
    assert (file.user, file.group, file.mode) == ("root", "inifile", 0o640)
    assert app.run("runuser -u environ -- cat %s", file.path).rc != 0


def test_clearsessions_runs_only_where_it_can(app):
    assert app.check_output("systemctl is-enabled split-clearsessions.timer") == "enabled"
    assert app.run("systemctl is-active inifile-clearsessions.timer").stdout.strip() == "inactive"


def installed(app, project):
    record = f"cat /srv/{project}/current/.venv/hardened-django.json"
    return json.loads(app.check_output(record))["packages"]


def test_a_poetry_lock_decides_on_every_version(app):
    """With the chosen extra and group, without the group dev and what is for other systems."""
    lock = tomllib.loads((CHECKOUT / "tests/projects/inifile/poetry.lock").read_text())
    locked = {package["name"]: package["version"] for package in lock["package"]}
    packages = installed(app, "inifile")
    names = {"asgiref", "django", "pytz", "sqlparse", "whitenoise"}
    assert {name: packages.get(name) for name in locked} == {
        name: version if name in names else None for name, version in locked.items()
    }
    assert app.run("command -v poetry").rc != 0
    assert "poetry" not in packages


@pytest.mark.parametrize(
    ("file", "pattern", "changed", "message"),
    [
        ("pyproject.toml", ">=5.2,<6.1", ">=5.1", "poetry.lock cannot be used.* Run `poetry lock`"),
        ("poetry.lock", r'("django-\S+", hash = "sha256:)\w{8}', r"\g<1>00000000", "Hash mismatch for `django==5.2"),
    ],
)
def test_a_poetry_lock_that_does_not_fit_is_refused(app, run_task, file, pattern, changed, message):
    content, count = re.subn(pattern, changed, app.file(f"/srv/inifile/current/code/{file}").content_string)
    assert count
    app.check_output("rm -rf /tmp/refused && cp -r /srv/inifile/current/code /tmp/refused")
    app.check_output("printf %%s %s >/tmp/refused/%s", content, file)
    # What this host was given before it was cut off is in the cache.
    options = {"path": "/tmp/refused/.venv", "project": "/tmp/refused", "uv": UV, "arguments": ["--offline"]}
    done = run_task("hardened.django.virtual_environment", options)
    assert done.returncode != 0
    assert re.search(message, re.sub(r"\s+", " ", done.stdout)), done.stdout
    assert not app.file("/tmp/refused/.venv").exists


def test_a_host_without_a_package_index_is_served_from_wheels(app, scenario):
    """Nothing gets out of it, and what is built there comes from the directory of the controller, uv too."""
    outside = app.run(f"{UV} pip install --no-cache --dry-run --target /tmp/outside django")
    assert outside.rc != 0
    assert "tcp connect error" in outside.stderr.lower() or "error sending request" in outside.stderr.lower()
    wheels = {name.lower() for name in app.check_output("ls /srv/pypi_like/wheels/*/").split()}
    assert wheels == {path.name.lower() for path in (CHECKOUT / ".cache/wheels").iterdir()}
    versions = {tuple(name.split("-")[:2]) for name in wheels}
    for name, version in installed(app, "pypi_like").items():
        assert (name.replace("-", "_"), version) in versions
    assert app.check_output(f"{UV} --version").split()[1] in {version for name, version in versions if name == "uv"}


def deploy_from_the_index(scenario, tmp_path, *arguments, playbook="deploy", start=None, **changes):
    variables = {
        "project_name": "pypi_like",
        "project_settings_module": "pinboard.settings",
        "project_source": {"type": "pypi", "requirement": "hardened-django-test-pinboard==1.0"},
        "settings_silenced_checks": ["security.W002", "security.W003"],
        "release_uv_arguments": ["--index-url", "http://127.0.0.1:8099/simple"],
        "release_uv_cache": "/srv/index/cache",
        "app_server_secrets_encryption": "host",
    }
    (tmp_path / "variables.yml").write_text(yaml.safe_dump(variables | changes))
    path = CHECKOUT / f"playbooks/{playbook}.yml"
    return (start or scenario.playbook)(*arguments, "--extra-vars", f"@{tmp_path}/variables.yml", path=path)


def login(app):
    """What the package index asks for."""
    username, _colon, password = app.file("/srv/index/login").content_string.partition(":")
    return {"host": "127.0.0.1", "username": username, "password": password}


class Readers(Visitors):
    """They know one page of any project."""

    def _look(self, browser, path):
        self.answers += 1
        answer = browser.get("/")
        return "" if answer.status == 200 else f"{answer.status} {answer.text}"


@pytest.fixture
def readers(app, scenario):
    """Readers of the project that a test changes; none of their requests may fail."""
    certificate = app.file("/etc/pypi_like/certificate/fullchain.pem").content_string
    readers = Readers(scenario.addresses("app1")[0], "pypi-like.example", certificate)
    yield readers
    assert readers.failures == []
    assert readers.answers > 50


def sql(scenario, statement):
    return scenario.host("data1").check_output("runuser --user postgres -- psql --command %s", statement)


def database_password(app):
    return app.file("/etc/pypi_like/secrets/database_password").content_string


def log_in_with(app, password, user="pypi_like"):
    command = "PGPASSWORD=%s psql --host 10.89.22.21 --username %s pypi_like --command 'SELECT 1'"
    return app.run(command, password, user).rc


def test_the_password_of_a_managed_database_stays_where_it_cannot_be_replaced(app, scenario, tmp_path, readers):
    before, started = database_password(app), "systemctl show --property=ExecMainStartTimestampMonotonic pypi_like"
    process = app.check_output(started)
    sql(scenario, "ALTER ROLE pypi_like SET default_transaction_read_only = on")
    changes = {"playbook": "rotate_database_password", "secrets_database_password": "of another day"}
    with readers:
        same = deploy_from_the_index(scenario, tmp_path, playbook="rotate_database_password")
        refused = deploy_from_the_index(scenario, tmp_path, **changes)
        foreign = deploy_from_the_index(scenario, tmp_path, project_database_user="second", **changes)
        cache = deploy_from_the_index(scenario, tmp_path, playbook="rotate_cache_password")
    sql(scenario, "ALTER ROLE pypi_like RESET default_transaction_read_only")
    assert [run.returncode for run in (same, refused, foreign, cache)] == [2, 2, 2, 2]
    assert "secrets_database_password is the password in use." in words(same)
    assert "The user of the database cannot replace its password, as app1 was told" in words(refused)
    assert "cannot execute ALTER ROLE in a read-only transaction" in words(refused)
    assert "logs in as another user than that of the inventory, which is second." in words(foreign)
    assert 'The group "cache" is empty' in words(cache)
    assert not app.file("/srv/pypi_like/deploy.lock").exists
    assert (database_password(app), app.check_output(started)) == (before, process)


# The password that the inventory gives.
GIVEN = "database-'password' of pypi_like: 100% \"$x\""
# Lets the server refuse what it said before that it would do.
CHANGE_OF_MIND = """#!/bin/sh
case "$*" in
    *"ALTER ROLE"*try) ;;
    *"ALTER ROLE"*)
        PGPASSWORD=$(cat /etc/pypi_like/secrets/database_password) psql --host 10.89.22.21 --username pypi_like \\
            --command 'ALTER ROLE pypi_like SET default_transaction_read_only = on' >/dev/null ;;
esac
exec /usr/local/bin/pypi_like-run.real "$@"
"""


@pytest.mark.soak
def test_hosts_go_on_with_the_password_that_the_server_kept(app, scenario, tmp_path, readers):
    before, program = database_password(app), "/usr/local/bin/pypi_like-run"
    changes = {"playbook": "rotate_database_password", "secrets_database_password": "of another day"}
    app.check_output(f"mv {program} {program}.real && printf %%s %s >{program} && chmod 755 {program}", CHANGE_OF_MIND)
    with readers:
        refused = deploy_from_the_index(scenario, tmp_path, **changes)
    app.check_output(f"mv {program}.real {program}")
    sql(scenario, "ALTER ROLE pypi_like RESET default_transaction_read_only")
    assert refused.returncode == 2
    assert "The server kept the password of the database, which all hosts go on with" in words(refused)
    assert "cannot execute ALTER ROLE in a read-only transaction" in words(refused)
    assert (database_password(app), log_in_with(app, before)) == (before, 0)
    assert not app.file("/run/pypi_like-exchange").exists
    assert app.run("find /etc/pypi_like/secrets -name '.*'").stdout == ""
    assert not app.file("/srv/pypi_like/deploy.lock").exists


@pytest.mark.soak
def test_a_full_disk_is_found_before_anything_stops(app, scenario, tmp_path, readers):
    started = "systemctl show --property=ExecMainStartTimestampMonotonic pypi_like"
    before, secrets = (database_password(app), app.check_output(started)), "/etc/pypi_like/secrets"
    app.check_output(
        f"mkdir /root/kept && cp -a {secrets}/. /root/kept && mount -t tmpfs -o size=80k,mode=0700 small {secrets}"
        f" && cp -a /root/kept/. {secrets} && ! head -c 1M /dev/zero >{secrets}/.filled"
    )
    changes = {"playbook": "rotate_database_password", "secrets_database_password": "of another day"}
    with readers:
        refused = deploy_from_the_index(scenario, tmp_path, **changes)
    app.check_output(f"umount {secrets} && rm --recursive /root/kept")
    assert refused.returncode == 2
    assert "pypi_like-exchange.service ended early; its journal says why." in words(refused)
    assert (database_password(app), app.check_output(started)) == before


def test_a_user_of_the_provider_replaces_its_password_without_a_failed_request(app, scenario, tmp_path, readers):
    former, password = database_password(app), 'it\'s "the" \\ 100% $new 1'
    changes = {"playbook": "rotate_database_password", "secrets_database_password": password}
    sql(scenario, "ALTER ROLE pypi_like SET log_statement = 'all'")
    with readers:
        done = deploy_from_the_index(scenario, tmp_path, "-vvvv", "--diff", **changes)
    assert done.returncode == 0, done.stdout
    assert "requests wait on all hosts while it gets another one" in words(done)
    assert database_password(app) == password
    assert sorted(app.check_output("ls /etc/pypi_like/secrets | grep database").split()) == [
        "database_password",
        "database_user",
    ]
    assert (log_in_with(app, password), log_in_with(app, former)) == (0, 2)
    log = scenario.host("data1").check_output("cat /var/log/postgresql/*.log")
    assert "ALTER ROLE SESSION_USER PASSWORD 'SCRAM-SHA-256$" in log
    assert "$new one" not in done.stdout + log
    assert not app.file("/run/pypi_like-exchange").exists
    wheels = {"release_wheels": str(CHECKOUT / ".cache/wheels"), "release_uv_cache": "/srv/empty-cache"}
    again = deploy_from_the_index(
        scenario, tmp_path, secrets_database_password=password, release_uv_arguments=[], **wheels
    )
    assert re.findall(r"changed=(\d+)", again.stdout) == ["0"], again.stdout


def test_a_second_user_of_the_provider_takes_over_without_a_failed_request(app, scenario, tmp_path, readers):
    make = "CREATE ROLE second LOGIN PASSWORD 'of the second' IN ROLE pypi_like; ALTER ROLE second SET role = pypi_like"
    sql(scenario, make)
    changes = {"project_database_user": "second", "secrets_database_password": "of the second"}
    with readers:
        done = deploy_from_the_index(scenario, tmp_path, release_index_credentials=[login(app)], **changes)
    assert done.returncode == 0, done.stdout
    who = "from django.db import connection as c; s = c.cursor(); s.execute('SELECT session_user'); print(s.fetchone())"
    assert app.check_output("pypi_like-run python -c %s", f"import django; django.setup(); {who}") == "('second',)"


def test_a_host_finds_out_which_password_is_good_when_the_run_is_killed(app, scenario, tmp_path, readers):
    """Killed when the server has the new password of the second user, before any host was told."""
    former = database_password(app)
    changes = {"playbook": "rotate_database_password", "secrets_database_password": "the last one"}
    changes["project_database_user"] = "second"
    with readers:
        kill_where(
            deploy_from_the_index(scenario, tmp_path, start=scenario.start, **changes),
            play="Prove the new password",
            task="hardened.django.secrets : exchange | Replace the password",
            host="app1",
        )
        # A load balancer would leave out all hosts, which have no page of the application to show.
        waiting = browse(app, scenario, "pypi_like").get(HEALTH).text
        stranger = app.run("runuser --user nobody -- touch /run/pypi_like-exchange/replaced")
        wait_for(app, "test ! -e /run/pypi_like-exchange && systemctl is-active pypi_like.service")
        settled = database_password(app)
        done = deploy_from_the_index(scenario, tmp_path, **changes)
    assert waiting == "requests wait\n"
    assert "Permission denied" in stranger.stderr
    assert browse(app, scenario, "pypi_like").get(HEALTH).text != waiting
    assert settled == "the last one"
    assert log_in_with(app, former, "second") == 2
    assert done.returncode == 0, done.stdout
    assert "was killed, and is completed now" in words(done)
    assert database_password(app) == "the last one"
    encrypted = "/etc/pypi_like/secrets.encrypted"
    decrypt = f"systemd-creds decrypt --name=database_password {encrypted}/database_password -"
    assert app.check_output(decrypt) == settled
    assert app.check_output(f"cd {encrypted} && ls") == app.check_output("ls /etc/pypi_like/secrets")
    left = ("/etc/pypi_like/secrets/database_password_former", "/run/pypi_like-exchange")
    assert not any(app.file(path).exists for path in left)
    # The first user has the password of the inventory again, for the tests that follow.
    sql(scenario, f"ALTER ROLE pypi_like PASSWORD $sql${GIVEN}$sql$")


def test_the_password_of_a_package_index_is_shown_nowhere(app, scenario, tmp_path):
    """The index looks into the process list at every request; nothing else of the network is within reach."""
    app.check_output("rm -f /srv/index/requests && journalctl --rotate --quiet")
    before = app.check_output("readlink /srv/pypi_like/current")
    password = login(app)["password"]
    done = deploy_from_the_index(scenario, tmp_path, "-vvv", release_index_credentials=[login(app)])
    assert done.returncode == 0, done.stdout
    assert app.check_output("readlink /srv/pypi_like/current") != before
    requests = app.check_output("cat /srv/index/requests").splitlines()
    assert "200 /simple/django/ hidden" in requests
    assert not [request for request in requests if request.endswith("shown")]
    # What YAML and JSON make of the quotes and the backslash is another spelling; its beginning is in all of them.
    (secret,) = re.findall(r"password' of #1", password)
    for shown in (secret, secret.replace("'", "''")):
        assert shown not in done.stdout
        assert app.run("journalctl --quiet --no-pager --since=-10min | grep --fixed-strings %s", shown).rc == 1
        places = "/srv/pypi_like /etc/pypi_like /tmp /var/tmp /root"
        assert app.run(f"grep --recursive --files-with-matches --fixed-strings %s {places}", shown).stdout == ""


def test_a_wrong_password_of_a_package_index_names_the_variable(app, run_task):
    options = {
        "path": "/tmp/index/.venv",
        "uv": UV,
        "cache": "/tmp/index/cache",
        "requirements": ["django"],
        "arguments": ["--index-url", "http://127.0.0.1:8099/simple"],
        "index_credentials": [{"host": "127.0.0.1", "username": "deploy", "password": "wrong-password"}],
    }
    done = run_task("hardened.django.virtual_environment", options)
    assert done.returncode != 0
    assert "release_index_credentials" in done.stdout
    assert "wrong-password" not in done.stdout


def test_a_password_in_an_address_and_wheels_that_are_not_there_are_refused(scenario, tmp_path):
    arguments = ["--index-url=http://deploy:in-an-address@127.0.0.1:8099/simple"]
    done = deploy_from_the_index(scenario, tmp_path, release_uv_arguments=arguments, release_wheels="/no/wheels")
    assert done.returncode != 0
    message = re.sub(r"\s+", " ", done.stdout)
    assert "user name or password of a package index, which every user of the hosts could see" in message
    assert 'release_wheels is "/no/wheels", which is no directory on the controller.' in message
    assert "in-an-address" not in done.stdout
