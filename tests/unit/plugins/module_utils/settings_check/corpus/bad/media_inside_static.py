"""Settings of the library."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.library.example"]
INSTALLED_APPS += ["django.contrib.postgres"]

# One volume for everything that nginx serves.
PUBLIC = "/srv/library/public"
STATIC_ROOT = PUBLIC
STATIC_URL = "/public/"
MEDIA_ROOT = f"{PUBLIC}/uploads"
MEDIA_URL = "/public/uploads/"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "library",
        "USER": "library",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full"},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "library"

DEFAULT_FROM_EMAIL = "desk@library.example"
SERVER_EMAIL = "desk@library.example"
ADMINS = [("Desk", "desk@library.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
