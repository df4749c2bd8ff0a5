"""Production settings of the shop."""

import os

import dj_database_url

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
SITES = ["https://www.shop.example", "https://shop.example/"]
ALLOWED_HOSTS = SITES
CSRF_TRUSTED_ORIGINS = SITES

DATABASES = {"default": dj_database_url.config(conn_max_age=60, conn_health_checks=True)}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["REDIS_URL"],
    },
    "baskets": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["REDIS_URL"],
        "KEY_PREFIX": "baskets",
        "TIMEOUT": None,
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

STATIC_ROOT = "/srv/shop/static"
MEDIA_ROOT = "/var/lib/shop/media"

DEFAULT_FROM_EMAIL = "orders@shop.example"
SERVER_EMAIL = "root@shop.example"
ADMINS = [("Operations", "operations@shop.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
