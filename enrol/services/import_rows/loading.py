"""Loading the files of an import inside the caller's transaction: read, judge, write."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from enrol.core.actors import CITY_OFFICER, Actor, Officer
from enrol.core.priority import PRESETS, rules_hash, rules_to_json
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.faults import Fault, TooManyFaults
from enrol.services.import_rows.grounds import changes_of_grounds
from enrol.services.import_rows.reading import Listen, Reading
from enrol.services.ports import ImportFiles
from enrol.services.refusals import Refusal
from enrol.store import journal, locks
from enrol.store.db import Transaction
from enrol.store.loading import children, merging, places, plans, staff
from enrol.store.loading.codes import stored_codes
from enrol.store.loading.merging import Written

WRITING = "writing"
"""What ``listen`` hears instead of a table while rows are written."""


class ImportRefused(Refusal):
    """At least one line cannot be taken, so nothing was kept; ``faults`` names every such line.

    ``has_more`` says that reading ended early because there were too many.
    """

    def __init__(self, faults: tuple[Fault, ...], *, has_more: bool = False) -> None:
        super().__init__()
        self.faults = faults
        self.has_more = has_more


class NothingToImport(Refusal):
    """None of the files is there."""


@dataclass(frozen=True, slots=True)
class TableResult:
    """What became of a table: rows in its file (None when it has none of its own), added,
    changed. ``grounds`` are the zones whose outline changes (``GroundChange`` as plain values).
    """

    table: str
    rows: int | None
    added: int
    changed: int
    grounds: list[dict[str, object]] = field(default_factory=list)


def read_into(
    tx: Transaction,
    *,
    files: ImportFiles,
    warn: Callable[[Fault], None],
    listen: Listen | None = None,
    most_faults: int | None = None,
    within: Collection[int] | None = None,
) -> Reading:
    """Read every file that is there into temporary tables and judge each row; locks the register,
    then the intakes that are not announced.

    ``listen`` hears of the table and its rows as they are read. With ``most_faults`` reading ends
    at so many bad rows. With ``within`` (unit ids) every row must be of one of these units.
    Raises ImportRefused, NothingToImport, StoreBusy.
    """
    locks.lock_register(tx)
    merging.begin(tx)
    codes = Codes(stored_codes(tx))
    reading = Reading(files=files, codes=codes, warn=warn, listen=listen, most_faults=most_faults)
    if reading.is_pointless:
        raise NothingToImport
    try:
        reading.stage_all(tx)
        for intake_id in plans.draft_intake_ids(tx):
            locks.lock_intake_exclusive(tx, intake_id)
        reading.check_staged(tx)
        if within is not None:
            reading.check_within(tx, unit_ids=within)
    except TooManyFaults:
        raise ImportRefused(tuple(reading.faults), has_more=True) from None
    if reading.faults:
        raise ImportRefused(tuple(reading.faults))
    return reading


def write_all(
    tx: Transaction, *, reading: Reading, actor: Actor, listen: Listen | None = None
) -> tuple[TableResult, ...]:
    """Bring what was staged into the real tables, what is referred to before what refers to it.

    A journal entry says how much was added and changed, when anything was. ``listen`` hears when
    it goes on to people, the larger part, and when that is done.
    """
    tell = listen or _nobody_listens
    tell(WRITING, 0)
    drawn: list[dict[str, object]] = []
    written = _merge_places(tx, reading, drawn) | _merge_plans(tx, reading, actor)
    tell(WRITING, sum(reading.rows.values()) // 2)
    written |= _merge_people(tx, reading, actor)
    tell(WRITING, sum(reading.rows.values()))
    changes = {table: w for table, w in written.items() if w.added or w.changed}
    if changes:
        merging.weigh_merged(tx)
        detail = {f"{table}_added": w.added for table, w in changes.items()} | {
            f"{table}_changed": w.changed for table, w in changes.items()
        }
        journal.record(tx, actor=actor, action="import.loaded", detail=detail)
    return tuple(
        TableResult(
            table,
            reading.rows.get(table),
            w.added,
            w.changed,
            drawn if table == "boundaries" else [],
        )
        for table, w in written.items()
    )


def _merge_places(
    tx: Transaction, reading: Reading, drawn: list[dict[str, object]]
) -> dict[str, Written]:
    columns, written = reading.columns, {}
    if "units" in columns:
        written["units"] = places.merge_units(tx, present=columns["units"])
    if "zones" in columns:
        written["zones"] = places.merge_zones(tx, present=columns["zones"])
    if "boundaries" in reading.rows:
        drawn.extend(changes_of_grounds(tx))
        written["boundaries"] = places.merge_boundaries(tx)
    if "residential_groups" in columns:
        groups = places.merge_groups(tx, present=columns["residential_groups"])
        written["residential_groups"] = groups
    if "schools" in columns:
        written["schools"] = places.merge_schools(tx, present=columns["schools"])
    return written


def _merge_plans(tx: Transaction, reading: Reading, actor: Actor) -> dict[str, Written]:
    columns, written = reading.columns, {}
    if "intakes" in columns:
        _store_rule_sets(tx)
        written["intakes"] = plans.merge_intakes(tx)
    if {"units", "zones", "intakes", "seat_plans"} & set(columns):
        joined = plans.add_zones(tx)
        if "seat_plans" in columns:
            present = columns["seat_plans"]
            written["seat_plans"] = plans.merge_seat_plans(
                tx, present=present, stated_by=_needs_a_second(actor)
            )
        written["intake_zones"] = Written(added=joined, changed=plans.drop_zones(tx))
    return written


def _needs_a_second(actor: Actor) -> int | None:
    """Return the officer whose file of seats a second officer has to approve: a ward's. What the
    city or its administrator brings is the city's decision.
    """
    is_ward = isinstance(actor, Officer) and not actor.has_role(CITY_OFFICER)
    return actor.staff_id if isinstance(actor, Officer) and is_ward else None


def _store_rule_sets(tx: Transaction) -> None:
    wanted = plans.staged_rule_hashes(tx)
    for rules in PRESETS.values():
        if rules_hash(rules) in wanted:
            plans.store_rule_set(
                tx,
                name=rules.name,
                version=rules.version,
                body=rules_to_json(rules),
                rules_hash=rules_hash(rules),
            )


def _merge_people(tx: Transaction, reading: Reading, actor: Actor) -> dict[str, Written]:
    columns, written = reading.columns, {}
    if "children" in columns:
        present = columns["children"]
        written["children"] = children.merge_children(tx, present=present)
        written["residences"] = children.merge_residences(tx, present=present)
        written["guardians"] = children.merge_guardians(tx, present=present)
    if "staff" in columns:
        by = actor.staff_id if isinstance(actor, Officer) else None
        written["staff"] = staff.merge_staff(tx, by=by)
    return written


def _nobody_listens(_table: str, _rows: int) -> None:
    """Take the place of who would listen."""
