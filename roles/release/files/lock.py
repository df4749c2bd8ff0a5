# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the lock of deployments for a run, and print as JSON who holds it then.

Arguments: the path of the lock, the run, and the run that has ended without giving it back, or null.
"""

import datetime
import fcntl
import json
import os
import sys

path = sys.argv[1]
run, ended = map(json.loads, sys.argv[2:])
# Between looking and writing nobody else may look.
guard = os.open(os.path.dirname(path), os.O_RDONLY)
fcntl.flock(guard, fcntl.LOCK_EX)
try:
    with open(path, encoding="utf-8") as stream:
        holder = json.load(stream)
except FileNotFoundError:
    holder = None
if holder is None or holder["run"] in (run, ended):
    now = datetime.datetime.now(datetime.UTC)
    holder = {"run": run, "since": f"{now:%Y-%m-%d %H:%M} UTC"}
    with open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump(holder, stream)
    os.replace(path + ".new", path)
print(json.dumps(holder))
