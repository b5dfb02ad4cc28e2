from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response


def wish(start: str, end: str, **changes: Any) -> dict[str, Any]:
    slot = {"start": f"2030-05-06T{start}Z", "end": f"2030-05-06T{end}Z"}
    return {"room": "blue", "title": "Planning", "people": 4, "slot": slot} | changes


def book(client: TestClient, start: str, end: str, **changes: Any) -> Response:
    return client.post("/bookings", json=wish(start, end, **changes))


def test_a_booking_has_an_address(client: TestClient) -> None:
    answer = book(client, "09:00", "10:00")
    assert answer.status_code == 201
    found = client.get(answer.headers["location"])
    assert found.status_code == 200
    assert found.json() == answer.json()
    assert found.json() == wish("09:00:00", "10:00:00") | {"id": answer.json()["id"]}


def test_times_come_back_in_utc(client: TestClient) -> None:
    answer = book(client, "", "", slot={"start": "2030-05-06T11:00+02:00", "end": "2030-05-06T12:00+02:00"})
    assert answer.json()["slot"] == {"start": "2030-05-06T09:00:00Z", "end": "2030-05-06T10:00:00Z"}


def test_a_taken_slot_is_a_conflict_with_a_suggestion(client: TestClient) -> None:
    book(client, "09:00", "11:00")
    answer = book(client, "10:30", "11:30")
    assert answer.status_code == 409
    assert answer.json() == {
        "code": "slot-taken",
        "detail": "blue is taken at that time.",
        "suggestion": {"start": "2030-05-06T11:00:00Z", "end": "2030-05-06T12:00:00Z"},
    }


def test_a_broken_rule_is_named(client: TestClient) -> None:
    answer = book(client, "09:00", "10:00", people=7)
    assert answer.status_code == 422
    assert answer.json() == {"code": "rule-broken", "rule": "seats", "detail": "blue has 6 seats, not 7."}


@pytest.mark.parametrize(
    ("place", "body"),
    [
        pytest.param(["slot"], wish("10:00", "09:00"), id="ends before it starts"),
        pytest.param(
            ["slot", "start"],
            wish("", "", slot={"start": "2030-05-06T09:00", "end": "2030-05-06T10:00Z"}),
            id="no time zone",
        ),
        pytest.param(["title"], wish("09:00", "10:00", title="   "), id="empty title"),
        pytest.param(["people"], wish("09:00", "10:00", people=0), id="nobody"),
        pytest.param(["colour"], wish("09:00", "10:00", colour="red"), id="unknown field"),
    ],
)
def test_a_wrong_wish_is_refused_at_its_field(client: TestClient, place: list[str], body: dict[str, Any]) -> None:
    answer = client.post("/bookings", json=body)
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["detail"]] == [["body", *place]]


def test_a_day_shows_what_is_booked_and_what_is_free(client: TestClient) -> None:
    late = book(client, "15:00", "16:00").json()
    early = book(client, "08:00", "09:30").json()
    day = client.get("/rooms/blue/days/2030-05-06").json()
    assert day["bookings"] == [early, late]
    assert day["free"] == [
        {"start": "2030-05-06T09:30:00Z", "end": "2030-05-06T15:00:00Z"},
        {"start": "2030-05-06T16:00:00Z", "end": "2030-05-06T20:00:00Z"},
    ]


def test_a_cancelled_booking_is_gone(client: TestClient) -> None:
    address = book(client, "09:00", "10:00").headers["location"]
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    again = client.delete(address)
    assert (again.status_code, again.json()["code"]) == (404, "unknown-booking")
    assert book(client, "09:00", "10:00").status_code == 201
