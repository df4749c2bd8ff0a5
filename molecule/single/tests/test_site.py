"""The example project on one host that is everything."""

from __future__ import annotations

import re

from browser import PIXEL, Browser


def test_an_entry_is_kept_logged_and_mailed(app, browser):
    answer = browser.submit("/", {"author": "Ada", "text": "Hello"}, {"picture": ("pixel.png", PIXEL)})
    assert answer.status == 302, answer.text
    page = browser.get("/").text
    picture = re.search(r'src="(/media/[^"]+)"', page)
    assert "Hello" in page
    assert picture and browser.get(picture[1]).body == PIXEL
    assert "entry-created" in app.check_output("journalctl --unit guestbook.service --grep entry-created --no-pager")
    mails = app.check_output("cat /var/mail/kept/new/*")
    assert "From: webmaster@www.guestbook.example" in mails
    assert "Ada wrote:" in mails


def test_the_session_counts_visits(browser):
    pages = (browser.get("/").text, browser.get("/").text)
    first, second = (re.findall(r'<b id="visits">(\d+)</b>', page) for page in pages)
    assert int(second[0]) == int(first[0]) + 1


def test_an_error_shows_the_error_page_of_the_project_and_is_mailed(app, browser):
    answer = browser.get("/error/")
    assert answer.status == 500
    assert "RuntimeError" not in answer.text
    mails = app.check_output("cat /var/mail/kept/new/*")
    assert "To: ops@guestbook.example" in mails
    assert "Internal Server Error: /error/" in mails


def test_every_sub_domain_is_served(scenario, certificate):
    other = Browser(scenario.addresses("app1")[0], "other.guestbook.example", certificate)
    assert other.get("/health/").text == "ok\n"


def test_data_servers_listen_on_the_loopback_interface_only(app):
    listening = {line.split()[3] for line in app.check_output("ss -Hltn").splitlines()}
    assert {address for address in listening if address.endswith((":5432", ":6379"))} <= {
        "127.0.0.1:5432",
        "[::1]:5432",
        "127.0.0.1:6379",
        "[::1]:6379",
    }


def test_database_and_cache_are_reached_over_sockets(app):
    code = (
        "from django.db import connection; from django.core.cache import cache; cursor = connection.cursor()\n"
        "cursor.execute('select inet_client_addr() is null'); print(cursor.fetchone()[0])\n"
        "cache.set('a', 'b'); pool = cache._cache.get_client().connection_pool\n"
        "print(cache.get('a'), pool.connection_kwargs['path'])"
    )
    answer = app.check_output("guestbook-manage shell --verbosity 0 -c %s", code)
    assert answer.splitlines() == ["True", "b /run/redis/server.sock"]
    # The socket asks for the password, as the port does.
    assert "NOAUTH" in app.check_output("runuser -u nobody -- redis-cli -s /run/redis/server.sock ping")


def test_every_process_has_the_environment(app):
    code = "import os; print(os.environ['GREETING'])"
    expected = "quotes \" and ' and \\, $HOME, %i, # and spaces"
    assert app.check_output("guestbook-run python -c %s", code) == expected
    pid = app.check_output("systemctl show --value --property=MainPID guestbook.service")
    assert f"GREETING={expected}" in app.check_output("tr '\\0' '\\n' </proc/%s/environ", pid)


def test_the_worker_runs_as_the_service_does(app):
    worker = app.check_output("systemctl show --property=ActiveState,User guestbook-worker@counter.service")
    assert worker.splitlines() == ["User=guestbook", "ActiveState=active"]
    assert app.run("systemd-analyze security --threshold=15 guestbook-worker@counter.service").rc == 0


def test_the_management_command_keeps_the_exit_code(app):
    assert app.run("guestbook-manage count_entries").rc == 0
    assert app.run("guestbook-manage no_such_command").rc == 1
    assert app.run("runuser -u nobody -- guestbook-manage check").rc == 64


def test_files_of_the_project_are_root_s(app):
    # A release that failed while it was built is as its commands left it, until one that succeeds removes it.
    for path in ("/srv/guestbook/current/", "/srv/guestbook/static", "/etc/guestbook"):
        assert app.check_output("find %s ! -user root -not -path '*/settings/*' | head", path) == ""
