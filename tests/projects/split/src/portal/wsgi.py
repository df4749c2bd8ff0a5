import os

from django.core.wsgi import get_wsgi_application

# Assigned, not a default: whatever the server's environment says is lost.
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.base"

application = get_wsgi_application()
