"""The document of the API as a page that needs no script: drawn here from the document itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template

from enrol.web.locale import messages
from enrol.web.partners.problems import problem_words

NAME = "enrol_partners"
"""The extension under which the pages find the API."""
_REFERENCE = "#/components/schemas/"

blueprint = Blueprint("partners", __name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter or a member of an answer."""

    name: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class Address:
    """One address with what it takes and what it answers."""

    path: str
    title: str
    says: str
    takes: tuple[Part, ...]
    answers: tuple[Part, ...]


@blueprint.get("/doi-tac")
def document() -> Response:
    api = current_app.extensions[NAME]
    with api.app_context():
        written = api.spec
    settings = current_app.extensions["enrol_settings"]
    page = render_template(
        "partners/document.html",
        addresses=list(_addresses(written)),
        problems_known=problem_words(),
        most=settings.partner_requests_per_minute,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "public, max-age=60"
    response.vary.add("Cookie")
    return response


def _addresses(written: Mapping[str, Any]) -> Iterator[Address]:
    schemas = written["components"]["schemas"]
    for path, operations in sorted(written["paths"].items()):
        operation = operations["get"]
        [content] = operation["responses"]["200"]["content"].values()
        yield Address(
            path=path,
            title=_told(operation["summary"]),
            says=_told(" ".join(operation.get("description", "").split())),
            takes=tuple(
                Part(parameter["name"], _kind(parameter["schema"]), _says(parameter))
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "query"
            ),
            answers=tuple(_members(content["schema"], schemas, within="")),
        )


def _members(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], *, within: str
) -> Iterator[Part]:
    """Yield the members of an answer; those of a list's entries under the list's name."""
    found = schemas[schema["$ref"].removeprefix(_REFERENCE)] if "$ref" in schema else schema
    for name, member in found.get("properties", {}).items():
        if member.get("type") == "array" and "$ref" in member["items"]:
            yield from _members(member["items"], schemas, within=f"{name}[].")
        else:
            yield Part(within + name, _kind(member), _says(member))


def _kind(schema: Mapping[str, Any]) -> str:
    kind = str(schema.get("format") or schema.get("type", ""))
    return f"{kind} | null" if schema.get("nullable") else kind


def _says(described: Mapping[str, Any]) -> str:
    text = described.get("description", "")
    return _told(text) if text else ""


def _told(text: str) -> str:
    """Return a text of the document in the language of the page (``words.py`` lists them all)."""
    return str(messages().gettext(text)) if text else ""
