"""Settings of the newsletter."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.newsletter.example"]

# Source files of the theme; collectstatic was never run.
STATICFILES_DIRS = [BASE_DIR / "theme"]
MEDIA_ROOT = "/var/lib/newsletter/media"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "newsletter",
        "USER": "newsletter",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "OPTIONS": {"sslmode": "verify-full", "pool": True},
        "CONN_HEALTH_CHECKS": True,
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
ANYMAIL = {"MAILGUN_API_KEY": os.environ["EMAIL_PASSWORD"], "MAILGUN_SENDER_DOMAIN": "newsletter.example"}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = "letters@newsletter.example"
ADMINS = [("Editors", "editors@newsletter.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
