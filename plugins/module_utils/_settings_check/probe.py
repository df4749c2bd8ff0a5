# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that looks at a Django project from inside: run by the project's own Python, as the service's user.

It is sent to that Python on standard input, so it stands alone: the standard library and Django 4.2 or newer. The
project is imported in a child process whose output goes nowhere; this process never imports it, so that whatever the
settings do (print, loop, exit, patch modules), one JSON document comes out between two marks.
"""

from __future__ import annotations

import ast
import hashlib
import hmac
import json
import logging
import math
import os
import re
import select
import signal
import sys
import time
import traceback
import types
import typing as t

# What Django itself hides on its error pages, django.views.debug.SafeExceptionReporterFilter, and addresses of Sentry.
SENSITIVE = re.compile("API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|HTTP_COOKIE|DSN", re.I)
HARMLESS_KEYS = ("KEY_PREFIX", "KEY_FUNCTION")
SECRET_SETTINGS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "EMAIL_HOST_PASSWORD")
# Up to the last "@" of the host's part: not everybody encodes that of a password.
URL_PASSWORD = re.compile(r"(?<=://)([^:/@\s'\"]*):([^@\s'\"]+(?:@[^/@\s'\"]+)*)@")
SOURCE_SUFFIXES = (".py", ".env", ".toml", ".yml", ".yaml", ".json", ".ini", ".cfg", ".conf", ".txt", ".sh")
PASSED_FOLDERS = {".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages"}
MOST_SOURCE_BYTES = 1_000_000
MOST_ANSWER_BYTES = 20_000_000
MOST_VALUES = 50_000
LOGGERS = ("", "django", "django.request", "django.security.DisallowedHost")
ERROR_CODES = (400, 403, 404, 500)
MAIL_SECONDS = 10
# What every answer of the child holds, unless it is an error.
KEYS = {
    *(
        "django",
        "django_version",
        "python",
        "settings_module",
        "replaced",
        "code",
        "settings",
        "explicit",
        "secret_key",
    ),
    *("secret_key_fallbacks", "checks", "templates", "error_templates", "handlers", "paths", "files", "databases"),
    *("caches", "mail", "migrations"),
}


# The parent: starts the child, and tells what became of it -----------------------------------------------------


def main(options: dict[str, t.Any]) -> None:
    """options: mark, seconds, salt, settings, pythonpath, django_checks, tags, databases, probe; all of them plain."""
    answer = sys.stdout
    # A .pth file may have changed os.environ since the start.
    began = read_environment("self")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setsid()
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        work(options, writer)
    os.close(writer)
    received, in_time = receive(reader, time.monotonic() + options["seconds"])
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    site = understand(received, in_time, status, options["seconds"])
    if "error" not in site:
        site["environment"] = {name: fingerprint(value, options["salt"]) for name, value in began.items()}
    answer.write(options["mark"] + json.dumps(site) + options["mark"])
    answer.flush()


def read_environment(process: str) -> dict[str, str]:
    """The environment that a process was started with: proc(5), /proc/pid/environ."""
    with open(f"/proc/{process}/environ", "rb") as stream:
        pairs = [entry.decode(errors="replace").partition("=") for entry in stream.read().split(b"\0") if entry]
    return {name: value for name, _equals, value in pairs}


def receive(reader: int, deadline: float) -> tuple[bytes, bool]:
    """Read what the child sends, up to a size; the second value is false when it took too long."""
    received = b""
    while len(received) < MOST_ANSWER_BYTES:
        if not select.select([reader], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return received, False
        block = os.read(reader, 1 << 16)
        if not block:
            break
        received += block
        if received.endswith(b"\n"):
            break
    return received, True


def understand(received: bytes, in_time: bool, status: int, seconds: float) -> dict[str, t.Any]:
    if not in_time:
        return failure("loading", "Timeout", f"the project took longer than {seconds:g} seconds")
    try:
        site = ast.literal_eval(received.decode())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        site = None
    if isinstance(site, dict) and (site.keys() >= KEYS or (isinstance(site.get("error"), dict) and len(site) == 1)):
        return site
    if received:
        return failure("loading", "Interference", "the project wrote into the answer of the check")
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
    return failure("loading", "Exit", f"the project ended the process with exit code {code} while it was loaded")


def failure(stage: str, kind: str, message: str, place: str = "") -> dict[str, t.Any]:
    return {"error": {"stage": stage, "type": kind, "message": message, "place": place}}


# The child: loads the project ------------------------------------------------------------------------------------


def work(options: dict[str, t.Any], writer: int) -> None:
    # Taken before the project can replace them; repr of plain values needs no module.
    write, leave, to_text = os.write, os._exit, repr
    try:
        site = look(options)
    except BaseException as error:
        site = describe(error, STAGE[0])
    text = (to_text(site) + "\n").encode(errors="backslashreplace")
    while text:
        text = text[write(writer, text) :]
    leave(0)


STAGE = ["loading"]


def look(options: dict[str, t.Any]) -> dict[str, t.Any]:
    for path in reversed(options["pythonpath"]):
        sys.path.insert(0, path)
    if options["settings"]:
        os.environ["DJANGO_SETTINGS_MODULE"] = options["settings"]
    try:
        import django
    except ImportError:
        return failure("django", "NoDjango", sys.executable)
    if django.VERSION < (4, 2):
        return failure("django", "OldDjango", django.get_version())
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        return failure("django", "NoSettings", "")
    before = set(sys.modules)
    STAGE[0] = "settings"
    settings = load_settings()
    files = own_files(set(sys.modules) - before)
    STAGE[0] = "setup"
    django.setup()
    STAGE[0] = "checks"
    values = read_settings(settings)
    site = {
        "django": django.get_version(),
        "django_version": [number for number in django.VERSION if isinstance(number, int)][:3],
        "python": ".".join(map(str, sys.version_info[:3])),
        "settings_module": os.environ["DJANGO_SETTINGS_MODULE"],
        "replaced": not is_django_s_own(),
        "code": os.getcwd(),
        "settings": values,
        "explicit": sorted(name for name in values if is_explicit(settings, name)),
        "secret_key": look_at_key(getattr(settings, "SECRET_KEY", ""), options["salt"]),
        "secret_key_fallbacks": [
            look_at_key(key, options["salt"]) for key in getattr(settings, "SECRET_KEY_FALLBACKS", [])
        ],
        "checks": run_checks(options),
        "templates": template_engines(),
        "error_templates": {str(code): error_page(code) for code in ERROR_CODES},
        "handlers": {name: [handler(item) for item in effective_handlers(name)] for name in LOGGERS},
        "paths": {name: root(values.get(name)) for name in ("STATIC_ROOT", "MEDIA_ROOT")},
        "files": files,
    }
    STAGE[0] = "probes"
    return {**site, **run_probes(options["probe"])}


def load_settings() -> t.Any:
    """Load the settings as the project's server does; class-based settings need their own importer."""
    if os.environ.get("DJANGO_CONFIGURATION"):
        import configurations

        configurations.setup()
    from django.conf import settings

    # Reading any setting loads them all.
    _debug = settings.DEBUG
    return settings


def is_django_s_own() -> bool:
    import django.conf

    return isinstance(django.conf.settings, django.conf.LazySettings)


def is_explicit(settings: t.Any, name: str) -> bool:
    try:
        return bool(settings.is_overridden(name))
    except Exception:
        return False


def own_files(modules: set[str]) -> list[str]:
    """Files of the modules that the settings brought, without those of installed packages."""
    files = {getattr(sys.modules.get(name), "__file__", None) or "" for name in modules}
    installed = (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__))
    return sorted(file for file in files if file.endswith(".py") and not file.startswith(installed))


def read_settings(settings: t.Any) -> dict[str, t.Any]:
    from django.conf import global_settings

    known = {name for name in dir(global_settings) if name.isupper()}
    names = known | {name for name in dir(settings) if name.isupper()}
    values = {}
    for name in sorted(names):
        try:
            value = getattr(settings, name)
        except Exception:
            # Django refuses to read EMAIL_* beside MAILERS; others are not there in this version.
            continue
        hidden = name in SECRET_SETTINGS or (name not in known and is_sensitive(name))
        values[name] = plain(value, hidden, 0)
    if not is_explicit(settings, "MAILERS"):
        values.pop("MAILERS", None)
    return values


def plain(value: t.Any, hidden: bool, depth: int) -> t.Any:
    """Turn a value into strings, numbers, lists and dicts, without secrets."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        if hidden:
            return {"secret": True, "length": len(str(value))}
        return value + 0 if math.isfinite(value) else str(value)
    if depth > 8:
        return {"type": kind(value)}
    if isinstance(value, dict):
        items = ((str(key), item) for key, item in value.items())
        return {key: plain(item, hidden or is_sensitive(key), depth + 1) for key, item in items}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, hidden, depth + 1) for item in value]
    if isinstance(value, re.Pattern):
        return str(value.pattern)
    if isinstance(value, (str, bytes, os.PathLike)) or "__proxy__" in type(value).__name__:
        text = os.fsdecode(value) if isinstance(value, (bytes, os.PathLike)) else "".join(str(value))
        if hidden and text:
            return {"secret": True, "length": len(text), "credential": credential_of(text)}
        return URL_PASSWORD.sub(r"\1:***@", text)
    if isinstance(value, type) or callable(value):
        return f"{getattr(value, '__module__', '?')}.{getattr(value, '__qualname__', kind(value))}"
    return {"type": kind(value)}


def is_sensitive(key: str) -> bool:
    return key.upper() not in HARMLESS_KEYS and bool(SENSITIVE.search(key))


def kind(value: t.Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


# Secrets -----------------------------------------------------------------------------------------------------------


# A name that the service logs in with comes beside its password and is no secret.
PUBLIC_CREDENTIALS = ("_user", "_username")


def fingerprint(value: str, salt: str) -> str:
    """Tells whether two values are equal, and nothing else to whom does not know the salt (RFC 2104)."""
    return hmac.new(salt.encode(), value.encode(errors="replace"), hashlib.sha256).hexdigest()[:16]


def read_credentials() -> dict[str, str]:
    """The secrets that systemd hands to the process, by name: systemd.exec(5), $CREDENTIALS_DIRECTORY."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY", "")
    found = {}
    for name in os.listdir(directory) if os.path.isdir(directory) else ():
        if name.endswith(PUBLIC_CREDENTIALS):
            continue
        with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as stream:
            found[name] = stream.read()
    return found


def credential_of(value: str) -> str | None:
    """The name of the credential that holds the value."""
    return next((name for name, content in read_credentials().items() if value in (content, content.strip())), None)


def look_at_key(key: t.Any, salt: str) -> dict[str, t.Any]:
    text = key.decode(errors="replace") if isinstance(key, bytes) else str(key)
    return {
        "length": len(text),
        "unique": len(set(text)),
        "insecure_prefix": text.startswith("django-insecure-"),
        "fingerprint": fingerprint(text, salt),
        "credential": credential_of(text),
        "in_source": find_in_source(text.encode(errors="replace"), os.getcwd()),
    }


def find_in_source(value: bytes, directory: str) -> str | None:
    """The first file of the project's code that holds the value."""
    if len(value) < 8:
        return None
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if name not in PASSED_FOLDERS)
        for name in sorted(names):
            if not (name.endswith(SOURCE_SUFFIXES) or name.startswith(".env")):
                continue
            path = os.path.join(folder, name)
            try:
                with open(path, "rb") as stream:
                    if value in stream.read(MOST_SOURCE_BYTES):
                        return path
            except OSError:
                continue
    return None


# Errors ------------------------------------------------------------------------------------------------------------


def describe(error: BaseException, stage: str) -> dict[str, t.Any]:
    """Tell what went wrong and where, without any secret that the message may hold."""
    frames = traceback.extract_tb(error.__traceback__)
    inner = [frame for frame in frames if not frame.filename.startswith("<")]
    place = f"{inner[-1].filename}:{inner[-1].lineno}" if inner else ""
    own = [frame for frame in inner if is_of_the_project(frame.filename)]
    if own:
        place = f"{own[-1].filename}:{own[-1].lineno}"
    if isinstance(error, SyntaxError):
        place, message = f"{error.filename}:{error.lineno}", error.msg
    elif isinstance(error, ModuleNotFoundError):
        message = f"No module named {error.name!r}"
    else:
        message = say(error)
    return failure(stage, type(error).__name__, message, place)


def is_of_the_project(filename: str) -> bool:
    return not (filename.startswith("<") or "site-packages" in filename or os.sep + "lib" in filename)


def say(error: BaseException) -> str:
    """The first line of what an error says, without any secret."""
    try:
        text = str(error)
    except Exception:
        return ""
    lines = redact(text, secrets_near(error)).splitlines()
    return next((line for line in lines if line.strip()), "")[:500]


def redact(message: str, secrets: set[str]) -> str:
    # In quotes, as in the message of a KeyError, line breaks and backslashes look different.
    forms = secrets | {repr(secret)[1:-1] for secret in secrets}
    for secret in sorted(forms, key=len, reverse=True):
        message = message.replace(secret, "***")
    message = URL_PASSWORD.sub(r"\1:***@", message)
    return re.sub(r"[^\s'\"/.:=,()\[\]{}<>]{16,}", lambda word: word[0] if is_a_name(word[0]) else "***", message)


def is_a_name(word: str) -> bool:
    """A long word may be shown when it is a name as programs have them, such as a migration's or a class's."""
    if not re.fullmatch(r"(\d{4}_)?[A-Za-z_-]*\d{0,4}", word):
        return False
    changes = sum(one.islower() != other.islower() for one, other in zip(word, word[1:]))
    return changes <= len(word) / 3


def secrets_near(error: BaseException) -> set[str]:
    """Strings that are secrets by their names: in the environment, the credentials and the frames of the traceback."""
    found = {value for name, value in os.environ.items() if SENSITIVE.search(name)}
    found.update(content.strip() for content in read_credentials().values())
    scopes = []
    step: BaseException | None = error
    while step is not None:
        for frame, _line in traceback.walk_tb(step.__traceback__):
            # The names of this program are no settings.
            names = [("", frame.f_locals)] + ([] if frame.f_globals is globals() else [("", frame.f_globals)])
            if is_of_the_project(frame.f_code.co_filename):
                scopes += names
            else:
                found |= secrets_in(names, attributes=False)
        step = step.__cause__ or step.__context__
    found |= secrets_in(scopes)
    for value in list(found):
        found.update(password for _user, password in URL_PASSWORD.findall(value))
    return {value for value in found if len(value) > 3}


def secrets_in(named: list[tuple[str, t.Any]], attributes: bool = True) -> set[str]:
    """Strings below a name of a secret, in dictionaries, lists and attributes of objects; the nearest values first.

    The objects of libraries hold many strings below such names that are none.
    """
    found: set[str] = set()
    seen: set[int] = set()
    for name, value in named:
        if len(seen) >= MOST_VALUES:
            break
        # By type, because isinstance would make a lazy object load what has just failed.
        own = type(value)
        if issubclass(own, (str, bytes)):
            if SENSITIVE.search(name) or name.endswith(("URL", "URI")):
                found.add(value if issubclass(own, str) else value.decode(errors="replace"))
        elif id(value) not in seen and not issubclass(own, (type, types.ModuleType, types.FunctionType)):
            seen.add(id(value))
            # The list grows while it is walked.
            if issubclass(own, dict):
                named += [(key if issubclass(type(key), str) else name, item) for key, item in list(dict.items(value))]
            elif issubclass(own, (list, tuple, set, frozenset)):
                named += [(name, item) for item in list(value)]
            elif attributes and "__dict__" in dir(own):
                named += list(object.__getattribute__(value, "__dict__").items())
    return found


# What Django makes of the settings ---------------------------------------------------------------------------------


def run_checks(options: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    from django.core import checks

    if not options["django_checks"]:
        return []
    unknown = [tag for tag in options["tags"] if not checks.tag_exists(tag, include_deployment_checks=True)]
    if unknown:
        raise LookupError(f"Django has no checks with the tag {unknown[0]}")
    messages = checks.run_checks(
        tags=options["tags"] or None, include_deployment_checks=True, databases=options["databases"] or None
    )
    names = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}
    return [
        {
            "id": message.id or "",
            "level": names[max(level for level in names if level <= max(message.level, 10))],
            "message": redact_urls(message.msg),
            "hint": redact_urls(message.hint) if message.hint else None,
            "object": label(message.obj),
            "silenced": bool(message.is_silenced()),
        }
        for message in messages
    ]


def redact_urls(text: t.Any) -> str:
    return URL_PASSWORD.sub(r"\1:***@", str(text))


def label(thing: t.Any) -> str | None:
    if thing is None:
        return None
    meta = getattr(thing, "_meta", None)
    return str(getattr(meta, "label", None) or getattr(thing, "__name__", None) or kind(thing))


def template_engines() -> list[dict[str, t.Any]]:
    from django.template import engines
    from django.template.backends.django import DjangoTemplates
    from django.template.loaders.cached import Loader

    found: list[dict[str, t.Any]] = []
    for engine in engines.all():
        inner = engine.engine if isinstance(engine, DjangoTemplates) else None
        cached = any(isinstance(loader, Loader) for loader in inner.template_loaders) if inner else None
        found.append({"backend": kind(engine), "cached": cached, "debug": bool(inner and inner.debug)})
    return found


def error_page(code: int) -> str:
    """Whether the project has a page of its own. Django renders the one of 500 without any context."""
    from django.template import TemplateDoesNotExist
    from django.template.loader import get_template
    from django.urls import get_resolver

    try:
        if not get_resolver().resolve_error_handler(code).__module__.startswith("django.views.defaults"):
            return "ok"
        template = get_template(f"{code}.html")
        if code == 500:
            template.render()
    except TemplateDoesNotExist as missing:
        return "default" if missing.args[:1] == (f"{code}.html",) else "broken: TemplateDoesNotExist"
    except Exception as error:
        told = describe(error, "error pages")["error"]
        return f"broken: {told['type']}: {told['message']} ({told['place']})"
    return "ok"


def effective_handlers(name: str) -> list[logging.Handler]:
    """The handlers that a record of this logger reaches, as logging itself finds them."""
    found: list[logging.Handler] = []
    if logging.getLogger(name).disabled:
        return found
    logger: logging.Logger | None = logging.getLogger(name)
    while logger:
        found += logger.handlers
        logger = logger.parent if logger.propagate else None
    return found or ([logging.lastResort] if logging.lastResort else [])


def handler(item: logging.Handler) -> dict[str, t.Any]:
    result: dict[str, t.Any] = {
        "class": kind(item),
        "level": logging.getLevelName(item.level),
        "filters": [type(entry).__name__ for entry in item.filters],
    }
    path = getattr(item, "baseFilename", None)
    if path:
        result.update(path=path, writable=os.access(path if os.path.exists(path) else os.path.dirname(path), os.W_OK))
    return result


def root(path: t.Any) -> dict[str, bool]:
    if not isinstance(path, str) or not path:
        return {"exists": False, "writable": False, "manifest": False}
    names = {"staticfiles.json"}
    try:
        from django.contrib.staticfiles.storage import staticfiles_storage

        names.add(getattr(staticfiles_storage, "manifest_name", "staticfiles.json"))
    except Exception:
        names.add("staticfiles.json")
    return {
        "exists": os.path.isdir(path),
        "writable": os.access(path, os.W_OK),
        "manifest": any(os.path.isfile(os.path.join(path, name)) for name in names),
    }


# Live --------------------------------------------------------------------------------------------------------------


def run_probes(wanted: list[str]) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {"databases": {}, "caches": {}, "mail": None, "migrations": None}
    if "database" in wanted:
        from django.db import connections

        found["databases"] = {alias: probe_database(connections[alias]) for alias in connections}
        if all(database["reachable"] for database in found["databases"].values()):
            found["migrations"] = unapplied_migrations()
    if "cache" in wanted:
        from django.core.cache import caches

        found["caches"] = {alias: probe_cache(alias) for alias in caches.settings}
    if "email" in wanted:
        found["mail"] = probe_mail()
    return found


def probe_database(connection: t.Any) -> dict[str, t.Any]:
    result: dict[str, t.Any] = {"reachable": False, "error": ""}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            result["reachable"] = True
            if connection.vendor == "postgresql":
                # The server hides it from a role that is not the one that logged in: psycopg knows, or psycopg2.
                driver = connection.connection
                result["tls"] = bool((getattr(driver, "pgconn", None) or driver.info).ssl_in_use)
                cursor.execute("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user")
                row = cursor.fetchone() or (False, False, False)
                result["superuser"], result["createdb"], result["createrole"] = (bool(value) for value in row)
                cursor.execute("SHOW max_connections")
                result["max_connections"] = int(cursor.fetchone()[0])
    except Exception as error:
        result["error"] = f"{type(error).__name__}: {say(error)}"
    return result


def unapplied_migrations() -> list[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def probe_cache(alias: str) -> dict[str, t.Any]:
    """Set a value here and read it in a second process, which shares nothing with this one but the cache."""
    from django.core.cache import caches

    name, value = f"settings_check.{os.getpid()}", str(time.time())
    waiting, told = os.pipe()
    second = os.fork()
    if second == 0:
        os.close(told)
        os.read(waiting, 1)
        try:
            os._exit(0 if caches[alias].get(name) == value else 1)
        finally:
            os._exit(2)
    os.close(waiting)
    error = ""
    try:
        caches[alias].set(name, value, 60)
    except Exception as problem:
        error = f"{type(problem).__name__}: {say(problem)}"
    os.close(told)
    code = os.waitstatus_to_exitcode(os.waitpid(second, 0)[1])
    if not error:
        try:
            caches[alias].delete(name)
        except Exception as problem:
            error = f"{type(problem).__name__}: {say(problem)}"
    if not error and code:
        error = "another process does not see the value" if code == 1 else "another process cannot read it"
    return {"round_trip": not error, "error": error}


def probe_mail() -> dict[str, t.Any]:
    from django.core import mail

    try:
        connection = mail.get_connection()
        if hasattr(connection, "timeout"):
            connection.timeout = MAIL_SECONDS
        connection.open()
        smtp: t.Any = getattr(connection, "connection", None)
        if hasattr(smtp, "noop"):
            smtp.noop()
        connection.close()
    except Exception as error:
        return {"accepts": False, "error": f"{type(error).__name__}: {say(error)}"}
    return {"accepts": True, "error": ""}
