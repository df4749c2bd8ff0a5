"""Read the secrets that systemd hands to the service."""

from __future__ import annotations

import os
import pathlib


def credential(name: str) -> str:
    """Return the secret of this name; systemd.exec(5), LoadCredential= and $CREDENTIALS_DIRECTORY."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise RuntimeError(
            "CREDENTIALS_DIRECTORY is not set: this process was not started as the service is. "
            "Use the project's -manage or -run command."
        )
    return pathlib.Path(directory, name).read_text(encoding="utf-8")
