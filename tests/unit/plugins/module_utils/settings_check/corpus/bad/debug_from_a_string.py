"""Settings of the intranet."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
# The host says DEBUG=False, and bool("False") is True.
DEBUG = bool(os.environ.get("DEBUG", False))
ALLOWED_HOSTS = ["www.intranet.example"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "intranet",
        "USER": "intranet",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full"},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = "/srv/intranet/static"
MEDIA_ROOT = "/var/lib/intranet/media"
DEFAULT_FROM_EMAIL = "intranet@intranet.example"
SERVER_EMAIL = "intranet@intranet.example"
ADMINS = [("IT", "it@intranet.example")]

if not DEBUG:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
