# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace the password of the user that the project logs in with at the database; the new one is the standard input.

With the argument "try", the server says whether it would, and keeps the one it has. It is told the verifier only, as
psql's command password does: what a server logs holds no secret.
"""

import sys

import django
from django.db import DatabaseError, connection, transaction


def verifier(password):
    """Return what the server keeps of a password, in the form that it asks for."""
    user, driver = connection.settings_dict["USER"], connection.Database
    if driver.__name__ == "psycopg2":
        return driver.extensions.encrypt_password(password, user, connection.connection)
    return connection.connection.pgconn.encrypt_password(password.encode(), user.encode()).decode()


django.setup()
if connection.vendor != "postgresql":
    sys.exit("only PostgreSQL is known to let a user replace its own password.")
try:
    with transaction.atomic(), connection.cursor() as cursor:
        # A user that becomes another role when it logs in may replace its own password only as itself.
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(f"ALTER ROLE SESSION_USER PASSWORD '{verifier(sys.stdin.read())}'")
        transaction.set_rollback(sys.argv[1:] == ["try"])
except DatabaseError as error:
    sys.exit(str(error).strip())
