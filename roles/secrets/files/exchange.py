# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let nothing of a project start while a server that knows one password of its user gets another one.

    exchange.py NAME SECRETS WAITING UNIT...

Starts the unit NAME-exchange, which all other services of the project come after, and returns when it has stopped the
given ones; requests wait in their socket, which nginx knows by the directory WAITING in /run. The unit waits until
somebody writes the file "replaced" beside this program: the server has the next password. Then it replaces the present
one in the directory SECRETS, removes this program, and ends, so that the units start. Without a word, as when the run
was killed, it asks the server every ten seconds whether it has the next password, and ends after the third no. When it
is stopped before, the units start with the password that they had.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
HELD, REPLACED = HERE / "held", HERE / "replaced"
# Seconds before each question; all together are half of what nginx waits for an answer.
PATIENCE, QUESTIONS = 10, 3


def systemctl(*arguments):
    return subprocess.run(["systemctl", *arguments], check=False, capture_output=True, text=True)


def begin(name, secrets, waiting, units):
    exchange = f"{name}-exchange.service"
    # What a run has left that was killed a moment ago.
    systemctl("stop", exchange)
    for path in (HELD, REPLACED):
        path.unlink(missing_ok=True)
    listed = systemctl("list-unit-files", "--no-legend", "--plain", f"{name}.service", f"{name}-*.service").stdout
    later = {line.split()[0] for line in listed.splitlines() if "@." not in line} | set(units)
    subprocess.run(
        [
            *("systemd-run", "--quiet", "--collect", "--no-block", "--service-type=oneshot", f"--unit={exchange}"),
            f"--description=Exchange of the database password of {name}",
            f"--property=RuntimeDirectory={waiting}",
            f"--property=Before={' '.join(sorted(later))}",
            f"--property=ExecStopPost=/usr/bin/systemctl start --no-block {' '.join(units)}",
            *(sys.executable, "-B", __file__, "--unit", name, secrets, *units),
        ],
        check=True,
    )
    while not HELD.exists():
        if systemctl("is-active", exchange).stdout.strip() != "activating":
            sys.exit(f"{exchange} ended early; its journal says why.")
        time.sleep(0.1)


def wait(name, directory, units):
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit("The password stays as it is."))
    with prepared(directory) as files:
        if (stopped := systemctl("stop", *units)).returncode:
            sys.exit(stopped.stderr.strip())
        HELD.touch()
        if is_replaced(name):
            replace(directory, files)
    shutil.rmtree(HERE)


def is_replaced(name):
    """Wait for the word that the server has the next password, or ask the server."""
    for _question in range(QUESTIONS):
        end = time.monotonic() + PATIENCE
        while not REPLACED.exists() and time.monotonic() < end:
            time.sleep(0.1)
        if REPLACED.exists() or is_accepted(name):
            return True
    return False


def is_accepted(name):
    """Ask the server whether the project can log in with the next password."""
    with (HERE / "log_in.py").open() as program:
        command = [f"/usr/local/bin/{name}-run", "--next", "python", "-B", "-", "database"]
        return subprocess.run(command, check=False, stdin=program).returncode == 0


@contextlib.contextmanager
def prepared(directory):
    """What is to be written, each beside its place: a full disk is found before the server is told."""
    files = {}
    try:
        for path in directory.glob("database_*_next"):
            present = directory / path.name.removesuffix("_next")
            for source, place in ((path, present), (present, directory / f"{present.name}_former")):
                temporary = directory / f".{place.name}.exchange"
                files[temporary] = place
                copy(source, temporary)
        yield files
    finally:
        for temporary in files:
            temporary.unlink(missing_ok=True)


def replace(directory, files):
    """The next password becomes the present one, which becomes the former one; the playbook completes half of it."""
    lock = os.open(directory, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    for temporary, place in files.items():
        temporary.replace(place)
    os.close(lock)
    encrypted = directory.parent / f"{directory.name}.encrypted"
    if (encrypted / ".with-key").exists():
        program = directory.parent / "secrets_at_rest.py"
        subprocess.run([sys.executable, "-B", program, directory, "update"], check=True)
    for path in directory.glob("database_*_next"):
        (encrypted / path.name).unlink(missing_ok=True)
        path.unlink()


def copy(path, temporary):
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as stream:
        stream.write(path.read_bytes())
        stream.flush()
        os.fsync(stream.fileno())
    # As old as the other one: its date is that of the secret.
    shutil.copystat(path, temporary)


if __name__ == "__main__":
    if sys.argv[1] == "--unit":
        wait(sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4:])
    else:
        begin(*sys.argv[1:4], sys.argv[4:])
