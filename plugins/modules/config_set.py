#!/usr/bin/python
# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: config_set
short_description: Install a set of configuration as one transaction
version_added: 0.1.0
author:
  - hardened.django contributors (@hardened-django)
description:
  - Installs directories, files, links and removals, proves them with validation commands, and brings systemd units in
    line, all in one call.
  - Only differences are touched. Where nothing differs, nothing is written and no command but C(systemctl show) runs.
  - >-
    When a write, a validation command or a unit action fails, every path is put back as it was (content, mode, owner
    and time), the units run again with the old configuration, and the task fails with the words of the command.
  - >-
    The previous states are kept in a journal below C(/var/lib/hardened.django/config_set) while the set changes. When a
    run is killed, the next run of the same set completes it, validates, and applies the changes to the units, even when
    all files are equal already.
  - >-
    A set owns the files, links and units that it lists. What it listed in its last successful run and no longer lists
    goes in the same transaction: files and links are removed, units are disabled and stopped before their definitions
    go. What another set lists too stays until no set lists it any more.
  - Two runs on one host wait for each other.
notes:
  - >-
    What a set owns is kept in a manifest below C(/var/lib/hardened.django/config_set). A set without a manifest, as in
    its first run, removes nothing; neither does check mode write one.
  - Directories and the paths in O(absent) are not owned. A directory stays when its last file has gone.
  - >-
    A file that was on the host before the set took it over is removed as well when the set drops it. What it contained
    before is not known any more.
  - >-
    A set is known by its O(name) alone. Tasks that give the same name to different lists remove each other's files.
    Under a new name it is a new set, and the old one keeps what it owns.
  - To retire a set, run the module once with its O(name) and nothing else.
attributes:
  check_mode:
    description: Can run in check mode and return changed status prediction without modifying target.
    support: full
    details:
      - Validation commands do not run, because there is nothing new to validate.
      - Users, groups, parent directories and units that do not exist yet count as still to come.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in check mode), when in diff mode.
    support: full
    details:
      - Contents given as O(files[].secret_content) are never shown, nor are old contents that not every user of the
        host may read, nor those of files that the set no longer lists.
  platform:
    description: Target OS/families that can be operated against.
    platforms: posix
    support: full
    details:
      - O(units) need systemd.
options:
  name:
    description:
      - Name of the set. It names the journal and the manifest, and appears in messages. Two sets on one host need
        different names.
      - Letters, digits, V(_), V(.) and V(-); the first one is a letter or a digit.
    type: str
    required: true
  base:
    description:
      - Absolute path of the directory that relative paths of the set start from. Without it, all paths are absolute.
    type: str
    default: ""
  directories:
    description:
      - Directories to exist. A path is listed once in the whole set.
      - A file or link in the place of a directory is an error.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path of the directory. Its parent exists, or is listed too.
        type: str
        required: true
      owner:
        description: Name of the owner.
        type: str
        default: root
      group:
        description: Name of the group.
        type: str
        default: root
      mode:
        description: Mode, as a quoted octal number.
        type: str
        default: "0755"
  files:
    description:
      - Files to exist with exactly this content. A link in the place of a file is replaced; a directory is an error.
      - A file that the set listed before and no longer lists is removed.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path of the file. Its parent directory exists, or is listed in O(directories).
        type: str
        required: true
      content:
        description:
          - The content, written as UTF-8 and exactly as given.
          - One of this and O(files[].secret_content) is required.
        type: str
      secret_content:
        description: The content of a file that holds a secret. It appears in no result, message or difference.
        type: str
      fragments:
        description:
          - >-
            Directory whose files take the place of the line C(@fragments@) in the content, in the order of their names,
            as they are once the set is installed. So several sets write one file, each with a fragment of its own.
          - Each of these sets lists the whole file with the same content, and its own fragment.
        type: str
        default: ""
      owner:
        description: Name of the owner.
        type: str
        default: root
      group:
        description: Name of the group.
        type: str
        default: root
      mode:
        description: Mode, as a quoted octal number.
        type: str
        default: "0644"
  links:
    description:
      - Symbolic links to exist. A file in the place of a link is replaced; a directory is an error.
      - A link that the set listed before and no longer lists is removed.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path of the link.
        type: str
        required: true
      target:
        description: What the link points to, taken as given. It needs not exist.
        type: str
        required: true
  absent:
    description:
      - Paths to be absent. Directories go with all they contain.
    type: list
    elements: str
    default: []
  validate:
    description:
      - Commands that prove the set once all paths are in place, for example C(nginx -t). They are split into words like
        in a shell, but run without one.
      - They run only when a path has changed.
    type: list
    elements: str
    default: []
  verify:
    description:
      - Commands that prove, after the units were brought in line, that they do their work, for example a health check.
        Split and run like those of O(validate).
      - They run only when something has changed. When one fails, everything is put back.
    type: list
    elements: str
    default: []
  units:
    description:
      - Units of systemd to bring in line once the set is proved, in this order.
      - >-
        A unit that the set listed before and no longer lists is disabled and stopped before anything else. A unit that
        does not exist any more is no error.
      - >-
        systemd reads its definitions again when a path below its directories has changed, or when it says itself that
        it needs to.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the unit.
        type: str
        required: true
      enabled:
        description:
          - Whether the unit starts with the host. Left as it is when not given.
          - A unit that cannot be enabled, because it is static, indirect, generated or an alias, is left as it is too.
        type: bool
      state:
        description: Whether the unit runs. V(none) neither starts nor stops it, and applies no change to it.
        type: str
        choices: [started, stopped, none]
        default: started
      on_change:
        description:
          - What to do with a unit that runs when a path of the set has changed. A unit that does not run is started
            instead.
        type: str
        choices: [reload, restart, none]
        default: restart
      restart_on:
        description: Paths of the set whose change needs a restart, whatever O(units[].on_change) says.
        type: list
        elements: str
        default: []
seealso:
  - module: ansible.builtin.copy
  - module: ansible.builtin.systemd_service
"""

EXAMPLES = r"""
---
- name: Serve the site
  hardened.django.config_set:
    name: blog-nginx
    directories:
      - path: /etc/nginx/snippets/blog
    files:
      - path: /etc/nginx/snippets/blog/tls.conf
        content: "{{ lookup('ansible.builtin.template', 'etc/nginx/snippets/tls.conf.j2') }}"
      - path: /etc/nginx/sites-available/blog.conf
        content: "{{ lookup('ansible.builtin.template', 'etc/nginx/sites-available/site.conf.j2') }}"
    links:
      - path: /etc/nginx/sites-enabled/blog.conf
        target: ../sites-available/blog.conf
    absent:
      - /etc/nginx/sites-enabled/default
    validate:
      - nginx -t
    units:
      - name: nginx.service
        enabled: true
        on_change: reload

- name: Run a cache with a password
  hardened.django.config_set:
    name: blog-redis
    files:
      - path: /etc/redis/redis.conf
        content: "{{ lookup('ansible.builtin.template', 'etc/redis/redis.conf.j2') }}"
        group: redis
        mode: "0640"
      - path: /etc/redis/users.acl
        secret_content: "{{ lookup('ansible.builtin.template', 'etc/redis/users.acl.j2') }}"
        group: redis
        mode: "0640"
    units:
      - name: redis-server.service
        enabled: true

- name: Take the cache away again, with all files and units that the set has owned
  hardened.django.config_set:
    name: blog-redis
"""

RETURN = r"""
paths:
  description:
    - Paths that were changed, or that an unfinished earlier run may have changed.
    - Removed files and links that the set no longer lists are among them.
  returned: success
  type: list
  elements: str
  sample: [/etc/nginx/sites-available/blog.conf]
units:
  description:
    - What was done with each unit. Units with which nothing was done are left out.
    - Units that the set no longer lists are among them.
  returned: success
  type: dict
  sample: {nginx.service: [enable, reload]}
daemon_reload:
  description: Whether systemd read its definitions again.
  returned: success
  type: bool
  sample: false
recovered:
  description: Whether an earlier run had been interrupted and was completed.
  returned: success
  type: bool
  sample: false
restored:
  description: Whether everything was put back as it was. The message tells what was not.
  returned: failure after the first change
  type: bool
  sample: true
"""

from typing import TYPE_CHECKING

from ansible_collections.hardened.django.plugins.module_utils._config_set import diffs
from ansible_collections.hardened.django.plugins.module_utils._config_set.commands import CommandFailed
from ansible_collections.hardened.django.plugins.module_utils._config_set.parameters import config_set
from ansible_collections.hardened.django.plugins.module_utils._config_set.paths import Refused
from ansible_collections.hardened.django.plugins.module_utils._config_set.transaction import (
    Failed,
    Host,
    apply,
    preview,
)
from ansible_collections.hardened.django.plugins.module_utils._quiet_module import QuietModule

if TYPE_CHECKING:
    from collections.abc import Sequence

OWNERSHIP = {
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
}
ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "base": {"type": "str", "default": ""},
    "directories": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "str", "required": True},
            "mode": {"type": "str", "default": "0755"},
            **OWNERSHIP,
        },
    },
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "str", "required": True},
            "content": {"type": "str"},
            "secret_content": {"type": "str", "no_log": True},
            "fragments": {"type": "str", "default": ""},
            "mode": {"type": "str", "default": "0644"},
            **OWNERSHIP,
        },
        "required_one_of": [("content", "secret_content")],
        "mutually_exclusive": [("content", "secret_content")],
    },
    "links": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "str", "required": True},
            "target": {"type": "str", "required": True},
        },
    },
    "absent": {"type": "list", "elements": "str", "default": []},
    "validate": {"type": "list", "elements": "str", "default": []},
    "verify": {"type": "list", "elements": "str", "default": []},
    "units": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "enabled": {"type": "bool"},
            "state": {"type": "str", "choices": ["started", "stopped", "none"], "default": "started"},
            "on_change": {"type": "str", "choices": ["reload", "restart", "none"], "default": "restart"},
            "restart_on": {"type": "list", "elements": "str", "default": []},
        },
    },
}


def main() -> None:
    module = QuietModule(argument_spec=ARGUMENTS, supports_check_mode=True)

    def run(command: Sequence[str]) -> tuple[int, str, str]:
        # What is no UTF-8 in the words of a command would end the module.
        rc, stdout, stderr = module.run_command(
            list(command), errors="replace", handle_exceptions=False, expand_user_and_vars=False
        )
        return rc, stdout, stderr

    try:
        outcome = (preview if module.check_mode else apply)(config_set(module.params), Host(run))
    except Failed as error:
        module.fail_json(msg=str(error), restored=error.restored)
    except (Refused, CommandFailed, OSError) as error:
        module.fail_json(msg=f"config set '{module.params['name']}': {error}")
    result = {
        "changed": outcome.changed,
        "paths": outcome.paths,
        "units": outcome.units,
        "daemon_reload": outcome.daemon_reload,
        "recovered": outcome.recovered,
    }
    if module._diff:
        result["diff"] = diffs.describe(outcome.changes)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
