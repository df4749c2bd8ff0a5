import io
from smtplib import SMTPServerDisconnected
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from PIL import Image

from .models import Entry

IN_MEMORY = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def picture():
    content = io.BytesIO()
    Image.new("RGB", (2, 2), "green").save(content, "PNG")
    return SimpleUploadedFile("green.png", content.getvalue(), "image/png")


@override_settings(STORAGES=IN_MEMORY)
class SigningTests(TestCase):
    def sign(self, **values):
        return self.client.post(reverse("entry-list"), {"author": "Ada", "text": "Hello!", **values})

    def test_an_entry_is_saved_shown_logged_and_mailed(self):
        with self.assertLogs("guestbook", "INFO") as logs:
            response = self.sign()
        self.assertRedirects(response, reverse("entry-list"))
        entry = Entry.objects.get()
        self.assertContains(self.client.get(reverse("entry-list")), "Hello!")
        self.assertEqual(logs.records[0].getMessage(), f"entry-created id={entry.pk} author='Ada' picture=False")
        self.assertEqual(mail.outbox[0].to, ["owner@example.com"])
        self.assertIn("Ada wrote:\n\nHello!", mail.outbox[0].body)

    def test_a_picture_is_stored_and_shown(self):
        self.sign(picture=picture())
        stored = Entry.objects.get().picture
        self.assertRegex(stored.name, r"^pictures/\d{4}/\d{2}/green\.png$")
        self.assertContains(self.client.get(reverse("entry-list")), f'src="{stored.url}"')

    def test_a_file_that_is_no_picture_is_refused(self):
        response = self.sign(picture=SimpleUploadedFile("evil.png", b"<script>", "image/png"))
        self.assertFormError(
            response.context["form"],
            "picture",
            "Upload a valid image. The file you uploaded was either not an image or a corrupted image.",
        )
        self.assertFalse(Entry.objects.exists())

    def test_html_in_an_entry_is_escaped(self):
        self.sign(text="<b>bold</b>")
        self.assertContains(self.client.get(reverse("entry-list")), "&lt;b&gt;bold&lt;/b&gt;")

    def test_a_line_break_in_the_name_does_not_reach_the_log(self):
        with self.assertLogs("guestbook", "INFO") as logs:
            self.sign(author="Eve\nroot: all is well")
        self.assertNotIn("\n", logs.records[0].getMessage())

    def test_an_entry_stays_when_the_mail_server_is_away(self):
        for failure in (ConnectionRefusedError, SMTPServerDisconnected):
            with (
                self.subTest(failure=failure),
                patch("guestbook.notifications.send_mail", side_effect=failure),
                self.assertLogs("guestbook", "ERROR") as logs,
            ):
                self.assertRedirects(self.sign(), reverse("entry-list"))
                self.assertRegex(logs.records[0].getMessage(), r"^mail-failed id=\d+$")
        self.assertEqual(Entry.objects.count(), 2)

    def test_a_post_without_a_csrf_token_is_refused(self):
        strict = Client(enforce_csrf_checks=True)
        self.assertEqual(strict.post(reverse("entry-list"), {"author": "Eve", "text": "x"}).status_code, 403)


class PageTests(TestCase):
    def setUp(self):
        cache.clear()

    def test_visits_are_counted_in_the_session(self):
        self.client.get(reverse("entry-list"))
        self.assertContains(self.client.get(reverse("entry-list")), '<b id="visits">2</b>')
        self.assertContains(Client().get(reverse("entry-list")), '<b id="visits">1</b>')

    def test_the_cached_time_stays(self):
        first = self.client.get(reverse("entry-list")).context["first_computed"]
        self.assertEqual(self.client.get(reverse("entry-list")).context["first_computed"], first)
        cache.clear()
        self.assertGreater(self.client.get(reverse("entry-list")).context["first_computed"], first)

    def test_the_slow_page_waits_within_bounds(self):
        cases = {"?ms=0": 0, "?ms=300": 300, "": 300, "?ms=999999": 5000, "?ms=-1": 0}
        for query, expected in cases.items():
            with self.subTest(query=query), patch("guestbook.views.time.sleep") as sleep:
                response = self.client.get(reverse("slow") + query)
                self.assertEqual(response.content.decode(), f"waited {expected} ms\n")
                sleep.assert_called_once_with(expected / 1000)

    def test_the_slow_page_refuses_what_is_no_number(self):
        self.assertEqual(self.client.get(reverse("slow"), {"ms": "soon"}).status_code, 400)

    def test_the_error_page_fails(self):
        self.client.raise_request_exception = False
        self.assertContains(self.client.get(reverse("error")), "Something went wrong", status_code=500)

    def test_a_missing_page_has_its_own_text(self):
        self.assertContains(self.client.get("/no-such-page/"), "Page not found", status_code=404)

    def test_health(self):
        self.assertEqual(self.client.get(reverse("health")).content, b"ok\n")
        forgetful = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
        with override_settings(CACHES=forgetful):
            self.assertEqual(self.client.get(reverse("health")).status_code, 503)

    def test_log_in_and_out(self):
        get_user_model().objects.create_user("ada", password="difference engine")
        self.assertContains(self.client.get(reverse("login")), 'name="password"')
        response = self.client.post(reverse("login"), {"username": "ada", "password": "difference engine"})
        self.assertRedirects(response, reverse("entry-list"))
        self.assertContains(self.client.get(reverse("entry-list")), "Log out")
        self.client.post(reverse("logout"))
        self.assertContains(self.client.get(reverse("entry-list")), "Log in")


class CommandTests(TestCase):
    def test_count_entries(self):
        Entry.objects.create(author="Ada", text="Hello!")
        out = io.StringIO()
        call_command("count_entries", stdout=out)
        self.assertEqual(out.getvalue(), "1\n")
