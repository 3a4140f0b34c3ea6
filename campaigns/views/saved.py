"""Ways of looking at the list of campaigns, kept under a name."""
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import keyset
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns.services import looks
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid


@member
def views(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Those that there are, and the form that keeps the one from which one comes."""
    trouble, name = "", request.POST.get("name", "")
    words = keyset.query(request.GET, after="", rows="", sort=request.GET.get("sort", ""))
    if request.method == "POST":
        words = keyset.query(QueryDict(request.POST.get("words", "")))
        try:
            looks.keep(name, words, shared="shared" in request.POST, actor=actor, at=clock.now())
            messages.success(request, f"The view {name} is saved.")
            return redirect(f"{reverse('campaigns:list', args=[actor.experiment])}?{words}".rstrip("?"))
        except (Invalid, Conflict) as no:
            trouble = str(no)
    may_share = may(actor, Verb.EDIT, looks.may_share(actor=actor))
    found = [(view, view.creator_id == actor.user_id or may_share) for view in looks.seen(actor=actor).select_related("creator")]
    answer = show(request, "campaigns/views.html", {
        "views": found, "words": words, "name": name, "trouble": trouble, "may_share": may_share,
        "trail": [("Campaigns", reverse("campaigns:list", args=[actor.experiment]))]}, at=clock.now(), live=False)
    answer.status_code = 422 if trouble else 200
    return answer


@require_POST
@member
def drop(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """It is kept no longer."""
    view = get_object_or_404(looks.seen(actor=actor), pk=pk)
    looks.drop(view, actor=actor, at=clock.now())
    messages.success(request, f"The view {view.name} is dropped.")
    return redirect("campaigns:views", actor.experiment)
