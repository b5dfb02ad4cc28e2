"""Rooms: open one, find a fitting one, look at its day."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime

from roomly.model import Room
from roomly.slot import Slot
from roomly.web.dependencies import DeskOfApp
from roomly.web.schemas import BookingAnswer, DayAnswer, NewRoom, RoomAnswer, SlotBody

router = APIRouter(prefix="/rooms", tags=["rooms"])


@router.post("", status_code=201)
def open_room(desk: DeskOfApp, wish: NewRoom) -> RoomAnswer:
    return RoomAnswer.of(desk.open_room(Room(name=wish.name, seats=wish.seats)))


@router.get("")
def find_rooms(
    desk: DeskOfApp,
    people: Annotated[int, Query(ge=1)] = 1,
    start: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
) -> list[RoomAnswer]:
    """Rooms with enough seats, the smallest first; with `start` and `end`, those that are free between them."""
    return [RoomAnswer.of(room) for room in desk.rooms_for(people=people, slot=_slot(start, end))]


@router.get("/{name}/days/{day}")
def show_day(desk: DeskOfApp, name: str, day: date) -> DayAnswer:
    bookings, free = desk.day(name, day)
    return DayAnswer(
        bookings=[BookingAnswer.of(booking) for booking in bookings],
        free=[SlotBody.of(slot) for slot in free],
    )


def _slot(start: AwareDatetime | None, end: AwareDatetime | None) -> Slot | None:
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise HTTPException(422, "start and end belong together")
    try:
        return Slot(start, end)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
