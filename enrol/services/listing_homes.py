"""Residences to be confirmed: what an officer has at hand, and the list that goes out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.residence_lists import SheetHead, SheetRow, number_of
from enrol.services import authority
from enrol.services.ports import ResidenceSheets
from enrol.services.ward_reach import ward_of, wards_of
from enrol.store import clock, journal, residence_lists, staff
from enrol.store.db import transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.residence_lists import ListRecord
from enrol.store.wards import Ward

__all__ = ["HomesDesk", "ListRecord", "Ward", "fetch_list", "homes_desk"]

NEWEST = 20
_NOT_FROZEN = (Phase.ANNOUNCED, Phase.OPEN)


@dataclass(frozen=True, slots=True)
class HomesDesk:
    """What an officer confirms residences with: the wards within reach and what came back."""

    intake: IntakeRecord
    wards: tuple[Ward, ...]
    ward: Ward | None
    can_apply: bool
    newest: tuple[ListRecord, ...]
    names: Mapping[str, str]


def homes_desk(*, actor: Actor, intake_id: int, unit_code: str | None) -> HomesDesk:
    """Return the wards of the officer and, for one of them, the lists. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        found = wards_of(tx, grasp)
        ward = ward_of(found, unit_code) if unit_code or len(found) == 1 else None
        newest = (
            residence_lists.newest_lists(
                tx, intake_id=intake_id, unit_id=ward.unit_id, limit=NEWEST
            )
            if ward
            else []
        )
        labels = [f"{staff.STAFF_LABEL}{record.brought_by}" for record in newest]
        return HomesDesk(
            intake=grasp.intake,
            wards=tuple(found),
            ward=ward,
            can_apply=grasp.intake.phase in _NOT_FROZEN,
            newest=tuple(newest),
            names=staff.names_by_label(tx, labels=labels),
        )


def fetch_list(
    *, actor: Actor, intake_id: int, unit_code: str, language: str, sheets: ResidenceSheets
) -> bytes:
    """Return the workbook of a ward's declared residences; who fetched it is journalled.

    Raises NotFound.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        ward = ward_of(wards_of(tx, grasp), unit_code)
        homes = residence_lists.homes_of(tx, intake_id=intake_id, unit_id=ward.unit_id)
        is_english = language == "en"
        head = SheetHead(
            ward=ward.name_en if is_english else ward.name,
            intake=grasp.intake.name_en if is_english else grasp.intake.name,
            officer=officer.full_name,
            asked_at=clock.database_now(tx),
            language=language,
            is_rehearsal=grasp.intake.is_rehearsal,
        )
        body = sheets.write(head=head, rows=[_sheet_row(home) for home in homes])
        journal.record(
            tx,
            actor=actor,
            action="residence_list.fetched",
            intake_id=intake_id,
            subject=ward.code,
            detail={"rows": len(homes), "sha256": hashlib.sha256(body).hexdigest()},
        )
        return body


def _sheet_row(home: residence_lists.HomeLine) -> SheetRow:
    standing = home.standing
    return SheetRow(
        group=home.group,
        code=standing.code,
        full_name=home.full_name,
        birth_on=home.birth_on,
        guardian=home.guardian,
        fact=standing.fact,
        address=home.address,
        reference=f"{number_of(standing.fact)}/{standing.mark}",
    )
