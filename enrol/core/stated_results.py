"""What a bundle states as the result, held against what follows from its inputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from enrol.core import bundle
from enrol.core.bundle import read_certificate
from enrol.core.bundle_files import (
    read_cut_offs,
    read_placements,
    read_waiting,
    write_cut_offs,
    write_placements,
    write_waiting,
)
from enrol.core.certificate import Certificate
from enrol.core.comparison import (
    certificate_difference,
    cut_off_difference,
    number_difference,
    placement_difference,
    waiting_difference,
)
from enrol.core.draw_file import Draw
from enrol.core.intake_certificate import certify_intake
from enrol.core.ledger import Ledger
from enrol.core.leftovers import Distances
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.priority import RuleSet
from enrol.core.results import Results, compute
from enrol.core.verdict import Line, checked, difference

Beside: TypeAlias = Callable[[Callable[[], Certificate]], Callable[[], Certificate]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a result follows from; ``key`` is the draw key K."""

    rules: RuleSet
    seat_plans: Sequence[SeatPlan]
    entries: Sequence[Entry]
    distances: Distances
    draw: Draw
    key: bytes


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the bundle states as the result."""

    placements: Sequence[Placement]
    results: Results | None
    certificate: Mapping[str, object] | None


def read_outputs(ledger: Ledger) -> Outputs | None:
    """Return what the bundle states; None when there are no readable placements."""
    placements = ledger.read(bundle.PLACEMENTS, read_placements, write_placements)
    cut_offs = ledger.read(bundle.CUT_OFFS, read_cut_offs, write_cut_offs)
    waiting = ledger.read(bundle.WAITING, read_waiting, write_waiting)
    certificate = ledger.read(bundle.CERTIFICATE, read_certificate)
    if placements is None:
        return None
    results = None
    if cut_offs is not None and waiting is not None:
        results = Results(tuple(placements), tuple(cut_offs), tuple(waiting))
    return Outputs(placements, results, certificate)


def check_outputs(ledger: Ledger, inputs: Inputs, stated: Outputs, *, beside: Beside) -> None:
    """Compute the result again and record what differs."""
    certificate = None
    if stated.certificate is not None:
        certificate = beside(lambda: _certified(inputs, stated))
    found = _computed(inputs)
    # What was computed has the right numbers: they are looked at one by one only where it differs.
    is_same = isinstance(found, Results) and list(found.placements) == list(stated.placements)
    ledger.settle(
        None if is_same else _wrong_number(inputs, stated),
        checked("numbers", count=len(inputs.entries), value=inputs.draw.public_value),
    )
    if isinstance(found, ValueError):
        ledger.note(difference("not_allocatable", reason=found))
        return
    _compare_results(ledger, stated, found)
    if stated.certificate is not None and certificate is not None:
        wrong = certificate_difference(stated=stated.certificate, found=certificate())
        ledger.settle(wrong, checked("certificate"))


def _computed(inputs: Inputs) -> Results | ValueError:
    try:
        return compute(
            entries=inputs.entries,
            seat_plans=inputs.seat_plans,
            distances=inputs.distances,
            rules=inputs.rules,
            key=inputs.key,
        ).results
    except ValueError as error:
        return error


def _certified(inputs: Inputs, stated: Outputs) -> Certificate:
    return certify_intake(
        entries=inputs.entries,
        seat_plans=inputs.seat_plans,
        distances=inputs.distances,
        rules=inputs.rules,
        key=inputs.key,
        placements=stated.placements,
    )


def _wrong_number(inputs: Inputs, stated: Outputs) -> Line | None:
    return number_difference(
        entries=inputs.entries, placements=stated.placements, rules=inputs.rules, key=inputs.key
    )


def _compare_results(ledger: Ledger, stated: Outputs, found: Results) -> None:
    ledger.settle(
        placement_difference(stated=stated.placements, found=found.placements),
        checked("placements", count=len(found.placements)),
    )
    if stated.results is None:
        return
    ledger.settle(
        cut_off_difference(stated=stated.results.cut_offs, found=found.cut_offs),
        checked("cut_offs", count=len(found.cut_offs)),
    )
    ledger.settle(
        waiting_difference(stated=stated.results.waiting, found=found.waiting),
        checked("waiting", count=sum(len(item.waiting.codes) for item in found.waiting)),
    )
