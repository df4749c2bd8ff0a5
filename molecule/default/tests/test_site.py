"""The site that `wagtail start` generates, used as its editors and visitors use it."""

from __future__ import annotations

import re

import pytest
from browser import CHECKOUT, PIXEL

PASSWORD = "a-password-of-the-tests"
CREATE_EDITOR = (
    "from django.contrib.auth import get_user_model as model; users = model().objects; "
    "users.filter(username='editor').exists() "
    f"or users.create_superuser('editor', 'editor@example.org', '{PASSWORD}')"
)


@pytest.fixture
def editor(app, browser):
    """A browser in which an administrator of the site is logged in."""
    app.run_expect([0], "wagtail-manage shell -c %s", CREATE_EDITOR)
    answer = browser.submit("/admin/login/", {"username": "editor", "password": PASSWORD, "next": "/admin/"})
    assert answer.status == 302, answer.text
    return browser


def psql(scenario, query):
    return scenario.host("db1").check_output("psql --username postgres --no-align --tuples-only wagtail -c %s", query)


def test_home_page(browser):
    answer = browser.get("/")
    assert answer.status == 200
    assert "Welcome to your new Wagtail site!" in answer.text


def test_an_unknown_page_shows_no_debug_page(browser):
    answer = browser.get("/no-such-page/")
    assert answer.status == 404
    assert "DEBUG = True" not in answer.text


def test_login_sets_protected_cookies(editor, scenario):
    assert editor.get("/admin/").status == 200
    for name in ("sessionid", "csrftoken"):
        assert editor.cookies[name]["secure"], name
        assert editor.cookies[name]["samesite"] == "Lax", name
    assert editor.cookies["sessionid"]["httponly"]
    assert int(psql(scenario, "select count(*) from django_session")) >= 1


def test_login_with_a_wrong_password_fails(app, browser):
    app.run_expect([0], "wagtail-manage shell -c %s", CREATE_EDITOR)
    answer = browser.submit("/admin/login/", {"username": "editor", "password": "wrong", "next": "/admin/"})
    assert answer.status == 200
    assert "sessionid" not in browser.cookies


def test_a_post_without_csrf_token_is_refused(browser):
    assert browser.post("/admin/login/", {"username": "editor", "password": PASSWORD}).status == 403


def test_an_uploaded_image_comes_back_inert(editor, scenario):
    answer = editor.submit("/admin/images/add/", {"title": "Pixel"}, {"file": ("pixel.png", PIXEL)})
    assert answer.status == 302, answer.text
    name = psql(scenario, "select file from wagtailimages_image order by id desc limit 1")
    image = editor.get(f"/media/{name}")
    assert (image.status, image.body) == (200, PIXEL)
    assert image.headers["Content-Type"] == "image/png"
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in image.headers["Content-Security-Policy"]


def test_media_of_other_types_are_downloads(app, browser):
    app.run_expect([0], "install -m 0644 -o wagtail /dev/stdin /var/lib/wagtail/media/page.html </etc/hostname")
    answer = browser.get("/media/page.html")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_media_are_not_listed(browser):
    assert browser.get("/media/").status in (403, 404)


def test_hashed_static_files_are_immutable(browser):
    names = set(re.findall(r'"(/static/[^"?]+\.[0-9a-f]{12}\.[^"?]+)"', browser.get("/admin/login/").text))
    assert names
    for name in names:
        answer = browser.get(name)
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_pages_of_older_releases_find_their_static_files(app, browser):
    app.run_expect([0], "install -D -m 0644 /etc/hostname /srv/wagtail/static/old/style.0123456789ab.css")
    assert browser.get("/static/old/style.0123456789ab.css").status == 200
    assert browser.get("/static/old/missing.0123456789ab.css").status == 404


def test_sessions_go_through_the_cache(editor, scenario, app):
    password = app.file("/etc/wagtail/secrets/cache_password").content_string
    keys = scenario.host("cache1").check_output(
        "REDISCLI_AUTH=%s redis-cli --tls --cacert /etc/hardened-django/redis.pem --user wagtail --no-auth-warning "
        "keys 'wagtail:*'",
        password,
    )
    assert "django.contrib.sessions" in keys


def test_expired_sessions_are_removed_by_the_timer(app, scenario):
    psql(
        scenario,
        "insert into django_session (session_key, session_data, expire_date) "
        "values ('expired-by-the-tests', '', now() - interval '1 day')",
    )
    app.run_expect([0], "systemctl start wagtail-clearsessions.service")
    assert psql(scenario, "select count(*) from django_session where session_key = 'expired-by-the-tests'") == "0"
    timer = app.check_output("systemctl show --property=ActiveState,UnitFileState wagtail-clearsessions.timer")
    assert timer.splitlines() == ["ActiveState=active", "UnitFileState=enabled"]


def test_the_service_comes_back_after_a_stop(app, browser):
    app.run_expect([0], "systemctl stop wagtail.service")
    assert browser.get("/").status == 200


def test_the_check_finds_nothing_from_warning_up(scenario):
    result = scenario.playbook(path=CHECKOUT / "playbooks/check.yml")
    assert result.returncode == 0, result.stdout
    assert "rules passed" in result.stdout
