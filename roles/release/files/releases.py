# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print, as JSON, the releases in a directory; arguments: the directory, and the program that tells its health."""

import datetime
import json
import os
import subprocess
import sys

SECONDS_FOR_AN_ANSWER = "5"


def read_release(path):
    marker = os.path.join(path, ".built")
    with open(marker, encoding="utf-8") as stream:
        version = stream.read()
    was_live = os.path.exists(os.path.join(path, ".live"))
    return {"id": os.path.basename(path), "version": version, "built": os.stat(marker).st_mtime, "was_live": was_live}


def describe(release, current, healthy):
    built = datetime.datetime.fromtimestamp(release["built"], datetime.UTC)
    state = "" if release["was_live"] else "never live"
    if release["id"] == current:
        state = "live, healthy" if healthy else "live, NOT HEALTHY"
    return f"{release['id']}  built {built:%Y-%m-%d %H:%M} UTC  {release['version']}  {state}".rstrip()


directory, health = sys.argv[1:]
paths = [entry.path for entry in os.scandir(os.path.join(directory, "releases"))]
finished = [path for path in paths if os.path.exists(os.path.join(path, ".built"))]
releases = sorted(map(read_release, finished), key=lambda release: release["built"])
current = os.path.basename(os.path.realpath(os.path.join(directory, "current")))
answer = subprocess.run([health, SECONDS_FOR_AN_ANSWER], capture_output=True, check=False)
table = [describe(release, current, answer.returncode == 0) for release in reversed(releases)]
print(json.dumps({"current": current, "releases": releases, "table": table}))
