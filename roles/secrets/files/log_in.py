# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log in to the database or the cache with the settings of the project, and end with 1 where that fails."""

import sys

import django
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from private_credentials import credential


def refuse(message):
    print(message, file=sys.stderr)
    sys.exit(1)


def log_in_to_database():
    user = credential("database_user")
    if settings.DATABASES["default"]["USER"] != user:
        refuse(
            f"the settings name the user themselves, who is {user} next. Let the project read {{database_user}} from "
            "its environment, as it reads {database_password}."
        )
    for alias, database in settings.DATABASES.items():
        if database.get("USER") == user:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT 1")


def log_in_to_cache():
    # Some libraries say nothing of an error; what was not written is not read.
    cache.set("hardened.django", "written", 60)
    if cache.get("hardened.django") != "written":
        refuse("the cache does not keep what is written to it.")


django.setup()
log_in_to_database() if sys.argv[1] == "database" else log_in_to_cache()
