"""What can go wrong, each with a code that clients may rely on."""

from typing import ClassVar

from roomly.slot import Slot


class RoomlyError(Exception):
    code: ClassVar[str]


class UnknownRoom(RoomlyError):
    code = "unknown-room"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no room named {name}.")


class UnknownBooking(RoomlyError):
    code = "unknown-booking"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no booking {id}.")


class RoomExists(RoomlyError):
    code = "room-exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a room named {name} already.")


class SlotTaken(RoomlyError):
    """Another booking overlaps. `suggestion` is the next slot of the same length on that day, if one is free."""

    code = "slot-taken"

    def __init__(self, room: str, suggestion: Slot | None = None) -> None:
        super().__init__(f"{room} is taken at that time.")
        self.room = room
        self.suggestion = suggestion


class BookingStarted(RoomlyError):
    code = "booking-started"

    def __init__(self) -> None:
        super().__init__("A booking that has started cannot be cancelled.")


class RuleBroken(RoomlyError):
    """The wish is understood, and against the rules of the house; `rule` says which."""

    code = "rule-broken"

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
