"""Runs on a host of a scenario: keeps mails and posts as lines of JSON. Argument: directory."""

import email
import email.policy
import gzip
import http.server
import json
import os
import pathlib
import socket
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

DIRECTORY = sys.argv[1]
USER, PASSWORD = json.loads(pathlib.Path(DIRECTORY, "known.json").read_text(encoding="utf-8"))


def keep(kind, entry):
    with open(pathlib.Path(DIRECTORY, f"{kind}.jsonl"), "a", encoding="utf-8") as stream:
        stream.write(json.dumps(entry) + "\n")


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        entry = {
            "sender": str(mail["From"]),
            "receivers": envelope.rcpt_tos,
            "subject": str(mail["Subject"]),
            "text": mail.get_body(("plain",)).get_content(),
            "encrypted": session.ssl is not None,
            "user": session.auth_data.login.decode(),
        }
        keep("mails", entry)
        return "250 taken"


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        body = body.decode()
        keep("posts", {"path": self.path, "type": self.headers["Content-Type"], "body": body})
        self.send_response(200)
        self.end_headers()


def known(server, session, envelope, mechanism, data):
    success = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=success, auth_data=data)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{DIRECTORY}/certificate.pem", f"{DIRECTORY}/key.pem")
Controller(
    Mailbox(),
    hostname="0.0.0.0",
    port=587,
    tls_context=context,
    require_starttls=True,
    auth_required=True,
    authenticator=known,
).start()
hooks = http.server.ThreadingHTTPServer(("0.0.0.0", 8443), Hook)
hooks.socket = context.wrap_socket(hooks.socket, server_side=True)
threading.Thread(target=hooks.serve_forever).start()
# systemd.service(5), Type=notify: both listen.
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
    ready.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
