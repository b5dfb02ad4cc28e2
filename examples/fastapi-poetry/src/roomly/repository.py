"""Where rooms and bookings are kept."""

from typing import Protocol

from roomly.model import Booking, Room
from roomly.slot import Slot


class Repository(Protocol):
    """Safe to use from several threads."""

    def add_room(self, room: Room) -> None:
        """Raises RoomExists."""

    def room(self, name: str) -> Room:
        """Raises UnknownRoom."""

    def rooms(self) -> list[Room]:
        """All of them, by name."""

    def add_booking(self, booking: Booking) -> None:
        """Adds it if nothing overlaps, in one step; raises SlotTaken otherwise."""

    def booking(self, id: str) -> Booking:
        """Raises UnknownBooking."""

    def bookings(self, room: str, within: Slot) -> list[Booking]:
        """Those of a room that overlap with a slot, the earliest first."""

    def remove_booking(self, id: str) -> None:
        """Raises UnknownBooking."""
