"""Bookings: make one, look at it, cancel it."""

from fastapi import APIRouter, Response

from roomly.web.dependencies import DeskOfApp
from roomly.web.schemas import BookingAnswer, NewBooking

router = APIRouter(prefix="/bookings", tags=["bookings"])


@router.post("", status_code=201)
def book(desk: DeskOfApp, wish: NewBooking, response: Response) -> BookingAnswer:
    booking = desk.book(room=wish.room, title=wish.title, people=wish.people, slot=wish.slot.slot())
    response.headers["location"] = f"/bookings/{booking.id}"
    return BookingAnswer.of(booking)


@router.get("/{id}")
def show(desk: DeskOfApp, id: str) -> BookingAnswer:
    return BookingAnswer.of(desk.booking(id))


@router.delete("/{id}", status_code=204)
def cancel(desk: DeskOfApp, id: str) -> None:
    desk.cancel(id)
