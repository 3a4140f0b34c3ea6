"""Tokens of an experiment."""
from django.urls import path

from accounts.views import tokens

app_name = "tokens"
urlpatterns = [
    path("", tokens.listed, name="list"),
    path("<int:pk>/revoke/", tokens.revoke, name="revoke"),
]
