from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg.errors import ForeignKeyViolation
from psycopg_pool import ConnectionPool

from roomly.desk import Desk
from roomly.errors import RoomExists, SlotTaken, UnknownBooking, UnknownRoom
from roomly.model import Booking, Room
from roomly.policy import Policy
from roomly.postgres import PostgresRepository
from roomly.slot import Slot
from roomly.web.app import create_app

MIDNIGHT = datetime(2030, 5, 6, tzinfo=UTC)


def slot(start: float, end: float) -> Slot:
    return Slot(MIDNIGHT + timedelta(hours=start), MIDNIGHT + timedelta(hours=end))


def booking(id: str, start: float, end: float, **changes: Any) -> Booking:
    return Booking(**{"id": id, "room": "blue", "title": "Planning", "people": 4, "slot": slot(start, end)} | changes)


def test_every_test_finds_an_empty_house(pool: ConnectionPool[Any]) -> None:
    assert PostgresRepository(pool).rooms() == []


@pytest.mark.parametrize("title", ["Planning", "Überblick 📅", "'; DROP TABLE bookings; --", "%s", "x" * 120])
def test_a_booking_comes_back_as_it_was(repository: PostgresRepository, title: str) -> None:
    made = booking("first", 9, 10.25, title=title)
    repository.add_booking(made)
    assert repository.booking("first") == made


def test_a_booking_outlives_the_program(repository: PostgresRepository, database: str) -> None:
    made = booking("first", 9, 10)
    repository.add_booking(made)
    with ConnectionPool[Any](database, min_size=1) as another:
        assert PostgresRepository(another).booking("first") == made


def test_times_come_back_in_utc_whatever_the_servers_zone(repository: PostgresRepository, database: str) -> None:
    repository.add_booking(booking("first", 9, 10))
    with ConnectionPool[Any](database, min_size=1, kwargs={"options": "-c TimeZone=Asia/Tokyo"}) as tokyo:
        assert PostgresRepository(tokyo).booking("first").slot == slot(9, 10)


def test_rooms_are_unique_and_come_by_name(repository: PostgresRepository) -> None:
    repository.add_room(Room(name="attic", seats=2))
    with pytest.raises(RoomExists, match="blue"):
        repository.add_room(Room(name="blue", seats=1))
    assert repository.rooms() == [Room(name="attic", seats=2), Room(name="blue", seats=6)]
    assert repository.room("blue").seats == 6
    with pytest.raises(UnknownRoom):
        repository.room("cellar")


def test_what_is_not_there_is_unknown(repository: PostgresRepository) -> None:
    with pytest.raises(UnknownBooking):
        repository.booking("none")
    with pytest.raises(UnknownBooking):
        repository.remove_booking("none")


@pytest.mark.parametrize(("start", "end"), [(9, 10), (8, 9.25), (9.75, 11), (8, 11), (9.25, 9.5)])
def test_what_overlaps_is_refused(repository: PostgresRepository, start: float, end: float) -> None:
    repository.add_booking(booking("first", 9, 10))
    with pytest.raises(SlotTaken):
        repository.add_booking(booking("second", start, end))
    with pytest.raises(UnknownBooking):
        repository.booking("second")


def test_what_touches_and_other_rooms_are_free(repository: PostgresRepository) -> None:
    repository.add_room(Room(name="red", seats=4))
    repository.add_booking(booking("first", 9, 10))
    repository.add_booking(booking("before", 8, 9))
    repository.add_booking(booking("after", 10, 11))
    repository.add_booking(booking("beside", 9, 10, room="red"))
    assert [each.id for each in repository.bookings("blue", slot(0, 24))] == ["before", "first", "after"]
    assert [each.id for each in repository.bookings("blue", slot(9.5, 10))] == ["first"]


def test_a_removed_booking_leaves_room(repository: PostgresRepository) -> None:
    repository.add_booking(booking("first", 9, 10))
    repository.remove_booking("first")
    repository.add_booking(booking("second", 9, 10))


def test_of_forty_at_once_one_gets_the_slot(repository: PostgresRepository) -> None:
    def attempt(number: int) -> bool:
        try:
            repository.add_booking(booking(f"wish-{number}", 14, 15))
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(attempt, range(40))) == [False] * 39 + [True]
    assert len(repository.bookings("blue", slot(0, 24))) == 1


def test_no_booking_is_without_its_room(repository: PostgresRepository) -> None:
    with pytest.raises(ForeignKeyViolation):
        repository.add_booking(booking("first", 9, 10, room="cellar"))


def test_the_whole_service_runs_on_it(repository: PostgresRepository) -> None:
    desk = Desk(repository=repository, policy=Policy(), clock=lambda: MIDNIGHT)
    wish = {"room": "blue", "title": "Planning", "people": 4, "slot": {"start": "2030-05-06T09:00Z", "end": "2030-05-06T10:00Z"}}
    with TestClient(create_app(desk)) as client:
        made = client.post("/bookings", json=wish)
        assert made.status_code == 201
        assert client.get(made.headers["location"]).json() == made.json()
        refused = client.post("/bookings", json=wish)
        assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
        assert refused.json()["suggestion"]["start"] == "2030-05-06T10:00:00Z"
