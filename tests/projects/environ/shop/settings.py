"""Everything comes from the environment; what has no sensible default is required."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("SHOP_DEBUG", default=True)
SECRET_KEY = env("SECRET_KEY")
SITE_HOST = env("SITE_HOST", default="localhost")
ALLOWED_HOSTS = [SITE_HOST]
CSRF_TRUSTED_ORIGINS = [f"https://{SITE_HOST}"]

DATABASES = {"default": env.db("DATABASE_URL")}
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
EMAIL_HOST = env("EMAIL_HOST")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL")

INSTALLED_APPS = [
    "shop",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
if env.bool("SHOP_ACCOUNTS", default=False):
    INSTALLED_APPS.append("django.contrib.auth")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = str(BASE_DIR / "collected")
