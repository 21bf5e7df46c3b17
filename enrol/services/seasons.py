"""A published intake as it is stored: what its results follow from, the results, and what followed.

The rounds after the final results follow from the answers; ``answers_so_far`` is the one place
that reads them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from enrol.core.certificate import Certificate
from enrol.core.corrections import Correction, CorrectionReason
from enrol.core.draw_file import Draw
from enrol.core.intake import Phase
from enrol.core.leftovers import ZoneDistances, distances_from_zones
from enrol.core.lottery import draw_key
from enrol.core.model import Entry, SeatPlan
from enrol.core.priority import RuleSet, rules_from_json
from enrol.core.results import Results
from enrol.core.rounds import Answered
from enrol.core.sealing import entry_from_json
from enrol.core.stated_results import Inputs, certified
from enrol.services.frozen_files import frozen_distances, renamed_values
from enrol.services.phases import refuse_unless_in
from enrol.services.refusals import NotFound
from enrol.store import (
    draws,
    final_outcomes,
    frozen_entries,
    frozen_files,
    intakes,
    rounds,
    run_inputs,
    runs,
)
from enrol.store.db import Transaction
from enrol.store.draws import Draw as StoredDraw
from enrol.store.intakes import CIVIL_TIME, IntakeRecord
from enrol.store.run_inputs import DrawnRules

PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)
_FINAL = (Phase.FINAL, Phase.SETTLED)


@dataclass(frozen=True, slots=True)
class FinalSeason:
    """What followed the first run. ``inputs`` hold the corrected list; ``answers`` are those of
    each round so far.
    """

    corrections: list[Correction]
    inputs: Inputs
    results: Results
    answers: Sequence[Sequence[Answered]]


@dataclass(frozen=True, slots=True)
class Season:
    """A published intake as stored; ``final`` is None until the final results are public."""

    intake: IntakeRecord
    distances: ZoneDistances
    inputs: Inputs
    results: Results
    final: FinalSeason | None

    @property
    def rules(self) -> RuleSet:
        """The rule set."""
        return self.inputs.rules

    @property
    def plans(self) -> Sequence[SeatPlan]:
        """The seats."""
        return self.inputs.seat_plans

    @property
    def entries(self) -> Sequence[Entry]:
        """The frozen list."""
        return self.inputs.entries

    @property
    def draw(self) -> Draw:
        """The draw."""
        return self.inputs.draw


def season_of(tx: Transaction, *, intake_id: int | None) -> Season:
    """Return a published intake. Raises NotFound, WrongPhase before the publication, ListAltered
    when the distances are not those that were announced.
    """
    intake = None if intake_id is None else intakes.intake_of(tx, intake_id=intake_id)
    if intake is None:
        raise NotFound
    refuse_unless_in(intake, *PUBLISHED)
    draw = draws.draw_of(tx, intake_id=intake.intake_id)
    drawn = None if draw is None else run_inputs.drawn_rules(tx, draw_id=draw.draw_id)
    if draw is None or drawn is None:
        raise NotFound
    frozen_entries.allow_minutes(tx)
    table = frozen_distances(tx, intake=intake)
    inputs = _inputs(
        tx, intake=intake, draw=_draw(tx, intake, draw, drawn), drawn=drawn, table=table
    )
    return Season(
        intake=intake,
        distances=table,
        inputs=inputs,
        results=final_outcomes.results_of(tx, draw_id=draw.draw_id, outcome=runs.PROVISIONAL),
        final=_final(tx, intake, draw.draw_id, inputs=inputs, table=table)
        if intake.phase in _FINAL
        else None,
    )


def final_season(tx: Transaction, *, intake: IntakeRecord) -> FinalSeason:
    """Return what counts as final of an intake whose final results are public: all that rounds
    begin with (``core.sequel.hold_rounds``). Raises NotFound, WrongPhase.
    """
    refuse_unless_in(intake, *_FINAL)
    final = season_of(tx, intake_id=intake.intake_id).final
    assert final is not None  # noqa: S101
    return final


def answers_so_far(
    tx: Transaction, *, intake_id: int, pending_id: int | None = None
) -> Sequence[Sequence[Answered]]:
    """Return the answers of each round that was held, the first round first; none before one.

    Those of the round ``pending_id`` follow them.
    """
    return rounds.answers_of(tx, intake_id=intake_id, pending_id=pending_id)


def certificate_of(inputs: Inputs, results: Results) -> Certificate:
    """Return the certificate of results, found by another route than they are."""
    return certified(inputs, results.placements)


def _inputs(
    tx: Transaction,
    *,
    intake: IntakeRecord,
    draw: Draw,
    drawn: DrawnRules,
    table: ZoneDistances,
) -> Inputs:
    rules = rules_from_json(dict(drawn.rules))
    entries = _entries(frozen_entries.frozen_lines(tx, intake_id=intake.intake_id))
    return Inputs(
        rules=rules,
        seat_plans=frozen_files.seat_plans_of(tx, intake_id=intake.intake_id),
        entries=entries,
        distances=distances_from_zones(table=table, entries=entries, rules=rules),
        draw=draw,
        key=draw_key(
            seed=bytes.fromhex(draw.seed),
            public_value=draw.public_value,
            list_hash=bytes.fromhex(draw.list_hash),
        ),
    )


def _final(
    tx: Transaction, intake: IntakeRecord, draw_id: int, *, inputs: Inputs, table: ZoneDistances
) -> FinalSeason:
    counted = _entries(final_outcomes.counted_lines(tx, intake_id=intake.intake_id))
    return FinalSeason(
        corrections=[
            Correction(
                item.code,
                entry_from_json(json.loads(item.entry)).facts,
                CorrectionReason(item.reason),
            )
            for item in final_outcomes.corrections_of(tx, intake_id=intake.intake_id)
        ],
        inputs=replace(
            inputs,
            entries=counted,
            distances=distances_from_zones(table=table, entries=counted, rules=inputs.rules),
        ),
        results=final_outcomes.results_of(tx, draw_id=draw_id),
        answers=answers_so_far(tx, intake_id=intake.intake_id),
    )


def _entries(lines: Iterable[str]) -> list[Entry]:
    return [entry_from_json(json.loads(line)) for line in lines]


def _draw(tx: Transaction, intake: IntakeRecord, draw: StoredDraw, drawn: DrawnRules) -> Draw:
    assert intake.frozen_at is not None  # noqa: S101
    return Draw(
        seed=drawn.seed,
        commitment=intake.seed_commitment or "",
        public_value=draw.public_value,
        public_value_name=intake.public_value_name,
        public_value_name_en=intake.public_value_name_en,
        public_value_on=intake.public_value_on,
        list_hash=draw.list_hash,
        frozen_at=intake.frozen_at.astimezone(ZoneInfo(CIVIL_TIME)).replace(microsecond=0),
        renamed=renamed_values(tx, intake_id=intake.intake_id),
    )
