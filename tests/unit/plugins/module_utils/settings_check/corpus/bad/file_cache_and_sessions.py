"""Settings of the newsletter, as a tutorial for shared hosting has it."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.newsletter.example"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "newsletter",
        "USER": "newsletter",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full"},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": "/var/tmp/newsletter-cache",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.file"
SESSION_FILE_PATH = "/var/tmp/newsletter-sessions"

STATIC_ROOT = "/srv/newsletter/static"
MEDIA_ROOT = "/var/lib/newsletter/media"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = "letters@newsletter.example"
ADMINS = [("Editors", "editors@newsletter.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
