"""What the probe says of a project that is deployed as it should be, and variations of it."""

from __future__ import annotations

import copy
from typing import Any

# In place of a value: the key is taken away.
ABSENT = object()

STREAM = {"class": "logging.StreamHandler", "level": "NOTSET", "filters": []}
CONSOLE = {"class": "logging.StreamHandler", "level": "INFO", "filters": ["RequireDebugTrue"]}
MAIL = {"class": "django.utils.log.AdminEmailHandler", "level": "ERROR", "filters": ["RequireDebugFalse"]}
NULL = {"class": "logging.NullHandler", "level": "NOTSET", "filters": []}
FILE = {"class": "logging.handlers.WatchedFileHandler", "level": "INFO", "filters": [], "path": "/var/log/blog.log"}

BACKUPS = "/var/lib/hardened.django/blog/backups.json"
CERTIFICATE = "/etc/blog/certificate/fullchain.pem"
NOW = 1_800_000_000.0
DAY = 24 * 60 * 60
SECRET = {"secret": True, "length": 43, "credential": "database_password"}
KEY = {
    "length": 64,
    "unique": 40,
    "insecure_prefix": False,
    "fingerprint": "9f31c0d2",
    "credential": "secret_key",
    "in_source": None,
}
OLD_KEY = {**KEY, "fingerprint": "1b44d5aa", "credential": None}

SOUND: dict[str, Any] = {
    "django": "5.2.8",
    "django_version": [5, 2, 8],
    "python": "3.13.5",
    "settings_module": "private_settings",
    "replaced": False,
    "code": "/srv/blog/app/code",
    "settings": {
        "ADMINS": [["Operations", "ops@blog.org"]],
        "ALLOWED_HOSTS": ["www.blog.org", ".blog.org"],
        "CACHES": {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": "rediss://blog:***@10.0.0.3:6379/0",
                "KEY_PREFIX": "blog",
                "OPTIONS": {},
            }
        },
        "CSRF_COOKIE_DOMAIN": None,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_TRUSTED_ORIGINS": ["https://*.blog.org"],
        "CSRF_USE_SESSIONS": False,
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": "10.0.0.2",
                "PORT": 5432,
                "NAME": "blog",
                "USER": "blog",
                "PASSWORD": SECRET,
                "CONN_MAX_AGE": 60,
                "CONN_HEALTH_CHECKS": True,
                "OPTIONS": {"sslmode": "verify-full"},
            }
        },
        "DEBUG": False,
        "DEBUG_PROPAGATE_EXCEPTIONS": False,
        "DEFAULT_FROM_EMAIL": "Blog <webmaster@blog.org>",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "localhost",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_HOST_USER": "",
        "EMAIL_PORT": 25,
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": False,
        "FILE_UPLOAD_DIRECTORY_PERMISSIONS": 0o755,
        "FILE_UPLOAD_PERMISSIONS": 0o644,
        "IGNORABLE_404_URLS": [],
        "INSTALLED_APPS": [
            "blog.apps.BlogConfig",
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
        ],
        "INTERNAL_IPS": [],
        "LANGUAGE_COOKIE_SECURE": False,
        "LOGGING": {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"journal": {"class": "logging.StreamHandler"}, "none": {"class": "logging.NullHandler"}},
            "root": {"handlers": ["journal"], "level": "INFO"},
            "loggers": {"django.security.DisallowedHost": {"handlers": ["none"], "propagate": False}},
        },
        "MANAGERS": [],
        "MEDIA_ROOT": "/var/lib/blog/media",
        "MEDIA_URL": "/media/",
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        "PASSWORD_RESET_TIMEOUT": 3 * DAY,
        "ROOT_URLCONF": "blog.urls",
        "SECRET_KEY": {"secret": True, "length": 64, "credential": "secret_key"},
        "SECRET_KEY_FALLBACKS": [],
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SECURE_HSTS_PRELOAD": False,
        "SECURE_HSTS_SECONDS": 0,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "SECURE_REDIRECT_EXEMPT": ["^health/$"],
        "SECURE_SSL_HOST": None,
        "SECURE_SSL_REDIRECT": True,
        "SERVER_EMAIL": "webmaster@blog.org",
        "SESSION_CACHE_ALIAS": "default",
        "SESSION_COOKIE_AGE": 14 * DAY,
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_ENGINE": "django.contrib.sessions.backends.cached_db",
        "SESSION_SERIALIZER": "django.contrib.sessions.serializers.JSONSerializer",
        "SILENCED_SYSTEM_CHECKS": ["security.W004"],
        "STATIC_ROOT": "/srv/blog/app/static",
        "STATIC_URL": "/static/",
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
        },
        "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        "USE_X_FORWARDED_HOST": False,
        "USE_X_FORWARDED_PORT": False,
    },
    "explicit": ["ALLOWED_HOSTS", "CACHES", "DATABASES", "DEBUG", "INSTALLED_APPS", "SECRET_KEY", "STORAGES"],
    "secret_key": KEY,
    "secret_key_fallbacks": [],
    "checks": [
        {
            "id": "security.W004",
            "level": "WARNING",
            "message": "You have not set a value for the SECURE_HSTS_SECONDS setting.",
            "hint": None,
            "object": None,
            "silenced": True,
        }
    ],
    "templates": [
        {"backend": "django.template.backends.django.DjangoTemplates", "cached": True, "debug": False},
        {"backend": "django.template.backends.jinja2.Jinja2", "cached": None, "debug": False},
    ],
    "error_templates": {"400": "default", "403": "default", "404": "ok", "500": "ok"},
    "handlers": {
        "": [STREAM],
        "django": [CONSOLE, MAIL, STREAM],
        "django.request": [CONSOLE, MAIL, STREAM],
        "django.security.DisallowedHost": [NULL],
    },
    "paths": {
        "STATIC_ROOT": {"exists": True, "writable": False, "manifest": True},
        "MEDIA_ROOT": {"exists": True, "writable": True, "manifest": False},
    },
    "migrations": [],
    "databases": {
        "default": {
            "reachable": True,
            "error": "",
            "tls": True,
            "superuser": False,
            "createdb": False,
            "createrole": False,
            "max_connections": 100,
        }
    },
    "caches": {"default": {"round_trip": True, "error": ""}},
    "mail": {"accepts": True, "error": ""},
    "service": {
        "name": "blog.service",
        "user": "blog",
        "uid": 998,
        "active": True,
        "failed": False,
        "has_active_socket": True,
        "processes": 3,
        "interface": "wsgi",
        "runserver": False,
        "credentials": [
            {"path": "/etc/blog/secrets/secret_key", "mode": "0400", "owner": "root", "modified": NOW - DAY},
            {
                "path": "/etc/blog/secrets/database_password",
                "mode": "0440",
                "owner": "root",
                "modified": NOW - 400 * DAY,
            },
        ],
        "drift": [],
        "local_addresses": ["127.0.0.1", "::1", "10.0.0.1"],
        "timer": {
            "name": "blog-clearsessions.timer",
            "enabled": True,
            "active": True,
            "last_result": "success",
            "last_run": NOW - DAY / 2,
            "next_run": NOW + DAY / 2,
        },
        "sockets": ["/run/blog/app.sock"],
        "backups": {
            "path": BACKUPS,
            "error": "",
            "times": {
                "backup": {"finished": NOW - DAY, "period": DAY},
                "restore_drill": {"finished": NOW - 13 * DAY, "period": 7 * DAY},
            },
        },
        "rotated": ["/var/log/nginx/*.log", "/var/log/blog.log"],
    },
    "edge": {
        "error": "",
        "servers": [
            {
                "names": [],
                "sockets": [
                    {"socket": "*:80", "default": True, "tls": False},
                    {"socket": "*:443", "default": True, "tls": True},
                ],
                "passes_to": [],
                "certificates": [],
            },
            {
                "names": ["www.blog.org", "*.blog.org"],
                "sockets": [{"socket": "*:80", "default": False, "tls": False}],
                "passes_to": [],
                "certificates": [],
            },
            {
                "names": ["www.blog.org", "*.blog.org"],
                "sockets": [{"socket": "*:443", "default": False, "tls": True}],
                "passes_to": ["/run/blog/app.sock"],
                "certificates": [CERTIFICATE],
            },
        ],
        "certificates": {
            CERTIFICATE: {"names": ["www.blog.org", "*.blog.org"], "begins": NOW - 60 * DAY, "ends": NOW + 30 * DAY}
        },
        "logs": ["/var/log/nginx/access.log", "/var/log/nginx/error.log"],
    },
    "now": NOW,
    "expect": {
        "domains": ["www.blog.org", ".blog.org"],
        "static_root": "/srv/blog/app/static",
        "media_root": "/var/lib/blog/media",
        "database_host": "10.0.0.2",
        "database_name": "blog",
        "database_port": 5432,
        "database_user": "blog",
        "cache_host": "10.0.0.3",
        "proxy_header": ["HTTP_X_FORWARDED_PROTO", "https"],
        "secret_key_credential": "secret_key",
        "database_password_credential": "database_password",
        "secret_key_fingerprint": "9f31c0d2",
        "debug": False,
        "secure_cookies": True,
        "settings_module": "private_settings",
        "processes": 9,
        "minimum_django": "5.2.8",
        "unmanaged": [],
    },
}


def site(changes: dict[str, Any], base: dict[str, Any] | None = None) -> dict[str, Any]:
    """A variation of a site: each value to change by its path, as in settings/CACHES/default/LOCATION."""
    changed = copy.deepcopy(SOUND if base is None else base)
    for path, value in changes.items():
        *parents, last = path.split("/")
        place: Any = changed
        for parent in parents:
            place = place[int(parent) if isinstance(place, list) else parent]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = copy.deepcopy(value)
    return changed


# As the collection deploys a project that says nothing about mail, error pages and certificates of the data servers.
DEPLOYED = site(
    {
        "settings/ADMINS": [],
        "settings/CACHES/default/LOCATION": "redis://blog:***@10.0.0.3:6379/0",
        "settings/DATABASES/default/OPTIONS": {"sslmode": "require"},
        "settings/CSRF_TRUSTED_ORIGINS": [],
        "settings/DEFAULT_FROM_EMAIL": "webmaster@www.blog.example",
        "settings/SERVER_EMAIL": "webmaster@www.blog.example",
        "settings/ALLOWED_HOSTS": ["www.blog.example"],
        "settings/STORAGES/staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "error_templates": {"400": "default", "403": "default", "404": "default", "500": "default"},
        "paths/STATIC_ROOT/manifest": False,
        "expect/domains": ["www.blog.example"],
        "service/backups/times": None,
        "edge/servers/1/names": ["www.blog.example"],
        "edge/servers/2/names": ["www.blog.example"],
        "edge/certificates": {
            CERTIFICATE: {"names": ["www.blog.example"], "begins": NOW - 60 * DAY, "ends": NOW + 30 * DAY}
        },
    }
)
# What django.conf.global_settings of a version has, and that of SOUND has not.
DJANGO_6: dict[str, Any] = {
    "django": "6.1.3",
    "django_version": [6, 1, 3],
    "settings/ADMINS": ["ops@blog.org"],
    "settings/SECURE_CSP": {"default-src": ["'self'"]},
    "settings/SECURE_CSP_REPORT_ONLY": {},
    "settings/SIGNED_COOKIE_LEGACY_SALT_FALLBACK": False,
    "settings/TASKS": {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}},
    "settings/MIDDLEWARE": [*SOUND["settings"]["MIDDLEWARE"], "django.middleware.csp.ContentSecurityPolicyMiddleware"],
}
MAILERS: dict[str, Any] = {
    **DJANGO_6,
    **{f"settings/{name}": ABSENT for name in SOUND["settings"] if name.startswith("EMAIL_")},
    "settings/MAILERS": {"default": {"OPTIONS": {"host": "mail.blog.org", "use_tls": True}}},
}
