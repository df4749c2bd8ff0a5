"""Encrypted on the disk, plain in memory only: what a copy of the disk shows, a boot, and a key that is gone."""

from __future__ import annotations

import json
import time

import pytest
from guestbook import words
from leaks import places_on
from topology import podman, wait_for

DIRECTORY = "/etc/guestbook/secrets"
KEY = "/var/lib/systemd/credential.secret"
UNIT = "guestbook-secrets.service"
AT_REST = {"ansible.builtin.include_role": {"name": "hardened.django.app_server", "tasks_from": "at_rest"}}
# Ends the program before each of its steps in turn, on secrets of its own, until it comes to its end. Whoever reads the
# secrets has all of them after each, and the next run completes it. Prints how many steps there were.
KILLS = """
import pathlib, subprocess, sys
PROGRAM = "/etc/guestbook/secrets_at_rest.py"
KILLED = '''
import os, sys
steps, sys.argv = int(sys.argv[1]), sys.argv[2:]
def count(event, arguments):
    global steps
    changes = event.startswith(("os.", "subprocess.")) and event not in ("os.listdir", "os.scandir", "os.putenv")
    if changes or event == "open" and arguments[2] & os.O_WRONLY:
        steps -= 1
        steps or os._exit(9)
code = compile(open(sys.argv[0]).read(), sys.argv[0], "exec")
sys.addaudithook(count)
exec(code, {"__name__": "__main__"})
'''
directory = pathlib.Path("/root/trial/secrets")
directory.mkdir(parents=True, mode=0o700)
WANTED = {"one": b"the first", "two": b"the second"}
for name, content in WANTED.items():
    (directory / name).write_bytes(content)

def act(action, *before):
    command = [sys.executable, "-B", *before, PROGRAM, directory, action]
    return subprocess.run(command, stdout=subprocess.PIPE).returncode

def found():
    return {path.name: path.read_bytes() for path in directory.iterdir() if not path.name.startswith(".")}

total = 0
for action, back in (("host", "none"), ("none", "host")):
    steps, code = 0, 9
    while code == 9:
        steps += 1
        code = act(action, "-c", KILLED, str(steps))
        assert code in (0, 9) and found() == WANTED, (action, steps, code, found())
        assert act(action) == 0 and found() == WANTED, (action, steps, found())
        left = {path.name for path in directory.parent.iterdir()}
        assert left == {"secrets", *(["secrets.encrypted"] if action == "host" else [])}, (action, steps, left)
        assert directory.is_mount() == (action == "host"), (action, steps)
        assert not pathlib.Path("/run/trial-secrets").exists(), (action, steps)
        assert code == 0 or act(back) == 0, (action, steps)
    total += steps
print(total)
"""
# A TPM in software. systemd hands to tpm2-tss how it is reached; the socket for its control has the name with ".ctrl".
START_TPM = """systemd-run --quiet --unit=trial-tpm --property=StateDirectory=trial --property=RuntimeDirectory=trial \\
    swtpm socket --tpm2 --tpmstate dir=/var/lib/trial --flags startup-clear,not-need-init \\
    --server type=unixio,path=/run/trial/tpm --ctrl type=unixio,path=/run/trial/tpm.ctrl
"""
WITH_TPM = """#!/bin/sh
SYSTEMD_TPM2_DEVICE=swtpm:path=/run/trial/tpm exec /usr/bin/systemd-creds "$@"
"""
# What is on the disk where the memory is mounted.
BELOW = f"mount --bind /etc/guestbook /mnt && ls --almost-all /mnt/secrets; umount /mnt; stat --format %a {DIRECTORY}"


@pytest.fixture
def secrets(host):
    """Read the secrets of the host: from memory, or those on the disk as systemd decrypts them."""

    def read(encrypted: bool = False) -> dict[str, str]:
        place, show = (
            (f"{DIRECTORY}.encrypted", "systemd-creds decrypt $name -") if encrypted else (DIRECTORY, "cat $name")
        )
        command = f"cd {place}; for name in *; do {show} 2>/dev/null; echo; echo $name; done"
        lines = host.check_output(command).splitlines()
        return dict(zip(lines[1::2], lines[::2], strict=True))

    return read


def on_disk(host) -> list[str]:
    names: list[str] = host.check_output(BELOW).splitlines()[:-1]
    return names


def test_the_disk_has_encrypted_secrets_only(host, secrets):
    assert host.check_output(f"findmnt --noheadings --output FSTYPE {DIRECTORY}") == "ramfs"
    assert on_disk(host) == []
    present = secrets()
    assert {"secret_key", "database_password", "cache_password"} <= present.keys()
    assert secrets(encrypted=True) == present
    assert places_on(host, [value for name, value in present.items() if len(value) > 20]) == []
    assert host.check_output(f"stat --format %a%U {DIRECTORY} {DIRECTORY}.encrypted").split() == ["700root"] * 2
    assert set(host.check_output(f"stat --format %a%U {DIRECTORY}/* {DIRECTORY}.encrypted/*").split()) == {"400root"}


def test_a_host_that_boots_has_its_secrets(host, name, secrets, visitor):
    before, dates = secrets(), host.check_output(f"stat --format %Y {DIRECTORY}/*")
    podman("restart", "--time", "10", f"hardened-edge-{name}")
    wait_for(host, "guestbook-health 60")
    assert visitor.get("/").status == 200
    assert host.service(UNIT).is_running
    assert host.check_output(f"findmnt --noheadings --output FSTYPE {DIRECTORY}") == "ramfs"
    assert (secrets(), on_disk(host)) == (before, [])
    # The table of the secrets tells how old they are.
    assert host.check_output(f"stat --format %Y {DIRECTORY}/*") == dates


def test_a_change_that_is_killed_at_any_step_loses_nothing(scenario):
    steps = scenario.host("app1").check_output("printf %s %s | python3 -B - && rm -r /root/trial", "%s", KILLS)
    assert int(steps) > 30


def test_what_changes_is_encrypted_before_it_is_used(host, secrets, configure):
    result = configure(roles=["hardened.django.secrets"], secrets_email_password="another of the secrets")
    assert result.returncode == 0, result.stdout
    assert secrets(encrypted=True) == secrets()
    assert secrets()["email_password"] == "another of the secrets"
    assert on_disk(host) == []


def test_an_old_key_that_is_removed_goes_from_the_disk_too(host, secrets):
    entry = {"key": "the key of before", "until": time.time() - 1}
    host.check_output(
        f"umask 277; echo -n %s >{DIRECTORY}/.new && mv -f {DIRECTORY}/.new {DIRECTORY}/secret_key_fallbacks",
        json.dumps([entry]),
    )
    host.check_output(f"cd /etc/guestbook && python3 -B secrets_at_rest.py {DIRECTORY} update")
    assert json.loads(secrets(encrypted=True)["secret_key_fallbacks"]) == [entry]
    host.check_output("systemctl start guestbook-secret-keys.service")
    assert secrets(encrypted=True)["secret_key_fallbacks"] == secrets()["secret_key_fallbacks"] == "[]"


def test_a_host_that_lost_the_key_gets_no_other_secrets(host, secrets, configure):
    before = secrets()
    host.check_output(f"umount --lazy {DIRECTORY} && mv {KEY} {KEY}.away && systemctl stop {UNIT}")
    assert host.run(f"systemctl start {UNIT}").rc != 0
    result = configure(roles=["hardened.django.secrets"])
    host.check_output(f"mv {KEY}.away {KEY} && systemctl restart {UNIT}")
    assert result.returncode != 0
    assert "secret_key" in result.stdout and "were not decrypted when the host booted" in result.stdout
    assert secrets() == before


def test_a_host_without_tpm_refuses_its_key(host, secrets, configure):
    before = secrets(encrypted=True)
    result = configure(roles=[], tasks=[AT_REST], app_server_secrets_encryption="tpm2")
    assert result.returncode != 0
    assert "systemd-creds encrypt failed: " in result.stdout
    assert "device file /dev/tpmrm0: No such file" in words(result)
    assert secrets(encrypted=True) == before == secrets()


@pytest.fixture
def tpm(host):
    program = "/usr/local/sbin/systemd-creds"
    host.check_output("apt-get install --yes --quiet --no-install-recommends swtpm")
    host.check_output(f"printf %s %s >{program} && chmod 755 {program} && {START_TPM}", "%s", WITH_TPM)
    yield
    host.check_output(f"rm {program} && systemctl stop trial-tpm.service && rm --recursive /var/lib/trial")


# The systemd of Debian 12 leaves sessions open. The kernel ends them where it drives the TPM; nobody does in this one.
@pytest.mark.parametrize("name", ["app1"])
def test_the_key_may_be_bound_to_a_tpm(host, tpm, secrets, configure):
    """Without it, the host does not get its secrets when it boots."""
    before = secrets()
    result = configure(roles=[], tasks=[AT_REST], app_server_secrets_encryption="tpm2")
    assert result.returncode == 0, result.stdout
    assert secrets(encrypted=True) == before == secrets()
    again = configure(roles=[], tasks=[AT_REST], app_server_secrets_encryption="tpm2")
    assert "changed=0" in again.stdout, again.stdout
    host.check_output(f"umount --lazy {DIRECTORY} && systemctl stop {UNIT} trial-tpm.service")
    without = host.run(f"systemctl start {UNIT}")
    host.check_output(START_TPM)
    host.check_output(f"systemctl restart {UNIT}")
    assert without.rc != 0
    assert secrets() == before
    result = configure(roles=[], tasks=[AT_REST])
    assert result.returncode == 0, result.stdout
    assert secrets(encrypted=True) == before


def test_the_secrets_can_be_plain_files_again(host, secrets, configure):
    before = secrets()
    result = configure(roles=[], tasks=[AT_REST], app_server_secrets_encryption="none")
    assert result.returncode == 0, result.stdout
    assert host.run(f"findmnt {DIRECTORY}").rc != 0
    assert secrets() == before
    assert not host.file(f"{DIRECTORY}.encrypted").exists
    assert not host.file(f"/etc/systemd/system/{UNIT}").exists
    result = configure(roles=[], tasks=[AT_REST])
    assert result.returncode == 0, result.stdout
    assert secrets(encrypted=True) == before
