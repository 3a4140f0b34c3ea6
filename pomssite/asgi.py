"""The way in for ASGI servers; this one serves the site."""
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pomssite.settings")
application = get_asgi_application()
