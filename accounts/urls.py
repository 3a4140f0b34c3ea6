"""Pages about oneself."""
from django.urls import path

from accounts.views import signing

app_name = "accounts"
urlpatterns = [
    path("sign-in/", signing.SignIn.as_view(), name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("role/", signing.act_as, name="role"),
]
