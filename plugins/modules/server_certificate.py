#!/usr/bin/python
# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: server_certificate
short_description: Make and renew the certificate of a server that its clients pin
version_added: 0.1.0
author:
  - hardened.django contributors (@hardened-django)
description:
  - Makes a certificate that signs itself, for a database or a cache whose clients are all known and trust nothing else.
  - >-
    A second certificate waits beside the one in use, and clients trust both. It takes over when the first one has lived
    two thirds of its time: clients know it long before they see it, so that a renewal interrupts nothing.
  - >-
    One file holds a certificate and its key, and is replaced as a whole. PostgreSQL, Redis, nginx and others take it
    for both.
notes:
  - The host needs the command C(openssl).
attributes:
  check_mode:
    description: Can run in check mode and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in check mode), when in diff mode.
    support: none
    details: A difference would show the key.
options:
  path:
    description:
      - Absolute path of the file that the server reads. The waiting certificate lies beside it, under the same name
        with C(.next), for root only.
      - The parent directory is created where missing.
    type: path
    required: true
  group:
    description: Group that may read the file, for instance the one of the server.
    type: str
    default: root
  names:
    description: >-
      Host names and addresses under which clients reach the server. When the certificate lacks one, it is replaced at
      once, and clients refuse it until they are told the new one. Names that it has had stay.
    type: list
    elements: str
    required: true
  other_names:
    description: Names and addresses for new certificates; no certificate is replaced for them.
    type: list
    elements: str
    default: []
  days:
    description: Life of a new certificate. The very first one gets half of it, because the second has to outlive it.
    type: int
    default: 1460
seealso:
  - module: community.crypto.x509_certificate
"""

EXAMPLES = r"""
---
- name: Make the certificate of the database server
  hardened.django.server_certificate:
    path: /etc/postgresql/server.pem
    group: postgres
    names: [10.0.0.5]
    other_names: [db1.example.org]
  register: database_certificate

- name: Let the clients trust it, and the one that follows
  ansible.builtin.copy:
    content: "{{ database_certificate.certificates }}"
    dest: /etc/blog/database.pem
    mode: "0644"
  delegate_to: web1.example.org
"""

RETURN = r"""
certificates:
  description: >-
    What clients have to trust, in PEM, the certificate in use first; empty in check mode before the first run.
  returned: success
  type: str
fingerprint:
  description: >-
    SHA-256 of the certificate in use, in hexadecimal digits; empty in check mode before the first run. In the server's
    configuration it tells the server to read the file again.
  returned: success
  type: str
not_after:
  description: When the certificate in use ends, in UTC; empty in check mode before the first run.
  returned: success
  type: str
  sample: "2030-11-22T23:10:00Z"
"""

import grp
import os
import stat
import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hardened.django.plugins.module_utils import _server_certificate as logic


def may_be_read_by(path: str, group: int) -> bool:
    status = os.lstat(path)
    return (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (os.geteuid(), group, 0o640)


def let_read(path: str, group: int) -> None:
    os.chown(path, os.geteuid(), group)
    os.chmod(path, 0o640)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "group": {"type": "str", "default": "root"},
            "names": {"type": "list", "elements": "str", "required": True},
            "other_names": {"type": "list", "elements": "str", "default": []},
            "days": {"type": "int", "default": 1460},
        },
        supports_check_mode=True,
    )
    path: str = module.params["path"]
    waiting_path = path + ".next"
    days: int = module.params["days"]
    if days < 30:
        module.fail_json(msg=f"days is {days}; a certificate lives at least 30 days.")

    def run(command: list[str]) -> str:
        output: str = module.run_command(command, check_rc=True, environ_update={"LC_ALL": "C"})[1]
        return output

    try:
        names = [logic.normalise(name) for name in module.params["names"]]
        others = [logic.normalise(name) for name in module.params["other_names"]]
    except logic.Unfit as error:
        module.fail_json(msg=f"names or other_names: {error}.")
    if not names:
        module.fail_json(msg="names is empty; a certificate has at least one.")

    try:
        current, waiting = logic.read(path, run), logic.read(waiting_path, run)
        steps = logic.steps(current, waiting, names, time.time())
        changed = bool(steps)
        if not module.check_mode:
            group = grp.getgrnam(module.params["group"]).gr_gid
            os.makedirs(os.path.dirname(path), exist_ok=True)
            # Under the former names others may reach the server still, such as another project.
            former = sorted({name for found in (current, waiting) if found for name in found.names})
            every_name = list(dict.fromkeys(names + others + former))
            for step in steps:
                if step == "make waiting":
                    logic.make(waiting_path, every_name, days, run)
                else:
                    if step == "make current":
                        logic.make(waiting_path, every_name, days // 2, run)
                    let_read(waiting_path, group)
                    os.replace(waiting_path, path)
            if not may_be_read_by(path, group):
                let_read(path, group)
                changed = True
            current, waiting = logic.read(path, run), logic.read(waiting_path, run)
    except KeyError:
        module.fail_json(msg=f"group is {module.params['group']!r}, which the host does not have.")
    except OSError as error:
        module.fail_json(msg=f"The certificate {path} cannot be made: {error}")

    module.exit_json(
        changed=changed,
        certificates="".join(found.pem for found in (current, waiting) if found),
        fingerprint=current.fingerprint if current else "",
        not_after=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(current.end)) if current else "",
    )


if __name__ == "__main__":
    main()
