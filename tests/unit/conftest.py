"""Let the tests import the collection from the checkout, wherever that is."""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


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
