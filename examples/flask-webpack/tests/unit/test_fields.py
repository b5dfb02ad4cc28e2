import pytest

from lendly.errors import BadRequest, RuleBroken
from lendly.library import NewItem
from lendly.web import fields


@pytest.mark.parametrize("text", ["0", "-1", "101", "1.5", "x", "1e2", "٣", " 1", "9" * 40])
def test_a_page_size_is_a_whole_number_within_its_limits(text: str) -> None:
    with pytest.raises(BadRequest, match="size is a whole number from 1 to 100"):
        fields.number({"size": text}, "size", 20, most=100)


def test_a_page_size_that_is_not_given_has_a_default() -> None:
    assert fields.number({}, "size", 20, most=100) == 20
    assert fields.number({"size": "100"}, "size", 20, most=100) == 100


@pytest.mark.parametrize("sent", [None, [], {}, {"days": "7"}, {"days": None}, {"days": 7.0}, {"days": True}])
def test_a_field_has_the_type_that_is_asked_for(sent: object) -> None:
    with pytest.raises(BadRequest):
        fields.body(sent, "days", int)


def test_a_description_may_be_left_out() -> None:
    assert fields.new_item({"name": "Drill"}) == NewItem(name="Drill", about="")


@pytest.mark.parametrize("text", ["", "a week", "1.5"])
def test_a_form_without_a_number_of_days_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        fields.days(text)
    assert refused.value.field == "days"
