"""The reception desk: everything that can be asked of Roomly, whatever it is asked through."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

from roomly.errors import BookingStarted, SlotTaken
from roomly.model import Booking, Room
from roomly.policy import Policy
from roomly.repository import Repository
from roomly.slot import Slot, gaps


class Desk:
    def __init__(self, *, repository: Repository, policy: Policy, clock: Callable[[], datetime]) -> None:
        self._repository = repository
        self._policy = policy
        self._clock = clock

    def open_room(self, room: Room) -> Room:
        """Raises RoomExists."""
        self._repository.add_room(room)
        return room

    def rooms_for(self, *, people: int, slot: Slot | None = None) -> list[Room]:
        """Rooms with enough seats, free for the whole slot if one is given; the smallest first."""
        fitting = [room for room in self._repository.rooms() if room.seats >= people]
        if slot is not None:
            fitting = [room for room in fitting if not self._repository.bookings(room.name, slot)]
        return sorted(fitting, key=lambda room: room.seats)

    def book(self, *, room: str, title: str, people: int, slot: Slot) -> Booking:
        """Raises UnknownRoom, RuleBroken, or SlotTaken with a suggestion."""
        self._policy.check(room=self._repository.room(room), slot=slot, people=people, now=self._clock())
        booking = Booking(id=uuid4().hex, room=room, title=title, people=people, slot=slot)
        try:
            self._repository.add_booking(booking)
        except SlotTaken:
            raise SlotTaken(room, self._next_free(room, slot)) from None
        return booking

    def booking(self, id: str) -> Booking:
        """Raises UnknownBooking."""
        return self._repository.booking(id)

    def cancel(self, id: str) -> None:
        """Raises UnknownBooking or BookingStarted."""
        if self._repository.booking(id).slot.start <= self._clock():
            raise BookingStarted
        self._repository.remove_booking(id)

    def day(self, room: str, day: date) -> tuple[list[Booking], list[Slot]]:
        """A room's bookings of a day, and when it is free in the opening hours. Raises UnknownRoom."""
        self._repository.room(room)
        hours = self._policy.hours(day)
        bookings = self._repository.bookings(room, hours)
        return bookings, list(gaps(hours, (booking.slot for booking in bookings)))

    def _next_free(self, room: str, wished: Slot) -> Slot | None:
        _, free = self.day(room, wished.start.date())
        for gap in free:
            start = max(gap.start, wished.start)
            if start + wished.length <= gap.end:
                return Slot(start, start + wished.length)
        return None
