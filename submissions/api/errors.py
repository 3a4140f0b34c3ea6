"""Every refusal of the API is JSON of one form: {"error": a sentence}."""
from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from pomssite.kit.errors import Invalid, PomsError


def answer(trouble: Exception, context: dict[str, Any]) -> Response | None:
    """What the caller is told; None for what nobody expected, which is a 500."""
    if isinstance(trouble, PomsError):
        return Response({"error": str(trouble)}, status=trouble.status)
    if isinstance(trouble, ValidationError):
        return Response({"error": "; ".join(_sentences(trouble.detail))}, status=Invalid.status)
    response = exception_handler(trouble, context)
    if response is not None and isinstance(trouble, APIException):
        response.data = {"error": str(trouble.detail)}
    return response


def _sentences(detail: Any, field: str = "") -> list[str]:
    """`files.2.size: …`, one for each thing that is wrong."""
    if isinstance(detail, dict):
        return [line for name, inside in detail.items() for line in _sentences(inside, f"{field}.{name}".strip("."))]
    if isinstance(detail, list) and any(isinstance(inside, dict | list) for inside in detail):
        return [line for number, inside in enumerate(detail) for line in _sentences(inside, f"{field}.{number}".strip("."))]
    if isinstance(detail, list):
        return [line for inside in detail for line in _sentences(inside, field)]
    return [f"{field}: {detail}" if field and field != "non_field_errors" else str(detail)]
