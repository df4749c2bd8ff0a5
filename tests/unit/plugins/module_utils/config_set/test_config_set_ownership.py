from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from ansible_collections.hardened.django.plugins.module_utils._config_set import diffs, paths
from ansible_collections.hardened.django.plugins.module_utils._config_set.transaction import ConfigSet, apply, preview
from ansible_collections.hardened.django.plugins.module_utils._config_set.units import Unit

SECRET = "s3cret-value"
UNIT = Unit("worker.service", True)


def manifest(host, name: str = "blog") -> Path:
    return Path(host.journals) / name / "manifest.json"


def running(systemd):
    return {name: (status.active, status.file) for name, status in systemd.status.items()}


def test_the_manifest_names_files_links_and_units_and_is_for_root_only(host, systemd, etc, want):
    systemd.add("worker.service")
    wanted = (
        want.directory(etc / "d"),
        want.file(etc / "d/f", SECRET, secret=True),
        want.link(etc / "l", "d"),
        want.absent(etc / "x"),
    )
    apply(ConfigSet("blog", wanted, units=(UNIT,)), host)
    assert json.loads(manifest(host).read_text()) == {"paths": [f"{etc}/d/f", f"{etc}/l"], "units": ["worker.service"]}
    assert stat.S_IMODE(manifest(host).stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_path_that_is_no_longer_listed_is_removed_once(host, etc, want, kind):
    gone = {"file": want.file(etc / "gone"), "link": want.link(etc / "gone", "kept")}[kind]
    kept = want.file(etc / "kept")
    apply(ConfigSet("blog", (gone, kept)), host)
    smaller = ConfigSet("blog", (kept,))
    assert preview(smaller, host) == apply(smaller, host)
    assert [entry.name for entry in etc.iterdir()] == ["kept"]
    assert not apply(smaller, host).changed


def test_without_a_manifest_nothing_is_removed_and_the_unchanged_set_gets_one(host, systemd, etc, want):
    systemd.add("worker.service")
    one, two = want.file(etc / "one"), want.file(etc / "two")
    config = ConfigSet("blog", (one, two), units=(UNIT,))
    apply(config, host)
    manifest(host).unlink()
    assert not preview(config, host).changed
    assert not manifest(host).exists()
    assert not apply(ConfigSet("blog", (one,)), host).changed
    assert (etc / "two").exists()
    assert running(systemd) == {"worker.service": ("active", "enabled")}
    assert json.loads(manifest(host).read_text()) == {"paths": [f"{etc}/one"], "units": []}


@pytest.mark.parametrize(
    ("active", "file", "definition", "expected"),
    [
        ("active", "enabled", True, ["stop", "disable"]),
        ("active", "static", True, ["stop"]),
        ("inactive", "enabled", True, ["disable"]),
        ("inactive", "disabled", True, []),
        ("failed", "enabled", True, ["disable", "reset-failed"]),
        ("active", "enabled", False, ["stop"]),
        ("inactive", "", False, []),
    ],
)
def test_a_unit_that_is_no_longer_listed_is_stopped_and_disabled(
    host, systemd, etc, active, file, definition, expected
):
    systemd.add("worker.service")
    apply(ConfigSet("blog", units=(UNIT,)), host)
    systemd.add("worker.service", active, file)
    if not definition:
        systemd.status["worker.service"] = systemd.status["worker.service"]._replace(load="not-found", file="")
    empty = ConfigSet("blog")
    outcome = preview(empty, host)
    assert outcome.units == ({"worker.service": expected} if expected else {})
    assert apply(empty, host) == outcome
    assert systemd.status["worker.service"].active == "inactive"
    assert not apply(empty, host).changed


def test_a_unit_that_systemd_has_never_heard_of_is_no_error(host, systemd):
    systemd.add("worker.service")
    apply(ConfigSet("blog", units=(UNIT,)), host)
    del systemd.status["worker.service"]
    assert not apply(ConfigSet("blog"), host).changed


@pytest.mark.parametrize(
    ("listed", "aliases"),
    [("worker", {}), ("queue.service", {"queue.service": "worker.service"})],
)
@pytest.mark.parametrize("lister", ["blog", "shop"])
def test_a_unit_that_is_listed_under_another_name_goes_on(host, systemd, listed, aliases, lister):
    systemd.add("worker.service")
    systemd.aliases.update(aliases)
    apply(ConfigSet("blog", units=(UNIT,)), host)
    apply(ConfigSet(lister, units=(Unit(listed, True),)), host)
    assert not apply(ConfigSet("blog", units=(Unit(listed, True),) if lister == "blog" else ()), host).changed
    assert running(systemd) == {"worker.service": ("active", "enabled")}


def test_a_unit_that_was_listed_by_an_alias_goes_by_its_own_name(host, systemd):
    systemd.add("worker.service")
    systemd.aliases["queue.service"] = "worker.service"
    apply(ConfigSet("blog", units=(Unit("queue.service"),)), host)
    assert apply(ConfigSet("blog"), host).units == {"worker.service": ["stop", "disable"]}


def test_a_file_that_is_listed_by_another_path_stays(host, etc, want):
    (etc / "lib").mkdir()
    (etc / "alias").symlink_to("lib")
    apply(ConfigSet("blog", (want.file(etc / "alias/f"),)), host)
    assert not apply(ConfigSet("blog", (want.file(etc / "lib/f"),)), host).changed
    assert (etc / "lib/f").exists()


def test_what_two_sets_share_goes_with_the_last_of_them(host, systemd, etc, want):
    systemd.add("worker.service")
    shared = ((want.file(etc / "snippet"),), (), (UNIT,))
    apply(ConfigSet("blog", *shared), host)
    apply(ConfigSet("shop", *shared), host)
    assert not preview(ConfigSet("blog"), host).changed
    assert not apply(ConfigSet("blog"), host).changed
    assert (etc / "snippet").exists()
    assert running(systemd) == {"worker.service": ("active", "enabled")}
    outcome = apply(ConfigSet("shop"), host)
    assert (outcome.paths, outcome.units) == ([f"{etc}/snippet"], {"worker.service": ["stop", "disable"]})
    assert not (etc / "snippet").exists()


@pytest.mark.parametrize("there", ["directory", "special file"])
def test_what_is_neither_file_nor_link_any_more_is_left_alone(host, etc, want, there):
    apply(ConfigSet("blog", (want.file(etc / "x"),)), host)
    (etc / "x").unlink()
    if there == "directory":
        (etc / "x").mkdir()
    else:
        os.mkfifo(etc / "x")
    assert not apply(ConfigSet("blog"), host).changed
    assert (etc / "x").exists()


def test_a_directory_stays_when_its_files_go(host, etc, want):
    apply(ConfigSet("blog", (want.directory(etc / "d"), want.file(etc / "d/f"))), host)
    assert apply(ConfigSet("blog"), host).paths == [f"{etc}/d/f"]
    assert list((etc / "d").iterdir()) == []


def test_a_directory_may_be_made_absent_with_what_the_set_had_in_it(host, etc, want):
    apply(ConfigSet("blog", (want.directory(etc / "d"), want.file(etc / "d/f"))), host)
    assert apply(ConfigSet("blog", (want.absent(etc / "d"),)), host).paths == [f"{etc}/d"]
    assert list(etc.iterdir()) == []


def test_a_set_that_owns_nothing_leaves_nothing(host, etc, want):
    apply(ConfigSet("blog", (want.file(etc / "f"),)), host)
    apply(ConfigSet("blog"), host)
    assert [entry.name for entry in Path(host.journals).iterdir()] == [".lock"]


@pytest.mark.parametrize("content", ["{", "[]", '{"paths": []}', "\xff"])
@pytest.mark.parametrize("name", ["blog", "shop"])
def test_a_damaged_manifest_is_named_and_nothing_is_changed(host, etc, want, name, content):
    for existing in ("blog", "shop"):
        apply(ConfigSet(existing, (want.file(etc / "f"),)), host)
    manifest(host, name).write_bytes(content.encode("latin-1"))
    for run in (apply, preview):
        with pytest.raises(paths.Refused, match=f"the manifest '{manifest(host, name)}' is damaged"):
            run(ConfigSet("blog"), host)
    assert (etc / "f").exists()


def test_a_file_that_may_have_been_secret_goes_without_being_shown(host, etc, want):
    apply(ConfigSet("blog", (want.file(etc / "key", SECRET, 0o644, secret=True),)), host)
    attributes, content = diffs.describe(preview(ConfigSet("blog"), host).changes)
    assert attributes["before"].startswith("kind: file\n")
    assert attributes["after"] == "kind: absent\n"
    assert (content["before"], content["after"]) == ("(the old content is not shown)\n", "")
