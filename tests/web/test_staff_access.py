"""Every staff page for every kind of officer, on their own ground and on others': an access matrix.

What an officer may not see answers exactly as what does not exist: 404.
"""

from datetime import date

import pytest
from flask import url_for
from sqlalchemy import insert, select

from enrol.services import documenting, exporting, imagining, uploading
from enrol.store.db import transaction
from enrol.store.tables.checked_homes import residence_lists
from enrol.store.tables.class_lists import school_classes
from enrol.store.tables.flags import flags
from enrol.store.tables.privacy import data_requests
from enrol.store.tables.registrations import registrations
from enrol.store.tables.reviews import postponements
from tests.corrected import keep_final_run
from tests.documents import A_PDF
from tests.objected import file_many
from tests.officers import register_child
from tests.partners import make_token
from tests.web.staff import SIGN_IN, build_house
from tests.world import set_phase

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

KINDS = ("city", "ward", "other_ward", "school", "other_school", "nobody")
CITY, WARDS, SCHOOLS = {"city"}, {"ward", "other_ward"}, {"school", "other_school"}
OFFICE = CITY | WARDS

# Who finds the page when it is about the first ward, its school S1 and a child of its zone.
PAGES = {
    "staff.home": set(KINDS),
    "staff.account": set(KINDS),
    "staff.lists": OFFICE | SCHOOLS,
    "staff.export": {"ward"},  # who asked for it
    "staff.fetch": {"ward"},
    "staff.counter": OFFICE | SCHOOLS,
    "staff.entry_new": OFFICE | SCHOOLS,
    "staff.entry": set(),  # only with a child that was found at the counter
    "staff.reset": set(),
    "staff.counter_objection": set(),
    "staff.counter_contact": set(),
    "staff.printed_objection": set(),  # only of what the officer took down
    "staff.printed": set(),  # only of what the officer entered
    "staff.printed_pdf": set(),
    "staff.data_requests": OFFICE,
    "staff.data_request": {"city", "ward"},
    "staff.hand_over": {"city", "ward"},
    "staff.flags": OFFICE,
    "staff.messages": OFFICE | SCHOOLS,
    "staff.message_again": set(),  # the ward's own, and none is in doubt here
    "staff.messages_again": OFFICE | SCHOOLS,
    "staff.dismiss_flag": {"city", "ward", "school"},
    "office.homes": OFFICE,
    "office.homes_list": {"city", "ward"},
    "office.ask_registry": {"city", "ward"},
    "office.one_list": {"city", "ward"},
    "office.apply_homes": {"city", "ward"},
    "office.drop_homes": {"city", "ward"},
    "office.desk": OFFICE,
    "office.imports": OFFICE,
    "office.import_faults": {"ward"},
    "office.one_import": {"ward"},  # who brought it
    "office.apply_import": {"ward"},
    "office.drop_import": {"ward"},
    "office.intake": OFFICE,
    "office.seats": OFFICE,
    "office.school_seats": {"city", "ward"},
    "office.step": CITY,
    "office.readiness": OFFICE,
    "office.calendar": OFFICE,
    "office.officers": CITY,
    "office.new_officer": CITY,
    "office.close_officer": CITY,
    "office.officer_password": CITY,
    "office.totals": OFFICE,
    "office.approve_seats": OFFICE,
    "office.approve_list": {"city", "ward"},
    "office.go_on": CITY,
    "office.rules": CITY,
    "office.days": CITY,
    "office.pilot": CITY,
    "office.zones": OFFICE,
    "office.move_group": {"city", "ward"},
    "office.ask_publication": CITY,
    "office.confirm_publication": CITY,
    "office.halt_publication": CITY,
    "office.propose": CITY,
    "office.confirm": CITY,
    "office.name_value": CITY,
    "office.journal": CITY,
    "office.leftovers": OFFICE,
    "office.shortages": OFFICE,
    "office.room": CITY,
    "office.wall": OFFICE,
    "office.what_ifs": OFFICE,
    "office.new_what_if": CITY,  # no zone: all zones at once
    "office.what_if": {"city", "ward"},
    "office.roll": {"city", "ward"},
    "office.file": {"city", "ward"},
    "office.act": {"city", "ward"},
    "office.upload": {"city", "ward"},
    "office.document": {"city", "ward"},
    "office.objection": {"city", "ward"},
    "office.objections": OFFICE,
    "office.ratings": OFFICE,
    "office.reports": OFFICE,
    "office.report": {"city", "ward"},
    "office.new_report": {"city", "ward"},
    "office.final": CITY,
    "office.end_corrections": CITY,
    "office.rounds": CITY,
    "office.second_round": CITY,
    "office.differences": CITY,
    "office.differences_file": CITY,
    "office.apology": {"city", "ward"},
    "office.units": OFFICE,
    "office.holidays": CITY,
    "office.wards": CITY,
    "office.new_ward": CITY,
    "office.school_moves": CITY,
    "office.new_school_move": CITY,
    "office.drop_school_move": CITY,
    "office.tokens": CITY,
    "office.new_token": CITY,
    "office.revoke_token": CITY,
    "office.queue": {"city", "ward"},
    "office.many": OFFICE,
    "schools.desk": SCHOOLS,
    "schools.school": {"school"},
    "schools.propose_seats": set(),  # only while planned and with approvals asked for
    "schools.wishes": {"school"},
    "schools.roll": {"school"},
    "schools.enrolment": {"school"},
    "schools.classes": {"school"},
    "schools.divide": {"school"},
    "schools.one_class": {"school"},
    "schools.put_child": set(),  # only a child with a seat
    "schools.file": {"school"},
    "schools.act": {"school"},
    "schools.upload": {"school"},
    "schools.document": {"school"},
    "schools.objection": {"school"},  # to read; the ward answers
    "schools.report": {"school"},  # to read; the ward decides
    "schools.new_report": {"school"},
    "schools.apology": {"school"},
    "schools.queue": {"school"},
    "schools.many": SCHOOLS,
}
PHASES = {
    "office.roll": "allocated",
    "office.leftovers": "allocated",
    "office.approve_list": "closed",
    "schools.roll": "provisional",
    "office.rounds": "final",
    "office.second_round": "settled",
    "schools.enrolment": "final",
    "schools.classes": "final",
    "schools.divide": "final",
    "schools.one_class": "final",
    "schools.put_child": "final",
}
BUTTONS = {
    "office.drop_import",
    "office.ask_registry",
    "office.drop_homes",
    "office.approve_seats",
    "office.drop_school_move",
    "staff.dismiss_flag",
    "staff.hand_over",
    "staff.message_again",
    "staff.messages_again",
}
"""Pages that answer a press of a button and nothing else."""
AT_COUNTER = {
    "staff.entry",
    "staff.reset",
    "staff.printed",
    "staff.printed_pdf",
    "staff.counter_objection",
    "staff.counter_contact",
    "staff.printed_objection",
}
UNKEPT = {
    "schools.propose_seats",
    "schools.put_child",
    "staff.home",
    "office.many",
    "schools.many",
    "staff.fetch",
    "office.apply_import",
    "office.apply_homes",
    *AT_COUNTER,
    *BUTTONS,
}
POSTED = (
    "staff.data_requests",
    "staff.data_request",
    "staff.hand_over",
    "office.approve_seats",
    "office.approve_list",
    "office.go_on",
    "office.rules",
    "office.days",
    "office.pilot",
    "office.new_officer",
    "office.close_officer",
    "office.officer_password",
    "staff.counter",
    "staff.entry",
    "staff.entry_new",
    "staff.reset",
    "staff.dismiss_flag",
    "staff.message_again",
    "staff.messages_again",
    "office.homes",
    "office.ask_registry",
    "office.apply_homes",
    "office.drop_homes",
    "office.imports",
    "office.apply_import",
    "office.drop_import",
    "staff.lists",
    "office.school_seats",
    "office.step",
    "office.move_group",
    "office.ask_publication",
    "office.confirm_publication",
    "office.halt_publication",
    "office.propose",
    "office.confirm",
    "office.name_value",
    "office.new_what_if",
    "office.act",
    "office.upload",
    "office.holidays",
    "office.new_ward",
    "office.new_school_move",
    "office.new_token",
    "office.revoke_token",
    "office.objection",
    "office.report",
    "office.new_report",
    "office.final",
    "office.end_corrections",
    "office.rounds",
    "office.second_round",
    "schools.act",
    "schools.propose_seats",
    "schools.enrolment",
    "schools.classes",
    "schools.divide",
    "schools.put_child",
    "schools.report",
    "schools.new_report",
    "schools.objection",
    "schools.upload",
)


@pytest.fixture
def house(app):
    made = build_house(app)
    imagining.ask_what_if(
        actor=made.officers.ward,
        intake_id=made.world.intake_id,
        zone="T00070",
        seats={},
        rules="lottery-only",
    )
    exporting.ask_export(
        actor=made.officers.ward,
        intake_id=made.world.intake_id,
        kind="registrations",
        form="csv",
        school_id=None,
        language="vi",
    )
    uploading.receive(
        actor=made.officers.ward,
        files={"children.csv": lambda path: path.write_text("pupil_code\n", encoding="utf-8")},
        folders=app.extensions["enrol_adapters"].uploads,
    )
    return made


def file_with_papers(house, adapters):
    """Register a child of the first ward whose file has a document and a drafted apology."""
    code = register_child(house.world, number=1, adapters=adapters)
    documenting.hand_in_at_desk(
        actor=house.officers.ward,
        code=code,
        about="residence",
        data=A_PDF,
        store=adapters.documents,
    )
    keep_list_and_flag(house)
    with transaction() as tx:
        tx.execute(insert(postponements).values(registration_id=1, due_on=date(2026, 7, 8)))
    return code


def keep_list_and_flag(house):
    """Put a list of residences and a warning, both about the first ward, where pages find them."""
    with transaction() as tx:
        tx.execute(
            insert(residence_lists).values(
                intake_id=house.world.intake_id,
                unit_id=house.world.ward_id,
                brought_by=house.officers.ward.staff_id,
                sha256="0" * 64,
            )
        )
        tx.execute(
            insert(flags).values(
                intake_id=house.world.intake_id,
                unit_id=house.world.ward_id,
                registration_id=1,
                kind="id_contradicts",
                key="sex",
            )
        )
        tx.execute(
            insert(data_requests).values(
                child_id=1,
                unit_id=house.world.ward_id,
                kind="copy",
                words="",
                filed_by="family:1",
                due_on=date(2026, 7, 8),
            )
        )
        tx.execute(
            insert(school_classes).values(
                intake_id=house.world.intake_id,
                school_id=house.world.schools["S1"],
                position=1,
                name="1A1",
            )
        )
    file_many(house.world, count=1)
    make_token(
        house.app.extensions["enrol_adapters"],
        actor=house.officers.city,
        unit_id=house.world.ward_id,
    )
    with transaction() as tx:
        code = tx.execute(select(registrations.c.code)).scalar_one()
    keep_final_run(house.world, house.officers, code=code)


def address_of(house, endpoint, code):
    given = {
        "intake_id": house.world.intake_id,
        "school_id": house.world.schools["S1"],
        "group_id": house.world.group_id,
        "address": "dong",
        "what_if_id": 1,
        "export_id": 1,
        "unit_id": house.world.ward_id,
        "document_id": 1,
        "act": "nhan",
        "import_id": 1,
        "list_id": 1,
        "token_id": 1,
        "child_id": 1,
        "flag_id": 1,
        "request_id": 1,
        "objection_id": 1,
        "report_id": 1,
        "class_id": 1,
        "unit_code": "00070",
        "zone": "T00070",
        "staff_id": house.officers.ward.staff_id,
        "code": code,
    }
    with house.app.test_request_context():
        rule = next(r for r in house.app.url_map.iter_rules() if r.endpoint == endpoint)
        return url_for(endpoint, **{name: given[name] for name in rule.arguments})


def test_the_matrix_knows_every_page_of_staff(house):
    staff_pages = {
        rule.endpoint
        for rule in house.app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in ("office", "schools", "staff")
    }

    assert staff_pages == set(PAGES)


@pytest.mark.parametrize("kind", KINDS)
def test_each_officer_finds_their_own_pages_and_no_others(house, adapters, kind):
    code = file_with_papers(house, adapters)
    browser = house.signed_in(kind)

    for endpoint, allowed in PAGES.items():
        if endpoint in BUTTONS:
            continue
        set_phase(house.world, PHASES.get(endpoint, "announced"))
        response = browser.ask("GET", address_of(house, endpoint, code))
        expected = (200, 303) if kind in allowed else (404,)
        assert response.status_code in expected, (kind, endpoint, response.status_code)
        if kind not in allowed:
            assert "Nguyễn Thị Đào" not in response.text


@pytest.mark.parametrize("kind", KINDS)
def test_no_button_works_beyond_reach(house, adapters, kind):
    """The same by POST: with a good token, whoever may not see the page changes nothing."""
    code = file_with_papers(house, adapters)
    browser = house.signed_in(kind)
    token = browser.open("/can-bo/mat-khau").offered()["csrf_token"]

    for endpoint in POSTED:
        if kind in PAGES[endpoint]:
            continue
        response = browser.ask(
            "POST",
            address_of(house, endpoint, code),
            data={"csrf_token": token, "seats": "1", "public_value": "1", "reason": "x"},
        )
        assert response.status_code == 404, (kind, endpoint)


def test_without_signing_in_every_page_leads_to_the_sign_in(house, adapters):
    code = file_with_papers(house, adapters)
    browser = house.browser()

    for endpoint in set(PAGES) - BUTTONS:
        response = browser.ask("GET", address_of(house, endpoint, code))
        assert response.status_code == 303, endpoint
        assert response.headers["Location"].startswith(SIGN_IN), endpoint


def test_a_family_is_nobody_here(house, adapters):
    code = file_with_papers(house, adapters)
    browser = house.browser()
    page = browser.open("/gia-dinh/dang-nhap")
    browser.press(page, pupil_code="0000000001", secret="0123-4567-89AB-CDEF")

    for endpoint in set(PAGES) - BUTTONS:
        response = browser.ask("GET", address_of(house, endpoint, code))
        assert response.status_code == 303, endpoint
        assert response.headers["Location"].startswith(SIGN_IN), endpoint


def test_staff_are_no_family(house):
    response = house.signed_in("city").ask("GET", "/gia-dinh/")

    assert response.status_code == 303
    assert response.headers["Location"].startswith("/gia-dinh/dang-nhap")


@pytest.mark.parametrize("endpoint", [name for name in PAGES if name not in UNKEPT])
def test_no_page_of_staff_is_kept_by_a_cache(house, adapters, endpoint):
    code = file_with_papers(house, adapters)
    kind = "ward" if "ward" in PAGES[endpoint] else "school"
    kind = "city" if "city" in PAGES[endpoint] else kind
    set_phase(house.world, PHASES.get(endpoint, "announced"))

    response = house.signed_in(kind).ask("GET", address_of(house, endpoint, code))

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


def test_ids_that_do_not_exist_answer_like_ids_of_others(house, adapters):
    register_child(house.world, number=1, adapters=adapters)
    browser = house.signed_in("other_ward")

    foreign = browser.ask("GET", f"{house.intake}/chi-tieu/{house.world.schools['S1']}")
    missing = browser.ask("GET", f"{house.intake}/chi-tieu/999999")

    assert foreign.status_code == missing.status_code == 404
    own = f"/chi-tieu/{house.world.schools['S1']}"
    assert foreign.text.replace(own, "") == missing.text.replace("/chi-tieu/999999", "")
