# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nginx on the host: the servers of its configuration, and their certificates."""

from __future__ import annotations

import datetime
import fnmatch
import os
import re
import subprocess
import typing as t

# One word, quoted or not, or one sign; a comment is skipped. ngx_conf_file.c reads `${name}` as part of a word.
TOKENS = re.compile(
    r"""\s+|\#[^\n]*|(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<sign>[{};])|(?P<word>(?!["'])(?:\$\{|\\.|[^\s;{])+)""",
    re.DOTALL,
)
DUMPED_FILE = re.compile(r"^# configuration file (?P<path>.+):$", re.MULTILINE)
LOGS = ("access_log", "error_log")
PASSES = ("proxy_pass", "uwsgi_pass", "fastcgi_pass", "scgi_pass", "grpc_pass")
DATE = "%b %d %H:%M:%S %Y %Z"


class Directive(t.NamedTuple):
    """One directive; content is None where it is no block."""

    name: str
    arguments: list[str]
    content: list[Directive] | None


class ConfigurationError(Exception):
    """nginx refuses its configuration, or it is in a form that is not understood here."""


def look(command: tuple[str, ...] = ("nginx", "-T", "-q")) -> dict[str, t.Any] | None:
    """Return the servers and their certificates; None on a host without nginx."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    except OSError:
        return None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "[emerg]" in line] or [done.stderr.strip()]
        return {"error": lines[0], "servers": [], "certificates": {}, "logs": []}
    try:
        configuration = parse_dump(done.stdout)
    except ConfigurationError as error:
        return {"error": str(error), "servers": [], "certificates": {}, "logs": []}
    servers = read_servers(configuration)
    paths = {path for server in servers for path in server["certificates"]}
    return {
        "error": "",
        "servers": servers,
        "certificates": {path: certificate(path) for path in sorted(paths)},
        "logs": sorted(read_logs(configuration)),
    }


def parse_dump(dump: str) -> list[Directive]:
    """Parse what `nginx -T` prints: its first file, with the others where they are included."""
    parts = DUMPED_FILE.split(dump)
    files = dict(zip(parts[1::2], parts[2::2]))
    if not files:
        raise ConfigurationError("nginx -T shows no file")
    main = next(iter(files))
    return _parse_file(main, files, os.path.dirname(main), ())


def _parse_file(path: str, files: dict[str, str], prefix: str, parents: tuple[str, ...]) -> list[Directive]:
    if path in parents:
        raise ConfigurationError(f"{path} includes itself")
    return _included(parse(files[path], path), files, prefix, (*parents, path))


def _included(
    directives: list[Directive], files: dict[str, str], prefix: str, parents: tuple[str, ...]
) -> list[Directive]:
    """Put the content of files in place of the directives that include them."""
    found: list[Directive] = []
    for directive in directives:
        if directive.name == "include" and directive.arguments:
            pattern = os.path.join(prefix, directive.arguments[0])
            for path in sorted(name for name in files if fnmatch.fnmatchcase(name, pattern)):
                found += _parse_file(path, files, prefix, parents)
        elif directive.content is None:
            found.append(directive)
        else:
            found.append(directive._replace(content=_included(directive.content, files, prefix, parents)))
    return found


def parse(text: str, path: str) -> list[Directive]:
    """Parse one file. Raises ConfigurationError, which names the file."""
    top: list[Directive] = []
    open_blocks, words, position = [top], [], 0
    while position < len(text):
        token = TOKENS.match(text, position)
        if token is None:
            raise ConfigurationError(f"{path} cannot be read at {text[position : position + 20]!r}")
        position = token.end()
        if token["quoted"]:
            words.append(re.sub(r"\\([\"'\\])", r"\1", token["quoted"][1:-1]))
        elif token["word"]:
            words.append(token["word"])
        elif token["sign"] == "}":
            if len(open_blocks) == 1 or words:
                raise ConfigurationError(f"{path} has a brace in a place that is not understood")
            open_blocks.pop()
        elif token["sign"]:
            if not words:
                raise ConfigurationError(f"{path} has a {token['sign']} without a directive")
            content: list[Directive] | None = [] if token["sign"] == "{" else None
            open_blocks[-1].append(Directive(words[0], words[1:], content))
            if content is not None:
                open_blocks.append(content)
            words = []
    if len(open_blocks) > 1 or words:
        raise ConfigurationError(f"{path} ends within a directive")
    return top


def read_servers(configuration: list[Directive]) -> list[dict[str, t.Any]]:
    """Return the servers of HTTP: sockets, names, where requests are passed to, certificates."""
    found = []
    for http in _blocks(configuration, "http"):
        upstreams = {
            block.arguments[0]: [server.arguments[0] for server in _named(block.content or [], "server")]
            for block in http
            if block.name == "upstream" and block.arguments
        }
        shared = _named(http, "ssl_certificate")
        for server in (directive.content for directive in http if directive.name == "server"):
            content = server or []
            own = _named(content, "ssl_certificate") or shared
            listens = _sockets(content)
            found.append(
                {
                    "names": [name.lower() for entry in _named(content, "server_name") for name in entry.arguments],
                    "sockets": listens,
                    "passes_to": sorted(_passed(content, upstreams)),
                    # A path with a variable is known with a request only.
                    "certificates": [
                        entry.arguments[0]
                        for entry in own
                        if entry.arguments[0].startswith("/") and "$" not in entry.arguments[0]
                    ]
                    if any(listen["tls"] for listen in listens)
                    else [],
                }
            )
    return found


def read_logs(directives: list[Directive]) -> set[str]:
    """Return the files that nginx writes its logs to."""
    found: set[str] = set()
    for directive in directives:
        path = directive.arguments[0] if directive.name in LOGS and directive.arguments else ""
        if path.startswith("/") and not path.startswith("/dev/") and "$" not in path:
            found.add(path)
        found |= read_logs(directive.content or [])
    return found


def _blocks(directives: list[Directive], name: str) -> list[list[Directive]]:
    return [directive.content or [] for directive in directives if directive.name == name]


def _named(directives: list[Directive], name: str) -> list[Directive]:
    return [directive for directive in directives if directive.name == name and directive.arguments]


def _sockets(server: list[Directive]) -> list[dict[str, t.Any]]:
    listens = [listen.arguments for listen in _named(server, "listen")] or [["80"]]
    return [
        {
            "socket": socket_name(arguments[0]) + (" (QUIC)" if "quic" in arguments else ""),
            "default": "default_server" in arguments or "default" in arguments,
            "tls": "ssl" in arguments or "quic" in arguments,
        }
        for arguments in listens
    ]


def socket_name(address: str) -> str:
    """The socket of a listen directive in one form: the address may lack its port, or be a port alone."""
    if address.startswith("unix:"):
        return address
    if address.isdigit():
        return f"*:{address}"
    has_port = re.search(r":\d+$", address) and not re.fullmatch(r"\[[^\]]*\]", address)
    return address if has_port else f"{address}:80"


def _passed(directives: list[Directive], upstreams: dict[str, list[str]]) -> set[str]:
    """Where a server and its locations pass requests to: paths of sockets, or hosts with ports."""
    found: set[str] = set()
    for directive in directives:
        if directive.name in PASSES and directive.arguments:
            target = re.sub(r"^\w+://", "", directive.arguments[0])
            name = target if target.startswith("unix:") else target.partition("/")[0]
            found.update(_address(server) for server in upstreams.get(name, [name]))
        found |= _passed(directive.content or [], upstreams)
    return found


def _address(target: str) -> str:
    return target[len("unix:") :].partition(":")[0] if target.startswith("unix:") else target


def certificate(path: str) -> dict[str, t.Any] | None:
    """Return the names of the first certificate in a file and when it begins and ends; None when it cannot be read."""
    command = ["openssl", "x509", "-in", path, "-noout", "-dates", "-subject", "-nameopt", "multiline", "-ext"]
    try:
        done = subprocess.run([*command, "subjectAltName"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    dates = dict(re.findall(r"^not(Before|After)=(.+)$", done.stdout, re.MULTILINE))
    if len(dates) < 2:
        return None
    names = re.findall(r"(?:DNS|IP Address):([^\s,]+)", done.stdout)
    common = re.findall(r"^\s*commonName\s*=\s*(.+)$", done.stdout, re.MULTILINE)
    return {
        "names": [name.lower() for name in names or common],
        "begins": _seconds(dates["Before"]),
        "ends": _seconds(dates["After"]),
    }


def _seconds(date: str) -> float:
    """openssl(1) prints dates as Jan 31 00:00:00 2027 GMT."""
    moment = datetime.datetime.strptime(date.strip(), DATE)
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()
