"""The addresses of the project, and pages that show what reaches the application."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from website.urls import urlpatterns as urls_of_the_project

OWN_HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "Cross-Origin-Opener-Policy": "unsafe-none",
    "Permissions-Policy": "camera=(self)",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=1",
    "X-Content-Type-Options": "nosniff",
}


@csrf_exempt
def mirror(request):
    """Show the request as the application sees it."""
    meta = {name: value for name, value in request.META.items() if isinstance(value, str)}
    seen = {"host": request.get_host(), "secure": request.is_secure(), "body": request.body.decode(), "meta": meta}
    return JsonResponse(seen)


def own_headers(request):
    """Send headers that the web server sends as well."""
    return HttpResponse("own headers\n", headers=OWN_HEADERS)


def refuse(request):
    raise PermissionDenied


def suspicious(request):
    raise BadRequest


urlpatterns = [
    path("mirror/", mirror),
    path("own-headers/", own_headers),
    path("refuse/", refuse),
    path("suspicious/", suspicious),
    *urls_of_the_project,
]
