"""One page of a longer list."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Page[T]:
    entries: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page; a list without entries has one page."""
        return max(1, -(-self.total // self.size))

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.last else None

    @property
    def previous(self) -> int | None:
        return min(self.number - 1, self.last) if self.number > 1 else None
