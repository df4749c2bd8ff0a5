# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup and restore beside what they are made of: pg_dump, pg_restore and cp, on the same hosts in the same run.

The hosts are those of `molecule converge --scenario-name backup`; afterwards, they are full. Argument: megabytes of
database, and of media.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

CONFIG = Path(".cache/ssh/config-hardened-backup")
MOST_OF_FIRST = 0.15
# A row has about a kilobyte, half of which compresses.
FILL = """DROP TABLE IF EXISTS bench;
CREATE TABLE bench AS SELECT n AS id, (SELECT string_agg(md5(random()::text || n || m), '')
FROM generate_series(1, 30) m) AS text FROM generate_series(1, {rows}) n"""
CHANGE = "UPDATE bench SET text = md5(random()::text) || substr(text, 33) WHERE id <= {rows}"
MEDIA = "/var/lib/guestbook/media/bench"
WRITE = "mkdir -p {media}; for n in $(seq {files}); do head -c 1000000 /dev/urandom >{media}/$n; done"
AS_POSTGRES = "cd /; runuser -u postgres --"
BACK_UP = "systemctl start guestbook-backup"


def on(host: str, command: str) -> str:
    shell = ["ssh", "-F", str(CONFIG), f"root@{host}", "sh", "-eu"]
    return subprocess.run(shell, input=command, check=True, text=True, stdout=subprocess.PIPE).stdout


def seconds(host: str, command: str) -> float:
    """Until it is on the disk."""
    began = time.monotonic()
    on(host, f"{command}; sync")
    return time.monotonic() - began


def sql(statement: str) -> None:
    on("db1", f"{AS_POSTGRES} psql --quiet --set ON_ERROR_STOP=1 guestbook <<'END'\n{statement}\nEND\n")


def stored() -> int:
    size: int = json.loads(on("db1", "guestbook-backup restic stats --mode raw-data --json"))["total_size"]
    return size


def show(name: str, megabytes: int, ours: float, plain: float) -> None:
    rates = f"{megabytes / ours:.0f} MB/s, plain {megabytes / plain:.0f} MB/s"
    print(f"{name}: {rates}, {ours / plain:.1f} times as long", flush=True)


def measure(megabytes: int) -> float:
    """Print what each step costs; return the bytes of a second backup, as a part of those of the first."""
    for host in ("db1", "app1"):
        on(host, f"{BACK_UP}; rm -rf /root/bench; mkdir /root/bench")
    empty = stored()
    sql(FILL.format(rows=megabytes * 1000))
    on("app1", WRITE.format(media=MEDIA, files=megabytes))
    plain = seconds("db1", f"{AS_POSTGRES} pg_dump --format=custom --compress=0 guestbook >/root/bench/dump")
    show("backup of the database", megabytes, seconds("db1", BACK_UP), plain)
    plain = seconds("app1", f"cp -r {MEDIA} /root/bench/media")
    show("backup of the media", megabytes, seconds("app1", BACK_UP), plain)
    first = stored() - empty
    plain = seconds("db1", f"{AS_POSTGRES} createdb bench; {AS_POSTGRES} pg_restore --dbname=bench </root/bench/dump")
    restored = seconds("db1", "guestbook-backup restore database --into copy")
    show("restore of the database", megabytes, restored, plain)
    plain = seconds("app1", "cp -r /root/bench/media /root/bench/copy")
    restored = seconds("app1", "guestbook-backup restore media --into /root/bench/restored")
    show("restore of the media", megabytes, restored, plain)
    on("db1", f"{AS_POSTGRES} dropdb copy; {AS_POSTGRES} dropdb bench")
    sql(CHANGE.format(rows=megabytes * 10))
    on("app1", WRITE.format(media=MEDIA, files=max(1, megabytes // 100)))
    for host in ("db1", "app1"):
        on(host, BACK_UP)
    return (stored() - empty - first) / first


def main(megabytes: int) -> int:
    part = measure(megabytes)
    print(f"second backup after a change of 1 %: {part:.1%} of the bytes of the first")
    if part > MOST_OF_FIRST:
        print(f"That is more than {MOST_OF_FIRST:.0%}.")
    return int(part > MOST_OF_FIRST)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
