"""What a rehearsal of one zone computes from: the frozen list, or the registrations so far."""

import json
from dataclasses import dataclass

from enrol.core.model import Entry, SeatPlan
from enrol.core.priority import RuleSet, rules_from_json
from enrol.core.sealing import entry_from_json
from enrol.services.live_entries import EntryReader
from enrol.services.refusals import NotFound
from enrol.store import run_inputs, zone_lists
from enrol.store.db import Transaction
from enrol.store.zone_lists import ZoneOfIntake


@dataclass(frozen=True, slots=True)
class ZoneList:
    """One zone's entries in code order, its seats and rules.

    ``versions`` gives (registration id, version) of each entry of a list that is not frozen yet;
    it is empty for a frozen one.
    """

    zone: ZoneOfIntake
    entries: list[Entry]
    versions: list[tuple[int, int]]
    plans: list[SeatPlan]
    rules: RuleSet


def zone_list(tx: Transaction, *, intake_zone_id: int) -> ZoneList:
    """Return what the zone has now. Raises NotFound; ValueError for facts that cannot be read."""
    zone = zone_lists.zone_of(tx, intake_zone_id=intake_zone_id)
    if zone is None:
        raise NotFound
    versions: list[tuple[int, int]] = []
    if zone.list_hash is None:
        reader = EntryReader(tx, intake_id=zone.intake_id)
        listed = zone_lists.live_of_zone(tx, intake_zone_id=intake_zone_id)
        entries = [reader.entry(line.registration) for line in listed]
        versions = [(line.registration_id, line.version) for line in listed]
    else:
        packed = run_inputs.zone_entries(tx, intake_zone_id=intake_zone_id)
        entries = [entry_from_json(item) for item in json.loads(packed)]
    schools = run_inputs.zone_schools(tx, intake_zone_id=intake_zone_id)
    return ZoneList(
        zone=zone,
        entries=entries,
        versions=versions,
        plans=[school.plan(zone=zone.zone) for school in schools],
        rules=rules_from_json(dict(zone.rules)),
    )
