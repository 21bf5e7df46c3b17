"""Warnings about files: their words, the list of them, and how one is dismissed."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.actors import CITY_OFFICER, WARD_OFFICER
from enrol.services import asking_registry, flagging
from enrol.services.flagging import FlagLine
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.home import blueprint
from enrol.web.staff.pages import staff_page

_PAGE = 9_000_000_000


@blueprint.get("/canh-bao/<int:intake_id>")
def flags(intake_id: int) -> Response:
    after = request.args.get("sau", 0, type=row_number)
    page = flagging.flag_page(actor=officer(), intake_id=intake_id, after=min(max(after, 0), _PAGE))
    return staff_page(
        "staff/flags.html",
        page=page,
        flag_word=flag_word,
        flag_detail=flag_detail,
        is_rehearsal=page.intake.is_rehearsal,
    )


@blueprint.post("/canh-bao/<int:flag_id>/bo")
def dismiss_flag(flag_id: int) -> ResponseReturnValue:
    try:
        code = flagging.dismiss(
            actor=officer(), flag_id=flag_id, reason=request.form.get("reason", "")
        )
    except flagging.ReasonNeeded:
        flash(_("Write a reason of up to 300 characters to dismiss the warning."), "error")
        code = request.form.get("code", "")[:20]
    is_office = officer().has_role(CITY_OFFICER) or officer().has_role(WARD_OFFICER)
    page = "office.file" if is_office else "schools.file"
    return redirect(url_for(page, code=code), code=303)


def about_file(code: str) -> dict[str, Any]:
    """Return what a file's page shows of warnings and of the residence registry's answers."""
    return {
        "flags": flagging.flags_of_file(actor=officer(), code=code),
        "answers": asking_registry.answers_of(actor=officer(), code=code),
        "flag_word": flag_word,
        "flag_detail": flag_detail,
        "answer_tag": answer_tag,
        "fact_word": words.fact_word,
    }


def flag_word(kind: str) -> str:
    """Return what a warning is about."""
    return {
        "same_child": _("Perhaps the same child under two codes"),
        "crowded_address": _("Many unrelated children at one address"),
        "address_changed": _("Address changed lately"),
        "id_contradicts": _("Identification number does not fit the child"),
    }[kind]


def flag_detail(line: FlagLine) -> str:
    """Return what was found, in words."""
    if line.kind == "same_child":
        return _(
            "Same name and birth date with the same telephone or guardian, or the same number, as"
            " in %(code)s.",
            code=line.key,
        )
    if line.kind == "crowded_address":
        return _(
            "%(count)s families state this address.", count=int(line.detail.get("families", 0))
        )
    if line.kind == "id_contradicts":
        return {
            "sex": _("The number tells another sex than the registration."),
            "birth_year": _("The number tells another year of birth than the registration."),
            "shape": _("The number does not have 12 digits."),
        }[line.key]
    kind, _slash, since = line.key.partition("/")
    home = words.residence_word(kind)
    if since == "sent":
        return _("%(home)s: differs from what the family sent before.", home=home)
    return _("%(home)s: differs from the register.", home=home)


def answer_tag(answer: str) -> tuple[str, str]:
    """Return the kind of tag and the word of what a registry said."""
    return {
        "match": ("good", _("Registry: lives there")),
        "mismatch": ("care", _("Registry: does not live there")),
        "unknown": ("plain", _("Registry: not known")),
    }[answer]
