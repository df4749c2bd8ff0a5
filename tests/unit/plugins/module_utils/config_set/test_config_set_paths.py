from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.hardened.django.plugins.module_utils._config_set import paths

NOBODY = "no-such-user"


def make(path: Path, kind: str) -> None:
    if kind == "file":
        path.write_text("old\n")
        path.chmod(0o644)
    elif kind == "directory":
        path.mkdir(mode=0o755)
        path.chmod(0o755)
        (path / "inside").write_text("old\n")
    elif kind == "link":
        path.symlink_to("inside")
    elif kind == "link to a directory":
        path.symlink_to(path.parent)
    elif kind == "special file":
        os.mkfifo(path)


def install(wanted: list[paths.Wanted]) -> list[paths.Change]:
    changes = paths.plan(wanted)
    for change in changes:
        paths.put(change.wanted.path, change.after)
    return changes


@pytest.mark.parametrize("there", ["absent", "file", "link", "link to a directory"])
@pytest.mark.parametrize("kind", ["file", "link", "absent"])
def test_files_links_and_absences_replace_each_other(etc, want, there, kind):
    path = etc / "x"
    make(path, there)
    wanted = {"file": want.file(path), "link": want.link(path, "a/b"), "absent": want.absent(path)}[kind]
    changes = install([wanted])
    assert len(changes) == (0 if there == kind == "absent" else 1)
    assert paths.read_state(str(path)).kind == kind
    assert paths.plan([wanted]) == []
    assert [entry.name for entry in etc.iterdir()] == ([] if kind == "absent" else ["x"])


@pytest.mark.parametrize(
    ("there", "kind"),
    [
        ("directory", "file"),
        ("directory", "link"),
        ("file", "directory"),
        ("link", "directory"),
        ("link to a directory", "directory"),
        ("special file", "file"),
        ("special file", "directory"),
        ("special file", "link"),
        ("special file", "absent"),
    ],
)
def test_a_replacement_that_could_lose_data_is_refused(etc, want, there, kind):
    path = etc / "x"
    make(path, there)
    wanted = {
        "file": want.file(path),
        "link": want.link(path, "a"),
        "directory": want.directory(path),
        "absent": want.absent(path),
    }[kind]
    with pytest.raises(paths.Refused, match=f"'{path}' is a .* on this host, but should be of kind {kind}"):
        paths.plan([wanted])


def test_a_directory_is_made_with_its_parents_first(etc, want):
    wanted = [want.directory(etc / "a" / "b", 0o2750), want.directory(etc / "a", 0o700), want.file(etc / "a/b/f")]
    assert [change.wanted.path for change in install(wanted)] == [f"{etc}/a", f"{etc}/a/b", f"{etc}/a/b/f"]
    assert stat.S_IMODE((etc / "a/b").stat().st_mode) == 0o2750
    assert paths.plan(wanted) == []


@pytest.mark.parametrize("content", ["", "no newline", "two\n\n", "ümläut ☃\n", "\r\n"])
def test_a_file_has_exactly_the_content(etc, want, content):
    wanted = [want.file(etc / "f", content)]
    install(wanted)
    assert (etc / "f").read_bytes() == content.encode()
    assert paths.plan(wanted) == []


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640, 0o755, 0o4755])
def test_a_file_gets_its_mode_whatever_the_umask(etc, want, mode):
    (etc / "old").write_text("new\n")
    before = os.umask(0o077)
    try:
        install([want.file(etc / "new", mode=mode), want.file(etc / "old", mode=mode)])
    finally:
        os.umask(before)
    assert stat.S_IMODE((etc / "new").stat().st_mode) == stat.S_IMODE((etc / "old").stat().st_mode) == mode


def test_a_secret_is_never_readable_by_others_while_it_is_written(etc, want, monkeypatch):
    seen = []
    fsync = os.fsync

    def spy(descriptor):
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    install([want.file(etc / "f", "s3cret", mode=0o640, secret=True)])
    assert seen == [0o600]


def test_writing_through_a_link_leaves_its_target_alone(etc, want):
    (etc / "target").write_text("precious\n")
    (etc / "f").symlink_to("target")
    install([want.file(etc / "f")])
    assert not (etc / "f").is_symlink()
    assert (etc / "target").read_text() == "precious\n"


def test_one_of_two_hard_links_is_replaced_alone(etc, want):
    (etc / "other").write_text("precious\n")
    os.link(etc / "other", etc / "f")
    install([want.file(etc / "f")])
    assert (etc / "other").read_text() == "precious\n"


@pytest.mark.parametrize("path", ["relative", "/", "//", "/a/../b", "/a/./b", "/a//b", "//a", "/a/", ""])
def test_a_path_in_another_form_is_refused(want, path):
    with pytest.raises(paths.Refused, match="must be absolute"):
        paths.plan([paths.Wanted(path, paths.ABSENT)])


def test_a_path_given_twice_is_refused(etc, want):
    with pytest.raises(paths.Refused, match=f"'{etc}/f' is listed twice"):
        paths.plan([want.file(etc / "f"), want.absent(etc / "f")])


@pytest.mark.parametrize("kind", ["file", "link", "absent"])
def test_a_path_below_something_else_than_a_directory_is_refused(etc, want, kind):
    parent = {"file": want.file(etc / "a"), "link": want.link(etc / "a", "b"), "absent": want.absent(etc / "a")}[kind]
    with pytest.raises(paths.Refused, match=f"'{etc}/a/b/c' lies below '{etc}/a'"):
        paths.plan([want.file(etc / "a/b/c"), parent])


@pytest.mark.parametrize("there", ["absent", "file"])
def test_a_missing_parent_is_named(etc, want, there):
    make(etc / "a", there)
    with pytest.raises(paths.Refused, match=f"the parent directory of '{etc}/a/f' does not exist: list '{etc}/a'"):
        paths.plan([want.file(etc / "a/f")])


def test_a_parent_that_is_a_link_to_a_directory_will_do(etc, want):
    (etc / "real").mkdir()
    (etc / "a").symlink_to("real")
    install([want.file(etc / "a/f")])
    assert (etc / "real/f").read_text() == "new\n"


@pytest.mark.parametrize("field", ["owner", "group"])
def test_an_unknown_owner_or_group_is_named(etc, want, field):
    with pytest.raises(paths.Refused, match=f"{field} '{NOBODY}' of '{etc}/f' does not exist"):
        paths.plan([want.file(etc / "f")._replace(**{field: NOBODY})])


def test_on_a_fresh_host_what_is_missing_counts_as_still_to_come(etc, want):
    wanted = [want.file(etc / "a/f"), want.file(etc / "g")._replace(owner=NOBODY, group=NOBODY)]
    (etc / "g").write_text("new\n")
    changes = paths.plan(wanted, assume_prepared=True)
    assert [change.wanted.path for change in changes] == [f"{etc}/a/f", f"{etc}/g"]


def test_a_removed_directory_comes_back_as_it_was(etc, want):
    make(etc / "a", "directory")
    (etc / "a/link").symlink_to("inside")
    os.utime(etc / "a", ns=(1, 1))
    inode = (etc / "a/inside").stat().st_ino
    before = paths.read_state(f"{etc}/a")
    install([want.absent(etc / "a")])
    assert not (etc / "a").exists()
    paths.put_back({f"{etc}/a": before})
    assert paths.read_state(f"{etc}/a") == before
    assert (etc / "a/inside").stat().st_ino == inode
    assert (etc / "a/link").is_symlink()
    assert [entry.name for entry in etc.iterdir()] == ["a"]


def test_what_others_have_put_into_a_new_directory_is_kept(etc, want):
    wanted = [want.directory(etc / "media"), want.file(etc / "media/ours")]
    previous = {change.wanted.path: change.before for change in install(wanted)}
    (etc / "media/upload").write_text("theirs\n")
    paths.put_back(previous)
    assert [entry.name for entry in (etc / "media").iterdir()] == ["upload"]
