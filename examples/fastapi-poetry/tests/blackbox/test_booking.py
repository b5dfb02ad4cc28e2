from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

DAY = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()


def slot(start: str, end: str) -> dict[str, str]:
    return {"start": f"{DAY}T{start}:00Z", "end": f"{DAY}T{end}:00Z"}


def wish(room: str, start: str, end: str) -> dict[str, Any]:
    return {"room": room, "title": "Planning", "people": 4, "slot": slot(start, end)}


def test_a_booking_from_wish_to_cancellation(api: httpx2.Client, room: str) -> None:
    made = api.post("/bookings", json=wish(room, "09:00", "10:30"))
    assert made.status_code == 201
    address = made.headers["location"]
    assert api.get(address).json() == made.json()

    day = api.get(f"/rooms/{room}/days/{DAY}").json()
    assert day == {"bookings": [made.json()], "free": [slot("08:00", "09:00"), slot("10:30", "20:00")]}

    assert api.delete(address).status_code == 204
    assert api.get(f"/rooms/{room}/days/{DAY}").json() == {"bookings": [], "free": [slot("08:00", "20:00")]}


def test_a_suggestion_can_be_booked(api: httpx2.Client, room: str) -> None:
    assert api.post("/bookings", json=wish(room, "09:00", "11:00")).status_code == 201
    refused = api.post("/bookings", json=wish(room, "10:00", "12:00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    suggestion = refused.json()["suggestion"]
    assert suggestion == slot("11:00", "13:00")
    assert api.post("/bookings", json=wish(room, "10:00", "12:00") | {"slot": suggestion}).status_code == 201


def test_of_many_wishes_at_once_one_is_granted(api: httpx2.Client, room: str) -> None:
    def attempt(_: int) -> int:
        return api.post("/bookings", json=wish(room, "14:00", "15:00")).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(attempt, range(40)))
    assert statuses == [201] + [409] * 39


def test_a_taken_room_is_not_offered(api: httpx2.Client, room: str) -> None:
    def offered(start: str, end: str) -> bool:
        answer = api.get("/rooms", params={"people": "6"} | slot(start, end)).raise_for_status()
        return room in [each["name"] for each in answer.json()]

    assert offered("09:00", "10:00")
    api.post("/bookings", json=wish(room, "09:00", "10:00")).raise_for_status()
    assert not offered("09:30", "11:00")
    assert offered("10:00", "11:00")


def test_the_rules_of_the_house_hold(api: httpx2.Client, room: str) -> None:
    def rule(changes: dict[str, Any]) -> str:
        answer = api.post("/bookings", json=wish(room, "09:00", "10:00") | changes)
        assert answer.status_code == 422, answer.text
        return str(answer.json()["rule"])

    assert rule({"people": 7}) == "seats"
    assert rule({"slot": slot("06:00", "09:00")}) == "hours"
    assert rule({"slot": slot("08:00", "13:00")}) == "length"
    assert rule({"slot": slot("09:05", "10:00")}) == "grid"
    assert rule({"slot": {"start": "2020-01-01T09:00Z", "end": "2020-01-01T10:00Z"}}) == "past"
