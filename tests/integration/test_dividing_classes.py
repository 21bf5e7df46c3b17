"""A school divides its children among classes: previewed, kept, moved by hand, after a round."""

import csv
import io

import pytest
from sqlalchemy import select, update

from enrol.core.actors import SCHOOL_OFFICER, Officer
from enrol.core.rounds import Answer
from enrol.services import dividing_classes, exporting, keeping_classes, writing_lists
from enrol.services.refusals import NotFound
from enrol.store import partner_rows
from enrol.store.db import transaction
from enrol.store.tables.children import children
from enrol.store.tables.class_lists import class_places, school_classes
from enrol.store.tables.intakes import intakes
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import registrations
from enrol.store.tables.schools import schools
from tests.answered import answer, final_intake, hold, open_answers, seats, waits
from tests.officers import add_officer
from tests.world import count_of


@pytest.fixture
def final(app):
    return final_intake(zones_=1, children_=40, seats=10)


def school_id_of(code: str) -> int:
    with transaction() as tx:
        return tx.execute(select(schools.c.id).where(schools.c.code == code)).scalar_one()


class Desk:
    """A school's officer at its desk."""

    def __init__(self, drawn, school: str) -> None:
        self.intake_id, self.school_id = drawn.intake_id, school_id_of(school)
        self.actor: Officer = add_officer(
            email=f"{school.lower()}@example.vn", role=SCHOOL_OFFICER, school_id=self.school_id
        )

    @property
    def place(self) -> dict[str, object]:
        return {"actor": self.actor, "intake_id": self.intake_id, "school_id": self.school_id}

    def preview(self, classes: int = 3, *, together: bool = True) -> dividing_classes.Preview:
        return dividing_classes.preview_division(
            **self.place, classes=classes, keep_families=together
        )

    def divide(self, *names: str, mark: str | None = None) -> int:
        mark = mark or self.preview(len(names)).mark
        return dividing_classes.apply_division(
            **self.place, names=names, keep_families=True, mark=mark
        )

    def classes(self) -> dict[str, set[str]]:
        desk = keeping_classes.class_desk(**self.place)
        return {one.name: {child.code for child in one.children} for one in desk.classes}

    def ids(self) -> dict[str, int]:
        desk = keeping_classes.class_desk(**self.place)
        return {one.name: one.class_id for one in desk.classes}


def entries(action: str):
    with transaction() as tx:
        return tx.execute(select(journal).where(journal.c.action == action)).all()


@pytest.fixture
def desk(final):
    return Desk(final, "Z001S0")


def seated(drawn, school: str = "Z001S0") -> set[str]:
    return {code for code, at in seats(drawn).items() if at == school}


def test_a_preview_keeps_nothing_and_is_journalled(desk):
    shown = desk.preview()
    assert [one.name for one in shown.classes] == ["1A1", "1A2", "1A3"]
    assert [len(one.children) for one in shown.classes] == [4, 3, 3]
    assert count_of(school_classes) == count_of(class_places) == 0
    [read] = entries("classes.read")
    assert len(read.detail["codes"]) == 10


def test_what_was_shown_is_kept_and_twice_the_same(final, desk):
    shown = desk.preview()
    assert desk.divide("1A1", "1A2", "1A3", mark=shown.mark) == 10
    first = desk.classes()
    assert first == {one.name: {c.code for c in one.children} for one in shown.classes}
    assert desk.divide("1A1", "1A2", "1A3") == 10
    assert desk.classes() == first
    [entry, _again] = entries("classes.divided")
    assert entry.actor == desk.actor.label
    assert entry.detail["sizes"] == [4, 3, 3]


def test_a_division_that_somebody_else_made_meanwhile_is_not_overwritten(desk):
    shown = desk.preview(2)
    desk.divide("1A", "1B", "1C")
    with pytest.raises(dividing_classes.DivisionChanged):
        desk.divide("1A1", "1A2", mark=shown.mark)
    assert set(desk.classes()) == {"1A", "1B", "1C"}


def test_seats_that_changed_since_the_preview_are_not_divided(final, desk):
    open_answers(final)
    shown = desk.preview(2)
    wanted = {places[0][0] for code, places in waits(final).items() if code not in seats(final)}
    if "Z001S0" not in wanted:
        pytest.fail("nobody waits for the school")
    answer(next(iter(seated(final))), Answer.DECLINE)
    hold(final)
    with pytest.raises(dividing_classes.DivisionChanged):
        desk.divide("1A1", "1A2", mark=shown.mark)


def test_twins_stand_in_one_class_unless_the_school_wants_it_otherwise(desk):
    first, second = [child.code for child in desk.preview(2).classes[0].children[:2]]
    apart = desk.preview(2, together=False)
    at = {c.code: one.name for one in apart.classes for c in one.children}
    second = next(code for code, name in at.items() if name != at[first])
    with transaction() as tx:
        ids = select(registrations.c.child_id).where(registrations.c.code.in_([first, second]))
        tx.execute(update(children).where(children.c.id.in_(ids)).values(family_code="F-TWINS"))
    together = desk.preview(2)
    at = {c.code: one.name for one in together.classes for c in one.children}
    assert at[first] == at[second]
    assert not together.parted
    apart = desk.preview(2, together=False)
    at = {c.code: one.name for one in apart.classes for c in one.children}
    assert at[first] != at[second]


def test_one_child_is_moved_by_hand_and_the_journal_says_from_where(desk):
    desk.divide("1A1", "1A2")
    code = min(desk.classes()["1A1"])
    name = keeping_classes.put_into_class(**desk.place, code=code, class_id=desk.ids()["1A2"])
    assert name == "1A2"
    assert code in desk.classes()["1A2"]
    assert code not in desk.classes()["1A1"]
    keeping_classes.put_into_class(**desk.place, code=code, class_id=desk.ids()["1A2"])
    [entry] = entries("class.moved")
    assert (entry.subject, entry.detail) == (code, {"class": "1A2", "class_before": "1A1"})
    assert desk.preview(2).by_hand == 1


def test_classes_exchange_their_names_and_none_has_two(desk):
    desk.divide("1A1", "1A2")
    ids = desk.ids()
    before = desk.classes()
    keeping_classes.rename_classes(**desk.place, names={ids["1A1"]: "1A2", ids["1A2"]: "1A1"})
    assert desk.classes() == {"1A1": before["1A2"], "1A2": before["1A1"]}
    for names in (["1a1", "1A1"], ["", "1B"], ["x" * 13, "1B"]):
        with pytest.raises(keeping_classes.NamesRefused):
            keeping_classes.rename_classes(
                **desk.place, names=dict(zip(ids.values(), names, strict=True))
            )


def test_a_round_takes_a_child_out_of_its_class_and_brings_one_without(final, desk):
    open_answers(final)
    desk.divide("1A1", "1A2")
    leaver = min(seated(final))
    answer(leaver, Answer.DECLINE)
    hold(final)
    found = keeping_classes.class_desk(**desk.place)
    assert leaver not in set.union(*desk.classes().values())
    new = seated(final) - set.union(*desk.classes().values())
    assert {child.code for child in found.unplaced} == new
    assert new
    code = new.pop()
    keeping_classes.put_into_class(**desk.place, code=code, class_id=desk.ids()["1A1"])
    assert code in desk.classes()["1A1"]


def test_foreign_schools_children_and_classes_are_not_there(final, desk):
    desk.divide("1A1", "1A2")
    other = add_officer(
        email="s9@example.vn", role=SCHOOL_OFFICER, school_id=school_id_of("Z001S1")
    )
    with pytest.raises(NotFound):
        keeping_classes.class_desk(**{**desk.place, "actor": other})
    with pytest.raises(NotFound):
        keeping_classes.class_roll(
            actor=other,
            intake_id=desk.intake_id,
            school_id=school_id_of("Z001S1"),
            class_id=desk.ids()["1A1"],
        )
    stranger = next(code for code, at in seats_or_placed(final).items() if at != "Z001S0")
    with pytest.raises(NotFound):
        keeping_classes.put_into_class(**desk.place, code=stranger, class_id=desk.ids()["1A1"])
    with pytest.raises(NotFound):
        desk.preview(11)


def seats_or_placed(drawn) -> dict[str, str]:
    open_answers(drawn)
    return seats(drawn)


@pytest.mark.parametrize("phase", ["provisional", "allocated"])
def test_before_the_final_results_there_is_nothing_to_divide(final, desk, phase):
    with transaction() as tx:
        tx.execute(update(intakes).values(phase=phase))
    with pytest.raises(NotFound):
        desk.preview(2)


def test_the_file_stands_class_by_class_by_name_with_a_watermark(final, desk, adapters):
    desk.divide("=1+1", "1A2")
    export_id = exporting.ask_export(
        actor=desk.actor,
        intake_id=desk.intake_id,
        kind="classes",
        form="csv",
        school_id=desk.school_id,
        language="vi",
    )
    writing_lists.write_export(
        export_id=export_id, files=adapters.exports, secrets=adapters.secrets
    )
    fetched = exporting.fetch_export(actor=desk.actor, export_id=export_id).export
    path = adapters.exports.path_of(name=fetched.file)
    lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert lines[0][:4] == ["#", "Lớp", "Số thứ tự trong lớp", "Họ và tên"]
    rows = lines[1:-1]
    assert [row[1] for row in rows] == ["'=1+1"] * 5 + ["1A2"] * 5
    assert [row[2] for row in rows] == ["1", "2", "3", "4", "5"] * 2
    assert desk.actor.full_name in lines[-1][0]
    assert {row[7] for row in rows} == set.union(*desk.classes().values())


def test_partners_read_the_class_of_the_school_where_the_seat_is(final, desk):
    def told() -> dict[str, str | None]:
        with transaction() as tx:
            found = partner_rows.listed_children(
                tx, intake_id=desk.intake_id, school_id=desk.school_id, after="", limit=100
            )
        return {child.code: child.class_name for child in found}

    assert set(told().values()) == {None}
    desk.divide("1A1", "1A2")
    by_class = desk.classes()
    assert told() == {code: name for name, codes in by_class.items() for code in codes}
