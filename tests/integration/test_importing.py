"""Importing on real PostgreSQL: what is taken, what is refused, and that nothing is half done."""

import csv
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from sqlalchemy import func, select, text, update

from enrol.adapters.import_folder import ImportFolder
from enrol.core.actors import CITY_OFFICER, System
from enrol.core.priority import HANOI_2018, rules_hash, rules_to_json
from enrol.services import preparing
from enrol.services.importing import ImportRefused, NothingToImport, import_files
from enrol.services.refusals import StoreBusy
from enrol.store import families, locks, places, staff
from enrol.store.db import db, metadata, transaction
from enrol.store.tables.accounts import Staff, scopes
from enrol.store.tables.children import children, guardians, residences
from enrol.store.tables.intakes import intake_zones, intakes, rule_sets, seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones
from enrol.training.wards import wards_on_a_grid
from enrol.training.writing import write_city
from tests.office_files import office_tables, write_tables

ME = System(label="test")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "office"


def load(directory):
    """Import and return the results by table; doubts are in ``load.doubts``."""
    load.doubts = []
    files = ImportFolder(directory=directory)
    results = import_files(files=files, actor=ME, warn=load.doubts.append)
    return {result.table: result for result in results}


def refused(directory):
    """Import in vain and return the faults as printed."""
    with pytest.raises(ImportRefused) as refusal:
        load(directory)
    return [str(fault) for fault in refusal.value.faults]


def everything():
    """Every row of every table, as text."""
    with transaction() as tx:
        return {
            name: sorted(map(str, tx.execute(select(table))))
            for name, table in sorted(metadata.tables.items())
        }


def one(query):
    with transaction() as tx:
        return tx.execute(query).scalar_one()


def changed(tables, table, row=0, **cells):
    tables[table][row].update(cells)
    return tables


def child_id(pupil_code="9000000001"):
    return one(select(children.c.id).where(children.c.pupil_code == pupil_code))


def test_a_child_arrives_with_everything_that_the_file_says(app, folder):
    results = load(write_tables(folder, office_tables()))

    with transaction() as tx:
        row = tx.execute(select(children).where(children.c.pupil_code == "9000000001")).one()
        homes = families.residences_of(tx, child_id=row.id)
        guardian = families.guardians_of(tx, child_id=row.id)
        school = one(select(schools.c.code).where(schools.c.id == row.sibling_school_id))
    assert (row.full_name, row.birth_on, row.sex) == (
        "Nguyễn Thị Đào",
        date(2020, 5, 17),
        "female",
    )
    assert (row.personal_id, row.family_code, row.in_register) == ("901320000001", "GD1", True)
    assert row.search_key == "nguyen thi dao"
    assert (row.latitude, row.longitude) == (21.028, 105.851)
    assert row.policies == ["disability", "war_invalid"]
    assert school == "TH2"
    assert [(home.kind, home.unit, home.group, home.address) for home in homes] == [
        ("current", "00070", "2", "3 Hàng Trống"),
        ("permanent", "00070", "16A", "12 phố Hàng Bài"),
    ]
    assert guardian == [
        families.Guardian("Trần Văn Bình", "father", "+84912345678", "binh@example.com")
    ]
    assert (results["children"].rows, results["children"].added) == (2, 2)


def test_places_and_plans_arrive(app, folder):
    load(write_tables(folder, office_tables()))

    groups = preparing.ward_places(unit_code="00070").groups
    with transaction() as tx:
        ward = tx.execute(select(units).where(units.c.code == "00070")).one()
        intake = tx.execute(select(intakes)).one()
        _, offered = places.zone_schools(tx, intake_id=intake.id, zone_code="T00070")
        rules = tx.execute(select(rule_sets)).one()
        taking_part = tx.execute(
            select(zones.c.code).join(intake_zones).order_by(zones.c.code)
        ).scalars()
        assert list(taking_part) == ["T00070", "T00082"]
    assert (ward.valid_from, ward.old_names) == (date(2025, 7, 1), ["Hàng Bạc", "Hàng Đào"])
    assert [(group.label, group.zone) for group in groups] == [("2", "T00082"), ("16A", "T00070")]
    assert [(school.code, school.seats) for school in offered] == [("TH1", 35), ("TH2", 35)]
    assert offered[0].name_en == offered[0].name  # no English name of its own
    assert (intake.phase, intake.kind) == ("draft", "official")
    assert intake.opens_at == datetime(2026, 6, 30, 17, tzinfo=UTC)
    assert (rules.hash, rules.body) == (rules_hash(HANOI_2018), rules_to_json(HANOI_2018))


def test_officers_arrive_without_a_password(app, folder):
    load(write_tables(folder, office_tables()))

    with transaction() as tx:
        accounts = tx.execute(
            select(
                Staff.__table__.c.id, Staff.__table__.c.email, Staff.__table__.c.password
            ).order_by(Staff.__table__.c.id)
        ).all()
        city = staff.officer_of(tx, staff_id=accounts[0].id)
        held = [place.code for place in staff.places_of(tx, officer=city)]
    assert [row.email for row in accounts] == [
        "city@enrol.example",
        "ward@enrol.example",
        "school@enrol.example",
    ]
    assert {row.password for row in accounts} == {None}
    assert city.has_role(CITY_OFFICER)
    assert held == ["01"]


def test_a_training_city_arrives_whole(app, folder):
    summary = write_city(
        folder=folder,
        wards=wards_on_a_grid(),
        boundaries=False,
        children=200,
        seed=7,
        opens_at=datetime(2026, 7, 1, tzinfo=UTC),
        closes_at=datetime(2026, 7, 4, tzinfo=UTC),
    )

    results = load(folder)

    added = {table: result.added for table, result in results.items()}
    assert (added["children"], added["guardians"]) == (200, 200)
    assert added["units"] == summary.wards + 1
    assert added["zones"] == added["intake_zones"] == summary.wards
    assert added["residential_groups"] == summary.groups
    assert added["schools"] == added["seat_plans"] == summary.schools
    assert one(select(func.sum(seat_plans.c.seats))) == summary.seats
    query = select(func.count()).select_from(residences).where(residences.c.group_id.is_(None))
    with (folder / "children.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    homes = [
        line[f"{kind}_group"]
        for line in lines
        for kind in ("permanent", "temporary", "current")
        if line[f"{kind}_unit_code"] or line[f"{kind}_address"]
    ]
    assert added["residences"] == len(homes)
    assert one(query) == homes.count("")


def test_the_same_files_again_change_nothing(app, folder):
    load(write_tables(folder, office_tables()))
    before = everything()

    results = load(folder)

    assert everything() == before
    assert all((result.added, result.changed) == (0, 0) for result in results.values())


def test_an_import_is_one_entry_in_the_journal(app, folder):
    load(write_tables(folder, office_tables()))

    with transaction() as tx:
        entry = tx.execute(select(journal)).one()
    assert (entry.actor, entry.action) == ("test", "import.loaded")
    assert entry.detail["children_added"] == 2


def test_a_row_that_differs_is_updated_and_no_other(app, folder):
    load(write_tables(folder, office_tables()))
    tables = changed(office_tables(), "children", full_name="Nguyễn Thị Đào Anh")

    results = load(write_tables(folder, {"children": tables["children"]}))

    assert (results["children"].added, results["children"].changed) == (0, 1)
    assert one(select(children.c.search_key).where(children.c.id == child_id())) == (
        "nguyen thi dao anh"
    )


def test_an_emptied_cell_takes_away_and_a_missing_column_does_not(app, folder):
    load(write_tables(folder, office_tables()))
    row = {"pupil_code": "9000000001", "full_name": "Nguyễn Thị Đào", "birth_on": "2020-05-17"}
    emptied = {"current_unit_code": "", "current_group": "", "current_address": ""}
    tables = {"children": [row | {"sex": "female", "kindergarten": ""} | emptied]}

    load(write_tables(folder / "..", tables))

    with transaction() as tx:
        stored = tx.execute(select(children).where(children.c.id == child_id())).one()
        kinds = [home.kind for home in families.residences_of(tx, child_id=stored.id)]
        assert families.guardians_of(tx, child_id=stored.id)
    assert stored.kindergarten is None
    assert (stored.personal_id, stored.family_code) == ("901320000001", "GD1")
    assert kinds == ["permanent"]


def test_a_guardian_whose_cells_are_emptied_is_taken_away(app, folder):
    load(write_tables(folder, office_tables()))
    tables = changed(
        office_tables(),
        "children",
        guardian_name="",
        guardian_relation="",
        guardian_phone="",
        guardian_email="",
    )

    load(write_tables(folder, tables))

    assert one(select(func.count()).select_from(guardians)) == 0


def test_two_children_may_exchange_their_personal_ids(app, folder):
    load(write_tables(folder, office_tables()))
    tables = office_tables()
    first, second = tables["children"]
    first["personal_id"], second["personal_id"] = second["personal_id"], first["personal_id"]

    load(write_tables(folder, tables))

    assert one(select(children.c.personal_id).where(children.c.id == child_id())) == "901220000002"


def test_an_officer_keeps_exactly_the_places_that_the_file_names(app, folder):
    load(write_tables(folder, office_tables()))
    tables = office_tables()
    tables["staff"] = [
        tables["staff"][2] | {"school_code": "TH2"},
        tables["staff"][2] | {"school_code": "TH3"},
    ]

    results = load(write_tables(folder, tables))

    with transaction() as tx:
        held = tx.execute(
            select(schools.c.code).join(scopes, scopes.c.school_id == schools.c.id)
        ).scalars()
        assert sorted(held) == ["TH2", "TH3"]
        assert tx.execute(select(func.count()).select_from(scopes)).scalar_one() == 4
    assert (results["staff"].added, results["staff"].changed) == (0, 1)


def test_a_unit_may_stand_before_its_parent(app, folder):
    tables = office_tables()
    tables["units"].reverse()

    load(write_tables(folder, tables))

    parents = units.alias("parents")
    query = select(parents.c.code).join(units, units.c.parent_id == parents.c.id)
    assert one(query.where(units.c.code == "00070")) == "01"


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), (",", "utf-8-sig")])
def test_spreadsheets_csv_is_taken(app, folder, delimiter, encoding):
    results = load(write_tables(folder, office_tables(), delimiter=delimiter, encoding=encoding))

    assert results["children"].added == 2


def test_a_workbook_is_taken(app, folder):
    tables = office_tables()
    rows = tables.pop("children")
    write_tables(folder, tables)
    with xlsxwriter.Workbook(folder / "children.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, list(rows[0]))
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row.values()):
                sheet.write_string(line, column, cell)
        born = list(rows[0]).index("birth_on")
        sheet.write_datetime(
            1, born, date(2020, 5, 17), workbook.add_format({"num_format": "dd/mm/yyyy"})
        )

    load(folder)

    assert one(select(children.c.birth_on).where(children.c.id == child_id())) == date(2020, 5, 17)


BAD_ROWS = [
    ("units", 1, {"code": ""}, "code: must not be empty"),
    ("units", 1, {"code": "00070 A"}, "code: a code has"),
    ("units", 1, {"code": "01"}, "code: stands in line 2 already"),
    ("units", 1, {"kind": "district"}, "kind: must be one of city, ward"),
    ("units", 1, {"parent_code": "99"}, "parent_code: there is no unit 99"),
    ("units", 1, {"valid_from": "2025-13-01"}, "valid_from: is no date"),
    ("units", 1, {"valid_to": "2025-07-01"}, "valid_to: must be after valid_from"),
    ("units", 0, {"parent_code": "00070"}, "parent_code: the unit would stand above itself"),
    ("zones", 0, {"unit_code": "00099"}, "unit_code: there is no unit 00099"),
    ("zones", 1, {"code": "T00070"}, "code: stands in line 2 already"),
    ("residential_groups", 0, {"zone_code": "T9"}, "zone_code: there is no zone T9"),
    ("residential_groups", 1, {"label": "16A"}, "label: stands in line 2 already"),
    ("residential_groups", 0, {"longitude": ""}, "longitude: must not be empty"),
    ("schools", 0, {"latitude": "105.85", "longitude": "21.03"}, "latitude: must be degrees"),
    ("schools", 0, {"address": ""}, "address: must not be empty"),
    ("schools", 0, {"phone": "12"}, "phone: is no telephone number"),
    ("schools", 0, {"unit_code": "1"}, "unit_code: there is no unit 1"),
    ("intakes", 0, {"kind": "trial"}, "kind: must be one of official, rehearsal"),
    ("intakes", 0, {"rule_set": "first-come"}, "rule_set: must be one of hanoi-2018"),
    ("intakes", 0, {"opens_at": "2026-07-01T00:00:00"}, "opens_at: lacks its offset"),
    ("intakes", 0, {"opens_at": "tomorrow"}, "opens_at: is no instant"),
    ("intakes", 0, {"closes_at": "2026-07-01T00:00:00+07:00"}, "closes_at: must be after"),
    ("intakes", 0, {"birth_to": "2019-12-31"}, "birth_to: must not be before birth_from"),
    ("intakes", 0, {"public_value_on": "2026-07-03"}, "public_value_on: must not be before"),
    ("seat_plans", 0, {"seats": "-1"}, "seats: must be a whole number from 0 to 5000"),
    ("seat_plans", 0, {"seats": "35,5"}, "seats: must be a whole number"),
    *(
        ("seat_plans", 0, {"reserves": spelled}, f"reserves: {reason}")
        for spelled, reason in (
            ("disability", "is written policy:seats;policy:seats"),
            ("disability:0", "is written policy:seats;policy:seats"),
            ("disability:x", "is written policy:seats;policy:seats"),
            ("Khuyết tật:1", "is written policy:seats;policy:seats"),
            ("disability:1|war_invalid:1", "is written policy:seats;policy:seats"),
            ("disability:30;war_invalid:6", "keeps 36 seats of 35"),
            ("disability:1;war_invalid:1;disability:2", "names disability twice"),
            (";".join(f"p{number}:1" for number in range(11)), "names more than 10 policies"),
        )
    ),
    ("seat_plans", 0, {"intake_code": "X"}, "intake_code: there is no intake X"),
    ("seat_plans", 0, {"school_code": "X"}, "school_code: there is no school X"),
    (
        "seat_plans",
        1,
        {"school_code": "TH1", "zone_code": "T00082"},
        "school_code: stands in line 2 already",
    ),
    ("children", 1, {"pupil_code": "9000000001"}, "pupil_code: stands in line 2 already"),
    ("children", 1, {"personal_id": "901320000001"}, "personal_id: stands in line 2 already"),
    ("children", 0, {"pupil_code": "TM00000001"}, "pupil_code: codes that begin with TM"),
    ("children", 0, {"full_name": "=1+1"}, "full_name: must begin with a letter"),
    ("children", 0, {"full_name": "Đào 2"}, "full_name: is no name"),
    ("children", 0, {"guardian_name": "(bố) Bình"}, "guardian_name: must begin with a letter"),
    ("children", 0, {"full_name": ""}, "full_name: must not be empty"),
    ("children", 0, {"birth_on": "31/02/2020"}, "birth_on: is no date"),
    ("children", 0, {"sex": "nữ"}, "sex: must be one of male, female"),
    ("children", 0, {"personal_id": "1234"}, "personal_id: must be 12 digits"),
    ("children", 0, {"permanent_group": "17"}, "unit 00070 has no residential group 17"),
    ("children", 1, {"current_group": "16A"}, "current_group: needs current_unit_code"),
    ("children", 0, {"sibling_school_code": "TH9"}, "there is no school TH9"),
    ("children", 0, {"guardian_relation": "aunt"}, "guardian_relation: must be one of mother"),
    ("children", 0, {"guardian_email": "binh@"}, "guardian_email: is no e-mail address"),
    ("children", 0, {"guardian_phone": "0912"}, "guardian_phone: is no telephone number"),
    ("children", 1, {"guardian_phone": "0912345678"}, "guardian_name: must not be empty"),
    ("children", 0, {"policies": "Khuyết tật"}, "policies: each is a word"),
    ("staff", 0, {"role": "boss"}, "role: must be one of city_officer"),
    ("staff", 0, {"unit_code": ""}, "unit_code: must not be empty"),
    ("staff", 0, {"unit_code": "00070"}, "answers for a unit of kind city"),
    ("staff", 0, {"school_code": "TH1"}, "school_code: must be empty"),
    ("staff", 2, {"school_code": ""}, "school_code: must not be empty"),
    ("staff", 2, {"unit_code": "01"}, "unit_code: must be empty for a school officer"),
    ("staff", 1, {"email": "no address"}, "email: is no e-mail address"),
    (
        "staff",
        1,
        {"email": "city@enrol.example"},
        "full_name: differs from the name in an earlier line",
    ),
]


@pytest.mark.parametrize(("table", "row", "cells", "reason"), BAD_ROWS)
def test_a_bad_row_is_named_and_nothing_is_kept(app, folder, table, row, cells, reason):
    faults = refused(write_tables(folder, changed(office_tables(), table, row, **cells)))

    named = [fault for fault in faults if fault.startswith(f"{table}.csv:{row + 2}: ")]
    assert any(reason in fault for fault in named), faults
    assert one(select(func.count()).select_from(units)) == 0


def test_one_mistake_is_reported_once(app, folder):
    """A unit with a bad date still counts as named by the rows that refer to it."""
    tables = changed(office_tables(), "units", 1, valid_from="soon")

    assert refused(write_tables(folder, tables)) == [
        "units.csv:3: valid_from: is no date; write YYYY-MM-DD or DD/MM/YYYY"
    ]


def test_every_bad_row_of_every_file_is_named(app, folder):
    tables = changed(office_tables(), "zones", 1, unit_code="X")
    changed(tables, "schools", 0, latitude="", phone="1")
    changed(tables, "children", 0, sex="")
    changed(tables, "children", 1, birth_on="")
    changed(tables, "staff", 2, email="")

    faults = refused(write_tables(folder, tables))

    assert [fault.split(" ")[0] for fault in faults] == [
        "zones.csv:3:",
        "schools.csv:2:",
        "children.csv:2:",
        "children.csv:3:",
        "staff.csv:4:",
    ]
    assert "latitude" in faults[1]
    assert "phone" in faults[1]
    assert not any(everything().values())


def test_reasons_repeat_nothing_personal(app, folder):
    tables = changed(
        office_tables(),
        "children",
        full_name="Nguyễn 1 Thị",
        guardian_phone="0912345",
        personal_id="12345",
        guardian_email="binh(at)example.com",
    )

    (fault,) = refused(write_tables(folder, tables))

    assert all(text not in fault for text in ("Nguyễn", "0912345", "12345", "binh"))


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        ("code,kind,name,name_en,valid_from,colour", "'colour' is no column of units"),
        ("code,kind,name,valid_from", "there is no column name_en"),
    ],
)
def test_a_heading_is_held_to_the_contract(app, folder, heading, reason):
    folder.mkdir()
    fields = ",".join("x" for _ in heading.split(","))
    (folder / "units.csv").write_text(f"{heading}\n{fields}\n", encoding="utf-8")

    assert refused(folder) == [f"units.csv:1: {reason}"]


def test_a_file_that_cannot_be_read_is_named(app, folder):
    write_tables(folder, office_tables())
    (folder / "schools.csv").write_bytes(
        "code,tên\n".encode("cp1258", errors="replace") + b"\xff\n"
    )

    assert any(fault.startswith("schools.csv:") for fault in refused(folder))


def test_two_files_of_one_table_are_refused(app, folder):
    write_tables(folder, office_tables())
    xlsxwriter.Workbook(folder / "units.xlsx").close()

    assert (
        refused(folder)[0] == "units.csv:1: units.csv and units.xlsx stand side by side; keep one"
    )


def test_an_empty_folder_is_refused(app, folder):
    folder.mkdir()

    with pytest.raises(NothingToImport):
        load(folder)


def test_doubts_are_told_and_do_not_stop_the_import(app, folder):
    tables = changed(office_tables(), "children", personal_id="901219000001")
    changed(tables, "schools", latitude="0", longitude="0")

    load(write_tables(folder, tables))

    assert [str(doubt) for doubt in load.doubts] == [
        "schools.csv:2: latitude: the point lies outside Vietnam",
        "children.csv:2: personal_id: does not agree with sex or year of birth; check the papers",
    ]


def test_a_personal_id_of_a_child_outside_the_file_is_not_given_twice(app, folder):
    load(write_tables(folder, office_tables()))
    tables = office_tables()
    newcomer = tables["children"][1] | {"pupil_code": "9000000003", "personal_id": "901320000001"}

    faults = refused(write_tables(folder, {"children": [newcomer]}))

    assert faults == ["children.csv:2: personal_id: another child of the register has it"]


def announce():
    with transaction() as tx:
        tx.execute(
            update(intakes).values(
                phase="announced", seed_commitment="0" * 64, sealed_seed=b"sealed"
            )
        )


def test_what_is_announced_stands(app, folder):
    load(write_tables(folder, office_tables()))
    announce()
    tables = changed(office_tables(), "intakes", closes_at="2026-07-05T00:00:00+07:00")
    changed(tables, "seat_plans", 1, seats="36")
    changed(tables, "residential_groups", 0, zone_code="T00082")

    faults = refused(write_tables(folder, tables))

    announced = "intake HN-L1-2026 is announced, so this stands as announced; leave the line out"
    assert faults == [
        f"intakes.csv:2: closes_at: {announced}",
        f"residential_groups.csv:2: zone_code: {announced}",
        f"seat_plans.csv:3: seats: {announced}",
    ]


def reserves_stored():
    with transaction() as tx:
        query = select(schools.c.code, seat_plans.c.reserves)
        query = query.join(schools, schools.c.id == seat_plans.c.school_id)
        return dict(tx.execute(query).all())


def test_reserved_seats_are_kept_in_their_order(app, folder):
    tables = changed(office_tables(), "seat_plans", reserves="war_invalid:1; disability : 2")
    load(write_tables(folder, tables))
    first = reserves_stored()
    again = load(write_tables(folder, tables))["seat_plans"]
    load(write_tables(folder, office_tables()))  # without the column
    kept = reserves_stored()
    load(write_tables(folder, changed(tables, "seat_plans", reserves="")))

    assert first == {"TH1": [["war_invalid", 1], ["disability", 2]], "TH2": [], "TH3": []}
    assert (again.added, again.changed) == (0, 0)
    assert kept == first
    assert reserves_stored()["TH1"] == []


def test_announced_reserves_stand(app, folder):
    tables = changed(office_tables(), "seat_plans", reserves="disability:2")
    load(write_tables(folder, tables))
    announce()

    load(write_tables(folder, tables))
    faults = refused(write_tables(folder, changed(tables, "seat_plans", reserves="disability:3")))

    assert [fault.split(": ")[:2] for fault in faults] == [["seat_plans.csv:2", "reserves"]]


def test_a_school_keeps_its_ward_until_its_intake_is_settled(app, folder):
    load(write_tables(folder, office_tables()))
    other = next(
        row["code"]
        for row in office_tables()["units"]
        if row["kind"] == "ward" and row["code"] != office_tables()["schools"][0]["unit_code"]
    )
    tables = {"schools": changed(office_tables(), "schools", 0, unit_code=other)["schools"]}
    announce()

    [fault] = refused(write_tables(folder, tables))
    assert fault.startswith("schools.csv:2: unit_code: intake HN-L1-2026 is announced")

    with transaction() as tx:
        tx.execute(update(intakes).values(phase="draft"))
    assert load(write_tables(folder, tables))["schools"].changed == 1


def test_an_announced_intake_takes_no_new_school(app, folder):
    tables = office_tables()
    last = tables["seat_plans"].pop()
    load(write_tables(folder, tables))
    announce()

    (fault,) = refused(write_tables(folder, {"seat_plans": [last]}))

    assert fault.startswith("seat_plans.csv:2: ")


def test_the_register_is_corrected_while_the_intake_runs(app, folder):
    load(write_tables(folder, office_tables()))
    announce()

    tables = changed(office_tables(), "children", kindergarten="Trường Mầm non Vàng Anh")
    results = load(write_tables(folder, tables))

    assert results["children"].changed == 1


def test_zones_join_and_leave_an_intake_that_is_not_announced(app, folder):
    load(write_tables(folder, office_tables()))
    new = {"code": "T9", "unit_code": "00082", "name": "Tuyến 9", "valid_from": "2025-07-01"}
    load(write_tables(folder / "..", {"zones": [new | {"valid_to": ""}]}))
    joined = one(select(func.count()).select_from(intake_zones))

    load(write_tables(folder / "..", {"zones": [new | {"valid_to": "2026-06-01"}]}))

    assert joined == 3
    assert one(select(func.count()).select_from(intake_zones)) == 2


def test_imports_follow_each_other(app, folder):
    write_tables(folder, office_tables())
    with db.engine.begin() as another:
        locks.lock_register(another)

        with pytest.raises(StoreBusy):
            load(folder)


def intake_id():
    return one(select(intakes.c.id))


def test_a_draft_that_somebody_announces_is_waited_for(app, folder):
    load(write_tables(folder, office_tables()))
    with db.engine.begin() as announcing:
        locks.lock_intake_exclusive(announcing, intake_id())

        with pytest.raises(StoreBusy):
            load(folder)


def test_families_who_register_are_not_in_the_way(app, folder):
    load(write_tables(folder, office_tables()))
    announce()
    with db.engine.begin() as registering:
        locks.lock_intake_shared(registering, intake_id())

        results = load(folder)

    assert results["children"].rows == 2


def test_seats_state_when_they_last_changed(app, folder):
    load(write_tables(folder, office_tables()))
    before = one(select(func.max(seat_plans.c.stated_at)))

    load(write_tables(folder, changed(office_tables(), "seat_plans", seats="40")))

    fresh = select(func.count()).select_from(seat_plans).where(seat_plans.c.stated_at > before)
    assert one(fresh) == 1


def test_temporary_tables_leave_no_trace(app, folder):
    load(write_tables(folder, office_tables()))

    left = text("SELECT count(*) FROM pg_class WHERE relname LIKE 'staged%'")
    assert one(left) == 0
    assert one(select(func.count()).select_from(residences)) == 3
    assert one(select(func.count()).select_from(residential_groups)) == 2
