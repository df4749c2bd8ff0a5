# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Back up the database server with pgBackRest, and run it beside itself as it was at any moment.

Runs as postgres. Beside this file lies pgbackrest.json, which says what the server has, and where.
"""

import argparse
import contextlib
import datetime
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__)
WANTED = json.loads(HERE.with_suffix(".json").read_text(encoding="utf-8"))
COPY = pathlib.Path(WANTED["state"], "copy")
PROGRAMS = pathlib.Path("/usr/lib/postgresql", WANTED["version"], "bin")
CONFIGURATION = pathlib.Path("/etc/postgresql", WANTED["version"], "main/postgresql.conf")
# With these the copy is nobody's server: reached by its socket alone, it archives nothing.
SETTINGS = {
    "data_directory": COPY / "data",
    "unix_socket_directories": COPY,
    "listen_addresses": "",
    "external_pid_file": COPY / "pid",
    "archive_mode": "off",
    "ssl": "off",
    "jit": "off",
    # Connections wait for the end of the recovery; and the copy may have other limits than the server.
    "hot_standby": "off",
    "shared_buffers": "128MB",
    "logging_collector": "off",
    "log_destination": "stderr",
}
# A commit after the moment, which the recovery looks for.
COMMIT = "SELECT txid_current()"
# Codes of pgbackrest info.
READABLE, WITHOUT_BACKUP = 0, 2
# Of an idle server nothing follows its base backup.
RECOVERED = "SELECT coalesce(pg_last_xact_replay_timestamp()::text, 'the base backup')"


class Failure(Exception):
    """Something that is told to the administrator without a traceback."""


def run(*command):
    """Run a program and return what it prints."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()[-8:]
        raise Failure(f"{pathlib.Path(command[0]).name} ended with {done.returncode}: {'; '.join(lines)}")
    return done.stdout


def pgbackrest(*words):
    return run("pgbackrest", f"--config={HERE.with_suffix('.conf')}", f"--stanza={WANTED['name']}", *words)


def psql(directory, statement):
    options = ["--no-psqlrc", "--tuples-only", "--no-align", f"--host={directory}", f"--port={WANTED['port']}"]
    return run("psql", *options, "--dbname=postgres", f"--command={statement}").strip()


def backups():
    """Return the good backups, oldest first, as pgBackRest describes them."""
    (found,) = json.loads(pgbackrest("info", "--output=json"))
    # It tells of a repository that it cannot read without failing.
    if found["status"]["code"] not in (READABLE, WITHOUT_BACKUP):
        raise Failure(f"pgbackrest info: {found['status']['message']}; {found['repo'][0]['status']['message']}")
    return [backup for backup in found["backup"] if not backup["error"]]


def back_up():
    pgbackrest("check")
    last = max((backup["timestamp"]["stop"] for backup in backups() if backup["type"] == "full"), default=0)
    is_due = time.time() - last > WANTED["full_days"] * 86400 - 3600
    # Removes what is older than it has to be, too.
    pgbackrest("backup", f"--type={'full' if is_due else 'incr'}")
    newest = backups()[-1]
    size = newest["info"]["repository"].get("delta", 0)
    print(f"base backup {newest['label']}: {newest['info']['size']} bytes, {size} in the repository")


def remove_copy():
    """Stop the copy of a run that was killed, and remove it: it has the rows of the databases."""
    if (COPY / "data/postmaster.pid").exists():
        stop = [PROGRAMS / "pg_ctl", f"--pgdata={COPY / 'data'}", "--mode=immediate", "stop"]
        subprocess.run(stop, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    shutil.rmtree(COPY, ignore_errors=True)


def restore(moment):
    """Restore the server beside itself, to a moment or to the last that was archived."""
    COPY.mkdir()
    options = ["--type=default"]
    if moment:
        psql("/run/postgresql", COMMIT)
        # Archives all up to here.
        pgbackrest("check")
        options = ["--type=time", f"--target={moment:%Y-%m-%d %H:%M:%S+00}", "--target-action=promote"]
    place = [f"--pg1-path={COPY / 'data'}", f"--tablespace-map-all={COPY / 'tablespaces'}"]
    pgbackrest("restore", *place, "--archive-mode=off", *options)


@contextlib.contextmanager
def running_copy(moment=None):
    """Run the server as it was at a moment, or was archived last, beside itself; yield the directory of its socket."""
    remove_copy()
    try:
        restore(moment)
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [PROGRAMS / "postgres", "-D", COPY / "data", f"--config_file={CONFIGURATION}", *settings]
        with (
            (COPY / "log").open("w+", encoding="utf-8") as log,
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as server,
        ):
            try:
                wait_for(server, log)
                yield COPY
            finally:
                server.send_signal(signal.SIGINT)
    finally:
        remove_copy()


def wait_for(server, log):
    ready = [PROGRAMS / "pg_isready", "--quiet", f"--host={COPY}", f"--port={WANTED['port']}"]
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None:
            log.seek(0)
            raise Failure(f"the server does not run as it was restored: {'; '.join(log.read().splitlines()[-4:])}")
        time.sleep(0.2)


@contextlib.contextmanager
def alone(flags=0):
    """Wait until nobody else has a copy; with LOCK_NB, raise BlockingIOError where somebody has."""
    with COPY.with_name("copy.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | flags)
        yield


def drill():
    """Run the newest state beside the server, and read all rows of the databases."""
    with alone(), running_copy() as directory:
        for name in WANTED["databases"]:
            connection = [f"--host={directory}", f"--port={WANTED['port']}", f"--dbname={name}"]
            run(PROGRAMS / "pg_dump", *connection, "--file=/dev/null")
        print(f"restored as of {psql(directory, RECOVERED)}, and read: {', '.join(WANTED['databases'])}")


def serve(moment):
    """Run the server as it was, for whoever holds this program's input open; tell where its socket is.

    Nothing is told where no base backup is as old.
    """
    if moment > datetime.datetime.now(tz=datetime.UTC):
        raise Failure(f"{moment} has not come yet")
    if not any(backup["timestamp"]["stop"] < moment.timestamp() for backup in backups()):
        return
    with alone(), running_copy(moment) as directory:
        print(directory, flush=True)
        sys.stdin.read()


def moment_of(text):
    found = datetime.datetime.fromisoformat(text)
    return found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def main():
    parser = argparse.ArgumentParser(prog=f"{WANTED['name']}-pgbackrest", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("backup", help="make a base backup")
    actions.add_parser("drill", help="restore the newest state beside the server, read it, and remove it again")
    actions.add_parser("clean", help="stop and remove what a run that was killed has left behind")
    action = actions.add_parser("serve", help="run the server as it was beside itself, until the end of the input")
    action.add_argument("moment", type=moment_of, help="a time such as 2026-11-27T03:00 (UTC)")
    action = actions.add_parser("pgbackrest", help="run any command of pgBackRest on the repository")
    action.add_argument("words", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    try:
        if arguments.action == "backup":
            back_up()
        elif arguments.action == "drill":
            drill()
        elif arguments.action == "clean":
            # A copy that is in use is somebody else's.
            with contextlib.suppress(BlockingIOError), alone(fcntl.LOCK_NB):
                remove_copy()
        elif arguments.action == "serve":
            serve(arguments.moment)
        else:
            print(pgbackrest(*arguments.words), end="")
    except (Failure, OSError) as failure:
        sys.exit(f"{parser.prog}: {failure}")


os.umask(0o077)
# Ended from outside, it stops its copy.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
main()
