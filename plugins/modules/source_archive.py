#!/usr/bin/python
# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: source_archive
short_description: Pack a Django project's source for the hosts
description:
  - Turns the source of a project into an archive that hosts unpack and into an id that is the same on every host.
  - Runs on the controller, with the controller's own git, SSH keys and credentials. It changes no managed host.
  - A git repository is asked for the commit first; it is fetched only when the cache has no archive of that commit.
    Submodules are part of the archive, the C(.git) directory is not.
  - From a directory inside a git work tree only the files are taken that git tracks or does not ignore. From any
    other directory all files are taken except C(.git), C(.hg), C(.svn), C(.venv), C(venv), C(__pycache__),
    C(node_modules), any virtual environment, C(*.pyc) and C(db.sqlite3).
  - All files of an archive bear the same old modification time, so that equal contents make an equal archive.
    Unpack with C(tar --touch) where something compares times, such as Django's C(collectstatic).
version_added: 0.1.0
author:
  - hardened.django contributors (@hardened-django)
options:
  source:
    description:
      - Where the project's code comes from.
    type: dict
    required: true
    suboptions:
      type:
        description:
          - The kind of source.
        type: str
        choices:
          git: A branch, tag or commit of a repository.
          directory: A directory on the controller.
          pypi: A package of the Python package index; it needs no archive.
        required: true
      url:
        description:
          - Address of the repository, in any form that git on the controller understands.
        type: str
      version:
        description:
          - Branch, tag or commit. A tag goes before a branch of the same name.
          - A commit may be abbreviated to 7 digits or more.
        type: str
      path:
        description:
          - The directory on the controller.
        type: path
      requirement:
        description:
          - A requirement that names one version, such as V(mysite[s3]==1.4), or a URL, such as
            V(mysite @ https://example.org/mysite-1.4.tar.gz).
        type: str
  cache:
    description:
      - Directory on the controller that keeps the archives. It is created when missing.
      - The ten archives that were used last are kept.
    type: path
    required: true
requirements:
  - git on the controller, for O(source.type=git) and for directories inside a git work tree
attributes:
  check_mode:
    description: Can run in check mode, and then does the same, because the cache on the controller is all it writes.
    support: full
  diff_mode:
    description: Has no differences to show.
    support: none
seealso:
  - module: hardened.django.virtual_environment
"""

EXAMPLES = r"""
---
- name: Pack the source
  hardened.django.source_archive:
    source:
      type: git
      url: https://git.example.org/blog.git
      version: v1.2
    cache: "{{ lookup('ansible.builtin.env', 'HOME') }}/.cache/hardened.django/blog"
  delegate_to: localhost
  become: false
  run_once: true
  register: blog_source

- name: Pack a directory of the controller
  hardened.django.source_archive:
    source:
      type: directory
      path: "{{ playbook_dir }}/../blog"
    cache: "{{ lookup('ansible.builtin.env', 'HOME') }}/.cache/hardened.django/blog"
  delegate_to: localhost
  become: false
  run_once: true
  register: blog_source
"""

RETURN = r"""
id:
  description:
    - What names this state of the source on every host.
    - The first 12 digits of the commit, 12 digits of a hash over names, executable bits, link targets and contents,
      or name and version of the package.
  type: str
  returned: success
  sample: 3f2a91c07be4
description:
  description: What the id stands for, for people.
  type: str
  returned: success
  sample: v1.2 (3f2a91c07be4)
archive:
  description: Path of the archive on the controller; empty for a package.
  type: str
  returned: success
  sample: /home/deploy/.cache/hardened.django/blog/3f2a91c07be4.tar.gz
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hardened.django.plugins.module_utils._source_archive import SourceError, resolve


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "source": {
                "type": "dict",
                "required": True,
                "options": {
                    "type": {"type": "str", "required": True, "choices": ["git", "directory", "pypi"]},
                    "url": {"type": "str"},
                    "version": {"type": "str"},
                    "path": {"type": "path"},
                    "requirement": {"type": "str"},
                },
                "required_if": [
                    ("type", "git", ("url", "version")),
                    ("type", "directory", ("path",)),
                    ("type", "pypi", ("requirement",)),
                ],
            },
            "cache": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    try:
        source = resolve(module.params["source"], module.params["cache"])
    except (SourceError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, id=source.id, description=source.description, archive=source.archive)


if __name__ == "__main__":
    main()
