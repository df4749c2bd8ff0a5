"""Unknown hosts and ambiguous requests over HTTP/2, on both families of addresses."""

from __future__ import annotations

import json
import socket
import ssl
from typing import NamedTuple

import pytest
from browser import raw
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset

DOMAIN = "www.guestbook.example"
FOREIGN = "evil.example"
FINISHED = (StreamEnded, StreamReset, ConnectionTerminated)


class Answer(NamedTuple):
    """What came back: no status when the server refused the stream or the connection."""

    status: int | None
    body: bytes


def handshake(address: str, server_name: str | None) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(socket.create_connection((address, 443), timeout=20), server_hostname=server_name)


def request(address: str, *headers: tuple[str, str], body: bytes = b"", method="GET", path="/mirror/") -> Answer:
    """Send a request as no client library would, with the headers as they are."""
    # Only so are forbidden headers sent.
    configuration = H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False)
    client = H2Connection(configuration)
    pseudo = {":method": method, ":scheme": "https", ":authority": DOMAIN, ":path": path}
    pseudo |= {name: value for name, value in headers if name in pseudo}
    rest = [pair for pair in headers if pair[0] not in pseudo]
    status, received = None, b""
    with handshake(address, DOMAIN) as connection:
        assert connection.selected_alpn_protocol() == "h2"
        client.initiate_connection()
        client.send_headers(1, [*pseudo.items(), *rest], end_stream=not body)
        if body:
            client.send_data(1, body, end_stream=True)
        connection.sendall(client.data_to_send())
        while chunk := connection.recv(65536):
            events = client.receive_data(chunk)
            for event in events:
                if isinstance(event, ResponseReceived):
                    status = int(dict(event.headers)[b":status"])
                elif isinstance(event, DataReceived):
                    received += event.data
            if any(isinstance(event, FINISHED) for event in events):
                break
            connection.sendall(client.data_to_send())
    return Answer(status, received)


@pytest.fixture(params=["IPv4", "IPv6"])
def address(scenario, name, request):
    return scenario.addresses(name)[request.param == "IPv6"]


def test_the_site_answers(address):
    answer = request(address)
    assert (answer.status, json.loads(answer.body)["host"]) == (200, DOMAIN)


def test_a_foreign_host_in_a_known_connection_is_misdirected(address):
    assert request(address, (":authority", FOREIGN)).status == 421


@pytest.mark.parametrize("server_name", [FOREIGN, None])
def test_an_unknown_name_gets_no_handshake(address, server_name):
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        handshake(address, server_name)


def test_http2_without_tls_gets_no_answer(address):
    assert raw(address, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00") == b""


@pytest.mark.parametrize(
    "header",
    [
        ("transfer-encoding", "chunked"),
        ("connection", "upgrade"),
        ("content-length", "3"),
        ("content-length", "99"),
        ("x-evil", "a\r\nx-forwarded-user: admin"),
        ("x-evil: a\r\nx-forwarded-user", "admin"),
        ("X-Evil", "a"),
        (":path", "/mirror/ HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /"),
        (":path", "mirror/"),
        (":method", "GET /mirror/ HTTP/1.1\r\n"),
        (":scheme", "https://evil.example/"),
        (":authority", f"{DOMAIN}\r\nx: y"),
    ],
)
def test_what_http_1_would_read_differently_is_refused_or_harmless(address, header):
    answer = request(address, header, body=b"0\r\n\r\nGET /mirror/?smuggled", method="POST")
    assert b"admin" not in answer.body
    assert b"evil.example" not in answer.body
    if answer.status == 200:
        seen = json.loads(answer.body)
        assert (seen["host"], seen["secure"], seen["meta"]["QUERY_STRING"]) == (DOMAIN, True, "")
        assert seen["body"] == "0\r\n\r\nGET /mirror/?smuggled"


def test_one_host_is_meant_where_two_are_named(address):
    answer = request(address, ("host", FOREIGN))
    assert answer.status in (None, 400) or json.loads(answer.body)["host"] == DOMAIN


def test_forged_headers_do_not_reach_the_application(address):
    answer = request(
        address, ("x-forwarded-proto", "http"), ("x-forwarded-host", FOREIGN), ("x_forwarded_proto", "http")
    )
    seen = json.loads(answer.body)
    assert (seen["secure"], seen["meta"]["HTTP_X_FORWARDED_PROTO"]) == (True, "https")
    assert "HTTP_X_FORWARDED_HOST" not in seen["meta"]
