# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles promise each other and their users: variables, specifications, templates, documents."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[3]
ROLES = sorted(path for path in (CHECKOUT / "roles").iterdir() if path.is_dir())
# What is installed on hosts; the preflights are lists of messages.
TEMPLATES = [
    path for role in ROLES for path in sorted((role / "templates").rglob("*.j2")) if path.name != "preflight.j2"
]
MODULES = sorted((CHECKOUT / "plugins/modules").glob("*.py"))
TEMPLATE_LOOKUP = re.compile(r"lookup\('ansible\.builtin\.template', '([^']+)'\)")

each_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)


def below(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


each_template = pytest.mark.parametrize("template", TEMPLATES, ids=below)


@functools.cache
def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}


def specification(role: Path) -> dict[str, Any]:
    entries: dict[str, Any] = load(role / "meta/argument_specs.yml")["argument_specs"]
    return entries


def options_of(role: Path) -> dict[str, Any]:
    options: dict[str, Any] = specification(role)["preflight"]["options"]
    return options


def compiled(path: Path) -> bool:
    """Whether Python left it, when another test imported a file of a role."""
    return path.suffix == ".pyc"


def texts(role: Path, *folders: str) -> dict[Path, str]:
    paths = [path for folder in folders for path in (role / folder).rglob("*") if path.is_file() and not compiled(path)]
    return {path: path.read_text(encoding="utf-8") for path in sorted(paths)}


def mappings(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a YAML document, at any depth."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from mappings(child)


def in_role(role: Path, *folders: str) -> Iterator[dict[str, Any]]:
    for path in texts(role, *folders):
        yield from mappings(load(path))


def names_set_in_tasks(role: Path) -> tuple[set[str], set[str]]:
    """Return the facts that the tasks set, and what holds within a task: registers, loop variables, vars."""
    facts, others = set(), set()
    for mapping in in_role(role, "tasks", "handlers"):
        facts |= set(mapping.get("ansible.builtin.set_fact", {}))
        others |= {mapping[key] for key in ("register", "loop_var") if key in mapping}
        others |= {name for name in mapping.get("vars", {}) if name.startswith("__")}
    return facts, others


def test_something_is_looked_at():
    assert len(ROLES) >= 11
    assert len(TEMPLATES) >= 20
    assert len(MODULES) >= 4


@each_role
def test_options_and_defaults_have_the_same_names(role):
    with_default = {name for name, option in options_of(role).items() if "default" in option}
    assert with_default == set(load(role / "defaults/main.yml"))


@each_role
def test_an_option_without_default_is_required_and_named_in_the_defaults(role):
    comments = (role / "defaults/main.yml").read_text(encoding="utf-8")
    for name, option in options_of(role).items():
        assert bool(option.get("required")) is ("default" not in option), name
        assert "default" in option or name in comments, name


@each_role
def test_options_and_defaults_have_the_same_values(role):
    options = options_of(role)
    for name, value in load(role / "defaults/main.yml").items():
        assert (options[name]["default"], type(options[name]["default"])) == (value, type(value)), name


@each_role
def test_every_option_has_a_type_and_a_description(role):
    for mapping in mappings(specification(role)):
        for name, option in mapping.get("options", {}).items():
            assert option.get("type"), name
            assert option.get("description"), name
            assert (option["type"] == "list") is ("elements" in option), name


@each_role
def test_every_option_is_named_after_its_role(role):
    assert [name for name in options_of(role) if not name.startswith(f"{role.name}_")] == []


@each_role
def test_every_entry_takes_the_same_options(role):
    for entry, content in specification(role).items():
        assert content["options"] == options_of(role), entry
        assert (role / f"tasks/{entry}.yml").is_file(), entry
        assert content.get("short_description"), entry


@each_role
def test_playbooks_can_ask_for_the_preflight_alone(role):
    # The role project is nothing else, and checks itself once instead of each time that another role depends on it.
    assert ("main" in specification(role)) is (role.name != "project")
    assert (role / "tasks/preflight.yml").is_file()
    assert (role / "templates/preflight.j2").is_file()


@each_role
def test_every_variable_of_the_role_exists(role):
    facts, others = names_set_in_tasks(role)
    private = set(load(role / "vars/main.yml") or {}) | others | facts
    public = set(options_of(role)) | facts
    # A word after "." or "/" is part of a module's or a file's name; an indented key of vars/ is one of a dictionary.
    word = re.compile(rf"(?<![\w./])(?:__)?{role.name}_[a-z0-9]\w*")
    for path, text in texts(role, "tasks", "handlers", "templates", "vars").items():
        for name in word.findall(re.sub(r"(?m)^ +\w+:", "", text) if path.parent.name == "vars" else text):
            assert name in (private if name.startswith("__") else public), below(path)


@each_role
def test_every_private_variable_is_named_after_its_role(role):
    facts, others = names_set_in_tasks(role)
    private = set(load(role / "vars/main.yml") or {}) | others
    assert [name for name in private if not name.startswith(f"__{role.name}_")] == []
    assert [name for name in facts if not name.removeprefix("__").startswith(f"{role.name}_")] == []


@each_role
def test_every_public_fact_is_documented(role):
    description = str([entry.get("description") for entry in specification(role).values()])
    facts = names_set_in_tasks(role)[0]
    assert [name for name in facts if not name.startswith("__") and f"C({name})" not in description] == []


@each_role
def test_only_defaults_read_the_variables_of_the_project(role):
    if role.name != "project":
        parts = texts(role, "tasks", "handlers", "templates", "files")
        assert [below(path) for path, text in parts.items() if re.search(r"(?<!\w)(__)?project_", text)] == []


def test_no_role_name_begins_another():
    names = [role.name for role in ROLES]
    assert [(one, other) for one in names for other in names if one != other and other.startswith(one)] == []


@each_template
def test_a_template_says_who_manages_the_file(template):
    lines = template.read_text(encoding="utf-8").splitlines()
    first = lines[1] if lines[0].startswith("#!") else lines[0]
    assert re.fullmatch(r"\{\{ ansible_managed \| comment(\(.+\))? \}\}", first)


@each_template
def test_a_template_is_short(template):
    assert len(template.read_text(encoding="utf-8").splitlines()) < 80


@each_role
def test_templates_lie_where_their_targets_do(role):
    """A part of a path that is an expression in the task may be anything in the template's path."""
    targets = {}
    for mapping in in_role(role, "tasks", "vars"):
        found = TEMPLATE_LOOKUP.search(str(mapping.get("content", mapping.get("secret_content", ""))))
        if found and "path" in mapping:
            targets[found[1]] = mapping["path"]
    templates = [str(path.relative_to(role / "templates")) for path in TEMPLATES if role in path.parents]
    assert sorted(targets) == sorted(templates)
    for template, target in targets.items():
        pattern = ".+".join(re.escape(part) for part in re.split(r"\{\{.*?\}\}", target))
        folder = "/" if "/" in template else ""
        assert re.fullmatch(pattern, folder + template.removesuffix(".j2")), target


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_every_module_has_unit_tests(module):
    assert list((CHECKOUT / "tests/unit/plugins").rglob(f"test_{module.name}"))


@each_role
def test_every_role_has_a_readme(role):
    assert (role / "README.md").is_file()


@each_role
def test_every_role_depends_on_the_role_that_checks_the_shared_variables(role):
    dependencies = [entry["role"] for entry in load(role / "meta/main.yml")["dependencies"]]
    assert dependencies == ([] if role.name == "project" else ["hardened.django.project"])
    assert {name.rpartition(".")[2] for name in dependencies} <= {role.name for role in ROLES}


def test_no_job_takes_the_name_of_a_unit():
    """A job NAME-JOB.service would overwrite, or be, a unit of a role; exchange is one that a program starts."""
    names = {
        path.name.partition("project-")[2].partition(".")[0].rstrip("@")
        for path in TEMPLATES
        if below(path).count("/system/")
    }
    reserved = load(CHECKOUT / "roles/scheduled_jobs/vars/main.yml")["__scheduled_jobs_reserved"]
    assert len(names) > 8
    assert names - {"", "job"} | {"exchange"} <= set(reserved)
