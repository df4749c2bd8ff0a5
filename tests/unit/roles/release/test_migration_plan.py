# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a release's migrations would do, told by a real Django about a real database."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[4] / "roles/release/files/migration_plan.py"
SETTINGS = """
INSTALLED_APPS = ["blog"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
"""
MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [{dependency}]
    operations = [{operations}]
"""
POST = """
migrations.CreateModel("Post", [("id", models.AutoField(primary_key=True)), ("title", models.TextField(null=True))]),
migrations.CreateModel("Tag", [("id", models.AutoField(primary_key=True))])
"""


# Operations, and why each breaks the code that serves.
OPERATIONS: list[tuple[str, list[str]]] = [
    ('migrations.DeleteModel("Tag")', ["removes a table"]),
    ('migrations.RenameModel("Tag", "Label")', ["renames a table"]),
    ('migrations.AlterModelTable("Tag", "labels")', ["renames a table"]),
    ('migrations.RemoveField("Post", "title")', ["removes a column"]),
    ('migrations.RenameField("post", "title", "name")', ["renames a column"]),
    (
        'migrations.AddField("post", "n", models.IntegerField(default=1), preserve_default=False)',
        ["adds a column that must have a value and has no default"],
    ),
    ('migrations.AddField("post", "n", models.IntegerField(default=1))', [""]),
    ('migrations.AddField("post", "n", models.IntegerField(null=True))', [""]),
    ('migrations.AddField("post", "tags", models.ManyToManyField("blog.Tag"))', [""]),
    (
        'migrations.AlterField("post", "title", models.TextField(default=""), preserve_default=False)',
        ["lets a column be empty no more"],
    ),
    ('migrations.AlterField("post", "title", models.CharField(max_length=9, null=True))', [""]),
    ('migrations.RunSQL("DROP INDEX x")', ["SQL that removes or renames"]),
    ('migrations.RunSQL([("UPDATE blog_post SET title = %s", ["drop"])])', [""]),
    ("migrations.RunPython(migrations.RunPython.noop)", [""]),
    (
        'migrations.SeparateDatabaseAndState([migrations.DeleteModel("Tag")], [migrations.DeleteModel("Post")])',
        ["removes a table"],
    ),
    (
        'migrations.CreateModel("New", [("id", models.AutoField(primary_key=True)), ("a", models.TextField())]),'
        'migrations.RemoveField("new", "a"), migrations.RenameModel("New", "Old"), migrations.DeleteModel("Old")',
        ["", "", "", ""],
    ),
    ('migrations.AddIndex("post", models.Index(fields=["title"], name="t"))', [""]),
]


@pytest.fixture
def project(tmp_path):
    """A project with one migration, which is applied."""
    directory = tmp_path / "blog/migrations"
    directory.mkdir(parents=True)
    for name in ("blog/__init__.py", "blog/migrations/__init__.py"):
        (tmp_path / name).touch()
    (tmp_path / "settings.py").write_text(SETTINGS)
    migrate(tmp_path, 1, POST)
    return tmp_path


def migrate(project, number, operations):
    dependency = f'("blog", "{number - 1:04}_x")' if number > 1 else ""
    text = MIGRATION.format(dependency=dependency, operations=operations)
    (project / f"blog/migrations/{number:04}_x.py").write_text(text)


def run(python, project, *arguments, program=None):
    environment = {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(project), "PATH": "/usr/bin:/bin"}
    command = [str(python), "-B", *(arguments or ["-"])]
    done = subprocess.run(
        command, cwd=project, env=environment, input=program, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def plan(python, project):
    return json.loads(run(python, project, program=PROGRAM.read_text()))


def test_what_breaks_the_code_that_serves_is_told(one_django, project):
    """All in one migration, because a plan is only looked at."""
    run(one_django, project, "-m", "django", "migrate", "--verbosity=0")
    migrate(project, 2, ",".join(operations for operations, _breaks in OPERATIONS))
    steps = plan(one_django, project)["steps"]
    assert [step["breaks"] for step in steps] == [reason for _operations, breaks in OPERATIONS for reason in breaks]
    assert {step["migration"] for step in steps} == {"blog.0002_x"}
    assert all(step["does"] for step in steps)


def test_every_django_tells_of_it(every_django, project):
    run(every_django, project, "-m", "django", "migrate", "--verbosity=0")
    assert plan(every_django, project) == {"steps": [], "unknown": []}
    migrate(project, 2, 'migrations.RemoveField("post", "title")')
    (step,) = plan(every_django, project)["steps"]
    assert step == {"migration": "blog.0002_x", "does": "Remove field title from post", "breaks": "removes a column"}


def test_an_empty_database_has_nothing_to_lose(one_django, project):
    migrate(project, 2, 'migrations.RemoveField("post", "title")')
    found = plan(one_django, project)
    assert [step["breaks"] for step in found["steps"]] == ["", "", ""]


def test_migrations_of_another_release_are_unknown(one_django, project):
    migrate(project, 2, 'migrations.RemoveField("post", "title")')
    run(one_django, project, "-m", "django", "migrate", "--verbosity=0")
    (project / "blog/migrations/0002_x.py").unlink()
    assert plan(one_django, project) == {"steps": [], "unknown": ["blog.0002_x"]}
