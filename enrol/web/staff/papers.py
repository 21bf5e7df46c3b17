"""Documents of a file and its letter of apology: fetched by officers in charge, handed in at the
desk.
"""

from flask import Response, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.adapters.letters import Letter, Section, letter_pdf
from enrol.core.codes import normalise_code
from enrol.core.review import ASKED_FOR
from enrol.services import documenting, due_letters, inspecting
from enrol.web import documents
from enrol.web.asking import PageForm, typed
from enrol.web.locale import DEFAULT, format_date, spoken
from enrol.web.locale import gettext as _
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


def upload_page(code: str) -> ResponseReturnValue:
    """Take a document that was brought to the desk."""
    code = normalise_code(code)
    file = inspecting.file_of(actor=officer(), code=code)
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.was_sent():
        form.validate()
        data, wrong = documents.sent_document()
        problems = {**form.problems(), **wrong}
        if not problems:
            try:
                documenting.hand_in_at_desk(
                    actor=officer(),
                    code=code,
                    about=request.form["about"],
                    data=data,
                    store=documents.document_store(),
                )
            except (documenting.NotADocument, documenting.TooMany) as refusal:
                problems = documents.refusal_words(refusal)
            else:
                flash(_("The document is in the file."), "success")
                return redirect(url_for(f"{request.blueprint}.file", code=code), code=303)
    return staff_page(
        "staff/upload.html",
        file=file,
        options=[(one, documents.shown_word(one)) for one in ASKED_FOR],
        values=typed({}),
        problems=problems,
        is_rehearsal=file.intake.is_rehearsal,
    )


def document_page(code: str, document_id: int) -> Response:
    """Return a document of a file; the reading is journalled."""
    found, data = documenting.read_document(
        actor=officer(),
        code=normalise_code(code),
        document_id=document_id,
        store=documents.document_store(),
    )
    return documents.document_answer(found, data)


def apology_page(code: str) -> Response:
    """Return the letter of apology as a PDF; until it is confirmed it says that it is a draft."""
    found = due_letters.apology_of(actor=officer(), code=normalise_code(code))
    settings = current_app.extensions["enrol_settings"]
    is_english = spoken() == "en"
    warnings = []
    if found.is_rehearsal:
        warnings.append(_("REHEARSAL: nothing in this letter is real"))
    if not found.is_sent:
        warnings.append(_("DRAFT: not confirmed by an officer, not sent"))
    letter = Letter(
        language=spoken() or DEFAULT,
        office=settings.office_name_en if is_english else settings.office_name,
        title=_("Letter of apology"),
        code_label=_("Registration code"),
        code=found.code,
        qr=settings.base_url,
        sections=(
            Section(
                heading=found.intake_name_en if is_english else found.intake_name,
                lines=(
                    (_("Child"), found.full_name),
                    (_("Answer promised by"), format_date(found.due_on)),
                    (_("New date"), format_date(found.new_due_on)),
                    (_("Reason"), found.reason or _("(to be written by the officer)")),
                ),
            ),
        ),
        paragraphs=(
            _("Dear family, we are sorry that we could not answer your registration in time."),
            _(
                "You need not do anything and no further paper is needed. The delay has no"
                " influence on your child’s place: the hour of registration and of our answer"
                " gives no priority."
            ),
            _(
                "This date is not moved a second time. If you hear nothing by then, please call"
                " %(number)s.",
                number=settings.helpline,
            ),
        ),
        foot=_("Decree 61/2018/NĐ-CP on one-stop service"),
        made_at=found.made_at,
        warning=". ".join(warnings),
    )
    response = make_response(letter_pdf(letter))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="xin-loi-{found.code}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
