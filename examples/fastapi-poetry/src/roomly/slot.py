"""Stretches of time, and what is left between them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, order=True)
class Slot:
    """From a moment up to, and not including, a later one; both are kept in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a slot needs a time zone")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError("a slot ends after it starts")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: "Slot") -> bool:
        return self.start < other.end and other.start < self.end


def gaps(within: Slot, taken: Iterable[Slot]) -> Iterator[Slot]:
    """What the taken slots, in any order, leave of a stretch of time."""
    start = within.start
    for slot in sorted(taken):
        if start < min(slot.start, within.end):
            yield Slot(start, min(slot.start, within.end))
        start = max(start, slot.end)
    if start < within.end:
        yield Slot(start, within.end)
