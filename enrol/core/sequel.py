"""What follows the first run in a published bundle: corrections, final run, answers and rounds.

A bundle of the format ``enrol-bundle/2`` has all members of the first format, unchanged, and those
of the sequel beside them. ``extended`` makes it of a first bundle; ``check_sequel`` checks it as
part of ``verification.verify``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from enrol.core import bundle
from enrol.core.bundle_files import (
    read_distances,
    read_entries,
    write_cut_offs,
    write_entries,
    write_placements,
    write_waiting,
)
from enrol.core.certificate import Certificate, certificate_to_json
from enrol.core.claims import Law
from enrol.core.corrections import (
    Correction,
    changes,
    corrected,
    corrections_of,
    read_reasons,
    write_corrections,
)
from enrol.core.holdings import Holdings, first_holdings, queues_of
from enrol.core.ledger import Ledger
from enrol.core.leftovers import distances_from_zones
from enrol.core.model import Entry
from enrol.core.results import Results
from enrol.core.round_certificate import round_violation
from enrol.core.rounds import Answer, Answered, Round, hold_round
from enrol.core.sealing import Json, canonical_json
from enrol.core.sequel_files import (
    line_text,
    read_answers,
    read_ledger,
    read_rolls,
    write_answers,
    write_ledger,
    write_rolls,
)
from enrol.core.stated_results import Inputs, check_outputs, computed, read_outputs
from enrol.core.verdict import Line, checked, difference

_FINAL = {
    bundle.PLACEMENTS: bundle.FINAL_PLACEMENTS,
    bundle.CUT_OFFS: bundle.FINAL_CUT_OFFS,
    bundle.WAITING: bundle.FINAL_WAITING,
    bundle.CERTIFICATE: bundle.FINAL_CERTIFICATE,
}


@dataclass(frozen=True, slots=True)
class Sequel:
    """Corrections, the final run and the rounds so far; ``answers`` are those of each round."""

    corrections: Sequence[Correction]
    results: Results
    certificate: Certificate
    answers: Sequence[Sequence[Answered]]
    rounds: Sequence[Round]


def extended(
    *, members: Mapping[str, bytes], entries: Sequence[Entry], sequel: Sequel
) -> dict[str, bytes]:
    """Return the bundle of the second format: a first one, which stays as it is, and its sequel.

    ``entries`` are the frozen list. Raises ValueError for corrections that do not fit it.
    """
    manifest = bundle.read_manifest(members)
    counted = corrected(entries=entries, corrections=sequel.corrections)
    final = sequel.results
    holds = {item.code: item.school for item in final.placements if item.school is not None}
    last: Mapping[str, str] = sequel.rounds[-1].holdings.holds if sequel.rounds else holds
    files = {
        **{name: members[name] for name in bundle.MEMBERS[1:]},
        bundle.CORRECTIONS: write_corrections(sequel.corrections),
        bundle.COUNTED: write_entries(counted),
        bundle.FINAL_PLACEMENTS: write_placements(final.placements),
        bundle.FINAL_CUT_OFFS: write_cut_offs(final.cut_offs),
        bundle.FINAL_WAITING: write_waiting(final.waiting),
        bundle.FINAL_CERTIFICATE: canonical_json(certificate_to_json(sequel.certificate)),
        bundle.ANSWERS: write_answers(sequel.answers),
        bundle.LEDGER: write_ledger([item.ledger for item in sequel.rounds]),
        bundle.ROLLS: write_rolls(last),
    }
    stated: dict[str, Json] = {
        "format": bundle.FORMAT_2,
        "intake": manifest.intake,
        "kind": manifest.kind,
        "members": {name: bundle.digest(data) for name, data in files.items()},
    }
    return {bundle.MANIFEST: canonical_json(stated), **files}


def hold_rounds(
    *, inputs: Inputs, results: Results, answers: Sequence[Sequence[Answered]]
) -> list[Round]:
    """Return the rounds that follow from the final results and the answers of each round.

    Raises ValueError as ``hold_round`` does, naming the round; and should the second opinion find
    an end wrong.
    """
    law = Law(inputs.rules, inputs.key)
    holdings = first_holdings(
        entries=inputs.entries,
        seat_plans=inputs.seat_plans,
        distances=inputs.distances,
        results=results,
        law=law,
    )
    rounds = []
    for at, given in enumerate(answers, start=1):
        try:
            rounds.append(_round(inputs, law, holdings, given))
        except ValueError as error:
            raise ValueError(f"round {at}: {error}") from error
        holdings = rounds[-1].holdings
    return rounds


def _round(inputs: Inputs, law: Law, before: Holdings, given: Sequence[Answered]) -> Round:
    queues = queues_of(
        holdings=before, groups=[(inputs.entries, law)], seat_plans=inputs.seat_plans
    )
    held = hold_round(holdings=before, answers=given, queues=queues)
    gone = {item.code for item in given if item.answer in {Answer.DECLINE, Answer.UNCLAIMED}}
    wrong = round_violation(before=before, after=held.holdings, queues=queues, gone=gone)
    if wrong is not None:
        raise ValueError(wrong)
    return held


def check_sequel(ledger: Ledger, members: Mapping[str, bytes], first: Inputs) -> None:
    """Record what differs between a bundle's sequel and what follows from its first part."""
    reasons = ledger.read(bundle.CORRECTIONS, read_reasons)
    counted = ledger.read(bundle.COUNTED, read_entries)
    if reasons is None or counted is None:
        return
    try:
        corrections_of(frozen=first.entries, counted=counted, reasons=reasons)
    except ValueError as error:
        ledger.note(difference("corrections", reason=error))
        return
    table = read_distances(members[bundle.DISTANCES])
    known = distances_from_zones(table=table, entries=counted, rules=first.rules)
    final = replace(first, entries=counted, distances=known)
    found, before = computed(final), computed(first)
    moved = (
        len(changes(before=before.placements, after=found.placements))
        if isinstance(found, Results) and isinstance(before, Results)
        else 0
    )
    ledger.settle(None, checked("corrections", count=len(reasons), moved=moved))
    beside = ledger.under(_FINAL)
    outputs = read_outputs(beside, found)
    if outputs is not None:
        check_outputs(beside, final, outputs, found, certificate=lambda: None)
    if isinstance(found, Results):
        _check_rounds(ledger, final, found)


def _check_rounds(ledger: Ledger, final: Inputs, results: Results) -> None:
    answers = ledger.read(bundle.ANSWERS, read_answers, write_answers)
    lines = ledger.read(bundle.LEDGER, read_ledger)
    rolls = ledger.read(bundle.ROLLS, read_rolls)
    if answers is None or lines is None or rolls is None:
        return
    try:
        rounds = hold_rounds(inputs=final, results=results, answers=answers)
    except ValueError as error:
        ledger.note(difference("round", reason=error))
        return
    follows = [
        line_text(at, line) for at, held in enumerate(rounds, start=1) for line in held.ledger
    ]
    told = checked("ledger", rounds=len(rounds), answers=sum(map(len, answers)), count=len(follows))
    _compare(ledger, "ledger", [line_text(*line) for line in lines], follows, told)
    first = {item.code: item.school for item in results.placements if item.school is not None}
    holds: Mapping[str, str] = rounds[-1].holdings.holds if rounds else first
    seats = [f"{school} {code}" for school, code in sorted((s, c) for c, s in holds.items())]
    stated = [f"{school} {code}" for school, code in rolls]
    _compare(ledger, "rolls", stated, seats, checked("rolls", count=len(seats)))


def _compare(
    ledger: Ledger, key: str, stated: Sequence[str], found: Sequence[str], held: Line
) -> None:
    for says, follows in zip_longest(stated, found):
        if says != follows:
            ledger.note(difference(key, stated=says or "–", found=follows or "–"))
            return
    ledger.settle(None, held)
