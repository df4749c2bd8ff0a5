"""What the site may do in its database and its cache, and what only the owner of the tables may."""

from __future__ import annotations

from topology import OTHER_PASSWORD, other_project, psycopg

SITE = """
from django.db import connection
cursor = connection.cursor()
for statement in (
    "ALTER TABLE guestbook_entry ADD more text",
    "DROP TABLE guestbook_entry",
    "TRUNCATE guestbook_entry",
    "CREATE TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION file_fdw",
    "SET ROLE guestbook_owner",
):
    try:
        cursor.execute(statement)
        print("allowed", statement)
    except Exception as error:
        print(type(error.__cause__).__name__)
cursor.execute("DELETE FROM guestbook_entry WHERE false")
cursor.execute("SELECT extname FROM pg_extension ORDER BY 1")
print(*(name for name, in cursor.fetchall()))
"""


def test_the_site_writes_rows_and_cannot_change_tables(app):
    answer = app.check_output("guestbook-manage shell --verbosity 0 -c %s", SITE).splitlines()
    assert answer == ["InsufficientPrivilege"] * 7 + ["pg_stat_statements plpgsql"]


def ask(app, command, *statements):
    """The first value that the last statement returns."""
    code = "from django.db import connection; cursor = connection.cursor(); "
    code += "".join(f"cursor.execute({statement!r}); " for statement in statements)
    code += "print(cursor.fetchone()[0] if cursor.description else '')"
    return app.check_output(f"guestbook-run {command} python -m django shell --verbosity 0 -c %s", code)


def test_tables_of_the_owner_are_for_the_site_too(app):
    try:
        user = ask(app, "--owner", "CREATE TABLE fresh (id serial, a int)", "SELECT current_user")
        assert user == "guestbook_owner"
        assert ask(app, "", "INSERT INTO fresh (a) VALUES (7) RETURNING id") == "1"
    finally:
        ask(app, "--owner", "DROP TABLE fresh")


def test_processes_of_the_site_do_not_get_the_password_of_the_owner(app):
    assert app.file("/etc/guestbook/secrets/database_owner_password").mode == 0o400
    listing = app.check_output("guestbook-run sh -c 'ls $CREDENTIALS_DIRECTORY'")
    assert listing.split() == [
        "cache_password",
        "database_password",
        "database_user",
        "secret_key",
        "secret_key_fallbacks",
    ]
    service = app.check_output("systemctl cat guestbook.service")
    assert "LoadCredential=database_password:" in service
    assert "owner" not in service


def test_what_a_role_owns_is_handed_over_to_an_owner(joined, app, scenario, database):
    its = {**database, "dbname": "other", "user": "other", "password": OTHER_PASSWORD}
    assert psycopg(app, **its, query="CREATE TABLE kept (id serial, a int)") == "CREATE TABLE\n"
    owner = {"project_database_owner": "other_owner", "secrets_database_owner_password": OTHER_PASSWORD}
    try:
        result = other_project(scenario, postgresql_more_databases=["other_archive"], **owner)
        assert result.returncode == 0, result.stdout
        assert psycopg(app, **its, query="INSERT INTO kept (a) VALUES (8) RETURNING id") == "1\n"
        assert "must be owner of table kept" in psycopg(app, **its, query="DROP TABLE kept")
        query = "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'"
        assert psycopg(app, **{**its, "user": "other_owner"}, query=query) == "other_owner\n"
    finally:
        for name in ("other", "other_archive"):
            back = f"ALTER DATABASE {name} OWNER TO other; REASSIGN OWNED BY other_owner TO other"
            scenario.host("db1").run_expect([0], "psql --username postgres --dbname %s -c %s", name, back)


LIBRARIES = """
from django.core.cache import caches
pages = caches["pages"]

def refused(action, *arguments):
    try:
        return action(*arguments)
    except Exception as error:
        return type(error.__cause__ or error).__name__

for cache in (caches["default"], pages):
    cache.set_many({"a": [1], "b": "two", "n": 1})
    found = [cache.get_many(["a", "b"]), cache.get_or_set("c", "three"), cache.add("a", 9), cache.touch("a", 60)]
    found += [cache.incr("n"), cache.decr("n", 2), cache.incr_version("n"), "n" in cache]
    cache.delete_many(["a", "b", "c"])
    print(type(cache).__module__.partition(".")[0], *found, cache.get("a", "gone"), refused(cache.clear))
with pages.lock("lock", timeout=5):
    print("locked")
print(refused(pages.keys, "*"), refused(pages.delete_pattern, "*"))
"""


def test_the_cache_serves_both_libraries(app):
    answer = app.check_output("guestbook-manage shell --verbosity 0 -c %s", LIBRARIES).splitlines()
    found = "{'a': [1], 'b': 'two'} three False True 2 0 2 False gone NoPermissionError"
    assert answer == [f"django {found}", f"django_redis {found}", "locked", "NoPermissionError NoPermissionError"]
