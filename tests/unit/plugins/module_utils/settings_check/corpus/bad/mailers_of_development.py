"""Settings of the shop for Django 6.1: mailers, tasks and a policy, each as its example has it."""

import os

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.shop.example"]
# People complained that they had to log in again after the update.
SIGNED_COOKIE_LEGACY_SALT_FALLBACK = True

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": "shop",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "OPTIONS": {"sslmode": "verify-full", "pool": True},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
TASKS = {
    "default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"},
    "reports": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"},
}

STATIC_ROOT = "/srv/shop/static"
MEDIA_ROOT = "/var/lib/shop/media"
MAILERS = {
    "default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"},
    "invoices": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "mail.provider.example"},
    },
    "archive": {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": "/var/mail"}},
}
DEFAULT_FROM_EMAIL = "orders@shop.example"
SERVER_EMAIL = "root@shop.example"
ADMINS = ["operations@shop.example"]

SECURE_CSP = {"default-src": ["'self'"]}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
