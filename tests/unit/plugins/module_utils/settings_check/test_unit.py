# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a unit is repeated to run another program as the service runs."""

from __future__ import annotations

import pytest
from ansible_collections.hardened.django.plugins.module_utils._settings_check import unit

BLOG = """\
# /etc/systemd/system/blog.service
[Unit]
Description=Blog
Requires=blog.socket

[Service]
Type=notify
User=blog
# a comment
Environment=A=1 "B=2 3"
Environment=KEY_FILE=%d/key
LoadCredential=key:/etc/blog/secrets/key
BindReadOnlyPaths=/srv/blog/current:/srv/blog/app
ReadWritePaths=/var/lib/%N \\
  /var/log/%N
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
RuntimeDirectory=blog
ExecStartPre=/bin/true
ExecStart=-/srv/blog/app/.venv/bin/gunicorn --config /etc/blog/gunicorn.conf.py blog.wsgi
Restart=on-failure

[Install]
WantedBy=multi-user.target
"""


def test_identity_files_and_sandbox_are_repeated_and_nothing_that_starts_or_stops():
    assert unit.properties(BLOG, "blog.service", "check.service") == [
        "User=blog",
        'Environment=A=1 "B=2 3"',
        "Environment=KEY_FILE=/run/credentials/check.service/key",
        "LoadCredential=key:/etc/blog/secrets/key",
        "BindReadOnlyPaths=/srv/blog/current:/srv/blog/app",
        "ReadWritePaths=/var/lib/blog /var/log/blog",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged",
        "RuntimeDirectory=blog",
        "RuntimeDirectoryPreserve=yes",
    ]


def test_a_drop_in_can_take_back():
    text = BLOG + "# /etc/systemd/system/blog.service.d/x.conf\n[Service]\nEnvironment=\nEnvironment=C=3\n"
    found = unit.properties(text, "blog.service", "check.service")
    assert [entry for entry in found if entry.startswith("Environment")] == ["Environment=C=3"]


def test_a_dynamic_user_keeps_its_name():
    text = "[Service]\nDynamicUser=yes\n"
    assert unit.properties(text, "blog.service", "check.service") == ["DynamicUser=yes", "User=blog"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("%n %N %p %i", "worker@a-b.service worker@a-b worker a-b"),
        ("%I", "a/b"),
        ("50%% of %t", "50% of /run"),
    ],
)
def test_specifiers(value, expected):
    assert unit.expand(value, "worker@a-b.service", "check.service") == expected


def test_a_specifier_that_only_systemd_knows_is_refused():
    with pytest.raises(unit.UnitError, match=r"%b.* launcher"):
        unit.expand("%b", "blog.service", "check.service")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/srv/blog/app/.venv/bin/gunicorn blog.wsgi", "/srv/blog/app/.venv/bin/python"),
        ("@/opt/venv/bin/uvicorn uvicorn blog.asgi:application", "/opt/venv/bin/python"),
        ("/opt/venv/bin/python3.12 -m gunicorn blog.wsgi", "/opt/venv/bin/python3.12"),
        ("/usr/bin/gunicorn blog.wsgi", "/usr/bin/python3"),
        ("/opt/%p/bin/gunicorn blog.wsgi", "/opt/blog/bin/python"),
    ],
)
def test_the_interpreter_of_a_service(command, expected):
    assert unit.interpreter(f"[Service]\nExecStart={command}\n", "blog.service") == expected


def test_a_unit_without_a_program_is_refused():
    with pytest.raises(unit.UnitError, match="ExecStart"):
        unit.interpreter("[Service]\n", "blog.service")


def test_files_of_credentials():
    text = BLOG + "[Service]\nLoadCredential=other\nLoadCredentialEncrypted=x:/etc/blog/x.cred\n"
    assert unit.credential_files(text) == ["/etc/blog/secrets/key", "/etc/blog/x.cred"]
