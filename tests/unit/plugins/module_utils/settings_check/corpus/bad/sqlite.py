"""Settings of the club."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.club.example"]

# Good enough for two hundred members.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/var/lib/club/club.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "TIMEOUT": 3600,
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

STATIC_ROOT = "/srv/club/static"
MEDIA_ROOT = "/var/lib/club/media"

EMAIL_HOST = "mail.provider.example"
EMAIL_PORT = 465
EMAIL_USE_SSL = True
EMAIL_HOST_USER = "club"
EMAIL_HOST_PASSWORD = os.environ["EMAIL_PASSWORD"]
DEFAULT_FROM_EMAIL = "committee@club.example"
SERVER_EMAIL = "committee@club.example"
ADMINS = [("Treasurer", "treasurer@club.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
