"""Settings of the blog. The cache was turned off once to find a mistake."""

import os

import environ

from .base import *

env = environ.Env()
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")

DATABASES = {"default": {**env.db(), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
if env.bool("USE_CACHE", default=False):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env("REDIS_URL")}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"

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
