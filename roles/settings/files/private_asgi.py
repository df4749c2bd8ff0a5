"""The ASGI application of the project under its private settings.

Beside the project's own module, because that may assign DJANGO_SETTINGS_MODULE itself.
"""

from django.core.asgi import get_asgi_application

application = get_asgi_application()
