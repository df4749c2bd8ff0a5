"""Settings of the weather API: the database by its URL, with what the URL was given in addition."""

import os

import dj_database_url

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.weather.example"]

DATABASES = {
    "default": dj_database_url.parse(f"{os.environ['DATABASE_URL']}&conn_max_age=600&conn_health_checks=true"),
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

USE_I18N = False
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024
STATIC_ROOT = "/srv/weather/static"
MEDIA_ROOT = "/var/lib/weather/maps"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = "weather@weather.example"
ADMINS = [("Forecasters", "forecasters@weather.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
