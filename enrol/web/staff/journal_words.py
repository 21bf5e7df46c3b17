"""What the journal's actions are called, and who acted."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from enrol.services.inspecting import JournalLine
from enrol.web.error_words import error_word
from enrol.web.locale import format_date, format_moment, format_number
from enrol.web.locale import gettext as _
from enrol.web.objection_words import ground_word, outcome_tag
from enrol.web.staff.review_words import asked_word, reason_word, source_word
from enrol.web.staff.words import fact_word

_FINGERPRINT = 64
_SHOWN = 16
_DAYS = ("on", "before_on", "public_value_on")
_SAID: Mapping[str, Callable[[str], str]] = {
    "fact": fact_word,
    "reason": reason_word,
    "source": source_word,
    "asked_for": asked_word,
    "about": asked_word,
    "error": error_word,
    "ground": ground_word,
    "outcome": lambda outcome: outcome_tag(outcome)[1],
}
"""Details that are codes, and what says them in words; a reason may be free text as well."""
_INSTANTS = ("opens_at", "answer_by", "objections_until", "publish_at", "would_have_ended")


def action_word(action: str) -> str:
    """Return what an action is called; the code itself for one that has no words yet."""
    return _words().get(action, action)


def actor_word(label: str, names: Mapping[str, str]) -> str:
    """Return who acted: an officer by name, a family without one."""
    if label in names:
        return names[label]
    if label.startswith("family:"):
        return _("A family")
    if label.startswith("token:"):
        return _("A partner’s system (token %(number)s)", number=label.removeprefix("token:"))
    return _("The system") if label.startswith("system") else label


def detail_rows(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an entry says besides, in words: lists as a count, fingerprints shortened."""
    return [
        (_details().get(name, name), _detail(name, value))
        for name, value in detail.items()
        if value is not None and value != ""
    ]


def _detail(name: str, value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return format_number(len(value))
    if isinstance(value, int):
        return format_number(value)
    text = str(value)
    if len(text) == _FINGERPRINT and text.isalnum():
        return f"{text[:_SHOWN]}…"
    if name in _SAID:
        return _SAID[name](text)
    if name in _DAYS:
        return format_date(date.fromisoformat(text))
    if name in _INSTANTS:
        return format_moment(datetime.fromisoformat(text))
    return {"provisional": _("Provisional result"), "final": _("Final result")}.get(text, text)


def without_repetition(lines: Iterable[JournalLine]) -> list[tuple[JournalLine, int]]:
    """Return each entry with how often it stands there in a row, newest first.

    Who works on a file reads it again after every step; the journal keeps each reading, the page
    says them in one line.
    """
    found: list[tuple[JournalLine, int]] = []
    for line in lines:
        if found and _says_the_same(found[-1][0], line):
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((line, 1))
    return found


def _says_the_same(one: JournalLine, other: JournalLine) -> bool:
    told = [(line.actor, line.action, line.detail, line.at.date()) for line in (one, other)]
    return told[0] == told[1]


def subject_word(subject: str | None) -> str:
    """Return what an entry is about: a code as it is."""
    return _("Second stage, all zones") if subject == "stage 2" else subject or ""


def _details() -> dict[str, str]:
    return {
        "version": _("version"),
        "submission_hash": _("fingerprint of what was sent"),
        "rules_hash": _("fingerprint of the rules"),
        "seed_commitment": _("fingerprint of the sealed number"),
        "list_hash": _("fingerprint of the list"),
        "outcome_digest": _("fingerprint of the result"),
        "list_size": _("entries"),
        "public_value_name": _("public value"),
        "public_value_on": _("day"),
        "public_value": _("public value"),
        "seed": _("sealed number"),
        "name": _("name"),
        "on": _("day"),
        "before": _("name before"),
        "before_on": _("day before"),
        "reason": _("reason"),
        "early": _("before its time"),
        "opens_at": _("opens"),
        "seats": _("seats"),
        "classes": _("classes"),
        "seats_before": _("seats before"),
        "classes_before": _("classes before"),
        "over_cap": _("more than 35 children a class"),
        "codes": _("registrations"),
        "runs": _("zones"),
        "opened": _("opened now"),
        "run_id": _("run"),
        "epoch": _("start"),
        "kind": _("kind"),
        "what_if": _("try"),
        "rules": _("rules"),
        "schools": _("schools"),
        "changes": _("children who end elsewhere"),
        "objections_until": _("objections until"),
        "must_choose": _("must choose again"),
        "restated": _("residence worked out anew"),
        "drafts": _("prepared registrations"),
        "publish_at": _("public at"),
        "asked_by": _("asked for by"),
        "confirmed_by": _("confirmed by"),
        "issued": _("issued"),
        "bundle": _("fingerprint of the file with the result"),
        "verifier": _("fingerprint of the program that checks"),
        "difference": _("first difference"),
        "difference_en": _("the same in English"),
        "unit": _("unit"),
        "at_opening": _("submitted at the opening"),
        "reasons": _("reasons"),
        "is_on": _("families wait"),
        "was_on": _("families waited before"),
        "per_minute": _("families a minute"),
        "per_minute_before": _("families a minute before"),
        "message": _("message"),
        "message_en": _("message in English"),
        "fact": _("fact"),
        "source": _("source"),
        "asked_for": _("asked for"),
        "about": _("shows"),
        "document": _("number of the document"),
        "together": _("files together"),
        "is_working": _("Offices work"),
        "zone": _("zone"),
        "zone_before": _("zone before"),
        "export": _("number of the file"),
        "form": _("kind of file"),
        "rows": _("rows"),
        "sha256": _("fingerprint of the file"),
        "list": _("number of the list"),
        "stale": _("left alone, changed meanwhile"),
        "flag": _("warning"),
        "consent": _("consent"),
        "children": _("children"),
        "import": _("number of the import"),
        "files": _("files"),
        "objection": _("objection"),
        "report": _("number of the report"),
        "error": _("about"),
        "facts_before": _("facts before"),
        "facts_now": _("facts now"),
        "corrections": _("corrections"),
        "lines": _("lines"),
        "rules_hash_before": _("fingerprint of the rules before"),
        "needs_approvals": _("a second officer approves"),
        "joined": _("wards that joined"),
        "left": _("wards that left"),
        "missing": _("missing"),
        "would_have_ended": _("would have ended at"),
        "ground": _("about"),
        "outcome": _("outcome"),
        "change": _("entry of the change"),
        "rights": _("rights"),
        "days": _("days"),
    }


def _words() -> dict[str, str]:
    return {
        "data.requested": _("Request about data filed"),
        "data.request_read": _("Request about data read"),
        "data.answered": _("Request about data answered"),
        "data.copy_fetched": _("Copy of data saved by the family"),
        "data.handed_over": _("Copy of data handed over at the desk"),
        "answers.opened": _("Families may answer to their seats"),
        "answers.begun": _("Lists for answers made"),
        "seat.answered": _("Answer to a seat"),
        "holders.read": _("Children with a seat read"),
        "child.enrolled": _("Child enrolled at its school"),
        "classes.read": _("Names of the school’s classes read"),
        "classes.divided": _("Children divided into classes"),
        "classes.renamed": _("Classes renamed"),
        "class.moved": _("Child put into a class by hand"),
        "round.asked": _("Round of the waiting lists asked for"),
        "round.failed": _("Round of the waiting lists given up: it does not come out right"),
        "round.tried_again": _("Round of the waiting lists tried again"),
        "round.taken_back": _("Round of the waiting lists taken back"),
        "round.held": _("Round of the waiting lists held"),
        "intake.settled": _("Intake settled"),
        "intake.second_round_planned": _("Second round for late registrations planned"),
        "data.erased": _("Personal data erased"),
        "breach.reported": _("Report of a breach made"),
        "intake.announced": _("Intake announced"),
        "intake.days_set": _("Days and due dates set"),
        "intake.opened": _("Registration opened"),
        "intake.closed": _("List closed and frozen"),
        "intake.allocated": _("All places allocated"),
        "draw.proposed": _("Public value recorded"),
        "draw.taken_back": _("Recorded value taken back"),
        "draw.confirmed": _("Public value confirmed, sealed number opened"),
        "draw.value_named": _("Another public value or date named"),
        "allocation.started": _("Allocation started"),
        "run.done": _("Zone allocated"),
        "school.move_planned": _("Move of a school to another ward planned"),
        "school.move_taken_back": _("Move of a school taken back"),
        "school.moved": _("School moved to its new ward"),
        "seats.changed": _("Seats changed"),
        "seats.approved": _("Seats approved by a second officer"),
        "list.approved": _("List of a zone approved"),
        "approvals.overridden": _("Went on without approvals"),
        "intake.rules_chosen": _("Rules chosen"),
        "intake.wards_chosen": _("Wards that take part chosen"),
        "room.changed": _("Waiting room changed"),
        "what_if.asked": _("Other seats or rules tried (rehearsal)"),
        "what_if.done": _("Try computed (rehearsal)"),
        "what_if.failed": _("Try failed (rehearsal)"),
        "file.read": _("A child's file read"),
        "queue.read": _("List of files to look at read"),
        "fact.verified": _("A fact found right"),
        "fact.contradicted": _("A fact found not right"),
        "fact.undone": _("A finding taken back"),
        "facts.verified": _("Facts found right, several files together"),
        "family.asked": _("Family asked for information"),
        "file.accepted": _("File accepted"),
        "file.refused": _("File marked not eligible"),
        "file.reopened": _("File looked at again"),
        "file.moved": _("File moved to another zone"),
        "file.postponed": _("Due date postponed"),
        "holiday.stated": _("Holiday stated"),
        "holiday.removed": _("Holiday removed"),
        "ward.stated": _("A new ward stated"),
        "apology.read": _("Letter of apology fetched"),
        "document.added": _("Document added"),
        "document.read": _("Document fetched"),
        "wishes.read": _("List of first wishes read"),
        "roll.read": _("Roll read"),
        "class_list.read": _("Class list read by a partner’s system"),
        "token.made": _("Token made for a partner’s system"),
        "token.revoked": _("Token revoked"),
        "export.asked": _("File with a list asked for"),
        "export.written": _("File with a list written"),
        "export.fetched": _("File with a list fetched"),
        "export.failed": _("File with a list failed"),
        "residence_list.fetched": _("List of residences fetched"),
        "residence_list.brought": _("List of residences brought in"),
        "residence_list.read": _("List of residences read"),
        "residence_list.applied": _("List of residences applied"),
        "residence_list.dropped": _("List of residences not used"),
        "registry.asked": _("Residence registry asked"),
        "flags.read": _("List of warnings read"),
        "flag.dismissed": _("Warning dismissed"),
        "messages.read": _("List of messages that did not arrive read"),
        "message.sent_again": _("Message to a family sent again"),
        "messages.sent_again": _("Messages that never reached a provider sent again"),
        "messages.chosen": _("How the family wants to be told changed"),
        "contact.corrected": _("Telephone number or e-mail address corrected"),
        "objection.filed": _("Objection received"),
        "objection.printed": _("Receipt of an objection printed"),
        "objection.withdrawn": _("Objection taken back by the family"),
        "objection.answered": _("Objection answered"),
        "objection.linked": _("Noted what an objection changed"),
        "objection.read": _("Objection read"),
        "objections.read": _("List of objections read"),
        "error.reported": _("Error of fact reported"),
        "error.read": _("Report of an error read"),
        "error.kept": _("Report of an error decided: the fact stays"),
        "errors.read": _("List of reported errors read"),
        "correction.made": _("Fact corrected for the final run"),
        "corrections.ended": _("Days for reporting errors ended before their time"),
        "final_run.started": _("Final run started"),
        "differences.taken": _("List of differences fetched"),
        "counter.opened": _("Child opened at the counter"),
        "counter.alike_shown": _("Children of the same name shown at the counter"),
        "registration.assisted": _("Registered at the counter for a family"),
        "receipt.printed": _("Receipt printed again at the counter"),
        "secret.reset": _("A family's secret code reset at the counter"),
        "registration.submitted": _("Registration submitted"),
        "registration.changed": _("Registration changed"),
        "registration.ticked": _("“Submit it for me at the opening” ticked"),
        "registration.unticked": _("“Submit it for me at the opening” taken off"),
        "registration.not_submitted": _("Could not be submitted at the opening"),
        "registration.withdrawn": _("Registration withdrawn"),
        "group.moved": _("Residential group moved to another zone"),
        "file.restated": _("Residence in the zone worked out anew"),
        "publication.asked": _("Publication asked for"),
        "publication.confirmed": _("Publication confirmed by a second officer"),
        "publication.halted": _("Publication halted"),
        "publication.altered": _("Publication stopped: the result had changed"),
        "intake.published": _("Result published"),
        "intake.bundled": _("Files for checking offered"),
        "intake.not_bundled": _("Files for checking given up: the result does not follow"),
        "child.unlisted_added": _("Child outside the register added"),
        "import.loaded": _("Data of the office loaded"),
        "training.reset": _("Training begun anew"),
        "import.brought": _("Files brought to be imported"),
        "import.ordered": _("Import ordered"),
        "import.applied": _("Import applied"),
        "import.dropped": _("Import dropped"),
        "import.failed": _("Import failed"),
        "secrets.issued": _("Secret codes issued"),
        "secret.reissued": _("A family's secret code issued anew"),
        "staff.appointed": _("Officer appointed"),
        "staff.closed": _("Officer's account closed"),
        "staff.password_issued": _("Password issued"),
        "staff.password_chosen": _("Own password chosen"),
        "staff.signed_in": _("Signed in"),
    }
