"""Whether the frozen list is still the one whose hash was published."""

from enrol.core.sealing import merkle_root
from enrol.services.refusals import Refusal
from enrol.store import final_outcomes, frozen_entries
from enrol.store.db import Transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.runs import Run


class ListAltered(Refusal):
    """The frozen list no longer has the hash that was published: nothing is allocated from it."""


def refuse_altered_list(tx: Transaction, *, intake: IntakeRecord) -> None:
    """Raise ListAltered unless the frozen list still has its published Merkle root."""
    frozen_entries.allow_minutes(tx)
    lines = frozen_entries.frozen_lines(tx, intake_id=intake.intake_id)
    root = merkle_root(line.encode("utf-8") for line in lines)
    if root.hex() != intake.list_hash:
        raise ListAltered


def counted_root(tx: Transaction, *, intake_id: int) -> str:
    """Return the Merkle root of the corrected list, 64 hex digits: without corrections that is
    the published one.
    """
    frozen_entries.allow_minutes(tx)
    lines = final_outcomes.counted_lines(tx, intake_id=intake_id)
    return merkle_root(line.encode("utf-8") for line in lines).hex()


def refuse_altered_corrections(tx: Transaction, *, run: Run) -> None:
    """Raise ListAltered unless a final run's list is still the one it was opened for."""
    if run.is_final and counted_root(tx, intake_id=run.intake_id) != run.list_hash:
        raise ListAltered
