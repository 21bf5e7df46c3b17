"""Open statistics: counted once at publication, true, and without a small count."""

import pytest
from sqlalchemy import delete, insert, select, text, update

from enrol.core.suppression import SMALL
from enrol.services import summing_up
from enrol.services.refusals import NotFound
from enrol.store import statistics as stored
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes, publication_requests, publications
from enrol.store.tables.messages import messages
from enrol.store.tables.outbox import outbox
from enrol.store.tables.ratings import rating_rights
from enrol.store.tables.runs import runs
from enrol.store.tables.statistics import school_statistics, statistics
from tests.agreed import publish
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate
from tests.world import count_of


@pytest.fixture
def drawn(app):
    """Three zones with 40 children each and 36 seats: allocated and published."""
    made = draw_intake()
    allocate(made)
    publish(officer=made.officer, intake_id=made.intake_id)
    return made


def publication():
    with transaction() as tx:
        return tx.execute(select(publications.c.id).order_by(publications.c.id.desc())).scalar()


def publish_again(*, kind):
    """Publish what stands under another kind, past the services; returns the publication's id."""
    with transaction() as tx:
        for table, unlike in ((publication_requests, ("id", "agreed_by")), (publications, ("id",))):
            names = [column.name for column in table.c if column.name not in unlike]
            row = tx.execute(select(*(table.c[name] for name in names))).one()
            tx.execute(insert(table).values(**row._asdict() | {"kind": kind}))
        tx.execute(update(runs).values(outcome=kind))
    return publication()


def truth(drawn):
    """School, wish, band and children as placed."""
    with transaction() as tx:
        rows = tx.execute(
            text(
                "SELECT s.code, p.rank, p.band, count(*) FROM placements p"
                " JOIN schools s ON s.id = p.school_id GROUP BY 1, 2, 3"
            )
        )
        return [tuple(row) for row in rows]


def test_a_publication_is_staged_once_and_counted(drawn):
    assert summing_up.stage_due() == 1
    summing_up.stage_due()
    with transaction() as tx:
        staged = tx.execute(select(outbox.c.argument).where(outbox.c.job == "sum_up"))
        assert list(staged.scalars()) == [publication()]

    assert summing_up.sum_up(publication_id=publication())
    assert not summing_up.sum_up(publication_id=publication())

    assert summing_up.stage_due() == 0
    assert count_of(statistics) == 1


def test_what_is_shown_is_true_and_nothing_small(drawn):
    summing_up.sum_up(publication_id=publication())
    placed = truth(drawn)

    lines = summing_up.intake_lines(code="HN-L1-2026")

    assert len(lines) == 12
    for line in lines:
        mine = [row for row in placed if row[0] == line.code]
        total = sum(row[3] for row in mine)
        by_wish = [0] * 4
        for _code, rank, _band, children in mine:
            by_wish[3 if rank is None else min(rank - 1, 2)] += children
        assert line.admitted in (None, total)
        for told, true in zip(line.wishes, by_wish, strict=True):
            assert told in (None, true)
        for told in (line.admitted, line.wished_first, *line.wishes, *line.bands):
            assert told is None or told == 0 or told >= SMALL
    assert any(None in line.wishes for line in lines)  # the city is small: something is hidden
    [whole] = summing_up.city_statistics().intakes
    assert whole.admitted in (None, sum(row[3] for row in placed))
    assert list(whole.wishes) == [
        sum(line.wishes[place] or 0 for line in lines) for place in range(4)
    ]


def test_small_counts_are_nowhere_in_the_database_either(drawn):
    summing_up.sum_up(publication_id=publication())

    with transaction() as tx:
        rows = tx.execute(
            select(
                school_statistics.c.admitted,
                school_statistics.c.wished_first,
                school_statistics.c.wishes,
                school_statistics.c.bands,
            )
        ).all()
    kept = [count for row in rows for count in (row[0], row[1], *row[2], *row[3])]
    assert not [count for count in kept if count is not None and 0 < count < SMALL]


def test_final_results_take_the_place_of_the_provisional(drawn):
    first = publication()
    summing_up.sum_up(publication_id=first)
    later = publish_again(kind="final")

    assert summing_up.stage_due() == 1
    assert summing_up.sum_up(publication_id=later)
    assert not summing_up.sum_up(publication_id=first)  # a worker that wakes up late

    [kept] = summing_up.city_statistics().intakes
    assert (kept.publication_id, kept.kind) == (later, "final")
    assert count_of(school_statistics, school_statistics.c.publication_id == first) == 0


def test_a_rehearsal_is_never_counted_for_the_public(drawn):
    with transaction() as tx:
        tx.execute(delete(messages))  # what an official intake has said stands in the way
        tx.execute(update(intakes).values(kind="rehearsal"))

    assert summing_up.stage_due() == 0
    assert not summing_up.sum_up(publication_id=publication())
    assert summing_up.city_statistics().intakes == ()


def test_an_unknown_publication_is_not_found(app):
    with pytest.raises(NotFound):
        summing_up.sum_up(publication_id=999)


def test_every_registration_gets_one_right_to_rate(drawn):
    summing_up.sum_up(publication_id=publication())
    summing_up.sum_up(publication_id=publication())

    assert count_of(rating_rights) == 120


def test_pages_read_what_is_kept_and_count_nothing(drawn, monkeypatch):
    summing_up.sum_up(publication_id=publication())
    monkeypatch.setattr(stored, "count_schools", None)

    ward = summing_up.ward_statistics(unit_code="00070")
    school = summing_up.school_statistics(code="Z001S0")

    assert len(ward.schools) == 12
    assert [line.code for line in school.intakes] == ["Z001S0"]
    for ask in (
        lambda: summing_up.ward_statistics(unit_code="00000"),
        lambda: summing_up.school_statistics(code="X"),
        lambda: summing_up.intake_lines(code="X"),
    ):
        with pytest.raises(NotFound):
            ask()
