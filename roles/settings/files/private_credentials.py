"""Read the secrets that systemd hands to the service."""

from __future__ import annotations

import os
import pathlib


def _path(name: str) -> pathlib.Path:
    """systemd.exec(5), LoadCredential= and $CREDENTIALS_DIRECTORY."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise RuntimeError(
            "CREDENTIALS_DIRECTORY is not set: this process was not started as the service is. "
            "Use the project's -manage or -run command."
        )
    return pathlib.Path(directory, name)


def credential(name: str) -> str:
    """Return the secret of this name."""
    return _path(name).read_text(encoding="utf-8")


def has_credential(name: str) -> bool:
    """Whether this process was given the secret of this name."""
    return _path(name).exists()
