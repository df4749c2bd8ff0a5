"""Let the tests import the collection from the checkout, wherever that is; a real Django in each version."""

from __future__ import annotations

import importlib
import subprocess
import sys
import types
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
# Beside Django: the driver that Django's models load, and what projects import, most of all to read their settings.
PACKAGES = [
    "Pillow>=11,<13",
    "dj-database-url>=2,<4",
    "django-configurations>=2.5,<3",
    "django-environ>=0.11,<1",
    "django-split-settings>=1.3,<2",
    "dynaconf>=3.2,<4",
    "psycopg[binary]>=3.2,<4",
    "pydantic-settings>=2,<3",
]
DJANGO = {"4.2": "Django~=4.2.20", "5.2": "Django~=5.2.8"}
if sys.version_info >= (3, 12):
    DJANGO["6"] = "Django>=6.0,<6.2"


def _package(name: str, directory: Path) -> None:
    package = types.ModuleType(name)
    package.__path__ = [str(directory)]
    sys.modules[name] = package


try:
    # Other collections may be installed beside ansible-core; they stay importable.
    importlib.import_module("ansible_collections")
except ModuleNotFoundError:
    _package("ansible_collections", CHECKOUT / "tests")
_package("ansible_collections.hardened", CHECKOUT.parent)
_package("ansible_collections.hardened.django", CHECKOUT)


def python_with_django(version: str) -> Path:
    """Make a virtual environment once; the list of its packages inside it says that it is complete."""
    directory = CHECKOUT / f".cache/tests/django-{version}-python{sys.version_info.major}.{sys.version_info.minor}"
    python, marker = directory / "bin/python", directory / "packages.txt"
    packages = [DJANGO[version], *PACKAGES]
    if not marker.exists() or marker.read_text().splitlines() != packages:
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", directory], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", *packages], check=True)
        # As the role `release` does.
        site = next(directory.glob("lib/python*/site-packages"))
        line = "import os; os.environ.get('CREDENTIALS_DIRECTORY') and __import__('private_environment').prepare()"
        (site / "private_environment.pth").write_text(f"{line}\n")
        marker.write_text("\n".join(packages))
    return python


@pytest.fixture(scope="session", params=DJANGO)
def every_django(request) -> Path:
    """An interpreter with each version of Django in turn."""
    return python_with_django(request.param)


@pytest.fixture(scope="session")
def one_django() -> Path:
    return python_with_django("5.2")
