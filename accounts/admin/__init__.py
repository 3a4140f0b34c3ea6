"""The administration of people and experiments, and of what the libraries keep."""
from django.contrib import admin

from accounts.admin import libraries, people, signing

admin.site.site_url = None      # the bar has its own way to the pages

__all__ = ["libraries", "people", "signing"]
