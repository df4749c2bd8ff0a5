"""What tests of the deployed example project share: where its things are, and what a run of a playbook said."""

from __future__ import annotations

import subprocess

from browser import CHECKOUT

DEPLOY = CHECKOUT / "playbooks/deploy.yml"
LOCK = "/srv/guestbook/deploy.lock"
SECRETS = "/etc/guestbook/secrets"


def words(run: subprocess.CompletedProcess[str]) -> str:
    """What a run printed, whatever its lines were broken to."""
    return " ".join(run.stdout.split())
