"""Report errors to Sentry, of a project that does not do so itself."""

from __future__ import annotations

import sentry_sdk


def report(dsn: str) -> None:
    """Let exceptions and records of errors go to Sentry, with where they happened, and without what was in there."""
    if sentry_sdk.is_initialized():
        # The project's own settings have said what is reported, and where.
        return
    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        # Variables and forms may hold secrets and what users entered.
        include_local_variables=False,
        max_request_body_size="never",
        # Those that the host trusts, as a Sentry of one's own needs it.
        ca_certs="/etc/ssl/certs/ca-certificates.crt",
    )
