"""Lists as files: who may have which, in what order, and that nothing in them computes."""

import csv
import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text, update

from enrol.services import exporting, writing_lists
from enrol.services.refusals import NotFound
from enrol.store import export_rows
from enrol.store.db import transaction
from enrol.store.tables.accounts import scopes
from enrol.store.tables.children import children, guardians
from enrol.store.tables.exchange import exports
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world, set_phase

NAMES = ["Nguyễn Thị Đào", "Trần An", "Lê Ân", "Phạm Thị Ánh", "Bùi Văn An", "=1+1"]
BY_CLASS_LIST = ["=1+1", "Trần An", "Bùi Văn An", "Phạm Thị Ánh", "Lê Ân", "Nguyễn Thị Đào"]


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def named(world, adapters):
    """Children of the first ward, named like NAMES."""
    from enrol.core.names import sort_key

    for number, name in enumerate(NAMES, start=1):
        register_child(world, number=number, adapters=adapters)
        with transaction() as tx:
            tx.execute(
                update(children)
                .where(children.c.pupil_code == f"{number:010}")
                .values(full_name=name, sort_key=sort_key(name))
            )
            tx.execute(update(guardians).values(full_name="@SUM(A1)"))
    return world


def ask(world, officer, **wanted):
    given = {"kind": "registrations", "form": "csv", "school_id": None, "language": "vi"} | wanted
    return exporting.ask_export(actor=officer, intake_id=world.intake_id, **given)


def made(world, officer, adapters, **wanted):
    export_id = ask(world, officer, **wanted)
    assert writing_lists.write_export(
        export_id=export_id, files=adapters.exports, secrets=adapters.secrets
    )
    found = exporting.fetch_export(actor=officer, export_id=export_id).export
    return found, adapters.exports.path_of(name=found.file)


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_a_list_is_in_the_order_of_a_class_list_and_nothing_computes(named, officers, adapters):
    found, path = made(named, officers.ward, adapters)

    heading, *lines, mark = rows_of(path)
    column = heading.index("Họ và tên")
    plain = [line[column].removeprefix("'") for line in lines]
    guardian = {line[heading.index("Cha, mẹ hoặc người giám hộ")] for line in lines}
    assert plain[1:] == [name for name in BY_CLASS_LIST if name != "=1+1"]
    assert lines[0][column] == "'=1+1"
    assert guardian == {"'@SUM(A1)"}
    assert not [
        cell for line in [heading, *lines, mark] for cell in line if cell[:1] in "=+-@" and cell
    ]
    assert "Cán bộ ward@example.vn" in mark[0]
    assert found.rows_done == len(NAMES)


def test_a_workbook_says_who_made_it_and_holds_texts_only(named, officers, adapters):
    _found, path = made(named, officers.city, adapters, form="xlsx", language="en")

    with CalamineWorkbook.from_path(path) as workbook:
        rows = [row for row in workbook.get_sheet_by_index(0).iter_rows() if any(row)]
    title, mark, heading, *lines, foot = rows
    assert "List of registrations" in title[0]
    assert mark[0] == foot[0]
    assert "city@example.vn" in mark[0]
    assert [line[heading.index("Full name")] for line in lines][1:] == BY_CLASS_LIST[1:]
    assert "'=1+1" in lines[0]
    assert lines[0][heading.index("Telephone number")] == "0912 345 678"


def test_an_officer_gets_the_own_units_only(named, officers, adapters):
    _found, own = made(named, officers.ward, adapters)
    _found, others = made(named, officers.other_ward, adapters)

    assert len(rows_of(own)) == len(NAMES) + 2
    assert len(rows_of(others)) == 2
    assert "Đào" not in others.read_text(encoding="utf-8")


def test_a_school_lists_who_wishes_it_first_and_the_admitted_once_published(
    named, officers, adapters
):
    school_id = named.schools["S1"]
    _found, path = made(named, officers.school, adapters, school_id=school_id)
    assert len(rows_of(path)) == len(NAMES) + 2

    set_phase(named, "allocated")
    with pytest.raises(NotFound):
        ask(named, officers.school, kind="admitted", school_id=school_id)
    ask(named, officers.ward, kind="admitted", school_id=school_id)
    set_phase(named, "provisional")
    ask(named, officers.school, kind="admitted", school_id=school_id)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("other_school", {"school_id": 1}),
        ("other_ward", {"school_id": 1}),
        ("school", {}),
        ("nobody", {}),
        ("ward", {"kind": "admitted"}),
        ("ward", {"kind": "everything"}),
        ("ward", {"form": "exe"}),
    ],
)
def test_what_lies_beyond_reach_does_not_exist(world, officers, kind, wanted):
    if "school_id" in wanted:
        wanted = wanted | {"school_id": world.schools["S1"]}

    with pytest.raises(NotFound):
        ask(world, getattr(officers, kind), **wanted)


def test_a_file_is_its_askers_alone(named, officers, adapters):
    found, _path = made(named, officers.ward, adapters)

    for kind in ("city", "other_ward", "school", "nobody"):
        with pytest.raises(NotFound):
            exporting.fetch_export(actor=getattr(officers, kind), export_id=found.export_id)


def test_who_left_the_office_fetches_nothing_more(named, officers, adapters):
    found, _path = made(named, officers.ward, adapters)
    waiting = ask(named, officers.ward)
    with transaction() as tx:
        tx.execute(scopes.delete().where(scopes.c.staff_id == officers.ward.staff_id))
    gone = officers.ward.__class__(officers.ward.staff_id, "x", ())

    with pytest.raises(NotFound):
        exporting.fetch_export(actor=gone, export_id=found.export_id)
    assert not writing_lists.write_export(
        export_id=waiting, files=adapters.exports, secrets=adapters.secrets
    )
    assert exporting.export_page(actor=gone, export_id=waiting).export.state == "failed"


def test_asking_writing_and_fetching_stand_in_the_journal(named, officers, adapters):
    found, _path = made(named, officers.ward, adapters)

    with transaction() as tx:
        query = select(journal.c.action, journal.c.actor, journal.c.detail)
        entries = tx.execute(query.where(journal.c.action.like("export.%")).order_by(journal.c.id))
        told = [tuple(row) for row in entries]
    assert [row[0] for row in told] == ["export.asked", "export.written", "export.fetched"]
    assert told[2][1] == officers.ward.label
    assert told[2][2]["rows"] == len(NAMES)
    assert told[2][2]["sha256"] == found.sha256


def test_writing_twice_leaves_one_file(named, officers, adapters):
    found, path = made(named, officers.ward, adapters)

    assert not writing_lists.write_export(
        export_id=found.export_id, files=adapters.exports, secrets=adapters.secrets
    )
    assert [p for p in path.parent.iterdir() if p.suffix == ".part"] == []


def test_a_worker_alive_keeps_others_away_and_a_dead_one_does_not(named, officers, adapters):
    export_id = ask(named, officers.ward)
    with transaction() as tx:
        tx.execute(update(exports).values(state="running", epoch=1, touched_at=exports.c.asked_at))

    with pytest.raises(writing_lists.StillAtWork):
        writing_lists.write_export(
            export_id=export_id, files=adapters.exports, secrets=adapters.secrets
        )
    with transaction() as tx:
        tx.execute(update(exports).values(touched_at=exports.c.asked_at - timedelta(minutes=5)))
    assert writing_lists.write_export(
        export_id=export_id, files=adapters.exports, secrets=adapters.secrets
    )


def test_an_overtaken_worker_leaves_nothing(named, officers, adapters):
    export_id = ask(named, officers.ward)

    class Overtaken:
        def write(self, *, head, rows):
            with transaction() as tx:
                tx.execute(update(exports).values(epoch=exports.c.epoch + 1))
            self.written = adapters.exports.write(head=head, rows=rows)
            return self.written

        forget = staticmethod(adapters.exports.forget)

    files = Overtaken()

    assert not writing_lists.write_export(
        export_id=export_id, files=files, secrets=adapters.secrets
    )
    assert adapters.exports.path_of(name=files.written.name) is None


def test_files_go_after_a_day(named, officers, adapters):
    found, path = made(named, officers.ward, adapters)
    assert exporting.forget_old(files=adapters.exports) == 0
    with transaction() as tx:
        tx.execute(update(exports).values(asked_at=exports.c.asked_at - timedelta(hours=25)))

    assert exporting.forget_old(files=adapters.exports) == 1
    assert not path.exists()
    with pytest.raises(exporting.FileGone):
        exporting.fetch_export(actor=officers.ward, export_id=found.export_id)


def test_the_order_is_staged_for_a_worker(world, officers):
    export_id = ask(world, officers.ward)

    with transaction() as tx:
        staged = tx.execute(select(outbox.c.job, outbox.c.argument)).all()
    assert ("write_export", export_id) in [tuple(row) for row in staged]


def test_rows_stay_on_the_server_until_they_are_written(named):
    """Memory does not grow with a list: 160,000 rows came to 260 MB without the server's cursor."""
    with transaction() as tx:
        count, rows = export_rows.zone_rows(
            tx,
            intake_id=named.intake_id,
            unit_ids=[named.ward_id],
            wished_first=None,
            language="vi",
        )
        next(rows)
        cursors = tx.execute(text("SELECT statement FROM pg_cursors")).scalars().all()
        rows.close()

    assert count == len(NAMES)
    assert len(cursors) == 1
