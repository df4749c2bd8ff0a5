# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the secrets of a directory encrypted on the disk, and plain in the memory of the host only.

Arguments: the directory, and what to do:

KEY      encrypt with this key, one of those that systemd-creds(1) knows for --with-key=
update   encrypt what has changed since, with the same key, if there is one
decrypt  decrypt into the memory that is mounted on the directory, when the host boots
none     go back to plain files on the disk

The encrypted files lie beside, in a directory of the same name with ".encrypted". The memory is a file system of type
ramfs, which is never swapped. Nothing is removed before what follows it is complete, so that a run that is killed is
completed by the next one. Prints what it did; nothing, where there was nothing to do.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys


def run(*command, content=None):
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command[:2])} failed: {done.stderr.decode().strip()}")
    return done.stdout


def prepare(path, content, like):
    """Write what is to replace a file, for root only, and as old as another file: its date is that of the secret."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if like:
        os.utime(new, ns=(like.stat().st_mtime_ns,) * 2)
    return new


def write(path, content, like):
    prepare(path, content, like).replace(path)


def files(directory):
    return sorted(path for path in directory.iterdir() if path.is_file() and not path.name.startswith("."))


@contextlib.contextmanager
def mounted(*options):
    """Mount a file system for a moment, instead of the one that a run that was killed has left."""
    place = pathlib.Path("/run", f"{plain.parent.name}-secrets")
    if place.is_mount():
        run("umount", str(place))
    place.mkdir(mode=0o700, exist_ok=True)
    run("mount", *options, str(place))
    try:
        yield place
    finally:
        run("umount", str(place))
        place.rmdir()


def decrypt(directory):
    for path in files(encrypted):
        if not (directory / path.name).exists():
            content = run("systemd-creds", "decrypt", f"--name={path.name}", str(path), "-")
            write(directory / path.name, content, path)


def holds(path, name, content):
    """Tell whether an encrypted file can be decrypted to this content."""
    command = ["systemd-creds", "decrypt", f"--name={name}", path, "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0 and done.stdout == content


def encrypt(key):
    """Encrypt all that has changed before any of it is replaced: a TPM may fail in between."""
    encrypted.mkdir(mode=0o700, exist_ok=True)
    present = marker.read_text(encoding="utf-8") if marker.exists() else ""
    replacements = {}
    for path in files(plain):
        content, stored = path.read_bytes(), encrypted / path.name
        if key == present and holds(stored, path.name, content):
            continue
        command = ["systemd-creds", "encrypt", f"--with-key={key}", f"--name={path.name}", "-", "-"]
        new = prepare(stored, run(*command, content=content), path)
        if not holds(new, path.name, content):
            sys.exit(f"{new} does not hold what was encrypted")
        replacements[new] = stored
    for new, stored in replacements.items():
        new.replace(stored)
        print(f"{stored.name}: encrypted with {key}")
    if key != present:
        write(marker, key.encode(), None)


def move_to_memory():
    """Mount the memory on the directory, complete at once, and remove what is below it on the disk."""
    if not plain.is_mount():
        with mounted("--types=ramfs", "--options=mode=0700,nosuid,nodev,noexec", "ramfs") as memory:
            decrypt(memory)
            run("mount", "--bind", str(memory), str(plain))
    with mounted("--bind", str(plain.parent)) as below:
        for path in files(below / plain.name):
            path.unlink()
            print(f"{path.name}: removed from the disk")


def move_to_disk():
    if marker.exists():
        move_to_memory()
    if plain.is_mount():
        with mounted("--bind", str(plain.parent)) as below:
            for path in files(plain):
                write(below / plain.name / path.name, path.read_bytes(), path)
                print(f"{path.name}: plain on the disk")
        # Whoever reads a file at this moment keeps it.
        run("umount", "--lazy", str(plain))
    # Without it, what is encrypted is not complete.
    marker.unlink(missing_ok=True)
    shutil.rmtree(encrypted, ignore_errors=True)


plain, action = pathlib.Path(sys.argv[1]), sys.argv[2]
encrypted = plain.with_name(f"{plain.name}.encrypted")
# It names the key, and is written last.
marker = encrypted / ".with-key"
if action == "none":
    move_to_disk()
elif action == "decrypt":
    decrypt(plain)
elif action != "update":
    encrypt(action)
    move_to_memory()
elif marker.exists():
    encrypt(marker.read_text(encoding="utf-8"))
