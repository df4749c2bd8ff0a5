# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove expired sessions where the settings of the process keep them: the command fails, or is unknown, elsewhere."""

import importlib

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

# Engines that have nothing to remove inherit this from one of these: it does nothing, or says that it cannot.
IDLE = ("base.SessionBase", "cache.SessionStore", "signed_cookies.SessionStore")


def clear_expired(store):
    module, name = store.rsplit(".", 1)
    return getattr(importlib.import_module(module), name).clear_expired.__func__


def keeps_expired_sessions():
    if not apps.is_installed("django.contrib.sessions"):
        return False
    idle = [clear_expired(f"django.contrib.sessions.backends.{store}") for store in IDLE]
    return clear_expired(f"{settings.SESSION_ENGINE}.SessionStore") not in idle


django.setup()
if keeps_expired_sessions():
    call_command("clearsessions")
else:
    print("The settings keep no expired sessions; there is nothing to remove.")
