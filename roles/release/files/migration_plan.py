# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print, as one line of JSON, what the migrations of a project would do to its default database, and change nothing.

`steps` has each operation in order, with `breaks`: why code that does not know of it fails, or data is lost; else
empty. `unknown` has the migrations that were applied and that this code does not have: another release's.
"""

import json
import re

import django
from django.db import DEFAULT_DB_ALIAS, connections, migrations
from django.db.migrations.loader import MigrationLoader

DESTRUCTIVE_SQL = re.compile(r"\b(drop|rename|truncate|delete\s+from)\b", re.IGNORECASE)


def get_reason(operation, state, app):
    """Return why an operation breaks code that serves, or loses data; empty when it does not, or nobody can tell."""
    if isinstance(operation, migrations.RunSQL):
        return "SQL that removes or renames" if DESTRUCTIVE_SQL.search(get_sql(operation)) else ""
    model = get_model(operation, state, app)
    if model is None:
        # It came with this plan: nothing uses it yet.
        return ""
    if isinstance(operation, migrations.DeleteModel):
        return "removes a table"
    if isinstance(operation, (migrations.RenameModel, migrations.AlterModelTable)):
        return "renames a table"
    field = get_field(model, getattr(operation, "name", "")) or get_field(model, getattr(operation, "old_name", ""))
    if isinstance(operation, migrations.RemoveField) and field is not None:
        return "removes a column"
    if isinstance(operation, migrations.RenameField) and field is not None:
        return "renames a column"
    if isinstance(operation, migrations.AddField) and is_required(operation):
        return "adds a column that must have a value and has no default"
    if isinstance(operation, migrations.AlterField) and field is not None and field.null and is_required(operation):
        return "lets a column be empty no more"
    return ""


def get_sql(operation):
    statements = operation.sql if isinstance(operation.sql, (list, tuple)) else [operation.sql]
    return " ".join(str(part[0] if isinstance(part, (list, tuple)) else part) for part in statements)


def get_model(operation, state, app):
    name = getattr(operation, "model_name", None) or getattr(operation, "old_name", None) or operation_name(operation)
    return state.models.get((app, str(name).lower()))


def operation_name(operation):
    return getattr(operation, "name", "")


def get_field(model, name):
    # A list of pairs before Django 3.1.
    return dict(model.fields).get(name)


def is_required(operation):
    """Whether the database refuses a row without the field; Django keeps only db_default in the database."""
    field = operation.field
    if field.null or field.many_to_many or not getattr(field, "concrete", True):
        return False
    if getattr(field, "has_db_default", lambda: False)():
        return False
    return not (field.has_default() and operation.preserve_default)


def get_operations(operation_list):
    for operation in operation_list:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from get_operations(operation.database_operations)
        else:
            yield operation


def make_plan():
    loader = MigrationLoader(connections[DEFAULT_DB_ALIAS])
    applied = set(loader.applied_migrations)
    loader.check_consistent_history(connections[DEFAULT_DB_ALIAS])
    nodes = [key for key in applied if key in loader.graph.nodes]
    before = loader.graph.make_state(nodes=nodes, at_end=True, real_apps=loader.unmigrated_apps)
    steps = []
    seen = set(applied)
    for leaf in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(leaf):
            if key in seen:
                continue
            seen.add(key)
            for operation in get_operations(loader.graph.nodes[key].operations):
                reason = get_reason(operation, before, key[0])
                steps.append({"migration": ".".join(key), "does": operation.describe(), "breaks": reason})
    known = set(loader.disk_migrations)
    installed = {app for app, _name in known}
    unknown = sorted(".".join(key) for key in applied - known if key[0] in installed)
    return {"steps": steps, "unknown": unknown}


django.setup()
print(json.dumps(make_plan()))
