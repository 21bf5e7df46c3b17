"""Officers see what did not arrive in their own scope; nobody is told twice by accident."""

import pytest
from sqlalchemy import insert, select, update

from enrol.core.message_texts import NotTaken
from enrol.services import mending_messages
from enrol.services.mending_messages import MustBeSaid
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.messages import messages
from enrol.store.tables.registrations import registrations
from tests.officers import register_child
from tests.told import Provider, change, events, give_mail_address, send_all
from tests.web.staff import build_house

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def code(house, adapters):
    return register_child(house.world, number=1, adapters=adapters)


def address(house) -> str:
    return f"/can-bo/tin-nhan/{house.world.intake_id}"


def in_doubt() -> None:
    change(state="in_doubt", failure="answer_lost", perhaps_told=True, attempts=1)


def dead(failure="not_reached") -> None:
    change(state="dead", failure=failure, attempts=16)


def entries() -> list[tuple[str, str | None]]:
    query = select(journal.c.action, journal.c.subject).where(journal.c.action.like("message%"))
    with transaction() as tx:
        return [tuple(row) for row in tx.execute(query.order_by(journal.c.id))]


def test_nothing_to_mend_while_all_is_well(house, code):
    page = house.signed_in("ward").open(f"{address(house)}?lang=en")
    assert "Every message has arrived or is on its way." in page.text
    assert entries() == []


@pytest.mark.parametrize(
    ("kind", "finds"),
    [
        ("city", True),
        ("ward", True),
        ("school", True),
        ("other_ward", False),
        ("other_school", False),
    ],
)
def test_who_sees_a_message_in_doubt(house, code, kind, finds):
    in_doubt()
    page = house.signed_in(kind).open(f"{address(house)}?lang=en")
    assert (code in page.text) is finds
    assert entries() == ([("messages.read", None)] if finds else [])
    officer = getattr(house.officers, kind)
    if not finds:
        with pytest.raises(NotFound):
            mending_messages.again(
                actor=officer, intake_id=house.world.intake_id, message_id=1, may_be_twice=True
            )
        assert mending_messages.all_again(actor=officer, intake_id=house.world.intake_id) == 0


def test_what_may_have_arrived_is_sent_again_only_when_the_officer_says_so(house, code):
    in_doubt()
    ward = house.signed_in("ward")
    page = ward.open(f"{address(house)}?lang=en")
    assert "May have arrived" in page.text
    assert "never reached" not in page.text
    action = f"{address(house)}/gui-lai"

    page = ward.press(page, action=action)
    assert "Nothing was sent" in page.text
    assert events()[0][2] == "in_doubt"
    assert ("message.sent_again", code) not in entries()

    page = ward.press(page, action=action, may_be_twice="yes")
    assert "The message will be sent again." in page.text
    assert events()[0][2] == "waiting"
    with transaction() as tx:
        detail = tx.execute(
            select(journal.c.detail).where(journal.c.action == "message.sent_again")
        ).scalar_one()
    assert detail == {"message": "registered", "may_be_twice": True}
    provider = Provider()
    assert send_all(provider, provider) == 1


def test_a_clear_failure_goes_the_way_the_family_has_now(house, code):
    dead("no_address")
    give_mail_address()
    ward = house.signed_in("ward")
    page = ward.open(f"{address(house)}?lang=en")
    ward.press(page, action=f"{address(house)}/gui-lai")
    assert events() == [("registered", "email", "waiting")]


def test_an_officer_gives_it_a_whole_series_of_attempts(house, code):
    dead()
    mending_messages.again(
        actor=house.officers.ward,
        intake_id=house.world.intake_id,
        message_id=1,
        may_be_twice=False,
    )
    provider = Provider(fault=NotTaken(is_final=False))
    send_all(provider, provider)
    assert events()[0][2] == "waiting"


def test_all_that_never_reached_a_provider_go_together_and_no_other(house, code, adapters):
    for number in (2, 3, 4):
        register_child(house.world, number=number, adapters=adapters)
    dead()
    with transaction() as tx:
        tx.execute(update(messages).where(messages.c.id == 2).values(failure="refused"))
        tx.execute(update(messages).where(messages.c.id == 3).values(perhaps_told=True))
    ward = house.signed_in("ward")
    page = ward.open(f"{address(house)}?lang=en")
    assert "Send 2 messages again" in page.text
    page = ward.press(page, action=f"{address(house)}/gui-lai-tat-ca")
    assert "2 messages will be sent again." in page.text
    assert [state for *_, state in events()] == ["waiting", "dead", "dead", "waiting"]
    assert entries()[-2:] == [("messages.sent_again", None), ("messages.read", None)]


def test_pressed_twice_it_is_done_once(house, code):
    in_doubt()
    asked = {
        "actor": house.officers.ward,
        "intake_id": house.world.intake_id,
        "message_id": 1,
    }
    with pytest.raises(MustBeSaid):
        mending_messages.again(**asked, may_be_twice=False)
    mending_messages.again(**asked, may_be_twice=True)
    with pytest.raises(NotFound):
        mending_messages.again(**asked, may_be_twice=True)


def test_the_next_page_begins_where_the_first_ends(house, code, monkeypatch):
    monkeypatch.setattr(mending_messages, "PAGE", 2)
    with transaction() as tx:
        registration = tx.execute(select(registrations.c.id)).scalar_one()
        for number in range(1, 5):
            tx.execute(
                insert(messages).values(
                    intake_id=house.world.intake_id,
                    registration_id=registration,
                    event="changed",
                    occurrence=number,
                    channel="sms",
                )
            )
    dead()
    seen, after = [], 0
    while after is not None:
        found = mending_messages.desk(
            actor=house.officers.city, intake_id=house.world.intake_id, after=after
        )
        seen += [line.message_id for line in found.lines]
        after = found.after
    assert seen == [1, 2, 3, 4, 5]
