"""To the single sign-on and back, and what it tells of people who went."""
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.generic import View
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from accounts import identities, idtoken
from accounts.idtoken import NoEntry
from accounts.views.provider import endpoints, kept_keys, said
from accounts.views.signing import no_entry
from pomssite.kit import clock
from pomssite.kit.errors import NoAnswer
from pomssite.kit.signon import Provider

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=15)        # with somebody who signs in over there
NOT_BEGUN = "This sign-in was not begun in this browser, is finished, or was begun too long ago (state). Nobody was signed in; sign in again."


def provider() -> Provider:
    """The one of the settings; else there is no such page."""
    if settings.SIGN_ON is None:
        raise Http404("No single sign-on is set here.")
    return settings.SIGN_ON


def in_words(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who does not come in is told why, and what to do."""
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        provider()
        try:
            return view(request)
        except (NoEntry, NoAnswer) as no:
            logger.warning("nobody was signed in: %s (%s)", no, no.__cause__ or "as said")
            return no_entry(request, no.status, str(no), unknown=isinstance(no, identities.Unknown), silent=isinstance(no, NoAnswer))
    return wrapped


class Begin(OIDCAuthenticationRequestView):
    """To the provider, with a state, a nonce and a code challenge of this sign-in alone."""

    get_settings = staticmethod(said)

    def __init__(self, **more: object) -> None:     # not the library's, which wants the endpoint in the settings
        View.__init__(self, **more)

    def get(self, request: HttpRequest) -> HttpResponse:
        of = provider()
        self.OIDC_OP_AUTH_ENDPOINT, self.OIDC_RP_CLIENT_ID = endpoints(of)["authorization_endpoint"], of.client_id
        return super().get(request)

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        """Who wants to come as somebody else is asked for a password there."""
        return {"prompt": "login"} if "again" in request.GET else {}


class Callback(OIDCAuthenticationCallbackView):
    """Back from the provider."""

    get_settings = staticmethod(said)

    def get(self, request: HttpRequest) -> HttpResponse:
        states = request.session.get("oidc_states", {})
        state = request.GET.get("state", "")
        begun = states.get(state)
        if begun is None or clock.now().timestamp() - begun["added_on"] > PATIENCE.total_seconds():
            raise NoEntry(NOT_BEGUN)
        if request.GET.get("iss", provider().issuer) != provider().issuer:
            raise NoEntry("Another provider has answered than the one that was asked (iss). Nobody was signed in; tell the admin of this site.")
        if "code" not in request.GET:
            request.session["oidc_states"] = {name: one for name, one in states.items() if name != state}
            cause = re.fullmatch(r"[a-z_]{1,40}", request.GET.get("error", ""))
            raise NoEntry(f"The single sign-on did not let you in{f' ({cause[0]})' if cause else ''}. Sign in again, or ask those who run it.")
        return super().get(request)

    def login_failure(self) -> HttpResponse:
        raise NoEntry(NOT_BEGUN)

    def login_success(self) -> HttpResponse:
        """A session of a new key, which ends with the working day."""
        request, signed_on = self.request, self.user.signed_on
        to = request.session.pop("oidc_login_next", None) or settings.LOGIN_REDIRECT_URL
        auth.login(request, self.user)
        request.session.cycle_key()
        request.session.set_expiry(clock.now() + timedelta(hours=provider().session_h))      # whatever is done in it meanwhile
        request.session["sign_on"] = {"id_token": signed_on["id_token"], "ends": signed_on["ends"]}
        identities.begun(signed_on["identity"], request.session.session_key, signed_on["sid"], at=clock.now())
        return redirect(to)


@csrf_exempt
@require_POST
@never_cache
def back_channel(request: HttpRequest) -> HttpResponse:
    """The provider itself says that somebody went: with a token that it signed, not with a session."""
    of, token = provider(), request.POST.get("logout_token", "")
    try:
        said = idtoken.logout(token, lambda: kept_keys(of), of=of, at=clock.now())
        ended = identities.obey(said, of=of, at=clock.now())
    except (NoEntry, NoAnswer) as no:
        logger.warning("a logout was not obeyed: %s (%s)", no, no.__cause__ or "as said")
        return JsonResponse({"error": "invalid_request", "error_description": str(no)}, status=400)
    logger.info("the single sign-on told of a logout: %d sessions ended", ended)
    return HttpResponse()


begin, callback = in_words(Begin.as_view()), in_words(Callback.as_view())
