"""Why a step was not taken, in the officer's words: one table."""

from enrol.services import agreeing, closing, drawing, final_runs, holding_rounds, publishing
from enrol.services.approvals import ApprovalsMissing
from enrol.services.frozen_lists import ListAltered
from enrol.services.phases import WrongPhase
from enrol.services.refusals import Refusal
from enrol.services.second_officers import NotIndependent, TooNew
from enrol.web.locale import format_date, format_moment, format_number
from enrol.web.locale import gettext as _
from enrol.web.staff.words import phase_word, second_officer_told


def told(refusal: Refusal) -> str:
    """Return the sentence for a refusal; re-raises one that has none."""
    match refusal:
        case WrongPhase(phase=phase):
            return _(
                "This step does not fit any more: the intake is now “%(phase)s”."
                " A colleague may have been faster.",
                phase=phase_word(phase),
            )
        case closing.WindowStillOpen(closes_at=closes_at):
            return _(
                "Registration is open until %(at)s. To end it before, tick the box.",
                at=format_moment(closes_at),
            )
        case closing.PreparedWaiting(count=count):
            return _(
                "Nothing was frozen: %(count)s registrations that families prepared for the opening"
                " are still being sent. Wait a minute and press again. If the number does not go"
                " down, call the administrator: the relay or a worker is not running.",
                count=format_number(count),
            )
        case ApprovalsMissing(plans=plans, lists=lists):
            return _(
                "Approvals of a second officer are missing: %(plans)s seat plans, %(lists)s lists"
                " of zones. “What waits for approval” says whose. The city may go on with a"
                " reason.",
                plans=format_number(plans),
                lists=format_number(lists),
            )
        case drawing.NotYetBorn(on=on):
            return _(
                "The public value is dated %(day)s. The draw is possible from that day on.",
                day=format_date(on),
            )
        case NotIndependent() | TooNew():
            return second_officer_told(refusal)
        case _:
            return _plain(refusal)


def _plain(refusal: Refusal) -> str:
    sentence = _sentences().get(type(refusal))
    if sentence is None:
        raise refusal
    return sentence


def _sentences() -> dict[type[Refusal], str]:
    return {
        closing.NothingOffered: _("No school offers a seat yet. State the seats first."),
        closing.WindowIsPast: _("The dates of registration are over. They must be changed first."),
        closing.WindowNotBegun: _("Registration has not opened yet, so there is nothing to close."),
        closing.PublicValueTooEarly: _(
            "The public value would be known before registration ends. Name a later day."
        ),
        drawing.ValueMissing: _("Type the public value exactly as it was published"),
        drawing.OlderThanTheList: _(
            "The public value is dated before the list was frozen, so it could have been known."
            " Name another value or day."
        ),
        drawing.OrderNotDeclared: _(
            "Declare that the value arose after the list was frozen, or do not record it"
        ),
        drawing.ChosenTooLate: _("The day must be tomorrow or later"),
        drawing.NothingProposed: _("No value is waiting to be confirmed."),
        drawing.SecondOfficerNeeded: _(
            "You recorded this value yourself. A second officer must confirm it."
        ),
        drawing.ValuesDiffer: _(
            "The two values differ, so nothing was drawn. Compare both with the publication;"
            " take the recorded value back if it was mistyped."
        ),
        drawing.DrawStands: _("A value is already recorded for this intake."),
        ListAltered: _(
            "The frozen list no longer has its published fingerprint. Nothing was computed:"
            " stop and call the administrator."
        ),
        publishing.OutcomeAltered: _(
            "The stored result no longer has its fingerprint. Nothing was published:"
            " stop and call the administrator."
        ),
        agreeing.StaleSignIn: _(
            "Your password was confirmed too long ago. Confirm it again, then press once more."
        ),
        agreeing.MinuteNotOffered: _("Choose a minute ahead, within the next 60 days"),
        agreeing.ObjectionDaysOutOfBounds: _(
            "Type a whole number of days from 1 to %(most)s", most=agreeing.MOST_OBJECTION_DAYS
        ),
        agreeing.RequestStands: _("A colleague asked for publication already."),
        agreeing.NothingAsked: _("No request for publication stands any more."),
        agreeing.SecondOfficerNeeded: _(
            "You asked for publication yourself. A second officer must confirm it."
        ),
        agreeing.OutcomeChanged: _(
            "Something changed since this page was shown, so nothing was confirmed."
            " Compare the fingerprint and the numbers below once more; if they look wrong,"
            " halt the publication and call the administrator."
        ),
        agreeing.MinutePassed: _(
            "The minute came before a second officer confirmed. Halt the request and ask anew."
        ),
        agreeing.TooLateToHalt: _("The minute has come: the publication can no longer be halted."),
        agreeing.ReasonMissing: _("Say why: the journal keeps it"),
        final_runs.WindowNotOver: _(
            "Families can still report errors. Wait for the end, or end the days first."
        ),
        final_runs.ReportsUndecided: _(
            "Nothing was computed: a report of an error waits for a decision. Decide it first."
        ),
        final_runs.AlreadyEnded: _("The days for reporting errors are over."),
        holding_rounds.AlreadyOpened: _("A colleague has let families answer already."),
        holding_rounds.NotOpened: _("Let families answer first."),
        holding_rounds.NothingToHold: _(
            "No round was held: nobody has answered since the last one, and no seat is overdue."
        ),
        holding_rounds.SeatsUnanswered: _(
            "Nothing was settled: an answer is still awaited, or waits for a round."
        ),
        drawing.ReasonMissing: _("Say why another value or day is needed: it will be published"),
    }
