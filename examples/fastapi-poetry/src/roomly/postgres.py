"""A repository in PostgreSQL, which by itself keeps the bookings of a room apart."""

from typing import Any

from psycopg.errors import ExclusionViolation, UniqueViolation
from psycopg.rows import TupleRow
from psycopg.types.range import TimestamptzRange
from psycopg_pool import ConnectionPool

from roomly.errors import RoomExists, SlotTaken, UnknownBooking, UnknownRoom
from roomly.model import Booking, Room
from roomly.slot import Slot

_BOOKING = "SELECT id, room, title, people, lower(during), upper(during) FROM bookings"


class PostgresRepository:
    """In a database with everything that `migrations` makes."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        self._pool = pool

    def add_room(self, room: Room) -> None:
        try:
            self._do("INSERT INTO rooms VALUES (%s, %s)", room.name, room.seats)
        except UniqueViolation:
            raise RoomExists(room.name) from None

    def room(self, name: str) -> Room:
        for row in self._ask("SELECT name, seats FROM rooms WHERE name = %s", name):
            return Room(*row)
        raise UnknownRoom(name)

    def rooms(self) -> list[Room]:
        return [Room(*row) for row in self._ask('SELECT name, seats FROM rooms ORDER BY name COLLATE "C"')]

    def add_booking(self, booking: Booking) -> None:
        values = (booking.id, booking.room, booking.title, booking.people, _range(booking.slot))
        try:
            self._do("INSERT INTO bookings VALUES (%s, %s, %s, %s, %s)", *values)
        except ExclusionViolation:
            raise SlotTaken(booking.room) from None

    def booking(self, id: str) -> Booking:
        for row in self._ask(f"{_BOOKING} WHERE id = %s", id):
            return _booking(row)
        raise UnknownBooking(id)

    def bookings(self, room: str, within: Slot) -> list[Booking]:
        rows = self._ask(f"{_BOOKING} WHERE room = %s AND during && %s ORDER BY during", room, _range(within))
        return [_booking(row) for row in rows]

    def remove_booking(self, id: str) -> None:
        if self._do("DELETE FROM bookings WHERE id = %s", id) == 0:
            raise UnknownBooking(id)

    def _do(self, statement: str, *values: object) -> int:
        with self._pool.connection() as connection:
            return connection.execute(statement, values).rowcount

    def _ask(self, query: str, *values: object) -> list[TupleRow]:
        with self._pool.connection() as connection:
            return connection.execute(query, values).fetchall()


def _range(slot: Slot) -> TimestamptzRange:
    return TimestamptzRange(slot.start, slot.end)


def _booking(row: TupleRow) -> Booking:
    id, room, title, people, start, end = row
    return Booking(id=id, room=room, title=title, people=people, slot=Slot(start, end))
