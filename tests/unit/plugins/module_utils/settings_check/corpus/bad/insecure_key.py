"""Production settings of the city's CMS."""

import os

from .base import *

# The variable of the host is SECRET_KEY; nobody noticed, because there is a default.
SECRET_KEY = os.environ.get("CMS_SECRET_KEY", "django-insecure-7h&c1ty!0x_m4y0r$q2@n8v^k5z#t3b+w6j(p9r)")
ALLOWED_HOSTS = ["www.city.example"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "city",
        "USER": "city",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full"},
    }
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]},
    "renditions": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["REDIS_URL"],
        "KEY_PREFIX": "renditions",
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = "/srv/city/static"
MEDIA_ROOT = "/var/lib/city/media"
DEFAULT_FROM_EMAIL = "council@city.example"
SERVER_EMAIL = "cms@city.example"
ADMINS = [("Web office", "web-office@city.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
