from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from lendly.errors import ItemExists, RuleBroken, UnknownItem
from lendly.library import Library, NewItem


def named(*names: str) -> list[NewItem]:
    return [NewItem(name) for name in names]


def test_an_item_is_found_again_as_it_was_added(library: Library) -> None:
    added = library.add(owner=" Ana ", item=NewItem("Hand  drill", "with bits"))
    found = library.item(added.id)
    assert (found.owner, found.name, found.about, found.open_loan) == ("Ana", "Hand drill", "with bits", None)
    assert found.added_at.tzinfo is not None


def test_an_owner_has_one_item_of_a_name_whatever_its_case(library: Library) -> None:
    library.add(owner="Ana", item=NewItem("Drill"))
    with pytest.raises(ItemExists, match="ANA lends something named drill already"):
        library.add(owner="ANA", item=NewItem("drill"))
    library.add(owner="Ben", item=NewItem("Drill"))
    assert library.items().total == 2


def test_of_many_who_add_the_same_at_once_one_succeeds(library: Library) -> None:
    def add(_: int) -> bool:
        try:
            library.add(owner="Ana", item=NewItem("Drill"))
        except ItemExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(add, range(8))) == [False] * 7 + [True]
    assert library.items().total == 1


def test_a_box_is_added_whole(library: Library) -> None:
    added = library.add_all(owner="Ana", items=named("Drill", "Ladder", "Tent"))
    assert [item.name for item in library.items().entries] == ["Drill", "Ladder", "Tent"]
    assert len({item.id for item in added}) == 3


@pytest.mark.parametrize(
    ("contents", "error"),
    [(["Ladder", "Tent", "drill"], ItemExists), (["Ladder", "ladder"], ItemExists), (["Ladder", " "], RuleBroken)],
)
def test_a_box_with_one_thing_that_cannot_be_added_is_rolled_back(
    library: Library, contents: list[str], error: type[Exception]
) -> None:
    library.add(owner="Ana", item=NewItem("Drill"))
    with pytest.raises(error):
        library.add_all(owner="Ana", items=named(*contents))
    assert [item.name for item in library.items().entries] == ["Drill"]


def test_pages_hold_everything_once_and_in_order(library: Library) -> None:
    library.add_all(owner="Ana", items=named(*[f"thing {number:02}" for number in range(25)]))
    pages = [library.items(number=number, size=10) for number in (1, 2, 3, 4)]
    assert [len(page.entries) for page in pages] == [10, 10, 5, 0]
    assert [item.name for page in pages for item in page.entries] == [f"thing {number:02}" for number in range(25)]
    assert {page.total for page in pages} == {25}


def test_names_are_ordered_without_regard_to_case(library: Library) -> None:
    library.add_all(owner="Ana", items=named("tent", "Drill", "LADDER"))
    assert [item.name for item in library.items().entries] == ["Drill", "LADDER", "tent"]


@pytest.mark.parametrize(
    ("search", "found"),
    [("DRILL", ["Drill"]), ("ben", ["Tent"]), ("four people", ["Tent"]), ("", ["100% wool", "Drill", "Tent"])],
)
def test_a_search_looks_at_names_owners_and_descriptions(library: Library, search: str, found: list[str]) -> None:
    library.add_all(owner="Ana", items=named("Drill", "100% wool"))
    library.add(owner="Ben", item=NewItem("Tent", "for four people"))
    assert [item.name for item in library.items(search=search).entries] == found


@pytest.mark.parametrize(("search", "total"), [("%", 1), ("0%", 1), ("_", 0), ("' OR true --", 0)])
def test_signs_that_mean_something_to_the_database_mean_themselves(library: Library, search: str, total: int) -> None:
    library.add_all(owner="Ana", items=named("Drill", "100% wool"))
    assert library.items(search=search).total == total


def test_an_unknown_item_is_told(library: Library) -> None:
    with pytest.raises(UnknownItem, match="no item 4711"):
        library.item(4711)


def test_tests_do_not_see_each_other(library: Library, engine: Engine) -> None:
    library.add(owner="Ana", item=NewItem("Drill"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM items")) == 1
