#!/usr/bin/python
# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: virtual_environment
short_description: Build the virtual environment of a release
description:
  - Builds a virtual environment with uv from what a Django project declares, and adds what it lacks to be a service.
  - Both go through one resolution, so an addition can neither change a version that the project pins nor pull in
    another Django. Hashes are checked for every requirement that has them; additions have none.
  - Each state of the environment is built in a directory of its own beside O(path), which is a link to it. The link is
    moved when the build is complete. A build that fails or is interrupted leaves the old environment as it was.
  - The modules' bytecode is compiled, because a service that cannot write its own code would compile at every start.
version_added: 0.1.0
author:
  - hardened.django contributors (@hardened-django)
options:
  path:
    description:
      - The virtual environment. A link to a directory of the same name with a hash over all options at its end.
    type: path
    required: true
  project:
    description:
      - Directory of the project's unpacked source. Its content must not change without a change of its path.
      - Empty for a source that is a package, which comes with O(requirements).
    type: str
    default: ""
  python:
    description:
      - Interpreter, as a path or as a version such as V(3.13), which uv looks for on the host and else downloads.
    type: str
    default: /usr/bin/python3
  python_directory:
    description:
      - Where uv puts interpreters that it downloads. The services must be able to read it.
    type: path
    default: /opt/uv/python
  uv:
    description:
      - Path of the program uv.
    type: path
    default: /usr/local/bin/uv
  cache:
    description:
      - Directory of uv's cache. On the file system of O(path) the packages are linked instead of copied.
    type: path
    default: /var/cache/uv
  requirements:
    description:
      - Requirements that replace those the project declares.
    type: list
    elements: str
    default: []
  requirements_files:
    description:
      - Files below O(project) to take the requirements from; C(uv.lock), C(poetry.lock), C(Pipfile.lock),
        C(pyproject.toml) or requirement files.
      - By default the first of C(uv.lock), C(poetry.lock), C(Pipfile.lock), C(requirements.txt),
        C(requirements/production.txt), C(requirements/prod.txt), C(requirements/base.txt) and a C(pyproject.toml)
        with dependencies.
    type: list
    elements: str
    default: []
  extras:
    description:
      - Optional dependencies of the project to install, from C(uv.lock), C(poetry.lock) or C(pyproject.toml).
    type: list
    elements: str
    default: []
  groups:
    description:
      - Dependency groups of the project to install, from C(uv.lock), C(poetry.lock) or C(pyproject.toml). By default
        none.
    type: list
    elements: str
    default: []
  packages:
    description:
      - Requirements to install in any case, besides those of the project.
    type: list
    elements: str
    default: []
  providers:
    description:
      - Requirements to add when the project brings nothing that does their job.
    type: list
    elements: dict
    default: []
    suboptions:
      any_of:
        description:
          - Names of the distributions that do the job. When the project's resolution has one of them, nothing is added.
        type: list
        elements: str
        required: true
      requirement:
        description:
          - What is added otherwise.
        type: str
        required: true
      django:
        description:
          - Versions of Django this entry is for, such as V(>=4.2). By default all.
        type: str
        default: ""
  constraints:
    description:
      - Requirements that limit versions but install nothing by themselves.
    type: list
    elements: str
    default: []
  build_constraints:
    description:
      - The same for the tools that build packages without wheel, such as V(setuptools<70).
    type: list
    elements: str
    default: []
  arguments:
    description:
      - Further arguments for both C(uv pip compile) and C(uv pip install), such as V(--prerelease=allow).
      - Credentials of a package index belong in O(index_credentials) instead of here or in the task's C(environment),
        where process lists and the output of C(-vvv) show them.
    type: list
    elements: str
    default: []
  index_credentials:
    description:
      - User names and passwords of package indexes, wherever the project or O(arguments) name those.
      - uv reads them from memory, in place of a C(.netrc) of the user. They change nothing about the environment.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description:
          - Name or address of the index, without port.
        type: str
        required: true
      username:
        description:
          - User name.
        type: str
        required: true
      password:
        description:
          - Password or token.
        type: str
        required: true
  poetry:
    description:
      - What is installed for the time of the build to read a C(poetry.lock).
    type: list
    elements: str
    default: [poetry==2.5.1, poetry-plugin-export==1.10.1]
  install_project:
    description:
      - Whether to install the project itself, too. It needs a build system in its C(pyproject.toml).
    type: bool
    default: false
  bytecode_from:
    description:
      - A former environment, such as that of the release in service. Bytecode of files that have not changed is linked
        from there, which saves most of the time of a build. It may be missing.
    type: str
    default: ""
requirements:
  - uv
  - Python 3.11 or newer on the host
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
  diff_mode:
    description: Has no differences to show.
    support: none
seealso:
  - module: hardened.django.source_archive
"""

EXAMPLES = r"""
---
- name: Build the environment of the release
  hardened.django.virtual_environment:
    path: /srv/blog/releases/3f2a91c07be4/.venv
    project: /srv/blog/releases/3f2a91c07be4
    bytecode_from: /srv/blog/current/.venv
    providers:
      - any_of: [gunicorn]
        requirement: gunicorn
      - any_of: [psycopg, psycopg2, psycopg2-binary]
        django: ">=4.2"
        requirement: psycopg[binary]
      - any_of: [psycopg2, psycopg2-binary]
        django: "<4.2"
        requirement: psycopg2-binary

- name: Build the environment from an index that asks for a password
  hardened.django.virtual_environment:
    path: /srv/blog/releases/3f2a91c07be4/.venv
    project: /srv/blog/releases/3f2a91c07be4
    arguments: [--index-url, "https://packages.example.org/simple"]
    index_credentials:
      - host: packages.example.org
        username: deploy
        password: "{{ vault_packages_password }}"

- name: Build the environment of a package, with an older build tool
  hardened.django.virtual_environment:
    path: /srv/shop/releases/shop-2.4/.venv
    requirements:
      - shop[s3]==2.4
    build_constraints:
      - setuptools<70
"""

RETURN = r"""
source:
  description: What declared the requirements.
  type: str
  returned: success
  sample: requirements.txt
python:
  description: Version of the interpreter; empty in check mode before the first build, like all that follows.
  type: str
  returned: success
  sample: 3.13.5
django:
  description: Version of Django.
  type: str
  returned: success
  sample: 5.2.8
packages:
  description: All installed distributions, by normalized name, with their versions.
  type: dict
  returned: success
  sample:
    django: 5.2.8
    gunicorn: 23.0.0
added:
  description: Requirements of O(providers) that the project lacked.
  type: list
  elements: str
  returned: success
  sample:
    - gunicorn
"""

import os

from ansible_collections.hardened.django.plugins.module_utils._quiet_module import QuietModule
from ansible_collections.hardened.django.plugins.module_utils._virtual_environment import (
    Answer,
    BuildError,
    Credentials,
    Options,
    Provider,
    ensure,
)


def main() -> None:
    strings = {"type": "list", "elements": "str", "default": []}
    module = QuietModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "project": {"type": "str", "default": ""},
            "python": {"type": "str", "default": "/usr/bin/python3"},
            "python_directory": {"type": "path", "default": "/opt/uv/python"},
            "uv": {"type": "path", "default": "/usr/local/bin/uv"},
            "cache": {"type": "path", "default": "/var/cache/uv"},
            "requirements": strings,
            "requirements_files": strings,
            "extras": strings,
            "groups": strings,
            "packages": strings,
            "providers": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "any_of": {"type": "list", "elements": "str", "required": True},
                    "requirement": {"type": "str", "required": True},
                    "django": {"type": "str", "default": ""},
                },
            },
            "constraints": strings,
            "build_constraints": strings,
            "arguments": strings,
            "index_credentials": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "no_log": False,
                "options": {
                    "host": {"type": "str", "required": True},
                    "username": {"type": "str", "required": True},
                    "password": {"type": "str", "required": True, "no_log": True},
                },
            },
            "poetry": {
                "type": "list",
                "elements": "str",
                "default": ["poetry==2.5.1", "poetry-plugin-export==1.10.1"],
            },
            "install_project": {"type": "bool", "default": False},
            "bytecode_from": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )

    def run(command: list[str], cwd: str, environment: dict[str, str]) -> Answer:
        return Answer(*module.run_command(command, cwd=cwd, environ_update=environment))

    # The services read the environment under other accounts, whatever umask the connection came with.
    os.umask(0o022)
    providers = [Provider(**provider) for provider in module.params["providers"]]
    credentials = [Credentials(**entry) for entry in module.params["index_credentials"]]
    options = Options(**{**module.params, "providers": providers, "index_credentials": credentials})
    try:
        changed, environment = ensure(options, module.check_mode, run)
    except (BuildError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=changed, **environment._asdict())


if __name__ == "__main__":
    main()
