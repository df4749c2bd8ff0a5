"""The secret key is replaced under load: what it signed stays valid until the old key goes, and no request fails."""

from __future__ import annotations

import json
import subprocess
import time

from browser import CHECKOUT
from guestbook import DEPLOY, LOCK, SECRETS, words
from kills import kill_where
from leaks import places_on
from members import what_ended
from topology import podman, wait_for

PLAYBOOKS = CHECKOUT / "playbooks"
ROTATE, SHOW = PLAYBOOKS / "rotate_secret_key.yml", PLAYBOOKS / "secrets.yml"
RETIRE = "/etc/guestbook/retire_secret_keys.py"
DAY = 86400
GIVEN = "a-secret-key-that-comes-from-a-vault-" + "0123456789" * 3


def end_old_keys(apps) -> None:
    """Let the time of all old keys be over, and start what the timer starts."""
    for app in apps:
        app.check_output(r"""sed -i 's/"until": [0-9]*/"until": 1/g' %s/secret_key_fallbacks""", SECRETS)
        app.check_output("systemctl start guestbook-secret-keys.service")


def test_a_new_key_signs_and_the_old_one_is_accepted(scenario, apps, members, rings):
    (before, none), _same = rings()
    with members:
        result = scenario.playbook("--diff", "-vvvv", path=ROTATE)
    assert result.returncode == 0, result.stdout
    (key, others), second = rings()
    assert (key, others) == second
    assert none == {} and key != before and list(others) == [before]
    assert others[before] - time.time() > 14 * DAY + 3600
    journals = "".join(
        app.check_output("journalctl --output cat; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline") for app in apps
    )
    assert not [secret for secret in (before, key) if secret in result.stdout + journals]
    assert not apps[0].file(LOCK).exists


def test_a_clock_that_is_an_hour_ahead_ends_no_session(apps, rings):
    """They live for two weeks: an hour before the last one ends, such a host would have let go of its key."""
    before = rings()
    apps[1].check_output("apt-get install --yes --quiet faketime")
    assert apps[1].check_output(f"faketime -f +{14 * 24 + 1}h python3 -B {RETIRE} {SECRETS}/secret_key_fallbacks") == ""
    assert rings() == before


def test_the_secrets_are_shown_without_their_values(scenario, rings):
    result = scenario.playbook(path=SHOW)
    assert result.returncode == 0, result.stdout
    shown = words(result)
    assert shown.count(" signs") == 2 and shown.count("accepted until 20") == 2
    assert not [key for key, others in rings() for key in (key, *others) if key in result.stdout]


def test_a_host_that_lost_its_secrets_receives_the_whole_ring(scenario, apps, rings):
    before = rings()
    apps[1].check_output("systemctl stop guestbook.socket guestbook.service && rm --recursive %s", SECRETS)
    result = scenario.playbook(path=DEPLOY)
    assert result.returncode == 0, result.stdout
    assert rings() == before


def test_a_full_disk_loses_no_key(scenario, apps, members, rings):
    """The other host has the new key then, and accepts it; the next rotation goes on with that."""
    before = rings()
    apps[1].check_output(
        f"mkdir /root/kept && cp --archive {SECRETS}/. /root/kept"
        f" && mount --types tmpfs --options size=80k,mode=0700 small {SECRETS}"
        f" && cp --archive /root/kept/. {SECRETS} && ! head --bytes 1M /dev/zero >{SECRETS}/.filled"
    )
    with members:
        result = scenario.playbook(path=ROTATE)
    found = rings()
    apps[1].check_output(f"umount {SECRETS} && rm --recursive /root/kept")
    assert result.returncode != 0
    assert "No space left on device" in words(result)
    assert [key for key, _others in found] == [key for key, _others in before]
    assert found[1] == rings()[1] == before[1]
    assert not apps[0].file(LOCK).exists


def test_what_an_old_key_signed_ends_with_it(scenario, apps, log_in, make_link, rings):
    idle, active = log_in(), log_in()
    link = make_link()
    result = scenario.playbook(path=ROTATE)
    assert result.returncode == 0, result.stdout
    assert what_ended(active, link) == ""
    key = rings()[0][0]
    end_old_keys(apps)
    assert rings() == [(key, {}), (key, {})]
    assert what_ended(idle, link) == "session cookie link"
    # Django signed it anew when it was used.
    assert active.get("/admin/").status == 200


def test_a_rotation_that_is_killed_is_completed_by_the_next_run(scenario, members, rings):
    """Killed when the first host signs with the new key, and the second one only accepts it."""
    (before, _others), _same = rings()
    with members:
        kill_where(
            scenario.start(path=ROTATE),
            play="Prove that all hosts accept the new key",
            task="hardened.django.release : switch",
            host="app1",
        )
        result = scenario.playbook(path=ROTATE)
    assert result.returncode == 0, result.stdout
    assert "Run the playbook again to rotate." in words(result)
    (key, others), second = rings()
    assert (key, others) == second
    assert key != before and list(others) == [before]


def test_a_rotation_needs_all_hosts(scenario, apps, rings):
    before = rings()
    limited = scenario.playbook("--limit", "all:!app2", path=ROTATE)
    podman("stop", "--time", "5", "hardened-secrets-app2")
    refused = scenario.playbook(path=ROTATE)
    podman("start", "hardened-secrets-app2")
    wait_for(apps[1], "systemctl is-system-running --wait")
    assert limited.returncode != 0 and refused.returncode != 0
    assert "This run leaves out app2." in words(limited)
    assert "app2 cannot be reached, and nothing was changed." in words(refused)
    assert rings() == before
    assert not apps[0].file(LOCK).exists


def test_another_key_in_the_inventory_is_accepted_first(scenario, members, rings):
    (before, _others), _same = rings()
    given = json.dumps({"secrets_secret_key": GIVEN})
    with members:
        deployed = scenario.playbook("-e", given, path=DEPLOY)
        staged = rings()
        result = scenario.playbook("-e", given, path=ROTATE)
        refused = scenario.playbook("-e", given, path=ROTATE)
    assert deployed.returncode == 0, deployed.stdout
    assert [(key, others[GIVEN]) for key, others in staged] == [(before, None)] * 2
    assert result.returncode == 0, result.stdout
    assert [key for key, _others in rings()] == [GIVEN, GIVEN]
    assert refused.returncode != 0
    assert "secrets_secret_key is the key in use." in words(refused)


def test_the_secrets_come_back_from_an_encrypted_file(scenario, apps, log_in, rings, tmp_path):
    """All app hosts lose their secrets: with the file and its key nobody has to log in again."""
    member, before = log_in(), rings()
    key = tmp_path / "key"
    subprocess.run(["age-keygen", "--output", key], check=True)
    recipient = subprocess.run(["age-keygen", "-y", key], check=True, capture_output=True, text=True).stdout.strip()
    written = {"secrets_backup_recipients": [recipient], "secrets_backup_directory": str(tmp_path)}
    backed_up = scenario.playbook("-vvvv", "-e", json.dumps(written), path=PLAYBOOKS / "back_up_secrets.yml")
    assert backed_up.returncode == 0, backed_up.stdout
    (encrypted,) = tmp_path.glob("guestbook-20*Z.age")
    restored = {"secrets_restore_file": str(encrypted), "secrets_restore_identity": str(key)}
    command = ("-vvvv", "-e", json.dumps(restored))
    refused = scenario.playbook(*command, path=PLAYBOOKS / "restore_secrets.yml")
    assert "app1 has secrets already." in words(refused)
    for app in apps:
        app.check_output("rm --recursive %s", SECRETS)
    result = scenario.playbook(*command, path=PLAYBOOKS / "restore_secrets.yml")
    assert result.returncode == 0, result.stdout
    assert rings() == before
    for app in apps:
        app.check_output("systemctl restart guestbook.service")
    assert member.get("/admin/").status == 200
    journals = "".join(app.check_output("journalctl --output cat") for app in apps)
    shown = backed_up.stdout + result.stdout + journals + encrypted.read_text(encoding="utf-8")
    assert not [key for key, others in before for key in (key, *others) if key in shown]


def test_a_run_beside_another_is_refused(scenario, apps, rings):
    before = rings()
    holder = {
        "run": {"by": "somebody", "machine": "elsewhere 1", "pid": 1, "started": 1},
        "since": "2026-01-01 00:00 UTC",
    }
    apps[0].check_output("echo %s >%s", json.dumps(holder), LOCK)
    result = scenario.playbook(path=ROTATE)
    apps[0].check_output("rm %s", LOCK)
    assert result.returncode != 0
    assert "somebody deploys since 2026-01-01 00:00 UTC" in words(result)
    assert rings() == before


def test_a_key_that_others_know_is_replaced_at_once(scenario, log_in, make_link, rings):
    member = log_in()
    link = make_link()
    result = scenario.playbook("-e", "secrets_emergency=true", path=ROTATE)
    assert result.returncode == 0, result.stdout
    assert "All sessions, password reset links and signed values end." in words(result)
    (key, others), second = rings()
    assert (key, others) == second == (key, {})
    assert key != GIVEN
    assert what_ended(member, link) == "session cookie link"


def test_no_run_of_all_these_left_a_secret_elsewhere(apps, rings):
    for app, (key, others) in zip(apps, rings(), strict=True):
        passwords = [app.file(f"{SECRETS}/{name}_password").content_string for name in ("database", "cache")]
        assert places_on(app, [key, *others, *passwords]) == []
