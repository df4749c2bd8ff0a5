"""Members of the site of scenario secrets: what the secret key signed for them must not end."""

from __future__ import annotations

from collections.abc import Callable

from browser import Browser
from visitors import VISITORS, Visitors


class Members(Visitors):
    """Each is logged in, holds a signed cookie, and has a link to reset a password.

    None asks for two things at a time: Django gives a session another key when it meets it under another secret key.
    """

    def __init__(self, site: tuple[str, str, str], log_in: Callable[[], Browser], make_link: Callable[[], str]) -> None:
        super().__init__(*site)
        self._cookies = [log_in().cookies for _number in range(VISITORS)]
        # A log-in ends the links that were made before it.
        self._link = make_link()

    def _look(self, browser: Browser, path: str) -> str:
        if not browser.cookies:
            browser.cookies = self._cookies.pop()
        self.answers += 1
        return what_ended(browser, self._link) if path == "/" else super()._look(browser, path)


def what_ended(member: Browser, link: str) -> str:
    """Tell which of the things that the secret key signed are not accepted, or an empty text."""
    page = member.get("/admin/")
    ended = [
        "session" if page.status != 200 else "",
        "cookie" if page.headers["Visitor"] != "known" else "",
        # A valid link leads to a page of its own, which holds no token.
        "link" if member.get(link).status != 302 else "",
    ]
    return " ".join(filter(None, ended))
