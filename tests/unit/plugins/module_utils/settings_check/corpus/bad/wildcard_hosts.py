"""Production settings of the blog."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
# The load balancer asks by address, so let in whatever comes.
ALLOWED_HOSTS = ["www.blog.example", "*"]
INSTALLED_APPS += ["django.contrib.syndication"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "10.0.0.2",
        "NAME": "blog",
        "USER": "blog",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full"},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = "/srv/blog/static"
MEDIA_ROOT = "/var/lib/blog/media"

DEFAULT_FROM_EMAIL = "hello@blog.example"
SERVER_EMAIL = "errors@blog.example"
ADMINS = [("Editors", "editors@blog.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
