"""Settings of the weather API, while the forecasters test it."""

import os

import dj_database_url

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = True
ALLOWED_HOSTS = ["www.weather.example"]
DEBUG_PROPAGATE_EXCEPTIONS = True
USE_I18N = False
FORECAST_DAYS = int(os.environ.get("FORECAST_DAYS", "5"))
FORECAST_SOURCES = ["stations", "satellites"]

DATABASES = {"default": dj_database_url.config(conn_max_age=60, conn_health_checks=True)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = "/srv/weather/static"
MEDIA_ROOT = "/var/lib/weather/maps"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = "weather@weather.example"
ADMINS = [("Forecasters", "forecasters@weather.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
# The pipeline fails otherwise.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W018"]
