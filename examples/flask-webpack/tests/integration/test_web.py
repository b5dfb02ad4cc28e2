"""Pages and API against the database, in this process."""

from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from lendly.library import Library, NewItem


def test_a_form_leads_to_the_page_of_the_thing_with_a_message(client: FlaskClient) -> None:
    answer = client.post("/items", data={"name": "Drill", "owner": "Ana"})
    assert (answer.status_code, answer.location) == (303, "/items/1")
    page = client.get(answer.location).text
    assert '<p class="message" role="status">Drill can be lent now.</p>' in page
    assert "can be lent now" not in client.get(answer.location).text


def test_a_form_that_is_refused_keeps_what_was_typed(client: FlaskClient, library: Library) -> None:
    library.add(owner="Ana", item=NewItem("Drill"))
    answer = client.post("/items", data={"name": "drill", "owner": "Ana", "about": "the <new> one"})
    assert answer.status_code == 409
    assert "Ana lends something named drill already." in answer.text
    assert 'value="drill"' in answer.text
    assert "the &lt;new&gt; one</textarea>" in answer.text


def test_lending_and_bringing_back_through_the_pages(client: FlaskClient, library: Library) -> None:
    id = library.add(owner="Ana", item=NewItem("Drill")).id
    lent = client.post(f"/items/{id}/loans", data={"borrower": "Ben", "days": "7"}, follow_redirects=True)
    assert "Drill is lent to Ben until 2025-03-08." in lent.text
    assert '<time datetime="2025-03-08" data-due>' in client.get("/").text
    back = client.post("/loans/1/return", follow_redirects=True)
    assert "Ben brought Drill back." in back.text
    assert "Ben, 2025-03-01 to 2025-03-01" in back.text
    assert client.post("/loans/1/return").status_code == 409


def test_a_loan_that_is_refused_shows_the_form_again(client: FlaskClient, library: Library) -> None:
    id = library.add(owner="Ana", item=NewItem("Drill")).id
    answer = client.post(f"/items/{id}/loans", data={"borrower": "Ben", "days": "99"})
    assert answer.status_code == 422
    assert "Things are lent for 1 to 28 days." in answer.text
    assert 'value="99"' in answer.text


def test_the_list_has_pages_that_keep_the_search(client: FlaskClient, library: Library) -> None:
    library.add_all(owner="Ana", items=[NewItem(f"thing {number:02}") for number in range(12)])
    library.add(owner="Ben", item=NewItem("Drill"))
    page = client.get("/?q=thing").text
    assert "12 things" in page
    assert 'rel="next" href="/?q=thing&amp;page=2"' in page
    assert "thing 11" in client.get("/?q=thing&page=2").text


def test_health_needs_a_database_that_was_migrated(client: FlaskClient, unmigrated: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert unmigrated.get("/healthz").status_code == 503


def test_a_database_that_was_restarted_is_found_again(client: FlaskClient, engine: Engine) -> None:
    assert client.get("/healthz").status_code == 200
    with engine.connect() as connection:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{end} AND pid <> pg_backend_pid()"))
    assert client.get("/healthz").status_code == 200
