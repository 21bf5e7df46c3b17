"""The addresses of the API: each reads one thing, for the unit of the token."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, current_app, g, request, send_file, url_for

from enrol.core.actors import Partner
from enrol.services import serving_partners
from enrol.services.ports import OfferedFile
from enrol.services.refusals import NotFound
from enrol.services.serving_partners import Dated, TokenRefused
from enrol.web.partners import limits, schemas

PREFIX = "/api/v1"
_BEARER = "bearer"

blueprint = APIBlueprint("v1", __name__, url_prefix=PREFIX, tag="Enrolment")


@blueprint.before_request
def guard() -> None:
    """Let only tokens through, and keep whose it is."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != _BEARER or not token.strip():
        raise TokenRefused
    g.partner = serving_partners.partner_with(token=token.strip())
    limits.count_request()


@blueprint.get("/intakes")
@blueprint.input(schemas.PageQuery, location="query", arg_name="page")
@blueprint.output(schemas.Intakes)
def intakes(page: dict[str, Any]) -> dict[str, object]:
    """The intake calendar

    The announced intakes in which the unit of the token takes part. Every token may read it.
    """
    found = serving_partners.calendar(actor=_partner(), **page)
    return _list([_intake(line) for line in found.lines], found.after, page)


@blueprint.get("/intakes/<code:intake>")
@blueprint.output(schemas.OneIntake)
def intake(intake: str) -> dict[str, object]:
    """One intake

    The same for one intake. Every token may read it.
    """
    return _intake(serving_partners.intake(actor=_partner(), code=intake))


@blueprint.get("/intakes/<code:intake>/schools")
@blueprint.input(schemas.PageQuery, location="query", arg_name="page")
@blueprint.output(schemas.Schools)
def schools(intake: str, page: dict[str, Any]) -> dict[str, object]:
    """Schools and seats

    The unit's schools that offer seats in the intake. Every token may read it.
    """
    found = serving_partners.schools(actor=_partner(), code=intake, **page)
    return _list(list(found.lines), found.after, page)


@blueprint.get("/intakes/<code:intake>/counters")
@blueprint.output(schemas.Counters)
def counters(intake: str) -> dict[str, object]:
    """Live figures

    Figures by zone and school. Needs the right `counters`.
    """
    return asdict(serving_partners.counters(actor=_partner(), code=intake))


@blueprint.get("/intakes/<code:intake>/schools/<code:school>/placements")
@blueprint.input(schemas.PageQuery, location="query", arg_name="page")
@blueprint.output(schemas.Placements)
def placements(intake: str, school: str, page: dict[str, Any]) -> dict[str, object]:
    """Placements of a school

    Who has a seat, by registration code, once results are published; the final ones as soon as
    there are final ones. Needs the right `placements`.
    """
    found = serving_partners.placements(actor=_partner(), code=intake, school=school, **page)
    return _list(list(found.lines), found.after, page)


@blueprint.get("/intakes/<code:intake>/schools/<code:school>/class-list")
@blueprint.input(schemas.PageQuery, location="query", arg_name="page")
@blueprint.output(schemas.ClassList)
def class_list(intake: str, school: str, page: dict[str, Any]) -> dict[str, object]:
    """Class list of a school

    The same children with their names: personal data, which must not be kept in a cache. Every
    reading stands in the journal of the office. Needs the right `names`.
    """
    g.is_personal = True
    found = serving_partners.class_list(actor=_partner(), code=intake, school=school, **page)
    return _list(list(found.lines), found.after, page)


@blueprint.get("/intakes/<code:intake>/package")
@blueprint.output(schemas.Packages)
def package(intake: str) -> dict[str, object]:
    """The decision package

    The published bundle and the program that checks it, as a pair. Needs the right `bundle`.
    """
    return {"entries": [_file(intake, file) for file in _offered(intake)]}


@blueprint.get("/intakes/<code:intake>/package/<file:name>")
@blueprint.output(
    FileSchema(type="string", format="binary"), content_type="application/octet-stream"
)
def package_file(intake: str, name: str) -> Response:
    """A file of the decision package

    Byte for byte as anybody may check it; parts may be asked for (`Range`). Needs the right
    `bundle`.
    """
    for file in _offered(intake):
        if file.name == name:
            return send_file(
                file.path,
                mimetype="application/octet-stream",
                as_attachment=True,
                download_name=name,
                etag=file.sha256,
            )
    raise NotFound


@blueprint.route("/", defaults={"anything": ""})
@blueprint.route("/<path:anything>")
@blueprint.doc(hide=True)
def nothing(anything: str) -> Response:
    """Refuse strangers before they learn which addresses there are."""
    del anything
    raise NotFound


def _partner() -> Partner:
    actor: Partner = g.partner
    return actor


def _offered(intake: str) -> list[OfferedFile]:
    bundles = current_app.extensions["enrol_adapters"].bundles
    return list(serving_partners.decision_package(actor=_partner(), code=intake, bundles=bundles))


def _intake(line: Dated) -> dict[str, object]:
    names = ("code", "name", "name_en", "school_year", "opens_at", "closes_at")
    kept = {name: getattr(line.intake, name) for name in names}
    return {
        **kept,
        "phase": line.shown,
        "public_value_on": line.intake.public_value_on,
        "list_hash": line.intake.list_hash,
    }


def _file(intake: str, file: OfferedFile) -> dict[str, object]:
    return {
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "href": url_for("v1.package_file", intake=intake, name=file.name),
    }


def _list(entries: list[Any], after: str | None, page: dict[str, Any]) -> dict[str, object]:
    following = None
    if after is not None:
        following = f"{request.path}?{urlencode({'after': after, 'limit': page['limit']})}"
    return {"entries": entries, "next": following}
