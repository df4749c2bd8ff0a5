"""Members of the site of scenario secrets: what the secret key signed for them must not end."""

from __future__ import annotations

from browser import Browser
from visitors import Visitors


class Members(Visitors):
    """They are logged in, hold a signed cookie, and have a link to reset a password."""

    def __init__(self, site: tuple[str, str, str], member: Browser, link: str) -> None:
        super().__init__(*site)
        self._member, self._link = member, link

    def _look(self, browser: Browser, path: str) -> str:
        browser.cookies = self._member.cookies
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
