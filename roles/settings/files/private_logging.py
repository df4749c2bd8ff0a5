"""How the processes of the project write to the journal, and mail errors to the admins."""

from __future__ import annotations

import json
import logging
import os
import time
import traceback

from django.utils import log

SECONDS_BETWEEN_MAILS = 3600


class JournalFormatter(logging.Formatter):
    """Lines with the priority of the record in front, which journald takes off: sd-daemon(3)."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        text = self.text(record)
        if "JOURNAL_STREAM" not in os.environ:
            # Somebody has started a command, and reads the lines.
            return text
        priorities = ((2, logging.CRITICAL), (3, logging.ERROR), (4, logging.WARNING), (6, logging.INFO))
        priority = next((number for number, level in priorities if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in text.splitlines())

    def text(self, record: logging.LogRecord) -> str:
        return super().format(record)


class JsonFormatter(JournalFormatter):
    """One line of JSON for each record, with what the code has added to it in `extra`."""

    USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}

    def text(self, record: logging.LogRecord) -> str:
        entry = {name: value for name, value in vars(record).items() if name not in self.USUAL}
        entry["time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        entry |= {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class AdminEmailHandler(log.AdminEmailHandler):
    """Django's, which each process lets mail once an hour about the same place in the code.

    A mail server that is down must not cost the answer to the request: some versions of Django let its error through.
    """

    def __init__(self) -> None:
        super().__init__()
        self._mailed: dict[tuple[str, int | None], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        trace = traceback.extract_tb(record.exc_info[2]) if record.exc_info else None
        place = (trace[-1].filename, trace[-1].lineno) if trace else (record.pathname, record.lineno)
        now = time.monotonic()
        if now - self._mailed.get(place, -SECONDS_BETWEEN_MAILS) < SECONDS_BETWEEN_MAILS:
            return
        self._mailed[place] = now
        try:
            super().emit(record)
        except Exception:
            self.handleError(record)
