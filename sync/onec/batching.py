"""Which waiting orders go into the next answer to `query`. Pure: no Django, no database.

1C loads an answer in one transaction and says `success` for all of it or nothing at all. An order
that it cannot load therefore stops whatever travels with it, and never tells that it was the one.
So an order that was given :data:`SUSPECT_AFTER` times in vain is suspected. Suspects travel apart
from fresh orders, turn by turn, and those of one failed answer are halved again and again: a half
without the culprit is confirmed, the culprit ends up alone. Alone it is given less and less often,
and after :data:`LONE` times a person has to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SUSPECT_AFTER = 3
"""Times given in vain. One is a dropped line, two an exchange that somebody broke off; УТ asks
every ten minutes, so a third costs the others half an hour at most."""

LONE = 4
"""Times given alone in vain, while 1C took others: by then nearly two hours of pauses have passed,
and whatever locked the order in 1C for a moment (an open card, a period being closed) is over."""

LONE_IN_SILENCE = 12
"""The same while 1C took nothing at all: the fault is likelier 1C's own, and a weekend of it
(two days of pauses) should need nobody's hand once 1C is well again."""

PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Suspect:
    """An order given in vain. `answer` and `size` tell the last answer it was in, and how many
    orders were in that."""

    key: int
    answer: int | None
    size: int


def trial(suspects: Sequence[Suspect], limit: int) -> list[int]:
    """Keys of the suspects to try next, of those that wait longest: half of a failed answer.

    `suspects` are in the order in which they were given last. `limit` caps the answer.
    """
    if not suspects:
        return []
    first = suspects[0]
    width = max(1, -(-min(first.size, limit) // 2))
    same = [each.key for each in suspects if each.answer == first.answer]
    return same[:width]


def pause_after(lone: int) -> timedelta:
    """How long an order that was given `lone` times alone is left in peace: ever longer."""
    if lone < 1:
        return timedelta(0)
    doubled: int = 1 << min(lone - 1, 10)
    return min(PAUSE * doubled, LONGEST_PAUSE)


def needs_person(given: Sequence[datetime], lone: int, taken: Sequence[datetime]) -> bool:
    """Whether to stop trying an order that was given at these times in vain, the last `lone` of
    them alone.

    `taken` are moments at which 1C took others. What was tried before the first of them proves
    nothing: 1C may have been out of order itself.
    """
    if lone >= LONE_IN_SILENCE:
        return True
    if not given or lone < LONE:
        return False
    well = min((at for at in taken if at > given[0]), default=None)
    return well is not None and sum(at > well for at in given[-lone:]) >= LONE
