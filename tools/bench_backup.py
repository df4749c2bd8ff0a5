# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup and restore beside what they are made of: pg_dump, pg_restore and cp, on the host itself in the same run.

The hosts are those of the scenario backup, fresh from `molecule converge --scenario-name backup`; afterwards, their
database and media are full of it. Argument: the size of each in MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / ".cache/ssh/config-hardened-backup"
# About a kilobyte a row, half of which compresses.
FILL = """CREATE TABLE bench AS SELECT n AS id, (SELECT string_agg(md5(random()::text || n || m), '')
FROM generate_series(1, 30) m) AS text FROM generate_series(1, {rows}) n"""
CHANGE = "UPDATE bench SET text = md5(random()::text) || text WHERE id <= {rows}"


def on(host: str, command: str) -> str:
    shell = ["ssh", "-F", str(CONFIG), host, "sudo", "sh", "-e"]
    return subprocess.run(shell, input=command, check=True, text=True, stdout=subprocess.PIPE).stdout


def seconds(host: str, command: str) -> float:
    started = time.monotonic()
    on(host, command)
    return time.monotonic() - started


def sql(statement: str) -> str:
    return on("db1", f"runuser -u postgres -- psql -qAt guestbook <<'END'\n{statement}\nEND\n")


def stored() -> int:
    return int(json.loads(on("db1", "guestbook-backup restic stats --mode raw-data --json"))["total_size"])


def show(name: str, size: float, ours: float, plain: float) -> None:
    print(f"{name}: {size / ours:.0f} MB/s, plain {size / plain:.0f} MB/s, {ours / plain:.1f} times as long")


def main(size: int) -> None:
    sql("DROP TABLE IF EXISTS bench")
    sql(FILL.format(rows=size * 1000))
    media = "/var/lib/guestbook/media/bench"
    on("app1", f"mkdir -p {media}; for n in $(seq {size}); do head -c 1000000 /dev/urandom >{media}/$n; done")
    work = "/var/lib/guestbook-backup"
    empty = stored()
    dumped = seconds("db1", f"runuser -u postgres -- pg_dump -Fc -Z0 guestbook >{work}/plain")
    show("backup of the database", size, seconds("db1", "systemctl start guestbook-backup"), dumped)
    copied = seconds("app1", f"cp -r {media} {work}/plain")
    show("backup of the media", size, seconds("app1", "systemctl start guestbook-backup"), copied)
    first = stored() - empty
    on("db1", "runuser -u postgres -- createdb bench")
    loaded = seconds("db1", f"runuser -u postgres -- pg_restore -d bench <{work}/plain")
    show("restore of the database", size, seconds("db1", "guestbook-backup restore database --into copy"), loaded)
    show("restore of the media", size, seconds("app1", "guestbook-backup restore media --into /root/media"), copied)
    sql(CHANGE.format(rows=size * 10))
    on("app1", f"for n in $(seq {max(1, size // 100)}); do head -c 1000000 /dev/urandom >{media}/$n; done")
    for host in ("db1", "app1"):
        on(host, "systemctl start guestbook-backup")
    print(f"second backup after a change of 1 %: {(stored() - empty - first) / first:.1%} of the bytes of the first")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
