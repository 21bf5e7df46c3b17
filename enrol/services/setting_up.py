"""What the city sets while an intake is planned: its rules, who approves, which wards take part.

All of it stands from the announcement on: rules and hash are then public.
"""

from collections.abc import Collection
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.priority import PRESETS, rules_hash, rules_to_json
from enrol.services import authority
from enrol.services.phases import locked_intake, refuse_unless_in
from enrol.services.refusals import Refusal
from enrol.store import intake_settings, journal
from enrol.store.db import transaction
from enrol.store.intake_settings import RuleSetRecord, WardPart
from enrol.store.intakes import IntakeRecord
from enrol.store.loading import plans

__all__ = [
    "NoSuchRules",
    "NobodyTakesPart",
    "Setting",
    "choose_rules",
    "choose_wards",
    "setting_of",
]


class NoSuchRules(Refusal):
    """No rule set with this hash is offered."""


class NobodyTakesPart(Refusal):
    """At least one ward has to take part."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The settings of an intake; ``rules`` are the versions it may be given, by name.

    ``is_open`` says whether they may still change.
    """

    intake: IntakeRecord
    rules: tuple[RuleSetRecord, ...]
    wards: tuple[WardPart, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether the intake is still being planned."""
        return self.intake.phase is Phase.DRAFT


def setting_of(*, actor: Actor, intake_id: int) -> Setting:
    """Return the settings for the office that leads the intake. Raises NotFound."""
    with transaction() as tx:
        intake = authority.led_intake(tx, actor=actor, intake_id=intake_id)
        own = {one.hash: one for one in _PRESETS}
        kept = {one.hash: one for one in intake_settings.kept_rule_sets(tx)}
        offered = (own | kept).values()
        return Setting(
            intake=intake,
            rules=tuple(sorted(offered, key=lambda one: (one.name, one.version))),
            wards=tuple(intake_settings.ward_parts(tx, intake_id=intake_id)),
        )


def choose_rules(
    *, actor: Actor, intake_id: int, wanted: str, needs_approvals: bool
) -> IntakeRecord:
    """Give the intake the rule set with the hash ``wanted`` and say whether second officers have
    to approve seats and lists; returns the intake as it is now.

    Under its exclusive lock. The same again writes nothing. Raises NotFound, WrongPhase,
    NoSuchRules.
    """
    with transaction() as tx:
        before = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(before, Phase.DRAFT)
        for rules in PRESETS.values():
            if rules_hash(rules) == wanted:
                plans.store_rule_set(
                    tx,
                    name=rules.name,
                    version=rules.version,
                    body=rules_to_json(rules),
                    rules_hash=wanted,
                )
        if wanted not in {one.hash for one in intake_settings.kept_rule_sets(tx)}:
            raise NoSuchRules
        if (before.rules_hash, before.needs_approvals) == (wanted, needs_approvals):
            return before
        intake_settings.choose(
            tx, intake_id=intake_id, rules_hash=wanted, needs_approvals=needs_approvals
        )
        journal.record(
            tx,
            actor=actor,
            action="intake.rules_chosen",
            intake_id=intake_id,
            subject=before.code,
            detail={
                "rules_hash": wanted,
                "rules_hash_before": before.rules_hash,
                "needs_approvals": needs_approvals,
            },
        )
        return authority.led_intake(tx, actor=actor, intake_id=intake_id)


def choose_wards(*, actor: Actor, intake_id: int, taking_part: Collection[int]) -> tuple[int, int]:
    """Let exactly these wards take part; the others' families register as before. Returns how many
    joined and how many left.

    Seats of a ward that leaves are set aside and stand again when it joins. Under the intake's
    exclusive lock. Raises NotFound, WrongPhase, NobodyTakesPart.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.DRAFT)
        wards = intake_settings.ward_parts(tx, intake_id=intake_id)
        if not {one.unit_id for one in wards} & set(taking_part):
            raise NobodyTakesPart
        joining = [one for one in wards if one.set_aside and one.unit_id in taking_part]
        leaving = [one for one in wards if not one.set_aside and one.unit_id not in taking_part]
        intake_settings.bring_back(
            tx, intake_id=intake_id, unit_ids=[one.unit_id for one in joining]
        )
        intake_settings.set_aside(
            tx, intake_id=intake_id, unit_ids=[one.unit_id for one in leaving]
        )
        if joining or leaving:
            journal.record(
                tx,
                actor=actor,
                action="intake.wards_chosen",
                intake_id=intake_id,
                subject=intake.code,
                detail={
                    "joined": [one.code for one in joining],
                    "left": [one.code for one in leaving],
                },
            )
        return len(joining), len(leaving)


_PRESETS = tuple(
    RuleSetRecord(rules.name, rules.version, rules_hash(rules)) for rules in PRESETS.values()
)
