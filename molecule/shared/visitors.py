"""Visitors who use the site of scenario rollout all the time, and notice whatever goes wrong."""

from __future__ import annotations

import http.client
import itertools
import re
import threading
from types import TracebackType
from typing import Self

from browser import Browser

VISITORS = 3
PAGES = ("/", "/slow/?ms=300", "/health/")
STYLE = re.compile(r'href="(/static/guestbook/style\.[0-9a-f]{12}\.css)"')


class Visitors:
    """They come with the `with` statement, and leave at its end."""

    def __init__(self, address: str, domain: str, certificates: str) -> None:
        self._site = (address, domain, certificates)
        self.answers = 0
        self.failures: list[str] = []
        # The style sheet of each version that was seen, in the order in which they came.
        self.styles: dict[str, str] = {}
        self._away = threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _number in range(VISITORS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._away.set()
        for thread in self._threads:
            thread.join()

    def _visit(self) -> None:
        browser = Browser(*self._site)
        for path in itertools.cycle(PAGES):
            if self._away.wait(0.1):
                return
            try:
                problem = self._look(browser, path)
            except (OSError, http.client.HTTPException) as error:
                problem = repr(error)
            if problem:
                self.failures.append(f"{path}: {problem}")

    def _look(self, browser: Browser, path: str) -> str:
        """Return what is wrong with a page; the home page is looked at with all style sheets that were seen before."""
        answer = browser.get(path)
        self.answers += 1
        if answer.status != 200:
            return f"{answer.status} {answer.text}"
        if path != "/":
            return ""
        version = str(answer.headers["Version"])
        style = STYLE.search(answer.text)
        if f"<!-- version {version} -->" not in answer.text or style is None:
            return f"the code of version {version} shows a page of another one: {answer.text}"
        self.styles.setdefault(version, style[1])
        return "".join(self._wrong_style(browser, *item) for item in list(self.styles.items()))

    def _wrong_style(self, browser: Browser, version: str, style: str) -> str:
        answer = browser.get(style)
        self.answers += 1
        return "" if answer.status == 200 and f"/* version {version} */" in answer.text else f"{style} {answer.status}"
