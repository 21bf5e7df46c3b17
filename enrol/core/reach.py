"""What an officer's scopes come down to: units and schools that are theirs to see and decide."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """An officer's units (each with everything below it) and schools.

    ``school_ids`` holds the schools of these units and ``own_school_ids``, those the officer works
    for. Only units lead: a school officer sees a school and decides nothing about the intake.
    """

    unit_ids: frozenset[int]
    school_ids: frozenset[int]
    own_school_ids: frozenset[int]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing at all."""
        return not self.unit_ids and not self.school_ids

    def leads(self, unit_id: int) -> bool:
        """Tell whether what belongs to this unit is the officer's to decide."""
        return unit_id in self.unit_ids

    def holds_school(self, school_id: int) -> bool:
        """Tell whether the school is the officer's to see."""
        return school_id in self.school_ids
