# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell by mail and webhook what is wrong with the units of a project: `failed UNIT`, or `watch` for all its timers.

Beside this file lies alerts.json, which says whom to tell. Secrets are systemd credentials; no alert shows one.
"""

import calendar
import email.message
import fcntl
import itertools
import json
import os
import pathlib
import re
import smtplib
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request

CONFIGURATION = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
PROJECT = CONFIGURATION["project"]
STATE = pathlib.Path(os.environ["STATE_DIRECTORY"])
CREDENTIALS = pathlib.Path(os.environ["CREDENTIALS_DIRECTORY"])
UNITS = pathlib.Path("/etc/systemd/system")
HOST = socket.gethostname()
SECONDS_FOR_AN_ANSWER = 20
# sd-messages(3): SD_MESSAGE_UNIT_STARTED, which a unit of Type=oneshot gets when it has ended.
FINISHED = "39f53479d3a045ac8e11786248231fbf"
# A job that stays stale is told of again so often.
DAY = 86400
# Of a calendar that knows weekdays or months, the longest of the next gaps is its period.
GAPS = 20
ELAPSES = re.compile(r"(?:Next elapse|Iter(?:ation|\.) #\d+): \w+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")


def output(*command):
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def credential(name):
    """systemd.exec(5): each file of a directory is a credential, with the directory's id in front of its name."""
    return (CREDENTIALS / f"secrets_{name}").read_text(encoding="utf-8").strip()


def without_secrets(text):
    """In the forms that logs have: as it is, line by line, in an address, in a JSON text, in Python."""
    hidden = set()
    for path in CREDENTIALS.iterdir():
        # The name of a role of the database, which may be that of the project and is no secret.
        if path.name.startswith("secrets_database_user"):
            continue
        secret = path.read_text(encoding="utf-8", errors="replace").strip()
        for part in (secret, *(line for line in secret.splitlines() if len(line) >= 8)):
            hidden |= {part, urllib.parse.quote(part), urllib.parse.quote(part, safe="")}
            hidden |= {json.dumps(part)[1:-1], repr(part)[1:-1]}
    for secret in sorted(hidden - {""}, key=len, reverse=True):
        text = text.replace(secret, "[hidden]")
    return text


def remembered(name):
    """When it was told last, and how many were left out since; when it was seen to succeed."""
    try:
        return json.loads((STATE / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"told": 0, "left_out": 0, "unit": "", "succeeded": 0}


def remember(name, **values):
    new = STATE / f"{name}.new"
    new.write_text(json.dumps({**remembered(name), **values}), encoding="utf-8")
    new.rename(STATE / f"{name}.json")


def send_mail(subject, text):
    server = CONFIGURATION["mail"]
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = server["from"], ", ".join(server["to"]), subject
    message.set_content(text)
    context = ssl.create_default_context()
    if server["security"] == "tls":
        connection = smtplib.SMTP_SSL(server["host"], server["port"], timeout=SECONDS_FOR_AN_ANSWER, context=context)
    else:
        connection = smtplib.SMTP(server["host"], server["port"], timeout=SECONDS_FOR_AN_ANSWER)
    with connection:
        if server["security"] == "starttls":
            connection.starttls(context=context)
        if server["user"]:
            connection.login(server["user"], credential(server["password"]))
        connection.send_message(message)


def filled(template, values):
    """The template with {name} replaced in each of its texts."""
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    if isinstance(template, str):
        return re.sub(r"\{(text|subject|unit|host)\}", lambda found: values[found[1]], template)
    return template


def post(subject, text, unit):
    values = {"subject": subject, "text": f"{subject}\n{text}", "unit": unit, "host": HOST}
    body = json.dumps(filled(CONFIGURATION["webhook"], values)).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "hardened.django"}
    request = urllib.request.Request(credential("alerts_webhook_url"), body, headers)
    with urllib.request.urlopen(request, timeout=SECONDS_FOR_AN_ANSWER) as answer:
        answer.read()


def tell(name, unit, problem, interval):
    """Return whether nothing went wrong. name: what is told of at most once in the interval."""
    state, now = remembered(name), time.time()
    print(f"<3>{unit} {problem}.", flush=True)
    ways = [way for way in ("mail", "webhook") if CONFIGURATION[way]]
    if not ways:
        return True
    # A clock that was set back must not silence it.
    if 0 <= now - state["told"] < interval:
        remember(name, left_out=state["left_out"] + 1, unit=unit)
        return True
    subject = f"[{PROJECT}] {unit} {problem} on {HOST}"
    lines = output("journalctl", "--quiet", "--output=short-iso", f"--lines={CONFIGURATION['lines']}", f"--unit={unit}")
    before = f"Left out since the last alert about it: {state['left_out']}.\n\n" if state["left_out"] else ""
    text = without_secrets(f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime(now))} UTC\n\n{before}{lines}")
    failed = 0
    for way in ways:
        try:
            send_mail(subject, text) if way == "mail" else post(subject, text, unit)
        except (OSError, smtplib.SMTPException) as error:
            failed += 1
            print(f"<3>No alert by {way}: {without_secrets(str(error))}", flush=True)
    if failed == len(ways):
        # The watch tries again.
        remember(name, left_out=state["left_out"] + 1, unit=unit)
    else:
        remember(name, told=now, left_out=0, unit=unit)
    return not failed


def period(expressions):
    """Seconds between two times of a timer, or None where nobody can tell."""
    gaps = []
    for expression in expressions:
        shown = ELAPSES.findall(output("systemd-analyze", "calendar", f"--iterations={GAPS}", "--", expression))
        times = [calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S")) for text in shown]
        gaps += [max(later - earlier for earlier, later in itertools.pairwise(times))] if times[1:] else []
    return min(gaps, default=None)


def values(path, key):
    """What a unit's file assigns to a key."""
    lines = [line.partition("=") for line in path.read_text(encoding="utf-8").splitlines()]
    return [value for name, _equals, value in lines if name == key]


def last_success(job):
    """When the job last ended well, by the words of systemd itself; 0 when they are not there, or no more."""
    said_by_systemd = ("_PID=1", f"UNIT={job}", f"MESSAGE_ID={FINISHED}", "JOB_RESULT=done")
    line = output("journalctl", "--quiet", "--output=json", "--output-fields=UNIT", "--lines=1", *said_by_systemd)
    return int(json.loads(line)["__REALTIME_TIMESTAMP"]) / 1_000_000 if line else 0


def is_fresh(job, timer):
    """Whether the job has succeeded within twice its period, or was not known before; tell of it otherwise."""
    now, name = time.time(), f"{job}.stale"
    last = min(max(remembered(name)["succeeded"], last_success(job)), now) or now
    remember(name, succeeded=last)
    seconds = period(values(timer, "OnCalendar"))
    if seconds is None or now - last <= 2 * seconds:
        return True
    return tell(name, job, f"has not succeeded for {(now - last) / 3600:.0f} hours", DAY)


def watch():
    good = True
    for path in STATE.glob("*.json"):
        state = remembered(path.stem)
        due = state["told"] + CONFIGURATION["interval"] <= time.time()
        if due and state["left_out"] and not path.stem.endswith(".stale"):
            good &= tell(path.stem, state["unit"], "failed", CONFIGURATION["interval"])
    for timer in UNITS.glob(f"{PROJECT}-*.timer"):
        service = timer.with_suffix(".service")
        # The name of another project may begin with that of this one.
        is_ours = service.exists() and any(f"{PROJECT}-alert@" in value for value in values(service, "OnFailure"))
        if is_ours and timer.stem != f"{PROJECT}-alerts":
            good &= is_fresh(service.name, timer)
    return good


with open(STATE / "lock", "w", encoding="utf-8") as lock:
    # One after the other: they share what is remembered.
    fcntl.flock(lock, fcntl.LOCK_EX)
    good = watch() if sys.argv[1] == "watch" else tell(sys.argv[2], sys.argv[2], "failed", CONFIGURATION["interval"])
sys.exit(not good)
