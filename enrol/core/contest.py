"""Who wishes what, turned into small whole numbers that compare fast.

A child's place in a school's queue becomes one integer: the leading criteria of the rule set in
the high bits, then the lottery number's rank, then the child. Integers keep the engine quick and
leave nothing to hashing or locale.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contest:
    """Wishes as flat lists: choice ``k`` belongs to child ``c`` if starts[c] <= k < starts[c + 1].

    ``schools[k]`` is the index of the wished school; ``priorities[k]`` the child's place in its
    queue (>= 0, lower first, different for every child), whose low ``child_bits`` bits are ``c``.
    """

    starts: Sequence[int]
    schools: Sequence[int]
    priorities: Sequence[int]
    child_bits: int

    def child_of(self, priority: int) -> int:
        """Return the child whose place in a queue this is."""
        return priority & ((1 << self.child_bits) - 1)


def contest(
    *,
    starts: Sequence[int],
    schools: Sequence[int],
    leading: Sequence[int],
    draws: Sequence[int] | None = None,
) -> Contest:
    """Return the contest of children numbered by (lottery number, registration code).

    ``leading[k]`` (>= 0) is what counts before the lottery number at choice ``k``. With ``draws``
    every choice has its own rank of lottery number at that school (0 is first) instead, and the
    children may be numbered in any order.
    """
    count = len(starts) - 1
    bits = max(count - 1, 0).bit_length()
    highs = leading
    if draws is not None:
        width = max(draws, default=0).bit_length()
        highs = [lead << width | draw for lead, draw in zip(leading, draws, strict=True)]
    priorities: list[int] = []
    for child in range(count):
        ranks = highs[starts[child] : starts[child + 1]]
        if ranks and ranks.count(ranks[0]) == len(ranks):  # the same place in every queue
            priorities += [ranks[0] << bits | child] * len(ranks)
        else:
            priorities += [rank << bits | child for rank in ranks]
    return Contest(starts, schools, priorities, bits)
