"""Signing in and out, and the role one acts in."""
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.actors import roles
from accounts.auth import SignInForm
from accounts.policy import Role
from pomssite.kit.errors import NotAllowed


class SignIn(LoginView):
    """The one page for strangers."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        """What it offers is a choice of the site."""
        return super().get_context_data(local=settings.LOCAL_ACCOUNTS, sign_on=bool(getattr(settings, "OIDC_RP_CLIENT_ID", "")), **kwargs)

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """A name and a password, if local accounts are switched on."""
        if not settings.LOCAL_ACCOUNTS:
            raise Http404("Local accounts are switched off here.")
        return super().post(request, *args, **kwargs)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget who this is."""
    logout(request)
    return redirect("accounts:sign_in")


@require_POST
def act_as(request: HttpRequest) -> HttpResponse:
    """Choose the role in which one acts in an experiment; it stays chosen for the session."""
    experiment, role = request.POST.get("experiment", ""), request.POST.get("role", "")
    if not request.user.is_authenticated or role not in roles(request.user, experiment):
        raise NotAllowed(f"You may not act as {role or 'nobody'} in {experiment or 'no experiment'}.")
    request.session["roles"] = {**request.session.get("roles", {}), experiment: Role(role).value}
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """To where one was, if that is on this site."""
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return to if safe else settings.LOGIN_REDIRECT_URL
