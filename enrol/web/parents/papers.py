"""What the office asks a family for, and the family's own documents."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.review import ASKED_FOR
from enrol.services import documenting
from enrol.services.documenting import FamilyFile
from enrol.services.preparing import Live
from enrol.web import documents
from enrol.web.asking import PageForm, asks_again, takes_files, typed
from enrol.web.guards import family, family_blueprint

blueprint = family_blueprint("papers", __name__, url_prefix="/gia-dinh/giay-to")

_LOOKED_AT = ("verifying", "needs_info", "ineligible")
"""Before an officer has looked at a file there is nothing to tell of it."""


def office_work(live: Live | None) -> FamilyFile | None:
    """Return what the office has asked or done, for the family's home page."""
    if live is None or live.status not in _LOOKED_AT:
        return None
    return documenting.family_file(actor=family())


@blueprint.route("", methods=["GET", "POST"])
@asks_again
@takes_files(most_bytes=documenting.MOST_BYTES + documents.ROOM_FOR_FORM)
def hand_in() -> ResponseReturnValue:
    file = documenting.family_file(actor=family())
    if file is None or not (file.may_hand_in or file.documents):
        return redirect(url_for("parents.home"), code=303)
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.was_sent():
        form.validate()
        data, wrong = documents.sent_document()
        problems = {**form.problems(), **wrong} or _attempt(data)
        if not problems:
            return redirect(url_for("papers.hand_in", done="1"), code=303)
    body = render_template(
        "parents/papers.html",
        file=file,
        options=[(one, documents.shown_word(one)) for one in ASKED_FOR],
        shown_word=documents.shown_word,
        values=typed({"about": file.request.asked_for if file.request else ""}),
        problems=problems,
        was_added="done" in request.args and request.method == "GET",
    )
    return make_response(body, 422 if problems else 200)


@blueprint.get("/<int:document_id>")
def own(document_id: int) -> Response:
    found, data = documenting.own_document(
        actor=family(), document_id=document_id, store=documents.document_store()
    )
    return documents.document_answer(found, data)


def _attempt(data: bytes) -> dict[str, str]:
    try:
        documenting.hand_in(
            actor=family(),
            about=request.form["about"],
            data=data,
            store=documents.document_store(),
        )
    except (
        documenting.NotADocument,
        documenting.TooMany,
        documenting.NotAskedFor,
    ) as refusal:
        return documents.refusal_words(refusal)
    return {}
