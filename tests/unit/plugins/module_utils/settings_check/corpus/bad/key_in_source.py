"""Settings of the blog."""

import os

from .base import *

SECRET_KEY = "Qm7vX2pLk9RtYw4ZsBn8HcJd6GfAe3UiMo5TqEr1VxCy0KzPaSg"
SECRET_KEY_FALLBACKS = ["Wd3kT9mPz6RqXv1LsYb8NcHf4JgAe7UoMi2TrEq5VyCx0KpZaBn"]
ALLOWED_HOSTS = ["www.blog.example"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PGDATABASE", "blog"),
        "USER": os.environ.get("PGUSER", "blog"),
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": os.environ.get("PGHOST", "10.0.0.2"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full"},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = "/srv/blog/static"
MEDIA_ROOT = "/var/lib/blog/media"
EMAIL_HOST = "localhost"
DEFAULT_FROM_EMAIL = "hello@blog.example"
SERVER_EMAIL = "errors@blog.example"
ADMINS = [("Editors", "editors@blog.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
