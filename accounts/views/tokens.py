"""What may my scripts do? One's tokens of an experiment; a superuser sees those of all its members."""
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts import tokens
from accounts.models import ApiToken
from accounts.pages import member, show
from accounts.policy import Actor, Scope
from pomssite.kit import clock
from pomssite.kit.errors import Invalid

WORDS = {Scope.READ: "look at everything that you see", Scope.LAUNCH: "launch, recover, hold, release and kill",
         Scope.EDIT: "make and change campaigns and schedules", Scope.REPORT: "report for jobs"}


class TokenForm(forms.Form):
    """For the experiment and the role in which one acts."""

    name = forms.CharField(max_length=80, label="What it is for",
                           widget=forms.TextInput(attrs={"class": "inp", "placeholder": "nightly keep-up script"}))
    days = forms.IntegerField(min_value=1, max_value=tokens.MOST_DAYS, initial=90, label="Good for so many days",
                              widget=forms.NumberInput(attrs={"class": "inp"}))


@member
def listed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Those there are; and a form, whose answer shows the new one, once."""
    now, form, made, trouble = clock.now(), TokenForm(request.POST or None), "", ""
    chosen = request.POST.getlist("scope") if request.method == "POST" else [Scope.READ]
    if request.method == "POST" and form.is_valid():
        try:
            _, made = tokens.make(form.cleaned_data["name"], chosen, form.cleaned_data["days"], actor=actor, at=now)
            form = TokenForm()
        except Invalid as no:
            trouble = str(no)
    rows = ApiToken.objects.visible_to(actor).select_related("user").order_by("revoked_at", "-pk")[:200]
    scopes = [(scope, WORDS[scope], scope in chosen) for scope in Scope]
    words = {"rows": rows, "form": form, "scopes": scopes, "made": made, "trouble": trouble}
    answer = show(request, "accounts/tokens.html", words, at=now, live=False)
    answer.status_code = Invalid.status if trouble or form.errors else 200
    answer["Cache-Control"] = "no-store"
    return answer


@member
def revoke(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Asked once more."""
    row = get_object_or_404(ApiToken.objects.visible_to(actor), pk=pk)
    back = reverse("tokens:list", args=[actor.experiment])
    if request.method != "POST":
        words = {"title": f"Revoke {row}", "effect": "Whatever uses it is refused from now on.", "button": "Revoke it", "back": back,
                 "trail": [("Tokens", back)]}
        return show(request, "confirm.html", words, at=clock.now(), live=False)
    if tokens.revoke(row, actor=actor, at=clock.now(), why=request.POST.get("why", "")):
        messages.success(request, f"{row} is revoked.")
    return redirect(back)
