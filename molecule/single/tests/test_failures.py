"""Bad input is refused before anything changes, and whatever fails leaves the old site serving."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import yaml
from browser import CHECKOUT


def changes(output):
    """The numbers of changed tasks, one for each host of the play recap."""
    return [int(number) for number in re.findall(r"changed=(\d+) +unreachable=", output)]


def refuse(scenario, variables, *, changed_nothing=True):
    """Run the playbook with bad input; return what it printed once it was refused."""
    result = scenario.playbook("-e", json.dumps(variables))
    assert result.returncode != 0, result.stdout
    if changed_nothing:
        assert changes(result.stdout) == [0], result.stdout
    return " ".join(result.stdout.split())


def source(version):
    return {"project_source": {"type": "git", "url": f"file://{CHECKOUT}/.cache/guestbook.git", "version": version}}


def test_a_missing_domain_is_refused(scenario, tmp_path):
    inventory = tmp_path / "inventory"
    shutil.copytree(scenario.inventory, inventory)
    hosts = inventory / "hosts.yml"
    hosts.write_text(hosts.read_text().replace("{{ inventory_dir }}/../../..", str(CHECKOUT)))
    project = inventory / "group_vars/all/project.yml"
    variables = yaml.safe_load(project.read_text())
    del variables["project_domain"]
    project.write_text(yaml.safe_dump(variables))
    result = scenario.playbook("-i", str(inventory), inventory=False)
    assert result.returncode != 0
    assert "missing required arguments: project_domain" in " ".join(result.stdout.split())
    assert changes(result.stdout) == [0]


# What is wrong with the variables of one role is told at once.
BAD_INPUT = [
    {
        "project_domain": ("www example.org", 'project_domain "www example.org" is not a domain name'),
        "project_name": ("nginx", 'project_name "nginx" must'),
        "project_source": ({"type": "git", "version": "main"}, "Add project_source.url"),
    },
    {"project_source": ({"type": "svn"}, "value of type must be one of: git, directory, pypi, got: svn")},
    {"project_source": ({"type": "directory", "path": "/no/such"}, "project_source.path: /no/such")},
    {"project_source": (source("no-such-version")["project_source"], "project_source.version")},
    {"app_server_health_path": ("health", 'app_server_health_path "health" must start with "/"')},
    {
        "settings_environment": ({"A-B": "1"}, 'settings_secret_environment holds "A-B"'),
        "settings_secret_environment": ({"AB": "1\0"}, 'settings_secret_environment holds "AB"'),
        "settings_admins": (["ops"], 'settings_admins and settings_managers hold "ops"'),
    },
    {"release_waive": ([{"id": "hosts.W999", "reason": "x"}], "waive names the id 'hosts.W999', which is no rule")},
    {
        "project_app_addresses": (["10.0.0.0/8", "web1"], 'sources of "postgresql" hold 10.0.0.0/8, web1'),
        "firewall_ssh_sources": (["192.0.2.7/24"], 'firewall_ssh_sources holds "192.0.2.7/24"'),
        "firewall_open_ports": ([5432], "firewall_open_ports is 5432"),
        "firewall_confirm_seconds": (5, "firewall_confirm_seconds is 5"),
    },
    {
        "postgresql_more_databases": (["guestbook", 'a", b'], "name a database twice: guestbook, guestbook"),
        "postgresql_extensions": (["postgis; --"], 'postgresql_extensions holds "postgis; --"'),
        "postgresql_needed_connections": (36, "Raise postgresql_max_connections to 46"),
        "postgresql_connection_limit": (35, "postgresql_connection_limit is 35"),
        "postgresql_certificate_days": (1, "postgresql_certificate_days is 1"),
    },
    {
        "redis_certificate_days": (1, "redis_certificate_days is 1"),
        "redis_user": ("administrator", 'redis_user is "administrator"'),
    },
    {
        "nginx_trusted_proxies": (["10.0.0.0/8", "proxy"], 'nginx_trusted_proxies holds "proxy"'),
        "project_aliases": (["www.guestbook.example"], "nginx_media_domain) name a domain twice"),
        "nginx_hsts_seconds": (300, "with a self-signed certificate it must be 0"),
        "nginx_media_types": ({"image/svg+xml": ["svg"]}, 'nginx_media_types holds "image/svg+xml"'),
    },
    {
        "secrets_secret_key": ("short", "secrets_secret_key must have at least 50 characters"),
        "secrets_database_password": ("two\nlines", "secrets_database_password must have"),
    },
]


@pytest.mark.parametrize("variables", BAD_INPUT, ids=" ".join)
def test_bad_input_is_refused_before_anything_changes(scenario, variables):
    output = refuse(scenario, {name: value for name, (value, _message) in variables.items()})
    assert [message for _value, message in variables.values() if message not in output] == []


def test_a_vault_that_cannot_be_opened_changes_nothing(scenario, tmp_path):
    password, variables = tmp_path / "password", tmp_path / "variables.yml"
    password.write_text("unknown later", encoding="utf-8")
    encrypt = ["ansible-vault", "encrypt_string", "--vault-password-file", password, "--name", "secrets_secret_key"]
    variables.write_bytes(subprocess.run([*encrypt, "0" * 60], check=True, capture_output=True).stdout)
    result = scenario.playbook("-e", f"@{variables}")
    assert result.returncode != 0
    assert "no vault secrets found" in " ".join(result.stdout.split())
    assert f"Origin: {variables}:1" in result.stdout
    assert changes(result.stdout) == [0]


def test_an_unsupported_system_is_refused(scenario, app):
    """The host claims to be older than it is."""
    release, version = "/etc/os-release", "/etc/debian_version"
    app.run_expect([0], f"cp -a {version} {version}.kept && cp --remove-destination /usr/lib/os-release {release}")
    app.run_expect([0], f"sed -i 's/^VERSION_ID=.*/VERSION_ID=11/' {release} && echo 11.9 >{version}")
    try:
        assert "app1 runs Debian 11" in refuse(scenario, {})
    finally:
        app.run_expect([0], f"mv {version}.kept {version} && ln -sf ../usr/lib/os-release {release}")


@pytest.fixture
def serving(app, browser):
    """The live release before a failure; the same must serve after it."""
    live = app.check_output("readlink /srv/guestbook/current")
    assert browser.get("/health/").text == "ok\n"
    yield live
    assert app.check_output("readlink /srv/guestbook/current") == live
    assert browser.get("/health/").text == "ok\n"
    assert browser.get("/").status == 200


def test_a_configuration_that_nginx_refuses_is_put_back(scenario, app, serving):
    files = "find /etc/nginx ! -type d | sort | xargs ls -ld --time-style=full-iso; cat /etc/nginx/sites-available/*"
    before = app.check_output(files)
    output = refuse(scenario, {"nginx_client_max_body_size": "10m", "nginx_server_name": "a;}"}, changed_nothing=False)
    assert "nginx -t" in output and "Everything was put back as it was." in output
    assert app.check_output(files) == before


@pytest.fixture
def kept(app):
    """A unit that tells when it is reloaded, and the set's own files gone afterwards."""
    app.run_expect([0], "systemd-run --unit=kept --property=ExecReload='/bin/touch /run/reloaded' sleep infinity")
    yield "kept.service"
    app.run_expect(
        [0], "systemctl stop kept.service; rm -rf /run/reloaded /etc/killed /var/lib/hardened.django/config_set/killed"
    )


def test_a_killed_configuration_is_completed_by_the_next_run(app, kept, run_task):
    """Killed while it writes: the next run writes the rest, and tells the unit."""
    arguments = {
        "name": "killed",
        "directories": [{"path": "/etc/killed"}],
        "files": [{"path": f"/etc/killed/{number:04}", "content": f"{number}\n"} for number in range(1500)],
        "units": [{"name": kept, "on_change": "reload"}],
    }
    killer = "until [ -e /etc/killed/0100 ]; do :; done; pkill --signal KILL --full --exact /usr/bin/python3"
    app.run_expect([0], f"systemd-run --collect sh -c {json.dumps(killer)}")
    assert run_task("hardened.django.config_set", arguments).returncode != 0
    written = int(app.check_output("ls /etc/killed | wc -l"))
    assert 100 <= written < 1500
    assert not app.file("/run/reloaded").exists
    result = run_task("hardened.django.config_set", arguments)
    assert result.returncode == 0, result.stdout
    assert "recovered: true" in result.stdout
    assert int(app.check_output("ls /etc/killed | wc -l")) == 1500
    assert app.file("/run/reloaded").exists
    assert "changed: false" in run_task("hardened.django.config_set", arguments).stdout


def test_no_output_shows_a_secret(scenario, app):
    """New secrets are made, installed and used, at the highest verbosity and with differences."""
    names = ["secret_key", "database_password", "cache_password"]
    secrets = {app.file(f"/etc/guestbook/secrets/{name}").content_string for name in names}
    app.run_expect([0], "rm /etc/guestbook/secrets/*")
    output = scenario.playbook("--check", "--diff", "-vvvv").stdout
    result = scenario.playbook("--diff", "-vvvv")
    assert result.returncode == 0, result.stdout
    secrets |= {app.file(f"/etc/guestbook/secrets/{name}").content_string for name in names}
    assert len(secrets) == 6
    assert not [secret for secret in secrets if secret in output + result.stdout]


@pytest.mark.parametrize(("environment", "playbooks"), [(".venv", ["check"]), (".venv-newest", ["site", "check"])])
def test_the_built_collection_runs_from_any_folder(scenario, tmp_path, environment, playbooks):
    """As a user installs it: a tarball, another folder, the oldest and the newest ansible-core."""
    tools = CHECKOUT / environment / "bin"
    if not (tools / "ansible-galaxy").exists():
        assert environment == ".venv-newest"
        return
    build = [tools / "ansible-galaxy", "collection", "build", CHECKOUT, "--output-path", tmp_path]
    subprocess.run(build, check=True, cwd=tmp_path, stdout=subprocess.DEVNULL)
    (archive,) = tmp_path.glob("hardened-django-*.tar.gz")
    install = [
        tools / "ansible-galaxy",
        "collection",
        "install",
        archive,
        "-p",
        tmp_path / "collections",
        "--no-deps",
        "--force",
    ]
    subprocess.run(install, check=True, cwd=tmp_path, stdout=subprocess.DEVNULL)
    (tmp_path / "ansible.cfg").write_text(
        f"[defaults]\ncollections_path = {tmp_path}/collections\nhome = {tmp_path}/home\n"
    )
    for name in playbooks:
        result = scenario.playbook(path=f"hardened.django.{name}", tools=tools, directory=tmp_path)
        assert result.returncode == 0, result.stdout
        assert changes(result.stdout) == [0], result.stdout
