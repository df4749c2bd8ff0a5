# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a description of a project's source into an archive and an id. Private to this collection."""

from __future__ import annotations

import difflib
import fcntl
import gzip
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tarfile
import tempfile
import typing as t
from contextlib import contextmanager

ID_LENGTH = 12

# In a directory that is no git work tree nothing says what belongs to the project, so these stay at home.
IGNORED_DIRECTORIES = frozenset({".git", ".hg", ".svn", ".venv", "venv", "__pycache__", "node_modules"})
IGNORED_FILES = re.compile(r"\.pyc$|^db\.sqlite3$")

# One time for all files makes equal contents an equal archive. Not 0: wheels are zip files, which begin in 1980.
MODIFICATION_TIME = 631152000

ARCHIVES_KEPT = 10

# git's own number for a depth without limit, which also completes a shallow repository.
UNLIMITED = 2147483647


class SourceError(Exception):
    """The source can't be used; the message names the variable to look at."""


class Source(t.NamedTuple):
    """What the hosts need to know of a source."""

    id: str
    description: str
    archive: str


class Reference(t.NamedTuple):
    """A branch or tag of a remote repository and the commit it stands for."""

    name: str
    commit: str


def resolve(source: dict[str, t.Any], cache: str) -> Source:
    """Returns the id, description and archive of a source; builds the archive unless the cache holds it."""
    os.makedirs(cache, mode=0o700, exist_ok=True)
    if source["type"] == "git":
        return _from_git(source["url"], source["version"], cache)
    if source["type"] == "directory":
        return _from_directory(source["path"], cache)
    return from_requirement(source["requirement"])


# git repositories


def _from_git(url: str, version: str, cache: str) -> Source:
    if is_full_commit(version):
        commit, fetched = version, version
    else:
        references = _remote_references(url)
        reference = find_reference(references, version)
        if reference is None and not is_short_commit(version):
            raise SourceError(unknown_version(version, url, references))
        fetched, commit = reference or Reference(name="", commit="")
    with _locked(cache):
        archive = _archive_path(cache, commit[:ID_LENGTH]) if commit else ""
        if not archive or not _is_cached(archive):
            with tempfile.TemporaryDirectory(dir=cache, prefix="checkout-") as checkout:
                commit = _check_out(checkout, url, fetched, commit, version)
                archive = _archive_path(cache, commit[:ID_LENGTH])
                write_archive(checkout, list_directory(checkout), archive)
        _prune(cache, keep=archive)
    return Source(id=commit[:ID_LENGTH], description=f"{version} ({commit[:ID_LENGTH]})", archive=archive)


def is_full_commit(version: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{40}", version) is not None


def is_short_commit(version: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{7,39}", version) is not None


def parse_references(listing: str) -> dict[str, str]:
    """Maps the full names that git ls-remote printed to commits; an annotated tag stands for the commit it is about."""
    references = {}
    for line in listing.splitlines():
        commit, _tab, name = line.partition("\t")
        # git prints the peeled form after the tag itself, so it wins.
        references[name[:-3] if name.endswith("^{}") else name] = commit
    return references


def find_reference(references: dict[str, str], version: str) -> Reference | None:
    """Returns what a version names, with git's own precedence: a tag goes before a branch of the same name."""
    for name in (version, "refs/tags/" + version, "refs/heads/" + version):
        if name in references:
            return Reference(name=name, commit=references[name])
    return None


def unknown_version(version: str, url: str, references: dict[str, str]) -> str:
    names = [re.sub(r"^refs/(tags|heads)/", "", name) for name in references if name != "HEAD"]
    near = [name for name in names if version in name or name in version][:5]
    near = near or difflib.get_close_matches(version, names, n=5, cutoff=0.4) or names[:5]
    help_text = "it has " + ", ".join(near) if near else "it has no branch and no tag"
    return f"project_source.version: {without_password(url)} has no branch, tag or commit {version!r}; {help_text}"


def without_password(url: str) -> str:
    """Drops user name and password or token from a URL, because it ends up in messages."""
    return re.sub(r"(?<=://)[^/@\s]+@", "", url)


def _remote_references(url: str) -> dict[str, str]:
    answer = _git("ls-remote", "--", url, "HEAD", "refs/heads/*", "refs/tags/*")
    if answer.returncode != 0:
        raise SourceError(f"project_source.url: {without_password(url)} does not answer: {_last_words(answer)}")
    return parse_references(answer.stdout)


def _check_out(directory: str, url: str, fetched: str, commit: str, version: str) -> str:
    """Checks a commit and its submodules out into an empty directory and returns the full commit."""
    _git_or_fail("init", "--quiet", cwd=directory)
    # Relative addresses of submodules start from this remote.
    _git_or_fail("remote", "add", "origin", url, cwd=directory)
    if fetched:
        _git("fetch", "--quiet", "--depth=1", "origin", fetched, cwd=directory)
    wanted = ("rev-parse", "--quiet", "--verify", (commit or version) + "^{commit}")
    if _git(*wanted, cwd=directory).returncode != 0:
        # Not every server hands out a commit by its id, none knows abbreviations, and a branch may have moved.
        everything = ("--tags", f"--depth={UNLIMITED}", "origin", "+refs/heads/*:refs/remotes/origin/*")
        answer = _git("fetch", "--quiet", *everything, cwd=directory)
        if answer.returncode != 0:
            raise SourceError(f"project_source.url: {without_password(url)} does not answer: {_last_words(answer)}")
    found = _git(*wanted, cwd=directory)
    if found.returncode != 0:
        raise SourceError(unknown_version(version, url, _local_references(directory)))
    commit = found.stdout.strip()
    _git_or_fail("checkout", "--quiet", "--detach", commit, cwd=directory)
    _git_or_fail("submodule", "--quiet", "update", "--init", "--recursive", cwd=directory)
    return commit


def _local_references(directory: str) -> dict[str, str]:
    listing = _git_or_fail("for-each-ref", "--format=%(objectname)\t%(refname)", cwd=directory)
    return parse_references(listing.replace("refs/remotes/origin/", "refs/heads/"))


def _git(*arguments: str, cwd: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs git so that it fails instead of asking: nobody sits at this terminal."""
    # A git hook that starts a deployment leaves variables that point git at its own repository.
    left_by_hooks = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")
    environment = {name: value for name, value in os.environ.items() if name not in left_by_hooks}
    environment.update({"LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": _ssh_command()})
    return _run(["git", *arguments], cwd, environment)


def _ssh_command() -> str:
    configured = os.environ.get("GIT_SSH_COMMAND")
    if not configured:
        answer = _run(["git", "config", "--get", "core.sshCommand"], None, dict(os.environ))
        configured = answer.stdout.strip() or "ssh"
    return configured + " -o BatchMode=yes -o ConnectTimeout=30"


def _run(command: list[str], cwd: str | None, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except FileNotFoundError:
        raise SourceError("the controller has no git, which project_source needs") from None


def _git_or_fail(*arguments: str, cwd: str) -> str:
    answer = _git(*arguments, cwd=cwd)
    if answer.returncode != 0:
        raise SourceError(f"project_source: git {arguments[0]} failed: {_last_words(answer)}")
    return answer.stdout


def _last_words(answer: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in answer.stderr.splitlines() if line.strip()]
    return without_password(" / ".join(lines[-4:]))


# directories


def _from_directory(path: str, cache: str) -> Source:
    if not os.path.isdir(path):
        raise SourceError(f"project_source.path: {path} is no directory on the controller")
    names = _list_work_tree(path) if _in_work_tree(path) else list_directory(path)
    if not names:
        raise SourceError(f"project_source.path: {path} holds no files")
    identity = hash_files(path, names)
    archive = _archive_path(cache, identity)
    with _locked(cache):
        if not _is_cached(archive):
            write_archive(path, names, archive)
        _prune(cache, keep=archive)
    return Source(id=identity, description=f"{path} ({identity})", archive=archive)


def _in_work_tree(path: str) -> bool:
    """Tells whether git manages a directory; a repository that git refuses to read is an error."""
    parent = os.path.abspath(path)
    while not os.path.exists(os.path.join(parent, ".git")):
        if parent == os.path.dirname(parent):
            return False
        parent = os.path.dirname(parent)
    answer = _git("rev-parse", "--is-inside-work-tree", cwd=path)
    if answer.returncode != 0:
        raise SourceError(f"project_source.path: git cannot read the work tree {path}: {_last_words(answer)}")
    # What a repository ignores as a whole, such as a folder of generated code, is none of its own.
    return answer.stdout.strip() == "true" and _git("check-ignore", "--quiet", ".", cwd=path).returncode != 0


def _list_work_tree(path: str) -> list[str]:
    """Lists the files git tracks or would track, with those of submodules."""
    listing = _git_or_fail("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=path)
    names: list[str] = []
    for name in sorted({name.rstrip("/") for name in listing.split("\0") if name}):
        full = os.path.join(path, name)
        if os.path.isdir(full) and not os.path.islink(full):
            # A submodule or another repository inside this one; git names only the directory.
            inner = _list_work_tree(full) if os.path.exists(os.path.join(full, ".git")) else []
            names.extend(os.path.join(name, inside) for inside in inner)
        elif _is_archivable(full):
            names.append(name)
    return names


def list_directory(path: str) -> list[str]:
    """Lists all files and links below a directory, except what never belongs to a project's source."""
    names = []
    for parent, directories, files in os.walk(path):
        links = [name for name in directories if os.path.islink(os.path.join(parent, name))]
        directories[:] = [
            name
            for name in directories
            if name not in IGNORED_DIRECTORIES
            and name not in links
            and not os.path.exists(os.path.join(parent, name, "pyvenv.cfg"))
        ]
        for name in [*files, *links]:
            full = os.path.join(parent, name)
            # In a submodule .git is a file.
            if name != ".git" and not IGNORED_FILES.search(name) and _is_archivable(full):
                names.append(os.path.relpath(full, path))
    return sorted(names)


def _is_archivable(full: str) -> bool:
    return os.path.islink(full) or os.path.isfile(full)


def hash_files(path: str, names: t.Iterable[str]) -> str:
    """Returns a short hash over names, executable bits, link targets and contents; times and owners do not count."""
    total = hashlib.sha256()
    for name in sorted(names):
        full = os.path.join(path, name)
        if os.path.islink(full):
            kind, content = "link", os.fsencode(os.readlink(full))
        else:
            kind, content = ("program" if _is_executable(full) else "file"), _file_digest(full)
        for part in (os.fsencode(name), kind.encode(), content):
            # The length before each part keeps two different lists from reading the same.
            total.update(b"%d:" % len(part) + part)
    return total.hexdigest()[:ID_LENGTH]


def _file_digest(full: str) -> bytes:
    digest = hashlib.sha256()
    with open(full, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.digest()


def _is_executable(full: str) -> bool:
    return bool(os.stat(full).st_mode & stat.S_IXUSR)


# packages


def from_requirement(requirement: str) -> Source:
    """Returns the id of a requirement that names one version, so that every host installs the same."""
    pinned = re.fullmatch(
        r"\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(\[[\w\s,.-]*\])?\s*"
        r"(===?\s*(?P<version>[A-Za-z0-9][\w.+!-]*)|@\s*(?P<url>\S+))\s*",
        requirement,
    )
    if pinned is None:
        raise SourceError(
            f"project_source.requirement: {requirement!r} must name one version, for instance mysite==1.4, "
            "so that every host installs the same"
        )
    name = re.sub(r"[-_.]+", "-", pinned["name"]).lower()
    version = pinned["version"] or hashlib.sha256(pinned["url"].encode()).hexdigest()[:ID_LENGTH]
    identity = name + "-" + re.sub(r"[^a-z0-9.]+", "-", version.lower())
    return Source(id=identity, description=without_password(requirement.strip()), archive="")


# archives


def write_archive(path: str, names: t.Iterable[str], archive: str) -> None:
    """Writes files into a tar.gz that is equal for equal contents; it appears complete or not at all."""
    names = sorted(names)
    for name in names:
        _refuse_foreign_link(path, name)
    handle, unfinished = tempfile.mkstemp(dir=os.path.dirname(archive), prefix="archive-")
    try:
        with os.fdopen(handle, "wb") as stream:
            _write_tar(stream, path, names)
        os.replace(unfinished, archive)
    except BaseException:
        os.unlink(unfinished)
        raise


def _write_tar(stream: t.IO[bytes], path: str, names: list[str]) -> None:
    packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=stream, mtime=MODIFICATION_TIME)
    with packed, tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in names:
            _add(tar, path, name)


def _add(tar: tarfile.TarFile, path: str, name: str) -> None:
    full = os.path.join(path, name)
    member = tarfile.TarInfo(name)
    member.mtime = MODIFICATION_TIME
    if os.path.islink(full):
        member.type = tarfile.SYMTYPE
        member.linkname = os.readlink(full)
        member.mode = 0o777
        tar.addfile(member)
        return
    with open(full, "rb") as stream:
        member.size = os.fstat(stream.fileno()).st_size
        member.mode = 0o755 if _is_executable(full) else 0o644
        tar.addfile(member, stream)


def _refuse_foreign_link(path: str, name: str) -> None:
    full = os.path.join(path, name)
    if not os.path.islink(full):
        return
    target = os.readlink(full)
    inside = os.path.normpath(os.path.join(os.path.dirname(name), target))
    if os.path.isabs(target) or inside == ".." or inside.startswith("../"):
        raise SourceError(f"project_source: the link {name} points to {target}, outside the source, which no host has")


def _archive_path(cache: str, identity: str) -> str:
    return os.path.join(cache, identity + ".tar.gz")


def _is_cached(archive: str) -> bool:
    try:
        os.utime(archive)
    except FileNotFoundError:
        return False
    return True


def _prune(cache: str, keep: str) -> None:
    """Removes the archives that were not used for the longest time, and what an interrupted run left."""
    archives = sorted((entry for entry in os.scandir(cache) if entry.name.endswith(".tar.gz")), key=_last_use)
    for entry in archives[:-ARCHIVES_KEPT]:
        if entry.path != keep:
            os.unlink(entry.path)
    for entry in os.scandir(cache):
        if entry.name.startswith("checkout-"):
            shutil.rmtree(entry.path)
        elif entry.name.startswith("archive-"):
            os.unlink(entry.path)


def _last_use(entry: os.DirEntry[str]) -> float:
    return entry.stat().st_mtime


@contextmanager
def _locked(cache: str) -> t.Iterator[None]:
    """Keeps two runs of the playbook from writing and cleaning the same cache at the same time."""
    with open(os.path.join(cache, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
