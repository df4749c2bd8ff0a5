"""The WSGI application of the project under its private settings.

Beside the project's own module, because that may assign DJANGO_SETTINGS_MODULE itself.
"""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
