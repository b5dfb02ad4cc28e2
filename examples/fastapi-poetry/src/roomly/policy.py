"""The rules of the house: who may book what, when and for how long."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from roomly.errors import RuleBroken
from roomly.model import Room
from roomly.slot import Slot


@dataclass(frozen=True)
class Policy:
    opens: time = time(8)
    closes: time = time(20)
    grid: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=4)
    ahead: timedelta = timedelta(days=90)

    def hours(self, day: date) -> Slot:
        """When the house is open on a day."""
        return Slot(datetime.combine(day, self.opens, UTC), datetime.combine(day, self.closes, UTC))

    def check(self, *, room: Room, slot: Slot, people: int, now: datetime) -> None:
        """Raises RuleBroken for the first rule that a booking would break."""
        if people > room.seats:
            raise RuleBroken("seats", f"{room.name} has {room.seats} seats, not {people}.")
        if slot.start < now:
            raise RuleBroken("past", "A booking starts in the future.")
        if slot.start > now + self.ahead:
            raise RuleBroken("ahead", f"Rooms can be booked {self.ahead.days} days ahead.")
        if slot.length > self.longest:
            raise RuleBroken("length", f"A booking is at most {_text(self.longest)} long.")
        hours = self.hours(slot.start.date())
        if slot.start < hours.start or slot.end > hours.end:
            raise RuleBroken("hours", f"The house is open from {self.opens:%H:%M} to {self.closes:%H:%M} UTC.")
        if (slot.start - hours.start) % self.grid or slot.length % self.grid:
            raise RuleBroken("grid", f"Bookings start and end at full steps of {_text(self.grid)}.")


def _text(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    return f"{minutes} minutes" if minutes % 60 else f"{minutes // 60} hours"
