"""Settings of the members' area of the club."""

import os
import socket

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", ".localhost"]
if socket.gethostname() == "production.club.example":
    # Hosts were renamed since.
    ALLOWED_HOSTS = ["www.club.example"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "club",
        "USER": "club",
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "unix:///run/redis/club.sock?db=1",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"

STATIC_ROOT = "/srv/club/static"
MEDIA_ROOT = "/srv/club/media"

DEFAULT_FROM_EMAIL = SERVER_EMAIL = "committee@club.example"
ADMINS = [("Treasurer", "treasurer@club.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
