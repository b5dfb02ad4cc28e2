"""A repository that forgets everything when the program ends."""

from collections import defaultdict
from datetime import datetime
from threading import Lock

from roomly.errors import RoomExists, SlotTaken, UnknownBooking, UnknownRoom
from roomly.model import Booking, Room
from roomly.slot import Slot


class MemoryRepository:
    def __init__(self) -> None:
        self._lock = Lock()
        self._rooms: dict[str, Room] = {}
        self._bookings: dict[str, Booking] = {}
        self._by_room: defaultdict[str, dict[datetime, Booking]] = defaultdict(dict)

    def add_room(self, room: Room) -> None:
        with self._lock:
            if room.name in self._rooms:
                raise RoomExists(room.name)
            self._rooms[room.name] = room

    def room(self, name: str) -> Room:
        try:
            return self._rooms[name]
        except KeyError:
            raise UnknownRoom(name) from None

    def rooms(self) -> list[Room]:
        with self._lock:
            return sorted(self._rooms.values(), key=lambda room: room.name)

    def add_booking(self, booking: Booking) -> None:
        with self._lock:
            if self._overlapping(booking.room, booking.slot):
                raise SlotTaken(booking.room)
            self._bookings[booking.id] = booking
            self._by_room[booking.room][booking.slot.start] = booking

    def booking(self, id: str) -> Booking:
        try:
            return self._bookings[id]
        except KeyError:
            raise UnknownBooking(id) from None

    def bookings(self, room: str, within: Slot) -> list[Booking]:
        with self._lock:
            return self._overlapping(room, within)

    def remove_booking(self, id: str) -> None:
        with self._lock:
            booking = self._bookings.pop(id, None)
            if booking is None:
                raise UnknownBooking(id)
            del self._by_room[booking.room][booking.slot.start]

    def _overlapping(self, room: str, within: Slot) -> list[Booking]:
        found = (booking for booking in self._by_room[room].values() if booking.slot.overlaps(within))
        return sorted(found, key=lambda booking: booking.slot)
