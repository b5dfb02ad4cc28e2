import pytest
from fastapi.testclient import TestClient


def test_an_opened_room_is_found(client: TestClient) -> None:
    answer = client.post("/rooms", json={"name": "large-hall", "seats": 40})
    assert answer.status_code == 201
    assert answer.json() == {"name": "large-hall", "seats": 40}
    assert client.get("/rooms", params={"people": 7}).json() == [{"name": "large-hall", "seats": 40}]


def test_a_second_room_of_a_name_is_a_conflict(client: TestClient) -> None:
    answer = client.post("/rooms", json={"name": "blue", "seats": 2})
    assert answer.status_code == 409
    assert answer.json() == {"code": "room-exists", "detail": "There is a room named blue already."}


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {"name": "Blue Room", "seats": 4}),
        ("name", {"name": "", "seats": 4}),
        ("seats", {"name": "red", "seats": 0}),
        ("seats", {"name": "red", "seats": "many"}),
        ("seats", {"name": "red"}),
        ("chairs", {"name": "red", "seats": 4, "chairs": 4}),
    ],
)
def test_a_wrong_room_is_refused_at_its_field(client: TestClient, field: str, body: dict[str, object]) -> None:
    answer = client.post("/rooms", json=body)
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["detail"]] == [["body", field]]
    assert [room["name"] for room in client.get("/rooms").json()] == ["blue"]


@pytest.mark.parametrize(
    ("params", "detail"),
    [
        ({"start": "2030-05-06T09:00Z"}, "start and end belong together"),
        ({"start": "2030-05-06T09:00Z", "end": "2030-05-06T09:00Z"}, "a slot ends after it starts"),
    ],
)
def test_a_search_needs_a_whole_slot(client: TestClient, params: dict[str, str], detail: str) -> None:
    answer = client.get("/rooms", params=params)
    assert (answer.status_code, answer.json()) == (422, {"detail": detail})


def test_an_unknown_room_has_no_day(client: TestClient) -> None:
    answer = client.get("/rooms/attic/days/2030-05-06")
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown-room"
