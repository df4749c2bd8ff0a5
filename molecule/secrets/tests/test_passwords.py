"""The passwords of database and cache are replaced under load: both are good meanwhile, and no request fails."""

from __future__ import annotations

import json
import re

from browser import CHECKOUT
from guestbook import DEPLOY, LOCK, SECRETS, words
from leaks import places_in, places_on, watched

DATABASE, CACHE = (CHECKOUT / f"playbooks/rotate_{kind}_password.yml" for kind in ("database", "cache"))
SECRET_KEY = CHECKOUT / "playbooks/rotate_secret_key.yml"
GIVEN = "a-cache-password-that-comes-from-a-vault"


def memory(app) -> str:
    kind: str = app.run(f"findmnt --noheadings --output FSTYPE {SECRETS}").stdout
    return kind.strip()


def test_check_mode_tells_of_each_rotation_and_changes_nothing(scenario, apps):
    newer = "find /etc /srv/guestbook /var/lib/hardened.django /run/guestbook* -newer /root/before"
    state = "systemctl show --property=ExecMainStartTimestampMonotonic guestbook.service"
    logins = "runuser -u postgres -- psql --tuples-only --command 'SELECT rolname, rolpassword FROM pg_authid'"
    before = [app.check_output(f"touch /root/before; {state}") for app in apps], apps[0].check_output(logins)
    result = scenario.playbook(str(DATABASE), str(CACHE), "--check", path=SECRET_KEY)
    assert result.returncode == 0, result.stdout
    assert "All hosts accept a new key, then sign with it." in words(result)
    assert "The server accepts a new database password beside the one in use" in words(result)
    assert "The server accepts a new cache password beside the one in use" in words(result)
    assert len(re.findall(r"Install the secrets\] \*+\nchanged: ", result.stdout)) == 3, result.stdout
    assert [app.check_output(newer) for app in apps] == ["", ""]
    assert ([app.check_output(state) for app in apps], apps[0].check_output(logins)) == before


def test_the_password_of_the_database_changes_and_nobody_notices(scenario, apps, members, held, log_in_to, tmp_path):
    before = held("database")
    with members:
        result = scenario.playbook("--diff", "-vvvv", path=DATABASE, directory=watched(tmp_path))
    assert result.returncode == 0, result.stdout
    after = held("database")
    assert before["database_user"] == "guestbook" and after["database_user"] == "guestbook.2"
    assert list(after) == ["database_password", "database_user"]
    # What the new login makes belongs to the role that everything else belongs to.
    assert "guestbook.2  | guestbook" in log_in_to("database", "guestbook.2", after["database_password"]).stdout
    assert log_in_to("database", "guestbook", before["database_password"]).rc == 2
    assert not apps[0].file(LOCK).exists
    secrets = [before["database_password"], after["database_password"], held("cache")["cache_password"]]
    secrets.append(apps[0].file(f"{SECRETS}/secret_key").content_string)
    # A process that ends by a fault writes its memory, where that is not forbidden.
    apps[0].check_output("kill -SEGV $(systemctl show --property=MainPID --value guestbook.service)")
    assert [places_on(app, secrets) for app in apps] == [[], []]
    assert (tmp_path / "results").exists() and (tmp_path / "facts").exists()
    assert places_in([tmp_path, CHECKOUT / ".cache/ansible"], secrets) == []
    assert not [secret for secret in secrets if secret in result.stdout]


def test_a_second_run_of_the_site_keeps_the_new_login_and_encrypts_it(scenario, apps, members, held):
    """The tests that follow here find the secrets encrypted on the disk."""
    before = held("database")
    with members:
        result = scenario.playbook("-e", "app_server_secrets_encryption=host")
    assert result.returncode == 0, result.stdout
    # What decrypts them at boot, and the files.
    assert result.stdout.count("changed=2") == 2, result.stdout
    assert [memory(app) for app in apps] == ["ramfs", "ramfs"]
    assert held("database") == before


def test_a_password_that_the_project_cannot_use_is_never_used(scenario, apps, held):
    """A project that names its user itself does not get in with the other one."""
    before = held("database")
    values = "/srv/guestbook/current/settings/private_values.json"
    apps[1].check_output(f"""sed --in-place=.bak 's/"USER": "guestbook"/"USER": "guestbook.2"/' {values}""")
    refused = scenario.playbook(path=DATABASE)
    apps[1].check_output(f"mv {values}.bak {values}")
    assert refused.returncode != 0
    assert "The project on app2 cannot log in to the database with the next password" in words(refused)
    assert "Let the project read {database_user}" in words(refused)
    staged = held("database")
    assert {name: staged[name] for name in before} == before
    assert staged["database_user_next"] == "guestbook"
    assert not apps[0].file(LOCK).exists


def test_a_change_that_was_refused_is_completed_by_the_next_run(scenario, members, held, log_in_to):
    before = held("database")
    with members:
        result = scenario.playbook(path=DATABASE)
    assert result.returncode == 0, result.stdout
    assert held("database") == {"database_password": before["database_password_next"], "database_user": "guestbook"}
    assert log_in_to("database", "guestbook.2", before["database_password"]).rc == 2


def test_the_password_of_the_cache_changes_when_it_is_asked_for(scenario, apps, members, held, log_in_to):
    before = held("cache")
    given = json.dumps({"secrets_cache_password": GIVEN})
    in_cache = "guestbook-manage shell --verbosity 0 -c 'from django.core.cache import cache; %s'"
    apps[0].check_output(in_cache % "cache.set(1, 2)")
    with members:
        deployed = scenario.playbook("-e", given, path=DEPLOY)
        waiting = held("cache")
        result = scenario.playbook("-e", given, path=CACHE)
        refused = scenario.playbook("-e", given, path=CACHE)
    assert deployed.returncode == 0 and "secrets_cache_password is not the password in use" in words(deployed)
    assert waiting == before
    assert result.returncode == 0, result.stdout
    assert held("cache") == {"cache_password": GIVEN}
    assert log_in_to("cache", "guestbook", GIVEN).stdout.strip() == ""
    assert "WRONGPASS" in log_in_to("cache", "guestbook", before["cache_password"]).stderr
    assert GIVEN not in result.stdout.replace(given, "")
    # The server was not restarted.
    assert apps[0].check_output(in_cache % "print(cache.get(1))") == "2"
    assert refused.returncode != 0
    assert "secrets_cache_password is the password in use." in words(refused)


def test_the_secrets_are_plain_files_again(scenario, apps, members, held):
    before = held("database"), held("cache")
    with members:
        result = scenario.playbook("--tags", "app_server")
    assert result.returncode == 0, result.stdout
    assert [memory(app) for app in apps] == ["", ""]
    assert (held("database"), held("cache")) == before
