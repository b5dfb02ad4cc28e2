from collections.abc import Callable
from typing import Any

type NewName = Callable[[], str]


def add(browser: Any, name: str) -> str:
    """The path of the page of a new thing."""
    page = browser.submit("/items", name=name, owner="Ana")
    assert page.status == 200, page.text
    return page.url.removeprefix(browser.url)


def test_a_thing_is_lent_and_comes_back(browser: Any, new_name: NewName) -> None:
    name, borrower = new_name(), new_name()
    path = add(browser, name)
    lent = browser.submit(f"{path}/loans", borrower=borrower, days=3)
    assert f"{name} is lent to {borrower} until" in lent.text
    back = browser.submit(lent.find(r'action="(/loans/\d+/return)"'))
    assert f"{borrower} brought {name} back." in back.text
    assert back.url == browser.url + path


def test_a_message_is_shown_once_and_to_nobody_else(browser: Any, new_name: NewName) -> None:
    page = browser.submit("/items", name=new_name(), owner="Ana")
    assert "can be lent now." in page.text
    assert "can be lent now." not in browser.get(page.url.removeprefix(browser.url)).text


def test_a_form_that_is_refused_is_shown_again_with_the_reason(browser: Any, new_name: NewName) -> None:
    name = new_name()
    add(browser, name)
    again = browser.submit("/items", name=name, owner="ana")
    assert again.status == 409
    assert f'value="{name}"' in again.text
    assert "lends something named" in again.find(r'role="alert">([^<]*)<')


def test_names_are_text_and_never_markup(browser: Any, new_name: NewName) -> None:
    path = add(browser, f"<script>alert({new_name()!r})</script>")
    page = browser.get(path)
    assert "<h1>&lt;script&gt;alert" in page.text
    assert page.text.count("<script") == 1


def test_the_list_goes_on_where_a_page_ends(browser: Any, new_name: NewName) -> None:
    names = [new_name() for _ in range(11)]
    assert browser.post("/api/boxes", {"owner": "Ana", "items": [{"name": name} for name in names]}).status == 201
    first = browser.get(f"/?q={names[0].split()[0]}")
    assert "11 things" in first.text
    assert [name in first.text for name in names] == [True] * 10 + [False]
    second = browser.get(first.find(r'rel="next" href="([^"]+)"').replace("&amp;", "&"))
    assert names[10] in second.text
    assert 'rel="next"' not in second.text


def test_an_unknown_page_says_so_as_a_page(browser: Any) -> None:
    answer = browser.get("/items/0")
    assert answer.status == 404
    assert answer.headers.get_content_type() == "text/html"
