"""Settings of the newsletter, for Django 6.1: mailers, a content security policy, tasks."""

import os

from django.utils.csp import CSP

from .base import *

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["www.newsletter.example"]
MIDDLEWARE.insert(1, "django.middleware.csp.ContentSecurityPolicyMiddleware")
TEMPLATES[0]["OPTIONS"]["context_processors"] += ["django.template.context_processors.csp"]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "newsletter",
        "USER": "newsletter",
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "HOST": "10.0.0.2",
        "OPTIONS": {"pool": {"check": "newsletter.database.check"}, "sslmode": "verify-full", "sslrootcert": "system"},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["REDIS_URL"],
        "VERSION": 2,
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["letters"]}}

MAILERS = {
    "default": {
        "OPTIONS": {
            "host": "mail.provider.example",
            "port": 587,
            "use_tls": True,
            "username": "newsletter",
            "password": os.environ["EMAIL_PASSWORD"],
        },
    },
    "bulk": {"BACKEND": "anymail.backends.mailgun.EmailBackend"},
}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = "letters@newsletter.example"
ADMINS = MANAGERS = ["editors@newsletter.example"]
MIDDLEWARE.insert(0, "django.middleware.common.BrokenLinkEmailsMiddleware")

STATIC_ROOT = "/srv/newsletter/static"
MEDIA_ROOT = "/var/lib/newsletter/media"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_CSP = {"default-src": [CSP.SELF], "img-src": [CSP.SELF, "data:"], "script-src": [CSP.SELF, CSP.NONCE]}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = ["security.W004"]
