# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""source_archive with real repositories and directories."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hardened.django.plugins.module_utils import _source_archive as source_archive
from ansible_collections.hardened.django.plugins.module_utils._source_archive import Source, SourceError, resolve


@pytest.fixture(autouse=True)
def only_this_git_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = {"user.name": "A", "user.email": "a@example.org", "protocol.file.allow": "always"}
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (key, value) in enumerate(settings.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)


def git(directory: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True, text=True).stdout.strip()


def commit(directory: Path, name: str, content: str) -> str:
    (directory / name).write_text(content)
    git(directory, "add", name)
    git(directory, "commit", "--quiet", "--message", content)
    return git(directory, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    directory = tmp_path / "repository"
    directory.mkdir()
    git(directory, "init", "--quiet", "--initial-branch=main")
    return directory


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def from_git(repository: Path, version: str, cache: Path) -> Source:
    return resolve({"type": "git", "url": repository.as_uri(), "version": version}, str(cache))


def from_directory(path: Path, cache: Path) -> Source:
    return resolve({"type": "directory", "path": str(path)}, str(cache))


def content(source: Source) -> dict[str, str]:
    """Maps the files of an archive to their text and the links to their targets."""
    with tarfile.open(source.archive) as tar:
        found = {}
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            found[member.name] = file.read().decode() if file else "-> " + member.linkname
        return found


# git


def test_a_branch_stands_for_its_last_commit(repository: Path, cache: Path) -> None:
    commit(repository, "a", "one")
    last = commit(repository, "a", "two")
    source = from_git(repository, "main", cache)
    assert source.id == last[:12]
    assert source.description == f"main ({last[:12]})"
    assert content(source) == {"a": "two"}


def test_an_annotated_tag_stands_for_its_commit_and_goes_before_a_branch(repository: Path, cache: Path) -> None:
    first = commit(repository, "a", "one")
    git(repository, "tag", "--annotate", "--message", "x", "v1")
    commit(repository, "a", "two")
    git(repository, "branch", "v1")
    source = from_git(repository, "v1", cache)
    assert source.id == first[:12]
    assert content(source) == {"a": "one"}


@pytest.mark.parametrize("length", [7, 12, 40])
def test_a_commit_in_the_past_is_found(repository: Path, cache: Path, length: int) -> None:
    first = commit(repository, "a", "one")
    commit(repository, "a", "two")
    source = from_git(repository, first[:length], cache)
    assert source.id == first[:12]
    assert content(source) == {"a": "one"}


def test_a_full_commit_in_the_cache_needs_no_repository(repository: Path, cache: Path) -> None:
    first = commit(repository, "a", "one")
    before = from_git(repository, "main", cache)
    repository.rename(repository.with_name("moved"))
    assert from_git(repository, first, cache).archive == before.archive


@pytest.mark.parametrize("version", ["main", "annotated"])
def test_a_known_commit_is_not_fetched_again(
    repository: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    commit(repository, "a", "one")
    git(repository, "tag", "--annotate", "--message", "x", "annotated")
    from_git(repository, version, cache)
    asked: list[str] = []
    run = source_archive._run

    def listen(command: list[str], *rest: Any) -> Any:
        asked.append(command[1])
        return run(command, *rest)

    monkeypatch.setattr(source_archive, "_run", listen)
    from_git(repository, version, cache)
    assert "ls-remote" in asked
    assert "fetch" not in asked


def test_a_branch_that_moves_meanwhile_does_not_change_the_answer(
    repository: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = commit(repository, "a", "one")
    references = source_archive._remote_references(repository.as_uri())
    monkeypatch.setattr(source_archive, "_remote_references", lambda _url: references)
    commit(repository, "a", "two")
    source = from_git(repository, "main", cache)
    assert source.id == first[:12]
    assert content(source) == {"a": "one"}


def test_submodules_are_in_the_archive_and_git_is_not(repository: Path, cache: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init", "--quiet")
    commit(library, "code", "library")
    commit(repository, "a", "one")
    git(repository, "submodule", "--quiet", "add", library.as_uri(), "library")
    git(repository, "commit", "--quiet", "--message", "submodule")
    found = content(from_git(repository, "main", cache))
    assert found["library/code"] == "library"
    assert sorted(found) == [".gitmodules", "a", "library/code"]


def test_an_unknown_version_names_the_variable_and_near_ones(repository: Path, cache: Path) -> None:
    commit(repository, "a", "one")
    for tag in ("v1.0", "v1.1", "unlike"):
        git(repository, "tag", tag)
    with pytest.raises(SourceError, match=r"^project_source\.version: .* 'v1\.2'; it has v1\.\d, v1\.\d") as error:
        from_git(repository, "v1.2", cache)
    assert "unlike" not in str(error.value)


def test_an_unknown_commit_names_the_variable(repository: Path, cache: Path) -> None:
    commit(repository, "a", "one")
    for version in ("0" * 40, "0123456"):
        with pytest.raises(SourceError, match=rf"^project_source\.version: .*'{version}'; it has main"):
            from_git(repository, version, cache)


def test_a_repository_that_does_not_answer_names_the_variable(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^project_source\.url: file:.* does not answer: .*not.*repository"):
        from_git(tmp_path / "none", "main", cache)


def test_a_failed_checkout_leaves_nothing_in_the_cache(repository: Path, cache: Path) -> None:
    commit(repository, "a", "one")
    with pytest.raises(SourceError):
        from_git(repository, "0" * 40, cache)
    assert os.listdir(cache) == ["lock"]


def test_git_never_asks_for_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -i key")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    seen: dict[str, str] = {}
    monkeypatch.setattr(source_archive, "_run", lambda _command, _cwd, environment: seen.update(environment))
    source_archive._git("version")
    assert seen["GIT_TERMINAL_PROMPT"] == "0"
    assert seen["GIT_SSH_COMMAND"].startswith("ssh -i key -o BatchMode=yes")
    assert "GIT_DIR" not in seen


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:secret@example.org/a.git", "https://example.org/a.git"),
        ("https://token@example.org/a.git", "https://example.org/a.git"),
        ("git@example.org:a.git", "git@example.org:a.git"),
        ("https://example.org/@a", "https://example.org/@a"),
    ],
)
def test_messages_show_no_credentials_of_a_url(url: str, shown: str) -> None:
    assert source_archive.without_password(url) == shown


# directories


def test_in_a_work_tree_only_what_git_does_not_ignore_is_taken(repository: Path, cache: Path) -> None:
    commit(repository, ".gitignore", "ignored\n")
    commit(repository, "deleted", "x")
    commit(repository, "tracked", "old")
    (repository / "deleted").unlink()
    (repository / "tracked").write_text("changed")
    (repository / "new").write_text("new")
    (repository / "ignored").write_text("secret")
    found = content(from_directory(repository, cache))
    assert found == {".gitignore": "ignored\n", "tracked": "changed", "new": "new"}


def test_a_directory_inside_a_work_tree_is_taken_alone(repository: Path, cache: Path) -> None:
    (repository / "site").mkdir()
    commit(repository, "site/a", "one")
    commit(repository, "b", "two")
    assert content(from_directory(repository / "site", cache)) == {"a": "one"}


def test_another_repository_inside_a_work_tree_is_taken_too(repository: Path, cache: Path) -> None:
    commit(repository, "a", "one")
    inner = repository / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet")
    commit(inner, "b", "two")
    assert content(from_directory(repository, cache)) == {"a": "one", "inner/b": "two"}


def test_a_repository_that_git_cannot_read_is_no_plain_directory(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/.git").write_text("gitdir: /nowhere\n")
    with pytest.raises(SourceError, match=r"^project_source\.path: git cannot read"):
        from_directory(tmp_path / "broken", cache)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    directory = tmp_path / "plain"
    directory.mkdir()
    (directory / "manage.py").write_text("code")
    return directory


def test_without_git_what_is_no_source_stays_at_home(plain: Path, cache: Path) -> None:
    for name in ("venv/a", "node_modules/a", "pkg/__pycache__/a.pyc", "pkg/b.pyc", "db.sqlite3", "env/pyvenv.cfg"):
        (plain / name).parent.mkdir(parents=True, exist_ok=True)
        (plain / name).write_text("x")
    (plain / "pkg/venv.py").write_text("module")
    assert content(from_directory(plain, cache)) == {"manage.py": "code", "pkg/venv.py": "module"}


def test_the_id_depends_on_content_and_nothing_else(plain: Path, cache: Path) -> None:
    (plain / "link").symlink_to("manage.py")
    first = from_directory(plain, cache)
    assert re.fullmatch(r"[0-9a-f]{12}", first.id)
    os.utime(plain / "manage.py", (1, 1))
    assert from_directory(plain, cache) == first
    seen = {first.id}
    for change in (
        "chmod 755 manage.py",
        "echo other > manage.py",
        "mv manage.py other.py",
        "ln -sf other.py link",
        "rm link; printf other.py > link",
    ):
        subprocess.run(change, shell=True, cwd=plain, check=True)
        source = from_directory(plain, cache)
        assert source.id not in seen
        seen.add(source.id)


def test_equal_contents_make_equal_archives_without_traces_of_the_controller(plain: Path, tmp_path: Path) -> None:
    (plain / "manage.py").chmod(0o700)
    first = from_directory(plain, tmp_path / "one")
    os.utime(plain / "manage.py", (1, 1))
    second = from_directory(plain, tmp_path / "two")
    packed = Path(first.archive).read_bytes()
    assert packed == Path(second.archive).read_bytes()
    assert int.from_bytes(packed[4:8], "little") == source_archive.MODIFICATION_TIME, "gzip keeps the time of day"
    with tarfile.open(first.archive) as tar:
        member = tar.getmember("manage.py")
    assert (member.uid, member.gid, member.uname, member.mode) == (0, 0, "", 0o755)
    assert member.mtime >= 315532800, "zip files know no time before 1980"


def test_links_inside_the_source_are_kept(plain: Path, cache: Path) -> None:
    (plain / "deep").mkdir()
    (plain / "deep/link").symlink_to("../manage.py")
    (plain / "directory").symlink_to("deep")
    assert content(from_directory(plain, cache)) == {
        "manage.py": "code",
        "deep/link": "-> ../manage.py",
        "directory": "-> deep",
    }


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "deep/../../secret", ".."])
def test_a_link_out_of_the_source_is_refused(plain: Path, cache: Path, target: str) -> None:
    (plain / "link").symlink_to(target)
    with pytest.raises(SourceError, match=r"^project_source: the link link points to "):
        from_directory(plain, cache)
    assert os.listdir(cache) == ["lock"]


def test_names_in_any_encoding_survive(plain: Path, cache: Path) -> None:
    name = os.fsdecode("grün".encode("latin-1"))
    (plain / name).write_text("x")
    assert content(from_directory(plain, cache))[name] == "x"


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, lambda path: path.write_text("x")])
def test_no_or_an_empty_directory_names_the_variable(tmp_path: Path, cache: Path, make: Any) -> None:
    make(tmp_path / "project")
    with pytest.raises(SourceError, match=r"^project_source\.path: .*project (is no directory|holds no files)"):
        from_directory(tmp_path / "project", cache)


def test_the_cache_keeps_the_archives_used_last(plain: Path, cache: Path) -> None:
    first = from_directory(plain, cache)
    kept = []
    for number in range(source_archive.ARCHIVES_KEPT + 1):
        (plain / "manage.py").write_text(str(number))
        source = from_directory(plain, cache)
        os.utime(source.archive, (number, number))
        kept.append(source.archive)
    (cache / "archive-left").write_text("by an interrupted run")
    (cache / "checkout-left").mkdir()
    assert from_directory(plain, cache).archive == kept[-1]
    assert not os.path.exists(kept[0])
    assert os.path.exists(first.archive), "it is the newest by its time"
    assert len(os.listdir(cache)) == source_archive.ARCHIVES_KEPT + 1


# packages


@pytest.mark.parametrize(
    ("requirement", "identity"),
    [
        ("My_Site==1.4", "my-site-1.4"),
        (" mysite [s3, ldap] == 1.4.post1 ", "mysite-1.4.post1"),
        ("mysite===2.0+local!1", "mysite-2.0-local-1"),
        ("mysite @ https://example.org/mysite-1.tar.gz", "mysite-bf7629ef1a4f"),
    ],
)
def test_a_package_is_known_by_name_and_version(requirement: str, identity: str, cache: Path) -> None:
    source = resolve({"type": "pypi", "requirement": requirement}, str(cache))
    assert source == Source(id=identity, description=requirement.strip(), archive="")


@pytest.mark.parametrize("requirement", ["mysite", "mysite>=1", "mysite==1.*", "mysite==1,!=1.1", "", "../x==1"])
def test_a_package_without_one_version_is_refused(requirement: str, cache: Path) -> None:
    with pytest.raises(SourceError, match=r"^project_source\.requirement: .* must name one version"):
        resolve({"type": "pypi", "requirement": requirement}, str(cache))
