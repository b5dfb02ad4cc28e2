"""What HTTP promises without a database."""

import pytest
from flask.testing import FlaskClient


def test_a_page_loads_the_bundle_by_its_hashed_names_and_nothing_else(client: FlaskClient) -> None:
    page = client.get("/items/new")
    assert page.status_code == 200
    assert '<script src="/static/main.0123456789abcdef.js" defer></script>' in page.text
    assert '<link rel="stylesheet" href="/static/main.fedcba9876543210.css">' in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_files_with_a_hash_are_kept_for_good_and_others_are_asked_for_again(client: FlaskClient) -> None:
    hashed = client.get("/static/main.0123456789abcdef.js", buffered=True)
    manifest = client.get("/static/manifest.json", buffered=True)
    assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert hashed.content_type.startswith("text/javascript")
    assert manifest.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/static/main.js", "/static/../manifest.json", "/static/..%2f..%2fetc/passwd"])
def test_nothing_else_is_served_as_a_file(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_unknown_address_is_answered_in_the_form_that_was_asked_for(client: FlaskClient) -> None:
    assert client.get("/nothing").content_type.startswith("text/html")
    assert client.get("/api/nothing").json["error"]["code"] == "not-found"
    assert client.get(f"/api/items/{2**31}").status_code == 404


def test_broken_json_is_a_bad_request(client: FlaskClient) -> None:
    answer = client.post("/api/items", data="{", content_type="application/json")
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad-request")


def test_a_rule_that_is_broken_is_told_before_the_database_is_asked(client: FlaskClient) -> None:
    answer = client.post("/api/items", json={"owner": "Ana", "name": " "})
    assert (answer.status_code, answer.json["error"]) == (
        422,
        {"code": "rule-broken", "message": "The name is missing."},
    )


def test_without_its_database_it_is_not_healthy(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "no database"})
    assert "does not answer" in caplog.text
