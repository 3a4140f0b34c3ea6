"""The way to the single sign-on and back; the library knows the first two by these names."""
from django.urls import path

from accounts.views import sign_on

urlpatterns = [
    path("authenticate/", sign_on.begin, name="oidc_authentication_init"),
    path("callback/", sign_on.callback, name="oidc_authentication_callback"),
    path("back-channel-logout/", sign_on.back_channel, name="oidc_back_channel"),
]
