"""Settings of the weather API."""

import environ

from .base import *

env = environ.Env()
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = ["www.weather.example"]

DATABASES = {"default": {**env.db(), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env("REDIS_URL")}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

USE_I18N = False
FORECAST_DAYS = env.int("FORECAST_DAYS", default=5)
STATIC_ROOT = "/srv/weather/static"
MEDIA_ROOT = "/var/lib/weather/maps"

vars().update(env.email("EMAIL_URL"))
# As the guide of the provider says, for port 465.
EMAIL_USE_SSL = True
DEFAULT_FROM_EMAIL = "weather@weather.example"
SERVER_EMAIL = "weather@weather.example"
ADMINS = [("Forecasters", "forecasters@weather.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
