from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from roomly.errors import SlotTaken, UnknownBooking
from roomly.memory import MemoryRepository
from roomly.model import Booking
from roomly.slot import Slot


def booking(name: str, hour: int) -> Booking:
    start = datetime(2030, 5, 6, tzinfo=UTC) + timedelta(hours=hour)
    return Booking(id=name, room="blue", title="Planning", people=1, slot=Slot(start, start + timedelta(hours=1)))


def test_of_two_at_once_one_gets_the_slot() -> None:
    meeting = Barrier(2)

    class Crossing(Slot):
        """Keeps whoever looks at it until another one looks too: threads that can meet here are not kept apart."""

        def overlaps(self, other: Slot) -> bool:
            with suppress(BrokenBarrierError):
                meeting.wait(timeout=0.3)
            return super().overlaps(other)

    repository = MemoryRepository()
    lunch = booking("lunch", 12)
    repository.add_booking(replace(lunch, slot=Crossing(lunch.slot.start, lunch.slot.end)))

    def attempt(name: str) -> bool:
        try:
            repository.add_booking(booking(name, 9))
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(attempt, ["first", "second"])) == [False, True]
    assert len(repository.bookings("blue", booking("", 9).slot)) == 1


def test_a_refused_booking_leaves_no_trace() -> None:
    repository = MemoryRepository()
    repository.add_booking(booking("first", 9))
    with pytest.raises(SlotTaken):
        repository.add_booking(booking("second", 9))
    with pytest.raises(UnknownBooking):
        repository.booking("second")


def test_bookings_come_in_their_order() -> None:
    repository = MemoryRepository()
    for hour in (12, 8, 10):
        repository.add_booking(booking(str(hour), hour))
    whole_day = Slot(booking("", 0).slot.start, booking("", 23).slot.end)
    assert [each.id for each in repository.bookings("blue", whole_day)] == ["8", "10", "12"]
    assert [each.id for each in repository.bookings("blue", booking("", 10).slot)] == ["10"]
    assert repository.bookings("red", whole_day) == []
