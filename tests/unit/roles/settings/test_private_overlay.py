# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is laid over a project's settings, one rule after the other."""

from __future__ import annotations

import copy
import importlib
from pathlib import Path
from typing import Any

import pytest

overlay = importlib.import_module("private_overlay")

DJANGO = (5, 2, 8)
SECRETS = {
    "secret_key": "key",
    "secret_key_fallbacks": '[{"key": "next key", "until": null}, {"key": "old key", "until": 1}]',
    "database_user": "blog.2",
    "database_password": "db password",
    "cache_password": "p@ss:w/rd?#%",
    "email_password": "mail password",
}
WANTED: dict[str, Any] = {
    "unmanaged": [],
    "allowed_hosts": ["www.blog.example"],
    "databases": {
        "default": {
            "HOST": "db",
            "PORT": 5432,
            "NAME": "blog",
            "USER": "blog",
            "CONN_MAX_AGE": 60,
            "OPTIONS": {"sslmode": "require"},
        },
    },
    "caches": {},
    "cache_location": "redis://blog:{password}@cache:6379/0",
    "cache_key_prefix": "blog",
    "database_owner": "",
    "database_user": "blog",
    "silenced_checks": ["a.W0"],
    "hsts_seconds": 0,
    "hsts_include_subdomains": False,
    "hsts_preload": False,
    "body_size": 10485760,
    "static_root": "/srv/blog/app/static",
    "static_directories": [],
    "media_url": "/media/",
    "media_root": "/var/lib/blog/media",
    "email_host": "mail.blog.example",
    "email_port": 587,
    "email_security": "starttls",
    "email_user": "blog",
    "log_level": "WARNING",
    "log_format": "text",
    "email_sender": "webmaster@blog.example",
    "admins": [],
    "managers": [],
}
LOCATION = "redis://blog:p%40ss%3Aw%2Frd%3F%23%25@cache:6379/0"
CORE_REDIS = "django.core.cache.backends.redis.RedisCache"
LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
POSTGRESQL = "django.db.backends.postgresql"
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": Path("/code/db.sqlite3")}
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def managed(project: dict[str, Any] | None = None, django: tuple[int, ...] = DJANGO, **wanted: Any) -> dict[str, Any]:
    """Lay over; the project's own values must stay as they are, because its code may hold them."""
    given = project or {}
    before = copy.deepcopy(given)
    result: dict[str, Any] = overlay.overlay(given, {**WANTED, **wanted}, SECRETS.__getitem__, django)
    assert given == before
    return result


def database(existing: dict[str, Any], django: tuple[int, ...] = DJANGO, **values: Any) -> dict[str, Any]:
    """The database `default` of a project, with values of the inventory over the usual ones."""
    default = {**WANTED["databases"]["default"], **values}
    result: dict[str, Any] = managed({"DATABASES": {"default": existing}}, django, databases={"default": default})
    found: dict[str, Any] = result["DATABASES"]["default"]
    return found


def caches(existing: dict[str, Any], django: tuple[int, ...] = DJANGO, **wanted: Any) -> dict[str, Any]:
    found: dict[str, Any] = managed({"CACHES": existing}, django, **wanted)["CACHES"]
    return found


# the whole


def test_an_empty_project_gets_everything_that_production_demands():
    result = managed()
    assert (result["DEBUG"], result["DEBUG_PROPAGATE_EXCEPTIONS"], result["SECRET_KEY"]) == (False, False, "key")
    assert result["SECRET_KEY_FALLBACKS"] == ["next key", "old key"]
    assert result["DATABASES"]["default"] == {
        **WANTED["databases"]["default"],
        "ENGINE": POSTGRESQL,
        "USER": "blog.2",
        "PASSWORD": "db password",
        "CONN_HEALTH_CHECKS": True,
    }
    assert result["CACHES"] == {
        "default": {"BACKEND": CORE_REDIS, "LOCATION": LOCATION, "KEY_PREFIX": "blog", "OPTIONS": {}}
    }
    # What is not the settings of a project must not look as if it were.
    assert "INSTALLED_APPS" not in result


@pytest.mark.parametrize("names", [[], ["DEBUG"], ["LOGGING", "DATABASES"], ["NO_SUCH_SETTING"]])
def test_unmanaged_settings_are_left_out(names):
    assert set(managed()) - set(managed(unmanaged=names)) == set(names) - {"NO_SUCH_SETTING"}


def test_https_is_complete():
    result = managed({"SESSION_COOKIE_DOMAIN": ".example", "USE_X_FORWARDED_HOST": True, "SECURE_HSTS_SECONDS": 60})
    assert {name: value for name, value in result.items() if name in overlay.https(WANTED)} == {
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "USE_X_FORWARDED_HOST": False,
        "USE_X_FORWARDED_PORT": False,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SECURE_HSTS_PRELOAD": False,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_DOMAIN": None,
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_DOMAIN": None,
    }


@pytest.mark.parametrize(
    ("wanted", "silenced"),
    [
        ({}, ["a.W0", "security.W004"]),
        ({"hsts_seconds": 60}, ["a.W0", "security.W005", "security.W021"]),
        ({"hsts_seconds": 60, "hsts_include_subdomains": True}, ["a.W0", "security.W021"]),
        ({"hsts_seconds": 60, "hsts_include_subdomains": True, "hsts_preload": True}, ["a.W0"]),
    ],
)
def test_only_checks_that_ask_for_more_hsts_than_wanted_are_silenced(wanted, silenced):
    result = managed(**wanted)
    assert result["SILENCED_SYSTEM_CHECKS"] == silenced
    assert result["SECURE_HSTS_SECONDS"] == wanted.get("hsts_seconds", 0)


@pytest.mark.parametrize(
    ("project", "body_size", "expected"),
    [
        ({}, 10485760, None),
        ({}, 0, None),
        ({}, 1048576, 1048576),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": 20000000}, 10485760, 10485760),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": None}, 10485760, 10485760),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": None}, 0, None),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": 1000}, 10485760, None),
    ],
)
def test_forms_are_not_larger_than_what_nginx_lets_through(project, body_size, expected):
    assert managed(project, body_size=body_size).get("DATA_UPLOAD_MAX_MEMORY_SIZE") == expected


# types


@pytest.mark.parametrize(
    ("name", "existing", "expected"),
    [
        ("STATIC_ROOT", Path("/code/static"), Path("/srv/blog/app/static")),
        ("STATIC_ROOT", "/code/static", "/srv/blog/app/static"),
        ("STATIC_ROOT", None, "/srv/blog/app/static"),
        ("MEDIA_ROOT", Path("media"), Path("/var/lib/blog/media")),
        ("MEDIA_ROOT", "", "/var/lib/blog/media"),
        ("ALLOWED_HOSTS", ("localhost",), ("www.blog.example",)),
        ("ALLOWED_HOSTS", ["*"], ["www.blog.example"]),
        ("SILENCED_SYSTEM_CHECKS", ("a.W1",), ("a.W1", "a.W0", "security.W004")),
        ("SILENCED_SYSTEM_CHECKS", ["security.W004", "a.W1"], ["security.W004", "a.W1", "a.W0"]),
        ("SILENCED_SYSTEM_CHECKS", None, ["a.W0", "security.W004"]),
        ("STATICFILES_DIRS", (Path("/code/assets"),), (Path("/code/assets"), "/srv/more")),
        ("STATICFILES_DIRS", [("prefix", "/code/assets")], [("prefix", "/code/assets"), "/srv/more"]),
        ("STATICFILES_DIRS", None, ["/srv/more"]),
        ("INSTALLED_APPS", ("blog",), ("blog", "django.contrib.postgres")),
    ],
)
def test_a_value_keeps_its_type(name, existing, expected):
    found = managed({name: existing}, static_directories=["/srv/more"])[name]
    assert (found, type(found)) == (expected, type(expected))


RECEIVERS = ["Operations <ops@blog.example>", "ada@blog.example"]


@pytest.mark.parametrize(
    ("django", "expected"),
    [
        ((5, 2, 8), [("Operations", "ops@blog.example"), ("", "ada@blog.example")]),
        ((6, 0, 0), RECEIVERS),
    ],
)
def test_receivers_of_mail_about_errors_have_the_form_that_django_wants(django, expected):
    result = managed({"ADMINS": ["old@blog.example"]}, django, admins=RECEIVERS, managers=RECEIVERS[1:])
    assert (result["ADMINS"], result["MANAGERS"]) == (expected, expected[1:])


def test_receivers_of_the_project_stay():
    assert {"ADMINS", "MANAGERS"}.isdisjoint(managed({"ADMINS": ["old@blog.example"]}))


def test_static_directories_are_left_alone_when_none_are_added():
    assert "STATICFILES_DIRS" not in managed({"STATICFILES_DIRS": ["/code/assets"]})


def test_the_addresses_of_static_files_and_media_are_those_that_nginx_serves():
    result = managed({"STATIC_URL": "https://static.example/", "MEDIA_URL": "/uploads/"})
    assert (result["STATIC_URL"], result["MEDIA_URL"]) == ("/static/", "/media/")
    assert (result["FILE_UPLOAD_PERMISSIONS"], result["FILE_UPLOAD_DIRECTORY_PERMISSIONS"]) == (0o644, 0o755)


# databases


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("", POSTGRESQL),
        ("django.db.backends.sqlite3", POSTGRESQL),
        ("django.db.backends.mysql", POSTGRESQL),
        ("django.contrib.gis.db.backends.spatialite", "django.contrib.gis.db.backends.postgis"),
        ("django.contrib.gis.db.backends.postgis", "django.contrib.gis.db.backends.postgis"),
        (POSTGRESQL, POSTGRESQL),
        ("django.db.backends.postgresql_psycopg2", "django.db.backends.postgresql_psycopg2"),
        ("django_prometheus.db.backends.postgresql", "django_prometheus.db.backends.postgresql"),
    ],
)
def test_the_engine_is_a_postgresql_of_the_same_kind(engine, expected):
    assert database({"ENGINE": engine})["ENGINE"] == expected


def test_the_inventory_may_name_the_engine():
    assert database(SQLITE, ENGINE="psqlextra.backend")["ENGINE"] == "psqlextra.backend"


def test_a_project_on_sqlite_moves_to_the_server():
    options = {"init_command": "PRAGMA journal_mode=WAL;", "timeout": 20}
    found = database({**SQLITE, "OPTIONS": options, "ATOMIC_REQUESTS": True, "TIME_ZONE": "UTC"})
    assert found == {
        "ENGINE": POSTGRESQL,
        "HOST": "db",
        "PORT": 5432,
        "NAME": "blog",
        "USER": "blog.2",
        "PASSWORD": "db password",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "require"},
        "ATOMIC_REQUESTS": True,
        "TIME_ZONE": "UTC",
    }


def test_options_of_a_postgresql_are_kept_below_those_of_the_inventory():
    existing = {"ENGINE": POSTGRESQL, "OPTIONS": {"application_name": "blog", "sslmode": "disable"}}
    assert database(existing)["OPTIONS"] == {"application_name": "blog", "sslmode": "require"}
    assert database({"ENGINE": POSTGRESQL, "OPTIONS": None})["OPTIONS"] == {"sslmode": "require"}


def test_other_aliases_are_left_alone():
    existing = {"default": SQLITE, "archive": {"ENGINE": POSTGRESQL, "HOST": "archive", "PASSWORD": "its own"}}
    assert managed({"DATABASES": existing})["DATABASES"]["archive"] == existing["archive"]


def test_an_alias_of_the_inventory_gets_the_password():
    wanted = {**WANTED["databases"], "replica": {"HOST": "replica"}, "other": {"HOST": "other", "PASSWORD": "given"}}
    existing = {"replica": {"ENGINE": POSTGRESQL, "NAME": "blog", "TEST": {"MIRROR": "default"}}}
    found = managed({"DATABASES": existing}, databases=wanted)["DATABASES"]
    assert sorted(found) == ["default", "other", "replica"]
    assert found["replica"] == {
        "ENGINE": POSTGRESQL,
        "NAME": "blog",
        "HOST": "replica",
        "PASSWORD": "db password",
        "TEST": {"MIRROR": "default"},
        "OPTIONS": {"sslmode": "require"},
        "CONN_HEALTH_CHECKS": True,
    }
    assert found["other"]["PASSWORD"] == "given"


@pytest.mark.parametrize(("pool", "age"), [(True, 0), ({"max_size": 4}, 0), (False, 60), (None, 60)])
def test_a_pool_excludes_persistent_connections(pool, age):
    assert database({"ENGINE": POSTGRESQL, "OPTIONS": {"pool": pool}})["CONN_MAX_AGE"] == age


def test_a_pool_of_the_inventory_excludes_persistent_connections_too():
    assert database(SQLITE, OPTIONS={"pool": True})["CONN_MAX_AGE"] == 0


def test_the_inventory_can_leave_connections_unchecked():
    assert database({"ENGINE": POSTGRESQL}, CONN_HEALTH_CHECKS=False)["CONN_HEALTH_CHECKS"] is False


@pytest.mark.parametrize(
    ("engine", "options"), [(POSTGRESQL, {"sslmode": "verify-full"}), ("django.db.backends.mysql", {})]
)
def test_the_encryption_that_is_there_stays(engine, options):
    values = {"HOST": "replica", "ENGINE": engine}
    existing = {"replica": {"ENGINE": engine, "OPTIONS": options}}
    found = managed({"DATABASES": existing}, databases={**WANTED["databases"], "replica": values})["DATABASES"]
    assert found["replica"]["OPTIONS"] == options


@pytest.mark.parametrize(
    ("django", "existing", "expected"),
    [
        ((3, 2, 25), {}, None),
        ((4, 0, 10), {}, None),
        ((4, 1, 0), {}, True),
        ((5, 2, 8), {"CONN_HEALTH_CHECKS": False}, True),
    ],
)
def test_connections_are_checked_where_django_can(django, existing, expected):
    assert database({"ENGINE": POSTGRESQL, **existing}, django).get("CONN_HEALTH_CHECKS") is expected


@pytest.mark.parametrize(
    ("engine", "wanted_engine", "added"),
    [
        ("django.db.backends.sqlite3", None, True),
        ("django.contrib.gis.db.backends.spatialite", None, True),
        ("", None, True),
        (POSTGRESQL, None, False),
        ("django.contrib.gis.db.backends.postgis", None, False),
        ("django.db.backends.mysql", "django.db.backends.mysql", False),
    ],
)
def test_a_project_that_moves_to_postgresql_gets_its_application(engine, wanted_engine, added):
    values = {**WANTED["databases"]["default"], **({"ENGINE": wanted_engine} if wanted_engine else {})}
    project = {"INSTALLED_APPS": ["blog"], "DATABASES": {"default": {"ENGINE": engine}}}
    result = managed(project, databases={"default": values})
    assert result.get("INSTALLED_APPS") == (["blog", "django.contrib.postgres"] if added else None)


def test_the_application_of_postgresql_is_added_once():
    apps = ["django.contrib.postgres", "blog"]
    assert managed({"INSTALLED_APPS": apps, "DATABASES": {"default": SQLITE}})["INSTALLED_APPS"] == apps


# caches


@pytest.mark.parametrize(
    ("django", "backend"),
    [
        ((3, 2, 25), "django_redis.cache.RedisCache"),
        ((4, 0, 0), CORE_REDIS),
        ((5, 2, 8), CORE_REDIS),
    ],
)
@pytest.mark.parametrize("existing", [{}, {"default": {"BACKEND": LOCMEM, "OPTIONS": {"MAX_ENTRIES": 5}}}])
def test_the_default_cache_becomes_redis(existing, django, backend):
    default = caches(existing, django)["default"]
    assert default == {"BACKEND": backend, "LOCATION": LOCATION, "KEY_PREFIX": "blog", "OPTIONS": {}}


def test_a_redis_class_is_kept_with_its_options_and_without_its_connection():
    options = {
        "CLIENT_CLASS": "django_redis.client.DefaultClient",
        "CONNECTION_POOL_KWARGS": {"max_connections": 50},
        "PASSWORD": "old",
        "username": "old",
        "db": "3",
        "Host": "old",
        "port": 1,
    }
    existing = {"BACKEND": "portal.cache.OurRedis", "LOCATION": "redis://old:1/3", "TIMEOUT": 60, "OPTIONS": options}
    assert caches({"default": existing})["default"] == {
        "BACKEND": "portal.cache.OurRedis",
        "LOCATION": LOCATION,
        "KEY_PREFIX": "blog",
        "TIMEOUT": 60,
        "OPTIONS": {
            "CLIENT_CLASS": "django_redis.client.DefaultClient",
            "CONNECTION_POOL_KWARGS": {"max_connections": 50},
        },
    }


@pytest.mark.parametrize(
    ("cache", "expected"),
    [
        ({"BACKEND": CORE_REDIS}, True),
        ({"BACKEND": "django_redis.cache.RedisCache"}, True),
        ({"BACKEND": "our.Cache", "LOCATION": "redis://cache/1"}, True),
        ({"BACKEND": "our.Cache", "LOCATION": "rediss://cache/1"}, True),
        ({"BACKEND": "our.Cache", "LOCATION": ["redis://one/1", "redis://two/1"]}, True),
        ({"BACKEND": LOCMEM, "LOCATION": "unique"}, False),
        ({"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache", "LOCATION": "redis.example:11211"}, False),
        ({"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_table"}, False),
        ({}, False),
    ],
)
def test_what_counts_as_redis(cache, expected):
    assert overlay.is_redis(cache) is expected


def test_each_redis_alias_goes_to_the_server_under_a_prefix_of_its_own():
    existing = {
        "default": {"BACKEND": CORE_REDIS, "LOCATION": "redis://old/0", "KEY_PREFIX": "portal"},
        "sessions": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": ["redis://old/1"]},
        "pages": {"BACKEND": CORE_REDIS, "LOCATION": "redis://old/2", "KEY_PREFIX": "p", "VERSION": 3},
    }
    found = caches(existing)
    assert {alias: cache["KEY_PREFIX"] for alias, cache in found.items()} == {
        "default": "blog.portal",
        "sessions": "blog.sessions",
        "pages": "blog.pages.p",
    }
    assert {cache["LOCATION"] for cache in found.values()} == {LOCATION}
    assert found["sessions"]["BACKEND"] == "django_redis.cache.RedisCache"
    assert found["pages"]["VERSION"] == 3


def test_other_aliases_that_are_no_redis_are_left_alone():
    existing = {"default": {"BACKEND": LOCMEM}, "local": {"BACKEND": LOCMEM, "LOCATION": "unique", "KEY_PREFIX": "x"}}
    assert caches(existing)["local"] == existing["local"]


def test_the_inventory_has_the_last_word_on_an_alias():
    wanted = {"default": {"TIMEOUT": 5}, "pages": {"KEY_PREFIX": "blog.p", "LOCATION": "redis://elsewhere"}}
    found = caches({"default": {"BACKEND": CORE_REDIS, "TIMEOUT": 60}}, caches=wanted)
    assert (found["default"]["TIMEOUT"], found["default"]["LOCATION"]) == (5, LOCATION)
    assert found["pages"] == {
        "BACKEND": CORE_REDIS,
        "LOCATION": "redis://elsewhere",
        "KEY_PREFIX": "blog.p",
        "OPTIONS": {},
    }


def test_a_value_for_an_alias_does_not_change_its_kind():
    local = {"BACKEND": LOCMEM, "LOCATION": "unique"}
    assert caches({"local": local}, caches={"local": {"TIMEOUT": 5}})["local"] == {**local, "TIMEOUT": 5}


def test_a_backend_of_another_kind_is_taken_as_it_is_given():
    found = caches({"default": {"BACKEND": CORE_REDIS, "KEY_PREFIX": "x"}}, caches={"default": {"BACKEND": LOCMEM}})
    assert found["default"] == {"BACKEND": LOCMEM}


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        (None, "django.contrib.sessions.backends.cached_db"),
        ("django.contrib.sessions.backends.db", "django.contrib.sessions.backends.cached_db"),
        ("django.contrib.sessions.backends.cache", None),
        ("django.contrib.sessions.backends.cached_db", None),
        ("django.contrib.sessions.backends.signed_cookies", None),
        ("portal.sessions", None),
    ],
)
def test_only_sessions_in_the_database_are_cached(engine, expected):
    assert managed({"SESSION_ENGINE": engine} if engine else {}).get("SESSION_ENGINE") == expected


# mail

DEVELOPMENT = [f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("console", "dummy", "filebased", "locmem")]
SERVER = {
    "host": "mail.blog.example",
    "port": 587,
    "username": "blog",
    "password": "mail password",
    "use_tls": True,
    "use_ssl": False,
    "timeout": 20,
}
OLD_NAMES = {
    "EMAIL_BACKEND": SMTP,
    "EMAIL_HOST": "mail.blog.example",
    "EMAIL_PORT": 587,
    "EMAIL_HOST_USER": "blog",
    "EMAIL_HOST_PASSWORD": "mail password",
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
    "EMAIL_TIMEOUT": 20,
}


def mail_settings(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name.startswith("EMAIL_") or name == "MAILERS"}


@pytest.mark.parametrize("backend", DEVELOPMENT)
@pytest.mark.parametrize("django", [DJANGO, (6, 1, 0)])
def test_a_mail_backend_for_development_is_replaced(backend, django):
    project = {"EMAIL_BACKEND": backend, "EMAIL_HOST": "localhost", "EMAIL_PORT": 1025}
    assert mail_settings(managed(project, django)) == OLD_NAMES


@pytest.mark.parametrize("project", [{}, {"EMAIL_SUBJECT_PREFIX": "[blog] "}, {"EMAIL_USE_LOCALTIME": True}])
def test_a_project_that_says_nothing_about_mail_gets_the_server_by_the_names_of_its_django(project):
    assert mail_settings(managed(project)) == OLD_NAMES
    assert mail_settings(managed(project, (6, 0, 4))) == OLD_NAMES
    mailers = {"MAILERS": {"default": {"BACKEND": SMTP, "OPTIONS": SERVER}}}
    assert mail_settings(managed(project, (6, 1, 0))) == mailers


@pytest.mark.parametrize(
    ("security", "user", "expected"),
    [
        ("none", "", {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False, "EMAIL_HOST_PASSWORD": ""}),
        ("starttls", "", {"EMAIL_USE_TLS": True, "EMAIL_USE_SSL": False, "EMAIL_HOST_PASSWORD": ""}),
        ("tls", "blog", {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True, "EMAIL_HOST_PASSWORD": "mail password"}),
    ],
)
def test_mail_is_encrypted_and_logged_in_as_asked_for(security, user, expected):
    result = managed(email_security=security, email_user=user)
    assert {name: result[name] for name in expected} == expected


@pytest.mark.parametrize(
    "project",
    [
        {"EMAIL_HOST": "smtp.example"},
        {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "smtp.example"},
        {"EMAIL_BACKEND": "anymail.backends.console.EmailBackend"},
    ],
)
@pytest.mark.parametrize("django", [DJANGO, (6, 1, 0)])
def test_any_other_mail_server_is_left_alone(project, django):
    assert mail_settings(managed(project, django)) == {}


@pytest.mark.parametrize("backend", DEVELOPMENT)
def test_a_mailer_for_development_is_replaced(backend):
    other = {"BACKEND": SMTP, "OPTIONS": {"host": "smtp.example", "use_tls": True}}
    mailers = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": "/tmp"}}, "bulk": other}
    result = managed({"MAILERS": mailers, "EMAIL_BACKEND": backend})
    assert result["MAILERS"] == {"default": {"BACKEND": SMTP, "OPTIONS": SERVER}, "bulk": other}
    # Django refuses settings with both.
    assert [name for name in result if name.startswith("EMAIL_")] == []


def test_a_project_without_a_default_mailer_gets_one():
    other = {"BACKEND": SMTP, "OPTIONS": {"host": "smtp.example"}}
    default = {"BACKEND": SMTP, "OPTIONS": SERVER}
    assert managed({"MAILERS": {}})["MAILERS"] == {"default": default}
    assert managed({"MAILERS": {"bulk": other}})["MAILERS"] == {"default": default, "bulk": other}


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ({}, ("webmaster@blog.example", "webmaster@blog.example")),
        ({"DEFAULT_FROM_EMAIL": "webmaster@localhost"}, ("webmaster@blog.example", "webmaster@blog.example")),
        ({"DEFAULT_FROM_EMAIL": "us@example.org"}, (None, "webmaster@blog.example")),
        ({"SERVER_EMAIL": "errors@example.org"}, ("webmaster@blog.example", None)),
        ({"SERVER_EMAIL": "webmaster@localhost"}, ("webmaster@blog.example", None)),
    ],
)
def test_only_the_senders_that_django_sets_are_replaced(project, expected):
    result = managed(project)
    assert (result.get("DEFAULT_FROM_EMAIL"), result.get("SERVER_EMAIL")) == expected


# templates

LOADERS = ["django.template.loaders.filesystem.Loader", ("portal.Loader", ["/templates"])]
CACHED = "django.template.loaders.cached.Loader"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"loaders": LOADERS}, {"loaders": [(CACHED, LOADERS)]}),
        ({"loaders": tuple(LOADERS)}, {"loaders": [(CACHED, LOADERS)]}),
        ({"loaders": [(CACHED, LOADERS)]}, {"loaders": [(CACHED, LOADERS)]}),
        ({"loaders": [[CACHED, LOADERS], "portal.Loader"]}, {"loaders": [[CACHED, LOADERS], "portal.Loader"]}),
        ({"debug": True, "autoescape": False}, {"debug": False, "autoescape": False}),
        ({"debug": False}, {"debug": False}),
        ({"string_if_invalid": "?"}, {"string_if_invalid": "?"}),
        ({}, {}),
        (None, {}),
    ],
)
def test_template_engines(options, expected):
    engine = {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": False, "OPTIONS": options}
    once = managed({"TEMPLATES": [engine]})["TEMPLATES"][:-1]
    assert once == [{**engine, "OPTIONS": expected}]
    assert managed({"TEMPLATES": once})["TEMPLATES"][:-1] == once


def test_every_template_engine_is_looked_at():
    engines = [{"BACKEND": "a", "OPTIONS": {"debug": True}}, {"BACKEND": "b"}, {"BACKEND": "c", "OPTIONS": {"x": 1}}]
    found = managed({"TEMPLATES": engines})["TEMPLATES"]
    assert [engine["OPTIONS"] for engine in found[:-1]] == [{"debug": False}, {}, {"x": 1}]


@pytest.mark.parametrize("project", [{"ROOT_URLCONF": "blog.urls"}, {"TEMPLATES": [{"BACKEND": "a", "NAME": "b"}]}])
def test_pages_of_errors_come_after_all_that_the_project_has(project):
    last = managed(project)["TEMPLATES"][-1]
    cached, [(_loader, pages)] = last["OPTIONS"]["loaders"][0]
    assert (last["NAME"], cached, last["DIRS"], last["APP_DIRS"]) == ("private_error_pages", CACHED, [], False)
    assert sorted(pages) == ["400.html", "403.html", "404.html", "500.html"]
    assert all(page.startswith("<!doctype html>") for page in pages.values())


# logging


@pytest.mark.parametrize(
    "loggers",
    [
        {"root": {"handlers": ["file"]}},
        {"loggers": {"": {"handlers": ["file"]}}},
        {"loggers": {"django": {"handlers": ["file"]}}},
        {"loggers": {"django.request": {"handlers": ["file"]}}},
    ],
)
def test_logging_that_takes_errors_is_kept(loggers):
    assert "LOGGING" not in managed({"LOGGING": {"version": 1, "handlers": {"file": {}}, **loggers}})


@pytest.mark.parametrize("request_logger", [{}, {"django.request": {"level": "ERROR"}}])
def test_logging_that_loses_errors_of_requests_gets_a_handler_for_them(request_logger):
    given = {"version": 1, "handlers": {"file": {}}, "loggers": {"blog": {"handlers": ["file"]}, **request_logger}}
    logging = managed({"LOGGING": given})["LOGGING"]
    assert logging["loggers"]["blog"] == {"handlers": ["file"]}
    assert logging["loggers"]["django.request"] == {
        **request_logger.get("django.request", {}),
        "handlers": ["request_errors"],
    }
    assert logging["handlers"] == {"file": {}, "request_errors": {"class": "logging.StreamHandler"}}


@pytest.mark.parametrize("existing", [{}, {"LOGGING": {}}, {"LOGGING": None}])
def test_a_project_without_logging_writes_to_the_journal(existing):
    logging = managed(existing)["LOGGING"]
    assert logging["root"] == {"handlers": ["journal"], "level": "WARNING"}
    assert logging["handlers"]["journal"] == {"class": "logging.StreamHandler", "formatter": "journal"}
    # Django sets the level of its own logger, which counts more than that of the root.
    assert logging["loggers"]["django"] == {"handlers": ["mail_admins"], "level": "WARNING"}
    # Strangers who try host names must not fill the journal.
    assert logging["loggers"]["django.security.DisallowedHost"] == {"handlers": ["none"], "propagate": False}
