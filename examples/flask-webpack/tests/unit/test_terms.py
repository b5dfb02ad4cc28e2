from datetime import date

import pytest

from lendly.errors import RuleBroken
from lendly.terms import Terms, tidy


@pytest.mark.parametrize(("days", "due"), [(1, date(2024, 2, 29)), (2, date(2024, 3, 1)), (28, date(2024, 3, 27))])
def test_a_loan_ends_after_its_days(days: int, due: date) -> None:
    assert Terms().due(lent_on=date(2024, 2, 28), days=days) == due


@pytest.mark.parametrize("days", [-1, 0, 29, 10**12])
def test_a_loan_is_not_shorter_than_a_day_nor_longer_than_the_terms_allow(days: int) -> None:
    with pytest.raises(RuleBroken, match="1 to 28 days") as refused:
        Terms().due(lent_on=date(2024, 2, 28), days=days)
    assert refused.value.field == "days"


def test_white_space_around_and_inside_of_a_name_is_tidied() -> None:
    assert tidy("name", "  hand\t drill \n") == "hand drill"


@pytest.mark.parametrize("text", ["", "   ", "x" * 81, "nul\x00", "right\u202eleft"])
def test_a_name_that_cannot_be_shown_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        tidy("name", text)
    assert refused.value.field == "name"


def test_a_description_may_be_empty() -> None:
    assert tidy("description", " ", may_be_empty=True) == ""
