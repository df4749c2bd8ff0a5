"""Settings as classes, with django-configurations."""

from pathlib import Path

from configurations import Configuration, values


class Common(Configuration):
    BASE_DIR = Path(__file__).resolve().parent.parent
    SECRET_KEY = "only for development"
    DEBUG = True
    ROOT_URLCONF = "shelf.urls"
    WSGI_APPLICATION = "configurations.wsgi.application"
    INSTALLED_APPS = ("django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.staticfiles")
    MIDDLEWARE = ("django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware")
    STATIC_URL = "static/"
    STATIC_ROOT = BASE_DIR / "collected"
    DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

    @property
    def DATABASES(self):
        return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": self.BASE_DIR / "shelf.sqlite3"}}


class Production(Common):
    DEBUG = False
    SHELF_TITLE = values.Value("Shelf")

    @property
    def SHELF_HEADING(self):
        return f"{self.SHELF_TITLE} of {len(self.INSTALLED_APPS)}"
