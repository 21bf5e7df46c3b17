"""A live registration as the list takes it: codes for ids, facts as decided, metres measured."""

import json
from dataclasses import replace
from functools import lru_cache

from enrol.core.decided import facts_as_decided, with_distances
from enrol.core.model import Entry, Facts
from enrol.core.priority import policies_that_count, rules_from_json
from enrol.store import frozen_entries, frozen_files
from enrol.store.db import Transaction
from enrol.store.frozen_entries import LiveRegistration

_KNOWN_FACTS = 10_000


class EntryReader:
    """Turns the live registrations of one intake into entries."""

    def __init__(self, tx: Transaction, *, intake_id: int) -> None:
        self._zones = frozen_entries.zone_codes(tx, intake_id=intake_id)
        self._schools = frozen_entries.school_codes(tx)
        rules = rules_from_json(dict(frozen_files.rules_of(tx, intake_id=intake_id)))
        plans = frozen_files.seat_plans_of(tx, intake_id=intake_id)
        reserved = {reserve.policy for plan in plans for reserve in plan.reserves}
        self._policies = policies_that_count(rules=rules, reserved=reserved)
        # A city states few different combinations of facts: each is read once.
        self._facts = lru_cache(maxsize=_KNOWN_FACTS)(self._facts_of)

    def entry(self, registration: LiveRegistration) -> Entry:
        """Return the entry. Raises ValueError for facts that cannot be read."""
        wishes = tuple(self._schools[school_id] for school_id in registration.wishes)
        facts = self._facts(registration.intake_zone_id, registration.facts)
        return Entry(
            code=registration.code,
            family=registration.family_code,
            submission_hash=registration.submission_hash,
            facts=with_distances(facts=facts, wishes=wishes, distances=registration.distances),
            wishes=wishes,
        )

    def _facts_of(self, intake_zone_id: int, stated: str) -> Facts:
        facts = facts_as_decided(zone=self._zones[intake_zone_id], stated=json.loads(stated))
        # The list is published: a category that decides nothing has no place in it.
        counting = tuple(policy for policy in facts.policies if policy in self._policies)
        return replace(facts, policies=counting)
