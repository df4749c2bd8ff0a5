"""Reads the settings while the package is being imported.

That works when DJANGO_SETTINGS_MODULE is site_pkg.settings. Any other settings module that imports site_pkg.settings
is asked for SITE_TITLE before it has one.
"""

from django.conf import settings

VERSION = "1.4"
HEADING = f"{settings.SITE_TITLE} {VERSION}"
