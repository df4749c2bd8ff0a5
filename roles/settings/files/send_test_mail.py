# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send a mail as the site sends its mails, and print which server took it. Argument: the address."""

import sys

import django
from django.conf import settings
from django.core import mail
from django.core.management import call_command

django.setup()
address = sys.argv[1]
call_command("sendtestemail", address)

way = mail.mailers["default"] if getattr(settings, "MAILERS", None) else mail.get_connection()
backend = f"{type(way).__module__}.{type(way).__qualname__}"
security = "STARTTLS" if getattr(way, "use_tls", False) else "TLS" if getattr(way, "use_ssl", False) else "no TLS"
server = f"{way.host}:{way.port} ({security}, {way.username or 'without log-in'})" if hasattr(way, "host") else backend
print(f"{server} took a mail from {settings.DEFAULT_FROM_EMAIL} to {address}.")
