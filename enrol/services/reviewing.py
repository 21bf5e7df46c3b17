"""Officers answer a file: ask its family, accept it, refuse it with a reason, take it up again."""

from dataclasses import dataclass
from datetime import date

from enrol.core.actors import Actor
from enrol.core.message_texts import FILE_ACCEPTED, FILE_REFUSED, INFO_ASKED
from enrol.core.names import clean_text
from enrol.core.review import ASKED_FOR, INELIGIBLE_REASONS, Status, can_move
from enrol.services import due_dates, files_in_charge
from enrol.services.asking_families import (
    LONGEST_MESSAGE,
    AnswerTooSoon,
    ReasonMissing,
    refuse_day,
)
from enrol.services.files_in_charge import FileChanged, NotLawful
from enrol.store import decisions, journal, messages, reviews
from enrol.store.db import transaction
from enrol.store.decisions import Decided
from enrol.store.reviews import InfoRequest, Postponement, Ruling, Transfer

__all__ = [
    "AnswerTooSoon",
    "Decided",
    "History",
    "InfoRequest",
    "Postponement",
    "ReasonMissing",
    "Ruling",
    "Transfer",
    "accept_file",
    "ask_family",
    "history_of",
    "refuse_file",
    "take_up_again",
]

LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class History:
    """What officers found, asked and moved, the oldest first, and when the file must be answered.

    ``can_change`` is false once the list is frozen or the registration withdrawn.
    """

    can_change: bool
    phase_allows: bool
    decided: tuple[Decided, ...]
    rulings: tuple[Ruling, ...]
    requests: tuple[InfoRequest, ...]
    transfers: tuple[Transfer, ...]
    postponement: Postponement | None
    due_on: date
    urgency: str
    today: date

    @property
    def open_request(self) -> InfoRequest | None:
        """The request that the family has not answered yet."""
        return next((one for one in self.requests if one.answered_at is None), None)

    def last_decided(self, fact: str) -> Decided | None:
        """The newest decision about a fact."""
        return next((one for one in reversed(self.decided) if one.fact == fact), None)


def history_of(*, actor: Actor, code: str) -> History:
    """Return what a file remembers, for officers in charge (reading the file itself is journalled
    apart, by ``inspecting``). Raises NotFound.
    """
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        file_id = seen.file.registration_id
        terms = due_dates.terms_of(tx, intake_id=seen.file.intake_id)
        postponement = reviews.postponement_of(tx, registration_id=file_id)
        due_on = terms.due_on(
            submitted_at=seen.file.submitted_at,
            new_due_on=postponement.new_due_on if postponement else None,
        )
        return History(
            can_change=seen.can_change,
            phase_allows=seen.phase_allows,
            decided=tuple(decisions.decisions_of(tx, registration_id=file_id)),
            rulings=tuple(reviews.rulings_of(tx, registration_id=file_id)),
            requests=tuple(reviews.requests_of(tx, registration_id=file_id)),
            transfers=tuple(reviews.transfers_of(tx, registration_id=file_id)),
            postponement=postponement,
            due_on=due_on,
            urgency=terms.urgency(status=seen.file.status, due_on=due_on),
            today=terms.today,
        )


def ask_family(
    *, actor: Actor, code: str, version: int, asked_for: str, message: str, due_on: date
) -> None:
    """Ask the family for something until a day; it sees this on its home page and answers by
    correcting its registration or by uploading.

    Raises NotFound, ListFrozen, FileChanged, NotLawful, ReasonMissing, AnswerTooSoon.
    """
    said = clean_text(message)[:LONGEST_MESSAGE]
    if asked_for not in ASKED_FOR or not said:
        raise ReasonMissing
    with transaction() as tx:
        seen = files_in_charge.file_to_change(tx, actor=actor, code=code, version=version)
        if seen.status is not Status.NEEDS_INFO and not can_move(seen.status, Status.NEEDS_INFO):
            raise NotLawful(seen.status)
        terms = due_dates.terms_of(tx, intake_id=seen.file.intake_id)
        refuse_day(terms, due_on)
        reviews.ask(
            tx,
            registration_id=seen.file.registration_id,
            asked_for=asked_for,
            message=said,
            due_on=due_on,
            actor=actor,
        )
        messages.stage(tx, event=INFO_ASKED, ids=[seen.file.registration_id])
        journal.record(
            tx,
            actor=actor,
            action="family.asked",
            intake_id=seen.file.intake_id,
            subject=code,
            detail={"asked_for": asked_for, "on": due_on.isoformat()},
        )


def accept_file(*, actor: Actor, code: str, version: int) -> None:
    """Accept a file as eligible. Raises NotFound, ListFrozen, FileChanged, NotLawful."""
    _rule(actor=actor, code=code, version=version, target=Status.ELIGIBLE)


def refuse_file(*, actor: Actor, code: str, version: int, reason: str, note: str) -> None:
    """Mark a file ineligible: it will not stand in the frozen list; the family reads why.

    Raises NotFound, ListFrozen, FileChanged, NotLawful, ReasonMissing.
    """
    if reason not in INELIGIBLE_REASONS:
        raise ReasonMissing
    said = clean_text(note)[:LONGEST_NOTE] or None
    _rule(
        actor=actor,
        code=code,
        version=version,
        target=Status.INELIGIBLE,
        reason=reason,
        note=said,
    )


def take_up_again(*, actor: Actor, code: str, version: int) -> None:
    """Verify an answered file once more. Raises NotFound, ListFrozen, FileChanged, NotLawful."""
    _rule(actor=actor, code=code, version=version, target=Status.VERIFYING)


_ACTIONS = {
    Status.ELIGIBLE: "file.accepted",
    Status.INELIGIBLE: "file.refused",
    Status.VERIFYING: "file.reopened",
}
_TELLS = {Status.ELIGIBLE: FILE_ACCEPTED, Status.INELIGIBLE: FILE_REFUSED}


def _rule(
    *,
    actor: Actor,
    code: str,
    version: int,
    target: Status,
    reason: str | None = None,
    note: str | None = None,
) -> None:
    with transaction() as tx:
        seen = files_in_charge.file_to_change(tx, actor=actor, code=code, version=version)
        if not can_move(seen.status, target):
            raise NotLawful(seen.status)
        done = reviews.rule(
            tx,
            files=[(seen.file.registration_id, version)],
            status=target,
            reason=reason,
            note=note,
            actor=actor,
        )
        if not done:
            raise FileChanged
        if target in _TELLS:
            messages.stage(tx, event=_TELLS[target], ids=[seen.file.registration_id])
        journal.record(
            tx,
            actor=actor,
            action=_ACTIONS[target],
            intake_id=seen.file.intake_id,
            subject=code,
            detail={"reason": reason} if reason else {},
        )
