"""Officers decide about the facts of a file: verified, contradicted, or taken back.

What the family stated stays as it is; a contradicted fact no longer counts for its band wherever
the list is read (``core.decided``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.names import clean_text
from enrol.core.review import Source, Verdict, refusal_of
from enrol.services import files_in_charge
from enrol.services.files_in_charge import FileChanged
from enrol.services.refusals import Refusal
from enrol.store import decisions, journal
from enrol.store.db import Transaction, transaction
from enrol.store.decisions import Decision

LONGEST_NOTE = 300

JOURNALLED = {
    Verdict.VERIFIED: "fact.verified",
    Verdict.CONTRADICTED: "fact.contradicted",
    Verdict.UNDONE: "fact.undone",
}


class NotADecision(Refusal):
    """The fact or the reason does not go with the verdict; ``part`` names which."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part


@dataclass(frozen=True, slots=True)
class Finding:
    """What an officer found about one fact."""

    fact: str
    verdict: Verdict
    reason: str
    source: Source = Source.OFFICER
    note: str = ""


def decide_facts(*, actor: Actor, code: str, version: int, findings: Sequence[Finding]) -> None:
    """Record what an officer in charge found about facts of a file, all or nothing.

    ``version`` is the submission that was read. One transaction under the intake's shared lock;
    each finding is journalled. Raises NotFound, ListFrozen once the list is frozen (then objections
    and corrections are the way), FileChanged when another version stands, NotADecision.
    """
    for finding in findings:
        _refuse_unlawful(finding)
    with transaction() as tx:
        seen = files_in_charge.file_to_change(tx, actor=actor, code=code, version=version)
        asked = [
            Decision(
                registration_id=seen.file.registration_id,
                version=version,
                fact=finding.fact,
                verdict=finding.verdict,
                reason=finding.reason,
                source=finding.source,
                note=clean_text(finding.note)[:LONGEST_NOTE] or None,
            )
            for finding in findings
        ]
        if asked and not decisions.record_many(tx, decisions=asked, actor=actor):
            raise FileChanged
        _record(tx, actor=actor, intake_id=seen.file.intake_id, code=code, findings=findings)


def _refuse_unlawful(finding: Finding) -> None:
    wrong = refusal_of(fact=finding.fact, verdict=finding.verdict, reason=finding.reason)
    if wrong is not None:
        raise NotADecision(wrong)


def _record(
    tx: Transaction, *, actor: Actor, intake_id: int, code: str, findings: Sequence[Finding]
) -> None:
    noted = [
        journal.Noted(
            action=JOURNALLED[finding.verdict],
            intake_id=intake_id,
            subject=code,
            detail={
                "fact": finding.fact,
                "reason": finding.reason,
                "source": finding.source.value,
            },
        )
        for finding in findings
    ]
    journal.record_all(tx, actor=actor, noted=noted)
