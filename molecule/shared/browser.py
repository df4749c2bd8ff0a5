"""A small browser for the tests: HTTPS to one address under any name, with cookies and forms."""

from __future__ import annotations

import base64
import email.parser
import html
import http.client
import pathlib
import re
import socket
import ssl
import uuid
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

CHECKOUT = pathlib.Path(__file__).parent.parent.parent
# As long as nginx waits for an answer of the application.
TIMEOUT = 60

# The smallest picture that image libraries accept.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

SECURITY_HEADERS = ("Cross-Origin-Opener-Policy", "Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options")


class Response(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def has_each_security_header_once(self) -> bool:
        return all(len(self.headers.get_all(name, [])) == 1 for name in SECURITY_HEADERS)

    @property
    def text(self) -> str:
        return self.body.decode()


class Browser:
    """Talks to `address` as to `domain`, trusting only the certificates in `certificate` (PEM)."""

    def __init__(self, address: str, domain: str, certificate: str) -> None:
        self.address = address
        self.domain = domain
        self.cookies: SimpleCookie = SimpleCookie()
        self._context = ssl.create_default_context(cadata=certificate)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        return self._request("GET", path, b"", dict(headers or {}))

    def post(
        self, path: str, form: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> Response:
        """Post a form as a browser does: with the Referer, and as multipart when there are files (name, content)."""
        headers = {"Referer": f"https://{self.domain}{path}"}
        if files is None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return self._request("POST", path, urlencode(form).encode(), headers)
        boundary = uuid.uuid4().hex
        headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        return self._request("POST", path, _multipart(boundary, form, files), headers)

    def submit(
        self, path: str, form: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> Response:
        """Open the page, and post its form with its CSRF token."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)
        assert found, f"{path} has no form"
        return self.post(path, {"csrfmiddlewaretoken": html.unescape(found[1]), **form}, files)

    def _request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Response:
        connection = http.client.HTTPSConnection(self.domain, timeout=TIMEOUT, context=self._context)
        plain = socket.create_connection((self.address, 443), timeout=TIMEOUT)
        connection.sock = self._context.wrap_socket(plain, server_hostname=self.domain)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            response = Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        return response


def _multipart(boundary: str, form: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.items()
    ]
    for name, (file_name, content) in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def raw(address: str, request: bytes, server_name: str | None = None, port: int = 80) -> bytes:
    """Send bytes, over TLS when a server name is given, and return all that comes back until the server closes."""
    connection = socket.create_connection((address, port), timeout=TIMEOUT)
    if server_name is not None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = context.wrap_socket(connection, server_hostname=server_name or None)
    with connection:
        connection.sendall(request)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


def parsed(answer: bytes) -> Response:
    """The first response in what a server sent."""
    head, _blank, body = answer.partition(b"\r\n\r\n")
    status, _end, headers = head.decode().partition("\r\n")
    assert status.startswith("HTTP/1.1 "), answer
    message = email.parser.Parser(_class=http.client.HTTPMessage).parsestr(headers)
    return Response(int(status.split()[1]), message, body)
