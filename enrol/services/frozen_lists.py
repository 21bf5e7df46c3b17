"""Whether the frozen list is still the one whose hash was published."""

from enrol.core.sealing import merkle_root
from enrol.services.refusals import Refusal
from enrol.store import frozen_entries
from enrol.store.db import Transaction
from enrol.store.intakes import IntakeRecord


class ListAltered(Refusal):
    """The frozen list no longer has the hash that was published: nothing is allocated from it."""


def refuse_altered_list(tx: Transaction, *, intake: IntakeRecord) -> None:
    """Raise ListAltered unless the frozen list still has its published Merkle root."""
    frozen_entries.allow_minutes(tx)
    lines = frozen_entries.frozen_lines(tx, intake_id=intake.intake_id)
    root = merkle_root(line.encode("utf-8") for line in lines)
    if root.hex() != intake.list_hash:
        raise ListAltered
