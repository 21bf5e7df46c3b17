"""Officers with passwords, and browsers in which they are signed in."""

from dataclasses import dataclass
from unicodedata import normalize

from flask import Flask
from flask_security import hash_password
from sqlalchemy import update

from enrol.factory import Adapters
from enrol.services import closing
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from tests.officers import Elsewhere, Officers, add_elsewhere, add_officers, register_child
from tests.web.browser import Browser, Page
from tests.world import World, build_world

PASSWORD = "bảy con vịt qua cầu"
SIGN_IN = "/can-bo/dang-nhap"
HASHES: dict[str, str] = {}


@dataclass
class House:
    """A city with officers who can sign in; S1 to S3 lie in the first ward, S9 in the second."""

    app: Flask
    world: World
    elsewhere: Elsewhere
    officers: Officers

    @property
    def intake(self) -> str:
        return f"/dieu-hanh/{self.world.intake_id}"

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def signed_in(self, kind: str) -> Browser:
        """A browser of the officer of this kind (a field of ``Officers``), signed in."""
        browser = self.browser()
        sign_in(browser, email=email_of(kind))
        return browser


def build_house(app: Flask) -> House:
    """Make the city and give every officer the same password."""
    world = build_world()
    elsewhere = add_elsewhere(world)
    officers = add_officers(world, elsewhere)
    if PASSWORD not in HASHES:
        HASHES[PASSWORD] = hash_password(normalize("NFKD", PASSWORD))
    with transaction() as tx:
        tx.execute(update(Staff.__table__).values(password=HASHES[PASSWORD]))
    return House(app, world, elsewhere, officers)


def email_of(kind: str) -> str:
    """The e-mail that ``tests.officers`` gives to this kind of officer."""
    names = {"city_second": "city2", "other_ward": "ward2", "other_school": "school2"}
    return f"{names.get(kind, kind)}@example.vn"


def sign_in(browser: Browser, *, email: str, password: str = PASSWORD) -> Page:
    """Fill in the sign-in page and go where it leads."""
    return browser.press(browser.open(SIGN_IN), email=email, password=password)


def close_with(house: House, adapters: Adapters, *, children: int = 1) -> list[str]:
    """Register children in the first ward and close; returns their codes."""
    codes = [
        register_child(house.world, number=number, adapters=adapters)
        for number in range(1, children + 1)
    ]
    closing.close_intake(actor=house.officers.city, intake_id=house.world.intake_id, early=True)
    return codes
