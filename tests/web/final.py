"""A published intake of the drawn city whose officers and first family can sign in."""

from dataclasses import dataclass
from unicodedata import normalize

from flask import Flask
from flask_security import hash_password
from sqlalchemy import insert, select, update

from enrol.core.actors import Family
from enrol.factory import Adapters
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.children import children, family_secrets
from enrol.store.tables.registrations import registrations
from tests.agreed import publish, second_officer
from tests.corrected import placements_of, ward_officer
from tests.drawn import Drawn, draw_intake
from tests.integration.test_allocating import allocate
from tests.web.browser import Browser
from tests.web.staff import HASHES, PASSWORD, sign_in
from tests.world import SECRET


@dataclass
class Season:
    """The intake, a child without a wished seat whose family can sign in, and its pupil code."""

    app: Flask
    drawn: Drawn
    code: str
    pupil_code: str
    family: Family

    @property
    def intake(self) -> str:
        return f"/dieu-hanh/{self.drawn.intake_id}"

    def officer(self, email: str) -> Browser:
        """A browser in which an officer is signed in."""
        browser = Browser(self.app.test_client())
        sign_in(browser, email=email)
        return browser

    def parent(self) -> Browser:
        """A browser in which the family is signed in."""
        browser = Browser(self.app.test_client())
        page = browser.open("/gia-dinh/dang-nhap")
        browser.press(page, pupil_code=self.pupil_code, secret=SECRET)
        return browser


def build_season(app: Flask, adapters: Adapters) -> Season:
    """Publish provisional results and give everybody a password or a secret."""
    drawn = draw_intake(zones_=2, children_=40, seats=10)
    allocate(drawn)
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    ward_officer(drawn)
    second_officer(intake_id=drawn.intake_id)
    if PASSWORD not in HASHES:
        HASHES[PASSWORD] = hash_password(normalize("NFKD", PASSWORD))
    ended = placements_of(drawn, "provisional")
    code = next(
        entry.code
        for entry in drawn.entries
        if ended[entry.code].band == 3 and ended[entry.code].rank is None
    )
    with transaction() as tx:
        tx.execute(update(Staff.__table__).values(password=HASHES[PASSWORD]))
        tx.execute(update(registrations).values(wishes=[2]))
        query = select(children.c.id, children.c.pupil_code).join(
            registrations, registrations.c.child_id == children.c.id
        )
        child_id, pupil_code = tx.execute(query.where(registrations.c.code == code)).one()
        secret_hash = adapters.secrets.hash(pupil_code=pupil_code, secret=SECRET)
        tx.execute(insert(family_secrets).values(child_id=child_id, secret_hash=secret_hash))
    return Season(app, drawn, code, pupil_code, Family(child_id=child_id, secret_version=1))
