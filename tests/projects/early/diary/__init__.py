"""Reads the settings while the package is being imported."""

from django.conf import settings

HEADING = f"{settings.DIARY_TITLE}, day by day"
