"""At the counter after the results: an objection in the family's words, a new telephone number."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.names import clean_text
from enrol.services import correcting_contacts, objecting_at_counter
from enrol.services.objecting_at_counter import CONSENTS, GROUNDS, LONGEST_WORDS
from enrol.services.phones import spoken_phone
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.objection_words import ground_choices, ground_word, outcome_tag
from enrol.web.staff.at_the_counter import close_child, refuse_unopened
from enrol.web.staff.counter_words import consent_word
from enrol.web.staff.guard import officer
from enrol.web.staff.home import blueprint
from enrol.web.staff.pages import staff_page


@blueprint.route("/quay/<int:child_id>/khieu-nai", methods=["GET", "POST"])
@asks_again
def counter_objection(child_id: int) -> ResponseReturnValue:
    refuse_unopened(child_id)
    found = objecting_at_counter.objections_at_counter(actor=officer(), child_id=child_id)
    form = PageForm(request.form)
    problems = form.problems()
    if form.is_good():
        filed = _wrong() or _filed(child_id)
        if isinstance(filed, int):
            close_child(child_id)
            return redirect(url_for("staff.printed_objection", objection_id=filed), code=303)
        problems = filed
    return staff_page(
        "staff/counter_objection.html",
        found=found,
        values=typed({}),
        problems=problems,
        choices=ground_choices(),
        consents=[(word, consent_word(word)) for word in CONSENTS],
        most=LONGEST_WORDS,
        ground_word=ground_word,
        outcome_tag=outcome_tag,
    )


@blueprint.get("/quay/khieu-nai/<int:objection_id>")
def printed_objection(objection_id: int) -> ResponseReturnValue:
    printed = objecting_at_counter.printed_objection(actor=officer(), objection_id=objection_id)
    return staff_page(
        "staff/printed_objection.html",
        printed=printed,
        one=printed.objection,
        ground_word=ground_word,
        consent_word=consent_word,
    )


@blueprint.route("/quay/<int:child_id>/lien-he", methods=["GET", "POST"])
@asks_again
def counter_contact(child_id: int) -> ResponseReturnValue:
    refuse_unopened(child_id)
    try:
        found = correcting_contacts.contact_at_counter(actor=officer(), child_id=child_id)
    except correcting_contacts.NothingSent:
        return staff_page("staff/counter_contact.html", found=None, values={}, problems={})
    form = PageForm(request.form)
    problems = form.problems()
    is_kept = False
    if form.is_good():
        problems = _corrected(child_id)
        is_kept = not problems
        found = correcting_contacts.contact_at_counter(actor=officer(), child_id=child_id)
    telling = found.telling
    standing = {"phone": spoken_phone(telling.phone or ""), "email": telling.email or ""}
    return staff_page(
        "staff/counter_contact.html",
        found=found,
        values=standing if is_kept else typed(standing),
        problems=problems,
        is_kept=is_kept,
    )


def _wrong() -> dict[str, str]:
    """Return what is missing of an objection."""
    found = {}
    if request.form.get("ground") not in GROUNDS:
        found["ground"] = _("Choose what the objection is about")
    words = clean_text(request.form.get("words", ""))
    if not words:
        found["words"] = _("Write in the family’s own words what is wrong")
    elif len(words) > LONGEST_WORDS:
        found["words"] = _(
            "The text has %(length)s characters; %(most)s are possible",
            length=len(words),
            most=LONGEST_WORDS,
        )
    if request.form.get("consent") not in CONSENTS:
        found["consent"] = _("Choose how the family agreed")
    return found


def _filed(child_id: int) -> int | dict[str, str]:
    """File the objection; returns its id, or why it was not taken."""
    try:
        filed = objecting_at_counter.file_for_family(
            actor=officer(),
            child_id=child_id,
            ground=request.form["ground"],
            words=request.form["words"],
            consent=request.form["consent"],
        )
    except objecting_at_counter.ObjectionsOver:
        return {PAGE: _("The days for objections are over or have not begun. Nothing was filed.")}
    except objecting_at_counter.TooMany:
        return {PAGE: _("The family has objected as often as is possible. Nothing was filed.")}
    except objecting_at_counter.ObjectionWaits as refused:
        number = refused.reference
        return {PAGE: _("Objection %(number)s waits for its answer already.", number=number)}
    except objecting_at_counter.AlreadyObjected:
        return {PAGE: _("An objection of this child waits for its answer already.")}
    return filed.objection_id


def _corrected(child_id: int) -> dict[str, str]:
    try:
        correcting_contacts.correct_at_counter(
            actor=officer(),
            child_id=child_id,
            phone=request.form.get("phone", ""),
            email=request.form.get("email", ""),
        )
    except correcting_contacts.NoSuchNumber:
        return {"phone": _("Type a telephone number like 0912 345 678")}
    except correcting_contacts.NoSuchAddress:
        return {"email": _("Type an e-mail address like name@example.com, or nothing")}
    return {}
