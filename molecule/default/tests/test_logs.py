"""Where the logs of the site and of its web server are, and where they end."""

from __future__ import annotations

DOMAIN = "www.wagtail.example"


def test_a_record_is_in_the_journal_under_the_name_of_the_project_with_its_level(app, browser):
    assert browser.get("/a-page-for-the-log/").status == 404
    by_name = "journalctl --identifier=wagtail --output=cat --lines=1 --grep=a-page-for-the-log --priority=%s"
    assert app.check_output(by_name, "warning") == "WARNING django.request: Not Found: /a-page-for-the-log/"
    assert app.run(by_name, "err").stdout == ""
    # What a job prints is there, too.
    app.run_expect([0], "systemctl start wagtail-clearsessions.service")
    identifiers = "systemctl show --value --property=SyslogIdentifier wagtail.service wagtail-clearsessions.service"
    assert app.check_output(identifiers).split() == ["wagtail", "wagtail"]


def test_wrong_hosts_fill_no_log(app):
    ask = (
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/wagtail/app.sock'); "
        "s.sendall(b'GET / HTTP/1.0\\r\\nHost: quiet.example\\r\\nX-Forwarded-Proto: https\\r\\n\\r\\n'); "
        "print(s.recv(99))"
    )
    assert "400 Bad Request" in app.check_output("python3 -c %s", ask)
    assert app.run("journalctl --identifier=wagtail --grep='quiet.example|DisallowedHost' --quiet").stdout == ""


def test_the_logs_of_the_web_server_are_rotated(app, browser):
    assert app.check_output("systemctl is-enabled logrotate.timer") == "enabled"
    log = "/var/log/nginx/access.log"
    assert browser.get("/before-the-rotation/").status == 404
    app.run_expect([0], "logrotate --force /etc/logrotate.d/nginx")
    assert browser.get("/after-the-rotation/").status == 404
    assert "/before-the-rotation/" in app.file(f"{log}.1").content_string
    assert "/after-the-rotation/" in app.file(log).content_string
    assert "/before-the-rotation/" not in app.file(log).content_string
