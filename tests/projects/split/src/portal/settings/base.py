"""First half of the settings: complete for development."""

from pathlib import Path

SRC_DIR = Path(__file__).resolve().parent.parent.parent
PROJECT_DIR = SRC_DIR.parent

# Importing the settings already writes: a directory and a log file in the user's home.
LOG_DIR = Path.home() / "portal-logs"
LOG_DIR.mkdir(exist_ok=True)

SECRET_KEY = "django-insecure-split-project-for-development"
DEBUG = True
ALLOWED_HOSTS = []

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Found only when the process works in src/.
        "DIRS": ["templates"],
    },
]

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": PROJECT_DIR / "portal.sqlite3"},
}

# legacy.css is committed here and nowhere else: no finder would collect it.
STATIC_ROOT = PROJECT_DIR / "static_root"
STATIC_URL = "/assets/"
MEDIA_ROOT = PROJECT_DIR / "uploads"
MEDIA_URL = "/uploads/"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"file": {"class": "logging.FileHandler", "filename": LOG_DIR / "portal.log"}},
    "root": {"handlers": ["file"], "level": "INFO"},
}
