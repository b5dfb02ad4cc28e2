import pytest

from lendly.page import Page


@pytest.mark.parametrize(
    ("number", "total", "previous", "next", "last"),
    [
        (1, 0, None, None, 1),
        (1, 10, None, None, 1),
        (1, 11, None, 2, 2),
        (2, 11, 1, None, 2),
        (2, 21, 1, 3, 3),
        (9, 21, 3, None, 3),
    ],
)
def test_a_page_knows_its_neighbours(number: int, total: int, previous: int, next: int, last: int) -> None:
    page = Page((), number, 10, total)
    assert (page.previous, page.next, page.last) == (previous, next, last)
