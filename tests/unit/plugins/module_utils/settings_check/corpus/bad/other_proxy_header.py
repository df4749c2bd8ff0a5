"""Settings of the shop, copied from behind another proxy."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.shop.example"]
MIDDLEWARE.append("django.middleware.locale.LocaleMiddleware")

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

STATIC_ROOT = "/srv/shop/static"
MEDIA_ROOT = "/var/lib/shop/media"
DEFAULT_FROM_EMAIL = "orders@shop.example"
SERVER_EMAIL = "root@shop.example"
ADMINS = [("Operations", "operations@shop.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTOCOL", "https")
USE_X_FORWARDED_HOST = True
SECURE_SSL_REDIRECT = True
SECURE_SSL_HOST = "shop.example"
SECURE_REDIRECT_EXEMPT = [""]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
