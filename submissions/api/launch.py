"""What a program of a person calls to launch: look at what would be launched, then launch exactly that."""
from secrets import token_urlsafe
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import actor_of
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns.models import Stage
from pomssite.kit import clock
from submissions.services import steering
from submissions.services.intents import NOTHING_AGREED
from submissions.services.launch import previewing
from submissions.services.launch.previewing import Preview

PARTS = ("command", "environment", "where", "asks", "beside", "slice", "test")


class Wish(serializers.Serializer):
    """Without `preview` it is launched as it then is. The same key launches once."""

    preview = serializers.CharField(required=False, min_length=1, max_length=32)
    test = serializers.BooleanField(default=False)
    why = serializers.CharField(default="", allow_blank=True, max_length=200)
    key = serializers.RegexField(r"^[\w-]{1,64}$", required=False)


class LaunchCall(APIView):
    """GET and POST /api/v1/EXPERIMENT/stages/NUMBER/launch, by a person who is signed in."""

    def get(self, request: Request, exp: str, pk: int) -> Response:
        """What would be launched now, with its id; nothing is done."""
        row, actor = _asked(request, exp, pk)
        return Response(_told(_look(row, actor, for_test=request.query_params.get("test") == "1")))

    def post(self, request: Request, exp: str, pk: int) -> Response:
        """Launch what was looked at; 409, with what it would be now, if that is something else."""
        row, actor = _asked(request, exp, pk)
        wish = Wish(data=request.data)
        wish.is_valid(raise_exception=True)
        said = wish.validated_data
        key = f"api:{said.get('key') or token_urlsafe(24)}"
        known = steering.begun(row, key=key)
        found = _look(row, actor, for_test=said["test"]) if "preview" in said and not known else None
        if found and found.id != said["preview"]:
            why = " ".join(check.text for check in found.refused) or "What would be launched is not what you looked at; `now` is what it is."
            return Response({"error": f"Not launched. {why}", "now": _told(found)}, status=409)
        intent = known or steering.launch(row, actor=actor, at=clock.now(), key=key, why=said["why"], for_test=said["test"],
                                          agreed=found.agreed if found else NOTHING_AGREED)
        return Response({"intent": intent.pk, "run": intent.run_id, "preview": intent.preview.get("id", "")}, status=200 if known else 201)


def _asked(request: Request, exp: str, pk: int) -> tuple[Stage, Actor]:
    actor = actor_of(request, exp)  # type: ignore[arg-type]
    row = get_object_or_404(Stage.objects.visible_to(actor).select_related("campaign__experiment"), pk=pk)
    require(actor, Verb.DO, row.campaign)
    return row, actor


def _look(row: Stage, actor: Actor, *, for_test: bool) -> Preview:
    return previewing.of_stage(row, actor=actor, at=clock.now(), for_test=for_test)


def _told(found: Preview) -> dict[str, Any]:
    shown = found.shown or {}
    return {"preview": found.id, **{part: shown.get(part) for part in PARTS}, "script": found.script,
            "credentials": [{"kind": each.kind, "file": each.file, "until": each.until} for each in found.credentials],
            "refused": [check.text for check in found.refused], "waits": [check.text for check in found.waits]}
