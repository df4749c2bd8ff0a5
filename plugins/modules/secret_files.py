#!/usr/bin/python
# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: secret_files
short_description: Read and install the secret files of a host
version_added: 0.1.0
author:
  - hardened.django contributors (@hardened-django)
description:
  - Installs secrets as files that only root can read, mode V(0400) in a directory of mode V(0700).
  - Each file is written atomically and without a trailing newline. None is replaced before all are written, and then in
    the order of O(names).
  - >-
    Where a directory of the same name with C(.encrypted) lies beside, each secret is kept there too, encrypted with the
    key of systemd-creds(1) that its file C(.with-key) names, and O(directory) is in the memory of the host.
  - A secret that is there only, since the host did not decrypt it, ends the task, so that no other takes its place.
  - Reads the secrets that are there, and offers a random candidate for each one that is missing, so that the secrets of
    several hosts can be agreed on.
  - The result holds the secrets, therefore every task that uses this module needs C(no_log) set to V(true).
attributes:
  check_mode:
    description: Can run in check mode and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in check mode), when in diff mode.
    support: none
    details: A difference would show the secrets.
options:
  directory:
    description: Absolute path of the directory of the secret files. Its parent is created where missing.
    type: path
    required: true
  names:
    description:
      - Names of the secrets, which are the names of their files.
      - A name takes letters, digits, C(_), C(-) and C(.), no C(.) first.
    type: list
    elements: str
    required: true
  values:
    description:
      - Secrets to install, from name to value. Nothing is written for a name that is not given.
    type: dict
    default: {}
  exclusive:
    description: Whether the secrets of O(names) for which O(values) has nothing are removed.
    type: bool
    default: false
seealso:
  - name: Django deployment checklist, SECRET_KEY
    description: Asks for a large random value that is kept secret.
    link: https://docs.djangoproject.com/en/stable/howto/deployment/checklist/#secret-key
"""

EXAMPLES = r"""
---
- name: Read the secrets of this host
  hardened.django.secret_files:
    directory: /etc/blog/secrets
    names: [secret_key, database_password]
  register: blog_secrets
  no_log: true

- name: Install the secret key
  hardened.django.secret_files:
    directory: /etc/blog/secrets
    names: [secret_key]
    values:
      secret_key: "{{ vault_secret_key }}"
  no_log: true
"""

RETURN = r"""
current:
  description: The secrets that the host has after the task, from name to value; those passed in O(values) are masked.
  returned: success
  type: dict
candidates:
  description: >-
    A random value of 64 bytes, as 86 characters that are safe in URLs, for each secret that the host does not have.
  returned: success
  type: dict
written:
  description: Names of the secrets that were written, or would be in check mode.
  returned: success
  type: list
  elements: str
removed:
  description: Names of the secrets that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
"""

import fcntl
import os
import re
import secrets
import stat
import tempfile

from ansible.module_utils.basic import AnsibleModule

CANDIDATE_BYTES = 64
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def read(directory: str, names: list[str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            with open(os.path.join(directory, name), encoding="utf-8", newline="") as file:
                found[name] = file.read()
        except FileNotFoundError:
            continue
    return found


def is_protected(path: str, mode: int) -> bool:
    """Whether root owns the path alone, with exactly this mode."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return False
    return (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (os.geteuid(), os.getegid(), mode)


def protect(path: str, mode: int) -> None:
    os.chown(path, os.geteuid(), os.getegid())
    os.chmod(path, mode)


def prepare(directory: str, name: str, value: str) -> tuple[str, str]:
    """Write a value beside its place; return where it is and where it belongs."""
    descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=f".{name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        protect(temporary, 0o400)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary, os.path.join(directory, name)


class Encrypted:
    """The encrypted copies of the secrets, where the host has some."""

    def __init__(self, module: AnsibleModule, directory: str) -> None:
        self.run_command = module.run_command
        self.directory = f"{directory}.encrypted"
        self.key = read(self.directory, [".with-key"]).get(".with-key")

    def has(self, name: str) -> bool:
        return self.key is not None and os.path.exists(os.path.join(self.directory, name))

    def prepare(self, name: str, value: str) -> list[tuple[str, str]]:
        if self.key is None:
            return []
        command = ["systemd-creds", "encrypt", f"--with-key={self.key}", f"--name={name}", "-", "-"]
        code, output, errors = self.run_command(command, data=value, binary_data=True)
        if code:
            raise OSError(errors.strip())
        return [prepare(self.directory, name, output)]

    def remove(self, name: str) -> None:
        if self.has(name):
            os.unlink(os.path.join(self.directory, name))


def install(directory: str, encrypted: Encrypted, values: dict[str, str]) -> None:
    """Replace secrets when all of them are written: a full disk must not leave a new key without the former one."""
    prepared: list[tuple[str, str]] = []
    # The timer that removes old keys holds it from reading to writing.
    lock = os.open(directory, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        for name, value in values.items():
            # First where it is not lost when the host stops at this moment.
            prepared += encrypted.prepare(name, value)
            prepared.append(prepare(directory, name, value))
        while prepared:
            os.replace(*prepared[0])
            del prepared[0]
    finally:
        os.close(lock)
        for temporary, _place in prepared:
            os.unlink(temporary)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "required": True},
            "names": {"type": "list", "elements": "str", "required": True, "no_log": False},
            "values": {"type": "dict", "default": {}, "no_log": True},
            "exclusive": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    directory: str = module.params["directory"]
    names: list[str] = module.params["names"]
    values: dict[str, str] = module.params["values"]

    foreign = [name for name in names if not FILE_NAME.fullmatch(name)]
    if foreign:
        module.fail_json(msg=f"names holds {', '.join(map(repr, foreign))}, which are no plain file names.")
    unfit = [name for name in values if name not in names or not isinstance(values[name], str) or not values[name]]
    if unfit:
        module.fail_json(msg=f"values holds unknown names or values that are not text: {', '.join(sorted(unfit))}")

    try:
        current = read(directory, names)
        encrypted = Encrypted(module, directory)
        if locked := [name for name in names if name not in current and encrypted.has(name)]:
            module.fail_json(
                msg=f"{', '.join(locked)} in {directory} were not decrypted when the host booted; its journal says why."
                f" Where the key is gone for good, remove {encrypted.directory}: the secrets are then taken from the"
                " inventory, another host or a backup."
            )
        exposed = [name for name in current if not is_protected(os.path.join(directory, name), 0o400)]
        written = [name for name in names if name in values and current.get(name) != values[name]]
        removed = sorted(current.keys() - values) if module.params["exclusive"] else []
        changed = bool(written or exposed or removed) or (bool(current) and not is_protected(directory, 0o700))
        if changed and not module.check_mode:
            os.makedirs(directory, exist_ok=True)
            protect(directory, 0o700)
            for name in exposed:
                protect(os.path.join(directory, name), 0o400)
            install(directory, encrypted, {name: values[name] for name in written})
            # Last: a run that is killed in between leaves more than it should, and never less.
            for name in removed:
                encrypted.remove(name)
                os.unlink(os.path.join(directory, name))
    except (OSError, UnicodeDecodeError) as error:
        module.fail_json(msg=f"The secret files in {directory} cannot be read or written: {error}")

    current = {**{name: value for name, value in current.items() if name not in removed}, **values}
    module.exit_json(
        changed=changed,
        current=current,
        candidates={name: secrets.token_urlsafe(CANDIDATE_BYTES) for name in names if name not in current},
        written=written,
        removed=removed,
    )


if __name__ == "__main__":
    main()
