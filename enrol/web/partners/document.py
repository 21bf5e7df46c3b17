"""The OpenAPI document: what apiflask writes, with our problems, codes and headers in it."""

from typing import Any

from apiflask import APIFlask

from enrol.web.partners.problems import PROBLEM
from enrol.web.partners.schemas import CODE, Problem

FILE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$"
VERSION = "1.0.0"
TITLE = "enrol: partner API"
DESCRIPTION = (
    "What school-management systems read of an enrolment: the calendar, seats, live figures,"
    " placements, class lists and the decision package. A token is for one unit and everything"
    " below it; what lies outside answers 404. Everything is read with GET; there are no cookies."
    " Lists stand in the order of their codes; follow `next` until it is null. Answers carry an"
    " `ETag`: send it back as `If-None-Match` and get 304 while nothing has changed."
)
_REFUSALS = {
    "401": "No valid token",
    "403": "The token lacks the right",
    "404": "Nothing here for this token",
    "422": "A parameter is wrong",
    "429": "Too many requests with this token",
    "503": "The system is busy",
}
_WHOLE = {"type": "string"}
_HEADERS = {
    "ETag": {"description": "Names this very answer.", "schema": _WHOLE},
    "RateLimit": {
        "description": "Requests left (r) and the seconds until they are renewed (t).",
        "schema": _WHOLE,
    },
    "RateLimit-Policy": {"description": "Requests (q) in a window (w).", "schema": _WHOLE},
}


def complete(document: dict[str, Any] | str) -> dict[str, Any] | str:
    """Return the document with every refusal, header and code pattern."""
    assert isinstance(document, dict)  # noqa: S101 - it is written as JSON, never as YAML
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete_operation(operation)
    return document


def register(api: APIFlask) -> None:
    """Have the document completed once it is written."""
    api.spec_processor(complete)


def problem_schema() -> type[Problem]:
    """Return the schema under which problems stand in the document."""
    return Problem


def _complete_operation(operation: dict[str, Any]) -> None:
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        if parameter["in"] == "path":
            pattern = FILE if parameter["name"] == "name" else CODE
            parameter["schema"] = {"type": "string", "pattern": pattern}
    operation["security"] = [{"token": []}]
    responses = operation["responses"]
    responses["200"]["headers"] = _HEADERS
    has_query = any(parameter["in"] == "query" for parameter in parameters)
    for status, description in _REFUSALS.items():
        if status != "422" or has_query:
            responses[status] = {
                "description": description,
                "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    responses["304"] = {"description": "Nothing has changed since the answer with this ETag"}
