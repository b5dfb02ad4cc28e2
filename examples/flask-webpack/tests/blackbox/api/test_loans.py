from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

type NewName = Callable[[], str]


@pytest.fixture
def item(browser: Any, new_name: NewName) -> int:
    return browser.post("/api/items", {"owner": "Ana", "name": new_name()}).json["id"]


def test_a_loan_and_its_end(browser: Any, new_name: NewName, item: int) -> None:
    borrower = new_name()
    lent = browser.post(f"/api/items/{item}/loans", {"borrower": borrower, "days": 7})
    assert lent.status == 201
    assert (date.fromisoformat(lent.json["due_on"]) - date.fromisoformat(lent.json["lent_on"])).days == 7
    assert browser.get(f"/api/items/{item}").json["lent"] == lent.json
    back = browser.post(f"/api/loans/{lent.json['id']}/return")
    assert (back.status, back.json["returned_on"]) == (200, lent.json["lent_on"])
    shown = browser.get(f"/api/items/{item}").json
    assert (shown["lent"], shown["loans"]) == (None, [back.json])
    again = browser.post(f"/api/loans/{lent.json['id']}/return")
    assert (again.status, again.json["error"]["code"]) == (409, "loan-ended")


def test_forty_who_want_one_thing_at_once(browser: Any, new_name: NewName, item: int) -> None:
    wishes = [{"borrower": new_name(), "days": 7} for _ in range(40)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda wish: browser.post(f"/api/items/{item}/loans", wish), wishes))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 39
    assert {answer.json["error"]["code"] for answer in answers if answer.status == 409} == {"item-lent"}


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"borrower": "Ben", "days": 29}, 422, "rule-broken"),
        ({"borrower": " ", "days": 7}, 422, "rule-broken"),
        ({"borrower": "Ben", "days": "7"}, 400, "bad-request"),
        ({"days": 7}, 400, "bad-request"),
        (None, 400, "bad-request"),
    ],
)
def test_wishes_that_are_refused(browser: Any, item: int, wish: Any, status: int, code: str) -> None:
    answer = browser.post(f"/api/items/{item}/loans", wish)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert browser.get(f"/api/items/{item}").json["loans"] == []
