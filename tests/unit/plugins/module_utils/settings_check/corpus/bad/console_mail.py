"""Settings of the newsletter, one file for every host."""

import os

from .base import *

ON_SERVER = "SECRET_KEY" in os.environ
SECRET_KEY = os.environ.get("SECRET_KEY", "")
ALLOWED_HOSTS = ["www.newsletter.example"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "newsletter",
        "USER": "newsletter",
        "PASSWORD": os.environ.get("DATABASE_PASSWORD"),
        "HOST": "10.0.0.2" if ON_SERVER else "localhost",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full" if ON_SERVER else "disable"},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ.get("REDIS_URL", "redis://localhost"),
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = "/srv/newsletter/static"
MEDIA_ROOT = "/var/lib/newsletter/media"

# Until the mail server is there.
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = "Letters <letters@newsletter.example>"
SERVER_EMAIL = "letters@newsletter.example"
ADMINS = [("Editors", "editors@newsletter.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = ON_SERVER
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ON_SERVER
SILENCED_SYSTEM_CHECKS = ["security.W004"]
