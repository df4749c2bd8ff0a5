"""A view that tells which settings this process really uses; the same file in every test project."""

from django.conf import settings
from django.http import JsonResponse


def effective_settings(request):
    """Return the settings that a deployment decides; of the secret key only its length."""
    database = settings.DATABASES["default"]
    return JsonResponse(
        {
            "DEBUG": settings.DEBUG,
            "ALLOWED_HOSTS": list(settings.ALLOWED_HOSTS),
            "SECRET_KEY_LENGTH": len(settings.SECRET_KEY),
            "INSTALLED_APPS": list(settings.INSTALLED_APPS),
            "DATABASES": sorted(settings.DATABASES),
            "DATABASE_ENGINE": database["ENGINE"],
            "DATABASE_HOST": database.get("HOST", ""),
            "DATABASE_NAME": str(database["NAME"]),
            "DATABASE_ATOMIC_REQUESTS": database.get("ATOMIC_REQUESTS", False),
            "CACHES": sorted(settings.CACHES),
            "CACHE_BACKEND": settings.CACHES["default"]["BACKEND"],
            "STATIC_ROOT_TYPE": type(settings.STATIC_ROOT).__name__,
        }
    )
