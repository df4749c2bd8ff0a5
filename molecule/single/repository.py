"""Make the git repository that the scenario deploys: the example project, and a branch for each way to break it."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

FAILING_MIGRATION = """
from django.db import migrations


def fail(apps, schema_editor):
    raise RuntimeError("this migration always fails")


class Migration(migrations.Migration):
    dependencies = [("guestbook", "0001_initial")]
    operations = [migrations.RunPython(fail)]
"""
DESTRUCTIVE_MIGRATION = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guestbook", "0001_initial")]
    operations = [migrations.DeleteModel("Entry")]
"""
# What each branch appends to which file of the project.
BRANCHES = {
    "next": ("guestbook/templates/guestbook/base.html", "<!-- the next release -->\n"),
    "broken-import": ("website/settings.py", "\nimport no_such_module\n"),
    "broken-migration": ("guestbook/migrations/0002_fail.py", FAILING_MIGRATION),
    "destructive-migration": ("guestbook/migrations/0002_remove.py", DESTRUCTIVE_MIGRATION),
    "broken-health": ("guestbook/views.py", "\n\ndef health(request):\n    raise RuntimeError\n"),
    "weak": ("website/settings.py", '\nX_FRAME_OPTIONS = "SAMEORIGIN"\n'),
}


def git(repository: pathlib.Path, *arguments: str) -> None:
    identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
    subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True, stdout=subprocess.DEVNULL)


def main(example: pathlib.Path, repository: pathlib.Path) -> None:
    shutil.rmtree(repository, ignore_errors=True)
    shutil.copytree(example, repository, ignore=shutil.ignore_patterns("db.sqlite3", "__pycache__"))
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=The example project")
    for branch, (path, text) in BRANCHES.items():
        git(repository, "checkout", "--quiet", "-b", branch, "main")
        with (repository / path).open("a", encoding="utf-8") as file:
            file.write(text)
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", f"--message={branch}")
    git(repository, "checkout", "--quiet", "main")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
