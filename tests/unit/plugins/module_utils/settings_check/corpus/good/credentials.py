"""Settings of the city's CMS: secrets are files that systemd hands to the service."""

import os
from pathlib import Path

from .base import *

credentials = Path(os.environ["CREDENTIALS_DIRECTORY"])


def secret(name):
    return (credentials / name).read_text().strip()


SECRET_KEY = secret("secret_key")
ALLOWED_HOSTS = ("www.city.example",)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "city",
        "USER": "city",
        "PASSWORD": secret("database_password"),
        "HOST": "10.0.0.2",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": "verify-full", "sslrootcert": "/etc/city/database.pem", "connect_timeout": 5},
    },
}
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": f"rediss://city:{secret('cache_password')}@10.0.0.3:6379/1",
        "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
    },
    "renditions": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": f"rediss://city:{secret('cache_password')}@10.0.0.3:6379/2",
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
TEMPLATES[0]["APP_DIRS"] = False
TEMPLATES[0]["OPTIONS"]["loaders"] = [
    (
        "django.template.loaders.cached.Loader",
        ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
    ),
]

STATIC_ROOT = "/srv/city/static"
MEDIA_ROOT = "/var/lib/city/media"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

EMAIL_HOST = "127.0.0.1"
DEFAULT_FROM_EMAIL = "City council <council@city.example>"
SERVER_EMAIL = "cms@city.example"
ADMINS = [("Web office", "web-office@city.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_DOMAIN = SESSION_COOKIE_DOMAIN = ".city.example"
SILENCED_SYSTEM_CHECKS = ["security.W004"]
