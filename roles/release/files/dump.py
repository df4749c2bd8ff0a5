# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a dump of the project's default database to standard output, over its own connection; PostgreSQL only."""

import os
import sys

import django
from django.db import connection

django.setup()
if connection.vendor != "postgresql":
    sys.exit(f"Only PostgreSQL can be dumped, and the database is {connection.vendor}.")
command, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
# As dbshell would call psql.
os.execvpe("pg_dump", ["pg_dump", "--format=custom", *command[1:]], {**os.environ, **(environment or {})})
