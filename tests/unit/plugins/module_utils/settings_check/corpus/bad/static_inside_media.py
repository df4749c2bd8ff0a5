"""Settings of the club: one directory on the big disk."""

import os
from pathlib import Path

from .base import *

DISK = Path("/mnt/disk/club")
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.club.example"]

MEDIA_ROOT = DISK
STATIC_ROOT = DISK / "static"
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "club",
        "USER": "club",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "127.0.0.1",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/3",
        "KEY_PREFIX": "club",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

DEFAULT_FROM_EMAIL = "committee@club.example"
SERVER_EMAIL = "committee@club.example"
ADMINS = [("Treasurer", "treasurer@club.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
