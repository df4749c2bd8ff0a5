"""Settings of the library as classes: django-configurations."""

from pathlib import Path

import dj_database_url
from configurations import Configuration, values

LOGS = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {
        "file": {"class": "logging.handlers.WatchedFileHandler", "filename": "/tmp/library.log", "delay": True},
        "none": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["file"], "level": "WARNING"},
    "loggers": {"django.security.DisallowedHost": {"handlers": ["none"], "propagate": False}},
}


class Common(Configuration):
    BASE_DIR = Path(__file__).resolve().parent.parent.parent
    SECRET_KEY = values.SecretValue()
    ALLOWED_HOSTS = values.ListValue(environ_prefix=None)

    INSTALLED_APPS = (
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.staticfiles",
        "pages",
    )
    MIDDLEWARE = (
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    )
    ROOT_URLCONF = "config.urls"
    DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
    TEMPLATES = (
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BASE_DIR / "templates"]},
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "NAME": "mail", "APP_DIRS": True},
    )
    STATIC_URL = "/static/"
    STATIC_ROOT = "/srv/library/static"
    MEDIA_URL = "/media/"
    MEDIA_ROOT = "/var/lib/library/media"
    SIGNED_COOKIE_LEGACY_SALT_FALLBACK = False


class Production(Common):
    DEBUG = values.BooleanValue(False)
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SILENCED_SYSTEM_CHECKS = ("security.W004",)
    DEFAULT_FROM_EMAIL = SERVER_EMAIL = "desk@library.example"
    ADMINS = (("Desk", "desk@library.example"),)
    LOGGING = LOGS

    @property
    def DATABASES(self):
        return {"default": dj_database_url.config(conn_max_age=30, conn_health_checks=True)}

    @property
    def CACHES(self):
        location = values.Value(environ_name="REDIS_URL", environ_prefix=None)
        return {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": location}}
