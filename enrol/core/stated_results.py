"""What a bundle states as the result, held against what follows from its inputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

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

_Item = TypeVar("_Item")

Answer: TypeAlias = Callable[[], Certificate | None]
"""Waits for a certificate that was begun elsewhere; None when there is none."""


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


def computed(inputs: Inputs) -> Results | ValueError:
    """Return the result that follows, or why none does."""
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


def certified(inputs: Inputs, placements: Sequence[Placement]) -> Certificate:
    """Return the certificate of placements, which is found by another route than they are."""
    return certify_intake(
        entries=inputs.entries,
        seat_plans=inputs.seat_plans,
        distances=inputs.distances,
        rules=inputs.rules,
        key=inputs.key,
        placements=placements,
    )


def read_outputs(ledger: Ledger, found: Results | ValueError | None) -> Outputs | None:
    """Return what the bundle states; None when there are no readable placements.

    What is spelled byte by byte as what was ``found`` need not be read to be known.
    """
    known = found if isinstance(found, Results) else None
    placements = _read(
        ledger,
        bundle.PLACEMENTS,
        read_placements,
        write_placements,
        known.placements if known else None,
    )
    cut_offs = _read(
        ledger, bundle.CUT_OFFS, read_cut_offs, write_cut_offs, known.cut_offs if known else None
    )
    waiting = _read(
        ledger, bundle.WAITING, read_waiting, write_waiting, known.waiting if known else None
    )
    certificate = ledger.read(bundle.CERTIFICATE, read_certificate)
    if placements is None:
        return None
    results = None
    if cut_offs is not None and waiting is not None:
        results = Results(tuple(placements), tuple(cut_offs), tuple(waiting))
    return Outputs(placements, results, certificate)


def _read(
    ledger: Ledger,
    name: str,
    reader: Callable[[bytes], Sequence[_Item]],
    writer: Callable[[Sequence[_Item]], bytes],
    known: Sequence[_Item] | None,
) -> Sequence[_Item] | None:
    if known is not None and ledger.says(name, writer(known)):
        return known
    return ledger.read(name, reader, writer)


def check_outputs(
    ledger: Ledger,
    inputs: Inputs,
    stated: Outputs,
    found: Results | ValueError,
    *,
    certificate: Answer,
) -> None:
    """Record what differs between what is stated and what was ``found``."""
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
    if stated.certificate is not None:
        true = certificate() or certified(inputs, stated.placements)
        wrong = certificate_difference(stated=stated.certificate, found=true)
        ledger.settle(wrong, checked("certificate"))


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
