"""A family sends its live registration anew: what officers decided stands where nothing behind it
changed.
"""

import json
from dataclasses import replace
from datetime import timedelta

from enrol.core.actors import Actor
from enrol.core.message_texts import CHANGED
from enrol.core.review import Source, Status, after_resubmission, carry_over
from enrol.store import decisions, deliveries, drafts, journal, messages, registrations, reviews
from enrol.store.db import Transaction
from enrol.store.registrations import Live, NewRegistration


def write_change(
    tx: Transaction, *, live: Live, new: NewRegistration, sent_before: str, actor: Actor
) -> NewRegistration:
    """Write the next version of a live registration, whose row must be locked; returns what was
    written.

    Decisions about facts that did not change are kept, the others dropped, and both can be read in
    the file. An open request to the family is thereby answered.
    """
    version = live.version + 1
    status, facts = decisions.standing_of(tx, registration_id=live.registration_id)
    carried = carry_over(
        before=facts,
        after=new.facts,
        sent_before=json.loads(sent_before),
        sent_after=json.loads(new.payload),
    )
    stands = after_resubmission(before=Status(status), composed=Status(new.status), carried=carried)
    written = replace(new, facts=carried.facts, status=stands.value)
    registrations.insert_change(
        tx, registration_id=live.registration_id, version=version, new=written
    )
    journal.record(
        tx,
        actor=actor,
        action="registration.changed",
        intake_id=new.intake_id,
        subject=new.code,
        detail={"version": version, "submission_hash": new.submission_hash},
    )
    decisions.note_undone(
        tx,
        registration_id=live.registration_id,
        version=version,
        facts=carried.dropped,
        reason="changed_by_family",
        source=Source.FAMILY,
        actor=actor,
    )
    reviews.close_request(tx, registration_id=live.registration_id, answer="sent_anew")
    # Before the new message: what waits goes to the contact that the family gave now.
    deliveries.reroute_child(tx, child_id=new.child_id, kept=timedelta())
    messages.stage(tx, event=CHANGED, ids=[live.registration_id])
    drafts.renew_key(tx, intake_id=new.intake_id, child_id=new.child_id)
    return written
