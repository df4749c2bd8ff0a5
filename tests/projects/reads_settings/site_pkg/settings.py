"""Everything from the environment; NAME_FILE, when set, is a file that holds the value of NAME."""

import os
from pathlib import Path

from site_pkg import VERSION


def read(name, default=None):
    file_name = os.environ.get(f"{name}_FILE")
    if file_name:
        return Path(file_name).read_text(encoding="utf-8").rstrip("\n")
    return os.environ[name] if default is None else os.environ.get(name, default)


BASE_DIR = Path(__file__).resolve().parent.parent

SITE_TITLE = read("SITE_TITLE", "Notices")
SECRET_KEY = read("SITE_SECRET_KEY")
DEBUG = read("SITE_DEBUG", "no") == "yes"
ALLOWED_HOSTS = read("SITE_HOSTS", "localhost").split(",")

DATABASES = {
    "default": {
        "ENGINE": read("SITE_DATABASE_ENGINE", "django.db.backends.sqlite3"),
        "NAME": read("SITE_DATABASE_NAME", str(BASE_DIR / "notices.sqlite3")),
        "USER": read("SITE_DATABASE_USER", ""),
        "PASSWORD": read("SITE_DATABASE_PASSWORD", ""),
        "HOST": read("SITE_DATABASE_HOST", ""),
    }
}
CACHES = {
    "default": {
        "BACKEND": read("SITE_CACHE_BACKEND", "django.core.cache.backends.locmem.LocMemCache"),
        "LOCATION": read("SITE_CACHE_LOCATION", ""),
        "VERSION": int(VERSION.partition(".")[0]),
    }
}

INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.staticfiles"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = not DEBUG
ROOT_URLCONF = "site_pkg.urls"
WSGI_APPLICATION = "site_pkg.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
STATIC_ROOT = read("SITE_STATIC_ROOT", str(BASE_DIR / "collected"))
