"""Settings of the shop, made from those of the city's CMS."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.shop.example", "www.city.example"]
SESSION_COOKIE_DOMAIN = ".city.example"
CSRF_COOKIE_DOMAIN = ".city.example"
CSRF_TRUSTED_ORIGINS = ["https://www.city.example"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": "shop",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full"},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"

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
