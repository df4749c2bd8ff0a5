"""Make the versions of the example project that the scenario deploys; each says everywhere which one it is."""

from __future__ import annotations

import pathlib
import shutil
import sys

SETTINGS = """
STORAGES = {{
    "default": {{"BACKEND": "django.core.files.storage.FileSystemStorage"}},
    "staticfiles": {{"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}},
}}
MIDDLEWARE += ["website.version.say"]
VERSION = "{version}"
"""
MIDDLEWARE = """from django.conf import settings


def say(get_response):
    def answer(request):
        response = get_response(request)
        response.headers["Version"] = settings.VERSION
        # A cookie that the secret key signs.
        response.headers["Visitor"] = request.get_signed_cookie("visitor", "new")
        if "visitor" not in request.COOKIES:
            response.set_signed_cookie("visitor", "known", secure=True, httponly=True)
        return response

    return answer
"""
SLOW_START = """
import sys
import time

if "gunicorn" in sys.argv[0] and "--check-config" not in sys.argv:
    time.sleep(30)
"""
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
# As the kernel does to a process that takes more memory than there is.
KILLED_AT_START = """
import os
import sys

if "gunicorn" in sys.argv[0] and "--check-config" not in sys.argv:
    os.kill(os.getpid(), 9)
"""
# What a version appends to which file of the project; a, b and c are sound.
VERSIONS = {
    "a": None,
    "b": None,
    "c": None,
    "syntax-error": ("guestbook/views.py", "\ndef\n"),
    "import-error": ("website/settings.py", "\nimport no_such_module\n"),
    "weak-setting": ("website/settings.py", '\nX_FRAME_OPTIONS = "SAMEORIGIN"\n'),
    "failing-migration": ("guestbook/migrations/0002_fail.py", FAILING_MIGRATION),
    "destructive-migration": ("guestbook/migrations/0002_remove.py", DESTRUCTIVE_MIGRATION),
    "application-error": ("website/wsgi.py", "\napplication.is_no_attribute\n"),
    "failing-health": ("guestbook/views.py", "\n\ndef health(request):\n    raise RuntimeError\n"),
    "slow-start": ("website/settings.py", SLOW_START),
    "killed-at-start": ("website/settings.py", KILLED_AT_START),
}


def append(path: pathlib.Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def main(example: pathlib.Path, directory: pathlib.Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    for version, addition in VERSIONS.items():
        project = directory / version
        shutil.copytree(example, project, ignore=shutil.ignore_patterns("db.sqlite3", "__pycache__"))
        append(project / "website/settings.py", SETTINGS.format(version=version))
        (project / "website/version.py").write_text(MIDDLEWARE, encoding="utf-8")
        append(project / "guestbook/templates/guestbook/base.html", f"<!-- version {version} -->\n")
        append(project / "guestbook/static/guestbook/style.css", f"/* version {version} */\n")
        if addition:
            append(project / addition[0], addition[1])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
