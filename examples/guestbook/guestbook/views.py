import secrets
import time

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .forms import EntryForm
from .models import Entry
from .notifications import announce

PAGE_SIZE = 50
LONGEST_WAIT_MS = 5000


def entry_list(request):
    """Show the newest entries and a form that adds one."""
    form = EntryForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if form.is_valid():
            announce(form.save())
            return redirect("entry-list")
    else:
        request.session["visits"] = request.session.get("visits", 0) + 1
    context = {
        "entries": Entry.objects.all()[:PAGE_SIZE],
        "form": form,
        "visits": request.session.get("visits", 0),
        "first_computed": cache.get_or_set("guestbook.first_computed", timezone.now, timeout=None),
    }
    return render(request, "guestbook/entry_list.html", context)


@require_safe
def slow(request):
    """Answer after ?ms=N milliseconds: shows what the server does with a slow page."""
    try:
        wanted = int(request.GET.get("ms", "300"))
    except ValueError:
        return HttpResponseBadRequest("ms must be a whole number\n", content_type="text/plain")
    waited = max(0, min(wanted, LONGEST_WAIT_MS))
    time.sleep(waited / 1000)
    return HttpResponse(f"waited {waited} ms\n", content_type="text/plain")


@require_safe
def error(request):
    """Fail: shows the error page and the mail to the administrators."""
    raise RuntimeError("The page /error/ always fails.")


@never_cache
@require_safe
def health(request):
    """Say ok after asking the database and the cache; a failing database raises."""
    Entry.objects.exists()
    value = secrets.token_hex(8)
    key = f"guestbook.health.{value}"
    cache.set(key, value, timeout=10)
    if cache.get(key) != value:
        return HttpResponse("the cache forgets\n", content_type="text/plain", status=503)
    cache.delete(key)
    return HttpResponse("ok\n", content_type="text/plain")
