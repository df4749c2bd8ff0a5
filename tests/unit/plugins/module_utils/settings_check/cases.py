"""For every rule: sites where it fails, sites where it passes unless SOUND is one, sites where it does not apply."""

from __future__ import annotations

from typing import Any

from ansible_collections.hardened.django.plugins.module_utils._settings_check.catalogue import CATALOGUE
from ansible_collections.hardened.django.tests.unit.plugins.module_utils.settings_check.sites import (
    ABSENT,
    BACKUPS,
    CERTIFICATE,
    CONSOLE,
    DAY,
    DJANGO_6,
    FILE,
    KEY,
    MAIL,
    MAILERS,
    NOW,
    NULL,
    OLD_KEY,
    SECRET,
    SOUND,
    STREAM,
)

Changes = dict[str, Any]

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
DUMMY = "django.core.cache.backends.dummy.DummyCache"
FILE_CACHE = "django.core.cache.backends.filebased.FileBasedCache"
MEMCACHED = "django.core.cache.backends.memcached.PyMemcacheCache"
REDIS = "django.core.cache.backends.redis.RedisCache"
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/blog/db.sqlite3"}
MAIL_BACKENDS = "django.core.mail.backends"
SESSIONS = "django.contrib.sessions.backends"
APPS: list[str] = SOUND["settings"]["INSTALLED_APPS"]
MIDDLEWARE: list[str] = SOUND["settings"]["MIDDLEWARE"]
NO_SESSIONS: Changes = {"settings/INSTALLED_APPS": ["blog"], "settings/MIDDLEWARE": []}

CACHE, CACHE_LOCATION = "settings/CACHES/default/BACKEND", "settings/CACHES/default/LOCATION"
DATABASE, DATABASE_OPTIONS = "settings/DATABASES/default", "settings/DATABASES/default/OPTIONS"
PROBE = "databases/default"
SALT_FALLBACK = "SIGNED_COOKIE_LEGACY_SALT_FALLBACK"
DJANGO_W016 = {**SOUND["checks"][0], "id": "security.W016", "silenced": False}
DJANGO_W018 = {**DJANGO_W016, "id": "security.W018"}
DJANGO_W005 = {**DJANGO_W016, "id": "security.W005"}

SSLMODE = 'DATABASES["default"]["OPTIONS"]["sslmode"]'
MAX_AGE, HEALTH_CHECKS = f"{DATABASE}/CONN_MAX_AGE", f"{DATABASE}/CONN_HEALTH_CHECKS"
POOL = {"pool": {"min_size": 2, "max_size": 20}}
ENGINE = SOUND["templates"][0]
ENGINE_OF_SESSIONS = "settings/SESSION_ENGINE"
LOOPBACK = ["localhost", "127.0.0.1", "[::1]", ".localhost"]
TOOLBAR: Changes = {"settings/INSTALLED_APPS": [*APPS, "debug_toolbar"]}
INCLUDE_SUBDOMAINS = "settings/SECURE_HSTS_INCLUDE_SUBDOMAINS"
PRELOAD: Changes = {
    "settings/SECURE_HSTS_SECONDS": 63072000,
    "settings/SECURE_HSTS_PRELOAD": True,
    INCLUDE_SUBDOMAINS: True,
}
LOCALE: Changes = {"settings/MIDDLEWARE": [*MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]}
BROKEN_LINKS: Changes = {"settings/MIDDLEWARE": ["django.middleware.common.BrokenLinkEmailsMiddleware", *MIDDLEWARE]}
# Of nginx: the third server passes requests on to the project.
OUR_SERVER, CERTIFICATES = "edge/servers/2", "edge/certificates"
KEPT = SOUND["edge"]["certificates"][CERTIFICATE]
DEEP: Changes = {"settings/ALLOWED_HOSTS": [".blog.org"], f"{OUR_SERVER}/names": ["a.b.blog.org"]}
PROJECT_IS_DEFAULT: Changes = {"edge/servers/0/sockets/1/default": False, f"{OUR_SERVER}/sockets/0/default": True}
TIMES = "service/backups/times"
EDGE = [id for id in CATALOGUE if id.startswith("edge.")]
SALT: Changes = {f"settings/{SALT_FALLBACK}": True}
# Django before 6.1 goes by EMAIL_*, whatever MAILERS holds.
UNREAD_MAILERS: Changes = {
    "settings/MAILERS": MAILERS["settings/MAILERS"],
    "settings/EMAIL_BACKEND": f"{MAIL_BACKENDS}.console.EmailBackend",
}
FALLBACKS_FILE = {"path": "/etc/blog/secrets/secret_key_fallbacks", "mode": "0400", "owner": "root"}
YOUNG_FALLBACKS: Changes = {
    "secret_key_fallbacks": [OLD_KEY],
    "service/credentials": [{**FALLBACKS_FILE, "modified": NOW - 13 * DAY}],
}
OLD_FALLBACKS: Changes = {**YOUNG_FALLBACKS, "service/credentials": [{**FALLBACKS_FILE, "modified": NOW - 15 * DAY}]}
DUMMY_TASKS: Changes = {
    **DJANGO_6,
    "explicit": ["TASKS"],
    "settings/TASKS": {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}},
}

# Id, changes to SOUND, the setting of the finding, a piece of its message.
FAILING: list[tuple[str, Changes, str, str]] = [
    ("secret.E001", {"secret_key/in_source": "/srv/blog/app/code/blog/dev.py"}, "SECRET_KEY", "code/blog/dev.py"),
    ("secret.W002", {"secret_key_fallbacks": [OLD_KEY, KEY]}, "SECRET_KEY_FALLBACKS[1]", "not rotated"),
    *(
        (
            "secret.E003",
            {"service/credentials": [{"path": "/etc/key", "mode": mode, "owner": owner}]},
            "/etc/key",
            piece,
        )
        for mode, owner, piece in (
            ("0444", "root", "has the mode 0444"),
            ("0460", "root", "has the mode 0460"),
            ("0500", "root", "has the mode 0500"),
            ("4400", "root", "has the mode 4400"),
            ("0400", "blog", "belongs to blog"),
            ("", "", "no such file"),
        )
    ),
    ("secret.E004", {"secret_key/fingerprint": "77"}, "SECRET_KEY", "its fingerprint is another one"),
    ("secret.E005", {"secret_key_fallbacks": [{**OLD_KEY, "in_source": "/x.py"}]}, "SECRET_KEY_FALLBACKS[0]", "/x.py"),
    ("secret.I006", {"secret_key_fallbacks": [OLD_KEY]}, "SECRET_KEY_FALLBACKS", "holds 1 old key."),
    ("secret.I006", {"secret_key_fallbacks": [OLD_KEY, OLD_KEY]}, "SECRET_KEY_FALLBACKS", "holds 2 old keys."),
    ("secret.I006", YOUNG_FALLBACKS, "SECRET_KEY_FALLBACKS", "holds 1 old key."),
    ("secret.E007", {"secret_key/credential": None}, "SECRET_KEY", "not the value of the credential 'secret_key'."),
    ("secret.E007", {"secret_key/credential": "other"}, "SECRET_KEY", "not the value of the credential 'secret_key'."),
    ("secret.W008", OLD_FALLBACKS, "SECRET_KEY_FALLBACKS", "is 15 days old, and nothing that was signed before counts"),
    (
        "secret.W008",
        {**YOUNG_FALLBACKS, "settings/SESSION_COOKIE_AGE": 3600},
        "SECRET_KEY_FALLBACKS",
        "is 13 days old, and nothing that was signed before counts longer than 3 days",
    ),
    ("debug.E001", {"settings/DEBUG": True}, "DEBUG", "DEBUG is True and was to be False"),
    ("debug.E001", {"settings/DEBUG": "False"}, "DEBUG", "DEBUG is True and was to be False"),
    ("debug.E001", {"settings/DEBUG": True, "checks": [{**DJANGO_W018, "silenced": True}]}, "DEBUG", "DEBUG is True"),
    ("debug.E001", {"expect/debug": True}, "DEBUG", "DEBUG is False and was to be True"),
    ("debug.W002", {"templates": [{**ENGINE, "debug": True}]}, 'TEMPLATES[0]["OPTIONS"]["debug"]', "DEBUG is off"),
    ("debug.W003", {"settings/DEBUG_PROPAGATE_EXCEPTIONS": True}, "DEBUG_PROPAGATE_EXCEPTIONS", "not handler500"),
    ("debug.W004", {"settings/INSTALLED_APPS": [*APPS, "silk"]}, "INSTALLED_APPS", "shows them to everybody"),
    (
        "debug.W004",
        {"settings/INSTALLED_APPS": [*APPS, "silk.apps.SilkAppConfig"], "settings/SILKY_AUTHENTICATION": True},
        "INSTALLED_APPS",
        "silk",
    ),
    (
        "debug.W004",
        {**TOOLBAR, "settings/DEBUG_TOOLBAR_CONFIG": {"SHOW_TOOLBAR_CALLBACK": "blog.settings.<lambda>"}},
        'DEBUG_TOOLBAR_CONFIG["SHOW_TOOLBAR_CALLBACK"]',
        "blog.settings.<lambda>",
    ),
    ("debug.I005", TOOLBAR, "INSTALLED_APPS", "debug_toolbar is installed"),
    ("debug.I005", {"settings/INSTALLED_APPS": ["django_browser_reload"]}, "INSTALLED_APPS", "django_browser_reload"),
    ("debug.I006", {"settings/INTERNAL_IPS": ["127.0.0.1"]}, "INTERNAL_IPS", "['127.0.0.1']"),
    ("hosts.E001", {"settings/ALLOWED_HOSTS": ["www.blog.org", "*"]}, "ALLOWED_HOSTS", "'*'"),
    ("hosts.E001", {"settings/ALLOWED_HOSTS": [".com"]}, "ALLOWED_HOSTS", "'.com'"),
    ("hosts.E001", {"settings/ALLOWED_HOSTS": [".co.uk"]}, "ALLOWED_HOSTS", "'.co.uk'"),
    ("hosts.E001", {"settings/ALLOWED_HOSTS": [".herokuapp.com"]}, "ALLOWED_HOSTS", "'.herokuapp.com'"),
    ("hosts.E002", {"settings/ALLOWED_HOSTS": ["www.blog.org"]}, "ALLOWED_HOSTS", "'.blog.org'"),
    ("hosts.E002", {"settings/ALLOWED_HOSTS": ["*.blog.org"]}, "ALLOWED_HOSTS", "'www.blog.org'"),
    ("hosts.E002", {"expect/domains": ["Blog.Net"]}, "ALLOWED_HOSTS", "'blog.net'"),
    ("hosts.W003", {"settings/ALLOWED_HOSTS": [".blog.org", "old.blog.net"]}, "ALLOWED_HOSTS", "'old.blog.net'"),
    ("hosts.W003", {"settings/ALLOWED_HOSTS": [".blog.org", "intranet"]}, "ALLOWED_HOSTS", "'intranet'"),
    ("hosts.W003", {"expect/domains": ["www.blog.org"]}, "ALLOWED_HOSTS", "'.blog.org'"),
    ("hosts.E004", {"settings/ALLOWED_HOSTS": LOOPBACK, "expect": {}}, "ALLOWED_HOSTS", "'.localhost'"),
    *(
        ("hosts.W005", {"settings/ALLOWED_HOSTS": [".blog.org", name]}, "ALLOWED_HOSTS", f"'{name}', which matches no")
        for name in ("https://blog.org", "blog.org:8000", "blog.org/", "*.blog.org", "::1", "blog.org, x.org", ".", "")
    ),
    ("cache.E001", {CACHE: LOCMEM}, 'CACHES["default"]["BACKEND"]', "each process has a cache of its own"),
    ("cache.E001", {CACHE: LOCMEM, "service": None, "expect": {}}, 'CACHES["default"]["BACKEND"]', LOCMEM),
    ("cache.W002", {CACHE: DUMMY}, 'CACHES["default"]["BACKEND"]', "keeps nothing"),
    ("cache.W003", {CACHE: FILE_CACHE}, 'CACHES["default"]["BACKEND"]', "each host has a cache of its own"),
    ("cache.I004", {"settings/CACHES/near": {"BACKEND": LOCMEM}}, 'CACHES["near"]["BACKEND"]', "shares nothing"),
    ("cache.W005", {CACHE_LOCATION: "redis://10.0.0.3:6379/0"}, 'CACHES["default"]["LOCATION"]', "on 10.0.0.3"),
    ("cache.W005", {CACHE_LOCATION: "redis://[fd00::3]/0"}, 'CACHES["default"]["LOCATION"]', "on fd00::3"),
    (
        "cache.W005",
        {CACHE_LOCATION: "redis://blog@cache.blog.org/0"},
        'CACHES["default"]["LOCATION"]',
        "cache.blog.org",
    ),
    ("cache.W005", {CACHE_LOCATION: ["redis://:***@a", "redis://b"]}, 'CACHES["default"]["LOCATION"]', "on b is"),
    ("cache.W005", {CACHE_LOCATION: "redis://:***@a;redis://b"}, 'CACHES["default"]["LOCATION"]', "on b is"),
    (
        "cache.W005",
        {CACHE: "django_redis.cache.RedisCache", CACHE_LOCATION: "valkey://10.0.0.3/1"},
        'CACHES["default"]["LOCATION"]',
        "without a password",
    ),
    (
        "cache.I006",
        {CACHE: MEMCACHED, CACHE_LOCATION: ["127.0.0.1:11211", "10.0.0.3:11211"]},
        'CACHES["default"]["LOCATION"]',
        "server on 10.0.0.3",
    ),
    ("cache.I007", {CACHE_LOCATION: "redis://:***@10.0.0.3/0"}, 'CACHES["default"]["LOCATION"]', "without TLS"),
    ("cache.E008", {CACHE_LOCATION: "rediss://:***@10.0.0.4"}, 'CACHES["default"]["LOCATION"]', "on 10.0.0.4 and"),
    ("cache.E008", {CACHE: LOCMEM, CACHE_LOCATION: ""}, 'CACHES["default"]["LOCATION"]', f"on {LOCMEM} and was to be"),
    (
        "cache.E009",
        {"caches/default": {"round_trip": False, "error": "ConnectionError: refused"}},
        'CACHES["default"]',
        "ConnectionError: refused",
    ),
    ("database.E001", {DATABASE: SQLITE}, 'DATABASES["default"]["ENGINE"]', "django.db.backends.sqlite3"),
    (
        "database.E001",
        {DATABASE: {"ENGINE": "django.contrib.gis.db.backends.spatialite"}},
        'DATABASES["default"]["ENGINE"]',
        "spatialite",
    ),
    ("database.I002", {"settings/DATABASES/old": SQLITE}, 'DATABASES["old"]["ENGINE"]', "a file on this host"),
    ("database.E003", {f"{DATABASE}/PASSWORD": ""}, 'DATABASES["default"]["PASSWORD"]', "on 10.0.0.2"),
    ("database.E003", {f"{DATABASE}/PASSWORD": ABSENT}, 'DATABASES["default"]["PASSWORD"]', "is empty"),
    ("database.W004", {DATABASE_OPTIONS: {}}, 'DATABASES["default"]["OPTIONS"]["sslmode"]', "is not set"),
    ("database.W004", {f"{DATABASE_OPTIONS}/sslmode": "prefer"}, SSLMODE, "is prefer"),
    ("database.W004", {f"{DATABASE}/HOST": "127.0.0.1,10.0.0.2", DATABASE_OPTIONS: None}, SSLMODE, "is not set"),
    ("database.I005", {f"{DATABASE_OPTIONS}/sslmode": "require"}, SSLMODE, "is require"),
    ("database.I005", {f"{DATABASE_OPTIONS}/sslmode": "verify-ca"}, SSLMODE, "is verify-ca"),
    ("database.E006", {f"{DATABASE}/HOST": "10.0.0.9"}, 'DATABASES["default"]["HOST"]', "'10.0.0.9' and was to be"),
    ("database.E006", {DATABASE: SQLITE}, 'DATABASES["default"]["HOST"]', "None and was to be '10.0.0.2'"),
    ("database.E007", {f"{DATABASE}/NAME": "test"}, 'DATABASES["default"]["NAME"]', "'test' and was to be 'blog'"),
    *(
        ("database.E008", {DATABASE_OPTIONS: {option: 1}}, f'DATABASES["default"]["OPTIONS"]["{option}"]', "no option")
        for option in ("conn_max_age", "CONN_HEALTH_CHECKS", "ssl_require", "ATOMIC_REQUESTS")
    ),
    (
        "database.E008",
        {"django": "4.2.28", "django_version": [4, 2, 28], DATABASE_OPTIONS: {"pool": True}},
        'DATABASES["default"]["OPTIONS"]["pool"]',
        "the first one will fail",
    ),
    ("database.E009", {DATABASE_OPTIONS: POOL}, 'DATABASES["default"]["CONN_MAX_AGE"]', "is 60 beside a pool"),
    ("database.E009", {DATABASE_OPTIONS: POOL, MAX_AGE: None}, 'DATABASES["default"]["CONN_MAX_AGE"]', "is None"),
    ("database.W010", {"service/interface": "asgi"}, 'DATABASES["default"]["CONN_MAX_AGE"]', "is 60 under ASGI"),
    ("database.I011", {MAX_AGE: 0}, 'DATABASES["default"]["CONN_MAX_AGE"]', "is 0"),
    ("database.I011", {MAX_AGE: ABSENT}, 'DATABASES["default"]["CONN_MAX_AGE"]', "is 0"),
    ("database.W012", {HEALTH_CHECKS: False}, 'DATABASES["default"]["CONN_HEALTH_CHECKS"]', "is False"),
    ("database.W012", {HEALTH_CHECKS: ABSENT, MAX_AGE: None}, 'DATABASES["default"]["CONN_HEALTH_CHECKS"]', "is False"),
    (
        "database.W012",
        {HEALTH_CHECKS: False, MAX_AGE: 0, DATABASE_OPTIONS: POOL},
        'DATABASES["default"]["CONN_HEALTH_CHECKS"]',
        "is False",
    ),
    ("database.W013", {"expect/processes": 98}, 'DATABASES["default"]', "98 processes with 1 connection each"),
    ("database.W013", {"expect/processes": 25, DATABASE_OPTIONS: {"pool": True}}, 'DATABASES["default"]', "with 4 "),
    ("database.W013", {"expect/processes": 10, DATABASE_OPTIONS: POOL}, 'DATABASES["default"]', "with 20 connections"),
    ("database.W013", {"expect/processes": 33, "expect/threads": 3}, 'DATABASES["default"]', "with 3 connections each"),
    (
        "database.W013",
        {"expect/processes": ABSENT, "expect/hosts": 9, "expect/threads": 4},
        'DATABASES["default"]',
        "27 processes with 4 connections each",
    ),
    ("database.E019", {f"{DATABASE}/PORT": "6432"}, 'DATABASES["default"]["PORT"]', "'6432' and was to be 5432"),
    ("database.E020", {f"{DATABASE}/USER": "postgres"}, 'DATABASES["default"]["USER"]', "'postgres'"),
    (
        "database.E014",
        {PROBE: {"reachable": False, "error": "OperationalError: timeout"}},
        'DATABASES["default"]',
        "OperationalError: timeout",
    ),
    ("database.W015", {f"{PROBE}/tls": False}, 'DATABASES["default"]', "on another host has no TLS"),
    ("database.W016", {f"{PROBE}/superuser": True}, 'DATABASES["default"]["USER"]', "superuser"),
    (
        "database.W016",
        {f"{PROBE}/createdb": True, f"{PROBE}/createrole": True},
        'DATABASES["default"]["USER"]',
        "does not need: createdb, createrole",
    ),
    ("database.E017", {"migrations": ["blog.0002_x"]}, "DATABASES", "not applied: blog.0002_x."),
    ("database.E017", {"migrations": ["a.0001", "a.0002", "a.0003", "b.0001", "b.0002"]}, "DATABASES", "and 2 more."),
    *(
        (
            "database.E018",
            {f"{DATABASE}/PASSWORD": password},
            'DATABASES["default"]["PASSWORD"]',
            "'database_password'.",
        )
        for password in ({**SECRET, "credential": None}, {**SECRET, "credential": "secret_key"}, "", {"secret": True})
    ),
    *(
        ("email.E001", {"settings/EMAIL_BACKEND": f"{MAIL_BACKENDS}.{kind}.EmailBackend"}, "EMAIL_BACKEND", kind)
        for kind in ("console", "dummy", "filebased", "locmem")
    ),
    (
        "email.E001",
        {**MAILERS, "settings/MAILERS": {"default": {}, "bulk": {"BACKEND": f"{MAIL_BACKENDS}.console.EmailBackend"}}},
        'MAILERS["bulk"]["BACKEND"]',
        "no mail leaves the host",
    ),
    (
        "email.E001",
        {**MAILERS, "settings/MAILERS": {"default": {"BACKEND": f"{MAIL_BACKENDS}.dummy.EmailBackend"}}},
        'MAILERS["default"]["BACKEND"]',
        "no mail leaves the host",
    ),
    *(
        ("email.W002", {"settings/DEFAULT_FROM_EMAIL": address}, "DEFAULT_FROM_EMAIL", repr(address))
        for address in ("webmaster@localhost", "Blog <blog@mail.example.com>", "x@shop.example", "blog", "", "x@")
    ),
    ("email.W002", {"settings/SERVER_EMAIL": "root@localhost"}, "SERVER_EMAIL", "root@localhost"),
    ("email.W003", {"settings/EMAIL_HOST": "mail.blog.org"}, "EMAIL_USE_TLS", "to mail.blog.org without TLS"),
    (
        "email.W003",
        {**MAILERS, "settings/MAILERS/default/OPTIONS": {"host": "10.0.0.7"}},
        'MAILERS["default"]["OPTIONS"]["use_tls"]',
        "to 10.0.0.7 without TLS",
    ),
    (
        "email.E004",
        {"settings/EMAIL_USE_TLS": True, "settings/EMAIL_USE_SSL": True},
        "EMAIL_USE_SSL",
        "EMAIL_USE_TLS and EMAIL_USE_SSL are both True",
    ),
    (
        "email.E004",
        {**MAILERS, "settings/MAILERS/default": {}},
        'MAILERS["default"]["OPTIONS"]["host"]',
        "the first mail will fail",
    ),
    ("email.E005", {"mail": {"accepts": False, "error": "SMTPAuthenticationError"}}, "EMAIL_HOST", "SMTPAuth"),
    ("email.E005", {**MAILERS, "mail": {"accepts": False, "error": "timeout"}}, "MAILERS", "timeout"),
    ("email.E001", UNREAD_MAILERS, "EMAIL_BACKEND", "no mail leaves the host"),
    ("email.E005", {**UNREAD_MAILERS, "mail": {"accepts": False, "error": "timeout"}}, "EMAIL_HOST", "timeout"),
    ("backup.I001", {"service/backups/times": None}, BACKUPS, "No backup of the database is known"),
    ("backup.W002", {"service/backups/error": "ValueError: x"}, BACKUPS, "cannot be read: ValueError: x"),
    (
        "backup.W003",
        {f"{TIMES}/backup/finished": NOW - 2.5 * DAY},
        BACKUPS,
        "60 hours old, and there should be one every 24",
    ),
    ("backup.W004", {f"{TIMES}/restore_drill": ABSENT}, BACKUPS, "restored to try it is not known"),
    ("backup.W004", {f"{TIMES}/restore_drill/finished": NOW - 15 * DAY}, BACKUPS, "is 360 hours old"),
    ("static.E001", {"settings/STATIC_ROOT": None}, "STATIC_ROOT", "collectstatic will fail"),
    ("static.E001", {"settings/STATIC_URL": None}, "STATIC_URL", "collectstatic will fail"),
    ("static.E002", {"settings/STATIC_ROOT": "/var/lib/blog/media/"}, "STATIC_ROOT", "/ is MEDIA_ROOT"),
    ("static.E002", {"settings/STATIC_ROOT": "/var/lib/blog/media/static"}, "STATIC_ROOT", "is inside MEDIA_ROOT"),
    ("static.E002", {"settings/STATIC_ROOT": "/var/lib/blog"}, "STATIC_ROOT", "contains MEDIA_ROOT"),
    ("static.W003", {"paths/STATIC_ROOT/exists": False}, "STATIC_ROOT", "/srv/blog/app/static is not there"),
    ("static.W004", {"paths/STATIC_ROOT/writable": True}, "STATIC_ROOT", "can be written by the service"),
    ("static.E005", {"paths/STATIC_ROOT/manifest": False}, "STATIC_ROOT", "has no staticfiles.json"),
    (
        "static.E005",
        {
            "settings/STORAGES/staticfiles/BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
            "paths/STATIC_ROOT/manifest": False,
        },
        "STATIC_ROOT",
        "has no staticfiles.json",
    ),
    ("static.E006", {"settings/STATIC_ROOT": "/srv/static"}, "STATIC_ROOT", "'/srv/static' and was to be"),
    ("static.E006", {"settings/STATIC_ROOT": None}, "STATIC_ROOT", "None and was to be"),
    ("media.W001", {"settings/MEDIA_ROOT": ""}, "MEDIA_ROOT", "is not set"),
    ("media.W001", {"settings/MEDIA_ROOT": "media"}, "MEDIA_ROOT", "'media'"),
    ("media.E002", {"settings/MEDIA_ROOT": "/srv/blog/app/code/media"}, "MEDIA_ROOT", "is inside the code"),
    ("media.E002", {"settings/MEDIA_ROOT": "/srv/blog"}, "MEDIA_ROOT", "contains the code"),
    ("media.E003", {"settings/MEDIA_URL": "/static/"}, "MEDIA_URL", "within STATIC_URL /static/"),
    ("media.E003", {"settings/MEDIA_URL": "/static/media/"}, "MEDIA_URL", "/static/media/"),
    ("media.E004", {"settings/MEDIA_ROOT": "/srv/media"}, "MEDIA_ROOT", "'/srv/media' and was to be"),
    *(
        ("media.W005", {"settings/FILE_UPLOAD_PERMISSIONS": mode}, "FILE_UPLOAD_PERMISSIONS", f"0o{mode:o}")
        for mode in (0o755, 0o666, 0o4644, 644)
    ),
    ("media.W005", {"settings/FILE_UPLOAD_PERMISSIONS": "0644"}, "FILE_UPLOAD_PERMISSIONS", "no number"),
    (
        "media.W005",
        {"settings/FILE_UPLOAD_DIRECTORY_PERMISSIONS": 0o777},
        "FILE_UPLOAD_DIRECTORY_PERMISSIONS",
        "0o777",
    ),
    ("media.W006", {"paths/MEDIA_ROOT/writable": False}, "MEDIA_ROOT", "uploads will fail"),
    ("https.E001", {"settings/SECURE_PROXY_SSL_HEADER": None}, "SECURE_PROXY_SSL_HEADER", "is not set and was to be"),
    (
        "https.E001",
        {"settings/SECURE_PROXY_SSL_HEADER": ["HTTP_X_SCHEME", "https"]},
        "SECURE_PROXY_SSL_HEADER",
        "HTTP_X_SCHEME",
    ),
    ("https.E001", {"expect/proxy_header": None}, "SECURE_PROXY_SSL_HEADER", "although no proxy sets it"),
    ("https.E001", {"expect/proxy_header": []}, "SECURE_PROXY_SSL_HEADER", "although no proxy sets it"),
    ("https.W002", {"settings/USE_X_FORWARDED_HOST": True}, "USE_X_FORWARDED_HOST", "a visitor decides"),
    ("https.W002", {"settings/USE_X_FORWARDED_PORT": True}, "USE_X_FORWARDED_PORT", "a visitor decides"),
    *(
        ("https.W003", {"settings/SECURE_REDIRECT_EXEMPT": ["^x$", pattern]}, "SECURE_REDIRECT_EXEMPT", repr(pattern))
        for pattern in ("", ".*", "^", "^.*$", "$")
    ),
    ("https.W004", {**PRELOAD, INCLUDE_SUBDOMAINS: False}, "SECURE_HSTS_PRELOAD", "INCLUDE_SUBDOMAINS"),
    ("https.W004", {**PRELOAD, "settings/SECURE_HSTS_SECONDS": 3600}, "SECURE_HSTS_SECONDS", "is 3600, too short"),
    ("https.E005", {"settings/SECURE_SSL_HOST": "blog.net"}, "SECURE_SSL_HOST", "'blog.net'"),
    *(
        ("cookies.W001", {"settings/SESSION_COOKIE_SAMESITE": value}, "SESSION_COOKIE_SAMESITE", repr(value))
        for value in ("None", "none", False, None, "")
    ),
    ("cookies.W002", {"settings/CSRF_COOKIE_SAMESITE": "None"}, "CSRF_COOKIE_SAMESITE", "is 'None'"),
    *(
        ("cookies.W003", {"settings/CSRF_TRUSTED_ORIGINS": [origin]}, "CSRF_TRUSTED_ORIGINS", origin)
        for origin in (
            "http://www.blog.org",
            "https://*.org",
            "https://*.co.uk",
            "https://*.herokuapp.com:443",
            "https://*",
        )
    ),
    ("cookies.E004", {"settings/SESSION_COOKIE_DOMAIN": ".shop.org"}, "SESSION_COOKIE_DOMAIN", "on www.blog.org"),
    ("cookies.E004", {"settings/SESSION_COOKIE_DOMAIN": "www.blog.org"}, "SESSION_COOKIE_DOMAIN", "on blog.org"),
    ("cookies.E004", {"settings/SESSION_COOKIE_DOMAIN": "og.org"}, "SESSION_COOKIE_DOMAIN", "on blog.org"),
    ("cookies.E005", {"settings/CSRF_COOKIE_DOMAIN": "shop.org"}, "CSRF_COOKIE_DOMAIN", "refuse the cookie"),
    ("cookies.I006", LOCALE, "LANGUAGE_COOKIE_SECURE", "plain HTTP"),
    ("cookies.E007", {"settings/SESSION_COOKIE_SECURE": "True"}, "SESSION_COOKIE_SECURE", "is 'True' and was to be"),
    ("cookies.E008", {"settings/CSRF_COOKIE_SECURE": False}, "CSRF_COOKIE_SECURE", "is False and was to be True"),
    (
        "cookies.E008",
        {"settings/CSRF_COOKIE_SECURE": False, "checks": [{**DJANGO_W016, "silenced": True}]},
        "CSRF_COOKIE_SECURE",
        "is False",
    ),
    ("sessions.W001", {ENGINE_OF_SESSIONS: f"{SESSIONS}.signed_cookies"}, "SESSION_ENGINE", "cannot be ended"),
    ("sessions.W001", {ENGINE_OF_SESSIONS: f"{SESSIONS}.file"}, "SESSION_ENGINE", "each host has sessions"),
    ("sessions.E002", {ENGINE_OF_SESSIONS: f"{SESSIONS}.cache", CACHE: LOCMEM}, "SESSION_ENGINE", "in each process"),
    ("sessions.E002", {ENGINE_OF_SESSIONS: f"{SESSIONS}.cache", CACHE: DUMMY}, "SESSION_ENGINE", "nobody can log in"),
    ("sessions.E002", {CACHE: LOCMEM}, "SESSION_ENGINE", "SESSION_ENGINE is cached_db"),
    ("sessions.E002", {"settings/SESSION_CACHE_ALIAS": "sessions"}, "SESSION_CACHE_ALIAS", "'sessions'"),
    ("sessions.W003", {"service/timer": None}, "SESSION_ENGINE", "no timer of the service runs clearsessions"),
    ("sessions.W003", {"service/timer/enabled": False}, "blog-clearsessions.timer", "is not enabled"),
    ("sessions.W003", {"service/timer/active": False}, "blog-clearsessions.timer", "does not run"),
    ("sessions.E004", {"service/timer/last_result": "exit-code"}, "blog-clearsessions.timer", "failed: exit-code"),
    ("sessions.W007", {"service/timer/next_run": None}, "blog-clearsessions.timer", "no next run"),
    ("sessions.I005", {"settings/SESSION_COOKIE_AGE": 315360000}, "SESSION_COOKIE_AGE", "more than a year"),
    (
        "sessions.E006",
        {"settings/SESSION_SERIALIZER": "django.contrib.sessions.serializers.PickleSerializer"},
        "SESSION_SERIALIZER",
        "can run code",
    ),
    ("template.W001", {"templates/0/cached": False}, 'TEMPLATES[0]["OPTIONS"]["loaders"]', "without the cached loader"),
    *(
        ("logging.W001", {"handlers/django.request": chain, "settings/ADMINS": []}, "LOGGING", "they are lost")
        for chain in ([], [CONSOLE], [CONSOLE, MAIL], [NULL], [{**STREAM, "level": "CRITICAL"}])
    ),
    ("logging.E002", {"handlers/django": [{**FILE, "writable": False}]}, "LOGGING", "/var/log/blog.log"),
    ("logging.I003", {"handlers/django": [{**MAIL, "filters": []}]}, "LOGGING", "RequireDebugFalse"),
    ("logging.I004", {"handlers/django.security.DisallowedHost": [MAIL]}, "LOGGING", "wrong host name"),
    ("logging.W005", {"settings/LOGGING/root/level": "DEBUG"}, 'LOGGING["root"]["level"]', "is DEBUG"),
    (
        "logging.W005",
        {"settings/LOGGING": {"loggers": {"": {"level": 10}}}},
        'LOGGING["root"]["level"]',
        "libraries may log",
    ),
    (
        "logging.I006",
        {"settings/LOGGING/loggers": {"django.db.backends": {"level": "DEBUG"}}},
        'LOGGING["loggers"]["django.db.backends"]["level"]',
        "django.db.backends to DEBUG",
    ),
    ("logging.I007", {"handlers/": [{**FILE, "class": "logging.FileHandler"}]}, "LOGGING", "with FileHandler"),
    (
        "logging.I007",
        {"handlers/": [{**FILE, "class": "logging.handlers.RotatingFileHandler"}]},
        "LOGGING",
        "loses lines",
    ),
    ("logging.W008", {"handlers/": [{**FILE, "path": "/tmp/x.log"}]}, "LOGGING", "/tmp/x.log"),
    ("logging.W008", {"handlers/": [FILE], "service/rotated": []}, "LOGGING", "which nothing rotates"),
    ("edge.E001", {"edge/error": "unknown directive"}, "nginx", "unknown directive"),
    ("edge.W002", {"edge/servers/0/sockets/1/default": False}, "nginx", "The socket *:443 has no default_server"),
    ("edge.W003", PROJECT_IS_DEFAULT, "nginx", "default_server of the socket *:443"),
    ("edge.E004", {f"{OUR_SERVER}/names": ["www.blog.org", "old.org"]}, "ALLOWED_HOSTS", "'old.org'"),
    ("edge.E004", {f"{OUR_SERVER}/names": ["*.old.org"]}, "ALLOWED_HOSTS", "'.old.org'"),
    ("edge.W005", {"settings/ALLOWED_HOSTS": ["www.blog.org", "new.org"]}, "ALLOWED_HOSTS", "'new.org'"),
    ("edge.E006", {CERTIFICATES: {CERTIFICATE: {**KEPT, "ends": NOW - 2 * DAY}}}, CERTIFICATE, "ended 2 days ago"),
    ("edge.E006", {CERTIFICATES: {CERTIFICATE: {**KEPT, "begins": NOW + DAY}}}, CERTIFICATE, "begins in one day"),
    ("edge.W007", {CERTIFICATES: {CERTIFICATE: {**KEPT, "ends": NOW + 9 * DAY}}}, CERTIFICATE, "ends in 9 days"),
    (
        "edge.E008",
        {CERTIFICATES: {CERTIFICATE: {**KEPT, "names": ["*.blog.org"]}}, **DEEP},
        CERTIFICATE,
        "'a.b.blog.org'",
    ),
    ("edge.E008", {CERTIFICATES: {CERTIFICATE: {**KEPT, "names": ["www.blog.org"]}}}, CERTIFICATE, "'.blog.org'"),
    ("edge.I009", {f"{OUR_SERVER}/sockets/0/tls": False}, "nginx", "plain HTTP of the socket *:443"),
    ("edge.W010", {"service/rotated": ["/var/log/nginx/access.log"]}, "/var/log/nginx/error.log", "nothing rotates"),
    ("admins.I001", {"settings/ADMINS": []}, "ADMINS", "nobody is told of errors"),
    ("admins.E002", {"settings/ADMINS": ["ops@blog.org"]}, "ADMINS", "pairs of name and address"),
    ("admins.E002", {"settings/MANAGERS": "ops@blog.org"}, "MANAGERS", "Django 5.2.8"),
    ("admins.E002", {**DJANGO_6, "settings/ADMINS": ["a@blog.org", ["b", "b@blog.org"]]}, "ADMINS", "first mail will"),
    ("admins.E002", {**DJANGO_6, "settings/ADMINS": [{"type": "blog.Admin"}]}, "ADMINS", "does not hold addresses"),
    ("admins.I003", {**DJANGO_6, "settings/MANAGERS": [["Ops", "ops@blog.org"]]}, "MANAGERS", "deprecated since"),
    ("admins.W004", {"settings/ADMINS": [["Your Name", "your_email@example.com"]]}, "ADMINS", "your_email@example.com"),
    ("admins.W004", {**DJANGO_6, "settings/MANAGERS": ["Ops <ops@localhost>"]}, "MANAGERS", "ops@localhost"),
    ("admins.I005", {"settings/MANAGERS": [["Ops", "ops@blog.org"]]}, "MANAGERS", "without BrokenLinkEmailsMiddleware"),
    ("admins.I005", {"settings/IGNORABLE_404_URLS": ["^/favicon"]}, "IGNORABLE_404_URLS", "without BrokenLink"),
    ("admins.I005", BROKEN_LINKS, "MANAGERS", "MANAGERS is empty"),
    ("errors.E001", {"error_templates/500": "broken: TypeError"}, "500.html", "fails with TypeError"),
    ("errors.I002", {"error_templates/404": "default"}, "404.html", "bare answer"),
    ("versions.W001", {**SALT, "explicit": [SALT_FALLBACK]}, SALT_FALLBACK, "is set to True"),
    ("versions.I002", SALT, SALT_FALLBACK, "its default True"),
    (
        "versions.I003",
        {**DJANGO_6, "settings/SECURE_CSP": {}, "settings/MIDDLEWARE": MIDDLEWARE},
        "SECURE_CSP",
        "SECURE_CSP and SECURE_CSP_REPORT_ONLY are empty",
    ),
    ("versions.W004", {**DJANGO_6, "settings/MIDDLEWARE": MIDDLEWARE}, "SECURE_CSP", "it has no effect"),
    (
        "versions.W004",
        {**DJANGO_6, "settings/MIDDLEWARE": MIDDLEWARE, "settings/SECURE_CSP_REPORT_ONLY": {"img-src": ["*"]}},
        "SECURE_CSP_REPORT_ONLY",
        "it has no effect",
    ),
    ("versions.I005", {**DJANGO_6, "explicit": ["TASKS"]}, 'TASKS["default"]["BACKEND"]', "requests wait"),
    ("versions.W006", DUMMY_TASKS, 'TASKS["default"]["BACKEND"]', "no task ever runs"),
    ("versions.W007", {"expect/minimum_django": "5.2.15"}, "Django", "is 5.2.8 and was to be 5.2.15 or newer"),
    ("versions.W007", {"expect/minimum_django": "6.0"}, "Django", "6.0"),
    ("versions.W008", {"explicit": ["STATICFILES_STORAGE"]}, "STATICFILES_STORAGE", "Django 5.2.8 does not read it"),
    *(
        ("versions.W009", {"explicit": [name]}, name, f"{name} is set, and Django 5.2.8 does not read it")
        for name in ("MAILERS", "SECURE_CSP", "SECURE_CSP_REPORT_ONLY")
    ),
    ("versions.W009", {"explicit": ["MAILERS"], "django_version": [6, 0, 1]}, "MAILERS", "does not read it"),
    ("service.E001", {"service/uid": 0}, "blog.service", "runs as root"),
    ("service.E002", {"service/runserver": True}, "blog.service", "runserver"),
    ("service.W003", {"service/drift": ["file /etc/blog/environment"]}, "blog.service", "use it: file /etc/blog/env"),
    ("service.I004", {"service/active": False}, "blog.service", "is not running"),
    ("service.E005", {"service/active": False, "service/failed": True}, "blog.service", "has failed"),
    (
        "service.E005",
        {"service/active": False, "service/has_active_socket": False},
        "blog.service",
        "no socket starts it",
    ),
    ("settings.E001", {"settings/INSTALLED_APPS": []}, "INSTALLED_APPS", "not the settings of a project"),
    ("settings.E002", {"settings/ROOT_URLCONF": ABSENT}, "ROOT_URLCONF", "not the settings of a project"),
    ("settings.I003", {"replaced": True}, "settings", "in place of django.conf.settings."),
    ("settings.W004", {"replaced": True, "settings/STATIC_ROOT": "static"}, "settings", "undone"),
    ("settings.E005", {"settings_module": "blog.dev"}, "DJANGO_SETTINGS_MODULE", "is blog.dev and was to be"),
]

# Id, changes to SOUND. Only for rules that say nothing about SOUND, and for what must not be mistaken for a failure.
PASSING: list[tuple[str, Changes]] = [
    ("secret.W002", {"secret_key_fallbacks": [OLD_KEY]}),
    ("secret.E003", {"service/credentials/0/mode": "0600"}),
    ("secret.E005", {"secret_key_fallbacks": [OLD_KEY]}),
    ("secret.I006", OLD_FALLBACKS),
    ("secret.W008", YOUNG_FALLBACKS),
    ("secret.W008", {**OLD_FALLBACKS, "settings/PASSWORD_RESET_TIMEOUT": 30 * DAY}),
    ("debug.E001", {"settings/DEBUG": True, "checks": [DJANGO_W018]}),
    ("debug.W002", {"settings/DEBUG": False, "templates": []}),
    ("debug.W004", TOOLBAR),
    (
        "debug.W004",
        {
            **TOOLBAR,
            "settings/DEBUG_TOOLBAR_CONFIG": {"SHOW_TOOLBAR_CALLBACK": "debug_toolbar.middleware.show_toolbar"},
        },
    ),
    (
        "debug.W004",
        {
            "settings/INSTALLED_APPS": ["silk"],
            "settings/SILKY_AUTHENTICATION": True,
            "settings/SILKY_AUTHORISATION": True,
        },
    ),
    ("hosts.E001", {"settings/ALLOWED_HOSTS": [".internal"], "expect/domains": [".internal"]}),
    ("hosts.E001", {"settings/ALLOWED_HOSTS": LOOPBACK}),
    ("hosts.E002", {"settings/ALLOWED_HOSTS": ["*"]}),
    ("hosts.E002", {"settings/ALLOWED_HOSTS": ["WWW.Blog.org", ".BLOG.org"]}),
    ("hosts.W003", {"settings/ALLOWED_HOSTS": [".blog.org", "deep.www.blog.org", *LOOPBACK]}),
    ("hosts.E004", {"settings/ALLOWED_HOSTS": [*LOOPBACK, "www.blog.org"], "expect": {}}),
    ("hosts.W005", {"settings/ALLOWED_HOSTS": ["*", "[::1]", "127.0.0.1", ".blog.org"]}),
    ("cache.W005", {CACHE_LOCATION: "redis://10.0.0.3", "settings/CACHES/default/OPTIONS": {"PASSWORD": SECRET}}),
    ("cache.W005", {CACHE_LOCATION: "redis://10.0.0.3/0?password=x"}),
    (
        "cache.I006",
        {CACHE: MEMCACHED, CACHE_LOCATION: "10.0.0.3", "settings/CACHES/default/OPTIONS": {"password": "x"}},
    ),
    ("cache.I007", {CACHE_LOCATION: "redis://10.0.0.3", "settings/CACHES/default/OPTIONS": {"ssl_cert_reqs": None}}),
    ("cache.E009", {CACHE: LOCMEM, "caches/default": {"round_trip": False, "error": "another process"}}),
    ("database.E003", {f"{DATABASE}/PASSWORD": "", DATABASE_OPTIONS: {"passfile": "/etc/blog/pgpass"}}),
    ("database.W004", {DATABASE_OPTIONS: {"sslmode": "require"}}),
    ("database.W004", {DATABASE_OPTIONS: {"service": "blog"}}),
    ("database.W004", {DATABASE_OPTIONS: {"sslrootcert": "system"}}),
    ("database.E008", {DATABASE_OPTIONS: {"pool": True, "application_name": "blog"}}),
    ("database.E009", {DATABASE_OPTIONS: POOL, MAX_AGE: 0}),
    ("database.W010", {"service/interface": "asgi", MAX_AGE: 0}),
    ("database.W010", {"service/interface": "asgi", DATABASE: {**SQLITE, "CONN_MAX_AGE": 60}}),
    ("database.I011", {MAX_AGE: 0, DATABASE_OPTIONS: POOL}),
    ("database.W012", {HEALTH_CHECKS: False, MAX_AGE: 0, DATABASE_OPTIONS: {"pool": {"check": "blog.check"}}}),
    ("database.W013", {"expect/processes": 97}),
    ("database.W015", {f"{PROBE}/tls": False, f"{DATABASE}/HOST": "10.0.0.1"}),
    ("email.E001", MAILERS),
    (
        "email.E001",
        {
            **MAILERS,
            "settings/MAILERS": {"default": {"BACKEND": f"{MAIL_BACKENDS}.console.EmailBackend"}},
            "checks": [{**DJANGO_W016, "id": "mail.E001"}],
        },
    ),
    ("email.W002", {"settings/DEFAULT_FROM_EMAIL": "x@shop.example", "expect/domains": ["www.shop.example"]}),
    ("email.W002", {"settings/SERVER_EMAIL": "root@localhost", "settings/ADMINS": []}),
    ("email.W003", MAILERS),
    ("email.W003", {"settings/EMAIL_HOST": "mail.blog.org", "settings/EMAIL_USE_SSL": True}),
    ("email.E004", MAILERS),
    ("static.E002", {"settings/STATIC_ROOT": "/var/lib/blog/media-static"}),
    ("static.E006", {"settings/STATIC_ROOT": "/srv/blog/app/static/"}),
    ("media.E002", {"settings/MEDIA_ROOT": "/srv/blog/app/code-media"}),
    ("media.W005", {"settings/FILE_UPLOAD_PERMISSIONS": None, "settings/FILE_UPLOAD_DIRECTORY_PERMISSIONS": 0o2750}),
    ("https.E001", {"settings/SECURE_PROXY_SSL_HEADER": None, "expect/proxy_header": None}),
    ("https.W003", {"settings/SECURE_REDIRECT_EXEMPT": ["(", "^$", "^accounts/", ".+/health"]}),
    ("https.W004", PRELOAD),
    ("https.W004", {**PRELOAD, INCLUDE_SUBDOMAINS: False, "checks": [DJANGO_W005]}),
    ("https.E005", {"settings/SECURE_SSL_HOST": "www.blog.org:443"}),
    ("cookies.E004", {"settings/SESSION_COOKIE_DOMAIN": ".blog.org"}),
    ("cookies.E005", {"settings/CSRF_COOKIE_DOMAIN": "blog.org"}),
    ("cookies.I006", {**LOCALE, "settings/LANGUAGE_COOKIE_SECURE": True}),
    ("cookies.E007", {**NO_SESSIONS, "settings/MIDDLEWARE": ["blog.middleware.OurSessions"]}),
    ("cookies.E008", {"settings/CSRF_COOKIE_SECURE": False, "checks": [DJANGO_W016]}),
    ("cookies.E008", {"settings/CSRF_COOKIE_SECURE": False, "expect/secure_cookies": False}),
    ("sessions.E002", {CACHE: DUMMY}),
    ("sessions.E002", {CACHE: LOCMEM, "expect/processes": 1, "service/processes": 1}),
    ("sessions.E004", {"service/timer/last_result": ""}),
    ("logging.W001", {"handlers/django.request": [MAIL]}),
    ("logging.E002", {"handlers/": [{**FILE, "writable": True}]}),
    ("logging.I004", {"handlers/django.security.DisallowedHost": [NULL, {**MAIL, "level": "CRITICAL"}]}),
    ("logging.W005", {"settings/LOGGING/root/level": "DEBUG", "handlers/": [{**STREAM, "level": "INFO"}]}),
    ("logging.I007", {"handlers/": [FILE]}),
    (
        "logging.I007",
        {
            "handlers/": [{**FILE, "class": "logging.handlers.RotatingFileHandler"}],
            "expect/processes": 1,
            "service/processes": 1,
        },
    ),
    ("admins.E002", DJANGO_6),
    ("admins.E002", {**DJANGO_6, "settings/ADMINS": [["Ops", "ops@blog.org"]]}),
    ("admins.I003", DJANGO_6),
    ("admins.W004", {"settings/ADMINS": [["Ops", "ops@blog.example"]], "expect/domains": ["www.blog.example"]}),
    ("admins.I005", {**BROKEN_LINKS, "settings/MANAGERS": [["Ops", "ops@blog.org"]]}),
    ("versions.W001", DJANGO_6),
    ("versions.W001", SALT),
    ("versions.I002", DJANGO_6),
    ("versions.I003", DJANGO_6),
    (
        "versions.I003",
        {**DJANGO_6, "settings/SECURE_CSP": {}, "settings/MIDDLEWARE": ["csp.middleware.CSPMiddleware"]},
    ),
    ("versions.W004", DJANGO_6),
    ("versions.W004", {**DJANGO_6, "settings/MIDDLEWARE": ["blog.middleware.OurCspMiddleware"]}),
    ("versions.I005", DUMMY_TASKS),
    ("versions.W006", {**DJANGO_6, "explicit": ["TASKS"]}),
    ("versions.W008", {"explicit": ["STATICFILES_STORAGE", "STORAGES"]}),
    ("versions.W008", {"explicit": ["STATICFILES_STORAGE"], "django_version": [4, 2, 28]}),
    ("versions.W009", {**MAILERS, "explicit": ["MAILERS", "SECURE_CSP"]}),
    ("versions.W009", {"explicit": ["SECURE_CSP"], "settings/MIDDLEWARE": ["csp.middleware.CSPMiddleware"]}),
    ("database.W013", {"expect/processes": ABSENT, "expect/hosts": 8, "expect/threads": 4}),
    ("database.E019", {f"{DATABASE}/PORT": ""}),
    ("sessions.W007", {"service/timer/last_run": None}),
    ("logging.W008", {"handlers/": [FILE]}),
    ("logging.W008", {"handlers/": [{**FILE, "class": "logging.handlers.RotatingFileHandler", "path": "/tmp/x"}]}),
    ("edge.E004", {"edge/servers/2/names": ["_", "", "~^blog", "www.blog.*"]}),
    ("edge.E004", {"settings/ALLOWED_HOSTS": ["*"], "edge/servers/2/names": ["www.else.org"]}),
    ("edge.W005", {"settings/ALLOWED_HOSTS": ["www.blog.org", "localhost", "127.0.0.1", "*"]}),
    ("edge.W007", {CERTIFICATES: {CERTIFICATE: {**KEPT, "begins": NOW - 5 * DAY, "ends": NOW + 2 * DAY}}}),
    ("edge.E008", {CERTIFICATES: {CERTIFICATE: None, "/x": KEPT}, f"{OUR_SERVER}/certificates": [CERTIFICATE, "/x"]}),
    ("edge.I009", {f"{OUR_SERVER}/sockets": [{"socket": "unix:/run/edge", "default": False, "tls": False}]}),
    ("edge.W010", {"edge/logs": []}),
    ("settings.I003", {"replaced": True, "settings/STATIC_ROOT": "static"}),
    ("settings.W004", {"replaced": True}),
]

# Id, changes to SOUND, a piece of the reason.
NOT_APPLICABLE: list[tuple[str, Changes, str]] = [
    *((id, {}, "SECRET_KEY_FALLBACKS is empty") for id in ("secret.W002", "secret.E005")),
    *(
        (id, {"service": None}, "no service was")
        for id in (
            "secret.E003",
            "secret.W008",
            "database.I011",
            "sessions.W003",
            "sessions.E004",
            "sessions.W007",
            "backup.I001",
            "backup.W002",
            "backup.W003",
            "backup.W004",
            "service.E001",
            "service.E002",
            "service.W003",
            "service.I004",
            "service.E005",
        )
    ),
    ("secret.E003", {"service/credentials": []}, "gets no secret from a file"),
    ("secret.W008", {}, "no fallbacks from a file"),
    ("secret.W008", {**OLD_FALLBACKS, "service/credentials/0/mode": ""}, "no fallbacks from a file"),
    ("secret.W008", {**OLD_FALLBACKS, "secret_key_fallbacks": []}, "SECRET_KEY_FALLBACKS is empty"),
    ("debug.W002", {"settings/DEBUG": True}, "template debugging with it"),
    ("hosts.E001", {"settings/ALLOWED_HOSTS": []}, "which Django reports"),
    ("hosts.E004", {}, "compared"),
    *(
        (id, {"expect/processes": 1, "service/processes": 1}, "one process serves the site")
        for id in ("cache.E001", "cache.I004")
    ),
    ("cache.W002", {"settings/CACHES": {}}, "which Django reports"),
    *(
        ("cache.W005", {CACHE_LOCATION: location}, "no cache is a redis server on another host")
        for location in ("redis://localhost", "redis://10.0.0.1", "redis://[::1]:6379", "unix:///run/redis.sock", "")
    ),
    ("cache.I006", {CACHE: MEMCACHED, CACHE_LOCATION: "unix:/run/m.sock"}, "no cache is a memcached server"),
    ("cache.I006", {CACHE: MEMCACHED, CACHE_LOCATION: "127.0.0.1:11211"}, "no cache is a memcached server"),
    ("cache.E009", {"caches": {}}, "not probed"),
    *(
        ("database.E001", {DATABASE: database}, "has no database")
        for database in (None, {}, {"ENGINE": "django.db.backends.dummy"})
    ),
    *(
        (id, {f"{DATABASE}/HOST": host}, "no database is on another host")
        for id in ("database.E003", "database.W004", "database.I005")
        for host in ("", "/run/postgresql", "localhost", "127.0.0.1", "10.0.0.1")
    ),
    ("database.W004", {f"{DATABASE}/ENGINE": "django.db.backends.mysql"}, "no database is PostgreSQL"),
    ("database.E009", {}, "no database has a pool"),
    ("database.E009", {"django_version": [4, 2, 28], DATABASE_OPTIONS: POOL}, "no database has a pool"),
    ("database.W012", {"django_version": [4, 2, 28], DATABASE_OPTIONS: POOL, MAX_AGE: 0}, "no connection is kept"),
    ("database.W010", {}, "speaks ASGI"),
    ("database.I011", {"service/interface": "asgi"}, "speaks WSGI"),
    ("database.W012", {MAX_AGE: 0}, "no connection is kept"),
    ("database.W013", {"databases": {}}, "not probed"),
    ("database.W013", {"expect/processes": ABSENT, "service/active": False}, "expect has no processes"),
    ("database.W013", {"expect/processes": ABSENT, "service": None}, "expect has no processes"),
    *((id, {"databases": {}}, "not probed") for id in ("database.E014", "database.W015", "database.W016")),
    ("database.E017", {"migrations": None}, "not looked at"),
    ("email.E001", {**MAILERS, "settings/MAILERS": {}}, "sends no mail"),
    ("email.W003", {"settings/EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend"}, "Django's SMTP backend"),
    ("email.E005", {"mail": None}, "not probed"),
    ("static.E001", {"settings/INSTALLED_APPS": ["blog"]}, "is not installed"),
    ("static.E001", {"settings/STORAGES/staticfiles/BACKEND": "storages.backends.s3.S3Storage"}, "is not known"),
    ("static.E002", {"settings/MEDIA_ROOT": ""}, "is not set"),
    ("static.W003", {"settings/STATIC_ROOT": None}, "STATIC_ROOT is not set"),
    (
        "static.E005",
        {"settings/STORAGES/staticfiles/BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "writes no manifest",
    ),
    ("static.E005", {"settings/STORAGES/staticfiles/OPTIONS": {"location": "/srv/x"}}, "has options"),
    ("media.W001", {"settings/MEDIA_ROOT": "", "expect/unmanaged": ["MEDIA_ROOT"]}, "left to the project"),
    ("media.W001", {"settings/STORAGES/default/BACKEND": "storages.backends.s3.S3Storage"}, "is not known"),
    ("media.E002", {"settings/STORAGES/default/OPTIONS": {"location": "/srv/media"}}, "a location of its own"),
    ("media.E002", {"settings/MEDIA_ROOT": "media"}, "no absolute path"),
    ("media.E003", {"settings/MEDIA_URL": "/"}, "is not set"),
    ("media.W006", {"paths/MEDIA_ROOT": {"exists": False, "writable": False}}, "not there yet"),
    ("https.E001", {"expect/proxy_header": ABSENT}, "expect has no proxy_header"),
    ("https.E001", {"expect/unmanaged": ["SECURE_PROXY_SSL_HEADER"]}, "left to the project"),
    ("https.W003", {"settings/SECURE_SSL_REDIRECT": False}, "SECURE_SSL_REDIRECT is off"),
    ("https.W004", {}, "does not ask browsers to preload"),
    ("https.E005", {}, "not redirected to another host"),
    *(
        (id, {"settings/CSRF_USE_SESSIONS": True}, "there is no CSRF cookie")
        for id in ("cookies.W002", "cookies.E005", "cookies.E008")
    ),
    *((id, {}, "belongs to the host that set it") for id in ("cookies.E004", "cookies.E005")),
    ("cookies.I006", {}, "LocaleMiddleware is not installed"),
    *(
        (id, NO_SESSIONS, "the project has no sessions")
        for id in (
            "cookies.W001",
            "cookies.E004",
            "cookies.E007",
            "sessions.W001",
            "sessions.E002",
            "sessions.W003",
            "sessions.E004",
            "sessions.W007",
            "sessions.I005",
            "sessions.E006",
        )
    ),
    ("sessions.E002", {ENGINE_OF_SESSIONS: f"{SESSIONS}.db"}, "not kept in a cache"),
    ("sessions.W003", {ENGINE_OF_SESSIONS: f"{SESSIONS}.cache"}, "keeps no expired sessions"),
    ("sessions.E004", {"service/timer": None}, "no timer"),
    ("template.W001", {"templates": [SOUND["templates"][1]]}, "no template engine is Django's"),
    *(
        (id, {"settings/ADMINS": [], **tracker}, "go to an error tracker")
        for id in ("logging.W001", "admins.I001")
        for tracker in (
            {"settings/SENTRY_DSN": "https://key@sentry.blog.org/1"},
            {"settings/INSTALLED_APPS": ["raven.contrib.django"]},
            {"handlers/": [{**STREAM, "class": "sentry_sdk.integrations.logging.EventHandler"}]},
        )
    ),
    *((id, {}, "nothing is logged to a file") for id in ("logging.E002", "logging.I007", "logging.W008")),
    ("logging.W008", {"service": None, "handlers/": [FILE]}, "no service was"),
    ("edge.W010", {"service": None}, "no service was"),
    ("sessions.W007", {"service/timer/active": False}, "no timer"),
    *((id, {TIMES: None}, "no backup is known") for id in ("backup.W003", "backup.W004")),
    *((id, {"edge": None}, "no nginx was") for id in EDGE),
    *((id, {"edge/error": "x"}, "cannot be used") for id in EDGE if id != "edge.E001"),
    *((id, {f"{OUR_SERVER}/passes_to": []}, "no server of nginx passes") for id in EDGE if id != "edge.E001"),
    *((id, {f"{OUR_SERVER}/passes_to": ["x"]}, "no server of nginx passes") for id in EDGE if id != "edge.E001"),
    ("edge.W005", PROJECT_IS_DEFAULT, "answers to every host"),
    ("edge.W005", {f"{OUR_SERVER}/names": ["~^(www|blog)"]}, "has a pattern"),
    *((id, {CERTIFICATES: {}}, "no certificate") for id in ("edge.E006", "edge.W007", "edge.E008")),
    ("logging.I004", {"settings/ADMINS": []}, "ADMINS is empty"),
    *((id, {"settings/ADMINS": []}, "ADMINS and MANAGERS are empty") for id in ("admins.E002", "admins.W004")),
    ("admins.I003", {}, "wants pairs"),
    *((id, {}, f"Django 5.2.8 has no {SALT_FALLBACK}") for id in ("versions.W001", "versions.I002")),
    *((id, {}, "Django 5.2.8 has no SECURE_CSP") for id in ("versions.I003", "versions.W004")),
    *((id, DJANGO_6, "TASKS is not set") for id in ("versions.I005", "versions.W006")),
    *((id, {"explicit": ["TASKS"]}, "Django 5.2.8 has no TASKS") for id in ("versions.I005", "versions.W006")),
    ("versions.W007", {"expect/minimum_django": ABSENT}, "expect has no minimum_django"),
    (
        "errors.E001",
        {"settings/ROOT_URLCONF": "", "error_templates/500": "broken: ValueError"},
        "ROOT_URLCONF is empty",
    ),
    ("settings.W004", {}, "Django's own"),
]
