"""An intake's certificate says the same whether zones are told in columns or by child."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core import intake_certificate
from enrol.core.intake_certificate import certify_intake
from enrol.core.priority import HANOI_2018, LOTTERY_ONLY
from tests.unit.core.test_certificate import both_stages
from tests.unit.core.zones import KEY, entries, entry, plan

SCHOOLS = st.sampled_from([None, "A", "B", "C"])


def both_ways(**given_: object) -> tuple[object, object]:
    """Return the certificate in columns where that works, and the one without columns."""
    in_columns = certify_intake(**given_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake_certificate, "_in_columns", lambda *_: None)
        return in_columns, certify_intake(**given_)


@settings(deadline=None, max_examples=300)
@given(entries(most=8), st.integers(0, 3), st.integers(0, 3), st.booleans(), st.data())
def test_whatever_is_altered_is_judged_alike(children, seats, elsewhere, lottery, data):
    rules = LOTTERY_ONLY if lottery else HANOI_2018
    plans = [plan("A", seats), replace(plan("C", elsewhere), zone="Z2")]
    placements = both_stages(children, plans, {}, rules)
    if placements:
        seated = [place for place, p in enumerate(placements) if p.school == "A"]
        place = data.draw(st.sampled_from(seated or range(len(placements))))
        before = placements[place]
        placements[place] = replace(
            before,
            school=data.draw(st.just(before.school) | SCHOOLS),
            rank=data.draw(st.just(before.rank) | st.sampled_from([None, 0, 1, 2, 3])),
            band=data.draw(st.just(before.band) | st.integers(1, 4)),
            number=data.draw(st.just(before.number) | st.just("0" * 64)),
            stage=data.draw(st.just(before.stage) | st.sampled_from([1, 2])),
        )

    one, other = both_ways(
        entries=children,
        seat_plans=plans,
        distances={},
        rules=rules,
        key=KEY,
        placements=placements,
    )

    assert one == other


def test_columns_are_what_is_used():
    children = [entry("R1", "A"), entry("R2", "A")]
    plans = [plan("A", 1)]
    placements = both_stages(children, [*plans, plan("C", 0)], {}, HANOI_2018)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake_certificate, "certify_zone", None)  # the long way would not even start
        certificate = certify_intake(
            entries=children,
            seat_plans=plans,
            distances={},
            rules=HANOI_2018,
            key=KEY,
            placements=placements,
        )
    assert certificate.holds
