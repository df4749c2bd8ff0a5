"""Load a project's settings in ways that an import statement does not offer, and lay those of production over them."""

from __future__ import annotations

import importlib
import importlib.util
import json
import pathlib
import sys
import types
from typing import Any

import django
from django import conf
from private_credentials import credential, has_credential
from private_overlay import overlay

HERE = pathlib.Path(__file__).parent


def import_alone(name: str) -> dict[str, Any]:
    """Return the upper-case names of a module, without running the code of the packages that it is in.

    For packages that read the settings while they are imported. Later imports of the packages run their code.
    """
    parents = [name.rsplit(".", depth)[0] for depth in range(name.count("."), 0, -1)]
    missing = [parent for parent in parents if parent not in sys.modules]
    for parent in missing:
        spec = importlib.util.find_spec(parent)
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError(f"No package named {parent!r}", name=parent)
        stub = types.ModuleType(parent)
        stub.__path__ = list(spec.submodule_search_locations)
        sys.modules[parent] = stub
    try:
        module = importlib.import_module(name)
    finally:
        for parent in missing:
            sys.modules.pop(parent, None)
    return {key: value for key, value in vars(module).items() if key.isupper()}


def lay_over(module: dict[str, Any]) -> None:
    """Change the settings in the namespace of a settings module into those of this environment."""
    library = None if isinstance(conf.settings, conf.LazySettings) else conf.settings
    before = dict(module)
    project = (
        {name: getattr(library, name) for name in dir(library) if name.isupper()} if library is not None else before
    )
    wanted = json.loads((HERE / "private_values.json").read_text(encoding="utf-8"))
    if not has_credential("database_owner_password"):
        wanted["database_owner"] = ""
    module.update(overlay(project, wanted, credential, django.VERSION[:3]))
    if has_credential("sentry_dsn"):
        import private_sentry  # the package that it needs is installed only then

        private_sentry.report(credential("sentry_dsn"))
    extra = HERE / "private_extra.py"
    exec(compile(extra.read_text(encoding="utf-8"), str(extra), "exec"), module)
    if library is not None:
        # A library has put an object of its own in place of Django's, which never looks into this module.
        changed = [name for name, value in module.items() if name.isupper() and before.get(name, module) is not value]
        for name in changed:
            library.set(name, module[name]) if hasattr(library, "set") else setattr(library, name, module[name])
