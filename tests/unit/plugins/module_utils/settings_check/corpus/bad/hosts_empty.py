"""Settings of the intranet, from the environment."""

import environ

from .base import *

env = environ.Env()
SECRET_KEY = env.str("SECRET_KEY")
# The host sets ALLOWED_HOSTS, and this reads another name.
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=[])

DATABASES = {"default": {**env.db(), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("REDIS_URL"),
        "KEY_PREFIX": "intranet",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STATIC_ROOT = env.path("STATIC_ROOT", default="/srv/intranet/static")
MEDIA_ROOT = env.str("MEDIA_ROOT", default="/var/lib/intranet/media")

EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
DEFAULT_FROM_EMAIL = "intranet@intranet.example"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ADMINS = [("IT", "it@intranet.example")]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SESSION_COOKIE_SECURE = env.bool("SESSION_COOKIE_SECURE", default=True)
CSRF_COOKIE_SECURE = env.bool("CSRF_COOKIE_SECURE", default=True)
SILENCED_SYSTEM_CHECKS = ["security.W004"]
