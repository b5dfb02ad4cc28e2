from collections.abc import Callable
from typing import Any

type NewName = Callable[[], str]


def test_an_item_is_added_shown_and_found(browser: Any, new_name: NewName) -> None:
    name = new_name()
    added = browser.post("/api/items", {"owner": "Ana", "name": name, "about": "with bits"})
    assert added.status == 201
    shown = browser.get(added.headers["Location"])
    assert shown.json == {**added.json, "loans": []}
    assert (shown.json["name"], shown.json["owner"], shown.json["lent"]) == (name, "Ana", None)
    assert browser.get(f"/api/items?q={name.replace(' ', '+')}").json["items"] == [added.json]


def test_the_same_item_twice_is_a_conflict(browser: Any, new_name: NewName) -> None:
    item = {"owner": "Ana", "name": new_name()}
    assert browser.post("/api/items", item).status == 201
    again = browser.post("/api/items", {**item, "owner": "ANA"})
    assert (again.status, again.json["error"]["code"]) == (409, "item-exists")


def test_a_box_with_one_duplicate_leaves_nothing_behind(browser: Any, new_name: NewName) -> None:
    first, second = new_name(), new_name()
    box = {"owner": "Ana", "items": [{"name": first}, {"name": second}, {"name": first}]}
    assert browser.post("/api/boxes", box).status == 409
    assert browser.get(f"/api/items?q={first.split()[0]}").json["total"] == 0


def test_the_next_links_lead_through_all_pages(browser: Any, new_name: NewName) -> None:
    names = [new_name() for _ in range(7)]
    assert browser.post("/api/boxes", {"owner": "Ana", "items": [{"name": name} for name in names]}).status == 201
    address, found, sizes = f"/api/items?q={names[0].split()[0]}&size=3", [], []
    while address is not None:
        page = browser.get(address).json
        assert (page["total"], page["pages"]) == (7, 3)
        found += [item["name"] for item in page["items"]]
        sizes.append(len(page["items"]))
        address = page["next"]
    assert (found, sizes) == (names, [3, 3, 1])


def test_what_is_no_page_is_a_bad_request(browser: Any) -> None:
    for query in ("page=0", "size=101", "size=x", "page=-1"):
        answer = browser.get(f"/api/items?{query}")
        assert (answer.status, answer.json["error"]["code"]) == (400, "bad-request"), query


def test_errors_are_json_too(browser: Any) -> None:
    for path, status in (("/api/items/0", 404), ("/api/nothing", 404), ("/api/items/99999999999", 404)):
        answer = browser.get(path)
        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/json"), path
        assert answer.json["error"]["message"] != ""
