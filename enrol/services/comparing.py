"""The difference that other seats or other rules would make, computed by a worker.

Both sides are drawn with the same made-up numbers, never with those of the official draw: otherwise
one could try seats until a chosen child has a place. Only the first stage is tried, zone by zone.
"""

import hashlib
from dataclasses import asdict, replace

from enrol.core.actors import System
from enrol.core.digests import input_digest, intake_digest
from enrol.core.imagined import Change, Imagined, imagine_zone, summed
from enrol.core.outcome import Totals
from enrol.core.priority import PRESETS, RuleSet
from enrol.services.refusals import NotFound
from enrol.services.zone_lists import ZoneList, zone_list
from enrol.store import journal, outbox, what_ifs, zone_lists
from enrol.store.db import Transaction, transaction
from enrol.store.what_ifs import WhatIf

MOST_SENDINGS = 5
"""A what-if that was begun, sent so often and never finished is given up."""


def compute_what_if(*, what_if_id: int) -> bool:
    """Compute a what-if zone by zone and keep the difference; True when this call wrote it.

    Killed anywhere, run twice or at once, the result stands once. One with facts that cannot be
    read, or begun and sent ``MOST_SENDINGS`` times in vain, ends as failed, and the journal says
    so. Raises NotFound.
    """
    with transaction() as tx:
        asked = what_ifs.what_if_of(tx, what_if_id=what_if_id)
        if asked is None:
            raise NotFound
        if asked.is_done:
            return False
        if _is_hopeless(tx, asked):
            _give_up(tx, asked)
            return False
        what_ifs.begin(tx, what_if_id=what_if_id)
        zone_ids = [asked.intake_zone_id] if asked.intake_zone_id else _all_zones(tx, asked)
    try:
        found = _found(asked, zone_ids)
    except ValueError:
        with transaction() as tx:
            _give_up(tx, asked)
        return False
    with transaction() as tx:
        if not what_ifs.hold(tx, what_if_id=what_if_id):
            return False
        found.save(tx)
        _record(tx, asked, action="what_if.done", changes=len(found.changes))
        return True


def _found(asked: WhatIf, zone_ids: list[int]) -> "_Found":
    found = _Found(asked)
    for done, intake_zone_id in enumerate(zone_ids, start=1):
        with transaction() as tx:
            listed = zone_list(tx, intake_zone_id=intake_zone_id)
        found.add(listed)
        with transaction() as tx:
            what_ifs.advance(tx, what_if_id=asked.what_if_id, zones_done=min(done, asked.zones))
    return found


def _is_hopeless(tx: Transaction, asked: WhatIf) -> bool:
    sent = outbox.sendings(tx, job="compute_what_if", argument=asked.what_if_id)
    return asked.is_begun and sent > MOST_SENDINGS


def _give_up(tx: Transaction, asked: WhatIf) -> None:
    if what_ifs.hold(tx, what_if_id=asked.what_if_id):
        what_ifs.fail(tx, what_if_id=asked.what_if_id)
        _record(tx, asked, action="what_if.failed")


def _record(tx: Transaction, asked: WhatIf, *, action: str, **counted: int) -> None:
    journal.record(
        tx,
        actor=System(),
        action=action,
        intake_id=asked.intake_id,
        subject=asked.zone,
        detail={"what_if": asked.what_if_id, **counted},
    )


class _Found:
    """What was found so far, zone by zone: lists are let go, differences kept."""

    def __init__(self, asked: WhatIf) -> None:
        self.changes: list[tuple[str, Change]] = []
        self._asked = asked
        self._before: list[Totals] = []
        self._after: list[Totals] = []
        self._digests: list[tuple[str, str]] = []
        self._list_hash: str | None = None

    def add(self, listed: ZoneList) -> None:
        zone, entries, plans, rules = listed.zone, listed.entries, listed.plans, listed.rules
        other_plans = [
            replace(plan, seats=self._asked.seats.get(plan.school, plan.seats)) for plan in plans
        ]
        other_rules: RuleSet = PRESETS[self._asked.rules] if self._asked.rules else rules
        found: Imagined = imagine_zone(
            entries=entries,
            seat_plans=plans,
            rules=rules,
            imagined_plans=other_plans,
            imagined_rules=other_rules,
            key=rehearsal_key(intake_code=zone.intake_code, what_if_id=self._asked.what_if_id),
        )
        self.changes += [(zone.zone, change) for change in found.changes]
        self._before.append(found.before)
        self._after.append(found.after)
        self._digests.append(
            (
                input_digest(entries=entries, seat_plans=plans, rules=rules),
                input_digest(entries=entries, seat_plans=other_plans, rules=other_rules),
            )
        )
        self._list_hash = zone.list_hash

    def save(self, tx: Transaction) -> None:
        what_ifs.save_changes(tx, what_if_id=self._asked.what_if_id, changes=self.changes)
        what_ifs.finish(
            tx,
            what_if_id=self._asked.what_if_id,
            list_hash=self._list_hash,
            before_digest=intake_digest(before for before, _ in self._digests),
            after_digest=intake_digest(after for _, after in self._digests),
            totals_before=asdict(summed(self._before)),
            totals_after=asdict(summed(self._after)),
        )


def rehearsal_key(*, intake_code: str, what_if_id: int) -> bytes:
    """Return the key of a what-if's made-up numbers: anybody could make it, so it hides nothing."""
    return hashlib.sha256(f"what-if/{intake_code}/{what_if_id}".encode()).digest()


def _all_zones(tx: Transaction, asked: WhatIf) -> list[int]:
    return [row[0] for row in zone_lists.zones_of_intake(tx, intake_id=asked.intake_id)]
