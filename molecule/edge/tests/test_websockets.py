"""WebSockets, from the handshake of a client to the application and back (RFC 6455)."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest

DOMAIN = "www.guestbook.example"
# The example of RFC 6455, section 1.3.
KEY, ACCEPTED = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
MASK = b"\x01\x02\x03\x04"


class WebSocket:
    """A connection after its handshake; `answer` has the lines of the server's answer."""

    def __init__(self, connection: ssl.SSLSocket, path: str) -> None:
        self._stream = connection.makefile("rwb")
        lines = f"Host: {DOMAIN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
        self._stream.write(f"GET {path} HTTP/1.1\r\n{lines}\r\nSec-WebSocket-Key: {KEY}\r\n\r\n".encode())
        self._stream.flush()
        self.answer = [line.decode().strip() for line in iter(self._stream.readline, b"\r\n")]

    def say(self, text: str) -> str:
        """Send a short text and return the next one that comes (section 5.2)."""
        masked = bytes(byte ^ MASK[index % 4] for index, byte in enumerate(text.encode()))
        self._stream.write(bytes([0x81, 0x80 | len(masked)]) + MASK + masked)
        self._stream.flush()
        kind, length = self._stream.read(2)
        assert kind == 0x81
        return self._stream.read(length).decode()


@pytest.fixture
def open_websocket(address, authority):
    context = ssl.create_default_context(cadata=authority)

    @contextlib.contextmanager
    def connect(path: str) -> Iterator[WebSocket]:
        plain = socket.create_connection((address, 443), timeout=30)
        with context.wrap_socket(plain, server_hostname=DOMAIN) as connection:
            yield WebSocket(connection, path)

    return connect


@pytest.mark.parametrize("name", ["app1"])
def test_an_asgi_application_has_websockets(open_websocket):
    with open_websocket("/echo/") as websocket:
        assert websocket.answer[0] == "HTTP/1.1 101 Switching Protocols"
        assert f"sec-websocket-accept: {ACCEPTED}".lower() in [line.lower() for line in websocket.answer]
        assert [websocket.say("one"), websocket.say("two")] == ["/echo/ one", "/echo/ two"]


@pytest.mark.parametrize("name", ["app1"])
def test_a_websocket_stays_open_while_the_service_stops(open_websocket, host):
    """As in a deployment: the next one waits until the new process answers it."""
    with open_websocket("/echo/") as websocket:
        assert websocket.say("one") == "/echo/ one"
        host.check_output("systemctl restart --no-block guestbook.service")
        while host.check_output("systemctl show --property=SubState guestbook.service") != "SubState=stop-sigterm":
            pass
        assert websocket.say("two") == "/echo/ two"
    with open_websocket("/echo/") as websocket:
        assert websocket.say("three") == "/echo/ three"


@pytest.mark.parametrize("name", ["app2"])
def test_a_wsgi_application_gets_an_ordinary_request(open_websocket):
    with open_websocket("/health/") as answer:
        assert answer.answer[0] == "HTTP/1.1 200 OK"
