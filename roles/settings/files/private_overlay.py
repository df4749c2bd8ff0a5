"""What a production environment demands of any Django project's settings, laid over what the project says.

Pure: `overlay` takes the project's settings and the wanted values and returns the settings to set. Existing values are
merged, never replaced as a whole, and keep their types. Works with Django 3.2 and later.
"""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Any
from urllib.parse import quote

Settings = Mapping[str, Any]
Credential = Callable[[str], str]

DEVELOPMENT_MAIL_BACKENDS = ("console", "dummy", "filebased", "locmem")
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# Before MAILERS; the options of a mailer by the names of settings.
OLD_MAIL_OPTIONS = {
    "EMAIL_BACKEND": "",
    "EMAIL_FILE_PATH": "",
    "EMAIL_HOST": "host",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_HOST_USER": "username",
    "EMAIL_PORT": "port",
    "EMAIL_SSL_CERTFILE": "",
    "EMAIL_SSL_KEYFILE": "",
    "EMAIL_TIMEOUT": "timeout",
    "EMAIL_USE_SSL": "use_ssl",
    "EMAIL_USE_TLS": "use_tls",
}
LOCAL_SENDERS = {"DEFAULT_FROM_EMAIL": "webmaster@localhost", "SERVER_EMAIL": "root@localhost"}
CACHED_LOADER = "django.template.loaders.cached.Loader"
# Django's own.
DEFAULT_FORM_SIZE = 2621440
ERRORS = {
    400: ("Bad request", "Your browser sent something that the site does not understand."),
    403: ("Forbidden", "You are not allowed to see this page."),
    404: ("Page not found", "There is nothing at this address."),
    500: ("Something went wrong", "The error was recorded. Please try again later."),
}
# Whole in itself: it must work when nothing else does, also under a strict content security policy.
ERROR_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>{title}</title>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""
CONNECTION_KEYS_OF_A_CACHE = {"db", "username", "password", "host", "port"}


def overlay(project: Settings, wanted: Settings, credential: Credential, django: tuple[int, ...]) -> dict[str, Any]:
    """Return the settings to set over `project`, without those named in `wanted["unmanaged"]`.

    project: the upper-case names of the project's settings modules. wanted: the content of private_values.json.
    credential: returns the secret of a name. django: version, for instance (5, 2, 1).
    """
    managed = {
        "DEBUG": False,
        "DEBUG_PROPAGATE_EXCEPTIONS": False,
        "SECRET_KEY": credential("secret_key"),
        "SECRET_KEY_FALLBACKS": joined(project.get("SECRET_KEY_FALLBACKS"), fallbacks(credential)),
        "ALLOWED_HOSTS": keep_type(project.get("ALLOWED_HOSTS"), wanted["allowed_hosts"]),
        **databases(project, wanted, credential, django),
        **caches(project, wanted, credential, django),
        **mail(project, wanted, credential, django),
        **receivers(wanted, django),
        **files(project, wanted),
        **https(wanted),
        **body_size(project, wanted),
        "SILENCED_SYSTEM_CHECKS": joined(
            project.get("SILENCED_SYSTEM_CHECKS"), [*wanted["silenced_checks"], *hsts_checks(wanted)]
        ),
    }
    if project.get("TEMPLATES") or project.get("ROOT_URLCONF"):
        managed["TEMPLATES"] = [*(template_engine(engine) for engine in project.get("TEMPLATES") or []), error_pages()]
    if not project.get("LOGGING"):
        managed["LOGGING"] = journal_logging(wanted)
    elif loses_errors(project["LOGGING"]):
        managed["LOGGING"] = with_errors(project["LOGGING"])
    return {name: value for name, value in managed.items() if name not in wanted["unmanaged"]}


def fallbacks(credential: Credential) -> list[str]:
    """Return the keys that are accepted beside the one that signs; Django knows the setting since 4.1."""
    return [entry["key"] for entry in json.loads(credential("secret_key_fallbacks"))]


def databases(project: Settings, wanted: Settings, credential: Credential, django: tuple[int, ...]) -> dict[str, Any]:
    """Point the default database, and each alias of `wanted["databases"]`, to its server; leave other aliases alone."""
    result = dict(project.get("DATABASES") or {})
    for alias, values in wanted["databases"].items():
        password = "database_password"
        if wanted["database_owner"] and values.get("USER") == wanted["databases"]["default"].get("USER"):
            values, password = as_owner(values, wanted["database_owner"]), "database_owner_password"
        elif values.get("USER") == wanted["database_user"]:
            # Two users take turns when the password changes.
            values = {**values, "USER": credential("database_user")}
        result[alias] = database(result.get(alias) or {}, values, credential(password), django)
    managed: dict[str, Any] = {"DATABASES": result}
    before, after = (str(these.get("default", {}).get("ENGINE")) for these in (project.get("DATABASES") or {}, result))
    moved = "DATABASES" not in wanted["unmanaged"] and "postg" not in before and "postg" in after
    if moved and project.get("INSTALLED_APPS"):
        # Applications may bring indexes for PostgreSQL, which ask for this one; a project made on SQLite lacks it.
        managed["INSTALLED_APPS"] = joined(project.get("INSTALLED_APPS"), ["django.contrib.postgres"])
    return managed


def as_owner(values: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """For the process that migrates: the tables belong to another role than the one that the site has."""
    return {**{key: value for key, value in values.items() if key != "PASSWORD"}, "USER": owner}


def database(
    existing: Mapping[str, Any], values: Mapping[str, Any], password: str, django: tuple[int, ...]
) -> dict[str, Any]:
    engine = str(existing.get("ENGINE", ""))
    same_kind = "postg" in engine
    result = {
        **existing,
        "PASSWORD": password,
        **{key: value for key, value in values.items() if key not in ("ENGINE", "OPTIONS")},
        "ENGINE": values.get("ENGINE") or (engine if same_kind else postgresql_engine(engine)),
        "OPTIONS": {**(existing.get("OPTIONS") or {} if same_kind else {}), **values.get("OPTIONS", {})},
    }
    if values.get("HOST") and "postg" in result["ENGINE"]:
        # Else libpq takes a connection without TLS when the server, or somebody in between, offers no other.
        result["OPTIONS"].setdefault("sslmode", "require")
    if result["OPTIONS"].get("pool"):
        result["CONN_MAX_AGE"] = 0
    if django >= (4, 1) and "CONN_HEALTH_CHECKS" not in values:
        # Libraries that read a URL write False for whom never said so.
        result["CONN_HEALTH_CHECKS"] = True
    return result


def postgresql_engine(engine: str) -> str:
    return "django.contrib.gis.db.backends.postgis" if ".gis." in engine else "django.db.backends.postgresql"


def caches(project: Settings, wanted: Settings, credential: Credential, django: tuple[int, ...]) -> dict[str, Any]:
    """Point the default cache, every Redis cache and every new alias to the server; merge the wanted values."""
    existing = project.get("CACHES") or {}
    location = wanted["cache_location"].replace("{password}", quote(credential("cache_password"), safe=""))
    result = dict(existing)
    for alias in {**existing, "default": {}, **wanted["caches"]}:
        before, values = existing.get(alias) or {}, wanted["caches"].get(alias, {})
        if "BACKEND" in values and not is_redis(values):
            result[alias] = values
        elif alias == "default" or not before or is_redis(before):
            result[alias] = {**cache(before, location, alias, wanted, django), **values}
        else:
            result[alias] = {**before, **values}
    managed: dict[str, Any] = {"CACHES": result}
    if project.get("SESSION_ENGINE", "django.contrib.sessions.backends.db") == "django.contrib.sessions.backends.db":
        managed["SESSION_ENGINE"] = "django.contrib.sessions.backends.cached_db"
    return managed


def is_redis(cache: Mapping[str, Any]) -> bool:
    scheme = re.search(r"\w+://", str(cache.get("LOCATION", "")))
    return "redis" in str(cache.get("BACKEND", "")).lower() or bool(scheme and "redis" in scheme[0])


def cache(
    existing: Mapping[str, Any], location: str, alias: str, wanted: Settings, django: tuple[int, ...]
) -> dict[str, Any]:
    """Keep a Redis backend class and its options, because the project's code may use its extra API."""
    core = "django.core.cache.backends.redis.RedisCache" if django >= (4, 0) else "django_redis.cache.RedisCache"
    prefix = [wanted["cache_key_prefix"], "" if alias == "default" else alias, existing.get("KEY_PREFIX", "")]
    result = {
        **existing,
        "BACKEND": existing["BACKEND"] if is_redis(existing) else core,
        "LOCATION": location,
        "KEY_PREFIX": ".".join(part for part in prefix if part),
    }
    options = existing.get("OPTIONS") or {} if is_redis(existing) else {}
    result["OPTIONS"] = {key: value for key, value in options.items() if key.lower() not in CONNECTION_KEYS_OF_A_CACHE}
    return result


def mail(project: Settings, wanted: Settings, credential: Credential, django: tuple[int, ...]) -> dict[str, Any]:
    """Name the mail server where the project names none, and senders that mail providers take; keep everything else."""
    managed: dict[str, Any] = {}
    options = smtp_options(wanted, credential)
    if "MAILERS" in project:
        # Without a default mailer Django's own mail about errors has no way out.
        mailers = {"default": smtp_mailer(options), **project["MAILERS"]}
        managed["MAILERS"] = {
            alias: smtp_mailer(options) if is_development_mail(values.get("BACKEND", "")) else values
            for alias, values in mailers.items()
        }
    elif names_no_mail_server(project):
        if django >= (6, 1) and not OLD_MAIL_OPTIONS.keys() & project.keys():
            managed["MAILERS"] = {"default": smtp_mailer(options)}
        else:
            # Newer versions refuse to read them beside MAILERS.
            managed["EMAIL_BACKEND"] = SMTP_BACKEND
            managed.update({name: options[option] for name, option in OLD_MAIL_OPTIONS.items() if option in options})
    for name, default in LOCAL_SENDERS.items():
        if project.get(name, default) == default:
            managed[name] = wanted["email_sender"]
    return managed


def receivers(wanted: Settings, django: tuple[int, ...]) -> dict[str, Any]:
    """Who gets mail about errors and broken links: pairs of name and address before Django 6.0, addresses since."""
    named = {"ADMINS": wanted["admins"], "MANAGERS": wanted["managers"]}
    return {
        name: addresses if django >= (6, 0) else [parseaddr(address) for address in addresses]
        for name, addresses in named.items()
        if addresses
    }


def names_no_mail_server(project: Settings) -> bool:
    backend = project.get("EMAIL_BACKEND", SMTP_BACKEND)
    is_default = backend == SMTP_BACKEND and project.get("EMAIL_HOST", "localhost") == "localhost"
    return is_default or is_development_mail(backend)


def smtp_mailer(options: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"BACKEND": SMTP_BACKEND, "OPTIONS": options}


def smtp_options(wanted: Settings, credential: Credential) -> Mapping[str, Any]:
    user = wanted["email_user"]
    return {
        "host": wanted["email_host"],
        "port": wanted["email_port"],
        "username": user,
        "password": credential("email_password") if user else "",
        "use_tls": wanted["email_security"] == "starttls",
        "use_ssl": wanted["email_security"] == "tls",
        # Else a server that does not answer holds a process for ever.
        "timeout": 20,
    }


def is_development_mail(backend: str) -> bool:
    return any(backend == f"django.core.mail.backends.{kind}.EmailBackend" for kind in DEVELOPMENT_MAIL_BACKENDS)


def files(project: Settings, wanted: Settings) -> dict[str, Any]:
    managed = {
        "STATIC_URL": "/static/",
        "STATIC_ROOT": keep_type(project.get("STATIC_ROOT"), wanted["static_root"]),
        "MEDIA_URL": wanted["media_url"],
        "MEDIA_ROOT": keep_type(project.get("MEDIA_ROOT"), wanted["media_root"]),
        "FILE_UPLOAD_PERMISSIONS": 0o644,
        "FILE_UPLOAD_DIRECTORY_PERMISSIONS": 0o755,
    }
    if wanted["static_directories"]:
        managed["STATICFILES_DIRS"] = joined(project.get("STATICFILES_DIRS"), wanted["static_directories"])
    return managed


def https(wanted: Settings) -> dict[str, Any]:
    """nginx ends TLS, overwrites X-Forwarded-Proto and Host, and sends HSTS itself, with the same values."""
    return {
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "USE_X_FORWARDED_HOST": False,
        "USE_X_FORWARDED_PORT": False,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": wanted["hsts_seconds"],
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": wanted["hsts_include_subdomains"],
        "SECURE_HSTS_PRELOAD": wanted["hsts_preload"],
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_DOMAIN": None,
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_DOMAIN": None,
    }


def hsts_checks(wanted: Settings) -> list[str]:
    """The checks that ask for more HSTS than the inventory, which decides about it."""
    if not wanted["hsts_seconds"]:
        return ["security.W004"]
    checks = {"security.W005": wanted["hsts_include_subdomains"], "security.W021": wanted["hsts_preload"]}
    return [check for check, asked_for in checks.items() if not asked_for]


def body_size(project: Settings, wanted: Settings) -> dict[str, Any]:
    """A form without its files is never larger than what nginx lets through."""
    size = project.get("DATA_UPLOAD_MAX_MEMORY_SIZE", DEFAULT_FORM_SIZE)
    limit = wanted["body_size"]
    return {"DATA_UPLOAD_MAX_MEMORY_SIZE": limit} if limit and (size is None or size > limit) else {}


def error_pages() -> dict[str, Any]:
    """A template engine behind those of the project, which Django asks for what none of them has."""
    pages = {f"{code}.html": ERROR_PAGE.format(title=title, text=text) for code, (title, text) in ERRORS.items()}
    loader = ("django.template.loaders.locmem.Loader", pages)
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "private_error_pages",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {"loaders": [(CACHED_LOADER, [loader])]},
    }


def template_engine(engine: Mapping[str, Any]) -> dict[str, Any]:
    """Turn template debugging off, and wrap explicit loaders into the cached loader as Django does for its own."""
    options = dict(engine.get("OPTIONS") or {})
    if options.get("debug"):
        options["debug"] = False
    loaders = options.get("loaders")
    if loaders and not any(isinstance(loader, (list, tuple)) and loader[0] == CACHED_LOADER for loader in loaders):
        options["loaders"] = [(CACHED_LOADER, list(loaders))]
    return {**engine, "OPTIONS": options}


def journal_logging(wanted: Settings) -> dict[str, Any]:
    """Django logs nothing to the console without DEBUG; systemd carries the console to the journal."""
    formatter = "JsonFormatter" if wanted["log_format"] == "json" else "JournalFormatter"
    admins = {
        "class": "private_logging.AdminEmailHandler",
        "level": "ERROR",
        "filters": ["require_debug_false"],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"require_debug_false": {"()": "django.utils.log.RequireDebugFalse"}},
        "formatters": {"journal": {"()": f"private_logging.{formatter}"}},
        "handlers": {
            "journal": {"class": "logging.StreamHandler", "formatter": "journal"},
            "mail_admins": admins,
            "none": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["journal"], "level": wanted["log_level"]},
        "loggers": {
            "django": {"handlers": ["mail_admins"], "level": wanted["log_level"]},
            "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
        },
    }


def loses_errors(logging: Settings) -> bool:
    """Whether errors of requests have no handler but Django's own ones: the console of DEBUG, and mail to ADMINS."""
    loggers = logging.get("loggers") or {}
    on_the_way = [logging.get("root"), *(loggers.get(name) for name in ("", "django", "django.request"))]
    return not any(logger and logger.get("handlers") for logger in on_the_way)


def with_errors(logging: Settings) -> dict[str, Any]:
    loggers = logging.get("loggers") or {}
    request = {**(loggers.get("django.request") or {}), "handlers": ["request_errors"]}
    return {
        **logging,
        "handlers": {**(logging.get("handlers") or {}), "request_errors": {"class": "logging.StreamHandler"}},
        "loggers": {**loggers, "django.request": request},
    }


def joined(existing: Any, more: list[str]) -> Any:
    return keep_type(existing, [*(existing or []), *(item for item in more if item not in (existing or []))])


def keep_type(existing: Any, value: Any) -> Any:
    """A Path stays a Path and a tuple a tuple, because the project's code may rely on it."""
    if isinstance(existing, pathlib.PurePath):
        return pathlib.Path(value)
    if isinstance(existing, tuple):
        return tuple(value)
    return value
