"""Taking back a round that workers gave up, so that families can answer meanwhile."""

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.services.answer_days import answer_by_of
from enrol.services.holding_rounds import NothingToHold
from enrol.services.phases import locked_intake, refuse_unless_in
from enrol.store import journal, rounds_back
from enrol.store.db import transaction

__all__ = ["take_back"]


def take_back(*, actor: Actor, intake_id: int, days: int) -> None:
    """Take back the round that workers gave up, as if it had not been asked for.

    Its answers count in the next one; seats that it found unclaimed are not answered again, and as
    nobody could answer meanwhile, every seat without an answer can be answered for ``days`` days
    more. Under the intake's exclusive lock and the round's row: one that is running or held stays.
    Raises NotFound, WrongPhase, WrongDays, and NothingToHold when none was given up.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.FINAL)
        answer_by = answer_by_of(tx, days)
        round_id = rounds_back.failed_of(tx, intake_id=intake_id)
        if round_id is None:
            raise NothingToHold
        gone = rounds_back.take_back(tx, round_id=round_id)
        longer = rounds_back.extend(tx, intake_id=intake_id, answer_by=answer_by)
        journal.record(
            tx,
            actor=actor,
            action="round.taken_back",
            intake_id=intake_id,
            subject=intake.code,
            detail={
                "round": gone.number,
                "answers": gone.answers,
                "unclaimed": gone.unclaimed,
                "longer": longer,
                "answer_by": answer_by.isoformat(),
            },
        )
