"""Production settings of the shop, on top of what all environments share."""

import os

from .base import *

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
SECRET_KEY_FALLBACKS = []
ALLOWED_HOSTS = ["www.shop.example", "localhost"]
INSTALLED_APPS += ["django.contrib.humanize", "django.contrib.sitemaps"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": "shop",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "PORT": 5432,
        "ATOMIC_REQUESTS": True,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 2, "max_size": 4}, "sslmode": "verify-full", "sslrootcert": "system"},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "rediss://10.0.0.3:6379/0",
        "OPTIONS": {"username": "shop", "password": os.environ["REDIS_PASSWORD"]},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 7
CSRF_TRUSTED_ORIGINS = ["https://www.shop.example"]

STATIC_ROOT = "/srv/shop/static"
MEDIA_ROOT = "/var/lib/shop/media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640

EMAIL_HOST = "localhost"
DEFAULT_FROM_EMAIL = "orders@shop.example"
SERVER_EMAIL = "root@shop.example"
ADMINS = [("Operations", "operations@shop.example"), ("On call", "on-call@shop.example")]
MANAGERS = [("Shop keepers", "keepers@shop.example")]
MIDDLEWARE = ["django.middleware.common.BrokenLinkEmailsMiddleware", *MIDDLEWARE]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
# nginx sends HSTS.
SILENCED_SYSTEM_CHECKS = ["security.W004"]
