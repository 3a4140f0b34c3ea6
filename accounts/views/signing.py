"""Signing in and out, and the role one acts in."""
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.views import LoginView, redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import identities
from accounts.actors import roles
from accounts.auth import SignInForm
from accounts.policy import Role
from pomssite.kit import trace
from pomssite.kit.errors import NotAllowed


class SignIn(LoginView):
    """The one page for strangers."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        """What it offers is a choice of the site."""
        return super().get_context_data(local=settings.LOCAL_ACCOUNTS, sign_on=settings.SIGN_ON, **kwargs)

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """A name and a password, if local accounts are switched on."""
        if not settings.LOCAL_ACCOUNTS:
            raise Http404("Local accounts are switched off here.")
        return super().post(request, *args, **kwargs)


def no_entry(request: HttpRequest, status: int, why: str, **more: bool) -> HttpResponse:
    """Somebody is not signed in, and is told why."""
    return render(request, "accounts/no_entry.html", {"why": why, "bare": True, "status": int(status), "request_id": trace.current.get(), **more},
                  status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget who this is; who came by the single sign-on goes there, to end its session too."""
    began = request.session.get("sign_on", {})
    identities.ended(request.session.session_key or "")
    logout(request)
    if not began.get("ends") or settings.SIGN_ON is None:
        return redirect("accounts:sign_in")
    said = {"id_token_hint": began["id_token"], "client_id": settings.SIGN_ON.client_id,
            "post_logout_redirect_uri": request.build_absolute_uri(reverse("accounts:sign_in"))}
    to = f"{began['ends']}{'&' if '?' in began['ends'] else '?'}{urlencode(said)}"
    # a form may lead to this site only, says the content policy: hence a page that leads on, and no redirect
    answer = render(request, "accounts/signed_out.html", {"to": to, "name": settings.SIGN_ON.name, "bare": True})
    answer["Refresh"] = f"0; url={to}"
    return answer


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The administration has no form of its own; who is signed in without being a superuser is told so."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise NotAllowed("The administration is for the superusers of an experiment.")
    return redirect_to_login(request.GET.get("next", reverse("admin:index")), reverse("accounts:sign_in"))


def own_password(request: HttpRequest) -> HttpResponse:
    """Another password for oneself, where there are passwords."""
    if not settings.LOCAL_ACCOUNTS:
        raise Http404("Local accounts are switched off here.")
    return admin.site.admin_view(admin.site.password_change)(request)


def locked(request: HttpRequest, answer: HttpResponse | None = None, credentials: dict[str, str] | None = None) -> HttpResponse:
    """Somebody guesses."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return no_entry(request, HTTPStatus.TOO_MANY_REQUESTS, f"{settings.AXES_FAILURE_LIMIT} wrong passwords for this name, from this address. "
                    f"Wait {minutes} minutes, then try again; or ask the admin of this site for a new password.")


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
