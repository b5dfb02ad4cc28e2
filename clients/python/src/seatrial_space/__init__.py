"""Clean places in real services for tests: a client of Seatrial's broker, and fixtures of pytest."""

from seatrial_space._acquire import acquire
from seatrial_space._address import BrokerAddress
from seatrial_space._errors import SpaceError
from seatrial_space._factory import SpaceFactory
from seatrial_space._space import Outcome, Space, SpaceFile

__all__ = ["BrokerAddress", "Outcome", "Space", "SpaceError", "SpaceFactory", "SpaceFile", "acquire"]
