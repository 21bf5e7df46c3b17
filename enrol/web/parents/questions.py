"""The questions about the child, the family and the schools; one question a page."""

from collections.abc import Mapping

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.services import setting_aside
from enrol.services.phones import spoken_phone
from enrol.services.preparing import ZoneChoice
from enrol.web.asking import asks_again, changes_nothing, typed
from enrol.web.guards import family_blueprint
from enrol.web.locale import named
from enrol.web.parents.desk import (
    OpenDesk,
    go_on,
    keep,
    open_desk,
    question_page,
    schools_of,
    zones_of,
)
from enrol.web.parents.forms import ChildForm, ChoiceForm, ContactForm
from enrol.web.parents.wishes import WishForm, kept_ranks, rank_fields, school_cards

blueprint = family_blueprint("questions", __name__, url_prefix="/gia-dinh/dang-ky")

NO_SIBLING = "none"


@blueprint.route("/hoc-sinh", methods=["GET", "POST"])
@asks_again
def child() -> ResponseReturnValue:
    at = open_desk()
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = ChildForm(request.form)
        if form.is_good():
            return go_on(keep(at, child=form.answer()))
        problems = form.problems()
    return question_page(
        "parents/child.html", problems=problems, values=typed(_child_values(at.part("child")))
    )


@blueprint.route("/lien-he", methods=["GET", "POST"])
@asks_again
def contact() -> ResponseReturnValue:
    at = open_desk()
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = ContactForm(request.form)
        if form.is_good():
            return go_on(keep(at, contact=form.answer()))
        problems = form.problems()
    return question_page(
        "parents/contact.html", problems=problems, values=typed(_contact_values(at.part("contact")))
    )


@blueprint.route("/anh-chi", methods=["GET", "POST"])
@asks_again
def sibling() -> ResponseReturnValue:
    at = open_desk()
    options = _sibling_options(at)
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = ChoiceForm(request.form).offer([value for value, _name in options])
        if form.is_good():
            school = None if form.choice.data == NO_SIBLING else form.choice.data
            return go_on(keep(at, sibling={"school": school}))
        problems = form.problems()
    values = (
        {"choice": at.part("sibling").get("school") or NO_SIBLING} if at.part("sibling") else {}
    )
    return question_page(
        "parents/sibling.html",
        problems=problems,
        values=typed(values),
        schools=options[1:],
        none=NO_SIBLING,
    )


@blueprint.route("/tuyen", methods=["GET", "POST"])
@changes_nothing
def zone() -> ResponseReturnValue:
    at = open_desk()
    zones = zones_of(at)
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = ChoiceForm(request.form).offer([choice.code for choice in zones])
        if form.is_good():
            return redirect(url_for("questions.wishes", zone=form.choice.data), code=303)
        problems = form.problems()
    return question_page(
        "parents/zone.html",
        problems=problems,
        values=typed({"choice": at.answers.get("zone")}),
        zones=zones,
    )


@blueprint.route("/nguyen-vong", methods=["GET", "POST"])
@asks_again
def wishes() -> ResponseReturnValue:
    at = open_desk()
    zones = zones_of(at)
    chosen = _chosen_zone(at, zones)
    if zones and chosen is None:
        return redirect(url_for("questions.zone"), code=303)
    schools = [] if chosen is None else schools_of(at, chosen.code)
    problems: dict[str, str] = {}
    if request.method == "POST" and chosen is not None:
        form = WishForm(request.form).offer(schools, at.window.max_wishes)
        if form.is_good():
            return go_on(keep(at, zone=chosen.code, wishes=form.ranked))
        problems = form.problems()
    return question_page(
        "parents/wishes.html",
        problems=problems,
        zone=chosen,
        can_choose_zone=len(zones) > 1,
        schools=schools,
        registers_as_before=chosen is not None
        and not schools
        and setting_aside.registers_as_before(intake_id=at.window.intake_id, zone_code=chosen.code),
        cards=school_cards(schools),
        ranks=rank_fields(schools, at.window.max_wishes),
        values=typed(kept_ranks(at, chosen)),
    )


def _child_values(part: Mapping[str, object]) -> dict[str, object]:
    year, month, day = [*str(part.get("birth_on") or "--").split("-"), "", "", ""][:3]
    return {**part, "birth_day": day, "birth_month": month, "birth_year": year}


def _contact_values(part: Mapping[str, object]) -> dict[str, object]:
    return {**part, "phone": spoken_phone(str(part.get("phone") or ""))}


def _chosen_zone(at: OpenDesk, zones: list[ZoneChoice]) -> ZoneChoice | None:
    asked = request.args.get("zone") or at.answers.get("zone")
    by_code = {choice.code: choice for choice in zones}
    if isinstance(asked, str) and asked in by_code:
        return by_code[asked]
    return zones[0] if len(zones) == 1 else None


def _sibling_options(at: OpenDesk) -> list[tuple[str, str]]:
    """Return the answers: none, then the schools of the family's zones by name."""
    schools = {
        school.code: named(school) for zone in zones_of(at) for school in schools_of(at, zone.code)
    }
    by_name = sorted(schools.items(), key=lambda item: (item[1], item[0]))
    return [(NO_SIBLING, ""), *by_name]
