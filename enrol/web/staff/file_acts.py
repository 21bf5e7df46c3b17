"""What officers do with one file: each step says what it will do on a page of its own."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.codes import normalise_code
from enrol.services import due_letters, inspecting, reviewing, transferring
from enrol.services.files_in_charge import FileChanged, ListFrozen, NotLawful
from enrol.services.refusals import NotFound
from enrol.web.asking import PAGE, PageForm, typed
from enrol.web.locale import gettext as _
from enrol.web.staff import queues, words
from enrol.web.staff.act_steps import STEPS, Step
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


def act_page(code: str, act: str) -> ResponseReturnValue:
    """Return the page of a step, or do it; the file is read (and journalled) to show it."""
    code = normalise_code(code)
    make = STEPS.get(act)
    if make is None:
        raise NotFound
    file = inspecting.file_of(actor=officer(), code=code)
    history = reviewing.history_of(actor=officer(), code=code)
    own = url_for(f"{request.blueprint}.file", code=code)
    if not history.can_change:
        flash(queues.frozen_words(), "error")
        return redirect(own, code=303)
    step = make(file, history)
    problems: dict[str, str] = {}
    form = PageForm(request.form)
    if form.was_sent():
        form.validate()
        problems = {**form.problems(), **step.problems()}
        problems = problems or _attempt(step)
        if not problems:
            flash(step.done or _("Done: %(step)s", step=step.title), "success")
            return redirect(own, code=303)
    return staff_page(
        "staff/act.html",
        file=file,
        history=history,
        step=step,
        own=own,
        values=typed(step.kept),
        problems=problems,
        words=words,
        is_rehearsal=file.intake.is_rehearsal,
    )


def _attempt(step: Step) -> dict[str, str]:
    """Do the step; return what hindered it, in words, by field."""
    try:
        step.do()
    except FileChanged:
        return {PAGE: _("The file has changed meanwhile. Go back, read it again, and then decide.")}
    except ListFrozen:
        return {PAGE: queues.frozen_words()}
    except NotLawful as refusal:
        word = words.status_tag(refusal.status.value)[1]
        return {PAGE: _("This does not fit a file that is “%(status)s”.", status=word)}
    except reviewing.AnswerTooSoon:
        return {"on": _("Choose a day from tomorrow on, at most 30 working days ahead")}
    except due_letters.NotADate:
        return {"on": _("Choose a working day after the present due date")}
    except due_letters.PostponedBefore:
        return {
            PAGE: _(
                "The due date of this file was postponed before. The law allows it once:"
                " the file must be answered now."
            )
        }
    except transferring.NoSuchZone:
        return {"zone": _("Choose another zone of this intake that has schools")}
    return {}
