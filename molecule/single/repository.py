"""Make the git repository that the scenario deploys: the example project, and a branch with its next release."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys


def git(repository: pathlib.Path, *arguments: str) -> None:
    identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
    subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True, stdout=subprocess.DEVNULL)


def main(example: pathlib.Path, repository: pathlib.Path) -> None:
    shutil.rmtree(repository, ignore_errors=True)
    shutil.copytree(example, repository, ignore=shutil.ignore_patterns("db.sqlite3", "__pycache__"))
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=The example project")
    git(repository, "checkout", "--quiet", "-b", "next")
    with (repository / "guestbook/templates/guestbook/base.html").open("a", encoding="utf-8") as file:
        file.write("<!-- the next release -->\n")
    git(repository, "commit", "--quiet", "--all", "--message=The next release")
    git(repository, "checkout", "--quiet", "main")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
