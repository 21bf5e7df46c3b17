"""From provisional results to a settled school year: who is fit for which part, and the steps of
the city's officer.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from enrol.cli.demo.season import Season
from enrol.core.actors import Family as FamilyActor
from enrol.core.results import Results
from enrol.core.rounds import Answer
from enrol.core.stated_results import computed
from enrol.services import agreeing, answering
from enrol.services.seasons import season_of
from enrol.store.db import transaction
from tests.e2e.conftest import wait_until
from tests.e2e.desks import Desk, ask
from tests.e2e.words import say

FINAL = "From the provisional to the final result"
ROUNDS = "Answers and waiting-list rounds"
HOLD = "Hold the round"
PENDING = (
    "A round is just being held. Load this page again in a minute. Families can answer again when"
    " it is done."
)
_HOLDERS = """
SELECT r.code, s.code, w.value ->> 0, CAST(w.value ->> 1 AS int)
  FROM held_seats h JOIN registrations r ON r.id = h.registration_id
  JOIN schools s ON s.id = h.school_id
  LEFT JOIN LATERAL jsonb_array_elements(h.waits) WITH ORDINALITY AS w (value, nth) ON true
 WHERE h.is_unanswered ORDER BY coalesce(w.nth, 0), r.code"""
_CROWDED = """
UPDATE seat_plans SET seats = 7 WHERE intake_zone_id = (
  SELECT intake_zone_id FROM registrations GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)"""
_SILENT = """
SELECT r.child_id, f.version FROM held_seats h
  JOIN registrations r ON r.id = h.registration_id
  JOIN family_secrets f ON f.child_id = r.child_id
 WHERE h.is_unanswered AND NOT EXISTS (
   SELECT FROM seat_answers a WHERE a.registration_id = h.registration_id
      AND a.round_id IS NULL AND a.replaced_at IS NULL)
 ORDER BY r.code"""


@dataclass(frozen=True)
class Gain:
    """A child whose residence, put right, leads it to a school that it wished."""

    code: str
    school: str


@dataclass(frozen=True)
class Parts:
    """Who plays which part after the final results, by registration code.

    ``declines`` holds a seat of ``wanted``, where ``moves`` is called next; ``accepts`` holds one
    of ``school``.
    """

    accepts: str
    school: str
    declines: str
    wanted: str
    moves: str


def give_seats() -> None:
    """Give each school of the crowded zone seats for a part of those who wish it: fewer than the
    children with a permanent residence there, so that whoever turns out to have one gains by it.
    """
    with transaction() as tx:
        tx.execute(text(_CROWDED))


def who_gains(intake_id: int) -> Gain:
    """Return whom a permanent residence in the zone would lead to another school, by computing
    everything again as the final run will; to its first wish if there is such a child, which then
    waits for nothing and stands before nobody whom another part needs.
    """
    with transaction() as tx:
        season = season_of(tx, intake_id=intake_id)
    before = {item.code: item for item in season.results.placements}
    gains: dict[int, Gain] = {}
    for entry in season.entries:
        if entry.facts.permanent_in_zone:
            continue
        facts = replace(entry.facts, permanent_in_zone=True, current_in_zone=True)
        counted = [replace(one, facts=facts) if one == entry else one for one in season.entries]
        found = computed(replace(season.inputs, entries=counted))
        assert isinstance(found, Results)
        after = next(item for item in found.placements if item.code == entry.code)
        if after.rank is not None and after.school not in (None, before[entry.code].school):
            gains.setdefault(after.rank, Gain(entry.code, str(after.school)))
    assert gains, "nobody of this city would gain by another residence"
    return gains[min(gains)]


def cast(*, but: str) -> Parts:
    """Give the parts to children who hold a seat, leaving one out."""
    rows = [row for row in ask(_HOLDERS) if row[0] != but]
    for mover, _held, wanted, place in rows:
        leavers = [code for code, school, *_ in rows if school == wanted and code != mover]
        if place == 1 and leavers:
            rest = [row for row in rows if row[0] not in (mover, leavers[0])]
            code, school, *_ = rest[0]
            return Parts(
                accepts=str(code),
                school=str(school),
                declines=str(leavers[0]),
                wanted=str(wanted),
                moves=str(mover),
            )
    raise AssertionError("nobody waits for a seat that somebody holds")


def compute_final(officer: Desk, intake: str, *, gain: Gain) -> None:
    """End the days for reports, compute everything again, read who moves."""
    at = officer.at
    at.open(intake)
    at.follow(FINAL)
    at.follow("End the days for reporting before their time")
    at.press("End the days for reporting", expect=422)
    officer.fill(reason="Mọi phản ánh đã được trả lời.")
    at.press("End the days for reporting")
    at.press("Compute the final results")

    def is_done() -> bool:
        at.reload()
        return at.link("Publish the final result").count() == 1

    wait_until(is_done, what="the final run is done")
    at.look()
    at.follow("See the difference, child by child")
    assert gain.code in at.text
    at.go_back()
    at.follow("Publish the final result")


def publish_final(season: Season) -> None:
    """Let both officers agree on a moment that is near; the pages of agreeing ask for whole
    minutes, and a test does not wait for those.
    """
    now = datetime.now(UTC)
    asked = agreeing.ask_publication(
        actor=season.first,
        intake_id=season.intake_id,
        publish_at=now + timedelta(seconds=20),
        signed_in_at=now,
    )
    agreeing.confirm_publication(
        actor=season.second,
        intake_id=season.intake_id,
        request_id=asked.request_id,
        seen_digest=asked.outcome_digest,
        signed_in_at=now,
    )
    wait_until(lambda: season.phase().value == "final", what="the final result is published")


def open_answers(officer: Desk, intake: str) -> None:
    """Let families answer, with a wrong number of days first."""
    at = officer.at
    at.open(intake)
    at.follow(ROUNDS)
    officer.fill(days="0")
    at.press("Let families answer", expect=422)
    officer.fill(days="5")
    at.press("Let families answer")
    _wait_for_the_worker(officer, "the days for answers have begun")


def hold_round(officer: Desk, intake: str) -> None:
    """Hold a round over what was answered, and read what it did."""
    at = officer.at
    at.open(intake)
    at.follow(ROUNDS)
    at.press(HOLD)
    _wait_for_the_worker(officer, "the round is held")


def settle(officer: Desk, intake: str) -> None:
    """Settle the intake, not without the tick."""
    at = officer.at
    at.open(intake)
    at.follow(ROUNDS)
    at.press("Settle the intake", expect=422)
    at.page.locator("main input[name=sure]").check()
    at.press("Settle the intake")
    assert officer.told("The intake is settled.")
    assert officer.says(say("Settled", at.language))


def let_others_accept() -> int:
    """Let every family that has said nothing accept its seat; returns how many there were."""
    silent = ask(_SILENT)
    for child_id, version in silent:
        assert isinstance(child_id, int)
        assert isinstance(version, int)
        family = FamilyActor(child_id=child_id, secret_version=version)
        answering.give_answer(actor=family, answer=Answer.ACCEPT)
    return len(silent)


def _wait_for_the_worker(officer: Desk, what: str) -> None:
    pending = say(PENDING, officer.at.language)

    def is_done() -> bool:
        officer.at.reload()
        return not officer.says(pending)

    wait_until(is_done, what=what)
    officer.at.look()
