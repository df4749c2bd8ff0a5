# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the virtual environment of a release with uv. Private to this collection."""

from __future__ import annotations

import codecs
import filecmp
import hashlib
import json
import operator
import os
import re
import shutil
import stat
import sys
import tempfile
import typing as t
from contextlib import contextmanager

RECORD = "hardened-django.json"
DIGEST_LENGTH = 12

LOCK_FILES = ("uv.lock", "poetry.lock", "Pipfile.lock")
REQUIREMENTS_FILES = (
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
)
PUBLIC_INDEX = "https://pypi.org/simple"
SHOWN_LINES = 25

SHOW_PYTHON = "import platform, sys; print(platform.python_version(), sys.implementation.cache_tag)"

# Long enough for a slow mirror and a big wheel, in seconds; uv's own limit is 30.
HTTP_TIMEOUT = "300"

HINTS = (
    (
        re.compile(r"failed to build|build backend|build_wheel|pg_config|command '\S+' failed", re.IGNORECASE),
        "A package has no wheel for this host and did not build. "
        "The Debian packages it needs belong in release_build_packages.",
    ),
    (
        re.compile(r"current Python version|requires[- ]python|does not satisfy Python", re.IGNORECASE),
        "A fitting interpreter belongs in release_python.",
    ),
    (
        re.compile(r"\b401 Unauthorized|\b403 Forbidden|valid authentication credentials", re.IGNORECASE),
        "User name and password of a package index belong in release_index_credentials.",
    ),
)

COMPARISONS: dict[str, t.Callable[[t.Any, t.Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


class BuildError(Exception):
    """The environment can't be built; the message names the variable to look at."""


class Provider(t.NamedTuple):
    """A requirement to add when the resolution has none of some distributions."""

    any_of: list[str]
    requirement: str
    django: str


class Credentials(t.NamedTuple):
    """User name and password for all package indexes of a host."""

    host: str
    username: str
    password: str


class Options(t.NamedTuple):
    """What the module was asked for."""

    path: str
    project: str
    python: str
    python_directory: str
    uv: str
    cache: str
    requirements: list[str]
    requirements_files: list[str]
    extras: list[str]
    groups: list[str]
    packages: list[str]
    providers: list[Provider]
    constraints: list[str]
    build_constraints: list[str]
    arguments: list[str]
    index_credentials: list[Credentials]
    poetry: list[str]
    install_project: bool
    bytecode_from: str


class Environment(t.NamedTuple):
    """What a complete environment holds."""

    source: str
    python: str
    django: str
    packages: dict[str, str]
    added: list[str]


class Inputs(t.NamedTuple):
    """What uv resolves: requirement files, and what to take of a pyproject.toml."""

    files: list[str]
    selection: list[str]


class Answer(t.NamedTuple):
    """How a command ended."""

    rc: int
    stdout: str
    stderr: str


class Runner(t.Protocol):
    """Runs a command in a directory, with additions to the process environment."""

    def __call__(self, command: list[str], cwd: str, environment: dict[str, str]) -> Answer: ...


def ensure(options: Options, check_mode: bool, run: Runner) -> tuple[bool, Environment]:
    """Brings the environment about and tells whether anything had to be done."""
    if os.path.isdir(options.path) and not os.path.islink(options.path):
        raise BuildError(f"{options.path} is a directory, but this module keeps a link there; choose another path")
    if check_mode and options.project and not os.path.isdir(options.project):
        # On a fresh host check mode has unpacked nothing.
        return True, Environment("", "", "", {}, [])
    files = find_files(options)
    built = f"{options.path}-{digest(options, files)}"
    environment = read_record(built)
    if environment is None:
        if check_mode:
            return True, Environment(describe(options, files), "", "", {}, [])
        environment = _build(options, files, built, run)
    return _switch(options.path, built, check_mode), environment


def digest(options: Options, files: list[str]) -> str:
    """Returns a short hash over all that decides what is in the environment."""
    # A new Debian release brings another interpreter under the same name, with which the old environment is of no use.
    python = os.path.realpath(options.python) if os.sep in options.python else options.python
    deciding = options._replace(python=python, cache="", bytecode_from="", uv="", index_credentials=[])
    total = hashlib.sha256(json.dumps(deciding, sort_keys=True).encode())
    for name in files:
        with open(os.path.join(options.project, name), "rb") as stream:
            total.update(stream.read())
    return total.hexdigest()[:DIGEST_LENGTH]


def read_record(built: str) -> Environment | None:
    """Returns what a complete environment holds; None when it is missing or half-built."""
    try:
        with open(os.path.join(built, RECORD), encoding="utf-8") as stream:
            return Environment(**json.load(stream))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def _switch(path: str, built: str, check_mode: bool) -> bool:
    """Points the link at the built environment in one step; keeps the one before for what still runs in it."""
    before = os.readlink(path) if os.path.islink(path) else ""
    target = os.path.basename(built)
    if before == target:
        return False
    if not check_mode:
        unfinished = path + ".new"
        if os.path.islink(unfinished):
            os.unlink(unfinished)
        os.symlink(target, unfinished)
        os.replace(unfinished, path)
        for sibling in _siblings(path):
            if os.path.basename(sibling) not in (before, target):
                shutil.rmtree(sibling)
    return True


def _siblings(path: str) -> list[str]:
    parent, name = os.path.split(path)
    pattern = re.compile(rf"{re.escape(name)}-[0-9a-f]{{{DIGEST_LENGTH}}}")
    return [os.path.join(parent, entry) for entry in os.listdir(parent) if pattern.fullmatch(entry)]


# where the requirements come from


def find_files(options: Options) -> list[str]:
    """Names the project's files that declare its requirements: those that were chosen, or the first that is there."""
    for name in options.requirements_files:
        if not os.path.isfile(os.path.join(options.project, name)):
            raise BuildError(f"release_requirements_files: the source has no file {name}")
    if options.requirements or options.requirements_files:
        return options.requirements_files
    if not options.project:
        raise BuildError("release_requirements: a source without code needs requirements")
    for name in (*LOCK_FILES, *REQUIREMENTS_FILES):
        if os.path.isfile(os.path.join(options.project, name)):
            return [name]
    pyproject = read_pyproject(options.project)
    if declares_dependencies(pyproject):
        return ["pyproject.toml"]
    if "dependencies" in pyproject.get("tool", {}).get("poetry", {}):
        raise BuildError(
            "release_requirements: pyproject.toml declares its dependencies in Poetry's own table, which uv ignores; "
            "add poetry.lock to the source, or list them in release_requirements"
        )
    known = ", ".join((*LOCK_FILES, *REQUIREMENTS_FILES))
    raise BuildError(
        f"release_requirements: the source has none of {known}, and no pyproject.toml with dependencies; "
        "name its files in release_requirements_files or list the packages in release_requirements"
    )


def describe(options: Options, files: list[str]) -> str:
    return ", ".join([*(["release_requirements"] if options.requirements else []), *files])


def declares_dependencies(pyproject: dict[str, t.Any]) -> bool:
    project = pyproject.get("project", {})
    return bool(project.get("dependencies")) or "dependencies" in project.get("dynamic", [])


def read_pyproject(project: str) -> dict[str, t.Any]:
    # The collection can be imported by Pythons that have no tomllib; hosts have Python 3.11 or newer.
    import tomllib

    try:
        with open(os.path.join(project, "pyproject.toml"), "rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise BuildError(f"pyproject.toml of the source cannot be read: {error}") from error


def check_python(pyproject: dict[str, t.Any], python: str) -> None:
    wanted = str(pyproject.get("project", {}).get("requires-python", ""))
    if not version_matches(python, wanted):
        raise BuildError(
            f"release_python: requires-python in the project's pyproject.toml wants {wanted}, this is Python {python}"
        )


def version_matches(version: str, specifier: str) -> bool:
    """Tells whether a version lies within a specifier such as >=3.10,<4; pre-releases count as their release."""
    release = _release(version)
    for clause in filter(None, (part.strip() for part in specifier.split(","))):
        match = re.fullmatch(r"(~=|===?|!=|>=|<=|>|<)\s*v?([0-9][^\s*]*?)(\.\*)?", clause)
        if match is None:
            raise BuildError(f"{clause!r} is no version specifier")
        sign, wanted, prefix = match[1], _release(match[2]), bool(match[3])
        if sign == "~=":
            fits = release >= wanted and release[: len(wanted) - 1] == wanted[:-1]
        elif prefix:
            fits = COMPARISONS[sign](release[: len(wanted)], wanted)
        else:
            length = max(len(release), len(wanted))
            fits = COMPARISONS[sign[:2]](_padded(release, length), _padded(wanted, length))
        if not fits:
            return False
    return True


def _release(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def _padded(release: tuple[int, ...], length: int) -> tuple[int, ...]:
    return release + (0,) * (length - len(release))


def requirement_lines(path: str) -> list[str]:
    """Returns the lines of a requirements file and those it includes, with Git sources in the form that uv accepts."""
    with open(path, "rb") as stream:
        data = stream.read()
    # PowerShell's redirection writes UTF-16.
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    lines: list[str] = []
    for line in data.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace").splitlines():
        included = re.match(r"\s*(-r|--requirement|-c|--constraint)[ =]*([^\s#]\S*)", line)
        if included is None:
            # Hashes that are there are checked in any case; with this line uv would refuse additions, which have none.
            lines.extend([] if line.strip() == "--require-hashes" else [_without_editable_git(line)])
            continue
        other = os.path.join(os.path.dirname(path), included[2])
        lines.extend(requirement_lines(other) if included[1].lstrip("-")[0] == "r" else ["--constraint " + other])
    return lines


def _without_editable_git(line: str) -> str:
    """Turns -e git+URL#egg=name, an old way to write a Git source that uv refuses, into name @ git+URL."""
    match = re.match(r"\s*(?:-e|--editable)[ =]*(git\+[^\s#]+)(?:#(\S+))?(.*)", line)
    if match is None:
        return line
    url, fragment, rest = match.groups()
    fields = dict(field.partition("=")[::2] for field in (fragment or "").split("&"))
    source = url + ("#subdirectory=" + fields["subdirectory"] if "subdirectory" in fields else "")
    return (f"{fields['egg']} @ {source}" if "egg" in fields else source) + rest


def read_pipfile(path: str) -> dict[str, t.Any]:
    try:
        with open(path, encoding="utf-8") as stream:
            lock: dict[str, t.Any] = json.load(stream)
    except json.JSONDecodeError as error:
        raise BuildError(f"Pipfile.lock of the source cannot be read: {error}") from error
    return lock


def pipfile_requirements(lock: dict[str, t.Any], project: str) -> list[str]:
    """Turns the default section of a Pipfile.lock into lines of a requirements file, with its indexes and hashes."""
    urls = [source["url"] for source in lock.get("_meta", {}).get("sources", [])]
    lines = []
    if urls and [url.rstrip("/") for url in urls] != [PUBLIC_INDEX]:
        # The public index alone is not named, so that a mirror which the host prefers stays in use.
        lines = ["--index-url " + urls[0], *("--extra-index-url " + url for url in urls[1:])]
    for name, entry in sorted(lock.get("default", {}).items()):
        extras = "[" + ",".join(entry["extras"]) + "]" if entry.get("extras") else ""
        line = name + extras + _pipfile_location(entry, project)
        if entry.get("markers"):
            line += " ; " + entry["markers"]
        lines.append(" ".join([line, *("--hash=" + value for value in entry.get("hashes", []))]))
    return lines


def _pipfile_location(entry: dict[str, t.Any], project: str) -> str:
    if "git" in entry:
        reference = "@" + entry["ref"] if entry.get("ref") else ""
        subdirectory = "#subdirectory=" + entry["subdirectory"] if entry.get("subdirectory") else ""
        return f" @ git+{entry['git']}{reference}{subdirectory}"
    if "file" in entry:
        return " @ " + str(entry["file"])
    if "path" in entry:
        return " @ file://" + os.path.normpath(os.path.join(project, entry["path"]))
    return str(entry.get("version", "")).replace("*", "")


# what gets added


def normalized(name: str) -> str:
    """Returns the one spelling of a distribution's name under which all of its spellings are equal."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_resolution(text: str) -> dict[str, str]:
    """Maps the distributions of uv's resolution to versions; one that comes from a URL has no version yet."""
    resolution = {}
    for line in text.splitlines():
        match = re.match(r"([A-Za-z0-9][\w.-]*)(\[[^\]]*\])?\s*(?:==\s*([^\s;]+)|@\s)", line)
        if match:
            resolution[normalized(match[1])] = match[3] or ""
    return resolution


def missing(providers: list[Provider], resolution: dict[str, str]) -> list[str]:
    """Lists the requirements of those providers that fit the resolved Django and whose job nothing does yet."""
    # A Django from a URL is a development version.
    django = resolution.get("django") or "9999"
    return [
        provider.requirement
        for provider in providers
        if version_matches(django, provider.django)
        and not any(normalized(name) in resolution for name in provider.any_of)
    ]


def as_constraints(resolution: str) -> list[str]:
    """Keeps the lines of a resolution that uv takes as constraints: it refuses editable and nameless ones there."""
    return [line for line in resolution.splitlines() if re.match(r"[A-Za-z0-9][^/]*(==|\s@\s)", line)]


# building


def explain(problem: str, words: str) -> str:
    """Returns a message: what failed, the last lines that uv printed, and which variable may help."""
    shown = "\n".join(words.strip().splitlines()[-SHOWN_LINES:])
    hints = [hint for pattern, hint in HINTS if pattern.search(words)]
    return "\n".join([problem + ":", shown, *hints])


class Uv:
    """Runs uv for one environment and turns failures into messages."""

    def __init__(self, options: Options, built: str, netrc: str, run: Runner) -> None:
        self.options = options
        self.netrc = netrc
        self.python = os.path.join(built, "bin", "python")
        # Relative paths in requirement files start from here.
        self.directory = options.project or os.path.dirname(built)
        self._run = run

    def __call__(self, problem: str, *arguments: str) -> str:
        """Runs one uv command and returns its output; a failure is told as that problem with uv's words."""
        answer = self._answer(arguments)
        if answer.rc != 0:
            raise BuildError(explain(problem, answer.stderr or answer.stdout))
        return answer.stdout

    def from_cache_or_index(self, problem: str, *arguments: str) -> str:
        """Does the same without the network when the cache has all it takes: asking for news is what costs time."""
        answer = self._answer((*arguments, "--offline"))
        return answer.stdout if answer.rc == 0 else self(problem, *arguments)

    def _answer(self, arguments: t.Sequence[str]) -> Answer:
        environment = {
            "UV_CACHE_DIR": self.options.cache,
            # uv's own place is in root's home, where no service can read it.
            "UV_PYTHON_INSTALL_DIR": self.options.python_directory,
            "UV_HTTP_TIMEOUT": HTTP_TIMEOUT,
            "UV_NO_PROGRESS": "1",
            "NO_COLOR": "1",
        }
        if self.netrc:
            environment["NETRC"] = self.netrc
        return self._run([self.options.uv, *arguments], self.directory, environment)

    def run_python(self, *arguments: str) -> Answer:
        """Runs the environment's own interpreter, apart from the modules that lie in the project's directory."""
        return self._run([self.python, "-I", *arguments], self.directory, {})

    def run_poetry(self, environment: str, *arguments: str) -> Answer:
        """Runs Poetry from an environment of its own, apart from what its user has configured on the host."""
        places = {f"POETRY_{kind}_DIR": os.path.join(environment, kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}
        program = os.path.join(environment, "bin", "poetry")
        return self._run([program, "--no-ansi", "--no-interaction", *arguments], self.directory, places)


def _build(options: Options, files: list[str], built: str, run: Runner) -> Environment:
    _remove(built)
    os.makedirs(os.path.dirname(built), exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as work, netrc(options.index_credentials) as path:
            environment = _fill(Uv(options, built, path, run), files, built, work)
    except BaseException:
        _remove(built)
        raise
    with open(os.path.join(built, RECORD), "w", encoding="utf-8") as stream:
        json.dump(environment._asdict(), stream)
    return environment


@contextmanager
def netrc(index_credentials: list[Credentials]) -> t.Iterator[str]:
    """Gives the path of a netrc file, which is in memory only: not even a killed run leaves a password on the disk."""
    if not index_credentials:
        yield ""
        return
    with os.fdopen(os.memfd_create("netrc"), "w", encoding="utf-8") as stream:
        for host, *login in index_credentials:
            username, password = (re.sub(r'(["\\])', r"\\\1", word) for word in login)
            stream.write(f'machine {host} login "{username}" password "{password}"\n')
        stream.flush()
        yield f"/proc/{os.getpid()}/fd/{stream.fileno()}"


def _remove(built: str) -> None:
    if os.path.isdir(built):
        shutil.rmtree(built)


def _fill(uv: Uv, files: list[str], built: str, work: str) -> Environment:
    options = uv.options
    source = describe(options, files)
    uv("release_python: no usable interpreter", "venv", "--quiet", "--no-project", "--python", options.python, built)
    python, tag = uv.run_python("-c", SHOW_PYTHON).stdout.split()
    if options.project:
        check_python(read_pyproject(options.project), python)

    inputs = _inputs(uv, files, work)
    resolution, added = _resolve(uv, inputs, work, source)
    if "django" not in parse_resolution(resolution):
        raise BuildError(f"release_requirements: {source} does not bring Django; name the right files or packages")
    _install(uv, inputs, work, resolution)
    _compile_bytecode(uv, built, work, tag)
    listing = uv("The packages cannot be listed", "pip", "list", "--python", uv.python, "--format", "json")
    packages = {normalized(package["name"]): package["version"] for package in json.loads(listing)}
    return Environment(source, python, packages.get("django", ""), packages, added)


def _inputs(uv: Uv, files: list[str], work: str) -> Inputs:
    """Returns what uv resolves: the project's files in a form that uv reads, and what the caller wants in any case."""
    options = uv.options
    inputs = Inputs([], [])
    chosen = False
    for number, name in enumerate(files):
        path = os.path.join(options.project, name)
        converted = os.path.join(work, f"project-{number}.txt")
        if os.path.basename(name) == "uv.lock":
            _export_lock(uv, os.path.dirname(path), converted)
            chosen = True
        elif os.path.basename(name) == "poetry.lock":
            _export_poetry_lock(uv, name, work, converted)
            chosen = True
        elif os.path.basename(name) == "Pipfile.lock":
            _write(work, os.path.basename(converted), pipfile_requirements(read_pipfile(path), options.project))
        elif os.path.basename(name) == "pyproject.toml":
            converted = path
            inputs.selection.extend(_selection(options, path + ":"))
            chosen = True
        else:
            _write(work, os.path.basename(converted), requirement_lines(path))
        inputs.files.append(converted)
    if (options.extras or options.groups) and not chosen:
        raise BuildError(
            "release_extras and release_groups choose from uv.lock, poetry.lock or pyproject.toml, "
            f"but the requirements come from {describe(options, files)}"
        )
    if options.install_project and "build-system" not in read_pyproject(options.project):
        raise BuildError("release_install_project: the project's pyproject.toml has no build-system to install it with")
    wanted = [*options.requirements, *options.packages, *([options.project] if options.install_project else [])]
    if wanted:
        inputs.files.append(_write(work, "wanted.txt", wanted))
    return inputs


def _selection(options: Options, pyproject: str) -> list[str]:
    extras = [part for extra in options.extras for part in ("--extra", extra)]
    return extras + [part for group in options.groups for part in ("--group", pyproject + group)]


def _export_lock(uv: Uv, project: str, exported: str) -> None:
    """Writes what a uv.lock pins into a requirements file: no project itself, no development packages."""
    fixed = ["--quiet", "--frozen", "--no-default-groups", "--no-emit-project", "--no-editable", "--no-header"]
    place = ["--project", project, "--python", uv.python, "--output-file", exported]
    problem = "uv.lock of the source cannot be read"
    uv(problem, "export", *fixed, "--no-annotate", *place, *_selection(uv.options, ""))


def _export_poetry_lock(uv: Uv, name: str, work: str, exported: str) -> None:
    """Writes what a poetry.lock pins into a requirements file, by Poetry itself: only it knows if the lock is stale."""
    place = os.path.join(work, "poetry")
    problem = f"release_poetry: Poetry, which reads {name}, cannot be installed"
    if not os.path.isdir(place):
        uv(problem, "venv", "--quiet", "--no-project", "--python", sys.executable, place)
        command = ["pip", "install", "--quiet", "--python", os.path.join(place, "bin", "python")]
        uv.from_cache_or_index(problem, *command, *uv.options.arguments, *uv.options.poetry)
    chosen = [part for extra in uv.options.extras for part in ("--extras", extra)]
    chosen += [part for group in uv.options.groups for part in ("--with", group)]
    project = os.path.dirname(os.path.join(uv.options.project, name))
    answer = uv.run_poetry(place, "export", "--project", project, "--output", exported, *chosen)
    if answer.rc != 0:
        problem = f"{name} cannot be used; mend it with Poetry in the project, and deploy the result"
        raise BuildError(explain(problem, answer.stderr or answer.stdout))


def _resolve(uv: Uv, inputs: Inputs, work: str, source: str) -> tuple[str, list[str]]:
    """Resolves the project's requirements and what they lack together; returns the resolution and what was added."""
    inputs.files.append(_write(work, "added.txt", []))
    fixed = ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", uv.python]
    command = [*fixed, *inputs.files, *inputs.selection, *_limits(uv.options, work)]
    problem = f"The project's requirements ({source}) cannot be resolved"
    # A first look, to see what is lacking; the cache is good enough for it, because the next resolution decides.
    added = missing(uv.options.providers, parse_resolution(uv.from_cache_or_index(problem, *command)))
    while True:
        _write(work, "added.txt", added)
        if added:
            problem = f"The project's requirements ({source}) and {', '.join(added)} cannot be resolved together"
        resolution = uv(problem, *command)
        lacking = missing(uv.options.providers, parse_resolution(resolution))
        lacking = [requirement for requirement in lacking if requirement not in added]
        if not lacking:
            return resolution, added
        added += lacking


def _install(uv: Uv, inputs: Inputs, work: str, resolution: str) -> None:
    """Installs the resolution; the files come once more, because only there are hashes, indexes and editable lines."""
    files = [part for name in inputs.files for part in ("--requirements", name)]
    limits = ["--constraints", _write(work, "pins.txt", as_constraints(resolution)), *_limits(uv.options, work)]
    command = ["pip", "install", "--quiet", "--python", uv.python, *files, *inputs.selection, *limits]
    uv.from_cache_or_index("The packages cannot be installed", *command)


def _limits(options: Options, work: str) -> list[str]:
    limits = []
    if options.constraints:
        limits += ["--constraints", _write(work, "constraints.txt", options.constraints)]
    if options.build_constraints:
        limits += ["--build-constraints", _write(work, "build-constraints.txt", options.build_constraints)]
    return limits + options.arguments


def _compile_bytecode(uv: Uv, built: str, work: str, tag: str) -> None:
    """Compiles what has no bytecode yet: a service cannot write it, and would compile at every start."""
    pending = []
    for source in _files(os.path.join(built, "lib")):
        former = uv.options.bytecode_from + source[len(built) :]
        share(source, former)
        if source.endswith(".py") and not take_bytecode(source, former, tag):
            pending.append(source)
    if pending:
        # The answer does not matter: a file that does not compile is a template or meant for another Python.
        uv.run_python("-m", "compileall", "-q", "-j", "0", "-i", _write(work, "pending.txt", pending))


def _files(directory: str) -> list[str]:
    return [os.path.join(parent, name) for parent, _directories, names in os.walk(directory) for name in names]


def share(source: str, former: str) -> None:
    """Makes a file that uv has copied, because its cache is on another file system, a link to the same file before."""
    try:
        now, then = os.lstat(source), os.lstat(former)
        alike = (now.st_mode, now.st_size, now.st_uid) == (then.st_mode, then.st_size, then.st_uid)
        if now.st_nlink == 1 and alike and stat.S_ISREG(now.st_mode) and filecmp.cmp(source, former, shallow=False):
            os.link(former, source + ".shared")
            os.replace(source + ".shared", source)
    except OSError:
        # Nothing to share, or on another file system: a copy is always possible.
        return


def take_bytecode(source: str, former: str, tag: str) -> bool:
    """Links the bytecode of the same file in a former environment; tells whether there was any to take.

    Compiling is most of the work of a build. Python itself judges bytecode by time and size of the source. Both are
    equal where uv linked the two files from its cache, and where one is shared with the other.
    """
    try:
        now, then = os.stat(source), os.stat(former)
        if (now.st_size, now.st_mtime_ns) != (then.st_size, then.st_mtime_ns):
            return False
        os.makedirs(os.path.dirname(_bytecode(source, tag)), exist_ok=True)
        os.link(_bytecode(former, tag), _bytecode(source, tag))
    except OSError:
        # Nothing to take, or on another file system: compiling is always possible.
        return False
    return True


def _bytecode(source: str, tag: str) -> str:
    directory, name = os.path.split(source)
    return os.path.join(directory, "__pycache__", f"{name[:-3]}.{tag}.pyc")


def _write(directory: str, name: str, lines: t.Iterable[str]) -> str:
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8") as stream:
        stream.writelines(line + "\n" for line in lines)
    return path
