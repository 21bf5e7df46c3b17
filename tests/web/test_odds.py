"""Odds on the family's home page: after sending, in one read, with honest words."""

from sqlalchemy import update

from enrol.services import estimating, preparing, registering
from enrol.store.db import transaction
from enrol.store.tables.rehearsals import estimates, zone_estimates
from tests.world import prepare, set_phase

HEADING = "Nếu xét hôm nay, các nguyện vọng của Quý phụ huynh sẽ ra sao"
SOON = "sẽ sớm hiện ở đây"
WARNING = "không nguyện vọng nào còn chỗ"


def send(world, family, adapters, *wishes):
    prepare(world, family, wishes=list(wishes))
    registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )


def estimate(world, **counts):
    """Draw, then set the counts that the page is to show."""
    estimating.estimate_zone(intake_zone_id=world.intake_zone_id)
    if counts:
        with transaction() as tx:
            tx.execute(update(estimates).values(**counts))


def test_before_sending_nothing_is_said(world, parent):
    page = parent.open("/gia-dinh/")

    assert HEADING not in page.text
    assert SOON not in page.text


def test_after_sending_the_page_says_that_odds_are_to_come(world, family, parent, adapters):
    send(world, family, adapters, "S1")

    assert SOON in parent.open("/gia-dinh/").text


def test_the_counts_are_shown_with_time_and_size(world, family, parent, adapters):
    send(world, family, adapters, "S1", "S2")
    estimate(world, granted=[131, 60], left_over=9)

    page = parent.open("/gia-dinh/")

    assert HEADING in page.text
    assert "bốc thăm thử 200 lần, với số giả định, trên 1 hồ sơ" in page.text
    for count in (131, 60, 9):
        assert f"{count} trên 200 lần" in page.text
    assert "không cho biết gì về số thật" in page.text
    assert WARNING not in page.text


def test_a_high_risk_is_said_plainly_with_what_helps(world, family, parent, adapters):
    send(world, family, adapters, "S1")
    estimate(world, granted=[140], left_over=60)

    page = parent.open("/gia-dinh/")

    assert "Trong 60 trên 200 lần thử, không nguyện vọng nào còn chỗ." in page.text
    assert "thêm trường trong tuyến vào cuối danh sách" in page.text
    assert "Học sinh vẫn có trường học" in page.text


def test_a_little_less_is_no_warning(world, family, parent, adapters):
    send(world, family, adapters, "S1")
    estimate(world, granted=[141], left_over=59)

    assert WARNING not in parent.open("/gia-dinh/").text


def test_a_full_list_is_not_told_to_add(world, family, parent, adapters):
    send(world, family, adapters, "S1", "S2", "S3")
    estimate(world, granted=[50, 0, 0], left_over=150)

    page = parent.open("/gia-dinh/")

    assert WARNING in page.text
    assert "thêm trường trong tuyến" not in page.text


def test_a_child_from_outside_is_told_that_no_rehearsal_can_tell(world, family, parent, adapters):
    send(world, family, adapters, "S1")
    estimate(world, in_zone=False, granted=[0], left_over=200)

    page = parent.open("/gia-dinh/")

    assert "học sinh không cư trú trong tuyến này" in page.text
    assert "trên 200 lần" not in page.text
    assert WARNING not in page.text


def test_after_closing_no_odds_are_shown(world, family, parent, adapters):
    send(world, family, adapters, "S1")
    estimate(world)
    set_phase(world, "closed")

    page = parent.open("/gia-dinh/")

    assert HEADING not in page.text
    assert SOON not in page.text


def test_opening_the_page_draws_nothing(world, family, parent, adapters):
    send(world, family, adapters, "S1")
    parent.open("/gia-dinh/")

    with transaction() as tx:
        assert tx.execute(zone_estimates.select()).all() == []
