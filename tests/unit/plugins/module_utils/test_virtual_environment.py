# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""virtual_environment: its rules, and its order of work with a stand-in for uv."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hardened.django.plugins.module_utils import _virtual_environment as virtual_environment
from ansible_collections.hardened.django.plugins.module_utils._virtual_environment import (
    Answer,
    BuildError,
    Credentials,
    Options,
    Provider,
    ensure,
)

DRIVERS = [
    Provider(["psycopg", "psycopg2", "psycopg2-binary"], "psycopg[binary]", ">=4.2"),
    Provider(["psycopg2", "psycopg2-binary"], "psycopg2-binary", "<4.2"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "release"
    directory.mkdir()
    return directory


def options(project: Path, **changes: Any) -> Options:
    defaults: dict[str, Any] = {
        "path": str(project / ".venv"),
        "project": str(project),
        "python": "/usr/bin/python3",
        "python_directory": "/opt/uv/python",
        "uv": "uv",
        "cache": "/var/cache/uv",
        "install_project": False,
        "bytecode_from": "",
    }
    return Options(**{**{field: [] for field in Options._fields}, **defaults, **changes})


class FakeUv:
    """Answers as uv does for requirements that are already pins; every line of every file is in the resolution."""

    def __init__(self, offline: bool = True) -> None:
        self.offline = offline
        self.commands: list[list[str]] = []
        self.failing = ""
        self.brings: list[str] = []
        self.netrc = ""

    def __call__(self, command: list[str], cwd: str, environment: dict[str, str]) -> Answer:
        self.commands.append(command)
        words = " ".join(command[1:])
        if self.failing and self.failing in words:
            return Answer(1, "", f"{self.failing} went wrong")
        if "--offline" in command and not self.offline:
            return Answer(1, "", "not in the cache")
        if "NETRC" in environment:
            self.netrc = Path(environment["NETRC"]).read_text(encoding="utf-8")
        if "venv" in command:
            Path(command[-1], "lib").mkdir(parents=True)
        elif "export" in command:
            Path(command[command.index("--output") + 1]).write_text("django==5.2 --hash=sha256:00\n")
        elif "-c" in command:
            return Answer(0, "3.13.5 cpython-313\n", "")
        elif "compile" in command:
            files = [Path(word) for word in command if word.endswith(".txt") and "constraints" not in word]
            lines = [line for file in files for line in file.read_text().splitlines()]
            # What only the index knows is not in the cache yet.
            lines += self.brings if "--offline" not in command else []
            return Answer(0, "\n".join(line if "==" in line else line + "==1.0" for line in lines), "")
        elif "list" in command:
            return Answer(0, json.dumps([{"name": "Django", "version": "5.2"}]), "")
        return Answer(0, "", "")

    def ran(self, *words: str) -> list[list[str]]:
        return [command for command in self.commands if all(word in command for word in words)]


# where the requirements come from


def found(project: Path, **changes: Any) -> list[str]:
    return virtual_environment.find_files(options(project, **changes))


def test_the_most_exact_declaration_wins(project: Path) -> None:
    order = (
        "uv.lock",
        "poetry.lock",
        "Pipfile.lock",
        "requirements.txt",
        "requirements/production.txt",
        "requirements/prod.txt",
        "requirements/base.txt",
        "pyproject.toml",
    )
    (project / "requirements").mkdir()
    for name in reversed(order):
        (project / name).write_text('[project]\ndependencies = ["django"]\n')
        assert found(project) == [name]


def test_the_caller_overrules_the_project(project: Path) -> None:
    for name in ("uv.lock", "prod.txt"):
        (project / name).write_text("")
    assert found(project, requirements_files=["prod.txt"]) == ["prod.txt"]
    assert found(project, requirements=["django"]) == []
    assert found(project, requirements=["django"], requirements_files=["prod.txt"]) == ["prod.txt"]


@pytest.mark.parametrize(
    ("pyproject", "message"),
    [
        (None, r"^release_requirements: the source has none of uv\.lock, .*base\.txt, and no pyproject"),
        ("[tool.ruff]\n", r"^release_requirements: the source has none of"),
        ('[project]\nname = "x"\ndependencies = []\n', r"^release_requirements: the source has none of"),
        ('[tool.poetry.dependencies]\ndjango = "^5"\n', r"^release_requirements: .*Poetry.*add poetry\.lock"),
        ("[project", r"^pyproject\.toml of the source cannot be read: "),
    ],
)
def test_without_a_declaration_the_message_names_the_variable(
    project: Path, pyproject: str | None, message: str
) -> None:
    if pyproject is not None:
        (project / "pyproject.toml").write_text(pyproject)
    with pytest.raises(BuildError, match=message):
        found(project)


def test_dependencies_that_a_build_system_computes_count(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\ndynamic = ["dependencies"]\n')
    assert found(project) == ["pyproject.toml"]


def test_a_file_that_is_not_there_is_named(project: Path) -> None:
    with pytest.raises(BuildError, match=r"^release_requirements_files: the source has no file req/prod\.txt"):
        found(project, requirements_files=["req/prod.txt"])


def test_a_package_needs_requirements(project: Path) -> None:
    with pytest.raises(BuildError, match=r"^release_requirements: a source without code"):
        virtual_environment.find_files(options(project)._replace(project=""))


def test_requirements_files_are_read_with_what_they_include(project: Path) -> None:
    (project / "requirements").mkdir()
    (project / "requirements.txt").write_text(
        "--require-hashes\n-r requirements/prod.txt\nsix==1 \\\n    --hash=sha256:aa\n"
    )
    (project / "requirements/prod.txt").write_text("--requirement=base.txt # basis\n-c pins.txt\n-e ./lib\n")
    (project / "requirements/base.txt").write_bytes("django\r\n".encode("utf-16"))
    assert virtual_environment.requirement_lines(str(project / "requirements.txt")) == [
        "django",
        f"--constraint {project}/requirements/pins.txt",
        "-e ./lib",
        "six==1 \\",
        "    --hash=sha256:aa",
    ]


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("-e git+https://e.org/a.git@v1#egg=a", "a @ git+https://e.org/a.git@v1"),
        ("--editable=git+ssh://git@e.org/a#egg=a[x]&subdirectory=b", "a[x] @ git+ssh://git@e.org/a#subdirectory=b"),
        ("-e git+https://e.org/a.git # ours", "git+https://e.org/a.git # ours"),
        ("-e ./a#egg=a", "-e ./a#egg=a"),
        ("a @ git+https://e.org/a.git", "a @ git+https://e.org/a.git"),
        ("django-e==1", "django-e==1"),
    ],
)
def test_editable_git_sources_are_written_as_uv_wants_them(project: Path, line: str, written: str) -> None:
    (project / "requirements.txt").write_text(line)
    assert virtual_environment.requirement_lines(str(project / "requirements.txt")) == [written]


PIPFILE_LOCK = {
    "_meta": {"sources": [{"url": "https://pypi.org/simple"}]},
    "default": {
        "django": {
            "version": "==5.2",
            "extras": ["argon2", "bcrypt"],
            "hashes": ["sha256:aa", "sha256:bb"],
            "markers": "python_version >= '3.10'",
        },
        "anything": {"version": "*"},
        "archive": {"file": "https://example.org/a.zip"},
        "forked": {"git": "https://example.org/a.git", "ref": "abc", "subdirectory": "py"},
        "local": {"path": "./lib", "editable": True},
    },
    "develop": {"pytest": {"version": "==8"}},
}


def test_a_broken_pipfile_lock_is_told(project: Path) -> None:
    (project / "Pipfile.lock").write_text("<<<<<<< HEAD")
    with pytest.raises(BuildError, match=r"^Pipfile\.lock of the source cannot be read: "):
        ensure(options(project), False, FakeUv())


def test_a_pipfile_lock_becomes_requirements() -> None:
    assert virtual_environment.pipfile_requirements(PIPFILE_LOCK, "/srv/x") == [
        "anything",
        "archive @ https://example.org/a.zip",
        "django[argon2,bcrypt]==5.2 ; python_version >= '3.10' --hash=sha256:aa --hash=sha256:bb",
        "forked @ git+https://example.org/a.git@abc#subdirectory=py",
        "local @ file:///srv/x/lib",
    ]


@pytest.mark.parametrize(
    ("urls", "lines"),
    [
        (["https://pypi.org/simple/"], []),
        (["https://a.example/"], ["--index-url https://a.example/"]),
        (
            ["https://pypi.org/simple", "https://a.example"],
            ["--index-url https://pypi.org/simple", "--extra-index-url https://a.example"],
        ),
    ],
)
def test_indexes_of_a_pipfile_lock_are_kept(urls: list[str], lines: list[str]) -> None:
    lock = {"_meta": {"sources": [{"url": url} for url in urls]}}
    assert virtual_environment.pipfile_requirements(lock, "/srv/x") == lines


# versions


@pytest.mark.parametrize(
    ("version", "specifier", "fits"),
    [
        ("3.11.2", "", True),
        ("3.11.2", ">=3.10", True),
        ("3.9.1", ">=3.10", False),
        ("3.11.2", ">=3.10,<3.11", False),
        ("3.11.2", ">= 3.10 , <4.0", True),
        ("3.11.2", "<=3.11", False),
        ("3.11.0", "<=3.11", True),
        ("3.11.0", "==3.11", True),
        ("3.11.2", "==3.11.*", True),
        ("3.12.0", "==3.11.*", False),
        ("3.11.2", "!=3.11.*", False),
        ("3.11.2", "!=3.11.1", True),
        ("3.11.2", "~=3.10", True),
        ("4.0.0", "~=3.10", False),
        ("3.11.2", "~=3.10.0", False),
        ("3.11.2", ">3.11", True),
        ("3.11.2", "===3.11.2", True),
        ("5.2rc1", ">=5.2", True),
        ("4.2.16", "<4.2", False),
    ],
)
def test_a_version_fits_a_specifier(version: str, specifier: str, fits: bool) -> None:
    assert virtual_environment.version_matches(version, specifier) is fits


def test_a_wrong_specifier_is_told() -> None:
    with pytest.raises(BuildError, match=r"'\^4' is no version specifier"):
        virtual_environment.version_matches("4.2", "^4")


def test_the_wrong_python_names_the_variable_before_anything_is_resolved(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.14"\ndependencies = ["django"]\n')
    uv = FakeUv()
    with pytest.raises(BuildError, match=r"^release_python: .*>=3\.14, this is Python 3\.13\.5"):
        ensure(options(project), False, uv)
    assert not uv.ran("compile")
    assert os.listdir(project) == ["pyproject.toml"]


# what gets added


def test_a_resolution_is_read() -> None:
    text = "# by uv\n-e ./lib\n./wheels/a.whl\nDjango==5.2\nzope.interface[x]==1 ; python_version > '3'\nfork @ git+https://e/f\n"
    assert virtual_environment.parse_resolution(text) == {"django": "5.2", "zope-interface": "1", "fork": ""}


def test_constraints_are_the_lines_with_a_name() -> None:
    text = "-e ./lib\n./a.whl\n/srv/x\nfile:///srv/x\ndjango==5.2\nfork @ git+https://e/f==1\n"
    assert virtual_environment.as_constraints(text) == ["django==5.2", "fork @ git+https://e/f==1"]


@pytest.mark.parametrize(
    ("resolution", "added"),
    [
        ({"django": "5.2"}, ["psycopg[binary]"]),
        ({"django": "4.2"}, ["psycopg[binary]"]),
        ({"django": "4.1.13"}, ["psycopg2-binary"]),
        ({"django": "3.2", "psycopg": "3.1"}, ["psycopg2-binary"]),
        ({"django": "5.2", "psycopg": "3.1"}, []),
        ({"django": "5.2", "psycopg2-binary": "2.9"}, []),
        ({"django": ""}, ["psycopg[binary]"]),
    ],
)
def test_what_is_lacking_depends_on_django(resolution: dict[str, str], added: list[str]) -> None:
    assert virtual_environment.missing(DRIVERS, resolution) == added


def test_names_are_compared_in_any_spelling() -> None:
    assert virtual_environment.missing([Provider(["Psycopg2_Binary"], "x", "")], {"psycopg2-binary": "1"}) == []


# messages


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        ("error: Failed to build `psycopg2==2.8`", "release_build_packages"),
        ("Error: pg_config executable not found.", "release_build_packages"),
        ("The build backend returned an error", "release_build_packages"),
        ("Because the current Python version (3.11.2) does not satisfy Python>=3.12", "release_python"),
        ("hint: An index could not be queried (401 Unauthorized)", "release_index_credentials"),
        ("Because django depends on asgiref", None),
    ],
)
def test_a_failure_shows_uv_s_words_and_the_variable_that_helps(words: str, variable: str | None) -> None:
    message = virtual_environment.explain("It failed", words)
    assert message.startswith("It failed:\n" + words)
    variables = ("release_build_packages", "release_python", "release_index_credentials")
    assert [name for name in variables if name in message] == ([variable] if variable else [])


def test_a_long_failure_is_cut_to_its_end() -> None:
    message = virtual_environment.explain("It failed", "\n".join(str(number) for number in range(1000)))
    assert message.endswith("\n999")
    assert len(message.splitlines()) == virtual_environment.SHOWN_LINES + 1


# the order of work


@pytest.fixture
def declared(project: Path) -> Path:
    (project / "requirements.txt").write_text("django==5.2\n")
    return project


def built(project: Path) -> list[str]:
    return sorted(name for name in os.listdir(project) if name.startswith(".venv"))


def test_a_build_and_nothing_to_do_afterwards(declared: Path) -> None:
    uv = FakeUv()
    changed, environment = ensure(options(declared, providers=DRIVERS), False, uv)
    assert changed
    assert environment == virtual_environment.Environment(
        "requirements.txt", "3.13.5", "5.2", {"django": "5.2"}, ["psycopg[binary]"]
    )
    link = declared / ".venv"
    assert link.is_symlink()
    assert built(declared) == [".venv", os.readlink(link)]
    again = FakeUv()
    assert ensure(options(declared, providers=DRIVERS), False, again) == (False, environment)
    assert again.commands == []


@pytest.mark.parametrize(
    "changes",
    [
        {"packages": ["whitenoise"]},
        {"python": "3.12"},
        {"providers": DRIVERS},
        {"constraints": ["asgiref<4"]},
        {"build_constraints": ["setuptools<70"]},
        {"arguments": ["--prerelease=allow"]},
        {"poetry": ["poetry==2.5.0"]},
        {"requirements": ["django==4.2"]},
    ],
)
def test_every_option_that_decides_is_noticed(declared: Path, changes: dict[str, Any]) -> None:
    ensure(options(declared), False, FakeUv())
    assert ensure(options(declared, **changes), False, FakeUv())[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"cache": "/elsewhere"},
        {"uv": "/opt/uv"},
        {"bytecode_from": "/srv/old"},
        {"index_credentials": [Credentials("index.example", "ada", "secret")]},
    ],
)
def test_an_option_that_does_not_decide_rebuilds_nothing(declared: Path, changes: dict[str, Any]) -> None:
    ensure(options(declared), False, FakeUv())
    assert not ensure(options(declared, **changes), False, FakeUv())[0]


def test_a_changed_requirements_file_is_noticed(declared: Path) -> None:
    ensure(options(declared), False, FakeUv())
    (declared / "requirements.txt").write_text("django==5.2\nsix==1\n")
    assert ensure(options(declared), False, FakeUv())[0]


def test_an_interpreter_of_a_new_system_is_noticed(declared: Path) -> None:
    python = declared / "python3"
    python.symlink_to("python3.11")
    ensure(options(declared, python=str(python)), False, FakeUv())
    python.unlink()
    python.symlink_to("python3.13")
    assert ensure(options(declared, python=str(python)), False, FakeUv())[0]


@pytest.mark.parametrize("step", ["venv", "compile", "install", "list"])
def test_a_failed_build_leaves_the_former_environment(declared: Path, step: str) -> None:
    ensure(options(declared), False, FakeUv())
    before, target = built(declared), os.readlink(declared / ".venv")
    uv = FakeUv()
    uv.failing = step
    with pytest.raises(BuildError, match=f"{step} went wrong"):
        ensure(options(declared, packages=["six"]), False, uv)
    assert built(declared) == before
    assert os.readlink(declared / ".venv") == target


@pytest.mark.parametrize("left", [None, "", '{"source": "requ'])
def test_a_half_built_environment_is_built_again(declared: Path, left: str | None) -> None:
    ensure(options(declared), False, FakeUv())
    half = declared / os.readlink(declared / ".venv")
    (half / virtual_environment.RECORD).unlink()
    if left is not None:
        (half / virtual_environment.RECORD).write_text(left)
    (half / "left").write_text("")
    uv = FakeUv()
    ensure(options(declared), False, uv)
    assert uv.ran("venv")
    assert not (half / "left").exists()


def test_the_environment_before_is_kept_and_older_ones_are_not(declared: Path) -> None:
    targets = []
    for package in ("one", "two", "three"):
        ensure(options(declared, packages=[package]), False, FakeUv())
        targets.append(os.readlink(declared / ".venv"))
    assert built(declared) == sorted([".venv", *targets[1:]])
    assert ensure(options(declared, packages=["two"]), True, FakeUv())[0]
    assert os.readlink(declared / ".venv") == targets[2]
    back = FakeUv()
    assert ensure(options(declared, packages=["two"]), False, back)[0]
    assert back.commands == []
    assert os.readlink(declared / ".venv") == targets[1]


def test_a_directory_in_the_way_is_not_touched(declared: Path) -> None:
    (declared / ".venv").mkdir()
    with pytest.raises(BuildError, match=r"\.venv is a directory"):
        ensure(options(declared), False, FakeUv())


def test_check_mode_runs_nothing(declared: Path, tmp_path: Path) -> None:
    uv = FakeUv()
    assert ensure(options(declared), True, uv)[0]
    assert ensure(options(tmp_path / "not unpacked yet"), True, uv)[0]
    assert (uv.commands, built(declared)) == ([], [])
    ensure(options(declared), False, FakeUv())
    assert not ensure(options(declared), True, uv)[0]
    assert ensure(options(declared, packages=["six"]), True, uv)[0]


def test_additions_are_resolved_together_with_the_project(declared: Path) -> None:
    uv = FakeUv()
    ensure(options(declared, providers=DRIVERS), False, uv)
    look, decision = uv.ran("compile")
    assert "--offline" in look
    assert "--offline" not in decision
    (install,) = uv.ran("install")
    for command, names in ((decision, ("project-0.txt", "added.txt")), (install, ("project-0.txt", "pins.txt"))):
        assert set(names) <= {os.path.basename(word) for word in command}


def test_an_empty_cache_leads_to_the_index(declared: Path) -> None:
    uv = FakeUv(offline=False)
    ensure(options(declared), False, uv)
    assert [("--offline" in command) for command in uv.ran("compile")] == [True, False, False]
    assert [("--offline" in command) for command in uv.ran("install")] == [True, False]


def test_what_only_the_index_knows_is_considered(declared: Path) -> None:
    # The Django of the cache wants one driver, the newer one of the index another.
    (declared / "requirements.txt").write_text("django==4.1\n")
    uv = FakeUv()
    uv.brings = ["django==5.2"]
    drivers = [DRIVERS[0], Provider(["psycopg2"], "psycopg2", "<4.2")]
    assert ensure(options(declared, providers=drivers), False, uv)[1].added == ["psycopg2"]
    drivers[0] = Provider(["psycopg"], "psycopg", ">=4.2")
    uv = FakeUv()
    uv.brings = ["django==5.2"]
    assert ensure(options(declared, providers=drivers), False, uv)[1].added == ["psycopg2", "psycopg"]


def test_a_provider_that_provides_something_else_ends(declared: Path) -> None:
    wrong = [Provider(["gunicorn"], "unicorn", "")]
    assert ensure(options(declared, providers=wrong), False, FakeUv())[1].added == ["unicorn"]


def test_requirements_without_django_name_the_variable(project: Path) -> None:
    (project / "requirements.txt").write_text("six==1\n")
    with pytest.raises(BuildError, match=r"^release_requirements: requirements\.txt does not bring Django"):
        ensure(options(project), False, FakeUv())


def test_extras_without_a_pyproject_name_the_variables(declared: Path) -> None:
    with pytest.raises(BuildError, match=r"^release_extras and release_groups .* come from requirements\.txt"):
        ensure(options(declared, extras=["s3"]), False, FakeUv())


def test_a_project_without_build_system_cannot_be_installed(declared: Path) -> None:
    with pytest.raises(BuildError, match=r"^release_install_project: .* no build-system"):
        ensure(options(declared, install_project=True), False, FakeUv())


def test_a_poetry_lock_is_read_by_poetry_and_not_by_uv(project: Path) -> None:
    (project / "api").mkdir()
    (project / "api/poetry.lock").write_text("")
    uv = FakeUv()
    chosen = {"requirements_files": ["api/poetry.lock"], "extras": ["s3"], "groups": ["deploy"]}
    wanted = {"poetry": ["poetry==2"], "arguments": ["--no-index"]}
    assert ensure(options(project, **chosen, **wanted), False, uv)[1].source == "api/poetry.lock"
    (install,) = uv.ran("install", "poetry==2")
    assert "--no-index" in install
    (export,) = uv.ran("export")
    assert export[0].endswith("/poetry/bin/poetry")
    assert export[export.index("--project") + 1] == str(project / "api")
    assert export[-4:] == ["--extras", "s3", "--with", "deploy"]
    assert not [command for command in uv.ran("compile") if any("s3" in word for word in command)]


def test_a_poetry_lock_that_poetry_refuses_is_told_in_its_words(project: Path) -> None:
    (project / "poetry.lock").write_text("")
    uv = FakeUv()
    uv.failing = "export"
    with pytest.raises(BuildError, match=r"^poetry\.lock cannot be used; .* Poetry .*\n.*export.* went wrong"):
        ensure(options(project), False, uv)
    assert built(project) == []


def test_credentials_reach_uv_in_a_file_that_is_gone_afterwards(declared: Path) -> None:
    uv = FakeUv()
    ensure(options(declared, index_credentials=[Credentials("index.example", "ada", 'a "b\\ #c')]), False, uv)
    assert uv.netrc == 'machine index.example login "ada" password "a \\"b\\\\ #c"\n'
    assert not [word for command in uv.commands for word in command if "#c" in word]
    without = FakeUv()
    ensure(options(declared, packages=["six"]), False, without)
    assert without.netrc == ""


# bytecode


def environment(directory: Path) -> Path:
    (directory / "__pycache__").mkdir(parents=True)
    (directory / "a.py").write_text("x = 1")
    (directory / "__pycache__/a.cpython-313.pyc").write_bytes(b"bytecode")
    os.utime(directory / "a.py", (1000, 1000))
    return directory


def test_bytecode_of_the_same_file_is_linked(tmp_path: Path) -> None:
    old = environment(tmp_path / "old")
    new = environment(tmp_path / "new")
    (new / "__pycache__/a.cpython-313.pyc").unlink()
    (new / "__pycache__").rmdir()
    assert virtual_environment.take_bytecode(str(new / "a.py"), str(old / "a.py"), "cpython-313")
    assert (new / "__pycache__/a.cpython-313.pyc").samefile(old / "__pycache__/a.cpython-313.pyc")


def test_a_copy_is_shared_and_its_bytecode_too(tmp_path: Path) -> None:
    old = environment(tmp_path / "old")
    new = environment(tmp_path / "new")
    (new / "__pycache__/a.cpython-313.pyc").unlink()
    os.utime(new / "a.py", (2000, 2000))
    virtual_environment.share(str(new / "a.py"), str(old / "a.py"))
    assert (new / "a.py").samefile(old / "a.py")
    assert virtual_environment.take_bytecode(str(new / "a.py"), str(old / "a.py"), "cpython-313")
    assert (new / "__pycache__/a.cpython-313.pyc").samefile(old / "__pycache__/a.cpython-313.pyc")


@pytest.mark.parametrize("change", ["content", "size", "mode", "type", "nothing before", "in the cache"])
def test_what_is_not_a_copy_is_not_shared(tmp_path: Path, change: str) -> None:
    new, former = tmp_path / "new.py", tmp_path / "former.py"
    new.write_text("x = 1")
    former.write_text({"content": "x = 2", "size": "x = 10"}.get(change, "x = 1"))
    if change == "mode":
        former.chmod(0o755)
    elif change == "type":
        former.rename(tmp_path / "elsewhere.py")
        former.symlink_to("elsewhere.py")
    elif change == "nothing before":
        former.unlink()
    elif change == "in the cache":
        (tmp_path / "cache.py").hardlink_to(new)
    inode = new.stat().st_ino
    virtual_environment.share(str(new), str(former))
    assert (new.stat().st_ino, new.read_text()) == (inode, "x = 1")


def test_the_time_of_a_file_in_the_cache_stays(tmp_path: Path) -> None:
    old = environment(tmp_path / "old")
    new = environment(tmp_path / "new")
    (new / "__pycache__/a.cpython-313.pyc").unlink()
    os.utime(new / "a.py", (2000, 2000))
    (tmp_path / "cache.py").hardlink_to(new / "a.py")
    virtual_environment.share(str(new / "a.py"), str(old / "a.py"))
    assert not virtual_environment.take_bytecode(str(new / "a.py"), str(old / "a.py"), "cpython-313")
    assert (tmp_path / "cache.py").stat().st_mtime == 2000


@pytest.mark.parametrize("change", ["content", "size", "interpreter"])
def test_bytecode_of_another_file_is_not_taken(tmp_path: Path, change: str) -> None:
    old = environment(tmp_path / "old")
    new = environment(tmp_path / "new")
    (new / "__pycache__/a.cpython-313.pyc").unlink()
    if change != "interpreter":
        (new / "a.py").write_text({"content": "x = 2", "size": "x = 10"}[change])
        os.utime(new / "a.py", (2000, 2000) if change == "content" else (1000, 1000))
    tag = "cpython-312" if change == "interpreter" else "cpython-313"
    assert not virtual_environment.take_bytecode(str(new / "a.py"), str(old / "a.py"), tag)
    assert os.listdir(new / "__pycache__") == []
    assert not virtual_environment.take_bytecode(str(new / "a.py"), str(tmp_path / "none/a.py"), tag)
