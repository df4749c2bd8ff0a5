"""A package index that asks for a password, and looks for it in the process list each time it is given."""

from __future__ import annotations

import base64
import html
import http.server
import pathlib
import re
import urllib.parse

PLACE = pathlib.Path("/srv/index")
WHEELS = PLACE / "wheels"
LOGIN = (PLACE / "login").read_text(encoding="utf-8")
EXPECTED = "Basic " + base64.b64encode(LOGIN.encode()).decode()


def is_in_process_list() -> bool:
    password = LOGIN.partition(":")[2].encode()
    processes = b"".join(path.read_bytes() for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"))
    return password in processes


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = pathlib.PurePosixPath(urllib.parse.unquote(urllib.parse.urlsplit(self.path).path))
        if self.headers["Authorization"] != EXPECTED:
            self.answer(401, b"")
        elif path.parent.name == "simple":
            files = [file.name for file in WHEELS.iterdir() if normalized(file.name.partition("-")[0]) == path.name]
            links = "".join(f'<a href="/wheels/{html.escape(name)}">{html.escape(name)}</a>' for name in sorted(files))
            self.answer(200 if files else 404, f"<!doctype html><body>{links}</body>".encode())
        else:
            self.answer(200, (WHEELS / path.name).read_bytes())

    def do_HEAD(self) -> None:
        self.do_GET()

    def answer(self, status: int, content: bytes) -> None:
        with (PLACE / "requests").open("a", encoding="utf-8") as log:
            log.write(f"{status} {self.path} {'shown' if status != 401 and is_in_process_list() else 'hidden'}\n")
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
        self.send_header("Content-Type", "text/html" if "/simple/" in self.path else "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


http.server.ThreadingHTTPServer(("127.0.0.1", 8099), Handler).serve_forever()
