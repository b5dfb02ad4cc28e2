from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from lendly.errors import ItemLent, LendlyError, LoanEnded, RuleBroken, TooManyLoans, UnknownItem, UnknownLoan
from lendly.library import Library, NewItem


@pytest.fixture
def drill(library: Library) -> int:
    return library.add(owner="Ana", item=NewItem("Drill")).id


def outcome(library: Library, item: int, borrower: str) -> str:
    try:
        library.lend(item=item, borrower=borrower, days=7)
    except LendlyError as error:
        return error.code
    return "lent"


def test_a_loan_tells_who_has_a_thing_and_until_when(library: Library, drill: int) -> None:
    library.lend(item=drill, borrower="Ben", days=7)
    loan = library.item(drill).open_loan
    assert loan is not None
    assert (loan.borrower, loan.lent_on, loan.due_on) == ("Ben", date(2025, 3, 1), date(2025, 3, 8))


def test_what_is_away_cannot_be_lent(library: Library, drill: int) -> None:
    library.lend(item=drill, borrower="Ben", days=7)
    with pytest.raises(ItemLent, match="Drill is lent to somebody already"):
        library.lend(item=drill, borrower="Cleo", days=7)


def test_of_many_who_want_one_thing_at_once_one_gets_it(library: Library, drill: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda number: outcome(library, drill, f"neighbour {number}"), range(8)))
    assert sorted(outcomes) == ["item-lent"] * 7 + ["lent"]


def test_nobody_has_more_than_three_things_also_when_asking_for_all_at_once(library: Library) -> None:
    things = library.add_all(owner="Ana", items=[NewItem(f"thing {number}") for number in range(8)])
    names = ["Ben", "ben"] * 4
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda item, name: outcome(library, item.id, name), things, names))
    assert sorted(outcomes) == ["lent"] * 3 + ["too-many-loans"] * 5
    left = things[outcomes.index("too-many-loans")]
    assert outcome(library, left.id, "Cleo") == "lent"


def test_what_came_back_can_be_lent_again_and_its_history_is_kept(library: Library, drill: int, clock: Any) -> None:
    first = library.lend(item=drill, borrower="Ben", days=7)
    clock.today = date(2025, 3, 5)
    assert library.bring_back(first.id).returned_on == date(2025, 3, 5)
    library.lend(item=drill, borrower="Cleo", days=7)
    loans = [(loan.borrower, loan.returned_on) for loan in library.item(drill).loans]
    assert loans == [("Cleo", None), ("Ben", date(2025, 3, 5))]


def test_a_thing_comes_back_once(library: Library, drill: int) -> None:
    loan = library.lend(item=drill, borrower="Ben", days=7)
    library.bring_back(loan.id)
    with pytest.raises(LoanEnded):
        library.bring_back(loan.id)


def test_bringing_something_back_makes_room_for_another_loan(library: Library) -> None:
    things = library.add_all(owner="Ana", items=[NewItem(f"thing {number}") for number in range(4)])
    loans = [library.lend(item=thing.id, borrower="Ben", days=7) for thing in things[:3]]
    with pytest.raises(TooManyLoans, match="Ben has 3 things already"):
        library.lend(item=things[3].id, borrower="Ben", days=7)
    library.bring_back(loans[0].id)
    library.lend(item=things[3].id, borrower="Ben", days=7)


@pytest.mark.parametrize(("days", "borrower"), [(0, "Ben"), (29, "Ben"), (7, " ")])
def test_a_wish_against_the_rules_changes_nothing(library: Library, drill: int, days: int, borrower: str) -> None:
    with pytest.raises(RuleBroken):
        library.lend(item=drill, borrower=borrower, days=days)
    assert library.item(drill).loans == []


def test_unknown_things_and_loans_are_told(library: Library) -> None:
    with pytest.raises(UnknownItem):
        library.lend(item=4711, borrower="Ben", days=7)
    with pytest.raises(UnknownLoan):
        library.bring_back(4711)


@pytest.mark.parametrize(
    ("days", "constraint"),
    [("'2025-03-01', NULL", "loans_due_after_lent"), ("'2025-03-02', '2025-02-28'", "loans_returned_after_lent")],
)
def test_the_database_itself_refuses_days_in_the_wrong_order(
    engine: Engine, drill: int, days: str, constraint: str
) -> None:
    loan = "INSERT INTO loans (item_id, borrower, lent_on, due_on, returned_on)"
    with pytest.raises(IntegrityError, match=constraint), engine.begin() as connection:
        connection.execute(text(f"{loan} VALUES ({drill}, 'Ben', '2025-03-01', {days})"))


def test_with_a_thing_its_history_goes(library: Library, engine: Engine, drill: int) -> None:
    library.lend(item=drill, borrower="Ben", days=7)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM items"))
        assert connection.scalar(text("SELECT count(*) FROM loans")) == 0
