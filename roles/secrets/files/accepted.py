# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print, as one line of JSON, which secret keys the loaded settings accept, and for how long what they sign is used."""

import hashlib
import json

import django
from django.conf import settings

keys = [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", [])]
accepted = [hashlib.sha256(str(key).encode()).hexdigest() for key in keys]
# The second one came with Django 3.1.
seconds = max(settings.SESSION_COOKIE_AGE, getattr(settings, "PASSWORD_RESET_TIMEOUT", 0))
print(json.dumps({"django": django.get_version(), "accepted": accepted, "seconds": seconds}))
