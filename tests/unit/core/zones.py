"""Small zones for the tests of the allocation, by hand and by hypothesis."""

from hypothesis import strategies as st

from enrol.core.model import Entry, Facts, Reserve, SeatPlan
from enrol.core.priority import HANOI_2018, LOTTERY_ONLY, NEAREST_SCHOOL, Band, RuleSet

KEY = bytes(range(32))
ZONE = "Z1"
POLICIES = ("disability", "martyr")

SIBLING_FIRST = RuleSet(
    name="sibling-first",
    version="1",
    bands=(Band("DT1", ("permanent", "current")), Band("DT2", ("permanent",)), Band("other")),
    order=("sibling", "band", "distance", "number"),
    residence=("permanent", "current"),
)
OWN_NUMBERS = RuleSet(
    name="own-numbers",
    version="1",
    bands=(Band("DT1", ("permanent", "current")), Band("other")),
    order=("band", "sibling", "number"),
    residence=("permanent", "current"),
    per_school_numbers=True,
)
RULES = (HANOI_2018, NEAREST_SCHOOL, LOTTERY_ONLY, SIBLING_FIRST, OWN_NUMBERS)


def entry(
    code: str,
    wishes: str = "",
    *,
    family: str | None = None,
    band: int = 1,
    policies: tuple[str, ...] = (),
    siblings: tuple[str, ...] = (),
    distances: tuple[tuple[str, int], ...] = (),
) -> Entry:
    """Return an entry whose wishes are the letters of ``wishes``, of band DT1 to DT4."""
    return Entry(
        code=code,
        family=family or code,
        submission_hash="0" * 64,
        facts=Facts(
            zone=ZONE,
            permanent_in_zone=band in (1, 2),
            current_in_zone=band in (1, 3),
            sibling_schools=siblings,
            policies=policies,
            distances=distances,
        ),
        wishes=tuple(wishes),
    )


def plan(school: str, seats: int, *reserves: tuple[str, int]) -> SeatPlan:
    return SeatPlan(school, ZONE, seats, tuple(Reserve(*reserve) for reserve in reserves))


@st.composite
def entries(
    draw: st.DrawFn, *, schools: str = "ABC", least: int = 0, most: int = 7
) -> tuple[Entry, ...]:
    """Draw registrations of one zone, some of them twins, some from outside."""
    count = draw(st.integers(least, most))
    drawn = []
    for place in range(count):
        wishes = draw(st.lists(st.sampled_from(schools + "X"), unique=True, max_size=4))
        metres = st.tuples(*(st.integers(0, 3) for _ in schools))
        known = tuple(zip(schools, draw(metres), strict=True))
        drawn.append(
            entry(
                f"R{place}",
                "".join(wishes),
                family=f"F{draw(st.integers(0, most))}",
                band=draw(st.integers(1, 4)),
                policies=tuple(sorted(draw(st.sets(st.sampled_from(POLICIES))))),
                siblings=tuple(sorted(draw(st.sets(st.sampled_from(schools), max_size=1)))),
                distances=known[: draw(st.integers(0, len(known)))],
            )
        )
    return tuple(drawn)


@st.composite
def seat_plans(
    draw: st.DrawFn, *, schools: str = "ABC", reserves: bool = True
) -> tuple[SeatPlan, ...]:
    reserve = st.tuples(st.sampled_from(POLICIES), st.integers(0, 2))
    reserve_lists = st.lists(reserve, max_size=2 if reserves else 0)
    return tuple(plan(s, draw(st.integers(0, 2)), *draw(reserve_lists)) for s in schools)


rule_sets = st.sampled_from(RULES)
