"""Signing in with a local account, where such accounts are switched on."""
from django import forms
from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """Name and password."""

    error_messages = {
        "invalid_login": "This name and password do not belong together. Nothing was changed; try again, or ask a superuser of your experiment.",
        "inactive": "This account is switched off. Ask a superuser of your experiment.",
    }
    username = forms.CharField(label="User name", widget=forms.TextInput(attrs={"class": "inp", "autofocus": True, "autocomplete": "username"}))
    password = forms.CharField(label="Password", strip=False, widget=forms.PasswordInput(
        attrs={"class": "inp", "autocomplete": "current-password"}))
