from datetime import UTC, datetime, timedelta

import pytest

from roomly.desk import Desk
from roomly.errors import BookingStarted, RoomExists, SlotTaken, UnknownBooking, UnknownRoom
from roomly.memory import MemoryRepository
from roomly.model import Booking, Room
from roomly.policy import Policy
from roomly.slot import Slot


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2030, 5, 6, 7, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Desk:
    desk = Desk(repository=MemoryRepository(), policy=Policy(), clock=clock)
    for name, seats in [("hall", 40), ("blue", 6), ("cell", 2)]:
        desk.open_room(Room(name=name, seats=seats))
    return desk


def slot(start: int, end: int) -> Slot:
    day = datetime(2030, 5, 6, tzinfo=UTC)
    return Slot(day + timedelta(hours=start), day + timedelta(hours=end))


def book(desk: Desk, start: int, end: int, room: str = "blue") -> Booking:
    return desk.book(room=room, title="Planning", people=2, slot=slot(start, end))


def test_a_booking_is_kept(desk: Desk) -> None:
    booking = book(desk, 9, 10)
    assert desk.booking(booking.id) == booking
    assert booking == Booking(id=booking.id, room="blue", title="Planning", people=2, slot=slot(9, 10))


def test_a_taken_slot_comes_with_the_next_one_that_fits(desk: Desk) -> None:
    book(desk, 9, 11)
    book(desk, 12, 13)
    with pytest.raises(SlotTaken) as short:
        book(desk, 10, 11)
    assert short.value.suggestion == slot(11, 12)
    with pytest.raises(SlotTaken) as long:
        book(desk, 10, 12)
    assert long.value.suggestion == slot(13, 15)


def test_a_day_that_is_full_from_then_on_has_no_suggestion(desk: Desk) -> None:
    book(desk, 16, 20)
    with pytest.raises(SlotTaken) as taken:
        book(desk, 17, 18)
    assert taken.value.suggestion is None


def test_the_same_time_in_another_room_is_free(desk: Desk) -> None:
    assert book(desk, 9, 10, room="blue").room == "blue"
    assert book(desk, 9, 10, room="hall").room == "hall"


def test_a_cancelled_slot_is_free_again(desk: Desk) -> None:
    first = book(desk, 9, 10)
    desk.cancel(first.id)
    with pytest.raises(UnknownBooking):
        desk.booking(first.id)
    assert book(desk, 9, 10).id != first.id


def test_what_has_started_stays(desk: Desk, clock: Clock) -> None:
    booking = book(desk, 9, 10)
    clock.now = booking.slot.start
    with pytest.raises(BookingStarted):
        desk.cancel(booking.id)
    assert desk.booking(booking.id) == booking


def test_the_smallest_fitting_room_comes_first(desk: Desk) -> None:
    assert [room.name for room in desk.rooms_for(people=1)] == ["cell", "blue", "hall"]
    assert [room.name for room in desk.rooms_for(people=3)] == ["blue", "hall"]
    assert desk.rooms_for(people=41) == []


def test_a_room_that_is_taken_for_a_part_of_the_time_is_not_offered(desk: Desk) -> None:
    book(desk, 9, 10)
    assert [room.name for room in desk.rooms_for(people=3, slot=slot(8, 12))] == ["hall"]
    assert [room.name for room in desk.rooms_for(people=3, slot=slot(10, 12))] == ["blue", "hall"]


def test_a_room_is_opened_once(desk: Desk) -> None:
    with pytest.raises(RoomExists, match="blue"):
        desk.open_room(Room(name="blue", seats=9))
    assert [room.seats for room in desk.rooms_for(people=3)] == [6, 40]


def test_an_unknown_room_cannot_be_booked(desk: Desk) -> None:
    with pytest.raises(UnknownRoom, match="attic"):
        book(desk, 9, 10, room="attic")
