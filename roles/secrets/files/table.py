# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the secrets of a host, a line each: name, fingerprint, date, host, what follows. Arguments: directory, host.

A fingerprint tells only whether two secrets are equal; to guess a secret by it costs memory and time at each try.
"""

import datetime
import hashlib
import json
import os
import sys

# What the last word of a name says of a secret.
STATES = {"key": "signs", "next": "good, used next", "former": "good, ends next"}
directory, host = sys.argv[1:]


def fingerprint(secret):
    return hashlib.scrypt(secret.encode(), salt=b"hardened.django", n=2**14, r=8, p=1, dklen=6).hex()


def day(seconds):
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%d %H:%M} UTC"


def line(name, secret, since, following):
    # The role of the database is no secret.
    shown = secret if name.startswith("database_user") else fingerprint(secret)
    print(f"{name:<24} {shown:<12}  since {day(since)}  {host}  {following}".rstrip())


for name in sorted(name for name in os.listdir(directory) if not name.startswith(".")):
    path = os.path.join(directory, name)
    since = os.stat(path).st_mtime
    with open(path, encoding="utf-8") as stream:
        content = stream.read()
    if name != "secret_key_fallbacks":
        line(name, content, since, STATES.get(name.rpartition("_")[2], ""))
        continue
    for entry in json.loads(content):
        following = "accepted, signs next" if entry["until"] is None else f"accepted until {day(entry['until'])}"
        line("secret_key_fallbacks", entry["key"], since, following)
