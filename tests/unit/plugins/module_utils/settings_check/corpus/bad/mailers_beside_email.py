"""Settings of the newsletter, half way from EMAIL_* to MAILERS."""

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
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = "/srv/newsletter/static"
MEDIA_ROOT = "/var/lib/newsletter/media"

EMAIL_HOST = "mail.provider.example"
EMAIL_PORT = 25
EMAIL_HOST_USER = "newsletter"
EMAIL_HOST_PASSWORD = os.environ["EMAIL_PASSWORD"]
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": EMAIL_HOST, "port": 587, "use_tls": True},
    },
}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = "letters@newsletter.example"
ADMINS = [("Editors", "editors@newsletter.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
