"""What a round after the final results must keep, on random intakes and answers."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core.claims import Law
from enrol.core.holdings import Holdings, joined, waiting_now
from enrol.core.priority import LOTTERY_ONLY
from enrol.core.rounds import Answer, Answered, Cause, hold_round, replay
from tests.unit.core.round_cities import ON, answers, intake_of, intakes
from tests.unit.core.zones import entry, plan

SETTINGS = settings(deadline=None, max_examples=150)


def declined(code: str) -> Answered:
    return Answered(code, Answer.DECLINE, ON)


def wishing(intake, code: str):
    """Return, as the state says it, what a child asks for in order: its wishes, then its seat."""
    own = intake.holds.get(code)
    return [*intake.wants.get(code, ()), *([own] if own else [])]


def check_state(before, after, queues, gone) -> None:
    """Check a round's end by its meaning alone, without the engine."""
    counts = {school: list(after.holds.values()).count(school) for school in after.seats}
    assert all(counts[school] <= seats for school, seats in after.seats.items())
    for code, school in before.holds.items():
        if code not in gone:
            lists = wishing(before, code)
            assert after.holds[code] == school or after.holds[code] in lists[: lists.index(school)]
    for school, queue in queues.items():
        holders = {code for code, own in after.holds.items() if own == school}
        newcomers = {code for code in holders if before.holds.get(code) != school}
        passed = [code for code in queue if school in after.wants.get(code, ())]
        if passed:
            assert len(holders) == after.seats[school], "a seat is empty that somebody wants"
            assert all(queue.index(code) < queue.index(passed[0]) for code in newcomers)


def best_end(before, queues):
    """Return, by trying every end, the one that is best for each child and passes nobody over."""
    codes = sorted(set(before.holds) | set(before.wants))
    place = {s: {code: at for at, code in enumerate(q, 1)} for s, q in queues.items()}
    sound = []
    lists = [wishing(before, code) for code in codes]
    choices = [
        [*mine, *([] if code in before.holds else [None])]
        for code, mine in zip(codes, lists, strict=True)
    ]
    for ends in itertools.product(*choices):
        held = {s: [c for c, end in zip(codes, ends, strict=True) if end == s] for s in queues}
        if all(len(held[s]) <= before.seats[s] for s in queues) and not any(
            len(held[s]) < before.seats[s]
            or any(before.holds.get(c) != s and place[s][c] > place[s][code] for c in held[s])
            for code, end, mine in zip(codes, ends, lists, strict=True)
            for s in (mine[: mine.index(end)] if end else mine)
        ):
            sound.append(ends)
    worth = [
        min((mine.index(ends[at]) if ends[at] else len(mine)) for ends in sound)
        for at, mine in enumerate(lists)
    ]
    best = [
        end
        for end in sound
        if [
            mine.index(school) if school else len(mine)
            for school, mine in zip(end, lists, strict=True)
        ]
        == worth
    ]
    assert len(best) == 1
    return {code: end for code, end in zip(codes, best[0], strict=True) if end}


@SETTINGS
@given(intakes(), st.data())
def test_rounds_keep_every_promise(intake, data):
    holdings, ledger = intake.first, []
    for at in range(3):
        given_now = data.draw(answers(holdings, ends=at == 0))
        queues = intake.queues(holdings)
        held = hold_round(holdings=holdings, answers=given_now, queues=queues)
        assert held == hold_round(
            holdings=holdings, answers=data.draw(st.permutations(given_now)), queues=queues
        )
        gone = {
            item.code for item in given_now if item.answer in (Answer.DECLINE, Answer.UNCLAIMED)
        }
        silent = {item.code for item in given_now if item.answer is Answer.ACCEPT} | gone
        check_state(holdings, held.holdings, intake.queues(holdings), gone)
        assert not silent & set(held.holdings.wants)
        assert not gone & set(held.holdings.holds)
        assert replay(holds=holdings.holds, ledger=held.ledger) == held.holdings.holds
        check_causes(holdings, held.ledger)
        if at == 0:
            assert held.holdings.unanswered <= set(held.holdings.holds) - set(holdings.holds)
        ledger.append(held.ledger)
        holdings = held.holdings
    again = intake.first.holds
    for lines in ledger:
        again = replay(holds=again, ledger=lines)
    assert again == holdings.holds


def check_causes(before, ledger) -> None:
    """Each seat taken is one that its cause really left, and none is the cause of two moves."""
    taken = [line for line in ledger if line.taken is not None]
    leavers = {line.code: line for line in ledger if line.left is not None}
    named = [line.by for line in taken if line.by]
    assert len(named) == len(set(named))
    for line in taken:
        if line.cause is Cause.FREE:
            assert line.by == ""
        else:
            source = leavers[line.by]
            assert source.left == line.taken
            assert (source.taken is None) == (line.cause is not Cause.MOVED)
            assert line.on == (source.on if source.taken is None else "")
    for school in before.seats:
        unnamed = [x for x in taken if x.taken == school and x.cause is Cause.FREE]
        assert len(unnamed) <= before.free[school]


@settings(deadline=None, max_examples=60)
@given(intakes().filter(lambda intake: len(intake.entries) <= 6), st.data())
def test_the_end_is_the_best_one_for_each_child(intake, data):
    given_now = data.draw(answers(intake.first))
    queues = intake.queues(intake.first)
    after = hold_round(holdings=intake.first, answers=given_now, queues=queues).holdings
    gone = {item.code for item in given_now if item.answer in (Answer.DECLINE, Answer.UNCLAIMED)}
    over = {item.code for item in given_now if item.answer is Answer.ACCEPT} | gone
    before = type(intake.first)(
        intake.first.seats,
        {code: school for code, school in intake.first.holds.items() if code not in gone},
        {code: wants for code, wants in intake.first.wants.items() if code not in over},
        frozenset(),
    )
    assert dict(after.holds) == best_end(before, queues)


@SETTINGS
@given(intakes())
def test_nothing_moves_without_an_answer(intake):
    if not any(plan.reserves for plan in intake.plans):
        queues = intake.queues(intake.first)
        assert hold_round(holdings=intake.first, answers=(), queues=queues).ledger == ()


@SETTINGS
@given(intakes())
def test_the_waiting_lists_are_the_published_ones(intake):
    published = dict.fromkeys(intake.first.seats, ())
    for item in intake.results.waiting:
        published[item.waiting.school] += item.waiting.codes
    queues = intake.queues(intake.first)
    shown = {item.school: item.codes for item in waiting_now(holdings=intake.first, queues=queues)}
    for school, codes in published.items():
        # Children led here for want of any seat stand between the two published lists.
        assert codes == tuple(code for code in shown.get(school, ()) if code in codes)
        led = set(shown.get(school, ())) - set(codes)
        assert not led & set(intake.first.holds)


def chain():
    """Return an intake of three children with a seat each; two wait for a better one."""
    children = [
        entry("R1", "A"),
        entry("R2", "AB", band=2),
        entry("R3", "ABC", band=3),
    ]
    plans = [plan("A", 1), plan("B", 1), plan("C", 1)]
    return intake_of(children, plans, LOTTERY_ONLY)


def test_a_declined_seat_moves_one_after_the_other():
    intake = chain()
    queues = intake.queues(intake.first)
    first = intake.first
    top = next(code for code, school in first.holds.items() if school == "A")
    held = hold_round(holdings=first, answers=[declined(top)], queues=queues)
    gone, *moved = held.ledger
    assert (gone.code, gone.left, gone.taken, gone.cause, gone.on) == (
        top,
        "A",
        None,
        Cause.DECLINED,
        ON,
    )
    assert moved
    assert (moved[0].taken, moved[0].cause, moved[0].by) == ("A", Cause.DECLINED, top)
    assert all(
        (line.cause, line.by) == (Cause.MOVED, previous.code)
        for previous, line in itertools.pairwise(moved)
    )


def test_each_seat_has_its_own_cause():
    queues = {"A": ("R2", "R3", "R4", "R5", "R6"), "B": ("R1", "R2")}
    before = Holdings(
        seats={"A": 2, "B": 1},
        holds={"R1": "B", "R2": "A", "R3": "A"},
        wants={"R2": ("B",), "R4": ("A",), "R5": ("A",), "R6": ("A",)},
        unanswered=frozenset(),
    )
    held = hold_round(holdings=before, answers=[declined("R1"), declined("R3")], queues=queues)
    assert [(x.code, x.left, x.taken, x.cause, x.by, x.place) for x in held.ledger] == [
        ("R1", "B", None, Cause.DECLINED, "", 0),
        ("R3", "A", None, Cause.DECLINED, "", 0),
        ("R4", None, "A", Cause.DECLINED, "R3", 1),
        ("R5", None, "A", Cause.MOVED, "R2", 2),
        ("R2", "A", "B", Cause.DECLINED, "R1", 1),
    ]
    assert held.holdings.wants == {"R6": ("A",)}
    assert held.holdings.unanswered == {"R4", "R5"}


def test_two_who_want_each_others_seats_may_exchange_them_only_if_nobody_stands_before():
    before = Holdings(
        seats={"A": 1, "B": 1},
        holds={"R1": "A", "R2": "B"},
        wants={"R1": ("B",), "R2": ("A",), "R3": ("A",)},
        unanswered=frozenset(),
    )
    queues = {"A": ("R3", "R2"), "B": ("R1",)}
    assert hold_round(holdings=before, answers=[], queues=queues).ledger == ()
    held = hold_round(holdings=before, answers=[declined("R3")], queues=queues)
    assert held.holdings.holds == {"R1": "B", "R2": "A"}
    assert [(x.cause, x.by) for x in held.ledger] == [(Cause.MOVED, "R1"), (Cause.MOVED, "R2")]


def test_a_seat_is_freed_exactly_once():
    intake = chain()
    queues = intake.queues(intake.first)
    code = next(iter(intake.first.holds))
    late = Answered(code, Answer.UNCLAIMED, ON)
    after = hold_round(holdings=intake.first, answers=[late], queues=queues).holdings
    with pytest.raises(ValueError, match="nothing to answer"):
        hold_round(holdings=after, answers=[late], queues=queues)
    with pytest.raises(ValueError, match="second answer"):
        hold_round(holdings=intake.first, answers=[late, declined(code)], queues=queues)
    kept = Answered(code, Answer.ACCEPT, ON)
    answered = hold_round(holdings=intake.first, answers=[kept], queues=queues).holdings
    with pytest.raises(ValueError, match="nothing to answer"):
        hold_round(holdings=answered, answers=[late], queues=queues)


def test_late_children_stand_behind_everyone():
    intake = intake_of(
        [entry("R1", "A"), entry("R2", "A")], [plan("A", 1), plan("B", 0)], LOTTERY_ONLY
    )
    late = (entry("L1", "A"), entry("L2", "A"))
    law = Law(LOTTERY_ONLY, bytes(32))
    state = joined(holdings=intake.first, late=late, distances={}, law=law)
    queues = intake.queues(state, (late, law))
    (waiting,) = [item for item in waiting_now(holdings=state, queues=queues) if item.school == "A"]
    (holder,) = state.holds
    assert waiting.codes[0] in {"R1", "R2"}
    assert set(waiting.codes[1:]) == {"L1", "L2"}
    moved = hold_round(holdings=state, answers=[declined(holder)], queues=queues)
    assert moved.ledger[1].code == waiting.codes[0]
    with pytest.raises(ValueError, match="stands already"):
        joined(holdings=state, late=late, distances={}, law=law)


def test_a_line_that_does_not_fit_is_refused():
    intake = chain()
    code = next(iter(intake.first.holds))
    queues = intake.queues(intake.first)
    held = hold_round(holdings=intake.first, answers=[declined(code)], queues=queues)
    with pytest.raises(ValueError, match="did not hold"):
        replay(holds=held.holdings.holds, ledger=held.ledger)
