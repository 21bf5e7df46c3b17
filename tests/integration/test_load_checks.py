"""What bin/load would tell if something were lost, doubled or never asked for."""

import pytest

from benchmarks.load.checks import Kept, compare
from enrol.services import preparing, registering
from tests.world import add_child, build_world, prepare

pytestmark = pytest.mark.usefixtures("app")

ALL_WELL = Kept(lost=0, doubled=0, unasked=0)


@pytest.fixture
def receipts(adapters) -> dict[str, list[str]]:
    """Two families' receipts by pupil code, as they are in the database."""
    world, held = build_world(), {}
    for number in (1, 2):
        family = add_child(world, number=number, secrets=adapters.secrets)
        prepare(world, family)
        receipt = registering.submit_registration(
            actor=family,
            intake_id=world.intake_id,
            submission_key=preparing.open_desk(actor=family).submission_key,
            secrets=adapters.secrets,
        )
        held[f"{number:010}"] = [receipt.lines.code]
    return held


def test_receipts_and_registrations_agree(receipts):
    assert compare(receipts, uncertain=set()) == ALL_WELL


def test_a_receipt_without_its_registration_is_lost(receipts):
    receipts["0000000001"] = ["AR202611220000009X"]

    assert compare(receipts, uncertain=set()).lost == 1


def test_two_receipts_of_one_child_are_a_double(receipts):
    receipts["0000000001"].append("AR202611220000009X")

    found = compare(receipts, uncertain=set())

    assert (found.lost, found.doubled) == (1, 1)


def test_a_registration_that_nobody_was_told_of_is_unasked_unless_somebody_may_have_sent_it(
    receipts,
):
    del receipts["0000000002"]

    assert compare(receipts, uncertain=set()).unasked == 1
    assert compare(receipts, uncertain={"0000000002"}) == ALL_WELL
