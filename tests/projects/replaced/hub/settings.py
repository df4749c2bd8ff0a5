"""Dynaconf: the last lines put its own object in place of Django's settings."""

from pathlib import Path

import dynaconf

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "only for development"
DEBUG = True
ROOT_URLCONF = "hub.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.staticfiles"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(BASE_DIR / "hub.sqlite3")}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STATIC_URL = "static/"
STATIC_ROOT = str(BASE_DIR / "collected")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

settings = dynaconf.DjangoDynaconf(__name__, environments=False, settings_files=[BASE_DIR / "settings.toml"])
