# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove old secret keys whose time is over, and restart what was started with them.

Arguments: the file of the fallbacks, and the units. Whoever is killed in between is completed by the next one.
"""

import fcntl
import json
import os
import pathlib
import subprocess
import sys
import time

path, *units = sys.argv[1:]
file = pathlib.Path(path)
unfinished = file.with_name(".retiring")
# Between reading and writing no rotation may write: the module secret_files takes the same lock.
directory = os.open(file.parent, os.O_RDONLY)
fcntl.flock(directory, fcntl.LOCK_EX)
entries = json.loads(file.read_text(encoding="utf-8"))
kept = [entry for entry in entries if entry["until"] is None or entry["until"] > time.time()]
if kept != entries:
    unfinished.touch(0o400)
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="utf-8") as stream:
        json.dump(kept, stream)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
os.close(directory)
if unfinished.exists():
    subprocess.run(["systemctl", "try-restart", *units], check=True)
    unfinished.unlink()
    print(f"{len(entries) - len(kept)} old secret keys were removed; the application was restarted.")
