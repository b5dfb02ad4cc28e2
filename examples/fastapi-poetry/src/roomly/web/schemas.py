"""What goes over the wire."""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from roomly.model import Booking, Room
from roomly.slot import Slot

RoomName = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]


class Wish(BaseModel):
    """What a client sends: a misspelt field is an error, not a default."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class SlotBody(Wish):
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _check(self) -> Self:
        self.slot()
        return self

    def slot(self) -> Slot:
        return Slot(self.start, self.end)

    @classmethod
    def of(cls, slot: Slot) -> Self:
        return cls(start=slot.start, end=slot.end)


class NewRoom(Wish):
    name: RoomName
    seats: int = Field(ge=1, le=500)


class NewBooking(Wish):
    room: RoomName
    title: str = Field(min_length=1, max_length=120)
    people: int = Field(ge=1)
    slot: SlotBody


class RoomAnswer(BaseModel):
    name: str
    seats: int

    @classmethod
    def of(cls, room: Room) -> Self:
        return cls(name=room.name, seats=room.seats)


class BookingAnswer(BaseModel):
    id: str
    room: str
    title: str
    people: int
    slot: SlotBody

    @classmethod
    def of(cls, booking: Booking) -> Self:
        return cls(
            id=booking.id,
            room=booking.room,
            title=booking.title,
            people=booking.people,
            slot=SlotBody.of(booking.slot),
        )


class DayAnswer(BaseModel):
    bookings: list[BookingAnswer]
    free: list[SlotBody]


class Problem(BaseModel):
    code: str
    detail: str
    rule: str | None = None
    suggestion: SlotBody | None = None
