"""The nouns: rooms and the bookings of them."""

from dataclasses import dataclass

from roomly.slot import Slot


@dataclass(frozen=True)
class Room:
    name: str
    seats: int


@dataclass(frozen=True)
class Booking:
    id: str
    room: str
    title: str
    people: int
    slot: Slot
