"""The way in for WSGI servers."""
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pomssite.settings")
application = get_wsgi_application()
