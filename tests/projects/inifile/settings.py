"""Settings from an INI file; LIBRARY_CONFIG names it and has no default."""

import os
from configparser import RawConfigParser
from pathlib import Path

config = RawConfigParser()
with Path(os.environ["LIBRARY_CONFIG"]).open(encoding="utf-8") as config_file:
    config.read_file(config_file)

SECRET_KEY = config["site"]["secret_key"]
DEBUG = config["site"].getboolean("debug")
ALLOWED_HOSTS = config["site"]["hosts"].split()

DATABASES = {
    "default": {
        "ENGINE": config["database"]["engine"],
        "NAME": config["database"]["name"],
        "USER": config["database"].get("user", ""),
        "PASSWORD": config["database"].get("password", ""),
        "HOST": config["database"].get("host", ""),
        "PORT": config["database"].get("port", ""),
    }
}

INSTALLED_APPS = ("django.contrib.contenttypes", "django.contrib.auth")
ROOT_URLCONF = "urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
STATIC_URL = "https://static.library.invalid/"
