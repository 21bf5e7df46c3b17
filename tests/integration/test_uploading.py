"""Imports through the screen: preview, all or nothing, each officer what lies in the own unit."""

import pytest
from sqlalchemy import func, select, update

from enrol.core.actors import CITY_OFFICER, WARD_OFFICER
from enrol.services import loading_uploads, uploading
from enrol.services.refusals import NotFound, StoreBusy
from enrol.store import locks
from enrol.store.db import transaction
from enrol.store.tables.children import children, residences
from enrol.store.tables.exchange import imports
from enrol.store.tables.journal import journal
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units
from tests.office_files import office_tables, write_tables
from tests.officers import add_officer


@pytest.fixture
def tables():
    return office_tables()


@pytest.fixture
def city_officer(app):
    """A city officer in a database that holds the city alone."""
    with transaction() as tx:
        city_id = tx.execute(
            units.insert()
            .values(code="01", kind="city", name="Thành phố Hà Nội", name_en="Hanoi City",
                    valid_from="2025-07-01")
            .returning(units.c.id)
        ).scalar_one()  # fmt: skip
    return add_officer(email="city@example.vn", role=CITY_OFFICER, unit_id=city_id)


@pytest.fixture
def bring(tmp_path, adapters):
    """Write tables as files and bring them."""

    def brought(officer, tables, *, names=None):
        folder = write_tables(tmp_path / f"t{len(list(tmp_path.iterdir()))}", tables)
        files = {(names or {}).get(path.name, path.name): _copy(path) for path in folder.iterdir()}
        return uploading.receive(actor=officer, files=files, folders=adapters.uploads)

    return brought


def _copy(path):
    return lambda target: target.write_bytes(path.read_bytes())


def check(import_id, adapters):
    return loading_uploads.check_import(import_id=import_id, folders=adapters.uploads)


def apply(import_id, adapters):
    return loading_uploads.apply_import(import_id=import_id, folders=adapters.uploads)


def page_of(officer, import_id):
    return uploading.import_page(actor=officer, import_id=import_id)


def count(table):
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def actions():
    with transaction() as tx:
        query = select(journal.c.action).where(journal.c.action.like("import.%"))
        return list(tx.execute(query.order_by(journal.c.id)).scalars())


def test_a_preview_says_what_applying_does_and_changes_nothing(
    city_officer, tables, bring, adapters
):
    import_id = bring(city_officer, tables)

    assert check(import_id, adapters)
    found = page_of(city_officer, import_id).found
    told = {line["table"]: (line["rows"], line["added"], line["changed"]) for line in found.tables}
    assert found.state == "checked"
    assert told["children"] == (2, 2, 0)
    assert told["units"] == (3, 2, 0)
    assert (count(children), count(schools)) == (0, 0)
    assert actions() == ["import.brought"]

    uploading.order(actor=city_officer, import_id=import_id)
    assert apply(import_id, adapters)
    assert page_of(city_officer, import_id).found.state == "applied"
    assert (count(children), count(schools)) == (2, 3)
    assert actions() == ["import.brought", "import.ordered", "import.loaded", "import.applied"]


def test_the_same_files_again_change_nothing(city_officer, tables, bring, adapters):
    for expected in (2, 0):
        import_id = bring(city_officer, tables)
        check(import_id, adapters)
        uploading.order(actor=city_officer, import_id=import_id)
        apply(import_id, adapters)
        [line] = [
            line
            for line in page_of(city_officer, import_id).found.tables
            if line["table"] == "children"
        ]
        assert (line["added"], line["changed"]) == (expected, 0)


def test_a_bad_row_in_the_middle_leaves_nothing_behind_and_is_named(
    city_officer, tables, bring, adapters
):
    tables["children"].insert(1, tables["children"][0] | {"pupil_code": "9000000003", "sex": "x"})

    import_id = bring(city_officer, tables)
    check(import_id, adapters)

    page = page_of(city_officer, import_id)
    assert page.found.state == "refused"
    assert [(fault.file, fault.line) for fault in page.faults] == [("children.csv", 3)]
    assert "sex" in page.faults[0].reason
    assert count(children) == 0
    assert not any((adapters.uploads._directory).iterdir())


def test_files_that_are_all_bad_are_not_read_to_the_end(
    city_officer, tables, bring, adapters, monkeypatch
):
    monkeypatch.setattr(loading_uploads, "MOST_FAULTS", 3)
    tables["children"] = [tables["children"][0] | {"sex": "x"}] * 10

    import_id = bring(city_officer, tables)
    check(import_id, adapters)

    assert page_of(city_officer, import_id).found.bad_rows == 3


def test_what_changed_since_the_preview_is_read_anew_before_it_is_applied(
    city_officer, tables, bring, adapters
):
    import_id = bring(city_officer, tables)
    check(import_id, adapters)
    uploading.order(actor=city_officer, import_id=import_id)
    other = bring(city_officer, {"units": tables["units"]})
    check(other, adapters)
    uploading.order(actor=city_officer, import_id=other)
    apply(other, adapters)

    assert apply(import_id, adapters)  # it did its work: a new preview
    found = page_of(city_officer, import_id).found
    assert (found.state, found.has_moved) == ("checked", True)
    assert count(children) == 0
    uploading.order(actor=city_officer, import_id=import_id)
    apply(import_id, adapters)
    assert count(children) == 2


def test_an_import_is_applied_once_however_often_it_is_sent(city_officer, tables, bring, adapters):
    import_id = bring(city_officer, tables)
    check(import_id, adapters)
    assert not check(import_id, adapters)
    uploading.order(actor=city_officer, import_id=import_id)
    uploading.order(actor=city_officer, import_id=import_id)

    assert [apply(import_id, adapters), apply(import_id, adapters)] == [True, False]
    assert actions().count("import.loaded") == 1


def test_an_overtaken_worker_leaves_nothing_behind(
    city_officer, tables, bring, adapters, monkeypatch
):
    import_id = bring(city_officer, tables)
    check(import_id, adapters)
    uploading.order(actor=city_officer, import_id=import_id)
    write_all = loading_uploads.loading.write_all

    def overtaken(tx, **more):
        with transaction() as other:
            other.execute(update(imports).values(epoch=imports.c.epoch + 1))
        return write_all(tx, **more)

    monkeypatch.setattr(loading_uploads.loading, "write_all", overtaken)

    assert not apply(import_id, adapters)
    assert count(children) == 0
    assert "import.applied" not in actions()


def test_without_the_mark_of_its_start_an_overtaken_worker_would_write(
    city_officer, tables, bring, adapters, monkeypatch
):
    """The twin of the test above: the guard taken away, the damage is there."""
    import_id = bring(city_officer, tables)
    check(import_id, adapters)
    uploading.order(actor=city_officer, import_id=import_id)
    write_all = loading_uploads.loading.write_all

    def overtaken(tx, **more):
        with transaction() as other:
            other.execute(update(imports).values(epoch=imports.c.epoch + 1))
        return write_all(tx, **more)

    monkeypatch.setattr(loading_uploads.loading, "write_all", overtaken)
    monkeypatch.setattr(loading_uploads, "_mark_applied", lambda *_args, **_more: None)

    assert apply(import_id, adapters)
    assert count(children) == 2


def test_an_import_waits_for_another_one_and_goes_on_later(city_officer, tables, bring, adapters):
    import_id = bring(city_officer, tables)
    with transaction() as tx:
        locks.lock_register(tx)
        with pytest.raises(StoreBusy):
            check(import_id, adapters)

    assert check(import_id, adapters)


def test_a_worker_alive_keeps_others_away(city_officer, tables, bring, adapters):
    import_id = bring(city_officer, tables)
    with transaction() as tx:
        tx.execute(update(imports).values(state="checking", epoch=1, touched_at=func.now()))

    with pytest.raises(loading_uploads.StillAtWork):
        check(import_id, adapters)


def test_a_dropped_import_is_gone(city_officer, tables, bring, adapters):
    import_id = bring(city_officer, tables)
    check(import_id, adapters)

    uploading.drop(actor=city_officer, import_id=import_id, folders=adapters.uploads)

    with pytest.raises(uploading.NotWaiting):
        uploading.order(actor=city_officer, import_id=import_id)
    assert not any(adapters.uploads._directory.iterdir())
    assert not apply(import_id, adapters)


def test_files_that_are_not_applied_go_after_a_day(city_officer, tables, bring, adapters):
    import_id = bring(city_officer, tables)
    check(import_id, adapters)
    with transaction() as tx:
        tx.execute(update(imports).values(asked_at="2020-01-01T00:00:00Z"))

    assert uploading.forget_old(folders=adapters.uploads) == 1
    assert page_of(city_officer, import_id).found.state == "dropped"


@pytest.fixture
def ward_officer(city_officer, tables, bring, adapters):
    """An officer of 00070 in the city of ``tables``."""
    import_id = bring(city_officer, tables)
    check(import_id, adapters)
    uploading.order(actor=city_officer, import_id=import_id)
    apply(import_id, adapters)
    with transaction() as tx:
        ward_id = tx.execute(select(units.c.id).where(units.c.code == "00070")).scalar_one()
    return add_officer(email="w@example.vn", role=WARD_OFFICER, unit_id=ward_id)


def brought_by_ward(ward_officer, bring, adapters, table, rows):
    import_id = bring(ward_officer, {table: rows})
    check(import_id, adapters)
    return page_of(ward_officer, import_id)


@pytest.mark.parametrize("table", ["units", "intakes", "staff"])
def test_a_ward_does_not_bring_what_is_the_citys(ward_officer, tables, bring, table):
    with pytest.raises(NotFound):
        bring(ward_officer, {table: tables[table]})


@pytest.mark.parametrize(
    ("table", "change", "column"),
    [
        ("schools", {"code": "TH9", "unit_code": "00082"}, "unit_code"),
        ("schools", {"code": "TH3"}, "code"),
        ("zones", {"code": "T9", "unit_code": "00082"}, "unit_code"),
        ("zones", {"code": "T00082"}, "code"),
        ("residential_groups", {"unit_code": "00082", "label": "9"}, "unit_code"),
        ("residential_groups", {"label": "16A", "zone_code": "T00082"}, "zone_code"),
        ("residential_groups", {"label": "2", "zone_code": "T00070"}, "label"),
        ("seat_plans", {"school_code": "TH3"}, "school_code"),
        ("seat_plans", {"zone_code": "T00082"}, "zone_code"),
        ("children", {"pupil_code": "9000000002"}, "pupil_code"),
        (
            "children",
            {
                "pupil_code": "9000000009",
                "personal_id": "",
                "permanent_unit_code": "00082",
                "permanent_group": "",
                "current_unit_code": "00082",
                "current_group": "",
            },
            "pupil_code",
        ),
    ],
)
def test_a_ward_takes_nothing_from_others(
    ward_officer, tables, bring, adapters, table, change, column
):
    row = tables[table][0] | change
    if change.get("pupil_code") == "9000000002":
        row |= {"personal_id": ""}

    page = brought_by_ward(ward_officer, bring, adapters, table, [row])

    assert page.found.state == "refused"
    assert any(f"{column}: lies outside your ward" in fault.reason for fault in page.faults)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("schools", {"address": "99 phố Tràng Thi"}),
        ("zones", {"name": "Tuyến mới"}),
        ("residential_groups", {"label": "17"}),
        ("residential_groups", {"label": "2", "zone_code": "T00082", "name": "Tổ 2"}),
        ("children", {"kindergarten": "Trường Mầm non Sao Mai"}),
    ],
)
def test_a_ward_brings_what_is_its_own(ward_officer, tables, bring, adapters, table, change):
    page = brought_by_ward(ward_officer, bring, adapters, table, [tables[table][0] | change])

    assert page.found.state == "checked", page.faults
    assert sum(line["added"] + line["changed"] for line in page.found.tables) == 1


def test_an_import_is_its_bringers_alone(city_officer, ward_officer, bring, tables):
    import_id = bring(ward_officer, {"zones": tables["zones"][:1]})

    with pytest.raises(NotFound):
        uploading.import_page(actor=city_officer, import_id=import_id)
    with pytest.raises(NotFound):
        uploading.order(actor=city_officer, import_id=import_id)


def test_residences_stay_with_their_children(city_officer, tables, bring, adapters):
    import_id = bring(city_officer, tables, names={"children.csv": "children.csv"})
    check(import_id, adapters)
    uploading.order(actor=city_officer, import_id=import_id)
    apply(import_id, adapters)

    assert count(residences) == 3
