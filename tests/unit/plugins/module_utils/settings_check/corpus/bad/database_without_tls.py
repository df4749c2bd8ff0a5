"""Settings of the city's CMS: the database has moved to another host, and the settings only got its address."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.city.example"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "city",
        "USER": "postgres",
        # The server trusts the network.
        "PASSWORD": "",
        "HOST": "database.city.example",
        "PORT": "5432",
        "CONN_MAX_AGE": 600,
    },
    "statistics": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/var/lib/city/statistics.sqlite3",
    },
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": "cache.city.example:11211",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = "/srv/city/static"
MEDIA_ROOT = "/var/lib/city/media"
DEFAULT_FROM_EMAIL = "council@city.example"
SERVER_EMAIL = "cms@city.example"
ADMINS = [("Web office", "web-office@city.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
