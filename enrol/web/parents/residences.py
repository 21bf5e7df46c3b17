"""The three questions about where the child lives: kept as it is, elsewhere, or nowhere."""

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.answers import read_place
from enrol.web.asking import asks_again, changes_nothing, typed
from enrol.web.guards import family_blueprint
from enrol.web.locale import named
from enrol.web.parents.desk import OpenDesk, go_on, keep, open_desk, question_page, zones_of
from enrol.web.parents.forms import NOT_LISTED, ChoiceForm, PlaceForm
from enrol.web.parents.summaries import place_words
from enrol.web.parents.wards import ward_places, wards, wards_by_code

blueprint = family_blueprint("residences", __name__, url_prefix="/gia-dinh/dang-ky")

_SLUGS = {"thuong-tru": "permanent", "tam-tru": "temporary", "noi-o": "current"}
_SAME_AS = ("permanent", "temporary")


@blueprint.route("/thuong-tru", methods=["GET", "POST"])
@asks_again
def permanent() -> ResponseReturnValue:
    return _ask("permanent")


@blueprint.route("/tam-tru", methods=["GET", "POST"])
@asks_again
def temporary() -> ResponseReturnValue:
    return _ask("temporary")


@blueprint.route("/noi-o", methods=["GET", "POST"])
@asks_again
def current() -> ResponseReturnValue:
    return _ask("current")


@blueprint.route("/<any('thuong-tru', 'tam-tru', 'noi-o'):slug>/phuong", methods=["GET", "POST"])
@changes_nothing
def ward(slug: str) -> ResponseReturnValue:
    kind = _SLUGS[slug]
    at = open_desk()
    found = wards()
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = ChoiceForm(request.form).offer([item.code for item in found])
        if form.is_good():
            return redirect(url_for("residences.group", slug=slug, ward=form.choice.data), code=303)
        problems = form.problems()
    return question_page(
        "parents/ward.html",
        problems=problems,
        kind=kind,
        back=url_for(f"residences.{kind}"),
        wards=[(item.code, named(item)) for item in found],
        values=typed({"choice": at.part(kind).get("unit")}),
    )


@blueprint.route("/<any('thuong-tru', 'tam-tru', 'noi-o'):slug>/to", methods=["GET", "POST"])
@asks_again
def group(slug: str) -> ResponseReturnValue:
    kind = _SLUGS[slug]
    at = open_desk()
    unit = request.args.get("ward", "")
    found = wards_by_code().get(unit)
    if found is None:
        return redirect(url_for("residences.ward", slug=slug), code=303)
    groups = [(item.label, item.name) for item in ward_places(unit).groups]
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = PlaceForm(request.form).offer([label for label, _name in groups])
        if form.is_good():
            return _kept(at, kind, form.answer(unit=unit))
        problems = form.problems()
    return question_page(
        "parents/group.html",
        problems=problems,
        kind=kind,
        back=url_for("residences.ward", slug=slug),
        ward=named(found),
        groups=groups,
        not_listed=NOT_LISTED,
        values=typed(_place_values(at.part(kind), unit)),
    )


def _ask(kind: str) -> ResponseReturnValue:
    at = open_desk()
    options = _options(at, kind)
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = ChoiceForm(request.form).offer(options)
        if form.is_good():
            return _answered(at, kind, str(form.choice.data))
        problems = form.problems()
    return question_page(
        "parents/residence.html",
        problems=problems,
        kind=kind,
        options=options,
        values=typed({"choice": _chosen(at, kind)}),
    )


def _options(at: OpenDesk, kind: str) -> dict[str, str]:
    """Return the answers offered and the addresses they stand for."""
    wards = wards_by_code()
    options: dict[str, str] = {}
    if kind == "current":
        for other in _SAME_AS:
            if read_place(at.answers, other) is not None:
                options[other] = place_words(at.part(other), wards)
    if at.part(kind).get("unit"):
        options["kept"] = place_words(at.part(kind), wards)
    return {**options, "other": "", "none": ""}


def _chosen(at: OpenDesk, kind: str) -> str:
    part = at.part(kind)
    if part.get("unit"):
        return "kept"
    if part.get("none") is True:
        return "none"
    return str(part.get("same_as") or "")


def _answered(at: OpenDesk, kind: str, choice: str) -> Response:
    if choice == "other":
        slug = next(slug for slug, known in _SLUGS.items() if known == kind)
        return redirect(url_for("residences.ward", slug=slug), code=303)  # type: ignore[return-value]
    if choice == "none":
        return _kept(at, kind, {"none": True})
    if choice in _SAME_AS:
        return _kept(at, kind, {"same_as": choice})
    return _kept(at, kind, at.part(kind))


def _kept(at: OpenDesk, kind: str, place: Mapping[str, object]) -> Response:
    """Keep a residence; wishes in a zone that no residence lies in any more are asked again."""
    after = keep(at, **{kind: dict(place)})
    zone = after.answers.get("zone")
    if zone and zone not in {choice.code for choice in zones_of(after)}:
        after = keep(after, zone=None, wishes=[])
    return go_on(after)


def _place_values(part: Mapping[str, object], unit: str) -> dict[str, object]:
    if part.get("unit") != unit:
        return {}
    return {"group": part.get("group") or NOT_LISTED, "address": part.get("address")}
