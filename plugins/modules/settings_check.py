#!/usr/bin/python
# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the deployed settings of a Django project."""

from __future__ import annotations

DOCUMENTATION = r"""
module: settings_check
short_description: Prove the deployed settings of a Django project
description:
  - Loads the settings of a project as its service does, with the same user, environment, credentials, working
    directory, sandbox and Python. Then runs Django's checks, those for deployment included, and rules of its own for
    what Django does not check.
  - Each finding has a stable id, the row of Django's deployment checklist, a level, the setting, a message and a hint.
    All rules are listed in the collection's C(docs/settings_check.md).
  - The project is imported in a process of its own, which has a time limit and whose output is thrown away. No secret
    is returned; a message of the project is shown without what looks like one.
  - Needs Django 4.2 or newer in the project, and Linux.
author:
  - hardened.django contributors (@hardened-django)
options:
  service:
    description:
      - The systemd unit of the application server, for instance C(blog.service). All that decides how its processes
        run is taken from the unit.
      - With a service, files of credentials, what has changed since the service started, the timer that clears
        sessions, backups, and the servers and certificates of nginx are looked at too.
    type: str
  launcher:
    description:
      - A command that runs the program behind it as the service does, with standard input and output, instead of
        O(service).
      - For instance C(/usr/local/bin/blog-run --release /srv/blog/releases/2024) for a release that is not live.
    type: list
    elements: str
  venv:
    description:
      - Virtual environment of the project. Alone for a project without a service, and then with O(user).
      - Beside O(service) where its Python is not the one beside the program in C(ExecStart).
    type: path
  settings:
    description: Dotted name of the settings module, in place of the environment variable E(DJANGO_SETTINGS_MODULE).
    type: str
  pythonpath:
    description: Directories to search first for modules of the project.
    type: list
    elements: path
    default: []
  chdir:
    description: Working directory of the process, with O(venv) alone.
    type: path
  user:
    description: User that the process runs as, with O(venv) alone. Required when the module runs as root.
    type: str
  environment:
    description: Environment of the process beside E(PATH), E(HOME) and E(LANG), with O(venv) alone; not for secrets.
    type: dict
    default: {}
  secret_environment:
    description: Environment variables that hold secrets, added to O(environment).
    type: dict
    default: {}
  django_checks:
    description: Whether to run Django's checks beside the rules. They may query tables that migrations have to make.
    type: bool
    default: true
  tags:
    description: Tags of the checks of Django to run; all by default.
    type: list
    elements: str
    default: []
  databases:
    description: Aliases of databases for the checks of Django that need one; they open connections.
    type: list
    elements: str
    default: []
  probe:
    description:
      - What to try live. V(database) connects, and looks at TLS, the rights of the role and unapplied migrations.
        V(cache) sets a value and reads it in another process. V(email) opens a connection to the mail server and sends
        nothing.
    type: list
    elements: str
    choices: [database, cache, email]
    default: []
  expect:
    description:
      - What the inventory asked for; a difference is a finding. A key that is left out is not compared.
    type: dict
    default: {}
    suboptions:
      domains:
        description: Names the site answers to, a leading dot for all sub-domains, as in C(ALLOWED_HOSTS).
        type: list
        elements: str
      static_root:
        description: C(STATIC_ROOT).
        type: str
      media_root:
        description: C(MEDIA_ROOT).
        type: str
      database_host:
        description: Host of the default database.
        type: str
      database_name:
        description: Name of the default database.
        type: str
      database_port:
        description: Port of the default database.
        type: int
      database_user:
        description: Role that the default database is used with.
        type: str
      cache_host:
        description: Host of the default cache.
        type: str
      proxy_header:
        description: Name and value of C(SECURE_PROXY_SSL_HEADER).
        type: list
        elements: str
      secret_key_fingerprint:
        description: Fingerprint of the secret key, as returned by this module on another host with the same O(salt).
        type: str
      secret_key_credential:
        description: Name of the systemd credential that C(SECRET_KEY) must hold.
        type: str
      database_password_credential:
        description: Name of the systemd credential that the password of the default database must hold.
        type: str
      debug:
        description: C(DEBUG).
        type: bool
      secure_cookies:
        description: C(SESSION_COOKIE_SECURE) and C(CSRF_COOKIE_SECURE).
        type: bool
      settings_module:
        description: Dotted name of the settings module that must be in use.
        type: str
      processes:
        description:
          - Number of processes on all hosts that open connections to the database; by default as many on each of
            O(expect.hosts) as the service has here.
        type: int
      hosts:
        description: Number of hosts that run the service; by default this one alone.
        type: int
      threads:
        description: Threads of each process, which have connections of their own; by default one.
        type: int
      minimum_django:
        description: Oldest version of Django that may run, for instance C(5.2.8).
        type: str
      unmanaged:
        description: Settings that the project decides itself; they are not compared.
        type: list
        elements: str
  clearsessions_timer:
    description: Timer that runs C(clearsessions); by default C(blog-clearsessions.timer) for C(blog.service).
    type: str
  backups_file:
    description:
      - File in which the jobs that make backups and try to restore them tell when they last succeeded; by default
        C(/var/lib/hardened.django/blog/backups.json) for C(blog.service).
      - A JSON object with C(backup) and C(restore_drill), each an object with C(finished), the time in seconds since
        1970, and C(period), the seconds from one to the next. After twice the period without a success there is a
        finding.
    type: path
  waive:
    description: Findings that are accepted. An expired waiver counts no more and is a finding itself.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Id of the finding.
        type: str
        required: true
      reason:
        description: Why it is accepted.
        type: str
        required: true
      until:
        description: Last day of the waiver, as C(2027-01-31); without it, it does not expire.
        type: str
  fail_level:
    description: A finding from this level up fails the module; V(never) only reports.
    type: str
    choices: [debug, info, warning, error, critical, never]
    default: warning
  timeout:
    description: Seconds that loading and checking the project may take.
    type: float
    default: 60
  salt:
    description:
      - Secret that fingerprints are made with. Give the same one to several hosts to compare theirs; by default each
        run has another.
    type: str
attributes:
  check_mode:
    description: Can run in check mode, and then does the same; it never changes anything.
    support: full
  diff_mode:
    description: Has no differences to show.
    support: none
seealso:
  - module: community.general.django_check
    description: Runs C(django-admin check) and returns its text.
"""

EXAMPLES = r"""
---
- name: Prove the settings of the running service
  hardened.django.settings_check:
    service: blog.service
    probe: [database, cache]

- name: Report on a release before it goes live, and accept one finding for a while
  hardened.django.settings_check:
    launcher: [/usr/local/bin/blog-run, --release, /srv/blog/releases/3f2a91c07be4]
    expect:
      domains: [www.example.org]
      database_host: 10.0.0.2
    waive:
      - {id: email.W002, reason: The mail server moves in March, until: "2027-03-31"}
    fail_level: error

- name: Prove the settings of a project without a service
  hardened.django.settings_check:
    venv: /srv/blog/venv
    settings: blog.settings.production
    chdir: /srv/blog/code
    user: blog
    environment: {SITE_HOST: www.example.org}
    secret_environment: {DATABASE_URL: "{{ vault_blog_database_url }}"}
"""

RETURN = r"""
findings:
  description: What was found, by row of the checklist.
  type: list
  elements: dict
  returned: success or findings
  contains:
    id:
      description: Stable id, of a rule or of a check of Django.
      type: str
      sample: hosts.E001
    row:
      description: Row of the checklist.
      type: str
      sample: C06
    level:
      description: DEBUG, INFO, WARNING, ERROR or CRITICAL.
      type: str
      sample: ERROR
    setting:
      description: The setting, or what else it is about.
      type: str
      sample: ALLOWED_HOSTS
    message:
      description: What is wrong.
      type: str
    hint:
      description: How to mend it.
      type: str
passed:
  description: Ids of the rules that found nothing.
  type: list
  elements: str
  returned: success or findings
not_applicable:
  description: Ids of the rules that had nothing to look at, and why.
  type: dict
  returned: success or findings
silenced:
  description: Findings of Django that C(SILENCED_SYSTEM_CHECKS) silences.
  type: list
  elements: dict
  returned: success or findings
waived:
  description: Findings that O(waive) accepts, with C(reason) and C(until).
  type: list
  elements: dict
  returned: success or findings
report:
  description: The result for people, a line about the whole and one for each finding.
  type: list
  elements: str
  returned: success or findings
facts:
  description: What the project runs with; lengths and fingerprints in place of secrets.
  type: dict
  returned: success or findings
  sample:
    django: 5.2.8
    python: 3.13.5
    settings_module: private_settings
    secret_key: {length: 64, fingerprint: 4f1a2b3c4d5e6f70}
    certificates:
      /etc/blog/certificate/fullchain.pem: {names: [www.example.org], begins: 1795388208.0, ends: 1803164208.0}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hardened.django.plugins.module_utils._settings_check import report
from ansible_collections.hardened.django.plugins.module_utils._settings_check.check import check
from ansible_collections.hardened.django.plugins.module_utils._settings_check.launch import LaunchError


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "service": {"type": "str"},
            "launcher": {"type": "list", "elements": "str"},
            "venv": {"type": "path"},
            "settings": {"type": "str"},
            "pythonpath": {"type": "list", "elements": "path", "default": []},
            "chdir": {"type": "path"},
            "user": {"type": "str"},
            "environment": {"type": "dict", "default": {}},
            "secret_environment": {"type": "dict", "default": {}, "no_log": True},
            "django_checks": {"type": "bool", "default": True},
            "tags": {"type": "list", "elements": "str", "default": []},
            "databases": {"type": "list", "elements": "str", "default": []},
            "probe": {"type": "list", "elements": "str", "choices": ["database", "cache", "email"], "default": []},
            "expect": {
                "type": "dict",
                "default": {},
                "options": {
                    "domains": {"type": "list", "elements": "str"},
                    "static_root": {"type": "str"},
                    "media_root": {"type": "str"},
                    "database_host": {"type": "str"},
                    "database_name": {"type": "str"},
                    "database_port": {"type": "int"},
                    "database_user": {"type": "str"},
                    "cache_host": {"type": "str"},
                    "proxy_header": {"type": "list", "elements": "str"},
                    "secret_key_fingerprint": {"type": "str", "no_log": False},
                    "secret_key_credential": {"type": "str", "no_log": False},
                    "database_password_credential": {"type": "str", "no_log": False},
                    "debug": {"type": "bool"},
                    "secure_cookies": {"type": "bool"},
                    "settings_module": {"type": "str"},
                    "processes": {"type": "int"},
                    "hosts": {"type": "int"},
                    "threads": {"type": "int"},
                    "minimum_django": {"type": "str"},
                    "unmanaged": {"type": "list", "elements": "str"},
                },
            },
            "clearsessions_timer": {"type": "str"},
            "backups_file": {"type": "path"},
            "waive": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "id": {"type": "str", "required": True},
                    "reason": {"type": "str", "required": True},
                    "until": {"type": "str"},
                },
            },
            "fail_level": {
                "type": "str",
                "choices": ["debug", "info", "warning", "error", "critical", "never"],
                "default": "warning",
            },
            "timeout": {"type": "float", "default": 60},
            "salt": {"type": "str", "no_log": True},
        },
        required_one_of=[("service", "launcher", "venv")],
        mutually_exclusive=[("service", "launcher"), ("launcher", "venv")],
        supports_check_mode=True,
    )
    try:
        result = check(module.params)
    except (LaunchError, ValueError) as error:
        module.fail_json(msg=str(error))
    failing = report.worst(result["findings"], module.params["fail_level"])
    if failing:
        lines = [f"{finding['id']} {finding['setting']}: {finding['message']}" for finding in failing]
        module.fail_json(msg=" | ".join(lines), **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
