"""The rules of lending. They know neither the database nor HTTP."""

from dataclasses import dataclass
from datetime import date, timedelta

from lendly.errors import RuleBroken


@dataclass(frozen=True)
class Terms:
    longest: int = 28
    """Days that something may be away."""
    most: int = 3
    """Things that one person may have at once."""

    def due(self, *, lent_on: date, days: int) -> date:
        """The day by which something is to be back. Raises RuleBroken."""
        if not 1 <= days <= self.longest:
            raise RuleBroken("days", f"Things are lent for 1 to {self.longest} days.")
        return lent_on + timedelta(days=days)


def tidy(field: str, text: str, *, longest: int = 80, may_be_empty: bool = False) -> str:
    """The text without needless white space. Raises RuleBroken when it is empty, too long, or cannot be printed."""
    tidied = " ".join(text.split())
    if tidied == "" and not may_be_empty:
        raise RuleBroken(field, f"The {field} is missing.")
    if len(tidied) > longest:
        raise RuleBroken(field, f"The {field} has at most {longest} characters.")
    if not tidied.isprintable():
        raise RuleBroken(field, f"The {field} holds characters that cannot be printed.")
    return tidied
